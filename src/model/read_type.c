#include "model/read.h"

static const char top_words[] =
    "type area version label about subject handling retention guard "
    "guard_minors break_glass concerns_owner concerns team read write fields states "
    "state_labels moves clocks watch flags "
    "facts title";
static const char *const areas[] = {"common", "exchange", "match",   "link",
				    "prove",  "protect",  "respond", "oversee"};

void
read_title(struct reader *r, struct record_type *type, const struct yaml_node *top)
{
	const struct yaml_node *node = read_get(r, top, "title", YAML_TEXT, true);
	VEC(struct title_part) parts = {0};
	struct str rest = yaml_text(node);

	while (rest.n > 0 && r->rc == RC_OK) {
		ptrdiff_t open = str_chr(rest, '{'), close = str_chr(rest, '}');
		const struct field *f;

		if (open < 0 && close < 0) {
			*VEC_ADD(r->arena, &parts) = (struct title_part){rest, -1};
			break;
		}
		if (open < 0 || close < open) {
			reader_bad(r, node, "title", "has a brace without its other");
			return;
		}
		if (open > 0)
			*VEC_ADD(r->arena, &parts) =
			    (struct title_part){str_sub(rest, 0, (size_t)open), -1};
		f = type_field(type, str_sub(rest, (size_t)open + 1, (size_t)close));
		if (f == NULL)
			reader_bad(r, node, "title", "names a field that the type has not");
		else if (f->sensitivity != SENSITIVITY_NONE || f->mask != MASK_NEVER)
			reader_bad(r, node, "title",
				   "must not show \"%.*s\", which is sensitive or masked; use a "
				   "number with auto: true",
				   STR_ARG(f->name));
		else if (f->list || f->kind == FIELD_REF || f->kind == FIELD_FILE)
			reader_bad(r, node, "title", "cannot show \"%.*s\": a list, ref or file",
				   STR_ARG(f->name));
		else
			*VEC_ADD(r->arena, &parts) =
			    (struct title_part){STR_NONE, (int32_t)f->index};
		rest = str_sub(rest, (size_t)close + 1, rest.n);
	}
	type->title = parts.at;
	type->title_count = parts.n;
}

static void
read_handling(struct reader *r, struct record_type *type, const struct yaml_node *top)
{
	const struct yaml_node *map = read_get(r, top, "handling", YAML_MAP, true);
	struct str tlp;
	int n = TLP_CLEAR;

	read_only_keys(r, map, "default judicial_ok onward_ok");
	tlp = read_text(r, map, "default", true);
	while (n <= TLP_RED && !str_eq_z(tlp, tlp_name((enum tlp)n)))
		n++;
	if (n > TLP_RED) {
		reader_bad(r, yaml_find(map, "default"), "default",
			   "must be RED, AMBER+STRICT, AMBER, GREEN or CLEAR");
		n = TLP_RED;
	}
	type->handling.tlp = (enum tlp)n;
	type->handling.judicial_ok = read_bool(r, map, "judicial_ok", false);
	type->handling.onward_ok = read_bool(r, map, "onward_ok", false);
}

static void
read_retention(struct reader *r, struct record_type *type, const struct yaml_node *top)
{
	const struct yaml_node *map = read_get(r, top, "retention", YAML_MAP, true);
	const struct code_list *classes = reader_list(r, STR("retention_class"));

	read_only_keys(r, map, "class review erase");
	type->retention.class = read_text(r, map, "class", true);
	if (r->rc == RC_OK &&
	    (classes == NULL || code_find(classes, type->retention.class) == NULL))
		reader_bad(r, yaml_find(map, "class"), "class",
			   "is not in model/codes/retention_class.csv");
	type->retention.review_ms = read_duration(r, map, "review");
	type->retention.erase_ms = read_duration(r, map, "erase");
	/* LED art. 5: a date to review by and one to erase by are mandatory. */
	if (type->retention.review_ms == 0 || type->retention.erase_ms == 0)
		reader_bad(r, map, "retention", "needs review and erase: {review: 1y, erase: 5y}");
	if (type->retention.review_ms > type->retention.erase_ms)
		reader_bad(r, map, "retention", "review comes after erase; shorten it");
}

static void
read_access(struct reader *r, struct access_rule *rule, const struct yaml_node *top,
	    const char *key)
{
	const struct yaml_node *map = read_get(r, top, key, YAML_MAP, true);

	read_only_keys(r, map, "roles purposes");
	rule->roles = read_roles(r, map, "roles");
	rule->purposes = read_purposes(r, map, "purposes");
	if (rule->roles == 0 || rule->purposes == 0)
		reader_bad(r, map, key, "needs roles and purposes: nobody acts without both");
}

