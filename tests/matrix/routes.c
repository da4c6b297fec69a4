#include <stdio.h>

#include "matrix.h"

/* Every route: who comes without a right to it at all; and where its rows are looked at. */

enum covered {
	BY_ROW,	 /* rows.c: names one record */
	BY_LIST, /* lists.c: shows many, or takes a reference */
	BY_JOB,	 /* jobs.c */
	BY_LOG,	 /* below: the log, without what is hidden */
	BY_ROLE, /* the row's own roles say all: no record is in it */
	NO_ROWS, /* the same for everybody: below, no id of a record is in it */
};

static const struct {
	const char *method, *path;
	enum covered by;
} known[] = {
    {"GET", "/healthz", NO_ROWS},
    {"GET", "/api/v1/explain/{id}", BY_ROW},
    {"POST", "/api/v1/unguard/{id}", BY_LOG},
    {"POST", "/api/v1/users/{login}/addresses", BY_ROLE},
    {"GET", "/metrics", NO_ROWS},
    {"GET", "/metrics/open", NO_ROWS},
    {"POST", "/api/v1/node/backups", BY_ROLE},
    {"GET", "/api/v1/node/quarantine", NO_ROWS},
    {"POST", "/api/v1/node/quarantine", BY_ROLE},
    {"GET", "/api/v1/status", NO_ROWS},
    {"GET", "/api/v1/openapi.json", NO_ROWS},
    {"GET", "/api/v1/me", NO_ROWS},
    {"GET", "/api/v1/types", NO_ROWS},
    {"GET", "/api/v1/users", BY_ROLE},
    {"POST", "/api/v1/users", BY_LOG},
    {"PATCH", "/api/v1/users/{login}", BY_LOG},
    {"GET", "/api/v1/tokens", BY_ROLE},
    {"POST", "/api/v1/tokens", NO_ROWS},
    {"DELETE", "/api/v1/tokens/{id}", BY_ROLE},
    {"GET", "/api/v1/records/{type}", BY_LIST},
    {"POST", "/api/v1/records/{type}", BY_LIST},
    {"GET", "/api/v1/records/{type}/{id}", BY_ROW},
    {"PATCH", "/api/v1/records/{type}/{id}", BY_ROW},
    {"DELETE", "/api/v1/records/{type}/{id}", BY_ROW},
    {"POST", "/api/v1/records/{type}/{id}/move", BY_ROW},
    {"POST", "/api/v1/records/{type}/{id}/mark", BY_ROW},
    {"GET", "/api/v1/records/{type}/{id}/links", BY_ROW},
    {"GET", "/api/v1/search", BY_LIST},
    {"POST", "/api/v1/match/people", BY_LOG},
    {"POST", "/api/v1/match", BY_LOG},
    {"POST", "/match/{dataset}", BY_LOG},
    {"GET", "/reconcile/{dataset}", NO_ROWS},
    {"POST", "/reconcile/{dataset}", BY_LOG},
    {"GET", "/api/v1/match/live", NO_ROWS},
    {"GET", "/api/v1/match/calibration", BY_LOG},
    {"POST", "/api/v1/match/duplicates", BY_ROLE},
    {"POST", "/api/v1/match/stream", BY_LOG},
    {"GET", "/api/v1/match/alerts/events", NO_ROWS},
    {"GET", "/api/v1/match/alerts/{id}/why", BY_LOG},
    {"POST", "/api/v1/break-glass/{id}", BY_LOG},
    {"GET", "/api/v1/oversee/outbox", NO_ROWS},
    {"GET", "/api/v1/exchange/self", NO_ROWS},
    {"POST", "/api/v1/exchange/self/draft", NO_ROWS},
    {"POST", "/api/v1/exchange/self", NO_ROWS},
    {"GET", "/api/v1/exchange/peers", NO_ROWS},
    {"GET", "/api/v1/exchange/peers/{peer}", NO_ROWS},
    {"POST", "/api/v1/exchange/invitations", NO_ROWS},
    {"POST", "/api/v1/exchange/peers", NO_ROWS},
    {"POST", "/api/v1/exchange/peers/{peer}/verify", NO_ROWS},
    {"POST", "/api/v1/exchange/peers/{peer}/descriptor", NO_ROWS},
    {"POST", "/api/v1/exchange/peers/{peer}/hello", NO_ROWS},
    {"POST", "/api/v1/exchange/peers/{peer}/suspend", NO_ROWS},
    {"DELETE", "/api/v1/exchange/peers/{peer}", NO_ROWS},
    {"POST", "/api/v1/exchange/revocations", NO_ROWS},
    {"GET", "/api/v1/oversee/retention/plan", BY_ROLE},
    {"POST", "/api/v1/oversee/retention/apply", BY_ROLE},
    {"GET", "/api/v1/oversee/retention/due", BY_LIST},
    {"GET", "/api/v1/oversee/retention/erasures", BY_ROLE},
    {"GET", "/api/v1/oversee/subject-requests/{id}/gather", BY_LOG},
    {"POST", "/api/v1/session", BY_ROLE},
    {"GET", "/api/v1/session", NO_ROWS},
    {"DELETE", "/api/v1/session", BY_ROLE},
    {"GET", "/api/v1/sessions", NO_ROWS},
    {"DELETE", "/api/v1/sessions", BY_ROLE},
    {"DELETE", "/api/v1/sessions/{id}", BY_ROLE},
    {"POST", "/api/v1/users/{login}/invite", BY_ROLE},
    {"POST", "/api/v1/users/{login}/invite/agree", BY_ROLE},
    {"POST", "/api/v1/users/{login}/account/agree", BY_ROLE},
    {"POST", "/api/v1/password", BY_ROLE},
    {"POST", "/api/v1/me/password", BY_ROLE},
    {"GET", "/api/v1/jobs", BY_JOB},
    {"GET", "/api/v1/jobs/{id}", BY_JOB},
    {"POST", "/api/v1/jobs/{id}/start", BY_JOB},
    {"POST", "/api/v1/jobs/{id}/stop", BY_JOB},
    {"GET", "/api/v1/jobs/{id}/errors", BY_JOB},
    {"GET", "/api/v1/jobs/{id}/events", BY_JOB},
    {"POST", "/api/v1/imports", BY_JOB},
    {"PUT", "/api/v1/imports/{id}/parts/{n}", BY_JOB},
    {"DELETE", "/api/v1/imports/{id}", BY_JOB},
    {"POST", "/api/v1/exports", BY_JOB},
    {"GET", "/api/v1/exports/{id}/parts/{n}", BY_JOB},
    {"DELETE", "/api/v1/exports/{id}", BY_JOB},
    {"GET", "/api/v1/audit/records/{id}", BY_ROW},
    {"GET", "/api/v1/audit/search", BY_LOG},
    {"GET", "/api/v1/audit/verify", NO_ROWS},
    {"POST", "/api/v1/audit/verify", NO_ROWS},
    {"POST", "/api/v1/audit/checkpoint", NO_ROWS},
    {"GET", "/api/v1/audit/proof/{leaf}", NO_ROWS},
    {"GET", "/api/v1/audit/export", NO_ROWS},
    {"GET", "/api/v1/audit/vkey", NO_ROWS},
    {"GET", "/api/v1/audit/tlog/checkpoint", NO_ROWS},
    {"GET", "/api/v1/audit/tlog/tile/{tile...}", NO_ROWS},
    {"GET", "/api/v1/audit/counts", NO_ROWS},
    {"GET", "/api/v1/audit/witnesses", NO_ROWS},
    {"POST", "/api/v1/audit/witnesses", BY_ROLE},
    {"DELETE", "/api/v1/audit/witnesses", BY_ROLE},
    {"GET", "/api/v1/audit/witness-request", NO_ROWS},
    {"POST", "/api/v1/audit/cosignatures", BY_ROLE},
    {"POST", "/api/v1/audit/compare", NO_ROWS},
    {"POST", "/api/v1/audit/origin", BY_ROLE},
};

