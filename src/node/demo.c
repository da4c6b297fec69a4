#include "node/demo.h"

#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/vec.h"
#include "format/json.h"
#include "node/demo_data.h"
#include "node/demo_shell.h"
#include "serve/cli.h"

/* The story so far, and what did not hold. */
struct demo {
	struct demo_shell sh;
	struct cli *cli;
	struct arena *arena;
	FILE *out;
	struct demo_data data;
	const char *data_dir;
	char uid[16];
	struct str watchlist, case_id;
	struct str_list incidents; /* of the case */
	size_t helpers;		   /* met on the way */
	int chapter;
	int held, failed;
	const char *url; /* of the running node */
};

#define WORDS(...)                                                                                 \
	(const char *const[])                                                                      \
	{                                                                                          \
		__VA_ARGS__, NULL                                                                  \
	}

static void
chapter(struct demo *d, const char *title, const char *text)
{
	fprintf(d->out, "\n%d. %s\n   %s\n", ++d->chapter, title, text);
}

/* A thing that must hold for the chapter to be true. */
PRINTF(3, 4) static void expect(struct demo *d, bool holds, const char *fmt, ...)
{
	va_list ap;

	if (holds)
		d->held++;
	else
		d->failed++;
	fprintf(d->out, "  %s ", holds ? "[holds]" : "[DOES NOT HOLD]");
	va_start(ap, fmt);
	(void)vfprintf(d->out, fmt, ap);
	va_end(ap);
	fputc('\n', d->out);
}

/* Run a command that must succeed; what it printed is shown. */
static bool
show(struct demo *d, const char *const *words)
{
	struct demo_result r;
	struct err err;

	if (demo_run(&d->sh, DEMO_SHOWN, words, &r, &err) == RC_OK && r.exit_code == 0)
		return true;
	expect(d, false, "the command ended with %d", r.exit_code);
	return false;
}

/* Run it for its JSON; NULL when it failed. line: show the command. */
static json_t *
ask(struct demo *d, bool line, const char *const *words)
{
	struct demo_result r;
	struct err err;

	if (demo_run(&d->sh, DEMO_JSON | (line ? DEMO_SHOWN : 0u), words, &r, &err) == RC_OK &&
	    r.exit_code == 0 && r.json != NULL)
		return r.json;
	expect(d, false, "%s %s ended with %d: %.*s", words[0], words[1], r.exit_code,
	       STR_ARG(r.notes));
	return NULL;
}

static const char *
keep(struct demo *d, struct str s)
{
	return str_z(d->arena, s);
}

static long long
number(json_t *o, const char *key)
{
	return (long long)json_integer_value(json_object_get(o, key));
}

/* 1 */
static bool
make_node(struct demo *d, pid_t *node)
{
	struct str line;
	struct err err;
	ptrdiff_t at;

	chapter(d, "A node",
		"North Coast Police installs its node; two people sign in. Everything and "
		"everybody here is invented.");
	if (!show(d, WORDS("node", "init", "--name", "North Coast Police", "--country", "QN",
			   "--kind", "police", "--legal-regime", "LED", "--unit",
			   "Trafficking desk", "--login", "mira", "--full-name", "Mira Solvane",
			   "--roles", "analyst,duty_officer,supervisor", "--shared-account")) ||
	    demo_start(&d->sh, WORDS("node", "serve", "--port", "0"), node, &line, &err) != RC_OK)
		return false;
	/* "Serving DIR on http://127.0.0.1:40123 and ..." */
	if ((at = str_find(line, STR(" on http"))) >= 0) {
		line = str_sub(line, (size_t)at + 4, line.n);
		d->url = keep(d, str_cut(&line, ' '));
	}
	return show(d, WORDS("user", "add", "tomas", "--name", "Tomas Irdel", "--roles",
			     "analyst,supervisor,prosecutor", "--system-account", d->uid, "--as",
			     "mira"));
}

