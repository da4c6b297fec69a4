// duck.js: what users of DuckDB do, one thread of it.
//	duck.js screen NAMES ASKED OUT [LIMIT]  jaro_winkler_similarity of each of ASKED (query, name) with all of
//	                                        NAMES (entity, name); the best 20 entities a query to OUT as CSV.
//	                                        Prints `a_second`, of CPU
//	duck.js link LEFT RIGHT OUT [one]       Fellegi and Sunter in SQL; pairs and their probability to OUT;
//	                                        `one`: each row once, the best pairs first
//	duck.js dedupe FILE OUT [LEVEL]         the same within a file, pairs from LEVEL (.5) on joined to clusters
// The model is the one in common use (as in splink): blocks of rows that agree in one telling field, levels by
// Jaro-Winkler or edits, u from chance pairs, m by expectation and maximisation over
// counted patterns, the same name counted by how rare it is.
'use strict';
const fs = require('fs');
const { DuckDBInstance } = require('@duckdb/node-api');

let db;
const run = (sql) => db.run(sql);
const rows = async (sql) => (await db.runAndReadAll(sql)).getRowObjectsJson();
const text = (s) => `'${String(s).replace(/'/g, "''")}'`;

async function screen(names, asked, out, limit = 1e9) {
	const tsv = (path, columns) => `read_csv(${text(path)}, delim = '\t', header = false, quote = '', columns = ${columns})`;
	await run(`CREATE TABLE listed AS SELECT * FROM ${tsv(names, "{entity: 'VARCHAR', name: 'VARCHAR'}")}`);
	await run(`CREATE TABLE asked AS SELECT *, row_number() OVER () AS at FROM ${tsv(asked, "{query: 'VARCHAR', name: 'VARCHAR'}")}`);
	const n = Math.min(limit, (await rows('SELECT count(*)::INT AS n FROM asked'))[0].n);
	const start = process.cpuUsage();
	await run('CREATE TABLE found (query VARCHAR, entity VARCHAR, score DOUBLE)');
	for (let at = 0; at < n; at += 200)
		await run(`INSERT INTO found SELECT query, b.entity, b.score FROM (
			SELECT query, max({score: score, entity: entity}, 20) AS best FROM (
				SELECT query, entity, max(jaro_winkler_similarity(a.name, l.name)) AS score
				FROM asked a, listed l WHERE a.at > ${at} AND a.at <= ${Math.min(n, at + 200)} GROUP BY query, entity)
			GROUP BY query), unnest(best) AS t(b)`);
	const { user, system } = process.cpuUsage(start);
	console.log(`a_second ${(n / ((user + system) / 1e6)).toFixed(2)}`);
	await run(`COPY (SELECT * FROM found ORDER BY query, score DESC) TO ${text(out)} (HEADER false)`);
}

// The columns of a file, and how each is compared.
const NAMES = /^(given_name|given|first_name|surname|family|address_1|address_2|street|suburb|city|email)$/;
const SKIPPED = /^(cluster|rec_id|unique_id|id)$/;
const heading = (path) => fs.readFileSync(path, 'utf8').split(/\r?\n/, 1)[0].split(',').map((s) => s.trim());

async function load(table, path, fields, id) {
	const head = heading(path);
	const columns = `{${head.map((h) => `${h}: 'VARCHAR'`).join(', ')}}`;
	await run(`CREATE TABLE ${table} AS SELECT trim(${id}) AS id, row_number() OVER () AS row,
		${fields.map((f) => `nullif(lower(trim(${f})), '') AS ${f}`).join(', ')}
		FROM read_csv(${text(path)}, header = true, columns = ${columns})`);
}
const level = (f) => NAMES.test(f)
	? `CASE WHEN l.${f} IS NULL OR r.${f} IS NULL THEN -1 WHEN l.${f} = r.${f} THEN 3
		WHEN jaro_winkler_similarity(l.${f}, r.${f}) >= .92 THEN 2
		WHEN jaro_winkler_similarity(l.${f}, r.${f}) >= .8 THEN 1 ELSE 0 END`
	: `CASE WHEN l.${f} IS NULL OR r.${f} IS NULL THEN -1 WHEN l.${f} = r.${f} THEN 3
		WHEN damerau_levenshtein(l.${f}, r.${f}) <= 1 THEN 2
		WHEN damerau_levenshtein(l.${f}, r.${f}) <= 2 THEN 1 ELSE 0 END`;
const LEVELS = [0, 1, 2, 3];