static int
covered_by(struct world *w, const struct route *r)
{
	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (strcmp(known[i].method, r->method) == 0 && strcmp(known[i].path, r->path) == 0)
			return (int)known[i].by;
	wrong(w,
	      "%s %s is not in the matrix: say in tests/matrix/routes.c where its rows are looked "
	      "at, and add its probe there (rows.c: it names a record; lists.c: it shows many; "
	      "jobs.c; NO_ROWS: it can show none)",
	      r->method, r->path);
	return -1;
}

/* The path with something in each {name}. */
static const char *
some_path(struct world *w, const char *path)
{
	static const struct {
		const char *name, *value;
	} values[] = {{"{type}", "person"},    {"{id}", NOWHERE},     {"{n}", "0"},
		      {"{leaf}", "0"},	       {"{login}", "keeper"}, {"{tile...}", "0/000"},
		      {"{dataset}", "default"}};
	struct buf b;

	buf_init(&b, w->scratch);
	while (*path != '\0') {
		bool found = false;

		for (size_t i = 0; i < COUNT_OF(values) && !found; i++)
			if (strncmp(path, values[i].name, strlen(values[i].name)) == 0) {
				buf_add_z(&b, values[i].value);
				path += strlen(values[i].name);
				found = true;
			}
		if (!found)
			buf_add_byte(&b, *path++);
	}
	return str_z(w->scratch, buf_str(&b));
}

