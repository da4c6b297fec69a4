// document.js: the node's OpenAPI document as a judge: which operation a request is, and whether an
// answer is one that the document has and fits its schema. Used by walk.js and answers.js.
'use strict';
const Ajv = require('ajv/dist/2020');
const addFormats = require('ajv-formats');
const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

class Document {
	constructor(doc) {
		this.doc = doc;
		this.ajv = new Ajv({ strict: false, validateFormats: true });
		addFormats(this.ajv);
		this.ajv.addSchema(doc, 'doc');
		this.checks = new Map();
		this.operations = [];
		for (const [path, item] of Object.entries(doc.paths))
			for (const method of METHODS)
				if (item[method]) {
					const o = item[method];
					const pattern = path.replace(/[.+*?^$()|[\]\\]/g, '\\$&').replace(/\{tile\}/, '.+').replace(/\{[^}]*\}/g, '[^/]+');
					this.operations.push({ path, method, o, name: `${method.toUpperCase()} ${path}`, pattern: new RegExp(`^${pattern}$`), seen: new Set() });
				}
		// What is written out comes before what a {name} takes.
		this.byLength = [...this.operations].sort((a, b) => (a.path.match(/\{/g) || []).length - (b.path.match(/\{/g) || []).length);
	}
	at(ref) { return ref.slice(2).split('/').reduce((o, k) => o[k.replace(/~1/g, '/')], this.doc); }
	deref(schema) { return schema && schema.$ref ? { ...this.at(schema.$ref), ...schema, $ref: undefined } : schema; }
	find(method, path) { return this.byLength.find((x) => x.method === method.toLowerCase() && x.pattern.test(path)); }
	fits(schema, json) {
		const key = JSON.stringify(schema);
		if (!this.checks.has(key))
			this.checks.set(key, this.ajv.compile(JSON.parse(key.replace(/"#\/components/g, '"doc#/components'))));
		const check = this.checks.get(key);
		return check(json) ? null : this.ajv.errorsText(check.errors);
	}
	// What is wrong with an answer, or null. type: its Content-Type.
	judge(operation, status, type, said) {
		operation.seen.add(status);
		if (status === 500) return `500: ${said.slice(0, 300)}`;
		let response = operation.o.responses[status];
		if (!response) return `${status} is not documented: ${said.slice(0, 200)}`;
		if (response.$ref) response = this.at(response.$ref);
		const bare = (type || '').split(';')[0];
		const content = Object.entries(response.content || {}).find(([k]) => k.split(';')[0] === bare);
		if (!content) return said.length ? `${status} with ${bare} is not documented` : null;
		if (!bare.endsWith('json') || bare.includes('openapi')) return null;
		let json;
		try {
			json = JSON.parse(said);
		} catch (e) {
			return `${status} is no JSON: ${said.slice(0, 200)}`;
		}
		const fault = this.fits(content[1].schema, json);
		return fault ? `${status} does not fit: ${fault} in ${said.slice(0, 300)}` : null;
	}
	// How many operations answered with a status of this hundred: "245 of 307".
	share(hundred, filter) {
		const of = this.operations.filter(filter);
		const with_ = of.filter((x) => [...x.seen].some((s) => Math.floor(s / 100) === hundred));
		return { n: with_.length, of: of.length, percent: Math.floor((100 * with_.length) / of.length), missing: of.filter((x) => !with_.includes(x)).map((x) => x.name) };
	}
}
module.exports = { Document };
