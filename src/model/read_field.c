#include "model/read.h"

#define LIST_MAX_DEFAULT 64
#define LIST_MAX 1000

static const char kind_words[] =
    "text date range time number money code ref place phone identifier file yesno";
static const char other_words[] =
    "text date range time number money code ref place phone identifier file yesno "
    "label about required required_when list max sensitivity mask basis auto index derived check "
    "match "
    "alone inherits htcds ftm stix case goaml misp";

/* What match/ can make use of (docs/add-a-record-type.md says which evidence each is). */
static const char *const match_hints[] = {
    "name",    "alias",	 "first_name", "last_name",    "birth_date", "birth_place",
    "country", "sex",	 "phone",      "account",      "document",   "handle",
    "plate",   "vessel", "address",    "organisation",
};

static bool
one_of(struct str s, const char *const *words, size_t n, int *at)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq_z(s, words[i])) {
			if (at != NULL)
				*at = (int)i;
			return true;
		}
	return false;
}

static void
must_be_true(struct reader *r, const struct yaml_node *map, const char *key)
{
	if (!read_bool(r, map, key, false))
		reader_bad(r, yaml_find(map, key), key,
			   "as a kind of field it is written \"%s: true\"", key);
}

static void
read_text_kind(struct reader *r, struct field *f, const struct yaml_node *map)
{
	static const char *const sizes[] = {
	    [TEXT_SHORT] = "short", [TEXT_LONG] = "long", [TEXT_NAME] = "name"};
	static const uint32_t max[] = {[TEXT_SHORT] = 250, [TEXT_LONG] = 20000, [TEXT_NAME] = 300};
	int size = TEXT_SHORT;

	if (!one_of(read_text(r, map, "text", true), sizes, COUNT_OF(sizes), &size))
		reader_bad(r, yaml_find(map, "text"), "text", "must be short, long or name");
	f->text = (enum text_size)size;
	f->max = max[size];
}

static void
read_code_kind(struct reader *r, struct field *f, const struct yaml_node *map)
{
	struct str name = read_text(r, map, "code", true);

	f->codes = reader_list(r, name);
	if (f->codes == NULL)
		reader_bad(r, yaml_find(map, "code"), "code",
			   "there is no list \"%.*s\"; add model/codes/%.*s.csv", STR_ARG(name),
			   STR_ARG(name));
}

static void
read_ref_kind(struct reader *r, struct record_type *type, struct field *f,
	      const struct yaml_node *map)
{
	const struct yaml_node *at = yaml_find(map, "ref");

	f->refs = read_texts(r, map, "ref");
	for (size_t i = 0; i < f->refs.n; i++) {
		bool built_in =
		    str_eq(f->refs.at[i], STR("any")) || str_eq(f->refs.at[i], STR("user"));

		if (built_in && f->refs.n > 1)
			reader_bad(r, at, "ref", "\"any\" and \"user\" stand alone");
		if (!built_in)
			*VEC_ADD(r->arena, &r->pending) =
			    (struct pending){.type = type,
					     .field = f,
					     .name = f->refs.at[i],
					     .file = str_from(r->file),
					     .line = at->line,
					     .column = at->column};
	}
}

static void
read_identifier_kind(struct reader *r, struct field *f, const struct yaml_node *map)
{
	const struct yaml_node *at = yaml_find(map, "identifier");
	const struct code_list *kinds = reader_list(r, STR("identifier_kind"));
	bool any = false;

	if (at != NULL && yaml_bool(at, &any) && any)
		return;
	f->kinds = read_texts(r, map, "identifier");
	for (size_t i = 0; i < f->kinds.n; i++)
		if (kinds == NULL || code_find(kinds, f->kinds.at[i]) == NULL)
			reader_bad(r, at, "identifier",
				   "\"%.*s\" is not in model/codes/identifier_kind.csv",
				   STR_ARG(f->kinds.at[i]));
}

