#include "node/demo_story.h"

#include "base/arena.h"

/* 5 */

/* What a record is tied to, as `record links` tells it. */
static json_t *
links_of(struct demo *d, bool shown, const char *type, const char *id)
{
	if (shown)
		demo_show(d, WORDS("record", "links", type, id, "--as", "mira", "--purpose",
				   "investigation"));
	return demo_ask(
	    d, false,
	    WORDS("record", "links", type, id, "--as", "mira", "--purpose", "investigation"));
}

static bool
add_incident(struct demo *d, struct str id)
{
	for (size_t i = 0; i < d->incidents.n; i++)
		if (str_eq(d->incidents.at[i], id))
			return false;
	*VEC_ADD(d->arena, &d->incidents) = str_copy(d->arena, id);
	return true;
}

/* Incidents that hold this phone, account or vehicle. */
static size_t
incidents_with(struct demo *d, bool shown, const char *type, const char *id)
{
	json_t *link, *links = links_of(d, shown, type, id);
	size_t i, added = 0;

	json_array_foreach (json_object_get(links, "items"), i, link) {
		json_t *record = json_object_get(link, "record");

		if (str_eq_z(json_member_str(record, "type"), "incident"))
			added += add_incident(d, json_member_str(record, "id"));
	}
	json_decref(links);
	return added;
}

/* From one incident on, through its phones, accounts and vehicles; helpers tie nobody. */
static void
follow(struct demo *d, struct str incident)
{
	static const char *const ties[] = {"phone", "account", "vehicle"};
	json_t *link, *links = links_of(d, false, "incident", demo_keep(d, incident));
	size_t i;

	json_array_foreach (json_object_get(links, "items"), i, link) {
		json_t *record = json_object_get(link, "record");
		json_t *fields = json_object_get(record, "fields");
		const char *id = demo_keep(d, json_member_str(record, "id"));

		if (str_eq_z(json_member_str(fields, "helper"), "yes")) {
			d->helpers++;
			continue;
		}
		for (size_t k = 0; k < COUNT_OF(ties); k++)
			if (str_eq_z(json_member_str(record, "type"), ties[k]) &&
			    incidents_with(d, false, ties[k], id) > 0)
				demo_show(d, WORDS("record", "links", ties[k], id, "--as", "mira",
						   "--purpose", "investigation"));
	}
	json_decref(links);
}

void
demo_find_case(struct demo *d)
{
	json_t *page;
	const char *vehicle;

	demo_chapter(d, "Scattered incidents become a case",
		     "A minibus was seen twice; a telephone leads "
		     "to a third incident. What ties them is "
		     "looked up; a person makes the case.");
	demo_show(d, WORDS("record", "search", "--identifier", "ULM-4410", "--as", "mira",
			   "--purpose", "investigation"));
	page = demo_ask(d, false,
			WORDS("record", "search", "--identifier", "ULM-4410", "--as", "mira",
			      "--purpose", "investigation"));
	vehicle = demo_keep(d, json_member_str(demo_first_item(page), "id"));
	json_decref(page);
	if (vehicle[0] == '\0') {
		demo_expect(d, false, "the minibus ULM-4410 is there");
		return;
	}
	(void)incidents_with(d, true, "vehicle", vehicle);
	for (size_t i = 0; i < d->incidents.n && i < 20; i++)
		follow(d, d->incidents.at[i]);
	demo_expect(d, d->incidents.n == d->data.truth.network[0].n,
		    "%zu incidents hang together; %s was made of %zu", d->incidents.n,
		    d->data.truth.network[0].name, d->data.truth.network[0].n);
	demo_expect(d, d->helpers > 0,
		    "a hotline shared by nine incidents was met and ties nobody");
}

