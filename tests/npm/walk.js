// walk.js URL TOKEN SEED SECONDS CODE: every operation of the node's OpenAPI document. First as somebody
// who works: a record of each type is made with what it needs, read, changed, moved, erased; jobs, users,
// tokens, sessions and the log are used in their order. Then for SECONDS with values good, boundary and
// hostile. Each answer must be one that the document has, and fit its schema; none is a 500. CODE: a
// one-time code of somebody else; the token's owner has the password below. Prints the seed, the shares of operations that were answered with
// 2xx and 4xx, and what never was; exit 1 where something was wrong or the shares are too small.
'use strict';
const crypto = require('crypto');
const { Document } = require('./document.js');
const { Values } = require('./values.js');
const [url, token, seed, seconds, code] = process.argv.slice(2);
const GET_SHARE = 90, OTHER_SHARE = 80; // of 100 operations
const purposesAll = ['investigation', 'protection', 'screening', 'prosecution', 'oversight', 'administration', 'none-such', ''];
const text = (v) => (typeof v === 'string' ? v : JSON.stringify(v) || '');
const wellFormed = (s) => s.replace(/[\ud800-\udfff]/g, '');
const wrong = [];
const counts = {};
let d, v, asked = 0, session = null;

// One question; the answer as { status, json, said, etag }. with: body, headers, as (token, session or nobody).
async function ask(method, path, options = {}) {
	const operation = options.operation || d.find(method, path.split('?')[0]);
	const headers = { ...options.headers };
	if (options.as === 'session') Object.assign(headers, { cookie: `__Host-liaison=${session.cookie}`, 'Liaison-CSRF': session.csrf });
	else if (options.as !== 'nobody') headers.authorization = `Bearer ${token}`;
	if (options.purpose) headers['Liaison-Purpose'] = options.purpose;
	if (options.version) headers['If-Match'] = `"${options.version}"`;
	let body = options.body;
	if (body !== undefined && typeof body !== 'string') {
		body = JSON.stringify(body);
		headers['content-type'] = 'application/json';
	}
	const what = `${method.toUpperCase()} ${path.slice(0, 200)} ${(body || '').slice(0, 200)}`;
	let answer, said;
	try {
		answer = await fetch(`${url}${path}`, { method: method.toUpperCase(), headers, body, signal: AbortSignal.timeout(60000) });
		said = await answer.text();
	} catch (e) {
		wrong.push(`${what}: no answer: ${e.cause || e}`);
		return { status: 0, said: '', json: null };
	}
	asked++;
	counts[answer.status] = (counts[answer.status] || 0) + 1;
	if (process.env.LIAISON_WALK_DEBUG && answer.status >= 400) console.log(`${answer.status} ${what}: ${said.slice(0, 300)}`);
	const fault = operation ? d.judge(operation, answer.status, answer.headers.get('content-type'), said) : 'no such operation';
	if (fault) wrong.push(`${what}: ${fault}`);
	let json = null;
	try { json = JSON.parse(said); } catch (e) { /* not every answer is */ }
	return { status: answer.status, json, said, headers: answer.headers };
}

// What is there by now.
const made = new Map(); // type -> [{ id, version }]
const making = new Set();
const given = new Map(); // type -> the fields it took
let users = [], leaf = 0;
const post = (type) => d.doc.paths[`/api/v1/records/${type}`].post;
const purposeOf = (o) => (o['x-purposes'] || ['investigation'])[0];
const fieldsOf = (type) => d.doc.components.schemas[`fields.${type}`].properties;