static void
read_kind(struct reader *r, struct record_type *type, struct field *f, const struct yaml_node *map)
{
	int found = -1;

	for (int k = 0; k < FIELD_KIND_COUNT; k++) {
		if (yaml_find(map, field_kind_name((enum field_kind)k)) == NULL)
			continue;
		if (found >= 0)
			reader_bad(r, map, field_kind_name((enum field_kind)k),
				   "a field has one kind, and this one is %s already",
				   field_kind_name((enum field_kind)found));
		found = k;
	}
	if (found < 0) {
		reader_bad(r, map, str_z(r->arena, f->name), "has no kind; give it one of: %s",
			   kind_words);
		return;
	}
	f->kind = (enum field_kind)found;
	switch (f->kind) {
	case FIELD_TEXT: read_text_kind(r, f, map); break;
	case FIELD_CODE: read_code_kind(r, f, map); break;
	case FIELD_REF: read_ref_kind(r, type, f, map); break;
	case FIELD_IDENTIFIER: read_identifier_kind(r, f, map); break;
	case FIELD_NUMBER:
		f->unit = read_text(r, map, "number", true);
		f->whole = str_eq(f->unit, STR("count"));
		f->below_zero = str_eq(f->unit, STR("value"));
		if (f->whole || f->below_zero)
			f->unit = STR_NONE;
		else if (!name_is_good(f->unit))
			reader_bad(r, yaml_find(map, "number"), "number",
				   "must be a unit, such as count, value, year, kg, percent");
		break;
	case FIELD_DATE:
	case FIELD_RANGE:
	case FIELD_TIME:
	case FIELD_MONEY:
	case FIELD_PLACE:
	case FIELD_PHONE:
	case FIELD_FILE:
	case FIELD_YESNO: must_be_true(r, map, field_kind_name(f->kind)); break;
	case FIELD_KIND_COUNT: must(false);
	}
}

static void
add_standard(struct reader *r, struct field *f, const struct yaml_node *at, const char *key,
	     struct standard_name name)
{
	VEC(struct standard_name) all = {f->standards, f->standard_count, f->standard_count};

	if (name.name.n == 0 || name.name.n > 120)
		reader_bad(r, at, key, "must be a name of 1 to 120 bytes");
	*VEC_ADD(r->arena, &all) = name;
	f->standards = all.at;
	f->standard_count = all.n;
}

static void
read_standard(struct reader *r, struct field *f, const struct yaml_node *map,
	      enum standard standard)
{
	static const char *const parts[] = {"text",    "street", "city", "state", "postcode",
					    "country", "locode", "lat",	 "lon"};
	const char *key = standard_word(standard);
	const struct yaml_node *node = yaml_find(map, key);

	if (node == NULL || r->rc != RC_OK)
		return;
	if (node->kind != YAML_MAP) {
		struct str_list names = read_texts(r, map, key);

		for (size_t i = 0; i < names.n; i++)
			add_standard(r, f, node, key,
				     (struct standard_name){standard, STR_NONE, names.at[i]});
		return;
	}
	for (size_t i = 0; i < node->n; i++) {
		if (f->kind != FIELD_PLACE ||
		    !one_of(node->key[i]->text, parts, COUNT_OF(parts), NULL))
			reader_bad(r, node->key[i], key,
				   "parts are for places: text street city state postcode country "
				   "locode lat lon");
		add_standard(
		    r, f, node->at[i], key,
		    (struct standard_name){standard, node->key[i]->text, yaml_text(node->at[i])});
	}
}

static void
read_care(struct reader *r, struct field *f, const struct yaml_node *map)
{
	static const char *const sensitivities[] = {"none", "personal", "special", "safety",
						    "source"};
	static const char *const masks[] = {"never", "default", "always"};
	struct str s = read_text(r, map, "sensitivity", false);
	int n = SENSITIVITY_NONE;

	if (s.n > 0 && !one_of(s, sensitivities, COUNT_OF(sensitivities), &n))
		reader_bad(r, yaml_find(map, "sensitivity"), "sensitivity",
			   "must be none, personal, special, safety or source");
	f->sensitivity = (enum sensitivity)n;
	n = f->sensitivity == SENSITIVITY_NONE	     ? MASK_NEVER
	    : f->sensitivity == SENSITIVITY_PERSONAL ? MASK_DEFAULT
						     : MASK_ALWAYS;
	s = read_text(r, map, "mask", false);
	if (s.n > 0 && !one_of(s, masks, COUNT_OF(masks), &n))
		reader_bad(r, yaml_find(map, "mask"), "mask", "must be never, default or always");
	f->mask = (enum mask)n;
	if (f->sensitivity >= SENSITIVITY_SPECIAL && f->mask == MASK_NEVER)
		reader_bad(r, yaml_find(map, "mask"), "mask",
			   "cannot be never on a field of this sensitivity; use default or always");
}

