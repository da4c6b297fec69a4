#!/usr/bin/env python3
"""score.py quality TRUTH RESULTS [--dates LIST QUERIES]: how well a list was screened, as lines `measure value`.
    top1 top5 top20   of the questions about somebody listed, those with them among the first so many
    f1                best F1 over thresholds: right first places against wrong ones and controls' hits
    recall            right first places above a threshold that at most one control in 10,000 passes
    top1.CATEGORY     top1 of each category
score.py pairs RESULTS WANTED [SCHEMA]: F1 of a column `match` (RESULTS: left,right,...,match) and of the column
`predicted_match` of WANTED, where it stands, on the rows of SCHEMA, as lines `measure value`.
score.py cases CASES OUT: name1, name2 and schema of CASES as left, right and type, for `liaison match pairs`.
score.py ranks NUMBERS: per second, p50 and p99 of a file of microseconds.
RESULTS of quality: query_id,matched_id,score. --dates is what users of a name matcher do who know birth dates:
the same full date adds .05, years further apart than one take .15 off; then the rows stand in that order."""
import collections, csv, sys


def read(path):
    with open(path, encoding='utf-8', newline='') as f:
        yield from csv.DictReader(f)


def dated(results, list_path, queries_path):
    asked = {r['query_id']: r['dob'] for r in read(queries_path)}
    listed = {r['entity_id']: [d for d in r['dob'].split('|') if d] for r in read(list_path)}
    for q, rows in results.items():
        dob = asked.get(q, '')
        if not dob:
            continue
        for i, (score, who) in enumerate(rows):
            dates = listed.get(who, [])
            if any(d == dob and len(d) == 10 for d in dates):
                rows[i] = (score + .05, who)
            elif dates and all(abs(int(d[:4]) - int(dob[:4])) > 1 for d in dates if d[:4].isdigit()):
                rows[i] = (score - .15, who)


def quality(truth_path, results_path, *dates):
    accepted, category = {}, {}
    for r in read(truth_path):
        accepted[r['query_id']] = set(filter(None, r['accepted_ids'].split('|')))
        category[r['query_id']] = r['category']
    results = collections.defaultdict(list)
    with open(results_path, encoding='utf-8', newline='') as f:
        for r in csv.reader(f):
            if len(r) >= 3 and r[0] in accepted:
                results[r[0]].append((float(r[2]), r[1]))
    if dates:
        dated(results, *dates[1:])
    for rows in results.values():
        rows.sort(key=lambda t: -t[0])
    true = [q for q in accepted if accepted[q]]
    controls = [q for q in accepted if category[q].startswith('control')]
    right = {q: results[q][0][1] in accepted[q] for q in true if q in results}
    print('true', len(true))
    print('controls', len(controls))
    for k in (1, 5, 20):
        print(f'top{k} %.5f' % (sum(any(who in accepted[q] for _, who in results.get(q, [])[:k]) for q in true) / len(true)))
    above = sorted((results[q][0][0] for q in controls if q in results), reverse=True)
    allowed = len(controls) // 10000
    line = above[allowed] if len(above) > allowed else float('-inf')
    print('recall %.5f' % (sum(results[q][0][0] > line for q in right if right[q]) / len(true)))
    events = sorted([(results[q][0][0], right[q]) for q in right] + [(s, False) for s in above], key=lambda t: -t[0])
    best = good = 0
    for i, (score, ok) in enumerate(events):
        good += ok
        if i + 1 == len(events) or events[i + 1][0] != score:
            best = max(best, 2 * good / (i + 1 + len(true)))
    print('f1 %.5f' % best)
    each = collections.defaultdict(list)
    for q in true:
        each[category[q]].append(right.get(q, False))
    for name, rows in sorted(each.items()):
        print(f'top1.{name} %.5f' % (sum(rows) / len(rows)))


def f1(rows):
    good = sum(wanted and said for wanted, said in rows)
    all_said, all_wanted = sum(s for _, s in rows), sum(w for w, _ in rows)
    return 2 * good / (all_said + all_wanted) if all_said + all_wanted else 0


def pairs(results_path, wanted_path, schema=None):
    truth = [r['is_match'] == 'true' for r in read(wanted_path) if schema in (None, r['schema'])]
    names = next(iter(read(results_path))).keys()
    if 'predicted_match' in names:
        said = [r['predicted_match'] == 'true' for r in read(results_path) if schema in (None, r['schema'])]
    else:
        said = [m['match'] == 'true' for m, r in zip(read(results_path), read(wanted_path)) if schema in (None, r['schema'])]
    assert len(said) == len(truth)
    print('f1 %.5f' % f1(list(zip(truth, said))))


def cases(path, out):
    with open(out, 'w', encoding='utf-8', newline='') as f:
        w = csv.writer(f)
        w.writerow(['left', 'right', 'type'])
        w.writerows([r['name1'], r['name2'], {'Person': 'person', 'Vessel': 'vessel'}.get(r['schema'], 'organisation')]
                    for r in read(path))


def ranks(path):
    us = sorted(float(x) for x in open(path))
    print('a_second %.2f' % (len(us) * 1e6 / sum(us)))
    print('p50_us %.0f' % us[len(us) // 2])
    print('p99_us %.0f' % us[len(us) - 1 - len(us) // 100])


{'quality': quality, 'pairs': pairs, 'cases': cases, 'ranks': ranks}[sys.argv[1]](*sys.argv[2:])
