#include "node/demo_data.h"

#include <errno.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "format/csv.h"
#include "node/demo_data_list.h"
#include "node/demo_data_network.h"

enum { INCIDENT_COUNT_MAX = 3000, BLOCK_LOOSE_PHONE = 3 };

enum date_change { DATE_SAME, DATE_SWAPPED, DATE_YEAR, DATE_MONTH };

/* How many of each category; what is asked for beyond these is DEMO_CATEGORY_UNSAID. */
static const size_t category_counts[DEMO_CATEGORY_COUNT] = {
    [DEMO_CATEGORY_LISTED] = DEMO_LISTED_COUNT,
    [DEMO_CATEGORY_DECOY] = DEMO_DECOY_COUNT,
    [DEMO_CATEGORY_SUSPECT] = DEMO_SUSPECT_COUNT - DEMO_LISTED_COUNT - DEMO_DECOY_COUNT,
    [DEMO_CATEGORY_SURVIVOR] = 30,
    [DEMO_CATEGORY_NOT_VICTIM] = 10,
    [DEMO_CATEGORY_POSSIBLE] = 140,
    [DEMO_CATEGORY_UNSAID] = 80,
};

/* clang-format off */
/* The suspects who are on the list: which person of it, and how the row spells them. */
static const struct {
	size_t person;
	enum demo_script script;
	enum demo_name_change name;
	enum date_change date;
} listed[DEMO_LISTED_COUNT] = {
	{ 0, DEMO_CYRILLIC,   DEMO_AS_IS,          DATE_SWAPPED },
	{ 0, DEMO_ARABIC,     DEMO_AS_IS,          DATE_SAME },
	{ 0, DEMO_HAN,        DEMO_AS_IS,          DATE_YEAR },
	{ 1, DEMO_LATIN,      DEMO_OTHER_LATIN,    DATE_SAME },
	{ 1, DEMO_ARABIC,     DEMO_AS_IS,          DATE_SWAPPED },
	{ 2, DEMO_LATIN,      DEMO_LETTER_DROPPED, DATE_SAME },
	{ 3, DEMO_LATIN,      DEMO_FAMILY_FIRST,   DATE_SAME },
	{ 4, DEMO_LATIN,      DEMO_OTHER_LATIN,    DATE_SWAPPED },
	{ 5, DEMO_CYRILLIC,   DEMO_AS_IS,          DATE_SAME },
	{ 9, DEMO_LATIN,      DEMO_LETTER_DOUBLED, DATE_MONTH },
	{ 7, DEMO_HAN,        DEMO_AS_IS,          DATE_SAME },
	{ 8, DEMO_DEVANAGARI, DEMO_AS_IS,          DATE_SAME },
};
/* Of ten people with a name five are written in Latin letters, one in each other script. */
static const enum demo_script scripts[] = {
	DEMO_LATIN, DEMO_LATIN, DEMO_LATIN, DEMO_LATIN, DEMO_LATIN,
	DEMO_CYRILLIC, DEMO_ARABIC, DEMO_HAN, DEMO_ETHIOPIC, DEMO_DEVANAGARI,
};
/* clang-format on */

/* What one run of demo_data_make has in hand. */
struct making {
	struct arena *arena;
	uint64_t seed;
	struct demo_free names;
	struct demo_list list;
	size_t count;
	size_t category_first[DEMO_CATEGORY_COUNT];
	struct demo_plan *plans; /* by category and ordinal */
	struct demo_plan **rows; /* the same, shuffled */
};

static struct str
birth_of_listed(struct arena *a, const struct demo_entry *e, enum date_change change)
{
	switch (change) {
	case DATE_SAME: return str_fmt(a, "%04d-%02d-%02d", e->year, e->month, e->day);
	case DATE_SWAPPED: return str_fmt(a, "%04d-%02d-%02d", e->year, e->day, e->month);
	case DATE_YEAR: return str_fmt(a, "%04d", e->year);
	case DATE_MONTH: return str_fmt(a, "%04d-%02d", e->year, e->month);
	}
	must(change <= DATE_MONTH);
	return STR_NONE;
}

static void
plan_listed(struct making *m, struct demo_plan *p)
{
	const struct demo_entry *e = &m->list.person[listed[p->ordinal].person];

	demo_name_changed(m->arena, &e->name, listed[p->ordinal].script, listed[p->ordinal].name,
			  &p->given, &p->family);
	p->birth = birth_of_listed(m->arena, e, listed[p->ordinal].date);
	p->female = e->female;
	p->citizenship = e->birth_place->country;
	if (listed[p->ordinal].person == 0)
		p->role = "RecruiterOrIntermediary";
	if (listed[p->ordinal].person == 1)
		p->role = "Transporter";
}

