#!/usr/bin/env python3
"""score.py link RESULT.csv TRUE-PAIRS | dedupe RESULT.csv FILE.csv [COLUMN]: pairwise precision, recall and F1.
Who somebody is: the number in rec-NUMBER-..., or the COLUMN of the file."""
import collections, csv, sys


def show(right, found, true):
    p, r = right / found if found else 0, right / true if true else 0
    print('precision %.5f recall %.5f F1 %.5f (%d found, %d right, %d true)' %
          (p, r, 2 * p * r / (p + r) if p + r else 0, found, right, true))


def pairs(counts):
    return sum(v * (v - 1) // 2 for v in counts.values())


rows = list(csv.reader(open(sys.argv[2], encoding='utf-8')))[1:]
if sys.argv[1] == 'link':
    show(sum(a.split('-')[1] == b.split('-')[1] for a, b, _ in rows), len(rows), int(sys.argv[3]))
else:
    table = list(csv.DictReader(open(sys.argv[3], encoding='utf-8'), skipinitialspace=True))
    key = next(iter(table[0]))
    who = {r[key]: r[sys.argv[4]] if len(sys.argv) > 4 else r[key].split('-')[1] for r in table}
    cluster = dict(rows)
    show(pairs(collections.Counter((who[k], c) for k, c in cluster.items())),
         pairs(collections.Counter(cluster.values())), pairs(collections.Counter(who.values())))
