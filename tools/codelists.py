#!/usr/bin/env python3
"""Make model/codes/*.csv from the domain's code lists and Debian's iso-codes.

    tools/codelists.py DOMAIN_CODELISTS_FOLDER ISO_CODES_JSON_FOLDER OUT_FOLDER

Run by hand when a source changes; its output is kept in the repository. Every file it writes
starts with the column `code` (unique in the file), then label_LANG, then the columns of its
own, then source and confidence. model/codes/SOURCES.md says where each list is from.
"""
import csv
import gettext
import json
import os
import re
import sys

DOMAIN, ISO, OUT = sys.argv[1:4]
LANGS = ['fr', 'es', 'ar']


def rows(name):
    with open(os.path.join(DOMAIN, name), newline='', encoding='utf-8') as f:
        return [{k: (v or '').strip() for k, v in r.items()} for r in csv.DictReader(f)]


def confidence(text):
    t = text.lower()
    for word in ('memory', 'measured', 'seen', 'sure', 'review', 'design'):
        if word in t:
            return word
    return ''


def words(code):
    """A first English label for a code that came without one."""
    s = re.sub(r'(?<=[a-z])(?=[A-Z])', ' ', code).replace('_', ' ').replace('-', ' ').strip()
    return s[:1].upper() + s[1:].lower() if s else s


def write(name, own, out, langs=('en',)):
    labels = ['label_' + lang for lang in langs]
    seen = set()
    for r in out:
        assert r['code'] and r['code'] not in seen, (name, r['code'])
        seen.add(r['code'])
    with open(os.path.join(OUT, name + '.csv'), 'w', newline='', encoding='utf-8') as f:
        w = csv.writer(f, lineterminator='\n')
        columns = ['code'] + labels + own + ['source', 'confidence']
        w.writerow(columns)
        for r in out:
            w.writerow([r.get(c, '') for c in columns])


def carry(target, file, code, label, own=(), source='source', pick=None, extra=()):
    """One domain file into one list. code, label: a column, or a function of the row."""
    out, last = [], ''
    for i, r in enumerate(rows(file)):
        if pick and not pick(r):
            continue
        src = r.get(source, '') if source else ''
        if src.startswith('seen') or src in ('', 'memory'):
            shown = last or src
        else:
            shown = last = src
        conf = r.get('confidence') or confidence(src) or confidence(shown)
        get = lambda what: what(r, i) if callable(what) else r[what]
        out.append({'code': get(code), 'label_en': get(label), 'source': shown or 'domain list',
                    'confidence': confidence(conf) or conf, **{c: r[c] for c in own}})
    out += extra
    write(target, list(own), out)


def axis(file, prefix, source='status'):
    for a in dict.fromkeys(r['axis'] for r in rows(file)):
        own = [c for c in ('numeric',) if c in rows(file)[0]]
        carry(f'{prefix}_{a}', file, 'code', 'meaning', own, source,
              pick=lambda r, a=a: r['axis'] == a)


def slug(text):
    return re.sub(r'[^a-z0-9]+', '_', text.lower()).strip('_')[:60].rstrip('_')


# Plain codes.
axis('admiralty.csv', 'admiralty', 'source')
axis('uk_3x5x2.csv', 'uk_3x5x2')
axis('uk_5x5x5.csv', 'uk_5x5x5')
for element in ('ACT', 'MEANS', 'PURPOSE'):
    carry('palermo_' + element.lower(), 'palermo_elements.csv', 'code', 'label', ['bit'],
          pick=lambda r, e=element: r['element'] == e)
carry('coc_events', 'coc_events.csv', 'code', lambda r, i: words(r['code']), source=None)
carry('estimative_language', 'estimative_language.csv', 'code', lambda r, i: words(r['code']),
      ['min_pct', 'max_pct'], source=None)
carry('europol_eval_info', 'europol_eval_info.csv', 'code', 'meaning')
carry('europol_eval_source', 'europol_eval_source.csv', 'code', 'meaning')
carry('goaml_report_types_core', 'goaml_report_types_core.csv', 'code', 'meaning',
      pick=lambda r: r['code'] != 'note')
