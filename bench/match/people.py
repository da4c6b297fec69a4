#!/usr/bin/env python3
"""people.py LISTED TRUE CONTROLS SEED OUT [NAMES]: an invented list and questions about it, the same on each
run: OUT/list.csv (LISTED people, about NAMES names for each, 1.8 unless said), OUT/queries.csv and OUT/truth.csv
in the columns of `liaison match screen` and bench/match/score.py, and the questions once more as
OUT/events.ndjson for `liaison match stream`. TRUE questions are about somebody listed, written otherwise
(category says how), six in ten with a birth date, of which some are wrong. CONTROLS are people of the same
making who are not listed, every fifth with one listed person's given names and another's family name.
Nobody in here exists: words are chance syllables of five invented tongues, drawn with the tail that names
have (rank r about 1/r as often, of two million), so that a long list has many words that stand in it once."""
import csv, json, math, os, random, sys

TONGUES = [
    # syllables; pattern of a name: g given, p father's given, f family, a article or particle + family
    ('al ka ri mu ha sa da na fi ju za ib ra him sul tan as ad mo ham med ya sin ta wi qu bas'.split(),
     ['gpf', 'gpa', 'gppf', 'gpa', 'gf'], ['al-', 'bin ', 'abu ', 'ben ']),
    ('jo an car los ma ri el ena pe dro gar cia lo pez ro dri guez san tos vi cen te lu na mar ti'.split(),
     ['gff', 'ggff', 'gf', 'gaf'], ['de ', 'de la ', 'del ']),
    ('an dre iv an pe tr ov sk ol ga mi khail vlad im se rge zin ku dr yav ts ev na bor is le'.split(),
     ['gpf', 'gf', 'gpf'], ['']),
    ('kim li wen chol yong jin hua xiu mei ming sun ho pak ri chan gu ok nam il su'.split(),
     ['fg', 'fgg', 'fg'], ['']),
    ('ba ko shi ndra ve lo tam bu ngo zi fe wa kwe ade olu mba chi ka su re po de yo ni ra ju pa'.split(),
     ['gf', 'ggf', 'gf'], ['']),
]
CYRILLIC = dict(zip('abvgdezijklmnoprstufhcyxqw', 'абвгдезийклмнопрстуфхцыкку'))
ARABIC = dict(zip('abtjhdrzsfqklmnwyugpvicxe', 'ابتجحدرزسفقكلمنويوغبفيكخ '))


class Words:
    """The words of one tongue by rank; the rarer, the longer."""
    def __init__(self, tongue, what, ranks, seed):
        self.tongue, self.what, self.ranks, self.seed, self.known = tongue, what, math.log(ranks), seed, {}

    def draw(self, r):
        rank = int(math.exp(r.random() * self.ranks))
        word = self.known.get(rank)
        if word is None:
            own = random.Random(f'{self.seed}/{self.what}/{rank}')
            syllables = TONGUES[self.tongue][0]
            n = own.choice((1, 1, 2)) if self.tongue == 3 else 2 + (rank > 300) + (own.random() < rank / 200000)
            word = self.known[rank] = ''.join(own.choice(syllables) for _ in range(n)).capitalize()
        return word


class Maker:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.given = [Words(t, f'g{t}', 300000 if t != 3 else 400, seed) for t in range(5)]
        self.family = [Words(t, f'f{t}', 2000000 if t != 3 else 300, seed) for t in range(5)]

    def person(self):
        r = self.r
        t = r.randrange(5)
        pattern = r.choice(TONGUES[t][1])
        parts = []
        for kind in pattern:
            if kind in 'gp':
                parts.append((kind, self.given[t].draw(r)))
            elif kind == 'a':
                parts.append(('f', r.choice(TONGUES[t][2]) + self.family[t].draw(r)))
            else:
                parts.append(('f', self.family[t].draw(r)))
        dob = '%04d-%02d-%02d' % (r.randint(1940, 2004), r.randint(1, 12), r.randint(1, 28))
        return t, parts, dob


def text(parts):
    return ' '.join(p for _, p in parts)


def typo(r, s):
    at = [i for i, c in enumerate(s) if c.isalpha()]
    if len(at) < 4:
        return s
    i, kind, c = r.choice(at[1:]), r.random(), r.choice('abcdefghijklmnopqrstuvwxyz')
    if kind < .25:
        return s[:i] + s[i + 1:]
    if kind < .5:
        return s[:i] + c + s[i:]
    if kind < .75 or i + 1 == len(s):
        return s[:i] + c + s[i + 1:]
    return s[:i] + s[i + 1] + s[i] + s[i + 2:]


def romanised(r, s):
    pairs = [('k', 'q'), ('q', 'k'), ('i', 'ee'), ('u', 'ou'), ('y', 'i'), ('j', 'dj'), ('sh', 'ch'), ('v', 'w'),
             ('ts', 'tz'), ('kh', 'h'), ('x', 'hs'), ('mm', 'm'), ('e', 'i'), ('o', 'u')]
    able = [(a, b) for a, b in pairs if a in s]
    for a, b in r.sample(able, min(2, len(able))):
        s = s.replace(a, b, 1)
    return s


