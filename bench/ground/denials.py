#!/usr/bin/env python3
"""denials.py PORT ROUNDS PATH...: the first path is of nothing there, each other of a record that the
asker may not know of. Asks for all of them in chance order over one kept connection, ROUNDS times
each, with the token in LIAISON_TOKEN, and prints of each: median time in microseconds, and how often
one of its answers took longer than one of the first's (Mann-Whitney: .5 tells nothing), with the
bounds between which chance alone keeps it 99 times of 100."""
import http.client, os, random, sys, time

port, rounds, paths = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
head = {'Authorization': 'Bearer ' + os.environ['LIAISON_TOKEN'], 'Liaison-Purpose': 'investigation'}
link = http.client.HTTPConnection('127.0.0.1', port)
took, said = [[] for _ in paths], [set() for _ in paths]


def ask(i):
    begin = time.perf_counter_ns()
    link.request('GET', '/api/v1/records/' + paths[i], headers=head)
    answer = link.getresponse()
    body = answer.read()
    took[i].append((time.perf_counter_ns() - begin) / 1000)
    # What differs by question alone: its own number.
    said[i].add((answer.status, len(body), tuple(k for k, _ in answer.getheaders())))


for i in range(len(paths)):
    for _ in range(50):
        ask(i)
    took[i].clear()
order = [i for i in range(len(paths)) for _ in range(rounds)]
random.shuffle(order)
for i in order:
    ask(i)


def longer(a, b):
    """How often an a is longer than a b, ties as halves."""
    ranks, at = {}, 0
    both = sorted([(x, 0) for x in a] + [(x, 1) for x in b])
    total = 0.0
    while at < len(both):
        end = at
        while end < len(both) and both[end][0] == both[at][0]:
            end += 1
        total += sum(1 for k in range(at, end) if both[k][1] == 0) * (at + end + 1) / 2
        at = end
    return (total - len(a) * (len(a) + 1) / 2) / (len(a) * len(b))


spread = 2.576 * ((2 * rounds + 1) / (12 * rounds * rounds)) ** .5
told = 0
for i, path in enumerate(paths):
    kind = path.split('/')[0]
    chance = longer(took[i], took[0])
    print(f'{kind:24} {"nothing there" if i == 0 else "kept from asker":16} median {sorted(took[i])[rounds // 2]:7.1f} us'
          f'  longer than nothing: {chance:.4f} (chance: {.5 - spread:.4f} to {.5 + spread:.4f})')
    if said[i] != said[0] or any(s[0] != 404 for s in said[i]):
        print(f'{path}: another answer than for nothing', file=sys.stderr)
        told = 1
sys.exit(told)
