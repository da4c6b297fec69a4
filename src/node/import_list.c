#include "node/import_inside.h"

#include "base/arena.h"
#include "base/say.h"
#include "base/buf.h"
#include "format/json.h"
#include "format/listfile.h"
#include "parse/parse.h"
#include "model/check.h"
#include "node/import_refresh.h"
#include "text/normal.h"

/*
 * Watch lists: one listing for each entry, under one watchlist. Nothing of an entry is lost:
 * a value that our fields do not take (a country nobody knows, a date no calendar has) stands
 * in the remarks, and is counted by field.
 */
struct listing_import {
	struct import *im;
	const struct record_type *watchlist, *listing;
	struct id list;
	struct map countries;		     /* folded name or code -> const struct code */
	const char *names[IMPORT_FILES_MAX]; /* in errors, and to know the file again */
	struct import_source *source;
	json_t *moved;		 /* field -> how many values went to the remarks */
	struct refresh *refresh; /* NULL: the list was empty */
	int64_t added;
	enum rc rc; /* of a source that failed */
	struct err why;
};

/* An entry being made. */
struct making {
	struct listing_import *x;
	struct arena *arena;
	json_t *fields;
	struct buf remarks;
};

static enum rc
open_file(void *ctx, size_t file, struct source *out, struct err *err)
{
	struct listing_import *x = ctx;
	enum rc rc = import_source_open(x->im, file, &x->source, err);

	if (rc == RC_OK)
		*out = *import_source(x->source);
	return rc;
}

/* Why a file could not be read to its end is kept: its reader knows only that it could not. */
static void
close_file(void *ctx, size_t file)
{
	struct listing_import *x = ctx;
	struct err why;
	enum rc rc = import_source_close(x->source, &why);

	(void)file;
	if (rc != RC_OK && x->rc == RC_OK) {
		x->rc = rc;
		x->why = why;
	}
}

static size_t
file_of(const struct listing_import *x, const char *path)
{
	for (size_t i = 0; path != NULL && i < x->im->file_count; i++)
		if (strcmp(x->names[i], path) == 0)
			return i;
	return 0;
}

/* Publishers write names of countries in their own way; these are in none of our labels. */
static const struct {
	const char *name, *code;
} other_names[] = {
    /* clang-format off */
	{"russia", "RU"}, {"iran", "IR"}, {"syria", "SY"}, {"north korea", "KP"}, {"south korea", "KR"},
	{"korea, north", "KP"}, {"korea, south", "KR"}, {"democratic people's republic of korea", "KP"},
	{"dprk", "KP"}, {"republic of korea", "KR"}, {"vietnam", "VN"}, {"viet nam", "VN"}, {"laos", "LA"},
	{"lao people's democratic republic", "LA"}, {"burma", "MM"}, {"venezuela", "VE"},
	{"bolivia", "BO"}, {"tanzania", "TZ"}, {"united republic of tanzania", "TZ"}, {"moldova", "MD"},
	{"republic of moldova", "MD"}, {"democratic republic of the congo", "CD"},
	{"congo, democratic republic of the", "CD"}, {"drc", "CD"}, {"congo, republic of the", "CG"},
	{"republic of the congo", "CG"}, {"cote d ivoire", "CI"}, {"cote d'ivoire", "CI"},
	{"ivory coast", "CI"}, {"palestinian", "PS"}, {"palestine", "PS"}, {"west bank", "PS"},
	{"gaza", "PS"}, {"region: gaza", "PS"}, {"state of palestine", "PS"}, {"taiwan", "TW"},
	{"macedonia", "MK"}, {"north macedonia, the republic of", "MK"},
	{"the republic of north macedonia", "MK"}, {"czech republic", "CZ"}, {"czechia", "CZ"},
	{"turkey", "TR"}, {"turkiye", "TR"}, {"united states", "US"}, {"usa", "US"}, {"u.s.", "US"},
	{"united states of america", "US"}, {"uk", "GB"}, {"great britain", "GB"},
	{"united kingdom of great britain and northern ireland", "GB"}, {"virgin islands, british", "VG"},
	{"british virgin islands", "VG"}, {"virgin islands, u.s.", "VI"}, {"bahamas, the", "BS"},
	{"gambia, the", "GM"}, {"the gambia", "GM"}, {"cape verde", "CV"}, {"swaziland", "SZ"},
	{"st. kitts and nevis", "KN"}, {"saint kitts and nevis", "KN"}, {"st. lucia", "LC"},
	{"st. vincent and the grenadines", "VC"}, {"saint vincent and the grenadines", "VC"},
	{"brunei", "BN"}, {"brunei darussalam", "BN"}, {"hong kong", "HK"}, {"macau", "MO"}, {"macao", "MO"},
	{"kyrgyz republic", "KG"}, {"holy see", "VA"}, {"vatican", "VA"}, {"east timor", "TL"},
	{"netherlands, the", "NL"}, {"the netherlands", "NL"}, {"bosnia-herzegovina", "BA"},
	{"cabo verde", "CV"}, {"syrian arab republic", "SY"}, {"russian federation", "RU"},
	{"iran (islamic republic of)", "IR"}, {"venezuela (bolivarian republic of)", "VE"},
	{"comoros", "KM"}, {"trinidad & tobago", "TT"}, {"antigua & barbuda", "AG"},
    /* clang-format on */
};