static void
refused(struct world *w, const struct route *r, const char *who, const struct question *q, int want)
{
	struct answer a;

	ask(w, q, &a);
	w->cells++;
	if (a.status != want)
		wrong(w, "%s %s by %s: %d instead of %d: %.*s", r->method, r->path, who, a.status,
		      want, STR_ARG(a.body));
	else
		w->denied++, w->openly++;
	for (size_t i = 0; i < w->rows.n; i++)
		if (str_find(a.body, str_from(w->rows.at[i].id)) >= 0)
			wrong(w, "%s %s refused to %s names a record", r->method, r->path, who);
	arena_reset(w->scratch);
}

static int
right_purpose(const struct route *r)
{
	for (int i = 0; i < PURPOSE_COUNT; i++)
		if ((r->purposes & BIT(i)) != 0)
			return i;
	return PURPOSE_INVESTIGATION;
}

static void
probe_sign_in(struct world *w, const struct route *r)
{
	const struct {
		const char *who;
		struct str token;
		bool closed;
		int want;
	} ways[] = {{"nobody", STR_NONE, false, 401},
		    {"an unknown token", STR("liaison_nothing"), false, 401},
		    {"a token that ended", w->token_expired, false, 401},
		    {"a token that was revoked", w->token_revoked, false, 401},
		    {"a token for another purpose", w->token_narrow, false, 403},
		    {"a closed account", STR_NONE, true, 401}};

	for (size_t i = 0; i < COUNT_OF(ways); i++)
		refused(w, r, ways[i].who,
			&(struct question){.token = ways[i].token,
					   .closed = ways[i].closed,
					   .method = r->method,
					   .path = some_path(w, r->path),
					   .purpose = right_purpose(r)},
			ways[i].want);
}

static void
probe_rights(struct world *w, const struct route *r)
{
	for (size_t p = 1; (r->roles & ROLES_ANY) == 0 && p < w->people_n; p++)
		if ((w->people[p].roles & r->roles) == 0 && comes(w, &w->people[p]))
			refused(w, r, w->people[p].login,
				&(struct question){.who = &w->people[p],
						   .method = r->method,
						   .path = some_path(w, r->path),
						   .purpose = right_purpose(r)},
				403);
	for (int i = -1; (r->purposes & PURPOSES_ANY) == 0 && i < PURPOSE_COUNT; i++)
		if (i < 0 || (r->purposes & BIT(i)) == 0)
			refused(w, r, "keeper, for another purpose",
				&(struct question){.who = &w->people[0],
						   .method = r->method,
						   .path = some_path(w, r->path),
						   .purpose = i},
				403);
}

/* Counts of what the asker may not see, and ids of records. */
static void
probe_no_rows(struct world *w, const struct route *r)
{
	static const char *const counts[] = {"records", "former_versions", "erased", "opened"};

	for (size_t p = 1; p < w->people_n; p++) {
		const struct person *who = &w->people[p];
		bool keeps = (who->roles & (BIT(ROLE_ADMINISTRATOR) | BIT(ROLE_MONITOR))) != 0;
		struct answer a;
		json_t *o;

		if ((r->roles & (who->roles | ROLES_ANY)) == 0 || draw(w, 100) >= w->share)
			continue;
		ask(w,
		    &(struct question){.who = who,
				       .method = r->method,
				       .path = some_path(w, r->path),
				       .purpose = right_purpose(r)},
		    &a);
		o = a.status == 200 ? answer_json(&a) : NULL;
		for (size_t i = 0; i < COUNT_OF(counts); i++) {
			if (json_object_get(o, counts[i]) == NULL)
				continue;
			w->cells += !keeps;
			if (!keeps)
				wrong(w, "%s: %s %s counts what they may not see: %s", who->login,
				      r->method, r->path, counts[i]);
		}
		json_decref(o);
		for (size_t i = 0; i < w->rows.n; i++)
			/* Everybody of the agency knows its units. */
			if (!str_eq_z(w->rows.at[i].type->name, "unit") &&
			    str_find(a.body, str_from(w->rows.at[i].id)) >= 0)
				wrong(w, "%s: %s %s names a record", who->login, r->method,
				      r->path);
		w->cells++;
		w->denied++;
		arena_reset(w->scratch);
	}
}