async function refer(types) {
	for (const type of types) {
		if (type === 'user') return v.pick(users);
		if (made.has(type)) return v.pick(made.get(type)).id;
		const r = await make(type === 'any' ? 'vehicle' : type);
		// What anything is said of may be held for a court: it is for this alone.
		if (type === 'any' && r && made.get('vehicle').length > 1) made.get('vehicle').pop();
		if (r) return r.id;
	}
	return undefined;
}
async function fill(type, fields, name) {
	const all = fieldsOf(type);
	if (!all[name] || all[name].readOnly) return false;
	const value = await v.good(all[name], refer);
	if (value === undefined) return false;
	fields[name] = value;
	if (all[`${name}_basis`] && fields[`${name}_basis`] === undefined) fields[`${name}_basis`] = 'fact';
	return true;
}
// Ask until it is taken, giving what the refusals ask for.
async function insist(type, fields, send) {
	let r;
	for (let i = 0; i < 12; i++) {
		r = await send();
		if ((r.status !== 422 && r.status !== 409) || !r.json || !r.json.key) return r;
		const name = r.json.key.replace(/^fields\./, '').split(/[.[]/)[0];
		if ((r.status === 409 && fields[name] !== undefined) || !(await fill(type, fields, name))) return r;
	}
	return r;
}
async function make(type) {
	if (making.has(type)) return null;
	making.add(type);
	const schema = d.doc.components.schemas[`new.${type}`];
	const fields = given.get(type) || {};
	for (const s of [schema, ...(schema.allOf || [])])
		for (const name of s.required || []) await fill(type, fields, name);
	const r = await insist(type, fields, () => ask('post', `/api/v1/records/${type}`, { body: { fields }, purpose: purposeOf(post(type)) }));
	making.delete(type);
	if (r.status !== 201) return null;
	given.set(type, fields);
	const one = { id: r.json.id, version: r.json.version };
	made.set(type, [...(made.get(type) || []), one]);
	return one;
}

// A record of this type, through all that can be done with it.
async function workWith(type) {
	const path = `/api/v1/records/${type}`, all = d.doc.paths;
	const read = purposeOf(all[path].get || {}), write = purposeOf(post(type) || {});
	const both = ((post(type) || {})['x-purposes'] || []).filter((p) => ((all[path].get || {})['x-purposes'] || [p]).includes(p));
	const moves = both[0] || read;
	const filters = Object.entries(fieldsOf(type)).filter(([, f]) => f['x-filter'] && f['x-refers-to']);
	await ask('get', `${path}?limit=5&fields=1`, { purpose: read });
	if (filters.length && made.has(type)) await ask('get', `${path}?${filters[0][0]}=${await refer(filters[0][1]['x-refers-to'])}`, { purpose: read });
	const one = (made.get(type) || [])[0];
	if (!one) return;
	const at = `${path}/${one.id}`;
	const masked = Object.entries(fieldsOf(type)).find(([, f]) => f['x-mask']);
	await ask('get', at, { purpose: read });
	await ask('get', `${at}?version=1`, { purpose: read });
	if (masked) await ask('get', `${at}?reveal=${masked[0]}`, { purpose: read, headers: { 'Liaison-Reason': 'they asked for it' } });
	await ask('get', `${at}/links`, { purpose: read });
	const optional = Object.keys(fieldsOf(type)).filter((k) => !(k in given.get(type)) && !k.endsWith('_basis'));
	const change = {};
	if (optional.length) await fill(type, change, v.pick(optional));
	const change_ = await insist(type, change, () => ask('patch', at, { body: change, purpose: write, version: one.version }));
	if (change_.status === 200) one.version = change_.json.version;
	const mark = await ask('post', `${at}/mark`, { body: { tlp: 'RED' }, purpose: write, version: one.version });
	if (mark.status === 200) one.version = mark.json.version;
	const explained = await ask('get', `/api/v1/explain/${one.id}`, { purpose: read });
	await ask('get', `/api/v1/audit/records/${one.id}`, { purpose: read });
	for (const move of (explained.json && explained.json.moves) || []) {
		if (!all[`${path}/{id}/move`]) break;
		const fields = {};
		const moved = await insist(type, fields, () => ask('post', `${at}/move`,
			{ body: { to: move.to, fields }, purpose: moves, version: one.version, headers: { 'Liaison-Reason': 'it was decided after a long talk' } }));
		if (moved.status >= 200 && moved.status < 300) {
			if (moved.json && moved.json.version) one.version = moved.json.version;
			break;
		}
	}
	const more = await make(type);
	if (!more) return;
	made.get(type).pop();
	await ask('delete', `${path}/${more.id}`, { purpose: write, version: more.version });
}

// Somebody signs in, and does what only a person does.
let password = 'gravel lantern otter seventeen';
async function signIn(login) {
	const r = await ask('post', '/api/v1/session', { as: 'nobody', body: { login, password } });
	if (r.status !== 201) return;
	session = { csrf: r.json.csrf, cookie: /__Host-liaison=([^;]*)/.exec(r.headers.get('set-cookie'))[1] };
}
async function workAsPerson(login) {
	const admin = { purpose: 'administration', as: 'session' };
	await ask('get', '/api/v1/session', admin);
	await ask('get', '/api/v1/sessions', admin);
	await ask('post', '/api/v1/users/walked/invite', { ...admin, body: {} });
	const t = await ask('post', '/api/v1/tokens', { ...admin, body: { purposes: ['statistics'], days: 1 } });
	await ask('get', '/api/v1/tokens', admin);
	if (t.json) await ask('delete', `/api/v1/tokens/${t.json.id}`, admin);
	await signIn(login);
	const all = await ask('get', '/api/v1/sessions', admin);
	const other = all.json && all.json.items && all.json.items.find((s) => s.open !== false && !s.this);
	if (other) await ask('delete', `/api/v1/sessions/${other.id}`, admin);
	await ask('post', '/api/v1/me/password', { ...admin, body: { old: password, password: `${password} ends`, keep_tokens: true } });
	password = `${password} ends`;
	await signIn(login);
	await ask('delete', `/api/v1/sessions?user=${login}`, admin);
	await signIn(login);
	await ask('delete', '/api/v1/session', admin);
}
async function workWithUsers() {
	const admin = { purpose: 'administration', as: 'session' };
	await ask('post', '/api/v1/users', { ...admin, body: { login: 'walked', name: 'Somebody', roles: ['analyst'] } });
	await ask('patch', '/api/v1/users/walked', { ...admin, body: { name: 'Somebody Else' } });
	await ask('post', '/api/v1/users/walked/addresses', { ...admin, body: { addresses: ['12 Quay Street, Port Ulmere'] } });
	const list = await ask('get', '/api/v1/users', admin);
	users = list.json.items.map((u) => u.id);
}
async function workWithJobs() {
	const purpose = 'investigation';
	const row = '{"type":"incident","fields":{"title":"x"}}\n';
	const watched = async (id) => {
		for (let i = 0; i < 200; i++) {
			const j = await ask('get', `/api/v1/jobs/${id}`, { purpose });
			if (!j.json || !['waiting', 'queued', 'running'].includes(j.json.state)) return j;
			await new Promise((done) => setTimeout(done, 50));
		}
		return null;
	};
	for (const end of ['start', 'stop', 'delete']) {
		const made_ = await ask('post', '/api/v1/imports', { purpose, body: { format: 'ndjson', files: [{ name: 'a', bytes: row.length }] } });
		if (made_.status !== 201) return;
		const id = made_.json.id;
		if (end === 'delete') {
			await ask('post', `/api/v1/jobs/${id}/stop`, { purpose });
			await ask('delete', `/api/v1/imports/${id}`, { purpose });
			continue;
		}
		await ask('put', `/api/v1/imports/${id}/parts/0`, { purpose, body: row, headers: { 'content-type': 'application/octet-stream' } });
		await ask('post', `/api/v1/jobs/${id}/${end}`, { purpose });
		if (end !== 'start') continue;
		await watched(id);
		await ask('get', `/api/v1/jobs/${id}/errors`, { purpose });
		await ask('get', `/api/v1/jobs/${id}/events`, { purpose });
	}
	const out = await ask('post', '/api/v1/exports', { purpose, body: { format: 'ndjson' } });
	if (out.status === 202) {
		await watched(out.json.id);
		await ask('get', `/api/v1/exports/${out.json.id}/parts/0`, { purpose });
		await ask('delete', `/api/v1/exports/${out.json.id}`, { purpose });
	}
	await ask('get', '/api/v1/jobs', { purpose });
	await ask('post', '/api/v1/match/people', { purpose: 'screening', body: {} });
}
async function workWithLog() {
	const o = { purpose: 'oversight' }, admin = { purpose: 'administration' };
	const { publicKey } = crypto.generateKeyPairSync('ed25519');
	const raw = Buffer.concat([Buffer.from([4]), publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)]);
	const hash = crypto.createHash('sha256').update(Buffer.concat([Buffer.from('walk.example/w\n'), raw])).digest().subarray(0, 4).toString('hex');
	await ask('post', '/api/v1/audit/checkpoint', o);
	const checkpoint = await ask('get', '/api/v1/audit/tlog/checkpoint', o);
	await ask('post', '/api/v1/audit/compare', { ...o, body: checkpoint.said, headers: { 'content-type': 'text/plain; charset=utf-8' } });
	leaf = Number(checkpoint.said.split('\n')[1] || 1) - 1;
	await ask('get', `/api/v1/audit/proof/${leaf}`, o);
	await ask('get', '/api/v1/audit/tlog/tile/0/000', o);
	await ask('get', '/api/v1/audit/export', o);
	await ask('get', '/api/v1/audit/search?limit=20', o);
	await ask('get', '/api/v1/audit/counts', o);
	await ask('get', '/api/v1/audit/vkey', o);
	await ask('post', '/api/v1/audit/witnesses', { ...admin, body: { vkey: `walk.example/w+${hash}+${raw.toString('base64')}` } });
	await ask('get', '/api/v1/audit/witnesses', o);
	await ask('get', '/api/v1/audit/witness-request?name=walk.example/w', o);
	await ask('delete', '/api/v1/audit/witnesses?name=walk.example/w', admin);
	await ask('post', '/api/v1/audit/verify', o);
}
async function workWithTheRest() {
	const purpose = 'protection', reason = { headers: { 'Liaison-Reason': 'they called: somebody is at the door' } };
	const child = await ask('post', '/api/v1/records/person', { purpose: 'investigation', body: { fields: { may_be_minor: 'yes', minor_reasons: 'looks young' } } });
	if (child.status === 201) {
		const bare = await ask('patch', `/api/v1/records/person/${child.json.id}`, { purpose: 'investigation', version: 1, body: { may_be_minor: null, minor_reasons: null } });
		await ask('post', `/api/v1/unguard/${child.json.id}`, { purpose: 'investigation', version: bare.json && bare.json.version, ...reason });
	}
	if (made.has('survivor')) await ask('post', `/api/v1/break-glass/${made.get('survivor')[0].id}`, { purpose, ...reason, body: {} });
	for (const kind of made.get('subject_request') || []) await ask('get', `/api/v1/oversee/subject-requests/${kind.id}/gather`, { purpose: 'subject_rights', ...reason });
	await ask('get', '/api/v1/search?name=Tirelu', { purpose: 'investigation' });
	const plan = await ask('get', '/api/v1/oversee/retention/plan', { purpose: 'administration' });
	if (plan.json) await ask('post', '/api/v1/oversee/retention/apply', { purpose: 'administration', body: { plan: text(plan.json.id || plan.json.plan) } });
	await ask('get', '/api/v1/oversee/retention/due', { purpose });
	await ask('get', '/api/v1/oversee/retention/erasures', { purpose: 'administration' });
	await ask('get', '/api/v1/oversee/outbox', { purpose: 'oversight' });
	await ask('post', '/api/v1/node/backups', { purpose: 'administration', body: { sealed_to: 'passphrase' } });
	for (const path of ['/healthz', '/metrics', '/api/v1/status', '/api/v1/types', '/api/v1/openapi.json', '/api/v1/node/quarantine'])
		await ask('get', path, { purpose: 'administration' });
}

