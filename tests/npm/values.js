// values.js: values for the fields of records, from the document's schemas: good ones, and hostile ones.
'use strict';
const HOSTILE = ['', ' ', '\u0000', '\u202etxt', 'é'.normalize('NFD'), '😀'.repeat(50), 'x'.repeat(70000), "' OR 1=1 --",
	'../../etc/passwd', '%00', '<script>', '{{7*7}}', -1, 0, 9007199254740991, 9007199254740993, 1e400, 0.5, null, true, [], {},
	[[[[[]]]]], { a: { b: 1 } }, '0192f0c1-0000-7000-8000-000000000000', 'not-an-id', '\ud800'];
const IDENTIFIERS = { email: 'a@b.example', iban: 'GB82WEST12345698765432', card_number: '4539578763621486', imei: '490154203237518', handle: 'somebody' };

class Values {
	constructor(document, seed) {
		this.d = document;
		this.state = seed >>> 0;
	}
	draw(n) { // mulberry32
		this.state = (this.state + 0x6d2b79f5) >>> 0;
		let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) % n;
	}
	pick(list) { return list[this.draw(list.length)]; }
	// One that the schema takes. refer(types): the id of a record of one of them, or undefined.
	async good(schema, refer) {
		const s = this.d.deref(schema);
		if (s['x-refers-to'] && s.type !== 'array') return refer(s['x-refers-to']);
		if (s.type === 'array') {
			const one = await this.good({ ...s.items, 'x-refers-to': s['x-refers-to'], 'x-kinds': s['x-kinds'] }, refer);
			return one === undefined ? undefined : [one];
		}
		if (s.anyOf) return this.good({ ...s.anyOf[0], 'x-kinds': s['x-kinds'] }, refer);
		if (s.enum) return this.pick(s.enum.filter((v) => v !== null && !(s['x-retired'] || []).includes(v)));
		if (s.type === 'object' && s.properties && s.properties.kind && s.properties.value) {
			const kind = this.pick(s['x-kinds'] || ['other']);
			return { kind, value: IDENTIFIERS[kind] || 'X1234567' };
		}
		if (s.type === 'object' && s.properties && s.properties.sha256)
			return { sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', bytes: 0, media: 'text/plain' };
		if (s.type === 'object' && s.properties && s.properties.text) return { text: 'Dock Road' };
		if (s.type === 'object') {
			const o = {};
			for (const k of s.required || []) o[k] = await this.good(s.properties[k], refer);
			return o;
		}
		if (s.examples) return this.pick(s.examples);
		if (s.type === 'integer') return s.minimum || 1;
		if (s.type === 'boolean') return false;
		if (s.pattern && s.pattern.includes('0-9')) return '1';
		return s.maxLength >= 20000 ? 'She said so herself, on a quiet day.' : 'Tirelu Walk';
	}
	// Anything: mostly of the right kind, at its bounds, or hostile.
	any(schema, depth) {
		const s = this.d.deref(schema);
		if (!s || depth > 6 || this.draw(12) === 0) return this.pick(HOSTILE);
		if (s.examples) return this.pick(s.examples);
		if (s.anyOf) return this.any(this.pick(s.anyOf), depth + 1);
		if (s.enum) return this.pick(s.enum);
		if (s.allOf) return this.any({ ...this.d.deref(s.allOf[0]), required: s.required || [] }, depth + 1);
		switch (s.type) {
		case 'object': {
			const o = {};
			for (const [k, one] of Object.entries(s.properties || {}))
				if ((s.required || []).includes(k) || this.draw(8) === 0) o[k] = this.any(one, depth + 1);
			return o;
		}
		case 'array': return Array.from({ length: this.draw(3) }, () => this.any(s.items, depth + 1));
		case 'integer': return this.pick([s.minimum || 0, s.maximum || 7, (s.minimum || 0) - 1]);
		case 'boolean': return this.draw(2) === 1;
		case 'null': return null;
		default: return this.pick(['a', 'words of a test', 'x'.repeat(Math.min(s.maxLength || 20, 300)), 'Tirelu ቲሬሉ']);
		}
	}
	hostile() { return this.pick(HOSTILE); }
}
module.exports = { Values };
