#include "exchange/self.h"

#include "base/arena.h"
#include "exchange/self.sql.h"
#include "record/door.h"
#include "seal/keys_exchange.h"
#include "seal/secret.h"
#include "store/db.h"

/* One column of one row, in the door's arena. */
static enum rc
find_text(struct door *d, const struct sql *sql, const struct bind *binds, size_t n,
	  struct str *out, struct err *err)
{
	struct rows *rows;
	enum rc rc = db_select(d->db, sql, binds, n, &rows, err);

	if (rc != RC_OK)
		return rc;
	if ((rc = rows_next(rows, err)) == RC_OK)
		*out = str_copy(d->arena, rows_text(rows, 0));
	rows_close(rows);
	return rc == RC_ABSENT ? fail(err, RC_ABSENT, "exchange",
				      "this node says nothing of itself to others yet "
				      "(liaison exchange self)")
			       : rc;
}

enum rc
self_find(struct door *d, struct descriptor *out, struct err *err)
{
	struct str text;
	enum rc rc = find_text(d, &SQL_EXCHANGE_SELF_FIND, NO_BINDS, &text, err);

	if (rc != RC_OK)
		return rc;
	return descriptor_parse(d->arena, text, false, out, err) == RC_OK
		   ? RC_OK
		   : fail(err, RC_INTEGRITY, "exchange", "the node's own descriptor is damaged");
}

static bool
same_key(const unsigned char a[32], const unsigned char b[32])
{
	return secret_eq((struct str){(const char *)a, 32}, (struct str){(const char *)b, 32});
}

static bool
names(const struct descriptor *d, const struct exchange_public *keys)
{
	return same_key(d->identity, keys->identity) && same_key(d->tls, keys->tls);
}

/* Of this node's keys? *next: of those that wait. */
static enum rc
check_keys(struct door *d, const struct descriptor *wanted, bool *next, struct err *err)
{
	unsigned char log[PUBLIC_KEY_BYTES];
	struct exchange_public now, waits;
	enum rc rc = keys_exchange_public(d->node->keys, false, &now, err);

	if (rc != RC_OK || (rc = keys_exchange_public(d->node->keys, true, &waits, err)) != RC_OK)
		return rc;
	keys_log_public(d->node->keys, log);
	*next = !names(wanted, &now);
	if (!same_key(wanted->log, log) || (*next && !names(wanted, &waits)))
		return fail(err, RC_CONFLICT, "descriptor",
			    "names other keys than this node's: sign a draft that this node made");
	return RC_OK;
}

enum rc
self_use(struct door *d, const struct descriptor *wanted, struct err *err)
{
	struct audit_entry entry = {.action = AUDIT_SETTING, .type = STR("exchange_self")};
	struct descriptor was;
	struct buf text;
	bool next;
	enum rc rc;

	if ((rc = descriptor_check(wanted, d->now_ms, err)) != RC_OK ||
	    (rc = check_keys(d, wanted, &next, err)) != RC_OK)
		return rc;
	rc = self_find(d, &was, err);
	if (rc == RC_OK && same_key(was.root, wanted->root) && wanted->version <= was.version)
		return fail(err, RC_CONFLICT, "version",
			    "is not above that of the descriptor in use, which peers may know");
	if (rc != RC_OK && rc != RC_ABSENT && rc != RC_INTEGRITY)
		return rc;
	buf_init(&text, d->arena);
	descriptor_format(wanted, false, &text);
	rc = db_run(d->db, &SQL_EXCHANGE_SELF_PUT, BINDS(B_TEXT(buf_str(&text)), B_I64(d->now_ms)),
		    NULL, err);
	if (rc == RC_OK && next)
		rc = keys_exchange_take(d->node->keys, err);
	if (rc == RC_OK)
		rc = door_log(d, &entry, NULL, err);
	return rc == RC_OK ? self_sheet_make(d, err) : rc;
}

static enum rc
find_sheet(struct door *d, const struct descriptor *self, struct sheet *out, struct err *err)
{
	const int64_t week = d->now_ms / SEALING_WEEK_MS;
	struct str text;
	enum rc rc = find_text(d, &SQL_EXCHANGE_SHEET_FIND, BINDS(B_I64(week)), &text, err);

	if (rc != RC_OK)
		return rc;
	/* One of an identity that was replaced, or bent, is none. */
	if (sheet_parse(d->arena, text, out, NULL) != RC_OK ||
	    sheet_check(out, self->root, self->identity, d->now_ms, NULL) != RC_OK)
		return fail(err, RC_ABSENT, "exchange", "there is no sheet of this week yet");
	return RC_OK;
}

enum rc
self_sheet(struct door *d, struct sheet *out, struct err *err)
{
	struct descriptor self;
	enum rc rc = self_find(d, &self, err);

	return rc == RC_OK ? find_sheet(d, &self, out, err) : rc;
}

enum rc
self_sheet_make(struct door *d, struct err *err)
{
	struct sheet s = {.week = d->now_ms / SEALING_WEEK_MS};
	struct descriptor self;
	struct buf b, text;
	enum rc rc;

	if ((rc = self_find(d, &self, err)) != RC_OK ||
	    (rc = find_sheet(d, &self, &s, err)) != RC_ABSENT)
		return rc;
	s = (struct sheet){.week = d->now_ms / SEALING_WEEK_MS};
	s.from_ms = s.week * SEALING_WEEK_MS;
	s.until_ms = s.from_ms + SHEET_DAYS_MAX * INT64_C(86400000);
	memcpy(s.root, self.root, sizeof s.root);
	memcpy(s.identity, self.identity, sizeof s.identity);
	if ((rc = keys_exchange_sealing(d->node->keys, d->now_ms, s.week, s.sealing, err)) != RC_OK)
		return rc;
	buf_init(&b, d->arena);
	sheet_format_signed(&s, &b);
	if ((rc = keys_exchange_sign(d->node->keys, EXCHANGE_WORD_SHEET, buf_str(&b), s.signature,
				     err)) != RC_OK)
		return rc;
	/* The key process may have gone on to another identity than the descriptor's. */
	if ((rc = sheet_check(&s, self.root, self.identity, d->now_ms, err)) != RC_OK)
		return rc;
	buf_init(&text, d->arena);
	sheet_format(&s, &text);
	rc = db_run(d->db, &SQL_EXCHANGE_SHEET_PUT,
		    BINDS(B_I64(s.week), B_TEXT(buf_str(&text)), B_I64(d->now_ms)), NULL, err);
	return rc == RC_OK ? db_run(d->db, &SQL_EXCHANGE_SHEET_SWEEP,
				    BINDS(B_I64(s.week - SEALING_WEEKS_KEPT)), NULL, err)
			   : rc;
}
