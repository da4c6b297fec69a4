#include "match/linkage/fellegi.h"

/*
 * What is said before anything is seen. It matters only where the files say little: a level that
 * nobody has shown must not become impossible.
 */
static const double same_before[LINK_LEVEL_COUNT] = {0, 0.80, 0.06, 0.03, 0.03, 0.02, 0.05, 0.01};
/* A whole name within a family: some part is the same. */
static const double family_part[LINK_LEVEL_COUNT] = {0, 0.01, 0.01, 0.03, 0.03, 0.67, 0.25, 0};
/*
 * Of what people of one home do not share: by chance as strangers, but twins have one birth date,
 * a son his father's name; in so many of a hundred.
 */
#define TAKES_AFTER 0.03

bool
link_way_shares(enum link_way way, enum link_field field)
{
	switch (field) {
	case LINK_CITY:
	case LINK_POSTCODE:
	case LINK_STATE:
	case LINK_COUNTRY:
	case LINK_PLACE: return true;
	case LINK_FAMILY:
	case LINK_NUMBER:
	case LINK_STREET:
	case LINK_PHONE:
	case LINK_NAME: return way == LINK_HOME || way == LINK_ONE;
	case LINK_BIRTH_PLACE: return way == LINK_ONE || way == LINK_AREA;
	case LINK_GIVEN:
	case LINK_MIDDLE:
	case LINK_BIRTH_DATE:
	case LINK_SEX:
	case LINK_IDENTIFIER:
	case LINK_EMAIL:
	case LINK_FIELD_COUNT: break;
	}
	return way == LINK_ONE;
}

void
link_way_begin(const struct link_tables *t, struct link_weights *w)
{
	for (int way = 0; way < LINK_WAY_COUNT; way++)
		for (size_t f = 0; f < t->field_n; f++)
			for (int l = 1; l < LINK_LEVEL_COUNT; l++) {
				double u = w->u[f][l], same = same_before[l] + 1e-4;

				if (way == LINK_HOME && t->field[f] == LINK_NAME)
					w->m[way][f][l] = family_part[l] + 1e-4;
				else if (link_way_shares((enum link_way)way, t->field[f]))
					w->m[way][f][l] = same;
				else if (way == LINK_HOME)
					w->m[way][f][l] =
					    (1 - TAKES_AFTER) * u + TAKES_AFTER * same;
				else
					w->m[way][f][l] = u;
			}
}
