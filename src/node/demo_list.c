#include "node/demo_story.h"

#include "base/arena.h"
#include "base/clock.h"

/* 2 */
bool
demo_import_all(struct demo *d)
{
	const char *dir = d->data_dir;
	json_t *o;

	demo_chapter(d, "What is there",
		     "A watch list of 40 rows in OFAC's shape, and 300 incidents in HTCDS "
		     "2.0 form; most people in them are UNDETERMINED.");
	o = demo_ask(d, true,
		     WORDS("record", "import", str_fmt(d->arena, "%s/sdn.csv", dir).p,
			   str_fmt(d->arena, "%s/alt.csv", dir).p,
			   str_fmt(d->arena, "%s/add.csv", dir).p, "--format", "ofac", "--list",
			   "Invented list", "--as", "mira", "--purpose", "screening"));
	demo_expect(d, demo_number(o, "errors") == 0 && demo_number(o, "done") >= DEMO_LIST_COUNT,
		    "%lld entries went in, %lld errors", demo_number(o, "done"),
		    demo_number(o, "errors"));
	json_decref(o);
	o = demo_ask(d, true,
		     WORDS("record", "import", str_fmt(d->arena, "%s/incidents.csv", dir).p,
			   "--format", "htcds", "--as", "mira", "--purpose", "investigation"));
	demo_expect(
	    d, demo_number(o, "errors") == 0 && demo_number(o, "done") == DEMO_INCIDENT_COUNT,
	    "%lld rows went in, %lld errors", demo_number(o, "done"), demo_number(o, "errors"));
	json_decref(o);
	o = demo_ask(d, true,
		     WORDS("record", "import", str_fmt(d->arena, "%s/links.csv", dir).p, "--format",
			   "links", "--as", "mira", "--purpose", "investigation"));
	demo_expect(d, demo_number(o, "errors") == 0 && demo_number(o, "done") > 0,
		    "%lld links went in", demo_number(o, "done"));
	json_decref(o);
	return demo_show(d, WORDS("node", "status", "--as", "mira"));
}

/* 3 */

/* One wish is noted, the second makes the move. */
void
demo_put_into_use(struct demo *d, struct str list, const char *why)
{
	const int64_t year_ms = INT64_C(365) * 86400000;
	struct str review = day_format(d->arena, clock_now(&clock_system) + year_ms);
	const char *id = demo_keep(d, list), *version;
	json_t *o = demo_ask(
	    d, false,
	    WORDS("record", "show", "watchlist", id, "--as", "mira", "--purpose", "screening"));

	version = str_fmt(d->arena, "%lld", demo_number(o, "version")).p;
	json_decref(o);
	for (int i = 0; i < 2; i++) {
		o = demo_ask(d, true,
			     WORDS("record", "move", "watchlist", id, "in_use", "--version",
				   version, "--set", "legal_basis=led_8", "--set",
				   str_fmt(d->arena, "proportionality=%s", why).p, "--set",
				   "owner=Trafficking desk", "--set",
				   str_fmt(d->arena, "review_by=%.*s", STR_ARG(review)).p, "--as",
				   i == 0 ? "mira" : "tomas", "--purpose", "screening"));
		demo_expect(d, str_eq_z(json_member_str(o, "state"), i == 0 ? "draft" : "in_use"),
			    i == 0 ? "after one person it is still a draft"
				   : "after two it is in use");
		json_decref(o);
	}
}