// Everybody signed out, the node in quarantine or its user without roles: nothing else could be asked after these.
const leaveOut = /sessions?$|\/quarantine|\/events$|\/password$|\/origin$/;
async function wander(until) {
	const list = d.operations.filter((x) => !leaveOut.test(x.path) && !(x.method === 'patch' && x.path.includes('/users/')));
	for (let round = 0; Date.now() < until; round++) {
		const operation = round < list.length ? list[round] : v.pick(list);
		const { path, method, o } = operation;
		const type = (/\/records\/([a-z_]+)/.exec(path) || [])[1];
		const known = type ? made.get(type) : made.size ? v.pick([...made.values()]) : null;
		const one = known && known.length && v.draw(3) ? v.pick(known) : null;
		const target = path.replace(/\{[^}]*\}/g, () => encodeURIComponent(one ? one.id : wellFormed(text(v.hostile()).slice(0, 200)) || 'x'));
		const query = (o.parameters || []).filter((p) => p.in === 'query' && v.draw(4) === 0)
			.map((p) => `${p.name}=${encodeURIComponent(wellFormed(text(v.any(p.schema, 0)).slice(0, 500)))}`).join('&');
		const headers = {};
		if (v.draw(10)) headers['Liaison-Purpose'] = v.draw(3) ? (o['x-purposes'] || purposesAll)[0] : v.pick(purposesAll);
		if (v.draw(2)) headers['If-Match'] = v.pick([`"${one ? one.version : 1}"`, '"2"', '*', '"-1"', '9'.repeat(40)]);
		if (v.draw(2)) headers['Liaison-Reason'] = v.pick(['a test', '%00', '%f0%9f%98%80', '%ff']);
		const media = o.requestBody && Object.keys(o.requestBody.content)[0];
		let body;
		if (media === 'application/json') body = JSON.stringify(v.any(o.requestBody.content[media].schema, 0));
		else if (media && v.draw(2)) body = text(v.hostile());
		const r = await ask(method, `${target}${query ? `?${query}` : ''}`, { operation, headers, body });
		if (r.status === 201 && type && r.json && r.json.id) made.set(type, [...(known || []), { id: r.json.id, version: 1 }].slice(-5));
	}
}

