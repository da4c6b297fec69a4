#include "model/show.h"

static void
names(struct buf *out, const char *before, const struct str_list *list, const char *after)
{
	buf_add_z(out, before);
	for (size_t i = 0; i < list->n; i++) {
		buf_add_z(out, i > 0 ? ", " : "");
		buf_add(out, list->at[i]);
	}
	buf_add_z(out, after);
}

static void
set_names(struct buf *out, uint32_t set, int count, const char *(*name)(int))
{
	bool first = true;

	for (int i = 0; i < count; i++)
		if ((set & BIT(i)) != 0) {
			buf_addf(out, "%s%s", first ? "" : ", ", name(i));
			first = false;
		}
}

static const char *
a_role(int i)
{
	return role_name((enum role)i);
}

static const char *
a_purpose(int i)
{
	return purpose_name((enum purpose)i);
}

static const char *
a_subject(int i)
{
	return subject_name((enum subject)i);
}

static void
state_names(struct buf *out, const struct record_type *type, uint32_t set)
{
	bool first = true;

	for (size_t i = 0; i < type->states.n; i++)
		if ((set & BIT(i)) != 0) {
			buf_addf(out, "%s%.*s", first ? "" : ", ", STR_ARG(type->states.at[i]));
			first = false;
		}
}

/* "code shelter_type list", "ref person, organisation". */
static void
kind_text(struct buf *out, const struct field *f)
{
	static const char *const sizes[] = {
	    [TEXT_SHORT] = " short", [TEXT_LONG] = " long", [TEXT_NAME] = " name"};

	buf_add_z(out, field_kind_name(f->kind));
	if (f->kind == FIELD_TEXT)
		buf_add_z(out, sizes[f->text]);
	if (f->kind == FIELD_CODE)
		buf_addf(out, " %.*s", STR_ARG(f->codes->name));
	if (f->kind == FIELD_REF)
		names(out, " ", &f->refs, "");
	if (f->kind == FIELD_IDENTIFIER && f->kinds.n > 0)
		names(out, " ", &f->kinds, "");
	if (f->unit.n > 0)
		buf_addf(out, " %.*s", STR_ARG(f->unit));
	if (f->list)
		buf_add_z(out, "; list");
}

static void
notes_text(struct buf *out, const struct record_type *type, const struct field *f)
{
	if (f->required)
		buf_add_z(out, " required");
	if (f->when_field >= 0)
		buf_addf(out, " required when %.*s is %.*s",
			 STR_ARG(type->fields[f->when_field].name), STR_ARG(f->when_value));
	if (f->automatic)
		buf_add_z(out, " auto");
	if (f->alone != ALONE_ANY)
		buf_addf(out, " alone:%s", f->alone == ALONE_ADDS ? "adds" : "later");
	if (f->sensitivity != SENSITIVITY_NONE)
		buf_addf(out, " %s", sensitivity_name(f->sensitivity));
	if (f->mask != MASK_NEVER)
		buf_addf(out, " mask:%s", mask_name(f->mask));
	if (f->statement)
		buf_add_z(out, " basis");
	if (f->index_exact)
		buf_add_z(out, " index");
	if (f->match.n > 0)
		buf_addf(out, " match:%.*s", STR_ARG(f->match));
	if (f->inherits.n > 0)
		names(out, " inherits:", &f->inherits, "");
	if (f->check_language)
		buf_add_z(out, " check:language");
	for (size_t i = 0; i < f->standard_count; i++) {
		const struct standard_name *name = &f->standards[i];

		buf_addf(out, " %s:%.*s", standard_word(name->standard), STR_ARG(name->name));
		if (name->part.n > 0)
			buf_addf(out, "(%.*s)", STR_ARG(name->part));
	}
}

static void
gates_text(struct buf *out, const struct move *move)
{
	for (size_t i = 0; i < move->gate_count; i++) {
		buf_addf(out, "%s%.*s", i > 0 ? ", " : "", STR_ARG(move->gates[i].name));
		if (move->gates[i].args.n > 0)
			names(out, "(", &move->gates[i].args, ")");
	}
}

static void
move_notes(struct buf *out, const struct record_type *type, const struct move *move)
{
	if (move->automatic)
		buf_add_z(out, "; by the node");
	if (move->by != BY_ANY)
		buf_addf(out, "; by the %s", move->by == BY_RECIPIENT ? "recipient" : "originator");
	if (move->roles != 0) {
		buf_add_z(out, "; ");
		set_names(out, move->roles, ROLE_COUNT, a_role);
	}
	if (move->four_eyes)
		buf_add_z(out, "; four eyes");
	for (size_t i = 0; i < move->need_count; i++)
		buf_addf(out, "%s%.*s", i == 0 ? "; needs " : ", ",
			 STR_ARG(type->fields[move->needs[i]].name));
	if (move->gate_count > 0) {
		buf_add_z(out, "; gates ");
		gates_text(out, move);
	}
	if (move->event.n > 0)
		buf_addf(out, "; event %.*s", STR_ARG(move->event));
}

