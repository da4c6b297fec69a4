#!/usr/bin/env python3
"""people.py ROWS RATE SEED OUT [HOMES [COLUMNS]]: two files of invented people with mistakes, OUTa.csv and
OUTb.csv, and both as one, OUTd.csv. Six in ten people stand in both files, two in ten in one. Names are chance
syllables with a Zipf tail; HOMES of households have one to three more members who share address, mostly the
name, sometimes the telephone, now and then (twins) the birth date. RATE is how often a value is wrong or
missing; people swap names, move and marry. Prints how many true pairs there are; ids are rec-PERSON-FILE.
None of its rates or rules is known to liaison."""
import csv, itertools, random, sys

n, rate, seed, out = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
homes = float(sys.argv[5]) if len(sys.argv) > 5 else 0.5
all_columns = 'given,family,dob,street_number,street,city,postcode,phone,sex'
columns = (sys.argv[6] if len(sys.argv) > 6 else all_columns).split(',')
R = random.Random(seed)
SYLLABLES = ('ba ko mi ra ne lo ta shi dra vel go zu fa en or is ul ka pe ri sto ma jo lin wen dor hal bri cha '
             'no').split()
HOME = ('street_number', 'street', 'city', 'postcode')


def word(a, b):
    return ''.join(R.choice(SYLLABLES) for _ in range(R.randint(a, b)))


def zipf(values):
    weights = list(itertools.accumulate(1 / (i + 1) for i in range(len(values))))
    return lambda: R.choices(values, cum_weights=weights)[0]


given = {s: zipf([word(2, 3) for _ in range(400)]) for s in 'mf'}
family = zipf([word(2, 4) for _ in range(max(500, n // 4))])
cities = [(word(2, 4), '%05d' % R.randint(1000, 99999)) for _ in range(max(30, n // 60))]
streets = [word(2, 4) + R.choice([' street', ' road', ' lane', 'gasse', ' ave']) for _ in range(max(50, n // 10))]


def person(home=None, name=None):
    sex = R.choice('mf')
    p = {'sex': sex, 'given': given[sex](), 'family': name or family(),
         'dob': '%04d-%02d-%02d' % (R.randint(1930, 2015), R.randint(1, 12), R.randint(1, 28)),
         'phone': '+%d' % R.randint(10**9, 10**10)}
    if home is None:
        city = R.choice(cities)
        home = {'street_number': str(R.randint(1, 150)), 'street': R.choice(streets), 'city': city[0],
                'postcode': city[1]}
    p.update(home)
    return p


def typo(s):
    if not s:
        return s
    i, kind = R.randrange(len(s)), R.random()
    c = R.choice('0123456789' if s[i].isdigit() else 'abcdefghijklmnopqrstuvwxyz')
    if kind < .25:
        return s[:i] + s[i + 1:]
    if kind < .5:
        return s[:i] + c + s[i:]
    if kind < .75 or i + 1 == len(s):
        return s[:i] + c + s[i + 1:]
    return s[:i] + s[i + 1] + s[i] + s[i + 2:]


def dirty(p):
    q = dict(p)
    for k in q:
        x = R.random()
        if x < rate * .35:
            q[k] = ''
        elif x < rate:
            q[k] = typo(typo(q[k]) if R.random() < .3 else q[k])
    if R.random() < rate * .2:
        q['given'], q['family'] = q['family'], q['given']
    if R.random() < rate * .3 and len(q['dob']) == 10:
        q['dob'] = q['dob'][:5] + q['dob'][8:] + '-' + q['dob'][5:7]
    if R.random() < rate * .5:
        other = person()
        q.update({k: other[k] for k in HOME})
    if R.random() < rate * .3:
        q['family'] = family()
    return q


people = []
while len(people) < n:
    p = person()
    people.append(p)
    for _ in range(R.randint(1, 3) if R.random() < homes else 0):
        q = person({k: p[k] for k in HOME}, p['family'] if R.random() < .8 else None)
        if R.random() < .4:
            q['phone'] = p['phone']
        if R.random() < .05:
            q['dob'] = p['dob']
        people.append(q)
people = people[:n]
order = list(range(n))
R.shuffle(order)
both, left, right = order[:n * 6 // 10], order[n * 6 // 10:n * 8 // 10], order[n * 8 // 10:]
a = [(i, dirty(people[i]) if R.random() < .3 else people[i]) for i in both + left]
b = [(i, dirty(people[i])) for i in both + right]
R.shuffle(a)
R.shuffle(b)
d = a + b
R.shuffle(d)
for name, rows in (('a', a), ('b', b), ('d', d)):
    with open(out + name + '.csv', 'w', newline='') as f:
        w = csv.writer(f)
        w.writerow(['id'] + columns)
        w.writerows([f'rec-{i}-{name}{k}'] + [p[c] for c in columns] for k, (i, p) in enumerate(rows))
print(len(both))