carry('interpol_notices', 'interpol_notices.csv', 'colour', 'purpose', source='status')
carry('led_log_operations', 'led_log_operations.csv', 'op', lambda r, i: words(r['op']),
      ['must_record'], 'status')
carry('led_special_categories', 'led_special_categories.csv', 'code',
      lambda r, i: words(r['code']))
carry('led_subject_categories', 'led_subject_categories.csv', 'code', 'category',
      ['instrument'], 'status')
carry('pap', 'pap.csv', 'code', 'meaning')
carry('referral_status', 'referral_status.csv', 'code', 'meaning')
carry('service_types', 'service_types.csv', 'code', lambda r, i: words(r['code']))
carry('siena_handling', 'siena_handling.csv', 'code', 'meaning', ['machine_rule'])
carry('tlp2', 'tlp2.csv', 'code', lambda r, i: r['code'], ['rank', 'max_audience'])
carry('unlocode_function', 'unlocode_function.csv', 'code', 'meaning', source=None)
carry('unlocode_status', 'unlocode_status.csv', 'code', 'meaning', source=None)
carry('nrm_steps', 'nrm_steps.csv', 'state', lambda r, i: words(r['state'].replace('|', ' or ')),
      ['n', 'enter_when', 'must_have', 'next'], source=None)
carry('nrm_pillars', 'nrm_pillars.csv', 'pillar', 'name', ['node_objects'])
carry('return_risk_factors', 'return_risk_factors.csv', lambda r, i: slug(r['factor']),
      lambda r, i: words(r['factor']), source=None)
carry('return_risk_steps', 'return_risk_steps.csv', 'n', 'step', ['gate'])
carry('ilo11_forced_labour', 'ilo11_forced_labour.csv', 'n', 'indicator', source=None)
carry('ilo_delphi_labour', 'ilo_delphi_labour.csv', 'id', 'indicator',
      ['dimension', 'palermo_element', 'phase', 'weight_adult_labour', 'weight_child_labour',
       'ilo11'], source=None)
carry('fincen_2020_a008', 'fincen_2020_a008.csv', 'id', 'indicator', ['kind', 'detector_hint'])
carry('oversight_indicators', 'oversight_indicators.csv',
      lambda r, i: r['framework'] + ':' + r['code'], 'indicator', ['framework', 'unit'])
carry('eio_sections', 'eio_sections.csv', 'section', 'content', source='status')
carry('reflection_periods', 'reflection_periods.csv',
      lambda r, i: 'COE' if r['jurisdiction'].startswith('CoE') else r['jurisdiction'].replace(' ', '-'),
      'jurisdiction', ['days_min', 'basis'], source='confidence')
carry('legal_clocks', 'legal_clocks.csv', 'code', lambda r, i: words(r['code']),
      ['amount', 'unit', 'count_from', 'start_event', 'roll_over', 'extension', 'effect'],
      'instrument')

# Rows that a computation reads, and lists of fields.
carry('definition_profiles', 'definition_profiles.csv', 'profile', 'citation',
      ['valid_from', 'valid_to', 'acts', 'means', 'means_req_adult', 'means_req_child',
       'means_waiver_age', 'purposes', 'purpose_open_list', 'consent_rule', 'victim_class',
       'movement_required', 'note'], source='citation')
carry('element_subsumption', 'element_subsumption.csv', lambda r, i: f's{i + 1}', 'basis',
      ['element', 'fact_code', 'satisfies_code', 'profiles'], source=None)
carry('eval_crosswalk', 'eval_crosswalk.csv', lambda r, i: f'x{i + 1}', 'note',
      ['scheme', 'source_code', 'canon_source', 'info_code', 'canon_info'], source=None)
carry('ilo_dimension_rule', 'ilo_dimension_rule.csv', 'rule', 'meaning',
      ['min_strong', 'min_medium', 'min_weak'], source=None)
carry('stigma_terms', 'stigma_terms.csv', lambda r, i: f't{i + 1}', 'avoid',
      ['lang', 'avoid', 'prefer', 'reason', 'severity', 'match', 'when', 'reviewed_by',
       'reviewed_on'])
carry('chain_of_custody_fields', 'chain_of_custody_fields.csv', lambda r, i: slug(r['field']),
      'field', ['required'])
