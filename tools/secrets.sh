#!/usr/bin/env bash
# tools/secrets.sh: nothing in the repository names one machine or one network, or holds a secret:
# paths of a home or a build machine, addresses of registries and mirrors, private keys, tokens,
# passwords in URLs; nor marks that make code read otherwise than it runs. A line that must look so says why with "secrets-ok: reason".
set -eu
cd "$(dirname "$0")/.."

# In a checkout what git tracks or would track; in an unpacked tree, every file.
files() {
	if git rev-parse --git-dir >/dev/null 2>&1; then
		git ls-files -z --cached --others --exclude-standard
	else
		find . \( -name build -o -name node_modules -o -name .git \) -prune -o -type f -print0
	fi
}

bad=0
refuse() { # what, pattern, paths not looked at
	local hits
	hits=$(files | grep -zvE "${3:-^$}" | xargs -0 -r grep -sHnIE -e "$2" -- 2>/dev/null |
		grep -v 'secrets-ok:' | cut -c1-160 | head -n 20 || :)
	if [ -n "$hits" ]; then
		echo "$1:"
		printf '%s\n' "$hits" | sed 's/^/	/'
		bad=1
	fi
}
me='(^|/)tools/secrets\.sh$'
refuse "paths of one machine" '(^|[^A-Za-z0-9_./-])/(work|home/[a-z]+|root|Users/[A-Za-z]+|mnt/[a-z]+)/[A-Za-z]' "$me"
refuse "addresses of a registry or mirror" '(registry\.[a-z.]+\.(org|com|io)|deb\.debian\.org|"resolved": *"|_authToken|files\.pythonhosted)' "$me"
refuse "private keys" 'BEGIN [A-Z ]*PRIVATE KEY|AGE-SECRET-KEY-1' "$me"
refuse "tokens" '(AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|npm_[A-Za-z0-9]{36}|xox[baprs]-[A-Za-z0-9-]{10}|glpat-[A-Za-z0-9_-]{20}|eyJ[A-Za-z0-9_-]{20,}\.eyJ)' "$me"
refuse "passwords in URLs" '[a-z]+://[^/ "@:<]+:[^/ "@<{$]+@[a-z0-9]' "$me|_test\.c\$|^tests/corpus/" # samples there
# U+202A to U+202E and U+2066 to U+2069, raw; in C they are written \u2068.
marks=$(files | grep -zE '\.(c|h|sh|js|cmake|sql|yaml)$' | LC_ALL=C.UTF-8 xargs -0 -r grep -sHnP '[\x{202A}-\x{202E}\x{2066}-\x{2069}]' -- | cut -d: -f1,2 || :)
if [ -n "$marks" ]; then
	echo "invisible marks of direction (write them as \\u....):"
	printf '%s\n' "$marks" | sed 's/^/	/'
	bad=1
fi
[ $bad = 0 ] && echo "secrets: $(files | tr -cd '\0' | wc -c) files, nothing found"
exit $bad
