#include "match/stream/rule.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/utf8.h"
#include "format/yaml.h"
#include "model/role.h"

#define DAY_MS INT64_C(86400000)

struct reading {
	struct arena *a;
	const char *name;
	struct str rule; /* the id of the rule that is read, for errors */
	unsigned kinds;
	struct rule_faults *faults;
};

PRINTF(4, 5)
static bool
refuse(struct reading *r, const struct yaml_node *at, const char *key, const char *fmt, ...)
{
	struct err *err = VEC_ADD(r->a, r->faults);
	struct buf b;
	va_list ap;

	buf_init(&b, r->a);
	if (r->rule.n > 0)
		buf_addf(&b, "rule \"%.*s\" ", STR_ARG(r->rule));
	va_start(ap, fmt);
	buf_vaddf(&b, fmt, ap);
	va_end(ap);
	(void)fail_at(err, RC_INVALID, r->name, at->line, at->column, key, "%.*s",
		      STR_ARG(buf_str(&b)));
	return false;
}

static bool
number_read(struct str s, double *out)
{
	char z[32], *end;

	if (s.n == 0 || s.n >= sizeof z)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!(s.p[i] >= '0' && s.p[i] <= '9') && s.p[i] != '.')
			return false;
		z[i] = s.p[i];
	}
	z[s.n] = '\0';
	*out = strtod(z, &end);
	return *end == '\0';
}

/* A word that nearly every text has says nothing. */
static bool
word_check(struct reading *r, const struct yaml_node *at, struct str word)
{
	size_t letters = 0;

	/* One sign of Han is as good as a word of three letters elsewhere: bytes tell both. */
	for (size_t i = 0; i < word.n; i++)
		letters += (unsigned char)word.p[i] >= 0xc0 || (word.p[i] > ' ' && word.p[i] > 0);
	if (word.n >= RULE_WORD_MIN && letters > 0 &&
	    (letters >= RULE_WORD_MIN || (unsigned char)word.p[0] >= 0xe0))
		return true;
	return refuse(r, at, "contains", "looks for a word of less than %d letters", RULE_WORD_MIN);
}

static bool
values_read(struct reading *r, const struct yaml_node *node, struct rule_condition *c)
{
	const struct yaml_node *const *list = NULL;
	size_t n = 1;

	if (node->kind == YAML_LIST) {
		list = (const struct yaml_node *const *)node->at;
		n = node->n;
	}
	if (n == 0 || n > RULE_VALUES_MAX)
		return refuse(r, node, "when", "takes 1 to %d values", RULE_VALUES_MAX);
	for (size_t i = 0; i < n; i++) {
		const struct yaml_node *item = list != NULL ? list[i] : node;
		struct str value =
		    item->kind == YAML_TEXT ? field_value(r->a, c->field, item->text) : STR_NONE;

		if (value.n == 0)
			return refuse(r, item, "when", "takes texts that say something");
		if (c->op == RULE_CONTAINS && !word_check(r, item, value))
			return false;
		*VEC_ADD(r->a, &c->values) = value;
	}
	return true;
}

static const struct {
	const char *name;
	enum rule_op op;
	unsigned forms; /* bits of field_form that take it */
} ops[] = {
    /* clang-format off */
	{ "is",       RULE_IS,       ~((1u << FORM_NUMBER) | (1u << FORM_WORDS)) },
	{ "in",       RULE_IS,       ~((1u << FORM_NUMBER) | (1u << FORM_WORDS) | (1u << FORM_YESNO)) },
	{ "is_not",   RULE_IS_NOT,   ~((1u << FORM_NUMBER) | (1u << FORM_WORDS) | (1u << FORM_YESNO)) },
	{ "not_in",   RULE_IS_NOT,   ~((1u << FORM_NUMBER) | (1u << FORM_WORDS) | (1u << FORM_YESNO)) },
	{ "at_least", RULE_AT_LEAST, 1u << FORM_NUMBER },
	{ "at_most",  RULE_AT_MOST,  1u << FORM_NUMBER },
	{ "contains", RULE_CONTAINS, 1u << FORM_WORDS },
    /* clang-format on */
};

