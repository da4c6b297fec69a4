#include <stdio.h>
#include <unistd.h>

#include "matrix.h"

#include "audit/leaf.h"
#include "net/pair.h"
#include "store/db.h"
#include "store/faulty.h"
#include "audit/audit.sql.h"

/* The leaves since the last question, by kind and purpose. */
static void
read_leaves(struct world *w, struct answer *out)
{
	struct rows *rows;
	struct err err;

	must(db_select(w->log, &SQL_AUDIT_LEAF_WALK, BINDS(B_I64(w->next_leaf)), &rows, &err) ==
	     RC_OK);
	while (rows_next(rows, &err) == RC_OK) {
		if (out->leaves < LEAVES_MAX)
			out->leaf[out->leaves++] =
			    str_fmt(w->scratch, "%s|%.*s",
				    audit_action_name((enum audit_action)rows_i64(rows, 3)),
				    STR_ARG(rows_text(rows, 4)));
		w->next_leaf = rows_i64(rows, 0) + 1;
	}
	rows_close(rows);
}

static struct pairs
parse_query(struct world *w, struct str query)
{
	VEC(struct pair) pairs = {0};

	while (query.n > 0 && query.p != NULL) {
		struct str value = str_cut(&query, '&'), name = str_cut(&value, '=');

		*VEC_ADD(w->scratch, &pairs) = (struct pair){name, value};
	}
	return (struct pairs){pairs.at, pairs.n};
}

static void
ask_once(struct world *w, const struct question *q, struct answer *out)
{
	struct pair headers[3];
	struct str rest = str_from(q->path);
	struct call call = {.caller = {.uid = (int64_t)getuid()}, .method = str_from(q->method)};
	size_t n = 0;
	int64_t before;

	*out = (struct answer){0};
	read_leaves(w, out);
	*out = (struct answer){0};
	call.path = str_cut(&rest, '?');
	call.query = parse_query(w, rest);
	call.body = q->body;
	if (q->token.n > 0) {
		call.caller.token = q->token;
		call.caller.uid = -1;
	} else if (q->helper != NULL) {
		call.caller.uid = (int64_t)getuid() + q->account;
		call.caller.login = str_from(q->helper);
	} else if (q->who == NULL && !q->closed) {
		call.caller.uid = -1;
	} else {
		call.caller.login = q->closed ? STR("closed") : str_from(q->who->login);
	}
	if (q->purpose >= 0)
		headers[n++] = (struct pair){STR("Liaison-Purpose"),
					     str_from(purpose_name((enum purpose)q->purpose))};
	if (q->version > 0)
		headers[n++] = (struct pair){
		    STR("If-Match"), str_fmt(w->scratch, "\"%lld\"", (long long)q->version)};
	if (q->reason != NULL)
		headers[n++] = (struct pair){STR("Liaison-Reason"), str_from(q->reason)};
	call.headers = (struct pairs){headers, n};
	before = faulty_statements();
	serve_call(w->serve, &call);
	out->statements = faulty_statements() - before;
	out->status = call.status;
	out->type = str_copy(w->scratch, call.content_type);
	out->body = str_copy(w->scratch, call.answer);
	call_free(&call);
	read_leaves(w, out);
	if (out->status == 500)
		wrong(w, "%s %s: 500: %.*s", q->method, q->path, STR_ARG(out->body));
}

/*
 * What is known of somebody is loaded now and then and kept: that is no cost of this question. So
 * one about nothing, by the same person, comes first where the last one was by somebody else.
 */
void
ask(struct world *w, const struct question *q, struct answer *out)
{
	const struct question first = {.who = q->who,
				       .method = "GET",
				       .path = "/api/v1/records/incident/" NOWHERE,
				       .purpose = PURPOSE_INVESTIGATION};

	if (q->who != NULL && q->who != w->last) {
		ask_once(w, &first, out);
		w->last = q->who;
	}
	ask_once(w, q, out);
	out->asked = NEW(w->scratch, struct question);
	memcpy((void *)(uintptr_t)out->asked, q, sizeof *q);
	/* What was changed may be what people reach. */
	if (strcmp(q->method, "GET") != 0 && out->status < 300)
		w->last = NULL;
}

json_t *
answer_json(const struct answer *a)
{
	struct err err;
	json_t *value;

	return json_read(a->body, NULL, &value, &err) == RC_OK ? value : NULL;
}

/* The answer without the id that was asked for. */
static struct str
without(struct world *w, struct str body, const char *id)
{
	struct buf b;
	ptrdiff_t at;

	buf_init(&b, w->scratch);
	while ((at = str_find(body, str_from(id))) >= 0) {
		buf_add(&b, str_sub(body, 0, (size_t)at));
		buf_add_byte(&b, '@');
		body = str_sub(body, (size_t)at + strlen(id), body.n);
	}
	buf_add(&b, body);
	return buf_str(&b);
}

/*
 * Once more, for what is known of somebody is loaded again each minute, and that may have come
 * between the two.
 */
static bool
costs_alike(struct world *w, const struct answer *denied, const struct answer *twin)
{
	struct answer a, b;

	if (denied->asked == NULL || twin->asked == NULL || denied->status < 400)
		return false;
	ask_once(w, denied->asked, &a);
	ask_once(w, twin->asked, &b);
	ask_once(w, denied->asked, &a);
	return a.statements == b.statements;
}

void
same(struct world *w, const char *what, const struct answer *denied, const char *id,
     const struct answer *twin, const char *twin_id)
{
	struct str a = without(w, denied->body, id), b = without(w, twin->body, twin_id);

	w->twins++;
	if (denied->status != twin->status || !str_eq(denied->type, twin->type) || !str_eq(a, b))
		wrong(w, "%s: told from absence by its answer:\n\t%d %.*s\n\t%d %.*s", what,
		      denied->status, STR_ARG(a), twin->status, STR_ARG(b));
	if (denied->statements != twin->statements && !costs_alike(w, denied, twin))
		wrong(w, "%s: told from absence by its cost: %lld statements, %lld for absence",
		      what, (long long)denied->statements, (long long)twin->statements);
	if (denied->leaves != twin->leaves)
		wrong(w, "%s: told from absence by the log: %d leaves, %d for absence", what,
		      denied->leaves, twin->leaves);
	for (int i = 0; i < denied->leaves && i < twin->leaves; i++)
		if (!str_eq(denied->leaf[i], twin->leaf[i]))
			wrong(w, "%s: told from absence by the log: %.*s, %.*s for absence", what,
			      STR_ARG(denied->leaf[i]), STR_ARG(twin->leaf[i]));
}
