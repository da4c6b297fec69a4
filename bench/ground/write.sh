#!/usr/bin/env bash
# bench/ground/write.sh: measure on both engines and write docs/performance.md, .csv and .svg.
# With KEEP=1 nothing is measured: page and drawing are made of the CSV that is there.
set -eu
cd "$(dirname "$0")/../.."
csv=docs/performance.csv
if [ "${KEEP:-}" != 1 ]; then
	rm -f "$csv"
	export LIAISON_CSV="$PWD/$csv"
	bench/ground/run.sh || true
	LIAISON_TEST_ENGINE=postgres tests/postgres.sh bench/ground/run.sh || true
	# As comments at its end, so that page and drawing can be made again.
	{
		echo "# commit $(git rev-parse --short=12 HEAD)$(git diff --quiet HEAD -- src bench || echo ' and changes')"
		echo "# date $(date -u +%Y-%m-%d)"
		echo "# machine $(nproc) processors, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(awk '/^MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo), Linux $(uname -r | cut -d- -f1)"
		echo "# load $(cut -d' ' -f1-3 /proc/loadavg) (other programs ran beside; more than the processors means that they waited for each other)"
		echo "# sqlite $(sqlite3 --version | cut -d' ' -f1)"
	} >>"$csv"
fi
note() { sed -n "s/^# $1 //p" "$csv"; }
{
	echo "# What the ground costs"
	echo
	echo "Made by \`make performance\` from [performance.csv](performance.csv), which holds each single value; do not edit."
	echo
	echo "Commit $(note commit), $(note date), $(note machine). Load averages at the end: $(note load)."
	echo "Medians over the rounds; a ratio is the median of the ratios of single rounds, both parts of which ran within"
	echo "the same minute. CPU time is that of all threads of the server and of its key process, taken from the system. The setting \`opens_a_minute\` is 0, no limit. The client runs on the"
	echo "same processors. A read is decided on for its row, opened, logged, and its leaf durable before it is answered;"
	echo "a bare reply is a constant."
	echo
	echo "![Server CPU time of a request](performance.svg)"
	for engine in sqlite postgres; do
		grep -q "^$engine," "$csv" || continue
		echo
		case $engine in
		sqlite) echo "## SQLite $(note sqlite)" ;;
		*) echo "## PostgreSQL, over its socket on the same machine" ;;
		esac
		echo
		[ $engine = sqlite ] || echo "Server CPU is the node's; the database's own processes come on top and are not counted."
		[ $engine = sqlite ] || echo
		bench/ground/report.sh "$csv" $engine || true
	done
} >docs/performance.md
awk -F, '
$1 !~ /^#/ { at[$1, $3, ++n[$1, $3]] = $4 + 0 }
function median(e, m,    i, j, t, v, c) {
	c = n[e, m]
	for (i = 1; i <= c; i++) v[i] = at[e, m, i]
	for (i = 1; i <= c; i++) for (j = i + 1; j <= c; j++) if (v[j] < v[i]) { t = v[i]; v[i] = v[j]; v[j] = t }
	low = v[1]; high = v[c]
	return v[int((c + 1) / 2)]
}
END {
	split("bare_http reads reads_by_session writes", measure, " ")
	split("bare libmicrohttpd reply;audited read, token;audited read, session;audited write", text, ";")
	split("sqlite postgres", engine, " ")
	split("SQLite PostgreSQL", name, " ")
	most = 1
	for (e = 1; e <= 2; e++) for (m = 1; m <= 4; m++) if (n[engine[e], measure[m] ".server_us"]) { median(engine[e], measure[m] ".server_us"); if (high > most) most = high }
	step = most > 400 ? 100 : most > 200 ? 50 : 20
	most = int(most / step + 1) * step
	left = 210; width = 460; y = 46
	for (e = 1; e <= 2; e++) {
		if (!n[engine[e], "reads.server_us"]) continue
		body = body sprintf("<text x=\"10\" y=\"%d\" font-weight=\"bold\">%s</text>\n", y + 14, name[e])
		y += 24
		for (m = 1; m <= 4; m++) {
			if (!n[engine[e], measure[m] ".server_us"]) continue
			v = median(engine[e], measure[m] ".server_us")
			body = body sprintf("<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>\n<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"14\" fill=\"%s\"/>\n", left - 8, y + 12, text[m], left, y, v / most * width, m == 1 ? "#888" : "#2a6f97")
			body = body sprintf("<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" stroke=\"#000\"/>\n<text x=\"%.1f\" y=\"%d\">%.1f</text>\n", left + low / most * width, left + high / most * width, y + 7, y + 7, left + high / most * width + 6, y + 12, v)
			y += 22
		}
		y += 8
	}
	for (x = 0; x <= most; x += step)
		axis = axis sprintf("<line x1=\"%.1f\" x2=\"%.1f\" y1=\"40\" y2=\"%d\" stroke=\"#ddd\"/>\n<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%d</text>\n", left + x / most * width, left + x / most * width, y, left + x / most * width, y + 16, x)
	printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"740\" height=\"%d\" viewBox=\"0 0 740 %d\" font-family=\"sans-serif\" font-size=\"13\">\n<rect width=\"740\" height=\"%d\" fill=\"#fff\"/>\n", y + 50, y + 50, y + 50
	print "<text x=\"10\" y=\"24\" font-size=\"16\">Server CPU time of a request, 64 kept-alive clients</text>"
	printf "%s%s<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">microseconds of CPU a request (bar: median, line: range over the rounds)</text>\n</svg>\n", axis, body, left + width / 2, y + 38
}' "$csv" >docs/performance.svg
echo "docs/performance.md, .csv and .svg are written"