static void
add_country(struct listing_import *x, struct str name, const struct code *code)
{
	struct str key = text_fold(x->im->arena, name);

	if (key.n > 0 && map_find(&x->countries, key) == NULL)
		(void)map_put(&x->countries, key, (void *)(uintptr_t)code);
}

static void
learn_countries(struct listing_import *x)
{
	const struct code_list *list = model_list(x->im->model, STR("country"));

	x->countries.arena = x->im->arena;
	for (size_t i = 0; i < list->code_count; i++) {
		const struct code *c = &list->codes[i];
		struct str aliases = code_cell(list, c, STR("alias"));

		add_country(x, c->code, c);
		for (size_t k = 0; k < c->label.n; k++)
			add_country(x, c->label.at[k].text, c);
		while (aliases.n > 0 && aliases.p != NULL)
			add_country(x, str_cut(&aliases, '|'), c);
	}
	for (size_t i = 0; i < COUNT_OF(other_names); i++) {
		const struct code *c = code_find(list, str_from(other_names[i].code));

		if (c != NULL)
			add_country(x, str_from(other_names[i].name), c);
	}
}

static struct str
country_code(struct making *mk, struct str name)
{
	const struct code *c = map_find(&mk->x->countries, text_fold(mk->arena, str_trim(name)));

	return c != NULL ? c->code : STR_NONE;
}

static void
count_moved(struct listing_import *x, struct str field)
{
	char *key = str_z(x->im->arena, field);
	json_int_t n = json_integer_value(json_object_get(x->moved, key));

	import_set(x->moved, key, json_integer(n + 1));
}

/* What our fields do not take is kept in words. */
static void
remark(struct making *mk, const char *field, struct str text)
{
	if (text.n == 0)
		return;
	if (mk->remarks.n > 0)
		buf_add_byte(&mk->remarks, '\n');
	buf_addf(&mk->remarks, "%s: %.*s", field, STR_ARG(text));
	count_moved(mk->x, str_from(field));
}

static void
add_to(struct making *mk, const char *field, json_t *value)
{
	json_t *list = json_object_get(mk->fields, field);

	if (list == NULL)
		import_set(mk->fields, field, list = json_array());
	must(json_array_append_new(list, value) == 0);
}

static json_t *
identifier(const char *kind, struct str value, struct str issuer)
{
	json_t *o = json_object();

	import_set(o, "kind", json_string(kind));
	import_set(o, "value", json_from_str(value));
	if (issuer.n > 0)
		import_set(o, "issuer", json_from_str(issuer));
	return o;
}

static void
add_names(struct making *mk, const struct list_entry *e)
{
	for (size_t i = 0; i < e->names.n; i++) {
		const struct list_name *n = &e->names.at[i];

		if (i == 0)
			import_set(mk->fields, "name", json_from_str(n->text));
		else
			add_to(mk, n->kind == LIST_NAME_WEAK ? "weak_names" : "also_called",
			       json_from_str(n->text));
	}
}

static void
add_countries(struct making *mk, const struct list_entry *e)
{
	for (size_t i = 0; i < e->countries.n; i++) {
		struct str code = country_code(mk, e->countries.at[i]);

		if (code.n > 0)
			add_to(mk, "countries", json_from_str(code));
		else
			remark(mk, "countries", e->countries.at[i]);
	}
}

