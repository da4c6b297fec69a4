#!/usr/bin/env python3
"""fuzz.py names|screen|stream ...: what users of a library of string distances do, in rapidfuzz where Python has
it, else in python3-levenshtein, whose ratio() and jaro_winkler() are the same measures.
    fuzz.py names                                           the library that is used, as one word
    fuzz.py screen token_sort|jaro_winkler NAMES ASKED OUT TIMES [LIMIT]
        each of ASKED (query, name) against all of NAMES (entity, name): the best 20 entities a query go to OUT
        as CSV, the microseconds of CPU of each query to TIMES. LIMIT: so many of ASKED. rapidfuzz is asked by process.extract.
    fuzz.py stream NAMES < NDJSON > ALERTS                  events of kind person, alerts from .85 on
Both are of one thread. Names come folded (sample.py): folding is not in the times."""
import csv, heapq, itertools, json, re, sys, time

try:
    from rapidfuzz import fuzz, process
    from rapidfuzz.distance import JaroWinkler
    library = 'rapidfuzz'
except ImportError:
    try:
        import Levenshtein
        library = 'python3-levenshtein'
    except ImportError:
        library = ''


def by_words(s):
    return ' '.join(sorted(s.split()))


def matcher(scorer, names):
    """query -> [(score, entity)], best first, an entity once."""
    entities = [e for e, _ in names]
    if scorer == 'token_sort':
        texts = [by_words(n) for _, n in names]
    else:
        texts = [n for _, n in names]
    if library == 'rapidfuzz':
        measure = fuzz.ratio if scorer == 'token_sort' else JaroWinkler.normalized_similarity
        scale = 100 if scorer == 'token_sort' else 1

        def scores(q):
            return [(s / scale, i) for _, s, i in process.extract(q, texts, scorer=measure, limit=60)]
    else:
        measure = Levenshtein.ratio if scorer == 'token_sort' else Levenshtein.jaro_winkler

        def scores(q):
            all_scores = [measure(q, t) for t in texts]
            line = heapq.nlargest(60, all_scores)[-1]
            return sorted(((s, i) for i, s in enumerate(all_scores) if s >= line), key=lambda t: (-t[0], t[1]))[:60]

    def match(q):
        best = {}
        for s, i in scores(by_words(q) if scorer == 'token_sort' else q):
            best.setdefault(entities[i], s)
        return [(s, e) for e, s in best.items()][:20]
    return match


def pairs(path):
    with open(path, encoding='utf-8') as f:
        return [line.rstrip('\n').split('\t') for line in f]


def screen(scorer, names_path, asked_path, out, times, limit='1000000000'):
    match = matcher(scorer, pairs(names_path))
    with open(out, 'w', newline='') as f, open(times, 'w') as g:
        w = csv.writer(f)
        for q, name in itertools.islice(pairs(asked_path), int(limit)):
            start = time.thread_time()
            rows = match(name)
            g.write('%.1f\n' % ((time.thread_time() - start) * 1e6))
            w.writerows((q, e, '%.6f' % s) for s, e in rows)


def stream(names_path):
    match = matcher('token_sort', pairs(names_path))
    for line in sys.stdin:
        event = json.loads(line)
        name = ' '.join(re.sub(r'\W+', ' ', event['name']).lower().split())
        for score, who in match(name)[:1]:
            if score >= .85:
                print(json.dumps({'event': event['id'], 'listing': who, 'score': score}))


if sys.argv[1] == 'names':
    print(library)
else:
    {'screen': screen, 'stream': stream}[sys.argv[1]](*sys.argv[2:])