(async () => {
	const answer = await fetch(`${url}/api/v1/openapi.json`, { headers: { authorization: `Bearer ${token}` } });
	d = new Document(await answer.json());
	v = new Values(d, Number(seed) || 1);
	console.log(`seed ${seed}`);
	const { login } = (await ask('get', '/api/v1/me')).json;
	await ask('post', '/api/v1/password', { as: 'nobody', body: { code, password } });
	await signIn(login);
	await workWithUsers();
	const types = Object.keys(d.doc.paths).map((p) => (/^\/api\/v1\/records\/([a-z_]+)$/.exec(p) || [])[1]).filter(Boolean);
	for (const type of types) if (post(type) && !made.has(type)) await make(type);
	for (const type of types) await workWith(type);
	await workWithTheRest();
	await workWithJobs();
	await workWithLog();
	await workAsPerson(login);
	console.log(`${asked} questions of work: ${JSON.stringify(counts)}`);
	await wander(Date.now() + Number(seconds) * 1000);
	const got = (x) => x.method === 'get';
	const shares = { 'GET with 2xx': d.share(2, got), 'others with 2xx': d.share(2, (x) => !got(x)), 'all with 2xx': d.share(2, () => true), 'all with 4xx': d.share(4, () => true) };
	console.log(`${asked} questions to ${d.operations.length} operations, seed ${seed}: ${JSON.stringify(counts)}; ${wrong.length} faults`);
	for (const [name, s] of Object.entries(shares)) console.log(`${name}: ${s.n} of ${s.of} operations (${s.percent} %)`);
	if (process.env.LIAISON_WALK_MISSING) for (const s of Object.values(shares)) console.log(`never: ${s.missing.join(', ')}`);
	if (shares['GET with 2xx'].percent < GET_SHARE) wrong.push(`fewer than ${GET_SHARE} % of GET were answered with 2xx`);
	if (shares['others with 2xx'].percent < OTHER_SHARE) wrong.push(`fewer than ${OTHER_SHARE} % of the others were answered with 2xx`);
	for (const w of [...new Set(wrong)].slice(0, 25)) console.log(`WRONG: ${w}`);
	process.exit(wrong.length ? 1 : 0);
})();