static void
add_addresses(struct making *mk, const struct list_entry *e)
{
	for (size_t i = 0; i < e->birth_places.n; i++)
		add_to(mk, "birth_places",
		       json_pack("{s:o}", "text", json_from_str(e->birth_places.at[i])));
	for (size_t i = 0; i < e->addresses.n; i++) {
		const struct list_address *at = &e->addresses.at[i];
		struct str code = country_code(mk, at->country);
		json_t *place = json_object();

		if (at->text.n > 0)
			import_set(place, "text", json_from_str(at->text));
		if (code.n > 0)
			import_set(place, "country", json_from_str(code));
		else
			remark(mk, "addresses", at->country);
		add_to(mk, "addresses", place);
	}
}

/* Where each kind of identifier stands in a listing, and under which kind of ours. */
static const struct {
	const char *theirs, *field, *ours;
} id_kinds[] = {
    /* clang-format off */
	{"passport", "documents", "passport"}, {"national_id", "documents", "national_id"},
	{"tax", "documents", "tax_number"}, {"registration", "documents", "registration_number"},
	{"email", "documents", "email"}, {"wallet", "accounts", "wallet"}, {"imo", "plates", "imo"},
	{"mmsi", "plates", "mmsi"},
    /* clang-format on */
};

static void
add_id(struct making *mk, const struct list_id *id)
{
	struct str issuer = country_code(mk, id->country), kind = id->kind;

	if (id->country.n > 0 && issuer.n == 0)
		remark(mk, "documents",
		       str_fmt(mk->arena, "%.*s (%.*s)", STR_ARG(id->value), STR_ARG(id->country)));
	if (str_eq_z(kind, "phone")) {
		add_to(mk, "phones", json_from_str(id->value));
		return;
	}
	for (size_t i = 0; i < COUNT_OF(id_kinds); i++)
		if (str_eq_z(kind, id_kinds[i].theirs)) {
			add_to(mk, id_kinds[i].field,
			       identifier(id_kinds[i].ours, id->value,
					  strcmp(id_kinds[i].field, "documents") == 0 ? issuer
										      : STR_NONE));
			return;
		}
	/* Call signs, tail numbers, sites, BIC, LEI: exact all the same, with their kind in front.
	 */
	add_to(mk, "documents",
	       identifier("other",
			  str_eq_z(kind, "other")
			      ? id->value
			      : str_fmt(mk->arena, "%.*s %.*s", STR_ARG(kind), STR_ARG(id->value)),
			  issuer));
}

static void
make_fields(struct making *mk, const struct list_entry *e)
{
	static const char *const subjects[] = {[LIST_PERSON] = "person",
					       [LIST_ORGANISATION] = "organisation",
					       [LIST_VESSEL] = "vessel",
					       [LIST_AIRCRAFT] = "vehicle",
					       [LIST_OTHER] = "organisation"};

	import_set(mk->fields, "list", json_from_str(id_format(mk->arena, mk->x->list)));
	import_set(mk->fields, "subject", json_string(subjects[e->type]));
	import_set(mk->fields, "number_there", identifier("listing_number", e->id, STR_NONE));
	add_names(mk, e);
	for (size_t i = 0; i < e->dobs.n; i++)
		add_to(mk, "birth_dates", json_from_str(e->dobs.at[i]));
	add_countries(mk, e);
	add_addresses(mk, e);
	for (size_t i = 0; i < e->ids.n; i++)
		add_id(mk, &e->ids.at[i]);
	if (e->sex.n > 0)
		import_set(mk->fields, "gender",
			   json_string(str_eq_z(e->sex, "male") ? "Masculine" : "Feminine"));
	if (e->programme.n > 0)
		add_to(mk, "programmes", json_from_str(e->programme));
	if (e->remarks.n > 0) {
		if (mk->remarks.n > 0)
			buf_add_byte(&mk->remarks, '\n');
		buf_add(&mk->remarks, e->remarks);
	}
}

/* The value in words. */
static struct str
in_words(struct making *mk, json_t *value)
{
	struct buf b;

	if (json_is_string(value))
		return json_str(value);
	buf_init(&b, mk->arena);
	json_canonical(value, &b);
	return buf_str(&b);
}