static bool
op_read(struct reading *r, const struct yaml_node *key, const struct yaml_node *value,
	struct rule_condition *c)
{
	const struct field_row *row = &field_rows[c->field];
	bool yes;

	for (size_t i = 0; i < COUNT_OF(ops); i++) {
		if (!str_eq_z(key->text, ops[i].name))
			continue;
		if ((ops[i].forms & (1u << row->form)) == 0)
			return refuse(r, key, "when", "asks of %s what it does not tell (%s)",
				      row->name, ops[i].name);
		c->op = ops[i].op;
		if (row->form == FORM_YESNO) {
			if (value->kind != YAML_TEXT || !yaml_bool(value, &yes))
				return refuse(r, value, "when", "asks of %s yes or no", row->name);
			c->number = yes;
			return true;
		}
		if (row->form != FORM_NUMBER)
			return values_read(r, value, c);
		if (!number_read(yaml_text(value), &c->number))
			return refuse(r, value, "when", "takes a number such as 3 or 0.9");
		if (c->field == ASK_LISTED &&
		    (c->op != RULE_AT_LEAST || c->number > 1 || c->number < row->least))
			return refuse(r, value, "when", "takes listed at_least 0.5 to 1");
		return true;
	}
	return refuse(r, key, "when", "has a word that is no comparison");
}

static bool
condition_read(struct reading *r, const struct yaml_node *node, struct rule_item *out)
{
	const struct yaml_node *name = yaml_find(node, "field");
	struct rule_condition *c;
	int field = field_find(yaml_text(name));

	if (node->kind != YAML_MAP || name == NULL || node->n != 2)
		return refuse(r, node, "when",
			      "takes conditions such as {field: travellers.count, at_least: 3}");
	if (field < 0)
		return refuse(r, name, "when", "asks of a field that events do not have");
	if ((field_rows[field].kinds & r->kinds) != r->kinds)
		return refuse(r, name, "when", "asks of %s, which its stream does not have",
			      field_rows[field].name);
	c = VEC_ADD(r->a, out);
	c->field = (enum event_field)field;
	for (size_t i = 0; i < node->n; i++)
		if (!str_eq_z(node->key[i]->text, "field"))
			return op_read(r, node->key[i], node->at[i], c);
	return refuse(r, node, "when", "has no comparison");
}

static bool
item_read(struct reading *r, const struct yaml_node *node, struct rule_item *out)
{
	const struct yaml_node *any = yaml_find(node, "any");

	if (any == NULL)
		return condition_read(r, node, out);
	if (any->kind != YAML_LIST || any->n == 0 || any->n > RULE_CONDITIONS_MAX || node->n != 1)
		return refuse(r, node, "any", "takes a list of up to %d conditions",
			      RULE_CONDITIONS_MAX);
	for (size_t i = 0; i < any->n; i++)
		if (!condition_read(r, any->at[i], out))
			return false;
	return true;
}

static bool
items_read(struct reading *r, const struct yaml_node *node, const char *key, struct rule_items *out)
{
	if (node->kind != YAML_LIST || node->n > RULE_CONDITIONS_MAX)
		return refuse(r, node, key, "takes a list of up to %d conditions",
			      RULE_CONDITIONS_MAX);
	for (size_t i = 0; i < node->n; i++)
		if (!item_read(r, node->at[i], VEC_ADD(r->a, out)))
			return false;
	return true;
}

/* Does what it asks hold for few, and for what they do? All else is true of many. */
static enum field_rests
rests_on(const struct rule_condition *c)
{
	const struct field_row *row = &field_rows[c->field];
	bool specific = row->rests == RESTS_ON_CONDUCT;

	if (!specific)
		return row->rests;
	if (row->form == FORM_NUMBER)
		specific = c->op == RULE_AT_LEAST && c->number >= row->least;
	else if (row->form == FORM_YESNO)
		specific = (c->number != 0) == row->told_by;
	else
		specific = c->op == RULE_IS || c->op == RULE_CONTAINS;
	return specific ? RESTS_ON_CONDUCT : RESTS_ON_NOTHING;
}

