#include "match/stream/standing.h"

#include "base/arena.h"
#include "base/clock.h"
#include "match/left_out.h"
#include "model/model.h"
#include "record/stand.h"

#define DAY_MS INT64_C(86400000)

/* The overseer's: it holds from the moment it is issued, also while it is appealed. */
static enum rc
is_stopped(struct door *d, struct id rule, bool *out, struct err *err)
{
	const struct look_only only = {.states = look_state(d, "stop_order", "issued") |
						 look_state(d, "stop_order", "in_force") |
						 look_state(d, "stop_order", "appealed"),
				       .max = 1};
	struct look_list found = {0};
	enum rc rc = look_holders_only(d, "stop_order", "what", rule, &only, &found, err);

	*out = found.n > 0;
	return rc;
}

static enum rc
days_check(struct door *d, const struct record *r, struct rule *out, struct err *err)
{
	struct str until = look_text(r, "until");

	if (!time_parse(until, &out->expires_ms))
		return fail(err, RC_CONFLICT, "until", "the rule has no last day");
	out->expires_ms += DAY_MS; /* the day named is the last one */
	out->expires = until;
	return rule_runs(out, d->now_ms) ? RC_OK
					 : fail(err, RC_CONFLICT, "until", "the rule is expired");
}

static enum rc
gates_check(struct door *d, const struct record *r, struct err *err)
{
	static const char *const gates[] = {"rule_is_proportionate", "authorisation_valid",
					    "purpose_and_basis"};
	enum rc rc = RC_OK;

	for (size_t i = 0; i < COUNT_OF(gates) && rc == RC_OK; i++)
		rc = look_gate(d, gates[i], r, err);
	return rc;
}

static double
percent_of(const struct record *r, const char *name)
{
	json_t *value = json_object_get(r->fields, name);
	struct str s = look_text(r, name);
	int64_t whole;

	if (json_is_number(value))
		return json_number_value(value) / 100;
	/* "82.5", as the model keeps numbers: the whole part is the laxer line. */
	s = str_cut(&s, '.');
	return str_to_i64(s, &whole) ? (double)whole / 100 : 0;
}

enum rc
standing_rule(struct door *d, struct id id, enum purpose purpose, struct standing_rule *out,
	      struct err *err)
{
	struct record *r;
	bool stopped;
	int kind;
	enum rc rc = look_record(d, id, &r, err);

	*out = (struct standing_rule){.id = id};
	if (rc != RC_OK)
		return rc;
	if (!str_eq_z(r->type->name, "rule"))
		return fail(err, RC_ABSENT, "", "there is no such record");
	if (r->state != type_state(r->type, STR("authorised")))
		return fail(err, RC_CONFLICT, "state", "the rule is not authorised");
	if (purpose_find(look_text(r, "purpose")) != (int)purpose)
		return fail(err, RC_CONFLICT, "purpose", "the rule is for another purpose");
	if ((kind = event_kind_find(look_text(r, "stream"))) < 0)
		return fail(err, RC_CONFLICT, "stream", "no screening runs for this stream");
	if ((rc = days_check(d, r, &out->rule, err)) != RC_OK ||
	    (rc = is_stopped(d, id, &stopped, err)) != RC_OK)
		return rc;
	if (stopped)
		return fail(err, RC_CONFLICT, "state", "the overseer stopped the rule");
	if ((rc = gates_check(d, r, err)) != RC_OK)
		return rc;
	out->rule.kinds = KIND_BIT(kind);
	if (rule_condition_read(d->arena, look_text(r, "condition"), out->rule.kinds,
				&out->rule.when, err) != RC_OK)
		return fail(err, RC_CONFLICT, "condition",
			    "the condition does not pass the checker");
	out->rule.id = id_format(d->arena, id);
	out->rule.name = out->name = look_text(r, "name");
	out->handling = r->handling;
	out->threshold = percent_of(r, "threshold");
	look_ids(d, r, "lists", &out->lists);
	return RC_OK;
}