void
probe_routes(struct world *w)
{
	size_t n = 0;

	for (size_t i = 0; serve_features(w->serve)[i] != NULL; i++)
		for (const struct route *r = serve_features(w->serve)[i]->routes; r && r->method;
		     r++) {
			int by = covered_by(w, r);
			struct answer a;

			n++;
			if ((r->flags & ROUTE_OPEN) == 0) {
				probe_sign_in(w, r);
				probe_rights(w, r);
				ask(w,
				    &(struct question){.who = &w->people[0],
						       .method = r->method,
						       .path = some_path(w, r->path),
						       .purpose = right_purpose(r),
						       .reason = "the matrix asks"},
				    &a);
				w->granted++;
				/* Nobody is the second person of what they made themselves. */
				if (a.status == 401 ||
				    (a.status == 403 &&
				     str_find(a.body, STR("\"key\":\"second\"")) < 0))
					wrong(w, "%s %s is refused to the keeper: %d %.*s",
					      r->method, r->path, a.status, STR_ARG(a.body));
				arena_reset(w->scratch);
			}
			if (by == NO_ROWS)
				probe_no_rows(w, r);
		}
	if (n < COUNT_OF(known))
		wrong(w, "the matrix knows routes that are not there any more");
}

/* The log, to those who may search it: of a record that they may not know of, no word. */
static void
probe_search(struct world *w, const struct person *who, int purpose)
{
	bool monitors = (who->roles & BIT(ROLE_MONITOR)) != 0;
	struct answer a;
	json_t *o, *item;
	size_t i;

	ask(w,
	    &(struct question){.who = who,
			       .method = "GET",
			       .path = "/api/v1/audit/search?limit=2000",
			       .purpose = purpose},
	    &a);
	o = answer_json(&a);
	if (a.status != 200)
		wrong(w, "%s: the log: %d", who->login, a.status);
	json_array_foreach (json_object_get(o, "items"), i, item) {
		const char *id = json_string_value(json_object_get(item, "record"));

		w->looked_through++;
		for (size_t k = 0; id != NULL && k < w->rows.n; k++) {
			const struct row *row = &w->rows.at[k];

			if (strcmp(row->id, id) == 0 && !monitors && !sees_row(who, purpose, row))
				wrong(w, "%s: the log tells of a hidden %s %.*s: %s", who->login,
				      tlp_name(row->tlp), STR_ARG(row->type->name),
				      json_string_value(json_object_get(item, "action")));
		}
	}
	json_decref(o);
	for (size_t k = 0; k < w->rows.n; k++) {
		bool may = monitors || sees_row(who, purpose, &w->rows.at[k]);

		w->cells += !may;
		w->denied += !may && str_find(a.body, str_from(w->rows.at[k].id)) < 0;
	}
	w->granted++;
	arena_reset(w->scratch);
}

/* Members of bodies that take a record's id: a hidden one is as good as none. */
static void
probe_members(struct world *w)
{
	static const struct {
		const char *method, *path, *body; /* @: the id */
		const char *login;
		enum purpose purpose;
		const char *type; /* that the member takes: others may be told apart by it */
	} members[] = {
	    {"POST", "/api/v1/users", "{\"login\":\"new\",\"roles\":[\"analyst\"],\"unit\":\"@\"}",
	     "other-administrator", PURPOSE_ADMINISTRATION, "unit"},
	    {"PATCH", "/api/v1/users/keeper", "{\"unit\":\"@\"}", "other-administrator",
	     PURPOSE_ADMINISTRATION, "unit"},
	    {"POST", "/api/v1/match/people", "{\"list\":\"@\"}", "other-analyst", PURPOSE_SCREENING,
	     "watchlist"},
	    {"POST", "/api/v1/match", "{\"name\":\"Tirelu Matrix\",\"list\":\"@\"}",
	     "other-analyst", PURPOSE_SCREENING, "watchlist"},
	};

	for (size_t i = 0; i < COUNT_OF(members); i++) {
		const struct person *who = NULL;

		for (size_t p = 0; p < w->people_n; p++)
			if (strcmp(w->people[p].login, members[i].login) == 0)
				who = &w->people[p];
		for (size_t k = 0; k < w->rows.n; k++) {
			const struct row *row = &w->rows.at[k];
			const char *ids[2] = {row->id, NOWHERE};
			const char *at = strchr(members[i].body, '@');
			struct answer a[2];

			if (may_list(who, (int)members[i].purpose, row) || !drawn(w))
				continue;
			for (int j = 0; j < 2; j++)
				ask(w,
				    &(struct question){.who = who,
						       .method = members[i].method,
						       .path = members[i].path,
						       .purpose = (int)members[i].purpose,
						       .body = str_fmt(w->scratch, "%.*s%s%s",
								       (int)(at - members[i].body),
								       members[i].body, ids[j],
								       at + 1)},
				    &a[j]);
			w->cells++;
			if (a[0].status < 400)
				wrong(w, "%s %s takes a hidden %.*s", members[i].method,
				      members[i].path, STR_ARG(row->type->name));
			else
				w->denied++;
			same(w,
			     str_fmt(w->scratch, "%s %s with a hidden %.*s", members[i].method,
				     members[i].path, STR_ARG(row->type->name))
				 .p,
			     &a[0], row->id, &a[1], NOWHERE);
			arena_reset(w->scratch);
		}
	}
}

