#!/usr/bin/env python3
"""sample.py LIST QUERIES TRUTH N SEED OUT [CATEGORY]: what all matchers are given. OUT/list.csv, the people of LIST
alone; OUT/queries.csv and OUT/truth.csv, N chance questions (the same for a seed), one in five of them about
somebody listed, where there are as many; or all of CATEGORY. And the same for those that know no scripts:
OUT/names.tsv (entity, name) and OUT/asked.tsv (query, name), in ASCII (unidecode), lower case, without signs, as
their users prepare names."""
import csv, os, random, re, sys

try:
    from unidecode import unidecode
except ImportError:
    import unicodedata

    def unidecode(s):
        return ''.join(c for c in unicodedata.normalize('NFKD', s) if not unicodedata.combining(c))


def fold(s):
    return ' '.join(re.sub(r'\W+', ' ', unidecode(s)).lower().split())


def main():
    list_path, queries_path, truth_path, n, seed, out = sys.argv[1:7]
    category = sys.argv[7] if len(sys.argv) > 7 else None
    n = int(n)
    os.makedirs(out, exist_ok=True)
    with open(list_path, encoding='utf-8', newline='') as f, open(out + '/list.csv', 'w', encoding='utf-8', newline='') as g, \
            open(out + '/names.tsv', 'w') as names:
        rows = csv.DictReader(f)
        w = csv.DictWriter(g, rows.fieldnames)
        w.writeheader()
        for r in rows:
            if r['type'] == 'person':
                w.writerow(r)
                for name in dict.fromkeys(map(fold, r['names'].split('|'))):
                    if name:
                        names.write(f"{r['entity_id']}\t{name}\n")
    with open(truth_path, encoding='utf-8', newline='') as f:
        truth = list(csv.DictReader(f))
    r = random.Random(int(seed))
    true = [t['query_id'] for t in truth if t['accepted_ids']]
    control = [t['query_id'] for t in truth if not t['accepted_ids']]
    take = min(n // 5, len(true))
    chosen = set(r.sample(true, take)) | set(r.sample(control, min(n - take, len(control))))
    if category:
        chosen = {t['query_id'] for t in truth if t['category'] == category}
    with open(queries_path, encoding='utf-8', newline='') as f, open(out + '/asked.tsv', 'w') as asked, \
            open(out + '/queries.csv', 'w', encoding='utf-8', newline='') as g:
        rows = csv.DictReader(f)
        w = csv.DictWriter(g, rows.fieldnames)
        w.writeheader()
        for q in rows:
            if q['query_id'] in chosen:
                w.writerow(q)
                asked.write(f"{q['query_id']}\t{fold(q['name'].split('|')[0])}\n")
    with open(out + '/truth.csv', 'w', encoding='utf-8', newline='') as g:
        w = csv.DictWriter(g, truth[0].keys())
        w.writeheader()
        w.writerows(t for t in truth if t['query_id'] in chosen)


main()