void
model_duration_text(struct buf *out, int64_t ms)
{
	const int64_t day = 86400000;

	if (ms % (365 * day) == 0)
		buf_addf(out, "%lldy", (long long)(ms / (365 * day)));
	else if (ms % day == 0)
		buf_addf(out, "%lldd", (long long)(ms / day));
	else if (ms % 3600000 == 0)
		buf_addf(out, "%lldh", (long long)(ms / 3600000));
	else
		buf_addf(out, "%lldm", (long long)(ms / 60000));
}

static void
clock_text(struct buf *out, const struct record_type *type, const struct clock_rule *clock)
{
	static const char *const then[] = {[THEN_REMIND] = "remind",
					   [THEN_ESCALATE] = "escalate to",
					   [THEN_MOVE] = "move to",
					   [THEN_EVENT] = "event",
					   [THEN_ERASE] = "erase"};

	buf_addf(out, "%.*s: from ", STR_ARG(clock->name));
	state_names(out, type, clock->on);
	if (clock->at_field >= 0)
		buf_addf(out, ", at %.*s", STR_ARG(type->fields[clock->at_field].name));
	if (clock->within_ms > 0) {
		buf_add_z(out, clock->at_field >= 0 ? " or within " : ", within ");
		model_duration_text(out, clock->within_ms);
	}
	if (clock->until != 0) {
		buf_add_z(out, ", until ");
		state_names(out, type, clock->until);
	}
	buf_addf(out, "; then %s", then[clock->then]);
	if (clock->then == THEN_REMIND || clock->then == THEN_ESCALATE)
		buf_addf(out, " %s", role_name((enum role)clock->then_target));
	if (clock->then == THEN_MOVE)
		buf_addf(out, " %.*s", STR_ARG(type->states.at[clock->then_target]));
	if (clock->then == THEN_EVENT)
		buf_addf(out, " %.*s", STR_ARG(clock->then_event));
}

void
model_list_text(const struct model *m, struct str lang, struct buf *out)
{
	buf_addf(out, "%-9s %-24s %-24s %6s %6s  %s\n", "area", "type", "label", "fields", "states",
		 "handling");
	for (size_t i = 0; i < m->type_count; i++) {
		const struct record_type *t = &m->types[i];

		buf_addf(out, "%-9.*s %-24.*s %-24.*s %6zu %6zu  %s%s\n", STR_ARG(t->area),
			 STR_ARG(t->name), STR_ARG(model_type_label(t, lang)), t->field_count,
			 t->states.n, tlp_name(t->handling.tlp), t->overlay ? "  overlay" : "");
	}
}

static void
head_text(const struct record_type *t, struct str lang, struct buf *out)
{
	buf_addf(out, "%.*s (%.*s), %.*s, version %u\n", STR_ARG(t->name),
		 STR_ARG(model_type_label(t, lang)), STR_ARG(t->area), t->version);
	if (t->about.n > 0)
		buf_addf(out, "%.*s\n", STR_ARG(t->about));
	buf_addf(out, "handling   %s%s%s\n", tlp_name(t->handling.tlp),
		 t->handling.judicial_ok ? ", judicial use" : "",
		 t->handling.onward_ok ? ", onward" : "");
	if (t->subjects != 0) {
		buf_add_z(out, "subject    ");
		set_names(out, t->subjects, SUBJECT_COUNT, a_subject);
		buf_add_z(out, "\n");
	}
	if (t->guard != GUARD_NONE)
		buf_addf(out, "guard      %s\n", guard_name(t->guard));
	buf_addf(out, "retention  %.*s, review ", STR_ARG(t->retention.class));
	model_duration_text(out, t->retention.review_ms);
	buf_add_z(out, ", erase ");
	model_duration_text(out, t->retention.erase_ms);
	buf_add_z(out, "\nread       ");
	set_names(out, t->read.roles, ROLE_COUNT, a_role);
	buf_add_z(out, " for ");
	set_names(out, t->read.purposes, PURPOSE_COUNT, a_purpose);
	buf_add_z(out, "\nwrite      ");
	set_names(out, t->write.roles, ROLE_COUNT, a_role);
	buf_add_z(out, " for ");
	set_names(out, t->write.purposes, PURPOSE_COUNT, a_purpose);
	buf_add_z(out, "\n");
}

void
model_codes_text(const struct code_list *list, struct str lang, struct buf *out)
{
	int width = 4;

	for (size_t i = 0; i < list->code_count; i++)
		width = list->codes[i].code.n > (size_t)width && list->codes[i].code.n < 40
			    ? (int)list->codes[i].code.n
			    : width;
	for (size_t i = 0; i < list->code_count; i++) {
		const struct code *code = &list->codes[i];
		struct str label = label_in(&code->label, lang, code->code);

		buf_addf(out, "%-*.*s  %.*s%s\n", width, STR_ARG(code->code), STR_ARG(label),
			 code->retired ? " (retired)" : "");
	}
}