static void
read_states_list(struct reader *r, struct record_type *type, const struct yaml_node *top)
{
	const struct yaml_node *labels = read_get(r, top, "state_labels", YAML_MAP, false);

	type->states = read_texts(r, top, "states");
	if (type->states.n > MODEL_STATES_MAX)
		reader_bad(r, yaml_find(top, "states"), "states", "there can be at most %d",
			   MODEL_STATES_MAX);
	for (size_t i = 0; i < type->states.n; i++)
		if (!name_is_good(type->states.at[i]))
			reader_bad(r, yaml_find(top, "states"), "states",
				   "must be names of a-z, 0-9 and _");
	type->state_labels = NEW_N(r->arena, struct labels, type->states.n + 1);
	for (size_t i = 0; labels != NULL && i < labels->n && r->rc == RC_OK; i++) {
		int state = type_state(type, labels->key[i]->text);

		if (state < 0)
			reader_bad(r, labels->key[i], "state_labels",
				   "names no state of this type");
		else
			read_labels(r, labels, str_z(r->arena, labels->key[i]->text),
				    &type->state_labels[state]);
	}
}

static void
read_head(struct reader *r, struct record_type *type, const struct yaml_node *top, struct str path)
{
	const struct yaml_node *guard = yaml_find(top, "guard"),
			       *subject = yaml_find(top, "subject");
	struct str_list subjects = read_texts(r, top, "subject");
	int64_t version = 1;
	bool known = false;

	type->name = read_text(r, top, "type", true);
	type->area = read_text(r, top, "area", true);
	for (size_t i = 0; i < COUNT_OF(areas); i++)
		known |= str_eq_z(type->area, areas[i]);
	if (!known)
		reader_bad(
		    r, yaml_find(top, "area"), "area",
		    "must be common, exchange, match, link, prove, protect, respond or oversee");
	if (!name_is_good(type->name))
		reader_bad(r, yaml_find(top, "type"), "type", "must be a name of a-z, 0-9 and _");
	if (r->rc == RC_OK && !str_eq(path, str_fmt(r->arena, "%.*s/%.*s.yaml", STR_ARG(type->area),
						    STR_ARG(type->name))))
		reader_bad(r, yaml_find(top, "type"), "type",
			   "the file of this type must be called %.*s/%.*s.yaml",
			   STR_ARG(type->area), STR_ARG(type->name));
	if (type->overlay && !str_starts(type->name, r->prefix))
		reader_bad(r, yaml_find(top, "type"), "type",
			   "an overlay's own types start with %.*s", STR_ARG(r->prefix));
	if (yaml_find(top, "version") != NULL &&
	    (!str_to_i64(read_text(r, top, "version", true), &version) || version < 1 ||
	     version > 100000))
		reader_bad(r, yaml_find(top, "version"), "version", "must be 1, 2, 3, ...");
	type->version = (uint32_t)version;
	read_labels(r, top, "label", &type->label);
	type->about = read_text(r, top, "about", false);
	for (size_t i = 0; i < subjects.n; i++) {
		int n = subject_find(subjects.at[i]);

		if (n < 0)
			reader_bad(r, subject, "subject",
				   "\"%.*s\" is not in model/codes/led_subject_categories.csv",
				   STR_ARG(subjects.at[i]));
		else
			type->subjects |= BIT(n);
	}
	if (guard != NULL) {
		struct str s = read_text(r, top, "guard", true);

		type->guard = str_eq(s, STR("survivor")) ? GUARD_SURVIVOR
			      : str_eq(s, STR("minor"))	 ? GUARD_MINOR
							 : GUARD_NONE;
		if (type->guard == GUARD_NONE && !str_eq(s, STR("none")))
			reader_bad(r, guard, "guard", "must be none, survivor or minor");
	}
}

/* Whom the record is said of: fields that refer to a user or a unit. */
static void
read_concerns(struct reader *r, struct record_type *type, const struct yaml_node *top)
{
	const struct yaml_node *node = yaml_find(top, "concerns");
	struct str_list names = read_texts(r, top, "concerns");
	VEC(uint32_t) concerns = {0};

	for (size_t i = 0; i < names.n && r->rc == RC_OK; i++) {
		const struct field *f = type_field(type, names.at[i]);
		bool good = f != NULL && f->kind == FIELD_REF && f->refs.n == 1 &&
			    (str_eq_z(f->refs.at[0], "user") || str_eq_z(f->refs.at[0], "unit"));

		if (!good)
			reader_bad(r, node, "concerns",
				   "names fields of this type that refer to a user or to a unit");
		else
			*VEC_ADD(r->arena, &concerns) = f->index;
	}
	if (r->rc == RC_OK && names.n > 0 && (type->team_field >= 0 || !type->glass_never))
		reader_bad(r, node, "concerns",
			   "needs break_glass: never, and stands on no type with a team");
	type->concerns = concerns.at;
	type->concern_count = concerns.n;
}

