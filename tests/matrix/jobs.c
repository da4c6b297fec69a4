#include <stdio.h>

#include "matrix.h"

#include "serve/job.h"

/* Somebody else's jobs, and what an export of one's own holds. */

static const struct row *
find_row(struct world *w, const char *id)
{
	for (size_t i = 0; id != NULL && i < w->rows.n; i++)
		if (strcmp(w->rows.at[i].id, id) == 0)
			return &w->rows.at[i];
	return NULL;
}

static bool
sees_jobs(const struct person *p)
{
	return p->owner || (p->roles & BIT(ROLE_ADMINISTRATOR)) != 0 ||
	       (!p->foreign && (p->roles & BIT(ROLE_SUPERVISOR)) != 0);
}

static const struct {
	const char *method, *path;
	bool changes;
} probes[] = {
    {"GET", "/api/v1/jobs/ID", false},	      {"GET", "/api/v1/jobs/ID/errors", false},
    {"GET", "/api/v1/jobs/ID/events", false}, {"POST", "/api/v1/jobs/ID/start", true},
    {"POST", "/api/v1/jobs/ID/stop", true},   {"GET", "/api/v1/exports/ID/parts/0", false},
    {"DELETE", "/api/v1/exports/ID", true},   {"PUT", "/api/v1/imports/ID/parts/0", true},
    {"DELETE", "/api/v1/imports/ID", true},
};

static void
ask_job(struct world *w, const struct person *who, size_t probe, const char *id, struct answer *a)
{
	const char *at = strstr(probes[probe].path, "ID");
	struct str path = str_fmt(w->scratch, "%.*s%s%s", (int)(at - probes[probe].path),
				  probes[probe].path, id, at + 2);

	ask(w,
	    &(struct question){.who = who,
			       .method = probes[probe].method,
			       .path = path.p,
			       .purpose = PURPOSE_INVESTIGATION,
			       .body =
				   strcmp(probes[probe].method, "PUT") == 0 ? STR("x") : STR("")},
	    a);
}

/* The id of a new job; "" when it was refused. */
static void
new_job(struct world *w, const struct person *who, int purpose, const char *path, const char *body,
	char id[40])
{
	struct answer a;
	json_t *o;

	ask(w,
	    &(struct question){.who = who,
			       .method = "POST",
			       .path = path,
			       .purpose = purpose,
			       .body = str_from(body)},
	    &a);
	o = answer_json(&a);
	(void)snprintf(id, 40, "%s",
		       a.status < 300 ? json_string_value(json_object_get(o, "id")) : "");
	json_decref(o);
}

static void
run_job(struct world *w, const char *id)
{
	struct id job;
	struct err err;

	must(id_parse(str_from(id), &job));
	if (job_run_now(w->serve, job, NULL, NULL, &err) != RC_OK)
		wrong(w, "a job does not run: %s", err.text);
}

static void
probe_job(struct world *w, const char *id)
{
	for (size_t p = 0; p < w->people_n; p++)
		for (size_t i = 0; comes(w, &w->people[p]) && i < COUNT_OF(probes); i++) {
			const struct person *who = &w->people[p];
			struct answer a, twin;
			const char *what;

			if (sees_jobs(who)) {
				if (!who->owner || probes[i].changes)
					continue;
				ask_job(w, who, i, id, &a);
				w->granted++;
				if (a.status == 404 || a.status == 403)
					wrong(w, "the owner: %s: %d", probes[i].path, a.status);
				continue;
			}
			what = str_fmt(w->scratch, "%s: %s %s", who->login, probes[i].method,
				       probes[i].path)
				   .p;
			ask_job(w, who, i, id, &a);
			ask_job(w, who, i, NOWHERE, &twin);
			w->cells++;
			if (a.status != 404)
				wrong(w, "%s of somebody else: %d", what, a.status);
			else
				w->denied++;
			same(w, what, &a, id, &twin, NOWHERE);
			arena_reset(w->scratch);
		}
}

