// A witness of the tests' own (c2sp.org/tlog-witness and tlog-cosignature), written against the
// specifications with nothing of ours: node tests/npm/witness.js STATE.json ORIGIN=VKEY...
// Prints its verifier key and its port, then serves POST /add-checkpoint until it is ended.
"use strict";
const crypto = require("node:crypto");
const fs = require("node:fs");
const http = require("node:http");

const [statePath, ...logs] = process.argv.slice(2);
const name = "witness.example/w1";
const sha256 = (...parts) => crypto.createHash("sha256").update(Buffer.concat(parts.map((p) => Buffer.from(p)))).digest();
const state = fs.existsSync(statePath) ? JSON.parse(fs.readFileSync(statePath, "utf8")) : { seed: crypto.randomBytes(32).toString("base64"), logs: {} };
const pkcs8 = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), Buffer.from(state.seed, "base64")]);
const secret = crypto.createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
const rawPublic = (key) => crypto.createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32);
const publicFrom = (raw) => crypto.createPublicKey({ key: Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), raw]), format: "der", type: "spki" });
const keyId = (who, type, raw) => sha256(who, "\n", [type], raw).subarray(0, 4);

const known = new Map(); // origin -> verifier keys
for (const log of logs) {
	const [who, , key] = log.split("+");
	const bytes = Buffer.from(log.slice(log.indexOf("+", who.length + 1) + 1), "base64");
	known.set(who, { raw: bytes.subarray(1), id: keyId(who, 1, bytes.subarray(1)), key });
}
function save() {
	fs.writeFileSync(statePath + ".new", JSON.stringify(state));
	fs.renameSync(statePath + ".new", statePath);
}

// RFC 6962 section 2.1.4.2, as RFC 9162 words it.
function consistent(old, size, oldRoot, root, proof) {
	if (old === 0n) return proof.length === 0;
	if (old === size) return proof.length === 0 && oldRoot.equals(root);
	const path = [...proof];
	if ((old & (old - 1n)) === 0n) path.unshift(oldRoot);
	if (path.length === 0) return false;
	let fn = old - 1n, sn = size - 1n;
	while (fn & 1n) { fn >>= 1n; sn >>= 1n; }
	let fr = path[0], sr = path[0];
	for (const c of path.slice(1)) {
		if (sn === 0n) return false;
		if ((fn & 1n) || fn === sn) {
			fr = sha256([1], c, fr);
			sr = sha256([1], c, sr);
			while (!(fn & 1n) && fn !== 0n) { fn >>= 1n; sn >>= 1n; }
		} else {
			sr = sha256([1], sr, c);
		}
		fn >>= 1n;
		sn >>= 1n;
	}
	return sn === 0n && fr.equals(oldRoot) && sr.equals(root);
}

function addCheckpoint(body) {
	const cut = body.indexOf("\n\n");
	const head = body.slice(0, cut).split("\n");
	const note = body.slice(cut + 2);
	const old = /^old (0|[1-9][0-9]*)$/.exec(head[0] || "");
	const end = note.lastIndexOf("\n\n");
	if (cut < 0 || !old || end < 0 || head.length > 64) return [400, "malformed\n"];
	const text = note.slice(0, end + 1);
	const [origin, sizeText, rootText] = text.split("\n");
	const log = known.get(origin);
	if (!log) return [404, "unknown log\n"];
	const signed = note.slice(end + 2).split("\n").some((line) => {
		const m = /^\u2014 (\S+) (\S+)$/.exec(line);
		if (!m || m[1] !== origin) return false;
		const bytes = Buffer.from(m[2], "base64");
		return bytes.subarray(0, 4).equals(log.id) && crypto.verify(null, Buffer.from(text), publicFrom(log.raw), bytes.subarray(4));
	});
	if (!signed) return [403, "not signed by this log\n"];
	const size = BigInt(sizeText), from = BigInt(old[1]);
	const was = state.logs[origin] || { size: "0", root: "" };
	if (from > size) return [400, "old size above size\n"];
	if (from !== BigInt(was.size)) return [409, was.size + "\n"];
	const root = Buffer.from(rootText, "base64");
	const proof = head.slice(1).filter((l) => l !== "").map((l) => Buffer.from(l, "base64"));
	if (!consistent(from, size, Buffer.from(was.root, "base64"), root, proof)) return [422, "does not extend\n"];
	const seconds = Math.floor(Date.now() / 1000);
	const time = Buffer.alloc(8);
	time.writeBigUInt64BE(BigInt(seconds));
	const signature = crypto.sign(null, Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`), secret);
	const line = `\u2014 ${name} ${Buffer.concat([keyId(name, 4, rawPublic(secret)), time, signature]).toString("base64")}\n`;
	state.logs[origin] = { size: sizeText, root: rootText, note: note + line };
	save();
	return [200, line];
}

save();
const server = http.createServer((request, response) => {
	const parts = [];
	request.on("data", (part) => parts.push(part));
	request.on("end", () => {
		const [status, text] = request.method === "POST" && request.url === "/add-checkpoint"
			? addCheckpoint(Buffer.concat(parts).toString("utf8")) : [404, "no such path\n"];
		response.writeHead(status, { "Content-Type": status === 409 ? "text/x.tlog.size" : "text/plain; charset=utf-8" });
		response.end(text);
	});
});
server.listen(0, "127.0.0.1", () => {
	const vkey = `${name}+${keyId(name, 4, rawPublic(secret)).toString("hex")}+${Buffer.concat([Buffer.from([4]), rawPublic(secret)]).toString("base64")}`;
	console.log(vkey);
	console.log(server.address().port);
});