/* Move what err names ("phones[2]", or the end of a list that is too long) to the remarks. */
static bool
move_to_remarks(struct making *mk, const struct err *why)
{
	struct str key = str_from(why->key), index, name = str_cut(&key, '[');
	char *field = str_z(mk->arena, name);
	json_t *value = json_object_get(mk->fields, field);
	int64_t i = -1;

	index = str_cut(&key, ']');
	if (value == NULL || strcmp(field, "remarks") == 0 || strcmp(field, "list") == 0)
		return false;
	if (!json_is_array(value)) {
		remark(mk, field, in_words(mk, value));
		return json_object_del(mk->fields, field) == 0;
	}
	if (index.n == 0 || !str_to_i64(index, &i))
		i = (int64_t)json_array_size(value) - 1;
	if (i < 0 || (size_t)i >= json_array_size(value))
		return false;
	remark(mk, field, in_words(mk, json_array_get(value, (size_t)i)));
	must(json_array_remove(value, (size_t)i) == 0);
	if (json_array_size(value) == 0)
		(void)json_object_del(mk->fields, field);
	return true;
}

static enum rc
draft_entry(struct making *mk, struct err *why)
{
	struct import *im = mk->x->im;
	struct record_draft *draft;
	enum rc rc;

	do {
		if (mk->remarks.n > 0)
			import_set(mk->fields, "remarks", json_from_str(buf_str(&mk->remarks)));
		rc = import_draft(im, mk->x->listing, json_incref(mk->fields), NULL, &draft, why);
	} while (rc == RC_INVALID && move_to_remarks(mk, why));
	return rc;
}

/* The same without a draft, in the form that the entry has when it is read again. */
static enum rc
check_entry(struct making *mk, json_t **out, struct err *why)
{
	struct import *im = mk->x->im;
	enum rc rc;

	do {
		if (mk->remarks.n > 0)
			import_set(mk->fields, "remarks", json_from_str(buf_str(&mk->remarks)));
		rc = model_check_fields(mk->arena, im->model, mk->x->listing, mk->fields,
					CHECK_IMPORT, out, why);
	} while (rc == RC_INVALID && move_to_remarks(mk, why));
	return rc;
}

/* An entry of a list that is here: perhaps it is there already. */
static enum rc
refresh_entry(struct making *mk, struct err *why)
{
	struct listing_import *x = mk->x;
	struct record_draft *draft;
	json_t *canonical;
	bool known = false;
	enum rc rc = check_entry(mk, &canonical, why);

	if (rc != RC_OK)
		return rc;
	if ((rc = refresh_take(x->refresh, mk->arena, canonical, &known, why)) == RC_OK && !known) {
		x->added++;
		rc = import_draft(x->im, x->listing, json_incref(canonical), NULL, &draft, why);
	}
	json_decref(canonical);
	return rc;
}

/* Dealt with before the job was cut off, yet part of this release. */
static void
pass_entry(struct making *mk)
{
	json_t *canonical;
	struct err ignored;

	if (check_entry(mk, &canonical, &ignored) != RC_OK)
		return;
	refresh_pass(mk->x->refresh, mk->arena, canonical);
	json_decref(canonical);
}

static void
making_begin(struct making *mk, struct arena *a, const struct list_entry *e)
{
	mk->arena = a;
	mk->fields = json_object();
	buf_init(&mk->remarks, a);
	make_fields(mk, e);
}

static void
skip_entry(struct listing_import *x, const struct list_entry *e)
{
	struct making mk = {.x = x};

	if (x->refresh == NULL)
		return;
	making_begin(&mk, arena_new(0), e);
	pass_entry(&mk);
	json_decref(mk.fields);
	arena_free(mk.arena);
}

/* Of this entry alone; a failure of the store or a stop ends the job. */
static bool
is_of_the_row(enum rc rc)
{
	return rc == RC_INVALID || rc == RC_DENIED || rc == RC_STALE || rc == RC_CONFLICT;
}

static enum rc
take_entry(void *ctx, const struct list_entry *e, struct err *err)
{
	struct listing_import *x = ctx;
	struct making mk = {.x = x};
	struct err why;
	bool skip;
	enum rc rc;

	if ((rc = import_row_begin(x->im, &skip, err)) != RC_OK)
		return rc;
	if (skip) {
		skip_entry(x, e);
		return RC_OK;
	}
	making_begin(&mk, x->im->now->arena, e);
	rc = x->refresh != NULL ? refresh_entry(&mk, &why) : draft_entry(&mk, &why);
	json_decref(mk.fields);
	if (rc == RC_OK)
		return import_row_end(x->im, err);
	if (x->refresh != NULL && !is_of_the_row(rc)) {
		*err = why;
		return rc;
	}
	why.line = e->line;
	return import_row_bad(x->im, file_of(x, e->file), &why, err);
}