def in_script(s, table):
    return ''.join(table.get(c, '' if c.isalpha() else c) for c in s.lower().replace('-', ' '))


def ways(r, parts):
    """A person's name as somebody else writes it, and what was done."""
    s = text(parts)
    kind = r.choice(['exact', 'typo1', 'typo1', 'typo2', 'romanisation', 'token_order', 'drop_middle', 'initial',
                     'join_split', 'particle', 'cyrillic_script', 'arabic_script', 'combined'])
    if kind == 'typo1':
        s = typo(r, s)
    elif kind == 'typo2':
        s = typo(r, typo(r, s))
    elif kind == 'romanisation':
        s = romanised(r, s)
    elif kind == 'token_order':
        s = text(parts[-1:] + parts[:-1])
    elif kind == 'drop_middle' and len(parts) > 2:
        s = text(parts[:1] + parts[-1:])
    elif kind == 'initial' and len(parts) > 2:
        s = text([parts[0], ('p', parts[1][1][0])] + parts[2:])
    elif kind == 'join_split':
        s = s.replace('-', '').replace(' ', '', 1) if r.random() < .5 else s.replace('-', ' ')
    elif kind == 'particle':
        s = ' '.join(w for w in s.replace('-', ' ').split() if w not in ('al', 'bin', 'abu', 'ben', 'de', 'la', 'del'))
    elif kind == 'cyrillic_script':
        s = in_script(s, CYRILLIC)
    elif kind == 'arabic_script':
        s = in_script(s, ARABIC)
    elif kind == 'combined':
        s = typo(r, text(parts[-1:] + parts[:-1]))
    return s, kind


def date_as_told(r, dob):
    x = r.random()
    if x < .4:
        return '', 'none'
    if x < .7:
        return dob, 'exact'
    if x < .85:
        return dob[:4], 'year'
    if x < .95:
        return str(int(dob[:4]) + r.choice((-1, 1))), 'year_off1'
    return dob[:5] + dob[8:] + '-' + dob[5:7] if dob[8:] <= '12' else dob, 'swapped'


def main():
    listed_n, true_n, control_n, seed, out = *map(int, sys.argv[1:5]), sys.argv[5]
    names = float(sys.argv[6]) if len(sys.argv) > 6 else 1.8
    os.makedirs(out, exist_ok=True)
    m = Maker(seed)
    r = m.r
    listed = []
    taken = {} # name -> who bears it
    with open(out + '/list.csv', 'w', newline='', encoding='utf-8') as f:
        w = csv.writer(f)
        w.writerow('entity_id type names dob countries ids source'.split())
        for i in range(listed_n):
            t, parts, dob = m.person()
            all_names = [text(parts)]
            more = names - 1
            while more > 0 and r.random() < more:
                all_names.append(romanised(r, text(parts)) if r.random() < .6 else text(m.person()[1]))
                more -= 1
            for name in all_names:
                taken.setdefault(name.lower(), set()).add(f'p{i}')
            listed.append((i, parts, dob, t))
            w.writerow([f'p{i}', 'person', '|'.join(dict.fromkeys(all_names)),
                        '' if r.random() < .1 else dob[:4] if r.random() < .2 else dob, '', '', 'invented'])
    asked = []
    for i, parts, dob, t in r.choices(listed, k=true_n):
        s, kind = ways(r, parts)
        asked.append((s, *date_as_told(r, dob), '|'.join(sorted(taken[text(parts).lower()])), kind))
    while control_n > 0:
        t, parts, dob = m.person()
        kind = 'control_invented'
        if control_n % 5 == 0:
            one = other = r.choice(listed)
            while other is one or other[3] != one[3]:
                other = r.choice(listed)
            parts = [p for p in one[1] if p[0] != 'f'] + [p for p in other[1] if p[0] == 'f']
            kind = 'control_recombined'
        if text(parts).lower() in taken:
            continue
        asked.append((text(parts), dob if r.random() < .6 else '', 'random', '', kind))
        control_n -= 1
    r.shuffle(asked)
    with open(out + '/queries.csv', 'w', newline='', encoding='utf-8') as f, \
            open(out + '/truth.csv', 'w', newline='', encoding='utf-8') as g, \
            open(out + '/events.ndjson', 'w', encoding='utf-8') as e:
        q, t = csv.writer(f), csv.writer(g)
        q.writerow('query_id name dob country'.split())
        t.writerow('query_id accepted_ids category dob_kind'.split())
        for i, (s, dob, dob_kind, who, kind) in enumerate(asked):
            q.writerow([f'q{i}', s, dob, ''])
            event = {'kind': 'person', 'id': f'q{i}', 'name': s}
            if dob:
                event['birth_date'] = dob
            e.write(json.dumps(event, ensure_ascii=False) + '\n')
            t.writerow([f'q{i}', who, kind, dob_kind if dob else 'none'])


main()