void
demo_open_case(struct demo *d)
{
	VEC(const char *) words = {0};
	json_t *o, *moved;
	struct str list;

	for (const char *const *w = WORDS("record", "create", "case", "--set", "name=Harbour Road",
					  "--set", "purpose=investigation");
	     *w != NULL; w++)
		*VEC_ADD(d->arena, &words) = *w;
	for (size_t i = 0; i < d->incidents.n; i++) {
		*VEC_ADD(d->arena, &words) = "--set";
		*VEC_ADD(d->arena, &words) =
		    str_fmt(d->arena, "incidents=%.*s", STR_ARG(d->incidents.at[i])).p;
	}
	for (const char *const *w = WORDS("--as", "mira", "--purpose", "investigation"); *w; w++)
		*VEC_ADD(d->arena, &words) = *w;
	*VEC_ADD(d->arena, &words) = NULL;
	o = demo_ask(d, true, words.at);
	d->case_id = str_copy(d->arena, json_member_str(o, "id"));
	demo_expect(d, d->case_id.n > 0, "the case is %.*s", STR_ARG(json_member_str(o, "title")));
	json_decref(o);
	list = str_fmt(d->arena, "case=%.*s", STR_ARG(d->case_id));
	for (size_t i = 0; i < d->incidents.n; i++) {
		const char *id = demo_keep(d, d->incidents.at[i]), *version;

		o = demo_ask(d, false,
			     WORDS("record", "show", "incident", id, "--as", "mira", "--purpose",
				   "investigation"));
		version = str_fmt(d->arena, "%lld", demo_number(o, "version")).p;
		json_decref(o);
		moved = demo_ask(d, i == 0,
				 WORDS("record", "move", "incident", id, "assessed", "--version",
				       version, "--as", "mira", "--purpose", "investigation"));
		version = str_fmt(d->arena, "%lld", demo_number(moved, "version")).p;
		json_decref(moved);
		moved = demo_ask(d, i == 0,
				 WORDS("record", "move", "incident", id, "linked", "--set", list.p,
				       "--version", version, "--reason",
				       "a minibus and a telephone tie them", "--as", "mira",
				       "--purpose", "investigation"));
		demo_expect(d, str_eq_z(json_member_str(moved, "state"), "linked"),
			    "incident %zu is linked into the case", i + 1);
		json_decref(moved);
	}
}

/* 6 */
void
demo_show_the_watcher(struct demo *d)
{
	struct demo_result r;
	const char *id = d->incidents.n > 0 ? demo_keep(d, d->incidents.at[0]) : "";
	const char *path = str_fmt(d->arena, "%s/log-export.txt", d->data_dir).p;
	json_t *o;
	struct err err;
	FILE *f;

	demo_chapter(d, "Who saw what",
		     "Every reading stands in the log before its answer leaves.");
	demo_show(d, WORDS("audit", "show", id, "--limit", "8", "--as", "mira", "--purpose",
			   "investigation"));
	if (demo_run(&d->sh, DEMO_SHOWN, WORDS("record", "show", "incident", id, "--as", "mira"),
		     &r, &err) == RC_OK)
		demo_expect(d, r.exit_code == 4, "without a purpose the answer is no (exit 4)");
	demo_chapter(d, "The log verifies",
		     "Here with every record opened, and from an export without content "
		     "on any machine.");
	demo_show(d, WORDS("audit", "verify", "--open", "--as", "mira"));
	o = demo_ask(d, false, WORDS("audit", "verify", "--open", "--as", "mira"));
	demo_expect(d, json_is_true(json_object_get(o, "holds")),
		    "%lld leaves and %lld records hold", demo_number(o, "leaves"),
		    demo_number(o, "records"));
	json_decref(o);
	if (demo_run(&d->sh, DEMO_QUIET,
		     WORDS("audit", "export", "--as", "mira", "--purpose", "oversight"), &r,
		     &err) == RC_OK &&
	    r.exit_code == 0 && (f = fopen(path, "w")) != NULL) {
		(void)fwrite(r.out.p, 1, r.out.n, f);
		(void)fclose(f);
		demo_show(d, WORDS("audit", "verify", "--export", path));
	} else {
		demo_expect(d, false, "the log exports");
	}
}