/* Emergencies open much, and never these; whoever tries learns nothing of what there is. */
static void
probe_glass(struct world *w, const struct person *who)
{
	for (size_t k = 0; k < w->rows.n; k++) {
		const struct row *row = &w->rows.at[k];
		const char *ids[2] = {row->id, NOWHERE};
		struct answer a[2];

		if ((!row->quick && !row->type->glass_never && !row->type->concerns_owner) ||
		    sees_row(who, PURPOSE_PROTECTION, row) || !drawn(w))
			continue;
		for (int i = 0; i < 2; i++)
			ask(w,
			    &(struct question){
				.who = who,
				.method = "POST",
				.path = str_fmt(w->scratch, "/api/v1/break-glass/%s", ids[i]).p,
				.purpose = PURPOSE_PROTECTION,
				.reason = "the matrix asks"},
			    &a[i]);
		w->cells++;
		/* The first line has no emergency of its own: refused by role, before any row. */
		if (a[0].status != (who->roles == BIT(ROLE_FIRST_LINE) ? 403 : 404))
			wrong(w, "%s breaks the glass of a %.*s: %d %.*s", who->login,
			      STR_ARG(row->type->name), a[0].status, STR_ARG(a[0].body));
		else
			w->denied++;
		same(w, "broken glass", &a[0], row->id, &a[1], NOWHERE);
		arena_reset(w->scratch);
	}
}

/* The same for what takes an id of one type in its path, by its own role. */
static void
probe_by_id(struct world *w, const struct person *who, const char *method, const char *before,
	    const char *after, int purpose)
{
	for (size_t k = 0; k < w->rows.n; k++) {
		const struct row *row = &w->rows.at[k];
		const char *ids[2] = {row->id, NOWHERE};
		struct answer a[2];

		if (may_list(who, purpose, row) ||
		    (strcmp(method, "POST") == 0 &&
		     expect(who, purpose, ACT_UNGUARD, row) != ABSENT) ||
		    !drawn(w))
			continue;
		for (int i = 0; i < 2; i++)
			ask(w,
			    &(struct question){
				.who = who,
				.method = method,
				.path = str_fmt(w->scratch, "%s%s%s", before, ids[i], after).p,
				.purpose = purpose,
				.version = strcmp(method, "POST") == 0 ? row->version : 0,
				.reason = "the matrix asks"},
			    &a[i]);
		w->cells++;
		if (a[0].status < 400)
			wrong(w, "%s: %s %s of a hidden %.*s", who->login, method, before,
			      STR_ARG(row->type->name));
		else
			w->denied++;
		same(w, before, &a[0], row->id, &a[1], NOWHERE);
		arena_reset(w->scratch);
	}
}

void
probe_log(struct world *w)
{
	const uint32_t readers = BIT(ROLE_MONITOR) | BIT(ROLE_SUPERVISOR) | BIT(ROLE_ADMINISTRATOR);

	for (size_t p = 0; p < w->people_n; p++)
		if ((w->people[p].roles & readers) != 0 && comes(w, &w->people[p])) {
			probe_search(w, &w->people[p], PURPOSE_OVERSIGHT);
			probe_search(w, &w->people[p], PURPOSE_ADMINISTRATION);
		}
	probe_members(w);
	for (size_t p = 0; p < w->people_n; p++) {
		const uint32_t roles = w->people[p].roles;

		if (!comes(w, &w->people[p]))
			continue;
		/* A monitor or administrator alone is refused by the route's row. */
		if ((roles & ~(BIT(ROLE_MONITOR) | BIT(ROLE_ADMINISTRATOR))) != 0)
			probe_glass(w, &w->people[p]);
		if ((roles & BIT(ROLE_SUPERVISOR)) != 0) {
			probe_by_id(w, &w->people[p], "GET", "/api/v1/oversee/subject-requests/",
				    "/gather", PURPOSE_SUBJECT_RIGHTS);
			probe_by_id(w, &w->people[p], "POST", "/api/v1/unguard/", "",
				    PURPOSE_PROTECTION);
		}
	}
}
