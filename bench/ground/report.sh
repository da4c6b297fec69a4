#!/usr/bin/env bash
# bench/ground/report.sh CSV ENGINE: medians and claims of run.sh's values, as a Markdown table; exit 1
# when a claim does not hold.
set -eu
awk -F, -v engine="$2" '
$1 == engine { at[$3, ++n[$3]] = $4; if ($3 ~ /^start_[0-9]/) { sub(/_[0-9]/, "", $3); at[$3, ++n[$3]] = $4 } }
function median(name, i,    j, k, t, v) {
	for (k = 1; k <= n[name]; k++) v[k] = at[name, k] + 0
	for (k = 1; k <= n[name]; k++)
		for (j = k + 1; j <= n[name]; j++)
			if (v[j] < v[k]) { t = v[k]; v[k] = v[j]; v[j] = t }
	return n[name] % 2 ? v[(n[name] + 1) / 2] : (v[n[name] / 2] + v[n[name] / 2 + 1]) / 2
}
function ratio(a, b,    k) { # of the same round, so that both met the same machine
	n["ratio"] = n[a] < n[b] ? n[a] : n[b]
	for (k = 1; k <= n["ratio"]; k++) at["ratio", k] = at[a, k] / at[b, k]
	return median("ratio")
}
function spread(name,    k, low, high) {
	low = high = at[name, 1] + 0
	for (k = 2; k <= n[name]; k++) {
		if (at[name, k] + 0 < low) low = at[name, k] + 0
		if (at[name, k] + 0 > high) high = at[name, k] + 0
	}
	return sprintf("%.4g to %.4g", low, high)
}
function load(name, text) {
	if (!n[name ".a_second"]) return
	bad[name] = median(name ".not_ok")
	printf "| %s | %.0f | %.1f | %.1f | %s | %.1f (%s) |\n", text, median(name ".a_second"), median(name ".p50_us") / 1000,
		median(name ".p99_us") / 1000, n[name ".a_commit"] ? sprintf("%.0f", median(name ".a_commit")) : "",
		median(name ".server_us"), spread(name ".server_us")
}
function claim(text, got, wanted, is_most, unit,    holds) {
	holds = is_most ? got <= wanted : got >= wanted
	claims = claims sprintf("| %s | %.4g%s | at %s %g | %s |\n", text, got, unit, is_most ? "most" : "least", wanted, holds ? "yes" : "**no**")
	if (!holds) failed = 1
}
END {
	print "| with clients that are kept alive | a second | p50 ms | p99 ms | writes a commit | server CPU, us each (range) |"
	print "|---|---:|---:|---:|---:|---:|"
	load("writes", "audited writes, 64 clients")
	load("writes_1", "audited writes, 1 client")
	load("bare_64", "bare SQLite program, the same rows, 64 a transaction")
	load("slow_sync", "audited writes, 64 clients, each sync 3 ms slower")
	load("slow_sync_alone", "the same, one commit a write")
	load("reads", "audited reads by token, 64 clients")
	load("reads_by_session", "audited reads by session, 64 clients")
	load("bare_http", "bare libmicrohttpd, a JSON reply, 64 clients")
	load("bare_http_same", "bare libmicrohttpd, the same headers and body as the node, 64 clients")
	load("reads_1", "audited reads by token, 1 client")
	load("bare_http_1", "bare libmicrohttpd, 1 client")
	load("list_first", "first page of 50 of the list, 4 clients")
	load("list_middle", "a page of 50 in its middle, 4 clients")
	load("sign_in", "signing in with a password (Argon2id), 1 client")
	print ""
	if (n["writes.a_second"]) {
		if (n["bare_64.a_second"]) claim("writes over HTTP, of the bare SQLite program", ratio("writes.a_second", "bare_64.a_second"), 0.5)
		claim("writes a commit", median("writes.a_commit"), 16)
		claim("writes a commit, each sync 3 ms slower", median("slow_sync.a_commit"), 16)
		claim("times one commit a write, each sync 3 ms slower", ratio("slow_sync.a_second", "slow_sync_alone.a_second"), 8)
	}
	if (n["reads.server_us"]) {
		claim("CPU of an audited read, of a bare libmicrohttpd reply, 64 clients", ratio("reads.server_us", "bare_http.server_us"), 5, 1)
		if (n["reads_by_session.server_us"])
			claim("the same by session", ratio("reads_by_session.server_us", "bare_http_after.server_us"), 5, 1)
		claims = claims sprintf("| the same, of a bare reply with the same headers and body | %.3g | | |\n", ratio("reads.server_us", "bare_http_same.server_us"))
		claims = claims sprintf("| the same by token, 1 client | %.3g | | |\n", ratio("reads_1.server_us", "bare_http_1.server_us"))
	}
	if (n["list_first.server_us"]) {
		list = sprintf(" of %d records, server CPU", median("list.records"))
		claim("first page" list, median("list_first.server_us") / 1000, 5, 1, " ms")
		if (n["list_middle.server_us"]) claim("a middle page" list, median("list_middle.server_us") / 1000, 5, 1, " ms")
	}
	if (n["import.s"]) claim(sprintf("import of %d records, CPU time of sqlite3 .import and as many random keys", median("import.records")), ratio("import.cpu_s", "shell_import.cpu_s"), 6, 1)
	if (n["start.ms"]) {
		claim("start with a key file to the first answer (CPU " sprintf("%.0f", median("start.cpu_ms")) " ms)", median("start.ms"), 200, 1, " ms")
		if (n["start_passphrase.ms"])
			claims = claims sprintf("| the same with a passphrase, whose Argon2id is slow on purpose | %.0f ms | | |\n", median("start_passphrase.ms"))
	}
	if (n["memory.start_mib"]) {
		claim("memory (RSS) after the start", median("memory.start_mib"), 60, 1, " MiB")
		claims = claims sprintf("| memory under 64 clients | %.3g MiB | | |\n", median("memory.busy_mib"))
		claim("memory 10 s after them", median("memory.idle_mib"), 60, 1, " MiB")
	}
	print "| what | measured | wanted | holds |"
	print "|---|---:|---:|---|"
	printf "%s", claims
	for (name in bad) if (bad[name] > 0) { print ""; print "**Answers that were not good: " name "**"; failed = 1 }
	exit failed
}' "$1"