void
model_show_text(const struct model *m, const struct record_type *t, struct str lang,
		struct buf *out)
{
	(void)m;
	head_text(t, lang, out);
	buf_add_z(out, "fields\n");
	for (size_t i = 0; i < t->field_count; i++) {
		buf_addf(out, "  %-26.*s ", STR_ARG(t->fields[i].name));
		kind_text(out, &t->fields[i]);
		buf_add_z(out, ";");
		notes_text(out, t, &t->fields[i]);
		buf_add_z(out, "\n");
	}
	if (t->states.n > 0)
		names(out, "states     ", &t->states, "\n");
	for (size_t i = 0; i < t->move_count; i++) {
		buf_add_z(out, "  ");
		state_names(out, t, t->moves[i].from);
		buf_add_z(out, " -> ");
		state_names(out, t, t->moves[i].to);
		move_notes(out, t, &t->moves[i]);
		buf_add_z(out, "\n");
	}
	for (size_t i = 0; i < t->clock_count; i++) {
		buf_add_z(out, "clock      ");
		clock_text(out, t, &t->clocks[i]);
		buf_add_z(out, "\n");
	}
	if (t->flags.n > 0)
		names(out, "flags      ", &t->flags, "\n");
	if (t->watch.n > 0)
		names(out, "watch      ", &t->watch, "\n");
	for (size_t i = 0; i < t->fact_count; i++) {
		buf_addf(out, "fact       %.*s:", STR_ARG(t->facts[i].name));
		for (size_t j = 0; j < t->facts[i].field_count; j++)
			buf_addf(out, " %.*s", STR_ARG(t->fields[t->facts[i].fields[j]].name));
		buf_add_z(out, "\n");
	}
}

/* Inside a table's cell a bar would end it. */
static void
cell(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '|')
			buf_add_byte(out, '\\');
		buf_add_byte(out, s.p[i] == '\n' ? ' ' : s.p[i]);
	}
}

static void
type_markdown(const struct record_type *t, struct buf *out)
{
	const struct str en = STR("en");

	buf_addf(out, "\n## %.*s\n\n%.*s\n\n```\n", STR_ARG(t->name), STR_ARG(t->about));
	head_text(t, en, out);
	buf_add_z(out, "```\n\n| field | kind | notes |\n|---|---|---|\n");
	for (size_t i = 0; i < t->field_count; i++) {
		const struct field *f = &t->fields[i];

		buf_addf(out, "| `%.*s` | ", STR_ARG(f->name));
		kind_text(out, f);
		buf_add_z(out, " |");
		notes_text(out, t, f);
		if (f->about.n > 0) {
			buf_add_z(out, " · ");
			cell(out, f->about);
		}
		buf_add_z(out, " |\n");
	}
	if (t->states.n > 0)
		names(out, "\nStates: ", &t->states, "\n\n");
	for (size_t i = 0; i < t->move_count; i++) {
		buf_add_z(out, "- ");
		state_names(out, t, t->moves[i].from);
		buf_add_z(out, " → ");
		state_names(out, t, t->moves[i].to);
		move_notes(out, t, &t->moves[i]);
		buf_add_z(out, "\n");
	}
	for (size_t i = 0; i < t->clock_count; i++) {
		buf_add_z(out, "- clock ");
		clock_text(out, t, &t->clocks[i]);
		buf_add_z(out, "\n");
	}
	if (t->flags.n > 0)
		names(out, "- flags ", &t->flags, "\n");
	if (t->watch.n > 0)
		names(out, "- gates run again when these change: ", &t->watch, "\n");
}

void
model_reference_markdown(const struct model *m, struct buf *out)
{
	const struct str en = STR("en");

	buf_addf(out,
		 "# The model\n\nMade by `liaison model reference` from `model/`; do not edit. "
		 "The grammar stands in add-a-record-type.md.\n\n%zu record types, %zu lists.\n\n"
		 "| area | type | about |\n|---|---|---|\n",
		 m->type_count, m->list_count);
	for (size_t i = 0; i < m->type_count; i++) {
		buf_addf(out, "| %.*s | [%.*s](#%.*s) | ", STR_ARG(m->types[i].area),
			 STR_ARG(m->types[i].name), STR_ARG(m->types[i].name));
		cell(out, m->types[i].about);
		buf_add_z(out, " |\n");
	}
	for (size_t i = 0; i < m->type_count; i++)
		type_markdown(&m->types[i], out);
	buf_add_z(out, "\n## Gates\n\n| gate | holds when | rule |\n|---|---|---|\n");
	for (size_t i = 0; i < m->gates->code_count; i++) {
		const struct code *gate = &m->gates->codes[i];

		buf_addf(out, "| `%.*s` | ", STR_ARG(gate->code));
		cell(out, label_in(&gate->label, en, gate->code));
		buf_add_z(out, " | ");
		cell(out, code_cell(m->gates, gate, STR("rule")));
		buf_add_z(out, " |\n");
	}
	buf_add_z(out, "\n## Lists\n\n| list | codes |\n|---|---|\n");
	for (size_t i = 0; i < m->list_count; i++)
		buf_addf(out, "| `%.*s` | %zu |\n", STR_ARG(m->lists[i]->name),
			 m->lists[i]->code_count);
}
