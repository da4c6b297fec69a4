#!/usr/bin/env bash
# What a record said is not in a running node's memory any more once it was shown, listed and changed:
# not in arenas, nor in values of JSON, nor in what the HTTP library copied. (Names are: the snapshot.)
set -eu
. "$(dirname "$0")/../lib.sh"
need jq perl
umask 077

node_init
node_unlimited
export LIAISON_AS=$(L user list --purpose administration --json | jq -r '.items[0].login')
node_start
found() { # found WORD: how often it is in the node's memory
	perl -e '
		my ($pid, $word) = @ARGV; my $n = 0;
		open(my $mem, "<:raw", "/proc/$pid/mem") or exit 77;
		open(my $maps, "<", "/proc/$pid/maps") or exit 77;
		while (my $line = <$maps>) {
			next unless $line =~ /^([0-9a-f]+)-([0-9a-f]+) r/ and $line !~ /\[v/;
			my ($from, $to) = (hex $1, hex $2); my $bytes;
			sysseek($mem, $from, 0) and sysread($mem, $bytes, $to - $from) or next;
			$n++ while $bytes =~ /\Q$word\E/g;
		}
		print $n;' "$node_pid" "$1"
}
word=Qx$(od -An -N6 -tx8 /dev/urandom | tr -d ' ')
known=$(found "$LIAISON_AS") || { echo "skipped: this account may not look into the node's memory"; exit 77; }
[ "$known" -gt 0 ] || { echo "skipped: memory cannot be looked into here"; exit 77; }

story "It is created, shown masked and whole, listed, searched, changed, and refused"
person=$(L record create person --set name="Mei Chen" --set position="$word" --json | field id)
for _ in 1 2 3 4 5 6 7 8; do
	L record show person "$person" --reveal position --reason "the second interview" --json >/dev/null
	L record show person "$person" --json >/dev/null
	L record list person --json >/dev/null
done
L record search "Mei Chen" --json >/dev/null
L record set person "$person" --version 1 --set salutation=Dr --json >/dev/null
expect_exit 5 L record set person "$person" --version 1 --set salutation="$word"
has "$(L record show person "$person" --reveal position --reason "the second interview" --json)" "$word"

story "None of it is in the node's memory"
for _ in $(seq 50); do # a thread may be between its answer and its end
	n=$(found "$word")
	[ "$n" != 0 ] || break
	sleep 0.1
done
same "places where it still is" "$n" 0