/* Decoy 0 is the namesake of the story; the others resemble the third listed person and on. */
static size_t
decoy_like(size_t ordinal)
{
	return ordinal == 0 ? 0 : ordinal + 1;
}

static enum rc
plan_decoy(struct making *m, struct demo_random *r, struct demo_plan *p, struct err *err)
{
	const struct demo_entry *e = &m->list.person[decoy_like(p->ordinal)];
	enum demo_script script = p->ordinal % 4 == 3 ? DEMO_CYRILLIC : DEMO_LATIN;
	int years = demo_random_between(r, 4, 11);
	struct demo_name name = demo_name_namesake;
	enum rc rc;

	if (p->ordinal == 0) {
		p->birth = STR("1981-05-07");
		p->female = true;
		rc = demo_free_story(&m->names, &name, err);
	} else {
		/* Another person: born in other years, in another month, on another day. */
		p->birth = str_fmt(m->arena, "%04d-%02d-%02d",
				   e->year + (demo_random_one_in(r, 2) ? years : -years),
				   1 + (e->month + 4) % 12, 1 + (e->day + 12) % 28);
		p->female = demo_random_one_in(r, 3);
		rc = demo_free_near(&m->names, r, &e->name,
				    (enum demo_likeness)(p->ordinal % DEMO_LIKENESS_COUNT), &name,
				    err);
	}
	if (rc != RC_OK)
		return rc;
	p->given = demo_word_text(m->arena, &name.given, script);
	p->family = demo_word_text(m->arena, &name.family, script);
	return RC_OK;
}

static struct str
birth_draw(struct arena *a, struct demo_random *r, size_t kind)
{
	int year = demo_random_between(r, 1976, 2008), month = demo_random_between(r, 1, 12);
	int day = demo_random_between(r, 1, 28);

	switch (kind % 6) {
	case 3: return str_fmt(a, "%04d", year);
	case 4: return str_fmt(a, "%04d~", year);
	case 5: return STR_NONE;
	default: return str_fmt(a, "%04d-%02d-%02d", year, month, day);
	}
}

static enum rc
plan_other(struct making *m, struct demo_random *r, struct demo_plan *p, struct err *err)
{
	enum demo_script script = scripts[p->ordinal % COUNT_OF(scripts)];
	bool suspect = demo_category_is_suspect(p->category);
	struct demo_name name;
	enum rc rc = demo_free_name(&m->names, r, &name, err);

	if (rc != RC_OK)
		return rc;
	/* Of people met on a quay often nobody knows the name, or only the given one. */
	if (suspect || p->ordinal % 8 != 7) {
		p->given = demo_word_text(m->arena, &name.given, script);
		if (suspect || p->ordinal % 8 != 3)
			p->family = demo_word_text(m->arena, &name.family, script);
	}
	p->birth = birth_draw(m->arena, r, suspect ? 0 : p->ordinal);
	p->female = demo_random_one_in(r, 2);
	return RC_OK;
}

/* Things of incidents that are in no network: each is there once, and links nothing. */
static void
loose_tokens_add(struct making *m, struct demo_random *r, struct demo_plan *p, size_t serial)
{
	static const char *const sites[] = {
	    "Kelpen Dry Dock",	 "Orrin Brickyard",   "Mill Bank Bakery", "Copper Street Kitchen",
	    "Dunvarrow Sawmill", "Pellidorn Orchard", "Nolvane Hotel",	  "Sennavar Building Yard"};

	if (serial % 4 == 0)
		p->token[p->token_count++] = (struct demo_token){
		    .kind = DEMO_PHONE, .value = demo_phone(m->arena, BLOCK_LOOSE_PHONE, serial)};
	if (serial % 7 == 1)
		p->token[p->token_count++] = (struct demo_token){
		    .kind = DEMO_PLATE, .value = demo_plate(m->arena, r, serial)};
	if (serial % 7 == 2)
		p->token[p->token_count++] = (struct demo_token){
		    .kind = DEMO_ACCOUNT, .value = demo_account(m->arena, serial)};
	if (serial % 35 == 3 && serial / 35 < COUNT_OF(sites))
		p->token[p->token_count++] =
		    (struct demo_token){.kind = DEMO_SITE, .value = str_from(sites[serial / 35])};
}

