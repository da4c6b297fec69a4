#!/usr/bin/env python3
"""Makes src/text/data/han_readings.c: how each character of Unicode's IICore (9,810 characters in
use in China, Hong Kong, Macao, Taiwan, Japan, Korea; it holds every common name) is read.

Source: Unihan 15.0.0 of Debian's package unicode-data (/usr/share/unicode), Unicode licence.
  kMandarin (the second value, where there is one, is Taiwan's and is left out), kCantonese,
  kHangul (or kKorean), kJapaneseOn, kJapaneseKun. A simplified character without a Korean or
  Japanese reading has that of its traditional form.
Changed: tones left out; Cantonese spelled as in Hong Kong's registers (rules below); Japanese long
vowels short; one reading a language.

    python3 tools/han_readings.py > src/text/data/han_readings.c
"""
import bz2
import re
import sys
import unicodedata

FOLDER = '/usr/share/unicode/'


def fields(name, wanted):
    out = {}
    for line in bz2.open(FOLDER + name, 'rt', encoding='utf-8'):
        parts = line.rstrip('\n').split('\t')
        if len(parts) == 3 and parts[1] in wanted:
            out.setdefault(parts[1], {})[int(parts[0][2:], 16)] = parts[2]
    return out


def plain(pinyin):
    """Without tone; u with two dots stays apart as v."""
    s = unicodedata.normalize('NFD', pinyin.lower()).replace('u\u0308', 'v')
    return ''.join(c for c in s if c.isascii() and c.isalpha())


INITIALS = [('gw', 'kw'), ('kw', 'kw'), ('ng', 'ng'), ('b', 'p'), ('d', 't'), ('g', 'k'),
            ('z', 'ch'), ('c', 'ch'), ('j', 'y')]
FINALS = {'aa': 'a', 'aai': 'ai', 'aau': 'au', 'aam': 'am', 'aan': 'an', 'aang': 'ang', 'aap': 'ap',
          'aat': 'at', 'aak': 'ak', 'ou': 'o', 'oe': 'eu', 'oeng': 'eung', 'oek': 'euk',
          'eoi': 'ui', 'eon': 'un', 'eot': 'ut', 'yu': 'u', 'yun': 'uen', 'yut': 'uet'}


def hong_kong(jyutping):
    """The spelling of Hong Kong's registers by rule (what differs by surname: han_names.c)."""
    s = re.sub('[0-9]', '', jyutping)
    if s in ('m', 'ng'):
        return 'ng'
    if s in ('zi', 'ci'):
        return 'tsz'
    if s == 'si':
        return 'sze'
    m = re.match('(gw|kw|ng|[bpmfdtnlgkhwzcsj]?)(.*)$', s)
    lead, end = m.group(1), m.group(2)
    if lead == 's' and end in ('ing', 'ik', 'ek', 'eon', 'eot', 'yu', 'eoi', 'im', 'yun'):
        lead = 'sh' if end not in ('im', 'yun') else 's'
    else:
        lead = dict(INITIALS).get(lead, lead)
    end = FINALS.get(end, end)
    if lead == 'y' and m.group(2).startswith('yu'):
        end = {'yu': 'u', 'yun': 'uen', 'yut': 'uet'}[m.group(2)]
    return lead + end


WADE = [('zhi', 'chih'), ('chi', 'chih'), ('shi', 'shih'), ('ri', 'jih'), ('zi', 'tzu'),
        ('ci', 'tzu'), ('si', 'szu'), ('ye', 'yeh'), ('yan', 'yen'), ('you', 'yu'), ('yong', 'yung'),
        ('e', 'o'), ('er', 'erh'), ('he', 'ho'), ('ke', 'ko'), ('ge', 'ko')]


def wade(s):
    """Wade-Giles without its apostrophes and dots, as Taiwan's passports had it."""
    if s in dict(WADE):
        return dict(WADE)[s]
    m = re.match('(zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw]?)(.*)$', s)
    lead, end = m.group(1), m.group(2)
    lead = {'zh': 'ch', 'j': 'ch', 'q': 'ch', 'x': 'hs', 'z': 'ts', 'c': 'ts', 'b': 'p', 'd': 't',
            'g': 'k', 'r': 'j'}.get(lead, lead)
    if end == 'v':
        return lead + 'u'
    if end == 'ong' and m.group(1) != 'y':
        end = 'ung'
    if end == 'uo' and m.group(1) not in ('g', 'k', 'h', 'sh'):
        end = 'o'
    if end == 'ui' and m.group(1) in ('g', 'k'):
        end = 'uei'
    if end == 'iong':
        end = 'iung'
    if end == 'ian':
        end = 'ien'
    if end in ('ie', 've', 'ue'):
        end = {'ie': 'ieh', 've': 'ueh', 'ue': 'ueh'}[end]
    return lead + end


