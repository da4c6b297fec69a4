// walk.js URL TOKEN SEED SECONDS: every operation of the node's OpenAPI document, with valid, boundary
// and hostile values. Each answer must be one that the document has, and fit its schema; none is a
// 500, and the node lives. Prints what was asked, and the seed; exit 1 where something was wrong.
'use strict';
const Ajv = require('ajv/dist/2020');
const addFormats = require('ajv-formats');
const [url, token, seedText, seconds] = process.argv.slice(2);
let random = (Number(seedText) || 1) >>> 0;
const draw = (n) => { // mulberry32
	random = (random + 0x6d2b79f5) >>> 0;
	let t = Math.imul(random ^ (random >>> 15), 1 | random);
	t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
	return ((t ^ (t >>> 14)) >>> 0) % n;
};
const pick = (list) => list[draw(list.length)];
const hostile = ['', ' ', '\u0000', '\u202etxt', 'é'.normalize('NFD'), '😀'.repeat(50), 'x'.repeat(70000), "' OR 1=1 --",
	'../../etc/passwd', '%00', '<script>', '{{7*7}}', -1, 0, 9007199254740991, 9007199254740993, 1e400, 0.5, null, true, [], {},
	[[[[[]]]]], { a: { b: 1 } }, '0192f0c1-0000-7000-8000-000000000000', 'not-an-id', '\ud800'];
const purposes = ['investigation', 'protection', 'screening', 'prosecution', 'oversight', 'administration', 'none-such', ''];
let doc;
const at = (ref) => ref.slice(2).split('/').reduce((o, k) => o[k.replace(/~1/g, '/')], doc);
const value = (schema, depth) => {
	if (!schema || depth > 6 || draw(12) === 0) return pick(hostile);
	if (schema.$ref) return value(at(schema.$ref), depth + 1);
	if (schema.examples) return pick(schema.examples);
	if (schema.anyOf) return value(pick(schema.anyOf), depth + 1);
	if (schema.enum) return pick(schema.enum);
	if (schema.allOf) return value({ ...at(schema.allOf[0].$ref), required: schema.required }, depth + 1);
	switch (schema.type) {
	case 'object': {
		const o = {};
		for (const [k, s] of Object.entries(schema.properties || {}))
			if ((schema.required || []).includes(k) || draw(8) === 0) o[k] = value(s, depth + 1);
		return o;
	}
	case 'array': return Array.from({ length: draw(3) }, () => value(schema.items, depth + 1));
	case 'integer': return pick([schema.minimum || 0, schema.maximum || 7, (schema.minimum || 0) - 1]);
	case 'boolean': return draw(2) === 1;
	case 'null': return null;
	default: return pick(['a', 'words of a test', 'x'.repeat(Math.min(schema.maxLength || 20, 300)), 'Tirelu ቲሬሉ']);
	}
};
const text = (v) => (typeof v === 'string' ? v : JSON.stringify(v) || '');
(async () => {
	const headers = { authorization: `Bearer ${token}` };
	doc = await (await fetch(`${url}/api/v1/openapi.json`, { headers })).json();
	const ajv = new Ajv({ strict: false, validateFormats: true });
	addFormats(ajv);
	ajv.addSchema(doc, 'doc');
	const checks = new Map();
	const fits = (schema, json) => {
		const key = JSON.stringify(schema);
		if (!checks.has(key)) checks.set(key, ajv.compile(JSON.parse(key.replace(/"#\/components/g, '"doc#/components'))));
		const check = checks.get(key);
		return check(json) ? null : ajv.errorsText(check.errors);
	};
	const operations = [];
	for (const [path, item] of Object.entries(doc.paths))
		for (const method of ['get', 'post', 'put', 'patch', 'delete'])
			if (item[method]) operations.push({ path, method, o: item[method] });
	// Everybody signed out, the node locked or its owner gone: nothing else could be asked after these.
	const leaveOut = /sessions?$|\/quarantine|\/events$|\/password$/;
	const ids = [];
	const wrong = [];
	const counts = {};
	const until = Date.now() + Number(seconds) * 1000;
	let asked = 0;
	for (let round = 0; Date.now() < until; round++) {
		const { path, method, o } = round < operations.length ? operations[round] : pick(operations);
		if (leaveOut.test(path) || (method === 'patch' && path.includes('/users/'))) continue;
		const target = path.replace(/\{[^}]*\}/g, (name) => encodeURIComponent(
			name === '{type}' ? pick(['person', 'incident', 'nothing']) : ids.length && draw(3) ? pick(ids) : text(pick(hostile)).slice(0, 200).replace(/[\ud800-\udfff]/g, '') || 'x'));
		const query = (o.parameters || []).filter((p) => p.in === 'query' && draw(4) === 0)
			.map((p) => `${p.name}=${encodeURIComponent(text(value(p.schema, 0)).slice(0, 500).replace(/[\ud800-\udfff]/g, ''))}`).join('&');
		const h = { ...headers };
		if (draw(10)) h['Liaison-Purpose'] = draw(3) ? (o['x-purposes'] || purposes)[0] : pick(purposes);
		if (draw(2)) h['If-Match'] = pick(['"1"', '"2"', '*', '"-1"', '9'.repeat(40)]);
		if (draw(2)) h['Liaison-Reason'] = pick(['a test', '%00', '%f0%9f%98%80', '%ff']);
		const media = o.requestBody && Object.keys(o.requestBody.content)[0];
		let body;
		if (media === 'application/json') body = JSON.stringify(value(o.requestBody.content[media].schema, 0));
		else if (media && draw(2)) body = text(pick(hostile));
		const what = `${method.toUpperCase()} ${target.slice(0, 120)}?${query.slice(0, 80)} ${(body || '').slice(0, 200)}`;
		let answer, said;
		try {
			answer = await fetch(`${url}${target}${query ? `?${query}` : ''}`, { method: method.toUpperCase(), headers: h, body });
			said = await answer.text();
		} catch (e) {
			wrong.push(`${what}: no answer: ${e.cause || e}`);
			continue;
		}
		asked++;
		counts[answer.status] = (counts[answer.status] || 0) + 1;
		if (answer.status === 500) wrong.push(`${what}: 500: ${said.slice(0, 300)}`);
		let response = o.responses[answer.status];
		if (!response) { wrong.push(`${what}: ${answer.status} is not documented: ${said.slice(0, 200)}`); continue; }
		if (response.$ref) response = at(response.$ref);
		const type = (answer.headers.get('content-type') || '').split(';')[0];
		const content = Object.entries(response.content || {}).find(([k]) => k.split(';')[0] === type);
		if (!content) { if (said.length) wrong.push(`${what}: ${answer.status} with ${type} is not documented`); continue; }
		if (!type.endsWith('json') || type.includes('openapi')) continue;
		const json = JSON.parse(said);
		if (json.id && draw(3) === 0) ids.push(json.id);
		const fault = fits(content[1].schema, json);
		if (fault) wrong.push(`${what}: ${answer.status} does not fit: ${fault} in ${said.slice(0, 200)}`);
	}
	console.log(`${asked} questions to ${operations.length} operations, seed ${seedText}: ${JSON.stringify(counts)}; ${wrong.length} faults`);
	for (const w of [...new Set(wrong)].slice(0, 25)) console.log(`WRONG: ${w}`);
	process.exit(wrong.length ? 1 : 0);
})();