/* Of several, the one that says least is the one that may hold. */
static bool
is_specific(const struct rule_item *item)
{
	for (size_t i = 0; i < item->n; i++)
		if (rests_on(&item->at[i]) != RESTS_ON_CONDUCT)
			return false;
	return true;
}

/* The fields of what it rests on, each once, for the one who wrote it. */
static struct str
fields_of(struct arena *a, const struct rule_items *items)
{
	bool named[ASK_COUNT] = {false};
	struct buf b;

	buf_init(&b, a);
	for (size_t i = 0; i < items->n; i++)
		for (size_t k = 0; k < items->at[i].n; k++) {
			enum event_field field = items->at[i].at[k].field;

			if (!named[field])
				buf_addf(&b, "%s%s", b.n > 0 ? ", " : "", field_rows[field].name);
			named[field] = true;
		}
	return buf_str(&b);
}

static bool
conduct_check(struct reading *r, const struct yaml_node *at, const struct rule_items *when)
{
	bool who = false;

	for (size_t i = 0; i < when->n; i++)
		if (is_specific(&when->at[i]))
			return true;
	for (size_t i = 0; i < when->n; i++)
		for (size_t k = 0; k < when->at[i].n; k++)
			who = who || rests_on(&when->at[i].at[k]) != RESTS_ON_NOTHING;
	return refuse(r, at, "when",
		      "can alert on %.*s alone: %s. A rule needs a specific indicator of what "
		      "somebody does, in every way in which it can hold",
		      STR_ARG(fields_of(r->a, when)),
		      who ? "that is what somebody is, or where they travel"
			  : "that is true of nearly everybody");
}

static bool
when_read(struct reading *r, const struct yaml_node *node, struct rule_items *out)
{
	if (!items_read(r, node, "when", out))
		return false;
	if (out->n == 0)
		return refuse(r, node, "when", "has no condition: it would alert on everybody");
	return conduct_check(r, node, out);
}

static bool
is_id(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= 'A' && s.p[i] <= 'Z') ||
		      (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '-' || s.p[i] == '_' ||
		      s.p[i] == '.'))
			return false;
	return s.n > 0 && s.n <= 64;
}

static void
streams_read(struct reading *r, const struct yaml_node *rule, struct rule *out)
{
	const struct yaml_node *node = yaml_find(rule, "stream");
	size_t n = node != NULL && node->kind == YAML_LIST ? node->n : 1;

	for (size_t i = 0; i < n && node != NULL; i++) {
		const struct yaml_node *item = node->kind == YAML_LIST ? node->at[i] : node;
		int kind = event_kind_find(yaml_text(item));

		if (kind < 0) {
			(void)refuse(r, item, "stream", "is of people, itineraries or payments");
			return;
		}
		out->kinds |= KIND_BIT(kind);
	}
	if (out->kinds == 0)
		(void)refuse(r, rule, "stream", "has no stream: people, itineraries or payments");
	r->kinds = out->kinds;
}

/* Purposes for which people are compared with lists; the others are for those who work otherwise.
 */
static bool
purpose_runs(struct str s)
{
	int purpose = purpose_find(s);

	return purpose == PURPOSE_SCREENING || purpose == PURPOSE_INVESTIGATION ||
	       purpose == PURPOSE_PROTECTION || purpose == PURPOSE_PROSECUTION;
}

