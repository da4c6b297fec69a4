#!/usr/bin/env python3
"""Makes src/text/data/name_classes.c from tools/names/classes.txt (its source is told there).

    python3 tools/names/classes.py > src/text/data/name_classes.c
"""
import re
import sys


def main():
    classes = {}
    number = 0
    for line in open('tools/names/classes.txt', encoding='utf-8'):
        if line.startswith('#') or not line.strip():
            continue
        number += 1
        full, _, brief = line.partition('|')
        for part, is_short in ((full, False), (brief, True)):
            for name in part.split():
                if not re.fullmatch('[a-z]{2,16}', name):
                    continue
                known = classes.setdefault(name, {})
                if number not in known and len(known) == 3:
                    print('%s is in more than three classes' % name, file=sys.stderr)
                elif number not in known:
                    known[number] = is_short
    out = sys.stdout.write
    out('/*\n * Made by tools/names/classes.py; do not edit. %d names in %d classes.\n */\n' % (len(classes), number))
    out('#include "text/data/name_classes.h"\n\n/* clang-format off */\n'
        'const struct name_row name_rows[] = {\n')
    line = ''
    for name in sorted(classes):
        item = '{"%s",{%s}},' % (name, ','.join(str(n * 2 + short) for n, short in classes[name].items()))
        if len(line) + len(item) > 98:
            out(line + '\n')
            line = ''
        line += item
    out(line + '\n};\nconst size_t name_row_count = sizeof name_rows / sizeof *name_rows;\n/* clang-format on */\n')


main()