static enum rc
plans_make(struct making *m, struct err *err)
{
	size_t at = 0, serial = 0;

	m->plans = NEW_N(m->arena, struct demo_plan, m->count);
	for (size_t c = 0; c < DEMO_CATEGORY_COUNT; c++) {
		size_t n = c == DEMO_CATEGORY_UNSAID ? m->count - at : category_counts[c];

		m->category_first[c] = at;
		for (size_t i = 0; i < n; i++, at++)
			m->plans[at] =
			    (struct demo_plan){.category = (enum demo_category)c, .ordinal = i};
	}
	must(at == m->count);
	for (size_t i = 0; i < m->count; i++) {
		struct demo_plan *p = &m->plans[i];
		struct demo_random r = demo_random_stream(m->seed, STR("person"), i);
		enum rc rc = RC_OK;

		if (p->category == DEMO_CATEGORY_LISTED)
			plan_listed(m, p);
		else if (p->category == DEMO_CATEGORY_DECOY)
			rc = plan_decoy(m, &r, p, err);
		else
			rc = plan_other(m, &r, p, err);
		if (rc != RC_OK)
			return rc;
		p->town = &demo_places[demo_random_below(&r, DEMO_PLACE_COUNT)];
		p->first_day = demo_random_between(&r, 5, 255);
		if (!demo_network_has(m->category_first, i))
			loose_tokens_add(m, &r, p, serial++);
	}
	demo_network_assign(m->arena, m->seed, m->plans, m->category_first);
	return RC_OK;
}

static void
rows_shuffle(struct making *m)
{
	struct demo_random r = demo_random_stream(m->seed, STR("order of rows"), 0);

	m->rows = NEW_N(m->arena, struct demo_plan *, m->count);
	for (size_t i = 0; i < m->count; i++)
		m->rows[i] = &m->plans[i];
	for (size_t i = m->count; i > 1; i--) {
		size_t j = demo_random_below(&r, i);
		struct demo_plan *p = m->rows[i - 1];

		m->rows[i - 1] = m->rows[j];
		m->rows[j] = p;
	}
	for (size_t i = 0; i < m->count; i++)
		m->rows[i]->row = i + 1;
}

static void
link_write(struct csv_out *out, struct arena *a, const struct demo_plan *p, const char *kind,
	   struct str value, const char *role)
{
	csv_out_cell(out, str_fmt(a, "%zu", p->row));
	csv_out_cell(out, p->reference);
	csv_out_cell(out, str_from(kind));
	csv_out_cell(out, value);
	csv_out_cell(out, str_from(role));
	csv_out_end(out);
}

static void
links_write(struct making *m, struct buf *b)
{
	static const struct {
		const char *kind, *role;
	} words[DEMO_TOKEN_KIND_COUNT] = {[DEMO_PHONE] = {"phone", "contact"},
					  [DEMO_ACCOUNT] = {"account", "payer"},
					  [DEMO_PLATE] = {"plate", "vehicle"},
					  [DEMO_SITE] = {"place", "site"}};
	struct csv_out out;

	buf_add(b, STR("incident_row,incident,kind,value,role\r\n"));
	csv_out_init(&out, b, false);
	for (size_t i = 0; i < m->count; i++) {
		const struct demo_plan *p = m->rows[i];

		link_write(&out, m->arena, p, "place", str_from(p->town->city), "town");
		for (size_t j = 0; j < p->token_count; j++) {
			const struct demo_token *t = &p->token[j];

			link_write(&out, m->arena, p, words[t->kind].kind, t->value,
				   t->helper ? "helper" : words[t->kind].role);
		}
	}
}

static const char *
date_change_text(enum date_change change)
{
	static const char *const texts[] = {"same", "day and month swapped", "year only",
					    "year and month only"};

	return texts[change];
}