/* Who else reaches a record, and who never does. */
static void
read_reach(struct reader *r, struct record_type *type, const struct yaml_node *top)
{
	const struct yaml_node *node = yaml_find(top, "break_glass");

	if (node != NULL) {
		type->glass_never = str_eq(read_text(r, top, "break_glass", true), STR("never"));
		if (!type->glass_never)
			reader_bad(r, node, "break_glass", "can only be \"never\"");
	}
	type->guard_minors = read_bool(r, top, "guard_minors", false);
	type->concerns_owner = read_bool(r, top, "concerns_owner", false);
	type->team_field = -1;
	if ((node = yaml_find(top, "team")) == NULL || r->rc != RC_OK)
		return;
	type->team_field = read_field_name(r, type, node, "team");
	if (r->rc == RC_OK && type->fields[type->team_field].kind != FIELD_REF)
		reader_bad(r, node, "team",
			   "names a ref to the case whose team reaches the record");
	if (r->rc == RC_OK && type->guard != GUARD_NONE)
		reader_bad(r, node, "team", "cannot stand on a guarded type: no team reaches it");
}

struct record_type *
read_type(struct reader *r, struct str path, struct str bytes)
{
	const struct limits limits = {.bytes_max = MODEL_FILE_MAX, .depth_max = 8};
	struct record_type *type = NEW(r->arena, struct record_type);
	struct yaml_node *top = NULL;
	const struct yaml_node *fields;

	if (r->rc != RC_OK)
		return NULL;
	if ((r->rc = yaml_read(r->arena, r->file, bytes, &limits, &top, r->err)) != RC_OK)
		return NULL;
	if (top->kind != YAML_MAP) {
		reader_bad(r, top, "type", "the file must be a map with the keys: %s", top_words);
		return NULL;
	}
	type->by_name.arena = r->arena;
	type->overlay = r->prefix.n > 0;
	type->file = str_copy(r->arena, path);
	read_only_keys(r, top, top_words);
	read_head(r, type, top, path);
	read_handling(r, type, top);
	read_retention(r, type, top);
	read_access(r, &type->read, top, "read");
	read_access(r, &type->write, top, "write");
	fields = read_get(r, top, "fields", YAML_MAP, true);
	read_fields(r, type, fields);
	read_reach(r, type, top);
	read_concerns(r, type, top);
	read_states_list(r, type, top);
	read_moves(r, type, top);
	read_clocks(r, type, top);
	type->flags = read_texts(r, top, "flags");
	read_facts(r, type, top);
	read_title(r, type, top);
	type->watch = read_texts(r, top, "watch");
	for (size_t i = 0; i < type->watch.n && r->rc == RC_OK; i++) {
		const struct yaml_node *at = yaml_find(top, "watch");

		*VEC_ADD(r->arena, &r->pending) = (struct pending){
		    type, NULL, type->watch.at[i], str_from(r->file), false, at->line, at->column};
	}
	if (r->rc == RC_OK && reader_type(r, type->name) != NULL)
		reader_bad(r, yaml_find(top, "type"), "type", "is there already");
	if (r->rc != RC_OK)
		return NULL;
	type_decide(r->arena, type);
	(void)map_put(&r->model->by_type, type->name, type);
	*VEC_ADD(r->arena, &r->types) = type;
	return type;
}

static bool
has_flag(const struct record_type *type, struct str flag)
{
	for (size_t i = 0; i < type->flags.n; i++)
		if (str_eq(type->flags.at[i], flag))
			return true;
	return false;
}

void
read_link(struct reader *r)
{
	for (size_t i = 0; i < r->pending.n && r->rc == RC_OK; i++) {
		const struct pending *p = &r->pending.at[i];
		struct yaml_node at = {.line = p->line, .column = p->column};

		r->file = str_z(r->arena, p->file);
		if (!p->is_flag) {
			const struct record_type *to = reader_type(r, p->name);

			if (to != NULL && p->field != NULL && p->field->index_exact &&
			    to->guard != GUARD_NONE && r->prefix.n > 0 &&
			    (p->type->overlay || str_starts(p->field->name, r->prefix)))
				reader_bad(r, &at, "index",
					   "an overlay cannot index who a survivor is");
			if (to == NULL)
				reader_bad(
				    r, &at, p->field != NULL ? "ref" : "watch",
				    "there is no type \"%.*s\"; add its file or correct the name",
				    STR_ARG(p->name));
			continue;
		}
		for (size_t j = 0; j < p->field->refs.n; j++) {
			const struct record_type *from = reader_type(r, p->field->refs.at[j]);

			if (from != NULL && !has_flag(from, p->name))
				reader_bad(
				    r, &at, "inherits",
				    "the type \"%.*s\" has no flag \"%.*s\"; add it to its flags",
				    STR_ARG(from->name), STR_ARG(p->name));
		}
		/* What comes down must be able to go on down: the type carries the flag too. */
		if (!has_flag(p->type, p->name))
			reader_bad(
			    r, &at, "inherits",
			    "this type does not list the flag \"%.*s\" itself; add it to flags",
			    STR_ARG(p->name));
	}
}
