#!/usr/bin/env python3
"""report.py CSV [SVG]: the values of bench/match/run.sh as one table in Markdown, medians over the rounds, and as
a drawing. Exit 0 whatever the figures are: they are told, not judged here."""
import collections, csv, statistics, sys

values = collections.defaultdict(lambda: collections.defaultdict(list))
notes, absent = [], []
with open(sys.argv[1], encoding='utf-8', newline='') as f:
    for line in f:
        if line.startswith('# left out: '):
            absent.append(line[12:].strip())
        elif line.startswith('# note '):
            notes.append(line[7:].strip())
        elif not line.startswith(('#', 'round,')):
            _, measure, engine, value, _ = next(csv.reader([line]))
            values[measure][engine].append(float(value))


def of(measure, engine='liaison'):
    got = values[measure].get(engine)
    return statistics.median(got) if got else None


NAMES = {'token_sort': 'token sort ratio', 'jaro_winkler': 'Jaro-Winkler', 'pg_trgm': 'pg_trgm', 'duckdb': 'DuckDB',
         'logic-v2': 'logic-v2'}


def called(engine):
    for k, name in NAMES.items():
        if engine.startswith(k):
            rest = engine[len(k):]
            return name + (' with dates' if rest == '+dates' else rest and f' from {rest.strip()}')
    return engine


def best_peer(measure, more_is_better, only=None):
    rows = [(statistics.median(v), e) for e, v in values[measure].items() if e != 'liaison' and only in (None, e.split(' ')[0])]
    return (max if more_is_better else min)(rows) if rows else None


def number(x, form):
    if form == 'f1':
        return '%.4f' % x if x > .99 else '%.3f' % x
    if form == 'us':
        return '%.3g ms' % (x / 1000)
    if form == 's':
        return '%.3g s' % x
    if form == 'x':
        return '%.2f times' % x
    unit = {'1/s': ' a second', 'bytes': ' bytes', 'MiB': ' MiB'}[form]
    return (format(round(x), ',') if x >= 100 else '%.3g' % x) + unit


rows, bars = [], []


def row(text, wanted, form, measure, command, beside=None, at_least=None, at_most=None, peer=True, draw=None):
    """beside: the measure of the peers, where they had a sample; liaison's on it is told."""
    x = of(measure)
    if x is None:
        return
    holds = '' if at_least is at_most is None else 'yes' if (at_least is None or x >= at_least) and (at_most is None or x <= at_most) else '**no**'
    more = form in ('f1', '1/s', 'x')
    other = best_peer(beside or measure, more) if peer else None
    same = of(beside or measure)
    told = ratio = ''
    if other:
        told = f'{called(other[1])}: {number(other[0], form)}'
        if beside:
            told += f' (liaison, the same questions: {number(same, form)})'
        if form == 'f1':
            ratio = f'{(1 - same) / (1 - other[0]):.2f} of its misses' if other[0] < 1 else 'equal' if same == 1 else 'worse'
        elif more:
            ratio = f'{same / other[0]:.3g} times' if other[0] else ''
        else:
            ratio = f'{same / other[0]:.2g} of it' if other[0] else ''
    rows.append(f'| {text} | {wanted} | {number(x, form)} | {holds} | {told} | {ratio} | {command} |')
    if draw:
        bars.append((draw, form, same, [(called(e), statistics.median(v)) for e, v in values[beside or measure].items() if e != 'liaison']))


SCREEN = '`liaison match screen` + `score.py`'
SPEED = '`bench_match_speed`'
n_true, n_control = of('sample.true'), of('sample.controls')
row('best F1, all controls', 'at least .94', 'f1', 'quality.f1', SCREEN, 'sample.f1', .94, draw='best F1')
row('recall at 1 false hit in 10,000', 'at least .80', 'f1', 'quality.recall', SCREEN, 'sample.recall', .80,
    draw='recall at 1 false hit in 10,000')
row('best F1 on invented people, whom nothing was tuned on', 'at least .94', 'f1', 'invented.f1', SCREEN, at_least=.94)
row('recall at 1 false hit in 10,000 on them', 'at least .80', 'f1', 'invented.recall', SCREEN, at_least=.80)
row('right person first', '', 'f1', 'quality.top1', SCREEN, 'sample.top1', draw='right person first')
row('right person first, real Arabic originals', 'at least .90', 'f1', 'quality.top1.real_original_arabic', SCREEN,
    'arabic.top1', .90)
row('name_bench, persons, F1 at the shipped threshold', 'at least .80', 'f1', 'pairs.cases.persons.f1',
    '`liaison match pairs`', 'pairs.recorded.persons.f1', .80, draw='name_bench persons, F1')
row('name_bench, all, F1', '', 'f1', 'pairs.cases.f1', '`liaison match pairs`', 'pairs.recorded.f1')
row('queries a second, 12 thousand names, one core', 'at least 20,000', '1/s', 'short.a_second', SPEED, at_least=20000,
    draw='queries a second, 12 thousand names')
row('the slowest in a hundred', 'at most 0.5 ms', 'us', 'short.p99_us', SPEED, at_most=500)
row('of those above the shipped threshold, when every entry is scored, the search finds', 'at least .999', 'f1', 'found.of_all',
    '`bench_match_speed LIST QUERIES 0 400`', at_least=.999, peer=False)
