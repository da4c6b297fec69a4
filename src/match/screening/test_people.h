#ifndef MATCH_SCREENING_TEST_PEOPLE_H
#define MATCH_SCREENING_TEST_PEOPLE_H

#include "base/arena.h"
#include "match/screening/screen.h"

/* A few invented people for tests of the index, all in the arena. */
static inline struct screen_entry
test_person(struct arena *a, const char *id, const char *name, const char *dob)
{
	struct screen_entry e = {.id = str_from(id), .type = STR("person")};

	*VEC_ADD(a, &e.names) = str_from(name);
	*VEC_ADD(a, &e.dobs) = str_from(dob);
	*VEC_ADD(a, &e.countries) = STR("Chile");
	*VEC_ADD(a, &e.ids) = str_fmt(a, "AB-990-%s", id);
	return e;
}

#define TEST_PEOPLE 8
static inline struct screen_entry *
test_people(struct arena *a)
{
	static const char *const names[TEST_PEOPLE] = {
	    "Vladislav Semyonovich KORZHAKOV",
	    "Marta NOVAK",
	    "عبد الرحمن الزهراني",
	    "PAK Chol Jin",
	    "Yunus Salah DARWISH",
	    "Novak Shipping Ltd",
	    "Abd al-Malik HADDAD",
	    "李明",
	};
	struct screen_entry *entries = NEW_N(a, struct screen_entry, TEST_PEOPLE);

	for (size_t i = 0; i < TEST_PEOPLE; i++)
		entries[i] = test_person(a, str_fmt(a, "p%zu", i).p, names[i],
					 str_fmt(a, "196%zu-03-0%zu", i, i + 1).p);
	return entries;
}

#endif