async function matches(left, right) {
	const head = heading(left), id = head[0];
	const fields = head.filter((h) => !SKIPPED.test(h) && heading(right).includes(h));
	const one = left === right;
	await load('lefts', left, fields, id);
	await (one ? run('CREATE VIEW rights AS SELECT * FROM lefts') : load('rights', right, fields, id));
	const [{ n_left, n_right }] = await rows(`SELECT (SELECT count(*) FROM lefts)::INT AS n_left,
		(SELECT count(*) FROM rights)::INT AS n_right`);

	// Blocks: each field that makes few pairs; of the others, each two that do.
	const few = async (fs) => (await rows(`SELECT coalesce(sum(l.n * r.n), 0)::DOUBLE AS pairs FROM
		(SELECT ${fs}, count(*) AS n FROM lefts GROUP BY ALL) l JOIN (SELECT ${fs}, count(*) AS n FROM rights GROUP BY ALL) r
		USING (${fs})`))[0].pairs <= 10 * Math.max(n_left, n_right);
	const rules = [], dull = [];
	for (const f of fields)
		if (await few([f])) rules.push(`l.${f} = r.${f}`);
		else dull.push(f);
	for (let i = 0; i < dull.length; i++)
		for (let k = i + 1; k < dull.length; k++)
			if (await few([dull[i], dull[k]])) rules.push(`l.${dull[i]} = r.${dull[i]} AND l.${dull[k]} = r.${dull[k]}`);
	const each = one ? ' AND l.row < r.row' : '';
	await run(`CREATE TABLE pairs AS SELECT DISTINCT a, b FROM (${rules.map((rule) =>
		`SELECT l.row AS a, r.row AS b FROM lefts l, rights r WHERE ${rule}${each}`).join(' UNION ALL ')})`);
	await run(`CREATE TABLE compared AS SELECT a, b, ${fields.map((f) => `${level(f)} AS ${f}`).join(', ')}
		FROM pairs JOIN lefts l ON l.row = a JOIN rights r ON r.row = b`);

	// u, from chance pairs.
	await run('SELECT setseed(.5)');
	await run(`CREATE TABLE chance AS SELECT 1 + floor(random() * ${n_left})::BIGINT AS a,
		1 + floor(random() * ${n_right})::BIGINT AS b FROM range(300000)`);
	await run(`CREATE TABLE strangers AS SELECT ${fields.map((f) => `${level(f)} AS ${f}`).join(', ')}
		FROM chance JOIN lefts l ON l.row = a JOIN rights r ON r.row = b ${one ? 'WHERE a <> b' : ''}`);
	const u = {};
	for (const f of fields) {
		u[f] = [1, 1, 1, 1];
		let all = 4;
		for (const r of await rows(`SELECT ${f} AS level, count(*)::INT AS n FROM strangers WHERE ${f} >= 0 GROUP BY 1`)) {
			u[f][r.level] += r.n;
			all += r.n;
		}
		u[f] = u[f].map((n) => n / all);
	}

	// m, among the pairs.
	const patterns = await rows(`SELECT ${fields.join(', ')}, count(*)::INT AS n FROM compared GROUP BY ALL`);
	const all = patterns.reduce((sum, p) => sum + p.n, 0);
	const m = Object.fromEntries(fields.map((f) => [f, [.03, .03, .04, .9]]));
	// Held fast, as splink does, which takes it from rules that are surely right: most fields the same.
	const sure = patterns.filter((p) => fields.filter((f) => p[f] === 3).length > fields.length * .6);
	const share = Math.min(.9, Math.max(1, sure.reduce((sum, p) => sum + p.n, 0)) / .8 / all);
	for (let round = 0; round < 50; round++) {
		const sums = Object.fromEntries(fields.map((f) => [f, [1e-3, 1e-3, 1e-3, 1e-3]]));
		for (const p of patterns) {
			let odds = share / (1 - share);
			for (const f of fields) if (p[f] >= 0) odds *= m[f][p[f]] / u[f][p[f]];
			const w = p.n * odds / (1 + odds);
			for (const f of fields) if (p[f] >= 0) sums[f][p[f]] += w;
		}
		for (const f of fields) {
			const sum = LEVELS.reduce((s, k) => s + sums[f][k], 0);
			m[f] = sums[f].map((s) => s / sum);
		}
	}

	// Scored; the same name by how rare it is.
	for (const f of fields.filter((g) => NAMES.test(g)))
		await run(`CREATE TABLE often_${f} AS SELECT ${f} AS value, count(*) / sum(count(*)) OVER () AS share
			FROM (SELECT ${f} FROM lefts UNION ALL SELECT ${f} FROM rights) WHERE ${f} IS NOT NULL GROUP BY 1`);
	const bits = (f) => {
		const cases = LEVELS.map((k) => `WHEN ${k} THEN ${Math.log2(m[f][k] / u[f][k])}`).join(' ');
		const plain = `CASE c.${f} ${cases} ELSE 0 END`;
		return NAMES.test(f) ? `CASE WHEN c.${f} = 3 THEN log2(${m[f][3]} / t_${f}.share) ELSE ${plain} END` : plain;
	};
	await run(`CREATE TABLE scored AS SELECT l.id AS a, r.id AS b,
		1 / (1 + pow(2, -(${Math.log2(share / (1 - share))} + ${fields.map(bits).join(' + ')}))) AS probability
		FROM compared c JOIN lefts l ON l.row = c.a JOIN rights r ON r.row = c.b
		${fields.filter((f) => NAMES.test(f)).map((f) => `LEFT JOIN often_${f} t_${f} ON t_${f}.value = l.${f}`).join('\n')}`);
}

async function link(left, right, out, one) {
	await matches(left, right);
	let found = await rows('SELECT a, b, probability FROM scored WHERE probability >= .5 ORDER BY probability DESC, a, b');
	if (one) {
		const lefts = new Set(), rights = new Set();
		found = found.filter((p) => !lefts.has(p.a) && !rights.has(p.b) && lefts.add(p.a) && rights.add(p.b));
	}
	fs.writeFileSync(out, 'left_id,right_id,probability\n' + found.map((p) => `${p.a},${p.b},${p.probability}\n`).join(''));
}

async function dedupe(file, out, from = '.5') {
	await matches(file, file);
	const parent = new Map((await rows('SELECT id FROM lefts ORDER BY row')).map((r) => [r.id, r.id]));
	const root = (x) => { while (parent.get(x) !== x) x = parent.get(x); return x; };
	for (const p of await rows(`SELECT a, b FROM scored WHERE probability >= ${Number(from)}`))
		parent.set(root(p.a), root(p.b));
	fs.writeFileSync(out, 'id,cluster\n' + [...parent.keys()].map((k) => `${k},${root(k)}\n`).join(''));
}

(async () => {
	db = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
	const [what, ...given] = process.argv.slice(2);
	await { screen, link, dedupe }[what](...given);
})().catch((e) => { console.error(String(e)); process.exit(1); });