long_names = of('long.names')
many = f'{round(long_names):,} names' if long_names else ''
row(f'queries a second, {many}, one core', 'at least 10,000', '1/s', 'long.a_second', SPEED, at_least=10000,
    draw=f'queries a second, {many}')
row('the slowest in a hundred', 'at most 2 ms', 'us', 'long.p99_us', SPEED, at_most=2000)
row('their index is built in', 'at most 1.5 s', 's', 'long.build_s', SPEED, at_most=1.5)
row('bytes a name', 'at most 150', 'bytes', 'long.bytes_a_name', SPEED, at_most=150)
if of('reload.other') is not None:
    rows.append(f"| answers that changed while that list was replaced {of('reload.reloads'):.0f} times | none | "
                f"{of('reload.other'):.0f} | {'yes' if of('reload.other') == 0 else '**no**'} | | | `bench_match_reload` |")
    values['reload']['liaison'] = [of('reload.p99_us_with') / max(1, of('reload.p99_us_without'))]
    row('the slowest in a hundred meanwhile, of that without, by the clock', '1', 'x', 'reload', '`bench_match_reload`', peer=False)
if of('threads.wall_s_2'):
    base = of('threads.one_query_s')
    values['threads']['liaison'] = [(of('threads.wall_s_1') - base) / max(.001, of('threads.wall_s_2') - base)]
    row('two threads, of one, by the clock', '', 'x', 'threads', '`liaison match screen --threads 2`', peer=False)
LINK, DEDUPE = '`liaison match link`', '`liaison match dedupe`'
row('Febrl 4, F1', 'at least .9987', 'f1', 'link.febrl4.f1', LINK, at_least=.9987)
row('Febrl 4, one to one, F1', 'at least .9995', 'f1', 'link.febrl4.one.f1', '`liaison match link --one-to-one`', at_least=.9995)
row('Febrl 4, CPU', 'at most 0.15 s', 's', 'link.febrl4.cpu_s', LINK, at_most=.15, draw='Febrl 4, CPU seconds')
row('Febrl 4, memory', '', 'MiB', 'link.febrl4.mib', LINK)
row('5,000 invented people, three homes in ten shared, F1', '', 'f1', 'link.invented.f1', LINK)
row('the same, one to one, F1', '', 'f1', 'link.invented.one.f1', '`liaison match link --one-to-one`')
row('the same, CPU', '', 's', 'link.invented.cpu_s', LINK)
for name, text in (('febrl1', 'Febrl 1'), ('febrl2', 'Febrl 2'), ('febrl3', 'Febrl 3'), ('fake_1000', "splink's fake 1000"),
                   ('invented', '5,000 invented people')):
    row(f'{text}, freed of duplicates, F1', '', 'f1', f'dedupe.{name}.f1', DEDUPE)
row('Febrl 3, CPU', '', 's', 'dedupe.febrl3.cpu_s', DEDUPE)
STREAM = '`liaison match stream`'
row(f'lines of a stream a second, all threads, {of("stream.lines") or 0:,.0f} lines', '', '1/s', 'stream.a_second', STREAM,
    draw='lines of a stream a second')
row('the same, memory', '', 'MiB', 'stream.mib', STREAM)
if of('stream.tenth.mib') and of('stream.mib'):
    values['stream.flat']['liaison'] = [of('stream.mib') / of('stream.tenth.mib')]
    row('memory, of that for a tenth of the lines', '', 'x', 'stream.flat', STREAM, peer=False)

print('| measure | wanted | liaison | holds | best peer, the same minute | liaison against it | command |')
print('|---|---|---:|---|---|---|---|')
print('\n'.join(rows))
print()
print('Half of the development questions were searched on for the constants, so that its rows are no test on unseen data.')
if n_true:
    print(f'Peers were asked {n_true:,.0f} questions about somebody listed and {n_control:,.0f} controls, against people alone; those with Arabic originals all.')
for note in notes:
    print(note[0].upper() + note[1:] + '.')
for what in absent:
    print(f'Left out: {what}.')


def escaped(s):
    return s.replace('&', '&amp;').replace('<', '&lt;')


if len(sys.argv) > 2:
    y, out = 46, []
    for text, form, same, others in bars:
        out.append(f'<text x="10" y="{y + 12}" font-weight="bold">{escaped(text)}</text>')
        y += 20
        seen = {}
        for name, v in others:
            seen[name] = v
        less = form in ('s',)
        shown = [('liaison', same)] + sorted(seen.items(), key=lambda t: t[1] if less else -t[1])[:4]
        most = max(v for _, v in shown) or 1
        for name, v in shown:
            wide = max(1, v / most * 420)
            fill = '#2a6f97' if name == 'liaison' else '#888'
            out.append(f'<text x="212" y="{y + 12}" text-anchor="end">{escaped(name)}</text>'
                       f'<rect x="220" y="{y}" width="{wide:.1f}" height="14" fill="{fill}"/>'
                       f'<text x="{226 + wide:.1f}" y="{y + 12}">{number(v, form)}</text>')
            y += 20
        y += 10
    with open(sys.argv[2], 'w') as f:
        f.write(f'<svg xmlns="http://www.w3.org/2000/svg" width="780" height="{y + 10}" viewBox="0 0 780 {y + 10}" '
                'font-family="sans-serif" font-size="13">\n'
                f'<rect width="780" height="{y + 10}" fill="#fff"/>\n'
                '<text x="10" y="24" font-size="16">The matcher beside its peers, on the same input</text>\n')
        f.write('\n'.join(out) + '\n</svg>\n')
