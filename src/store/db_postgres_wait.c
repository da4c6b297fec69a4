#include "store/db_postgres.h"

#include <poll.h>
#include <sys/socket.h>

#include "base/clock.h"

/*
 * libpq waits for an answer for ever: a server that is stopped, or a machine that hangs, keeps
 * its end of a connection open. So every answer is waited for here, with a limit; after it the
 * connection is cut, for nobody knows what would still come.
 */

static void
cut(PGconn *c)
{
	PGresult *result;

	/* libpq sees the end of the connection, and notes it, without waiting for anything. */
	(void)shutdown(PQsocket(c), SHUT_RDWR);
	for (int i = 0; i < 1000 && (result = PQgetResult(c)) != NULL; i++)
		PQclear(result);
}

/* Until PQgetResult will not wait. */
static bool
is_ready(PGconn *c, int limit_ms)
{
	int64_t until = monotonic_ms() + limit_ms;

	for (;;) {
		struct pollfd fd = {.fd = PQsocket(c), .events = POLLIN};
		int unsent = PQflush(c);
		int64_t left = until - monotonic_ms();

		if (unsent < 0 || !PQisBusy(c))
			return true; /* what failed is in the result */
		if (unsent > 0)
			fd.events |= POLLOUT;
		if (left <= 0)
			return false;
		(void)poll(&fd, 1, (int)left);
		if ((fd.revents & ~POLLOUT) != 0 && PQconsumeInput(c) != 1)
			return true;
	}
}

PGresult *
postgres_next_result(PGconn *c, int limit_ms, bool *is_cut)
{
	*is_cut = !is_ready(c, limit_ms);
	if (!*is_cut)
		return PQgetResult(c);
	cut(c);
	return NULL;
}

/* The last of them, as PQexec gives it. */
static PGresult *
all_results(PGconn *c, int sent, int limit_ms)
{
	PGresult *last = NULL, *result;
	bool is_cut = false;

	if (sent != 1)
		return NULL;
	while ((result = postgres_next_result(c, limit_ms, &is_cut)) != NULL) {
		PQclear(last);
		last = result;
		/* Of a connection that ended there may be no last one. */
		if (PQstatus(c) == CONNECTION_BAD)
			break;
	}
	if (!is_cut)
		return last;
	PQclear(last);
	return NULL;
}

PGresult *
postgres_query(PGconn *c, const char *text, int limit_ms)
{
	return all_results(c, PQsendQuery(c, text), limit_ms);
}

PGresult *
postgres_query_params(PGconn *c, const char *text, int n, const struct pg_values *v, int limit_ms)
{
	return all_results(
	    c,
	    PQsendQueryParams(c, text, n, v != NULL ? v->types : NULL, v != NULL ? v->values : NULL,
			      v != NULL ? v->lengths : NULL, v != NULL ? v->formats : NULL, 1),
	    limit_ms);
}

PGresult *
postgres_query_prepared(PGconn *c, const char *name, int n, const struct pg_values *v, int limit_ms)
{
	return all_results(c, PQsendQueryPrepared(c, name, n, v->values, v->lengths, v->formats, 1),
			   limit_ms);
}

PGresult *
postgres_prepare(PGconn *c, const char *name, const char *text, int n, const Oid *types,
		 int limit_ms)
{
	return all_results(c, PQsendPrepare(c, name, text, n, types), limit_ms);
}