carry('consent_fields', 'consent_fields.csv', 'field', lambda r, i: words(r['field']),
      ['type', 'values', 'required_for'])
carry('court_ruling_fields', 'court_ruling_fields.csv', 'field', lambda r, i: words(r['field']),
      ['type_or_values'])
carry('ctdc_variables', 'ctdc_variables.csv', 'variable', lambda r, i: words(r['variable']),
      ['n', 'type', 'values_or_merged_HTCDS_MethodsOfControl'])
carry('glotip_columns', 'glotip_columns.csv', lambda r, i: r['column'].replace(' ', '_'), 'column',
      ['values'], source=None)
carry('jit_agreement_fields', 'jit_agreement_fields.csv', 'n', 'field', source='status')
HTCDS = 'UNMigration/HTCDS 3c2f653, CC BY 4.0'
write('htcds_fields', ['section', 'status', 'core', 'prefix', 'field', 'system_name', 'label',
                       'type', 'external_codelist', 'n_values', 'description', 'notes'],
      [{**r, 'code': r['system_name'], 'label_en': r['label'] or words(r['field']),
        'source': HTCDS, 'confidence': 'seen'} for r in rows('htcds_fields.csv')])
write('htcds_values', ['system_name', 'value', 'label'],
      [{**r, 'code': r['system_name'] + ':' + r['value'], 'label_en': r['label'],
        'source': HTCDS, 'confidence': 'seen'} for r in rows('htcds_values.csv')])

# HTCDS pick lists, each as a list that a field can name; the code is the value on the wire.
PICK = {
    'org_Type': 'organisation_type', 'prs_Gender': 'gender', 'prs_MaritalStatus': 'marital_status',
    'prs_HighestLevelOfEducation': 'education_level', 'vic_TraffickingStatus': 'trafficking_status',
    'vic_TraffickingStatusDecisionMakingOrg': 'decision_maker',
    'vic_RelationshipToTrafficker': 'trafficker_relationship',
    'vic_RecruitmentWebsitesAndApps': 'website_or_app',
    'vic_MethodOfRecruitment': 'recruitment_method', 'vic_MethodsOfControl': 'control_method',
    'vic_TypeOfExploitation': 'exploitation_type', 'vic_ForcedLabourIndustry': 'industry_section',
    'vic_TypeOfSexExploitation': 'sexual_exploitation_type', 'vic_Vulnerabilities': 'vulnerability',
    'per_RoleInProcess': 'role_in_process', 'cas_Status': 'support_status',
    'cas_ReasonForIncomingReferral': 'referral_reason', 'hte_Type': 'event_type',
    'spl_Type': 'support_type',
}
# The definitions file and CTDC's codebook name flags that the pick list spells otherwise.
ALIAS = {
    'PhysicalThreats': 'MethodsOfControlThreats|Threats',
    'ThreatsLawEnforcement': 'ThreatOfLawEnforcement',
    'ThreatensChildrenFamily': 'UsesChildren',
    'PsychoactiveSubstance': 'PsychoactiveSubstances',
    'Unaquainted': 'Unacquainted',
}
for system, target in PICK.items():
    values = [r for r in rows('htcds_values.csv') if r['system_name'] == system]
    out = [{'code': r['value'], 'label_en': r['label'], 'source': HTCDS, 'confidence': 'seen',
            'alias': ALIAS.get(r['value'], '')} for r in values]
    for r in out:
        if target == 'industry_section':
            r['alias'] = r['code'][0]
        if target == 'trafficker_relationship' and r['code'] == 'Unaquainted':
            r['label_en'] = 'Unacquainted'
    if target == 'control_method':
        out.insert(-1, {'code': 'RestrictsMovement', 'label_en': 'Restricts movement',
                        'alias': 'MethodsOfControlRestrictsMovement',
                        'source': 'HTCDS field definitions; CTDC codebook v2',
                        'confidence': 'seen'})
        for r in out:
            also = 'MethodsOfControl' + r['code']
            if also not in r['alias'].split('|'):
                r['alias'] = '|'.join(x for x in (r['alias'], also) if x)
    write(target, ['alias'], out)