static void
read_match_and_index(struct reader *r, struct record_type *type, struct field *f,
		     const struct yaml_node *map)
{
	bool guarded = type->guard != GUARD_NONE;
	bool exact = f->kind == FIELD_REF || f->kind == FIELD_PHONE ||
		     f->kind == FIELD_IDENTIFIER || f->kind == FIELD_FILE ||
		     (f->kind == FIELD_TEXT && f->text == TEXT_SHORT && f->automatic);

	f->match = read_text(r, map, "match", false);
	if (f->match.n > 0 && !one_of(f->match, match_hints, COUNT_OF(match_hints), NULL))
		reader_bad(r, yaml_find(map, "match"), "match",
			   "is no hint that match knows; see docs/add-a-record-type.md");
	f->index_exact = read_bool(r, map, "index", false);
	if (f->index_exact && !exact)
		reader_bad(r, yaml_find(map, "index"), "index",
			   "is for exact identifiers and references only: ref, phone, identifier, "
			   "file, or a short text with auto: true");
	/* What an agency adds may not make somebody findable who is, or may be, a victim. */
	if (r->prefix.n > 0 && (f->match.n > 0 || f->index_exact) && !type->overlay)
		guarded |= (type->subjects & (BIT(SUBJECT_VICTIM) | BIT(SUBJECT_PRESUMED) |
					      BIT(SUBJECT_UNDETERMINED))) != 0;
	if (r->prefix.n > 0 && type->overlay)
		guarded |= (type->subjects & (BIT(SUBJECT_VICTIM) | BIT(SUBJECT_PRESUMED))) != 0;
	if (guarded && f->match.n > 0)
		reader_bad(r, yaml_find(map, "match"), "match",
			   "cannot stand on a type about survivors: nobody it is about is matched");
	if (guarded && f->index_exact && f->kind != FIELD_REF && !f->automatic)
		reader_bad(
		    r, yaml_find(map, "index"), "index",
		    "cannot stand on a type about survivors, except on references and numbers");
}

static void
read_list(struct reader *r, struct field *f, const struct yaml_node *map)
{
	const struct yaml_node *node = yaml_find(map, "list");
	int64_t max = 0;
	bool yes = false;

	if (node == NULL || r->rc != RC_OK)
		return;
	if (yaml_bool(node, &yes)) {
		f->list = yes;
		f->list_max = LIST_MAX_DEFAULT;
	} else if (str_to_i64(yaml_text(node), &max) && max >= 1 && max <= LIST_MAX) {
		f->list = true;
		f->list_max = (uint32_t)max;
	} else {
		reader_bad(r, node, "list", "must be true or the most values it may hold, to %d",
			   LIST_MAX);
	}
}

/* After the list: what one person may do to the value alone. */
static void
read_alone(struct reader *r, struct field *f, const struct yaml_node *map)
{
	struct str word = read_text(r, map, "alone", false);

	if (word.n == 0)
		return;
	f->alone = str_eq(word, STR("adds")) ? ALONE_ADDS : ALONE_LATER;
	if (!(str_eq(word, STR("adds")) && f->list) &&
	    !(str_eq(word, STR("later")) && f->kind == FIELD_DATE && !f->list))
		reader_bad(r, yaml_find(map, "alone"), "alone",
			   "is adds, on a list, or later, on a date");
}

static void
read_field(struct reader *r, struct record_type *type, struct field *f, const struct yaml_node *key,
	   const struct yaml_node *map)
{
	const struct yaml_node *node;
	int64_t max = 0;

	f->name = key->text;
	f->when_field = -1;
	if (!name_is_good(f->name))
		reader_bad(r, key, "fields",
			   "names are of a-z, 0-9 and _, start with a letter, "
			   "and have at most 48 characters");
	if (r->prefix.n > 0 && !type->overlay && !str_starts(f->name, r->prefix))
		reader_bad(r, key, "fields", "an overlay's own fields start with %.*s",
			   STR_ARG(r->prefix));
	if (map->kind != YAML_MAP) {
		reader_bad(r, map, str_z(r->arena, f->name), "must be a map: {text: short}");
		return;
	}
	read_only_keys(r, map, other_words);
	read_kind(r, type, f, map);
	read_labels(r, map, "label", &f->label);
	f->about = read_text(r, map, "about", false);
	read_list(r, f, map);
	read_alone(r, f, map);
	if ((node = yaml_find(map, "max")) != NULL && r->rc == RC_OK) {
		if (f->kind != FIELD_TEXT || !str_to_i64(yaml_text(node), &max) || max < 1 ||
		    max > 20000)
			reader_bad(r, node, "max",
				   "is for texts: the most characters it may hold, to 20000");
		f->max = (uint32_t)max;
	}
	read_care(r, f, map);
	f->required = read_bool(r, map, "required", false);
	f->statement = read_bool(r, map, "basis", false);
	f->automatic = read_bool(r, map, "auto", false);
	if (f->automatic && f->required)
		reader_bad(r, yaml_find(map, "required"), "required",
			   "cannot stand beside auto: the node fills it");
	if ((node = yaml_find(map, "check")) != NULL) {
		f->check_language = str_eq(yaml_text(node), STR("language"));
		if (!f->check_language || f->kind != FIELD_TEXT)
			reader_bad(r, node, "check", "can only be \"language\", on a text");
	}
	read_match_and_index(r, type, f, map);
	f->derived = read_bool(r, map, "derived", false);
	if (f->derived && (f->kind != FIELD_REF || !f->index_exact))
		reader_bad(r, yaml_find(map, "derived"), "derived",
			   "is for an indexed ref to what the record is made from");
	f->inherits = read_texts(r, map, "inherits");
	for (size_t i = 0; i < f->inherits.n; i++) {
		node = yaml_find(map, "inherits");
		if (f->kind != FIELD_REF || str_eq(f->refs.at[0], STR("any")) ||
		    str_eq(f->refs.at[0], STR("user")))
			reader_bad(r, node, "inherits",
				   "is for a ref to named types, from which flags come down");
		*VEC_ADD(r->arena, &r->pending) = (struct pending){
		    type, f, f->inherits.at[i], str_from(r->file), true, node->line, node->column};
	}
	for (int s = 0; s < STANDARD_COUNT; s++)
		read_standard(r, f, map, (enum standard)s);
}