/* GET /jobs shows nobody else's. */
static void
probe_job_list(struct world *w, const char *id)
{
	for (size_t p = 0; p < w->people_n; p++) {
		const struct person *who = &w->people[p];
		struct answer a;
		bool there;

		ask(w,
		    &(struct question){
			.who = who, .method = "GET", .path = "/api/v1/jobs", .purpose = -1},
		    &a);
		there = str_find(a.body, str_from(id)) >= 0;
		if (there != sees_jobs(who))
			wrong(w, "%s: the list of jobs %s the keeper's", who->login,
			      there ? "holds" : "lacks");
		w->cells += !sees_jobs(who);
		w->denied += !sees_jobs(who) && !there;
		w->granted += sees_jobs(who);
		arena_reset(w->scratch);
	}
}

/* Everything that somebody may export, row by row: nothing hidden among it. */
static void
probe_export(struct world *w, const struct person *who, int purpose)
{
	bool *seen = NEW_N(w->arena, bool, w->rows.n);
	struct person alone = *who;
	char id[40];

	/* What only the team of a case opens goes into no export (record/bulk.h). */
	alone.team = false;

	new_job(w, who, purpose, "/api/v1/exports", "{\"format\":\"ndjson\"}", id);
	if (id[0] == '\0')
		return;
	run_job(w, id);
	for (int part = 0;; part++) {
		struct answer a;
		struct str rest;

		ask(w,
		    &(struct question){
			.who = who,
			.method = "GET",
			.path = str_fmt(w->scratch, "/api/v1/exports/%s/parts/%d", id, part).p,
			.purpose = purpose},
		    &a);
		if (a.status != 200)
			break;
		for (rest = a.body; rest.p != NULL && rest.n > 0;) {
			struct answer line = {.body = str_cut(&rest, '\n')};
			json_t *o = answer_json(&line);
			const struct row *row =
			    find_row(w, json_string_value(json_object_get(o, "id")));

			w->looked_through += row != NULL;
			if (row != NULL)
				seen[row - w->rows.at] = true;
			json_decref(o);
		}
	}
	for (size_t i = 0; i < w->rows.n; i++) {
		const struct row *row = &w->rows.at[i];
		bool may = may_list(&alone, purpose, row);

		if (!may && seen[i])
			wrong(w, "%s for %s: an export holds a hidden %s %.*s", who->login,
			      purpose_name((enum purpose)purpose), tlp_name(row->tlp),
			      STR_ARG(row->type->name));
		if (may && !seen[i])
			wrong(w, "%s for %s: an export lacks a %s %.*s that they may see",
			      who->login, purpose_name((enum purpose)purpose), tlp_name(row->tlp),
			      STR_ARG(row->type->name));
		w->cells += !may;
		w->denied += !may && !seen[i];
		w->granted += may;
	}
	arena_reset(w->scratch);
}

void
probe_jobs(struct world *w)
{
	const struct person *keeper = &w->people[0];
	char waiting[40], done[40];

	new_job(w, keeper, PURPOSE_INVESTIGATION, "/api/v1/imports",
		"{\"format\":\"ndjson\",\"files\":[{\"name\":\"a\",\"bytes\":10}]}", waiting);
	new_job(w, keeper, PURPOSE_INVESTIGATION, "/api/v1/exports", "{\"format\":\"ndjson\"}",
		done);
	if (waiting[0] == '\0' || done[0] == '\0') {
		wrong(w, "no jobs to look at");
		return;
	}
	run_job(w, done);
	probe_job(w, waiting);
	probe_job(w, done);
	probe_job_list(w, done);
	for (size_t p = 0; p < w->people_n; p++) {
		if (!comes(w, &w->people[p]))
			continue;
		probe_export(w, &w->people[p], PURPOSE_PROTECTION);
		probe_export(w, &w->people[p], PURPOSE_INVESTIGATION);
		probe_export(w, &w->people[p], (int)draw(w, PURPOSE_COUNT));
	}
}