def japanese(reading):
    s = re.sub('[^a-z]', '', reading.split()[0].lower())
    return s.replace('uu', 'u').replace('ou', 'o').replace('oo', 'o')


JAMO = {'lead': ['G', 'GG', 'N', 'D', 'DD', 'R', 'M', 'B', 'BB', 'S', 'SS', '', 'J', 'JJ', 'C', 'K',
                 'T', 'P', 'H']}
YALE_LEAD = ['K', 'KK', 'N', 'T', 'TT', 'L', 'M', 'P', 'PP', 'S', 'SS', '', 'C', 'CC', 'CH', 'KH', 'TH',
             'PH', 'H']
YALE_VOWEL = ['A', 'AY', 'YA', 'YAY', 'E', 'EY', 'YE', 'YEY', 'O', 'WA', 'WAY', 'OY', 'YO', 'WU', 'WE',
              'WEY', 'WI', 'YU', 'U', 'UY', 'I']
YALE_TAIL = ['', 'K', 'KK', 'KS', 'N', 'NC', 'NH', 'T', 'L', 'LK', 'LM', 'LP', 'LS', 'LTH', 'LPH', 'LH',
             'M', 'P', 'PS', 'S', 'SS', 'NG', 'C', 'CH', 'KH', 'TH', 'PH', 'H']
YALE = {}
for i, a in enumerate(YALE_LEAD):
    for k, b in enumerate(YALE_VOWEL):
        for n, c in enumerate(YALE_TAIL):
            YALE.setdefault(a + b + c, 0xac00 + (i * 21 + k) * 28 + n)


def main():
    r = fields('Unihan_Readings.txt.bz2', {'kMandarin', 'kCantonese', 'kHangul', 'kKorean',
                                           'kJapaneseOn', 'kJapaneseKun', 'kHanyuPinlu'})
    core = fields('Unihan_IRGSources.txt.bz2', {'kIICore'})
    if 'kIICore' not in core:
        core = fields('Unihan_DictionaryLikeData.txt.bz2', {'kIICore'})
    if 'kIICore' not in core:
        core = fields('Unihan_OtherMappings.txt.bz2', {'kIICore'})
    var = fields('Unihan_Variants.txt.bz2', {'kTraditionalVariant'})['kTraditionalVariant']
    traditional = {c: int(v.split()[-1][2:], 16) for c, v in var.items()}

    def value(field, c):
        table = r.get(field, {})
        return table.get(c) or table.get(traditional.get(c, c))

    def korean(c):
        v = value('kHangul', c)
        if v:
            best = sorted(v.split(), key=lambda x: 'E' not in x.split(':')[1])[0]
            return ord(best[0])
        v = value('kKorean', c)
        return YALE.get(v.split()[0], 0) if v else 0

    rows = []
    pools = {'mandarin': set(), 'cantonese': set(), 'japanese': set()}
    for c in sorted(core['kIICore']):
        if not 0x4e00 <= c <= 0x9fff or c not in r['kMandarin']:
            continue
        can = value('kCantonese', c)
        on, kun = value('kJapaneseOn', c), value('kJapaneseKun', c)
        row = (c, plain(r['kMandarin'][c].split()[0]), hong_kong(can.split()[0]) if can else '',
               korean(c), japanese(on) if on else '', japanese(kun) if kun else '')
        if len(row[5]) > 6:
            row = row[:5] + ('',)
        rows.append(row)
        pools['mandarin'].add(row[1])
        pools['cantonese'].add(row[2])
        pools['japanese'] |= {row[4], row[5]}
    out = sys.stdout.write
    out('/*\n * Made by tools/han_readings.py from Unihan 15.0.0; do not edit. Unicode licence:\n'
        ' * LICENSES/Unicode-DFS-2016.txt. %d characters.\n */\n' % len(rows))
    out('#include "text/data/han_readings.h"\n\n/* clang-format off */\n')
    number = {}
    for name in ('mandarin', 'cantonese', 'japanese'):
        words = sorted(pools[name] | {''})
        number[name] = {w: i for i, w in enumerate(words)}
        shown = words
        out('const char *const han_%s[] = {' % name)
        lines(out, ['"%s",' % w.replace('v', 'u') if name == 'mandarin' else '"%s",' % w
                    for w in shown])
        out('};\n\n')
        if name == 'mandarin':
            out('const char *const han_wade[] = {')
            lines(out, ['"%s",' % wade(w) for w in words])
            out('};\n\n')
            out('const char *const han_lyu[] = {')
            lines(out, ['"%s",' % (w.replace('v', 'yu') if w[:2] in ('lv', 'nv') else '')
                        for w in words])
            out('};\n\n')
    frequency = {w: 1 for w in pools['mandarin'] if w}
    for text in r['kHanyuPinlu'].values():
        for spoken, n in re.findall(r'(\S+?)\((\d+)\)', text):
            frequency[plain(spoken)] = frequency.get(plain(spoken), 0) + int(n)
    table = respelled(frequency)
    out('const struct han_respelled han_respelled[] = {')
    lines(out, ['{"%s","%s","%s"},' % ((k,) + table[k]) for k in sorted(table)])
    out('};\nconst size_t han_respelled_count = sizeof han_respelled / sizeof *han_respelled;\n\n')
    codes = sorted({code(w) for w in list(table) + [m.replace('v', 'u') for m in pools['mandarin']]
                    if 2 <= len(w) <= 6})
    out('const uint32_t han_syllables[] = {')
    lines(out, ['0x%x,' % c for c in codes])
    out('};\nconst size_t han_syllable_count = sizeof han_syllables / sizeof *han_syllables;\n\n')
    out('const struct han_row han_rows[] = {')
    lines(out, ['{%d,%d,%d,%d,%d,%d},' % (c, number['mandarin'][m], number['cantonese'][k], h,
                                        number['japanese'][j], number['japanese'][u])
                for c, m, k, h, j, u in rows])
    out('};\nconst size_t han_row_count = sizeof han_rows / sizeof *han_rows;\n\n/* clang-format on */\n')