/* LED art. 7: whether a value is fact or assessment stands in a field of its own beside it. */
static void
add_basis(struct reader *r, const struct field *of, struct field *f, const struct yaml_node *at)
{
	f->name = str_fmt(r->arena, "%.*s_basis", STR_ARG(of->name));
	f->kind = FIELD_CODE;
	f->codes = reader_list(r, STR("basis"));
	f->when_field = -1;
	f->sensitivity = SENSITIVITY_NONE;
	if (f->codes == NULL)
		reader_bad(r, at, "basis", "needs the list model/codes/basis.csv");
}

static void
read_conditions(struct reader *r, struct record_type *type, const struct yaml_node *fields,
		size_t first)
{
	VEC(uint32_t) required = {type->required, type->required_count, type->required_count};

	for (size_t i = 0; i < fields->n && r->rc == RC_OK; i++) {
		struct field *f = map_find(&type->by_name, fields->key[i]->text);
		const struct yaml_node *when =
		    read_get(r, fields->at[i], "required_when", YAML_MAP, false);

		if (when != NULL && (when->n != 1 || when->at[0]->kind != YAML_TEXT)) {
			reader_bad(r, when, "required_when",
				   "is one equality: {other_field: value}");
		} else if (when != NULL) {
			f->when_field = read_field_name(r, type, when->key[0], "required_when");
			f->when_value = when->at[0]->text;
			if (r->rc == RC_OK) {
				const struct field *other = &type->fields[f->when_field];
				bool yesno = other->kind == FIELD_YESNO &&
					     (str_eq(f->when_value, STR("yes")) ||
					      str_eq(f->when_value, STR("no")) ||
					      str_eq(f->when_value, STR("unknown")));
				bool code = other->kind == FIELD_CODE &&
					    code_find(other->codes, f->when_value) != NULL;

				if (!yesno && !code)
					reader_bad(r, when, "required_when",
						   "compares a code or yes/no field with a value "
						   "that it can have");
			}
		}
	}
	for (size_t i = first; i < type->field_count; i++)
		if (type->fields[i].required || type->fields[i].when_field >= 0 ||
		    type->fields[i].statement)
			*VEC_ADD(r->arena, &required) = (uint32_t)i;
	type->required = required.at;
	type->required_count = required.n;
}

void
read_fields(struct reader *r, struct record_type *type, const struct yaml_node *fields)
{
	size_t first = type->field_count, n = first;
	struct field *all;

	if (fields == NULL || r->rc != RC_OK)
		return;
	if (first + fields->n > MODEL_FIELDS_MAX) {
		reader_bad(r, fields, "fields", "there can be at most %d", MODEL_FIELDS_MAX);
		return;
	}
	/* Room for all, with a basis each, at once: pointers to fields are kept from here on. */
	all = NEW_N(r->arena, struct field, first + 2 * fields->n + 1);
	for (size_t i = 0; i < first; i++)
		all[i] = type->fields[i];
	for (struct pending *p = r->pending.at; p != NULL && p < r->pending.at + r->pending.n; p++)
		if (p->type == type && p->field != NULL)
			p->field = &all[p->field->index];
	type->fields = all;
	for (size_t i = 0; i < fields->n && r->rc == RC_OK; i++) {
		struct field *f = &all[n];

		f->index = (uint32_t)n++;
		read_field(r, type, f, fields->key[i], fields->at[i]);
		if (f->statement && r->rc == RC_OK) {
			all[n].index = (uint32_t)n;
			add_basis(r, f, &all[n], fields->at[i]);
			n++;
		}
	}
	for (size_t i = 0; i < n && r->rc == RC_OK; i++) {
		const void *was = map_put(&type->by_name, all[i].name, &all[i]);

		if (was != NULL && i >= first)
			reader_bad(r, fields, str_z(r->arena, all[i].name),
				   "is there already; a field called NAME_basis belongs to basis");
	}
	type->field_count = n;
	read_conditions(r, type, fields, first);
}