static void
basis_read(struct reading *r, const struct yaml_node *node, struct rule *out)
{
	const struct yaml_node *expires = yaml_find(node, "expires");

	out->purpose = yaml_text(yaml_find(node, "purpose"));
	out->authorisation = str_trim(yaml_text(yaml_find(node, "authorisation")));
	out->expires = yaml_text(expires);
	if (out->purpose.n == 0)
		(void)refuse(r, node, "purpose", "has no purpose: it says for what it may be used");
	else if (!purpose_runs(out->purpose))
		(void)refuse(r, yaml_find(node, "purpose"), "purpose",
			     "is for screening, investigation, prosecution or protection; "
			     "immigration control is no purpose");
	if (out->authorisation.n < 3 || out->authorisation.n > 200)
		(void)refuse(r, node, "authorisation",
			     "has no authorisation: the reference of who allowed it");
	if (out->expires.n == 0)
		(void)refuse(r, node, "expires",
			     "has no expiry: a day, after which it is reviewed");
	/* A year before all of this (0727 for 2027) is a slip of the hand, not a rule that is over.
	 */
	else if (!time_parse(out->expires, &out->expires_ms) || out->expires_ms <= 0)
		(void)refuse(r, expires, "expires", "ends on no day such as 2027-03-31");
	else if (out->expires.n == 10)
		out->expires_ms += DAY_MS; /* the day named is the last one */
}

static void
expected_read(struct reading *r, const struct yaml_node *node, const char *key, double *out)
{
	const struct yaml_node *value = yaml_find(node, key);

	*out = -1;
	if (value != NULL && (!number_read(yaml_text(value), out) || *out > 10000))
		(void)refuse(r, value, key, "takes a number of 10,000 events");
}

static bool
members_check(struct reading *r, const struct yaml_node *node)
{
	static const char *const known[] = {"id",	 "name",	   "looks_for",
					    "purpose",	 "legal_basis",	   "authorisation",
					    "expires",	 "stream",	   "when",
					    "unless",	 "expected_hits",  "expected_false_hits",
					    "necessity", "proportionality"};

	for (size_t i = 0; i < node->n; i++) {
		bool is_known = false;

		for (size_t k = 0; k < COUNT_OF(known); k++)
			is_known = is_known || str_eq_z(node->key[i]->text, known[k]);
		if (!is_known)
			return refuse(r, node->key[i], "", "has a member that no rule has");
	}
	return true;
}

static void
rule_read(struct reading *r, const struct yaml_node *node, struct rules *out)
{
	const struct yaml_node *when = yaml_find(node, "when"), *unless = yaml_find(node, "unless");
	struct rule rule = {.line = node->line};

	r->rule = STR_NONE;
	if (node->kind != YAML_MAP) {
		(void)refuse(r, node, "rules", "takes rules, each with id, purpose and so on");
		return;
	}
	rule.id = yaml_text(yaml_find(node, "id"));
	if (!is_id(rule.id)) {
		(void)refuse(r, node, "id",
			     "a rule needs an id of up to 64 letters, digits, \"-\", \"_\", \".\"");
		return;
	}
	r->rule = rule.id;
	for (size_t i = 0; i < out->n; i++)
		if (str_eq(out->at[i].id, rule.id))
			(void)refuse(r, node, "id", "is there twice");
	if (!members_check(r, node))
		return;
	rule.name = yaml_text(yaml_find(node, "name"));
	basis_read(r, node, &rule);
	streams_read(r, node, &rule);
	expected_read(r, node, "expected_hits", &rule.expected_hits);
	expected_read(r, node, "expected_false_hits", &rule.expected_false);
	if (when == NULL)
		(void)refuse(r, node, "when", "has no condition: it would alert on everybody");
	else if (rule.kinds != 0)
		(void)when_read(r, when, &rule.when);
	if (unless != NULL && rule.kinds != 0)
		(void)items_read(r, unless, "unless", &rule.unless);
	*VEC_ADD(r->a, out) = rule;
}

static enum rc
first_fault(const struct rule_faults *faults, struct err *err)
{
	if (faults->n == 0)
		return RC_OK;
	if (err != NULL)
		*err = faults->at[0];
	return RC_INVALID;
}

enum rc
rules_read(struct arena *a, const char *name, struct str text, struct rules *out,
	   struct rule_faults *faults, struct err *err)
{
	struct rule_faults own = {0};
	struct reading r = {.a = a, .name = name, .faults = faults != NULL ? faults : &own};
	const struct yaml_node *list;
	struct yaml_node *root;
	enum rc rc = yaml_read(a, name, text, NULL, &root, err);