static void
skipped(void *ctx, const struct err *why)
{
	struct listing_import *x = ctx;
	struct err err;

	(void)(import_note(x->im, file_of(x, why->file), why, &err) == RC_OK);
}

/* The list by its name among those that the job's user sees, or a new one. */
static enum rc
find_list(struct door *d, void *ctx, struct err *err)
{
	struct listing_import *x = ctx;
	struct str name = import_option(x->im, "list");
	struct record_filter filter = {
	    .type = x->watchlist, .limit = RECORD_PAGE_MAX, .with_fields = true};
	struct record_list page;
	struct record *r;
	json_t *fields;
	enum rc rc;

	do {
		if ((rc = record_list(d, &filter, &page, err)) != RC_OK)
			return rc;
		for (size_t i = 0; i < page.items.n; i++)
			if (str_eq(json_member_str(page.items.at[i]->fields, "name"), name)) {
				x->list = page.items.at[i]->id;
				return RC_OK;
			}
		filter.cursor = page.next;
	} while (page.next.n > 0);
	fields =
	    door_hold(d, json_pack("{s:o, s:s, s:s, s:s, s:o}", "name", json_from_str(name), "kind",
				   "sanctions", "purpose", "screening", "public", "yes", "source",
				   json_from_str(import_option(x->im, "format"))));
	rc = record_create(d, x->watchlist, fields, NULL, &r, err);
	if (rc == RC_OK)
		x->list = r->id;
	return rc;
}

static enum rc
read_list(struct listing_import *x, struct err *err)
{
	const struct list_sink sink = {take_entry, skipped, x};
	struct list_options options = {.format = LIST_AUTO};
	struct str format = import_option(x->im, "format"), fields = import_option(x->im, "fields");
	struct list_report report = {0};
	struct source_files files = {.n = x->im->file_count,
				     .names = x->names,
				     .open = open_file,
				     .close = close_file,
				     .ctx = x};
	enum rc rc;

	if (str_starts(format, STR("list-")))
		format = str_sub(format, 5, format.n);
	if (!list_format_parse(format, &options.format))
		return fail(err, RC_INVALID, "format", "is none of a list");
	if (fields.n > 0 && (rc = list_mapping_parse(fields, &options.fields, err)) != RC_OK)
		return rc;
	for (size_t i = 0; i < files.n; i++)
		x->names[i] = str_fmt(x->im->arena, "%zu", i).p;
	rc = parse_list(&files, &options, &sink, &report, err);
	if (x->rc != RC_OK) {
		rc = x->rc;
		*err = x->why;
	} else if (rc != RC_OK) {
		x->im->file_now = file_of(x, err->file);
	}
	x->im->bad_rows = report.skipped;
	x->im->result =
	    json_pack("{s:I, s:I, s:I, s:o, s:O}", "entries", (json_int_t)report.entries, "names",
		      (json_int_t)report.names, "bad_values", (json_int_t)report.bad_values, "list",
		      json_from_str(id_format(x->im->arena, x->list)), "to_remarks", x->moved);
	if (rc == RC_OK && x->refresh != NULL)
		refresh_result(x->refresh, x->added, x->im->result);
	return rc;
}

enum rc
import_list(struct import *im, struct err *err)
{
	struct listing_import x = {.im = im,
				   .watchlist = model_type(im->model, STR("watchlist")),
				   .listing = model_type(im->model, STR("listing")),
				   .moved = json_object()};
	enum rc rc;

	must(x.watchlist != NULL && x.listing != NULL);
	im->run->job.unit_word = STR("entries");
	if (import_option(im, "list").n == 0)
		rc = fail(err, RC_INVALID, "list", "say the list's name (" SAY_LIST ")");
	else if ((rc = import_may_create(im, "listing", err)) == RC_OK)
		rc = import_step(im, find_list, &x, err);
	if (rc == RC_OK)
		rc = refresh_open(im, x.listing, x.list, &x.refresh, err);
	learn_countries(&x);
	if (rc == RC_OK)
		rc = read_list(&x, err);
	json_decref(x.moved);
	return rc;
}