static void
truth_fill(const struct making *m, struct demo_truth *out)
{
	const size_t *first = m->category_first;

	for (size_t i = 0; i < DEMO_LISTED_COUNT; i++) {
		const struct demo_entry *e = &m->list.person[listed[i].person];
		enum demo_script script = listed[i].script;

		out->listed[i] = (struct demo_listed){
		    .row = m->plans[first[DEMO_CATEGORY_LISTED] + i].row,
		    .entry = e->id,
		    .script = demo_script_code(script),
		    .name_change = demo_name_change_text(listed[i].name),
		    .date_change = date_change_text(listed[i].date),
		    .script_on_list = script == DEMO_LATIN || e->alias[script]};
	}
	for (size_t i = 0; i < DEMO_DECOY_COUNT; i++)
		out->decoy[i] =
		    (struct demo_decoy){.row = m->plans[first[DEMO_CATEGORY_DECOY] + i].row,
					.entry = m->list.person[decoy_like(i)].id};
	out->namesake = out->decoy[0].row;
	for (size_t i = 0; i < DEMO_NETWORK_COUNT; i++) {
		struct demo_network *n = &out->network[i];

		n->name = demo_network_name(i);
		n->n = demo_network_size(i);
		for (size_t j = 0; j < n->n; j++)
			n->row[j] = m->plans[demo_network_member(first, i, j)].row;
	}
	out->hotline = demo_hotline(m->arena);
	for (size_t i = 0; i < DEMO_HOTLINE_COUNT; i++)
		out->hotline_row[i] = m->plans[demo_hotline_member(first, i)].row;
}

static void
texts_write(struct making *m, struct demo_data *out)
{
	struct buf sdn, alt, add, incidents, links;

	buf_init(&sdn, m->arena);
	buf_init(&alt, m->arena);
	buf_init(&add, m->arena);
	demo_list_write(m->arena, &m->list, &sdn, &alt, &add);
	buf_init(&incidents, m->arena);
	demo_htcds_header_write(&incidents);
	for (size_t i = 0; i < m->count; i++) {
		struct demo_random r = demo_random_stream(m->seed, STR("row"), i);
		struct demo_htcds_row row;

		demo_row_fill(m->arena, &r, m->rows[i], &row);
		demo_htcds_row_write(&incidents, &row);
	}
	buf_init(&links, m->arena);
	links_write(m, &links);
	out->sdn = buf_str(&sdn);
	out->alt = buf_str(&alt);
	out->add = buf_str(&add);
	out->incidents = buf_str(&incidents);
	out->links = buf_str(&links);
}

enum rc
demo_data_make(struct arena *a, const struct demo_options *options, struct demo_data *out,
	       struct err *err)
{
	struct making *m = NEW(a, struct making);
	enum rc rc;

	m->arena = a;
	m->seed = options->seed;
	m->count = options->incident_count == 0 ? DEMO_INCIDENT_COUNT : options->incident_count;
	if (m->count < DEMO_INCIDENT_COUNT || m->count > INCIDENT_COUNT_MAX)
		return fail(err, RC_INVALID, "incident_count", "must be %d to %d",
			    DEMO_INCIDENT_COUNT, INCIDENT_COUNT_MAX);
	demo_free_init(&m->names, a, options);
	if ((rc = demo_list_draw(&m->names, m->seed, &m->list, err)) != RC_OK ||
	    (rc = plans_make(m, err)) != RC_OK)
		return rc;
	rows_shuffle(m);
	*out = (struct demo_data){.incident_count = m->count};
	texts_write(m, out);
	truth_fill(m, &out->truth);
	return RC_OK;
}

static enum rc
file_save(const char *folder, const char *name, struct str bytes, struct err *err)
{
	char path[4096];
	FILE *f;
	bool good;

	if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
		return fail(err, RC_INVALID, "folder", "the folder's path is too long");
	if ((f = fopen(path, "wb")) == NULL)
		return fail(err, RC_UNAVAILABLE, name, "cannot be written: %s", strerror(errno));
	good = fwrite(bytes.p, 1, bytes.n, f) == bytes.n;
	if (fclose(f) != 0 || !good) {
		/* Half a file would be read as a whole one. */
		(void)unlink(path);
		return fail(err, RC_UNAVAILABLE, name, "could not be written in full");
	}
	return RC_OK;
}

enum rc
demo_data_save(const struct demo_data *d, const char *folder, struct err *err)
{
	const struct {
		const char *name;
		struct str bytes;
	} files[] = {{"sdn.csv", d->sdn},
		     {"alt.csv", d->alt},
		     {"add.csv", d->add},
		     {"incidents.csv", d->incidents},
		     {"links.csv", d->links}};
	enum rc rc = RC_OK;

	for (size_t i = 0; i < COUNT_OF(files) && rc == RC_OK; i++)
		rc = file_save(folder, files[i].name, files[i].bytes, err);
	return rc;
}