# ISO lists by iso-codes.
def iso(name):
    with open(os.path.join(ISO, f'iso_{name}.json'), encoding='utf-8') as f:
        return json.load(f)[name]


def translations(domain):
    return {lang: gettext.translation(domain, '/usr/share/locale', languages=[lang], fallback=True) for lang in LANGS}


def labelled(row, english, tr):
    row['label_en'] = english
    for lang, t in tr.items():
        said = t.gettext(english)
        row['label_' + lang] = said if said != english else ''
    return row


tr = translations('iso_3166-1')
countries = []
for c in sorted(iso('3166-1'), key=lambda c: c['alpha_2']):
    english = c.get('common_name') or c['name']
    countries.append(labelled({'code': c['alpha_2'], 'alias': c['alpha_3'], 'alpha3': c['alpha_3'],
                               'numeric': c['numeric'], 'source': 'ISO 3166-1 by iso-codes',
                               'confidence': 'seen'}, english, tr))
current = {c['code'] for c in countries}
for c in sorted(iso('3166-3'), key=lambda c: c['withdrawal_date']):
    if c['alpha_2'] in current or c['alpha_3'] in {x['alpha3'] for x in countries}:
        continue
    current.add(c['alpha_2'])
    countries.append({'code': c['alpha_2'], 'label_en': c['name'], 'alias': c['alpha_3'],
                      'alpha3': c['alpha_3'], 'numeric': c.get('numeric', ''),
                      'retired': c['withdrawal_date'],
                      'source': 'ISO 3166-3 by iso-codes', 'confidence': 'seen'})
countries.append({'code': 'XK', 'label_en': 'Kosovo', 'alias': 'XKX', 'alpha3': 'XKX',
                  'source': 'ISO 3166-1 user-assigned, in common use', 'confidence': 'memory'})
INVENTED = {'QN': ('North Coast', 'QNC'), 'QR': ('Riverland', 'QRL')}
for c in range(ord('M'), ord('Z') + 1):
    code = 'Q' + chr(c)
    label, alpha3 = INVENTED.get(code, ('User-assigned ' + code, ''))
    countries.append({'code': code, 'label_en': label, 'alias': alpha3, 'alpha3': alpha3,
                      'source': 'ISO 3166-1 user-assigned; invented, for demonstrations and tests'
                      if code in INVENTED else 'ISO 3166-1 user-assigned', 'confidence': 'seen'})
ALL = ('en', *LANGS)
write('country', ['alias', 'alpha3', 'numeric', 'retired'], countries, ALL)

tr = translations('iso_639-2')
two = {x['alpha_3']: x for x in iso('639-2')}
languages = []
for x in sorted({**{y['alpha_3']: y for y in iso('639-3')}, **two}.values(),
                key=lambda x: (x['alpha_3'] not in two, x['alpha_3'])):
    if not re.fullmatch('[a-z]{3}', x['alpha_3']):
        continue
    alias = '|'.join(v for v in (x.get('alpha_2'), x.get('bibliographic')) if v)
    row = {'code': x['alpha_3'], 'alias': alias, 'alpha2': x.get('alpha_2', ''),
           'source': 'ISO 639-2' if x['alpha_3'] in two else 'ISO 639-3', 'confidence': 'seen'}
    languages.append(labelled(row, x['name'], tr if x['alpha_3'] in two else {}))
write('language', ['alias', 'alpha2'], languages, ALL)

# Minor units: ISO 4217 table A.1 (memory); what is not named has two digits.
DIGITS = {**dict.fromkeys('BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'
                          .split(), 0),
          **dict.fromkeys('BHD IQD JOD KWD LYD OMR TND'.split(), 3), 'CLF': 4, 'UYW': 4}
tr = translations('iso_4217')
write('currency', ['numeric', 'minor_digits'],
      [labelled({'code': c['alpha_3'], 'numeric': c['numeric'],
                 'minor_digits': str(DIGITS.get(c['alpha_3'], 2)),
                 'source': 'ISO 4217 by iso-codes', 'confidence': 'seen'}, c['name'], tr)
       for c in sorted(iso('4217'), key=lambda c: c['alpha_3'])], ALL)