enum rc
standing_rules(struct door *d, enum purpose purpose, struct standing_rules *out, struct err *err)
{
	const struct record_type *type = model_type(d->node->model, STR("rule"));
	struct ids begun = {0};
	enum rc rc;

	*out = (struct standing_rules){0};
	if (type == NULL)
		return RC_OK;
	rc = look_begun(d, type, &begun, err);
	for (size_t i = 0; i < begun.n && rc == RC_OK; i++) {
		struct standing_rule one;
		struct record_stand s;
		struct err why;

		rc = record_stand_find(d, begun.at[i], &s, err);
		if (rc == RC_ABSENT ||
		    (rc == RC_OK && s.state != type_state(type, STR("authorised")))) {
			rc = RC_OK;
			continue;
		}
		if (rc != RC_OK)
			break;
		rc = standing_rule(d, begun.at[i], purpose, &one, &why);
		if (rc == RC_OK)
			*VEC_ADD(d->arena, out) = one;
		else if (rc == RC_CONFLICT || rc == RC_ABSENT || rc == RC_INTEGRITY)
			rc = RC_OK; /* it does not run; nor does one that does not open */
		else if (err != NULL)
			*err = why;
	}
	return rc;
}

static double
least_of(const struct rule *rule, bool *asks)
{
	double least = 1;

	*asks = false;
	for (size_t i = 0; i < rule->when.n; i++)
		for (size_t k = 0; k < rule->when.at[i].n; k++) {
			const struct rule_condition *c = &rule->when.at[i].at[k];

			if (c->field != ASK_LISTED)
				continue;
			*asks = true;
			if (c->number < least)
				least = c->number;
		}
	return least;
}

bool
standing_asks_lists(const struct standing_rule *rule)
{
	bool asks;

	(void)least_of(&rule->rule, &asks);
	return asks;
}

double
standing_least(const struct standing_rules *rules, enum event_kind kind, double most)
{
	for (size_t i = 0; i < rules->n; i++) {
		bool asks;
		double least = least_of(&rules->at[i].rule, &asks);

		if (asks && (rules->at[i].rule.kinds & KIND_BIT(kind)) != 0 && least < most)
			most = least;
	}
	return most;
}

bool
standing_counts(const struct standing_rule *rule, const struct listed_hit *hit)
{
	bool named = rule->lists.n == 0;

	for (size_t i = 0; i < rule->lists.n; i++)
		named = named || id_eq(rule->lists.at[i], hit->list);
	return named && hit->score >= rule->threshold;
}

enum rc
standing_leave_out(struct door *d, struct event *e, bool *changed, struct err *err)
{
	static const enum event_field fields[] = {ASK_PHONE, ASK_EMAIL, ASK_ACCOUNT, ASK_PAID_FROM,
						  ASK_DOCUMENT};
	enum rc rc = RC_OK;

	*changed = false;
	for (size_t f = 0; f < COUNT_OF(fields); f++) {
		struct str_list kept = {0}, *all = &e->texts[fields[f]];

		for (size_t i = 0; i < all->n && rc == RC_OK; i++) {
			bool left_out;

			rc = left_out_value(d, all->at[i], &left_out, err);
			if (!left_out)
				*VEC_ADD(d->arena, &kept) = all->at[i];
			*changed = *changed || left_out;
		}
		if (rc == RC_OK)
			*all = kept;
	}
	return rc;
}

enum rc
standing_check(struct door *d, const struct record *rule, struct err *err)
{
	struct str condition = look_text(rule, "condition");
	int kind = event_kind_find(look_text(rule, "stream"));
	struct rule_items when = {0};
	struct err why;

	/* The node's own counts change nothing that was checked. */
	if (condition.n == 0 || d->actor->is_node)
		return RC_OK;
	if (kind < 0)
		return fail(err, RC_INVALID, "condition",
			    "no screening runs for this stream, so no condition can be checked: "
			    "people, itineraries or payments");
	if (rule_condition_read(d->arena, condition, KIND_BIT(kind), &when, &why) != RC_OK)
		return fail(err, RC_INVALID, "condition", "%s", why.text);
	return RC_OK;
}