SURNAMES = 'src/text/han_names.c'


# Surnames' spellings that are other syllables in pinyin, and yet mostly these people's.
BOTH = set('ng chan chang chao chen cheng cho chu tan tang teng kong wan man hui pang tong tai cha ang hong'.split())
JAPANESE = set('hayashi takeshi minami yanagi mori hara seki suga hoshi higashi kita nishi tani oka hori '
               'tsuji shima izumi kuroi kami maki tsutsumi sakaki hata taki katsura sugi minato ara inui '
               'enoki'.split())


def respelled(frequency):
    """Spellings that are no pinyin, or another syllable's, to pinyin: Wade-Giles of every
    syllable, weighed by how often it is spoken (kHanyuPinlu), and the spellings of surnames."""
    weight = {}
    for syllable, n in frequency.items():
        weight.setdefault(wade(syllable), {})[syllable.replace('v', 'u')] = n
    for spelling in weight:
        if spelling in frequency and not spelling.startswith('ch'):
            weight[spelling] = {}
    given = {spelling: dict(to) for spelling, to in weight.items()}
    text = open(SURNAMES, encoding='utf-8').read()
    text = text[text.index('surnames[]'):text.index('families[]')]
    for words in re.findall(r'\{"[^"]*", "([^"]*)"\}', text):
        first, *others = words.split()
        for other in others:
            if other in JAPANESE or (other in frequency and other not in BOTH):
                continue
            w = weight.setdefault(other, {})
            w[first] = w.get(first, 0) + 20000
    out = {}
    for spelling in set(weight) | set(given):
        if len(spelling) > 1:
            out[spelling] = (best_of(spelling, weight), best_of(spelling, given))
    return {k: v for k, v in out.items() if v != ('', '')}


def best_of(spelling, weight):
    best = sorted((w for w in weight.get(spelling, {}).items() if w[0] != spelling),
                  key=lambda w: -w[1])
    return ' '.join(p for p, n in best[:2] if n * 8 >= best[0][1])


def code(word):
    """As han.c packs a syllable: five bits a letter."""
    n = 0
    for letter in word:
        n = n << 5 | (ord(letter) & 31)
    return n


def lines(out, items):
    line = ''
    for item in items:
        if len(line) + len(item) > 99:
            out('\n' + line)
            line = ''
        line += item
    out('\n' + line + '\n')


main()
