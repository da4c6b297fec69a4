#include "record/own_name.h"

#include "base/arena.h"
#include "format/json.h"
#include "record/ask.h"
#include "seal/keys.h"
#include "text/normal.h"

enum { PARTS_MAX = 12 };

struct parts {
	struct str at[PARTS_MAX];
	size_t n;
};

static bool
is_part(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

/* Parts of a folded text, sorted, each once. */
static struct parts
parts_of(struct arena *a, struct str text)
{
	struct parts out = {.n = 0};
	struct str s = text_fold(a, str_sub(text, 0, 300));
	size_t i = 0;

	while (i < s.n && out.n < PARTS_MAX) {
		size_t from, at = 0;
		struct str part;

		while (i < s.n && !is_part(s.p[i]))
			i++;
		for (from = i; i < s.n && is_part(s.p[i]);)
			i++;
		part = str_sub(s, from, i);
		while (at < out.n && str_cmp(out.at[at], part) < 0)
			at++;
		if (part.n == 0 || (at < out.n && str_eq(out.at[at], part)))
			continue;
		for (size_t k = out.n; k > at; k--)
			out.at[k] = out.at[k - 1];
		out.at[at] = part;
		out.n++;
	}
	return out;
}

static void
add_word(const struct door_node *node, enum own_kind kind, struct str text, struct own_words *out)
{
	unsigned char mac[MAC_BYTES];
	uint64_t word = 0;

	if (out->n == OWN_WORDS_MAX)
		return;
	keys_index_mac(node->keys, kind == OWN_NAME ? STR("own-name") : STR("own-address"), text,
		       mac);
	for (int i = 0; i < 8; i++)
		word = word << 8 | mac[i];
	out->at[out->n++] = (int64_t)word;
}

void
own_name_words(const struct door_node *node, struct arena *a, enum own_kind kind, struct str text,
	       struct own_words *out)
{
	struct parts p = parts_of(a, text);
	struct buf all;

	buf_init(&all, a);
	for (size_t i = 0; i < p.n; i++)
		buf_addf(&all, "%.*s ", STR_ARG(p.at[i]));
	/* One part of an address is a town or a number: no address. */
	if (p.n == 0 || (kind == OWN_ADDRESS && p.n < 2))
		return;
	if (kind == OWN_ADDRESS || p.n == 1)
		add_word(node, kind, buf_str(&all), out);
	for (size_t i = 0; kind == OWN_NAME && i < p.n; i++)
		for (size_t k = i + 1; k < p.n; k++)
			add_word(node, kind,
				 str_fmt(a, "%.*s %.*s ", STR_ARG(p.at[i]), STR_ARG(p.at[k])), out);
}

/* The first that is known among the unit's; NULL: none. */
static const struct own_word *
known(const struct reach *reach, enum own_kind kind, const struct own_words *words)
{
	const struct own_word *found = NULL;

	for (size_t i = 0; i < words->n; i++)
		for (size_t k = 0; k < reach->word_count; k++)
			if (reach->words[k].kind == kind && reach->words[k].word == words->at[i] &&
			    (found == NULL || reach->words[k].own))
				found = &reach->words[k];
	return found;
}

static void
ask(struct door *d, const struct own_word *word, const struct id *record)
{
	struct second_look look = {.cause = "own_name", .has_record = record != NULL};

	if (word == NULL)
		return;
	look.found_by = word->kind == OWN_NAME
			    ? (word->own ? "own name" : "a colleague's name")
			    : (word->own ? "own address" : "a colleague's address");
	if (record != NULL)
		look.record = *record;
	*VEC_ADD(d->arena, &d->asks) = look;
}

static bool
watches(const struct door *d)
{
	return !d->actor->is_node && d->actor->reach != NULL && d->actor->reach->word_count > 0;
}

void
own_name_searched(struct door *d, struct str query)
{
	for (int kind = OWN_NAME; kind <= OWN_ADDRESS && watches(d); kind++) {
		struct own_words words = {.n = 0};
		const struct own_word *word;

		own_name_words(d->node, d->arena, (enum own_kind)kind, query, &words);
		if ((word = known(d->actor->reach, (enum own_kind)kind, &words)) != NULL) {
			ask(d, word, NULL);
			return;
		}
	}
}

static bool
says(const struct field *f, const char *hint)
{
	return str_eq_z(f->match, hint);
}

/* Names as a whole; one written in parts is put together. */
static void
words_of_names(struct door *d, const struct record_type *type, json_t *fields,
	       struct own_words *out)
{
	struct buf parts;

	buf_init(&parts, d->arena);
	for (size_t i = 0; i < type->field_count; i++) {
		const struct field *f = &type->fields[i];
		json_t *value = json_member(fields, f->name), *item;
		size_t k;

		if (value == NULL || f->kind != FIELD_TEXT)
			continue;
		if (says(f, "first_name") || says(f, "last_name"))
			buf_addf(&parts, "%.*s ", STR_ARG(json_str(value)));
		if (!says(f, "name") && !says(f, "alias"))
			continue;
		if (!json_is_array(value))
			own_name_words(d->node, d->arena, OWN_NAME, json_str(value), out);
		json_array_foreach (value, k, item)
			own_name_words(d->node, d->arena, OWN_NAME, json_str(item), out);
	}
	own_name_words(d->node, d->arena, OWN_NAME, buf_str(&parts), out);
}

static void
words_of_places(struct door *d, const struct record_type *type, json_t *fields,
		struct own_words *out)
{
	static const char *const parts[] = {"text", "street", "city"};

	for (size_t i = 0; i < type->field_count; i++) {
		json_t *value = json_member(fields, type->fields[i].name);
		struct buf b;

		if (type->fields[i].kind != FIELD_PLACE || !json_is_object(value))
			continue;
		buf_init(&b, d->arena);
		for (size_t k = 0; k < COUNT_OF(parts); k++)
			buf_addf(&b, "%.*s ", STR_ARG(json_member_str(value, parts[k])));
		own_name_words(d->node, d->arena, OWN_ADDRESS, buf_str(&b), out);
	}
}

/* Does the type say who somebody is, or where? Most readings end here. */
static bool
is_about_somebody(const struct record_type *type)
{
	for (size_t i = 0; i < type->field_count; i++)
		if (says(&type->fields[i], "name") || says(&type->fields[i], "last_name") ||
		    type->fields[i].kind == FIELD_PLACE)
			return true;
	return false;
}

void
own_name_opened(struct door *d, const struct record_row *row, json_t *fields)
{
	struct own_words names = {.n = 0}, places = {.n = 0};
	const struct own_word *word;

	if (!watches(d) || !is_about_somebody(row->type))
		return;
	words_of_names(d, row->type, fields, &names);
	words_of_places(d, row->type, fields, &places);
	if ((word = known(d->actor->reach, OWN_NAME, &names)) == NULL)
		word = known(d->actor->reach, OWN_ADDRESS, &places);
	ask(d, word, &row->id);
}

void
own_name_opened_text(struct door *d, const struct record_row *row, struct str body)
{
	json_t *whole;

	if (!watches(d) || !is_about_somebody(row->type) ||
	    json_read(body, NULL, &whole, NULL) != RC_OK)
		return;
	own_name_opened(d, row, json_object_get(whole, "fields"));
	json_decref(whole);
}