/* 2 */
static bool
import_all(struct demo *d)
{
	const char *dir = d->data_dir;
	json_t *o;

	chapter(d, "What is there",
		"A watch list of 40 rows in OFAC's shape, and 300 incidents in HTCDS "
		"2.0 form; most people in them are UNDETERMINED.");
	o = ask(d, true,
		WORDS("record", "import", str_fmt(d->arena, "%s/sdn.csv", dir).p,
		      str_fmt(d->arena, "%s/alt.csv", dir).p,
		      str_fmt(d->arena, "%s/add.csv", dir).p, "--format", "ofac", "--list",
		      "Invented list", "--as", "mira", "--purpose", "screening"));
	expect(d, number(o, "errors") == 0 && number(o, "done") >= DEMO_LIST_COUNT,
	       "%lld entries went in, %lld errors", number(o, "done"), number(o, "errors"));
	json_decref(o);
	o = ask(d, true,
		WORDS("record", "import", str_fmt(d->arena, "%s/incidents.csv", dir).p, "--format",
		      "htcds", "--as", "mira", "--purpose", "investigation"));
	expect(d, number(o, "errors") == 0 && number(o, "done") == DEMO_INCIDENT_COUNT,
	       "%lld rows went in, %lld errors", number(o, "done"), number(o, "errors"));
	json_decref(o);
	o = ask(d, true,
		WORDS("record", "import", str_fmt(d->arena, "%s/links.csv", dir).p, "--format",
		      "links", "--as", "mira", "--purpose", "investigation"));
	expect(d, number(o, "errors") == 0 && number(o, "done") > 0, "%lld links went in",
	       number(o, "done"));
	json_decref(o);
	return show(d, WORDS("node", "status", "--as", "mira"));
}

static json_t *
first_item(json_t *page)
{
	return json_array_get(json_is_array(page) ? page : json_object_get(page, "items"), 0);
}

/* 3 */

/* One wish is noted, the second makes the move. */
static void
put_into_use(struct demo *d, struct str list, const char *why)
{
	const int64_t year_ms = INT64_C(365) * 86400000;
	struct str review = day_format(d->arena, clock_now(&clock_system) + year_ms);
	const char *id = keep(d, list), *version;
	json_t *o =
	    ask(d, false,
		WORDS("record", "show", "watchlist", id, "--as", "mira", "--purpose", "screening"));

	version = str_fmt(d->arena, "%lld", number(o, "version")).p;
	json_decref(o);
	for (int i = 0; i < 2; i++) {
		o = ask(d, true,
			WORDS("record", "move", "watchlist", id, "in_use", "--version", version,
			      "--set", "legal_basis=led_8", "--set",
			      str_fmt(d->arena, "proportionality=%s", why).p, "--set",
			      "owner=Trafficking desk", "--set",
			      str_fmt(d->arena, "review_by=%.*s", STR_ARG(review)).p, "--as",
			      i == 0 ? "mira" : "tomas", "--purpose", "screening"));
		expect(d, str_eq_z(json_member_str(o, "state"), i == 0 ? "draft" : "in_use"),
		       i == 0 ? "after one person it is still a draft" : "after two it is in use");
		json_decref(o);
	}
}

