#include "link/money/run.h"

#include <stdlib.h>
#include <string.h>

#include "base/apart.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "format/csv.h"
#include "link/money/judge.h"
#include "link/money/read.h"
#include "link/money/tell.h"

#define ARENA_BYTES ((size_t)64 << 30)
#define ROWS_MAX ((size_t)50000000)

struct passage {
	const struct money_options *options;
	struct money_accounts accounts;
	struct money_ledger ledger;
	struct money_read *read;
	struct money_tell tell;
	int64_t begin_s; /* of the window; UNSET before the first row */
	int64_t told_s;	 /* all before it is told */
	size_t skipped;
};
#define UNSET INT64_MIN

static void
window_new(struct passage *p)
{
	p->ledger =
	    (struct money_ledger){.arena = arena_new(ARENA_BYTES), .accounts = &p->accounts};
}

/* Judge what stands in the window, tell what begins before cut_s, and keep the rest. */
static void
window_pass(struct passage *p, int64_t cut_s)
{
	struct money_ledger old = p->ledger;
	struct money_groups groups = {0};
	struct arena *work = arena_new(ARENA_BYTES);

	old.tx = p->ledger.tx;
	money_ledger_order(&old);
	money_judge(work, &old, &groups);
	money_tell_groups(&p->tell, &old, &groups, cut_s);
	money_tell_scores(&p->tell, &old, cut_s);
	window_new(p);
	for (size_t i = 0; i < old.tx.n; i++)
		if (old.tx.at[i].at_s >= cut_s) {
			struct money_tx *t = VEC_ADD(p->ledger.arena, &p->ledger.tx);

			*t = old.tx.at[i];
			t->id = str_copy(p->ledger.arena, t->id);
		}
	arena_free(work);
	arena_free(old.arena);
}

static enum rc
take(struct passage *p, const struct money_tx *t, struct err *err)
{
	struct money_tx *kept;

	if (t->at_s < p->told_s) {
		money_read_refuse(p->read, "ts", "the row is older than what was told already");
		return RC_OK;
	}
	/* Until something is told, what comes late may begin the window. */
	if (p->begin_s == UNSET || t->at_s < p->begin_s)
		p->begin_s = t->at_s - t->at_s % MONEY_DAY_S;
	while (t->at_s >= p->begin_s + MONEY_WINDOW_DAYS * MONEY_DAY_S) {
		if (p->ledger.tx.n == 0) {
			p->begin_s = t->at_s - t->at_s % MONEY_DAY_S;
			break;
		}
		p->begin_s += MONEY_STEP_DAYS * MONEY_DAY_S;
		window_pass(p, p->begin_s);
		p->told_s = p->begin_s;
	}
	if (p->ledger.tx.n == ROWS_MAX)
		return fail(err, RC_TOO_LARGE, "", "more than %zu transactions in %d days",
			    ROWS_MAX, MONEY_WINDOW_DAYS);
	kept = VEC_ADD(p->ledger.arena, &p->ledger.tx);
	*kept = *t;
	kept->id = str_copy(p->ledger.arena, t->id);
	return RC_OK;
}

static enum rc
read_all(struct passage *p, struct arena *a, FILE *diag, struct err *err)
{
	const struct money_options *o = p->options;
	struct money_tx t;
	size_t left_out_bad = 0;
	enum rc rc = RC_OK;

	if (o->venues != NULL)
		rc = money_venues_read(&p->accounts, o->venues, diag, &p->skipped, err);
	if (rc == RC_OK)
		rc = money_accounts_read(&p->accounts, o->accounts, diag, &p->skipped, err);
	/* Whom it must not find is known before anything is read that it might find. */
	if (rc == RC_OK && o->left_out != NULL)
		rc = money_left_out_read(&p->accounts, o->left_out, diag, &left_out_bad, err);
	if (rc == RC_OK && left_out_bad > 0)
		return fail(err, RC_INVALID, "leave-out",
			    "rows could not be read, and whom they leave out is not known: nothing "
			    "was scored");
	if (rc == RC_OK)
		rc = money_read_open(a, o->transactions, diag, &p->read, err);
	if (rc != RC_OK)
		return rc;
	money_tell_begin(&p->tell);
	while (rc == RC_OK && (rc = money_read_next(p->read, &p->accounts, &t, err)) == RC_OK)
		rc = take(p, &t, err);
	if (rc != RC_ABSENT)
		return rc;
	window_pass(p, INT64_MAX);
	return money_tell_end(&p->tell, err);
}

enum rc
money_run(const struct money_options *options, FILE *out, FILE *diag, struct err *err)
{
	struct arena *a = arena_new(ARENA_BYTES);
	struct passage p = {.options = options, .begin_s = UNSET, .told_s = UNSET};
	enum rc rc = RC_OK;

	money_accounts_init(&p.accounts, a);
	window_new(&p);
	money_tell_init(&p.tell, &p.accounts, out, diag);
	p.tell.alerts = (size_t)options->alerts;
	p.tell.explain = options->explain;
	p.tell.json = options->json;
	rc = files_apart(
	    &(struct files_apart){(const char *const[]){options->transactions, options->accounts,
							options->venues, options->left_out},
				  4, &options->patterns, 1},
	    err);
	if (rc == RC_OK && options->patterns != NULL) {
		p.tell.patterns = fopen(options->patterns, "wbe");
		if (p.tell.patterns == NULL)
			rc = fail(err, RC_UNAVAILABLE, "patterns", "the file \"%s\" cannot be made",
				  options->patterns);
	}
	if (rc == RC_OK)
		rc = read_all(&p, a, diag, err);
	if (p.tell.patterns != NULL && (fclose(p.tell.patterns) != 0 && rc == RC_OK))
		rc = fail(err, RC_UNAVAILABLE, "patterns", "the file \"%s\" cannot be written",
			  options->patterns);
	if (p.read != NULL)
		p.skipped += money_read_skipped(p.read);
	money_read_close(p.read);
	arena_free(p.ledger.arena);
	arena_free(a);
	if (rc == RC_OK && p.skipped > 0)
		return fail(err, RC_INVALID, "",
			    "%zu rows could not be read and were skipped; all others were scored",
			    p.skipped);
	return rc;
}