void
demo_list_into_use(struct demo *d)
{
	struct demo_result r;
	struct err err;
	json_t *page;

	demo_chapter(d, "A list is put into use by two people",
		     "It needs a legal basis and a reason why it "
		     "exists. The first wish is noted, "
		     "nothing changes; the second person's "
		     "makes it so. Before that nobody is screened against it.");
	if (demo_run(&d->sh, DEMO_SHOWN,
		     WORDS("match", "people", "--as", "mira", "--purpose", "screening"), &r,
		     &err) == RC_OK)
		demo_expect(d, r.exit_code == 5, "a draft is not screened against (exit 5)");
	page = demo_ask(
	    d, false,
	    WORDS("record", "list", "watchlist", "--as", "mira", "--purpose", "screening"));
	d->watchlist = str_copy(d->arena, json_member_str(demo_first_item(page), "id"));
	json_decref(page);
	if (d->watchlist.n > 0)
		demo_put_into_use(d, d->watchlist, "Forty rows, reviewed each year");
}

/* "06e576f50a45f121:69": the row of the file that a person came from. */
static long long
row_of(struct str origin)
{
	int64_t row = 0;

	(void)str_cut(&origin, ':');
	return origin.p != NULL && str_to_i64(origin, &row) ? row : 0;
}

static bool
is_listed(const struct demo *d, long long row)
{
	for (size_t i = 0; i < DEMO_LISTED_COUNT; i++)
		if ((long long)d->data.truth.listed[i].row == row)
			return true;
	return false;
}

/* Which of the listed people were found, and what else was raised; from the alerts alone. */
static void
count_alerts(struct demo *d, int *right, int *wrong)
{
	json_t *alert, *page = demo_ask(d, false,
					WORDS("record", "list", "alert", "--limit", "200", "--as",
					      "mira", "--purpose", "screening"));
	unsigned char seen[DEMO_INCIDENT_COUNT + 1] = {0};
	size_t i;

	*right = *wrong = 0;
	json_array_foreach (json_object_get(page, "items"), i, alert) {
		struct str id = json_member_str(json_object_get(alert, "fields"), "person");
		json_t *person = demo_ask(d, false,
					  WORDS("record", "show", "person", demo_keep(d, id),
						"--as", "mira", "--purpose", "screening"));
		long long row =
		    row_of(json_member_str(json_object_get(person, "fields"), "origin_id"));

		if (!is_listed(d, row))
			(*wrong)++;
		else if (!seen[row]++)
			(*right)++;
		json_decref(person);
	}
	json_decref(page);
}

/* 4 */
void
demo_screen(struct demo *d)
{
	json_t *o, *page, *alert;
	int right, wrong;
	const char *id;

	demo_chapter(d, "Suspects against the list",
		     "Twelve of the forty suspects are listed people in another "
		     "spelling or script; twenty only resemble one.");
	o = demo_ask(d, true, WORDS("match", "people", "--as", "mira", "--purpose", "screening"));
	demo_expect(d, demo_number(o, "screened") > 0, "%lld suspects screened, %lld alerts",
		    demo_number(o, "screened"), demo_number(o, "alerts"));
	json_decref(o);
	demo_show(d, WORDS("record", "list", "alert", "--limit", "5", "--as", "mira", "--purpose",
			   "screening"));
	count_alerts(d, &right, &wrong);
	demo_expect(d, right >= 11, "%d of the 12 listed people were found", right);
	demo_expect(d, wrong <= 1,
		    "%d alerts are about somebody who only resembles a listed person", wrong);
	page = demo_ask(d, false,
			WORDS("record", "list", "alert", "--limit", "1", "--as", "mira",
			      "--purpose", "screening"));
	alert = demo_first_item(page);
	if (alert != NULL) {
		id = demo_keep(d, json_member_str(alert, "id"));
		fprintf(d->out,
			"\n   Why: each piece of evidence in bits, adding up to the score.\n");
		demo_show(d, WORDS("record", "show", "alert", id, "--reveal",
				   "screened,explanation", "--reason", "is it the same person",
				   "--as", "mira", "--purpose", "screening"));
		fprintf(d->out, "\n   A person decides; nothing follows from the score alone.\n");
		demo_show(d, WORDS("record", "move", "alert", id, "taken", "--version", "1", "--as",
				   "mira", "--purpose", "screening"));
	}
	json_decref(page);
}