static void
list_into_use(struct demo *d)
{
	struct demo_result r;
	struct err err;
	json_t *page;

	chapter(d, "A list is put into use by two people",
		"It needs a legal basis and a reason why it "
		"exists. The first wish is noted, "
		"nothing changes; the second person's "
		"makes it so. Before that nobody is screened against it.");
	if (demo_run(&d->sh, DEMO_SHOWN,
		     WORDS("match", "people", "--as", "mira", "--purpose", "screening"), &r,
		     &err) == RC_OK)
		expect(d, r.exit_code == 5, "a draft is not screened against (exit 5)");
	page = ask(d, false,
		   WORDS("record", "list", "watchlist", "--as", "mira", "--purpose", "screening"));
	d->watchlist = str_copy(d->arena, json_member_str(first_item(page), "id"));
	json_decref(page);
	if (d->watchlist.n > 0)
		put_into_use(d, d->watchlist, "Forty rows, reviewed each year");
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
	json_t *alert, *page = ask(d, false,
				   WORDS("record", "list", "alert", "--limit", "200", "--as",
					 "mira", "--purpose", "screening"));
	unsigned char seen[DEMO_INCIDENT_COUNT + 1] = {0};
	size_t i;

	*right = *wrong = 0;
	json_array_foreach (json_object_get(page, "items"), i, alert) {
		struct str id = json_member_str(json_object_get(alert, "fields"), "person");
		json_t *person = ask(d, false,
				     WORDS("record", "show", "person", keep(d, id), "--as", "mira",
					   "--purpose", "screening"));
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
static void
screen(struct demo *d)
{
	json_t *o, *page, *alert;
	int right, wrong;
	const char *id;

	chapter(d, "Suspects against the list",
		"Twelve of the forty suspects are listed people in another "
		"spelling or script; twenty only resemble one.");
	o = ask(d, true, WORDS("match", "people", "--as", "mira", "--purpose", "screening"));
	expect(d, number(o, "screened") > 0, "%lld suspects screened, %lld alerts",
	       number(o, "screened"), number(o, "alerts"));
	json_decref(o);
	show(d, WORDS("record", "list", "alert", "--limit", "5", "--as", "mira", "--purpose",
		      "screening"));
	count_alerts(d, &right, &wrong);
	expect(d, right >= 11, "%d of the 12 listed people were found", right);
	expect(d, wrong <= 1, "%d alerts are about somebody who only resembles a listed person",
	       wrong);
	page = ask(d, false,
		   WORDS("record", "list", "alert", "--limit", "1", "--as", "mira", "--purpose",
			 "screening"));
	alert = first_item(page);
	if (alert != NULL) {
		id = keep(d, json_member_str(alert, "id"));
		fprintf(d->out,
			"\n   Why: each piece of evidence in bits, adding up to the score.\n");
		show(d, WORDS("record", "show", "alert", id, "--reveal", "screened,explanation",
			      "--reason", "is it the same person", "--as", "mira", "--purpose",
			      "screening"));
		fprintf(d->out, "\n   A person decides; nothing follows from the score alone.\n");
		show(d, WORDS("record", "move", "alert", id, "taken", "--version", "1", "--as",
			      "mira", "--purpose", "screening"));
	}
	json_decref(page);
}

/* 5 */

/* What a record is tied to, as `record links` tells it. */
static json_t *
links_of(struct demo *d, bool shown, const char *type, const char *id)
{
	if (shown)
		show(d, WORDS("record", "links", type, id, "--as", "mira", "--purpose",
			      "investigation"));
	return ask(
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
	json_t *link, *links = links_of(d, false, "incident", keep(d, incident));
	size_t i;

	json_array_foreach (json_object_get(links, "items"), i, link) {
		json_t *record = json_object_get(link, "record");
		json_t *fields = json_object_get(record, "fields");
		const char *id = keep(d, json_member_str(record, "id"));

		if (str_eq_z(json_member_str(fields, "helper"), "yes")) {
			d->helpers++;
			continue;
		}
		for (size_t k = 0; k < COUNT_OF(ties); k++)
			if (str_eq_z(json_member_str(record, "type"), ties[k]) &&
			    incidents_with(d, false, ties[k], id) > 0)
				show(d, WORDS("record", "links", ties[k], id, "--as", "mira",
					      "--purpose", "investigation"));
	}
	json_decref(links);
}

static void
find_case(struct demo *d)
{
	json_t *page;
	const char *vehicle;

	chapter(d, "Scattered incidents become a case",
		"A minibus was seen twice; a telephone leads "
		"to a third incident. What ties them is "
		"looked up; a person makes the case.");
	show(d, WORDS("record", "search", "--identifier", "ULM-4410", "--as", "mira", "--purpose",
		      "investigation"));
	page = ask(d, false,
		   WORDS("record", "search", "--identifier", "ULM-4410", "--as", "mira",
			 "--purpose", "investigation"));
	vehicle = keep(d, json_member_str(first_item(page), "id"));
	json_decref(page);
	if (vehicle[0] == '\0') {
		expect(d, false, "the minibus ULM-4410 is there");
		return;
	}
	(void)incidents_with(d, true, "vehicle", vehicle);
	for (size_t i = 0; i < d->incidents.n && i < 20; i++)
		follow(d, d->incidents.at[i]);
	expect(d, d->incidents.n == d->data.truth.network[0].n,
	       "%zu incidents hang together; %s was made of %zu", d->incidents.n,
	       d->data.truth.network[0].name, d->data.truth.network[0].n);
	expect(d, d->helpers > 0, "a hotline shared by nine incidents was met and ties nobody");
}

static void
open_case(struct demo *d)
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
	o = ask(d, true, words.at);
	d->case_id = str_copy(d->arena, json_member_str(o, "id"));
	expect(d, d->case_id.n > 0, "the case is %.*s", STR_ARG(json_member_str(o, "title")));
	json_decref(o);
	list = str_fmt(d->arena, "case=%.*s", STR_ARG(d->case_id));
	for (size_t i = 0; i < d->incidents.n; i++) {
		const char *id = keep(d, d->incidents.at[i]), *version;

		o = ask(d, false,
			WORDS("record", "show", "incident", id, "--as", "mira", "--purpose",
			      "investigation"));
		version = str_fmt(d->arena, "%lld", number(o, "version")).p;
		json_decref(o);
		moved = ask(d, i == 0,
			    WORDS("record", "move", "incident", id, "assessed", "--version",
				  version, "--as", "mira", "--purpose", "investigation"));
		version = str_fmt(d->arena, "%lld", number(moved, "version")).p;
		json_decref(moved);
		moved = ask(d, i == 0,
			    WORDS("record", "move", "incident", id, "linked", "--set", list.p,
				  "--version", version, "--reason",
				  "a minibus and a telephone tie them", "--as", "mira", "--purpose",
				  "investigation"));
		expect(d, str_eq_z(json_member_str(moved, "state"), "linked"),
		       "incident %zu is linked into the case", i + 1);
		json_decref(moved);
	}
}

/* 6 */
static void
show_the_watcher(struct demo *d)
{
	struct demo_result r;
	const char *id = d->incidents.n > 0 ? keep(d, d->incidents.at[0]) : "";
	const char *path = str_fmt(d->arena, "%s/log-export.txt", d->data_dir).p;
	json_t *o;
	struct err err;
	FILE *f;

	chapter(d, "Who saw what", "Every reading stands in the log before its answer leaves.");
	show(d, WORDS("audit", "show", id, "--limit", "8", "--as", "mira", "--purpose",
		      "investigation"));
	if (demo_run(&d->sh, DEMO_SHOWN, WORDS("record", "show", "incident", id, "--as", "mira"),
		     &r, &err) == RC_OK)
		expect(d, r.exit_code == 4, "without a purpose the answer is no (exit 4)");
	chapter(d, "The log verifies",
		"Here with every record opened, and from an export without content "
		"on any machine.");
	show(d, WORDS("audit", "verify", "--open", "--as", "mira"));
	o = ask(d, false, WORDS("audit", "verify", "--open", "--as", "mira"));
	expect(d, json_is_true(json_object_get(o, "holds")), "%lld leaves and %lld records hold",
	       number(o, "leaves"), number(o, "records"));
	json_decref(o);
	if (demo_run(&d->sh, DEMO_QUIET,
		     WORDS("audit", "export", "--as", "mira", "--purpose", "oversight"), &r,
		     &err) == RC_OK &&
	    r.exit_code == 0 && (f = fopen(path, "w")) != NULL) {
		(void)fwrite(r.out.p, 1, r.out.n, f);
		(void)fclose(f);
		show(d, WORDS("audit", "verify", "--export", path));
	} else {
		expect(d, false, "the log exports");
	}
}

/* 7, when real lists were named */

/* The files of one OFAC release belong together: named singly, or by their folder. */
static const char *const ofac_files[] = {"sdn.csv",	     "alt.csv",		 "add.csv",
					 "sdn_comments.csv", "cons_prim.csv",	 "cons_alt.csv",
					 "cons_add.csv",     "cons_comments.csv"};

static bool
is_ofac(struct str path)
{
	for (size_t i = 0; i < COUNT_OF(ofac_files); i++)
		if (str_ends(path, str_from(ofac_files[i])))
			return true;
	return false;
}

static void
import_list(struct demo *d, const char *const *paths, size_t n, size_t number_of_list)
{
	VEC(const char *) words = {0};
	struct str list;
	json_t *o;

	if (n == 0)
		return;
	*VEC_ADD(d->arena, &words) = "record";
	*VEC_ADD(d->arena, &words) = "import";
	for (size_t i = 0; i < n; i++)
		*VEC_ADD(d->arena, &words) = paths[i];
	for (const char *const *w = WORDS("--format", "auto", "--list",
					  str_fmt(d->arena, "Real list %zu", number_of_list).p,
					  "--as", "mira", "--purpose", "screening");
	     *w != NULL; w++)
		*VEC_ADD(d->arena, &words) = *w;
	*VEC_ADD(d->arena, &words) = NULL;
	o = ask(d, true, words.at);
	expect(d, o != NULL && number(o, "errors") == 0, "%lld entries went in, %lld errors",
	       number(o, "done"), number(o, "errors"));
	list = str_copy(d->arena, json_member_str(json_object_get(o, "result"), "list"));
	json_decref(o);
	if (list.n > 0)
		put_into_use(d, list, "Published by an authority for everybody");
}

static void
real_lists(struct demo *d, struct str_list lists)
{
	VEC(const char *) together = {0};
	size_t lists_done = 0;
	json_t *o;

	if (lists.n == 0)
		return;
	chapter(d, "Real lists",
		"Two people put the lists you named into use; the invented people are "
		"screened against them, and nobody invented should stand above the line.");
	for (size_t i = 0; i < lists.n; i++) {
		const char *path = keep(d, lists.at[i]);
		struct stat st;

		if (is_ofac(lists.at[i])) {
			*VEC_ADD(d->arena, &together) = path;
		} else if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
			for (size_t k = 0; k < COUNT_OF(ofac_files); k++) {
				const char *file =
				    str_fmt(d->arena, "%s/%s", path, ofac_files[k]).p;

				if (access(file, R_OK) == 0)
					*VEC_ADD(d->arena, &together) = file;
			}
		} else {
			import_list(d, &path, 1, ++lists_done);
		}
	}
	import_list(d, together.at, together.n, ++lists_done);
	o = ask(d, true, WORDS("match", "people", "--as", "mira", "--purpose", "screening"));
	expect(d, o != NULL && number(o, "alerts") == 0,
	       "%lld listings, %lld suspects screened, %lld new alerts", number(o, "listings"),
	       number(o, "screened"), number(o, "alerts"));
	json_decref(o);
}

static void
stay(struct demo *d, pid_t node)
{
	struct demo_result r;
	struct err err;
	sigset_t set;
	int sig;

	if (demo_run(
		&d->sh, DEMO_QUIET,
		WORDS("user", "token", "--purposes", "investigation,screening", "--as", "mira"), &r,
		&err) == RC_OK &&
	    r.exit_code == 0) {
		struct str token = str_trim(r.out);

		fprintf(d->out,
			"\nThe node stays up. Its API, with a token for one day:\n\n"
			"  TOKEN=%.*s\n",
			STR_ARG(token));
	}
	fprintf(
	    d->out,
	    "  curl -H \"Authorization: Bearer $TOKEN\" -H 'Liaison-Purpose: investigation' \\\n"
	    "       %s/api/v1/records/incident\n\n"
	    "or from another shell:  liaison record list case --as mira --purpose investigation "
	    "--node %s\n\nCtrl-C ends it and removes the invented data.\n",
	    d->url != NULL ? d->url : "http://127.0.0.1", d->sh.dir);
	(void)fflush(d->out);
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	(void)sigwait(&set, &sig);
	(void)node;
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

static enum rc
prepare(struct demo *d, int64_t seed, struct err *err)
{
	struct demo_options options = {.seed = (uint64_t)seed};
	const char *tmp = getenv("TMPDIR");
	char *root = str_z(d->arena, str_fmt(d->arena, "%s/liaison-demo.XXXXXX",
					     tmp != NULL && *tmp == '/' ? tmp : "/tmp"));
	char *program = str_z(d->arena, str_fmt(d->arena, "%4096s", ""));
	ssize_t n = readlink("/proc/self/exe", program, 4095);
	enum rc rc;

	if (n <= 0 || mkdtemp(root) == NULL)
		return fail(err, RC_UNAVAILABLE, "", "a temporary folder cannot be made");
	program[n] = '\0';
	d->data_dir = root;
	d->sh = (struct demo_shell){.arena = d->arena,
				    .program = program,
				    .dir = str_fmt(d->arena, "%s/node", root).p,
				    .out = d->out};
	(void)snprintf(d->uid, sizeof d->uid, "%u", (unsigned)getuid());
	rc = demo_data_make(d->arena, &options, &d->data, err);
	return rc == RC_OK ? demo_data_save(&d->data, root, err) : rc;
}

static enum rc
run(struct cli *cli, struct err *err)
{
	struct demo d = {.cli = cli, .arena = cli->arena, .out = cli->out};
	int64_t seed, started = monotonic_ms();
	pid_t node = 0;
	enum rc rc;

	if ((rc = cli_number(cli, "seed", 1, 0, INT64_MAX, &seed, err)) != RC_OK)
		return rc;
	if ((rc = prepare(&d, seed, err)) == RC_OK) {
		if (make_node(&d, &node) && import_all(&d)) {
			list_into_use(&d);
			screen(&d);
			find_case(&d);
			if (d.incidents.n > 0) {
				open_case(&d);
				show_the_watcher(&d);
			}
			real_lists(&d, cli_options(cli, "list"));
		} else {
			d.failed++;
		}
		fprintf(d.out, "\n%d things hold, %d do not; %.1f s.\n", d.held, d.failed,
			(double)(monotonic_ms() - started) / 1000);
		if (!cli_switch(cli, "check") && d.failed == 0)
			stay(&d, node);
		demo_stop(node);
		if (d.failed > 0)
			rc = fail(err, RC_FAILED, "", "the demo did not hold in %d places",
				  d.failed);
	}
	if (d.data_dir != NULL && !cli_switch(cli, "keep"))
		(void)nftw(d.data_dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	return rc;
}

static const struct option options[] = {
    {"check", NULL, "end when the story is told; exit 0 only if each step held", false},
    {"list", "FILE", "a real list to screen against too (OFAC, UN, FollowTheMoney, CSV)", true},
    {"seed", "N", "another invented world (standard 1)", false},
    {"keep", NULL, "leave the folder of the node and the data", false},
    {.name = NULL},
};

static const struct command commands[] = {
    {"demo", "run", "", options, run, "Play the main job on invented data.",
     "Makes a node in a temporary folder, imports an invented list and 300 invented incidents, "
     "screens the suspects, opens a case from linked incidents, shows who saw what, verifies "
     "the log, and stays serving until Ctrl-C. Each step is a command you can type."},
    {.noun = NULL},
};

const struct feature demo_feature = {.name = "demo", .commands = commands};