	if (rc != RC_OK)
		return rc;
	list = root->kind == YAML_LIST ? root : yaml_find(root, "rules");
	if (list == NULL || list->kind != YAML_LIST || list->n == 0 || list->n > RULES_MAX)
		(void)refuse(&r, root, "rules", "the file takes a list of 1 to %d rules",
			     RULES_MAX);
	else
		for (size_t i = 0; i < list->n; i++)
			rule_read(&r, list->at[i], out);
	return first_fault(r.faults, err);
}

enum rc
rule_condition_read(struct arena *a, struct str text, unsigned kinds, struct rule_items *out,
		    struct err *err)
{
	struct rule_faults faults = {0};
	struct reading r = {.a = a, .name = "condition", .kinds = kinds, .faults = &faults};
	struct yaml_node *root;
	enum rc rc = yaml_read(a, "condition", text, NULL, &root, err);

	if (rc != RC_OK)
		return rc;
	(void)when_read(&r, root, out);
	return first_fault(&faults, err);
}

bool
rule_runs(const struct rule *rule, int64_t now_ms)
{
	return now_ms < rule->expires_ms;
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* As a word where it is written in ASCII; where words are not parted so, anywhere. */
static bool
has_word(struct str text, struct str word)
{
	for (size_t from = 0; from + word.n <= text.n;) {
		ptrdiff_t at = str_find(str_sub(text, from, text.n), word);
		size_t begin, end;

		if (at < 0)
			return false;
		begin = from + (size_t)at;
		end = begin + word.n;
		if (!(is_letter(word.p[0]) && begin > 0 && is_letter(text.p[begin - 1])) &&
		    !(is_letter(word.p[word.n - 1]) && end < text.n && is_letter(text.p[end])))
			return true;
		from = begin + 1;
	}
	return false;
}

static bool
one_of(const struct rule_condition *c, const struct str_list *texts)
{
	for (size_t i = 0; i < texts->n; i++)
		for (size_t k = 0; k < c->values.n; k++)
			if (c->op == RULE_CONTAINS ? has_word(texts->at[i], c->values.at[k])
						   : str_eq(texts->at[i], c->values.at[k]))
				return true;
	return false;
}

/* What the event does not say holds nothing, neither yes nor no. */
static bool
condition_holds(const struct rule_condition *c, const struct event *e, double listed)
{
	const struct str_list *texts = &e->texts[c->field];
	double number = c->field == ASK_LISTED ? listed : e->numbers[c->field];
	bool known = c->field == ASK_LISTED || e->known[c->field];

	switch (field_rows[c->field].form) {
	case FORM_NUMBER:
		return known &&
		       (c->op == RULE_AT_LEAST ? number >= c->number : number <= c->number);
	case FORM_YESNO: return known && number == c->number;
	case FORM_CODE:
	case FORM_IDENT:
	case FORM_PHONE:
	case FORM_FOLDED:
	case FORM_WORDS: break;
	}
	return c->op == RULE_IS_NOT ? texts->n > 0 && !one_of(c, texts) : one_of(c, texts);
}

static bool
item_holds(const struct rule_item *item, const struct event *e, double listed)
{
	for (size_t i = 0; i < item->n; i++)
		if (condition_holds(&item->at[i], e, listed))
			return true;
	return false;
}

bool
rule_holds(const struct rule *rule, const struct event *event, double listed)
{
	if ((rule->kinds & KIND_BIT(event->kind)) == 0)
		return false;
	for (size_t i = 0; i < rule->when.n; i++)
		if (!item_holds(&rule->when.at[i], event, listed))
			return false;
	/* Each of them exempts by itself: a hotline's number, a cleared document. */
	for (size_t i = 0; i < rule->unless.n; i++)
		if (item_holds(&rule->unless.at[i], event, listed))
			return false;
	return true;
}
