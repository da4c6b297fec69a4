#include "node/demo_data_list.h"

#include "base/arena.h"

enum { FIRST_ENTRY = 990001, FIRST_ALIAS = 880001, FIRST_ADDRESS = 770001 };

/* What OFAC writes for "nothing": unquoted, with the space. */
#define NOTHING "-0- "
#define PROGRAMME "DEMO-HT"

static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
				     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
static const char *const trades[DEMO_LIST_ORGANISATIONS] = {
    "LABOUR SERVICES", "FISHING COMPANY", "TRAVEL BUREAU",  "FREIGHT",
    "RECRUITMENT",     "CATERING",	  "LODGING HOUSES", "MONEY TRANSFER"};

/*
 * Scripts in which a listed person has an alias: the story's two have those of their fixed
 * names; of the others some have none, so that a variant must be found across scripts.
 */
static void
aliases_set(struct demo_entry *e, size_t i)
{
	e->alias[DEMO_CYRILLIC] = i % 2 == 0;
	e->alias[DEMO_ARABIC] = i == 1 || i % 3 == 0;
	e->alias[DEMO_HAN] = i == 0 || i % 4 == 3;
	e->alias[DEMO_LATIN] = i > 1 && i % 5 == 1;
	if (i == 1)
		e->alias[DEMO_CYRILLIC] = true;
}

static enum rc
person_draw(struct demo_free *f, uint64_t seed, size_t i, struct demo_entry *e, struct err *err)
{
	struct demo_random r = demo_random_stream(seed, STR("listed person"), i);

	*e = (struct demo_entry){.id = FIRST_ENTRY + (uint32_t)i};
	e->year = demo_random_between(&r, 1958, 1994);
	e->month = demo_random_between(&r, 1, 12);
	e->day = demo_random_between(&r, 1, 28);
	/* A day that can stand for a month, and is not the same number: it can be swapped. */
	if (i < 12 && (e->day > 12 || e->day == e->month))
		e->day = 1 + (e->month + demo_random_between(&r, 0, 10)) % 12;
	e->female = demo_random_one_in(&r, 4);
	e->birth_place = &demo_places[demo_random_below(&r, DEMO_PLACE_COUNT)];
	aliases_set(e, i);
	if (i > 1)
		return demo_free_name(f, &r, &e->name, err);
	e->female = false;
	e->name = i == 0 ? demo_name_recruiter : demo_name_driver;
	e->year = i == 0 ? 1979 : 1988;
	e->month = i == 0 ? 5 : 11;
	e->day = i == 0 ? 7 : 3;
	e->birth_place = &demo_places[i == 0 ? 0 : DEMO_PLACE_COUNT - 1];
	return demo_free_story(f, &e->name, err);
}

enum rc
demo_list_draw(struct demo_free *f, uint64_t seed, struct demo_list *out, struct err *err)
{
	struct demo_random r = demo_random_stream(seed, STR("listed things"), 0);
	enum rc rc;

	for (size_t i = 0; i < DEMO_LIST_PEOPLE; i++)
		if ((rc = person_draw(f, seed, i, &out->person[i], err)) != RC_OK)
			return rc;
	for (size_t i = 0; i < DEMO_LIST_ORGANISATIONS; i++)
		demo_word_draw(&r, &out->organisation[i]);
	demo_word_draw(&r, &out->vessel);
	return RC_OK;
}

static struct str
upper(struct arena *a, struct str s)
{
	struct str out = str_copy(a, s);

	for (size_t i = 0; i < out.n; i++)
		if (s.p[i] >= 'a' && s.p[i] <= 'z')
			((char *)out.p)[i] = (char)(s.p[i] - 32);
	return out;
}

/* Families of twelve cells: number, name, type, programme, title, five or six of ships, remarks. */
static void
sdn_row(struct buf *sdn, uint32_t id, struct str name, const char *type, const char *ship,
	struct str remarks)
{
	buf_addf(sdn, "%u,\"%.*s\",%s,\"" PROGRAMME "\"," NOTHING ",%s,\"%.*s\"\r\n", id,
		 STR_ARG(name), type, ship, STR_ARG(remarks));
}

static const char no_ship[] = NOTHING "," NOTHING "," NOTHING "," NOTHING "," NOTHING "," NOTHING;

static void
birth_write(struct buf *b, const struct demo_entry *e, size_t i)
{
	/* Lists know some births to the year only, or about. */
	if (i >= 12 && i % 7 == 5)
		buf_addf(b, "DOB %d", e->year);
	else if (i >= 12 && i % 7 == 6)
		buf_addf(b, "DOB circa %d", e->year);
	else
		buf_addf(b, "DOB %02d %s %d", e->day, months[e->month - 1], e->year);
}

static void
person_write(struct arena *a, const struct demo_entry *e, size_t i, struct buf *sdn)
{
	struct buf remarks;
	struct str name = str_fmt(a, "%.*s, %.*s",
				  STR_ARG(upper(a, demo_word_text(a, &e->name.family, DEMO_LATIN))),
				  STR_ARG(demo_word_text(a, &e->name.given, DEMO_LATIN)));
	const char *country = e->birth_place->country;

	buf_init(&remarks, a);
	birth_write(&remarks, e, i);
	buf_addf(&remarks, "; POB %s, %s; nationality %s; Gender %s", e->birth_place->city, country,
		 country, e->female ? "Female" : "Male");
	if (i % 3 != 2)
		buf_addf(&remarks, "; Passport %s%06u (%s)", country, 410000 + (unsigned)i * 7919,
			 country);
	if (i == 0)
		buf_add_z(&remarks, "; a.k.a. 'THE PURSER'");
	buf_add_byte(&remarks, '.');
	sdn_row(sdn, e->id, name, "\"individual\"", no_ship, buf_str(&remarks));
}

static void
aliases_write(struct arena *a, const struct demo_entry *e, uint32_t *alias, struct buf *alt)
{
	for (size_t i = 0; i < DEMO_SCRIPT_COUNT; i++) {
		enum demo_script script = (enum demo_script)i;
		struct str given, family, text;

		if (!e->alias[i])
			continue;
		demo_name_changed(a, &e->name, script,
				  script == DEMO_LATIN ? DEMO_OTHER_LATIN : DEMO_AS_IS, &given,
				  &family);
		/* Scripts without capitals get no comma order either: spoken order, as they are. */
		if (script == DEMO_LATIN)
			text = str_fmt(a, "%.*s, %.*s", STR_ARG(upper(a, family)), STR_ARG(given));
		else if (script == DEMO_CYRILLIC)
			text = str_fmt(a, "%.*s, %.*s", STR_ARG(family), STR_ARG(given));
		else
			text = demo_name_join(a, script, given, family);
		buf_addf(alt, "%u,%u,\"aka\",\"%.*s\"," NOTHING "\r\n", e->id, (*alias)++,
			 STR_ARG(text));
	}
}

static void
address_write(struct buf *add, uint32_t entry, uint32_t *address, size_t i,
	      const struct demo_place *place)
{
	/* Of some only the country is known. */
	if (i % 6 == 4)
		buf_addf(add, "%u,%u," NOTHING "," NOTHING ",\"%s\"," NOTHING "\r\n", entry,
			 (*address)++, place->country);
	else
		buf_addf(add, "%u,%u,\"%u %s\",\"%s %s\",\"%s\"," NOTHING "\r\n", entry,
			 (*address)++, (unsigned)(3 + i * 4), demo_streets[i % DEMO_STREET_COUNT],
			 place->city, place->postal_code, place->country);
}

void
demo_list_write(struct arena *a, const struct demo_list *list, struct buf *sdn, struct buf *alt,
		struct buf *add)
{
	uint32_t alias = FIRST_ALIAS, address = FIRST_ADDRESS, id = FIRST_ENTRY + DEMO_LIST_PEOPLE;
	struct str name;

	for (size_t i = 0; i < DEMO_LIST_PEOPLE; i++) {
		const struct demo_entry *e = &list->person[i];

		person_write(a, e, i, sdn);
		aliases_write(a, e, &alias, alt);
		if (i % 2 == 0)
			address_write(add, e->id, &address, i, e->birth_place);
	}
	for (size_t i = 0; i < DEMO_LIST_ORGANISATIONS; i++, id++) {
		name = upper(a, demo_word_text(a, &list->organisation[i], DEMO_LATIN));
		sdn_row(sdn, id, str_fmt(a, "%.*s %s", STR_ARG(name), trades[i]), NOTHING, no_ship,
			str_fmt(a, "Registration Number Q%05u (%s).", 20011 + (unsigned)i * 313,
				demo_places[i].country));
		if (i % 2 == 0)
			buf_addf(alt, "%u,%u,\"fka\",\"%.*s AND SONS\"," NOTHING "\r\n", id,
				 alias++, STR_ARG(name));
		address_write(add, id, &address, i, &demo_places[i]);
	}
	name = upper(a, demo_word_text(a, &list->vessel, DEMO_LATIN));
	sdn_row(sdn, id, str_fmt(a, "%.*s STAR", STR_ARG(name)), "\"vessel\"",
		"\"QNUL4\",\"Fishing Vessel\"," NOTHING ",\"480\",\"QN\"," NOTHING,
		STR("Former Vessel Flag QR."));
	/* The old end-of-file mark that OFAC's files still end with. */
	buf_add_byte(sdn, 0x1A);
	buf_add_byte(alt, 0x1A);
	buf_add_byte(add, 0x1A);
}
