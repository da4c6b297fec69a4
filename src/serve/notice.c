#include "serve/notice.h"

#include "base/arena.h"
#include "base/hex.h"
#include "format/json.h"
#include "seal/keys.h"
#include "seal/random.h"
#include "seal/secret.h"
#include "serve/notice.sql.h"
#include "serve/user.h"
#include "store/db.h"

#define DAY_MS INT64_C(86400000)
/* Longer than anybody is away. */
#define KEPT_DAYS 400

struct notice {
	struct id id, user, by;
	struct str kind;
	int64_t at_ms;
};

static struct str
notice_mac(struct door *d, const struct notice *n)
{
	struct arena *a = d->arena;
	unsigned char mac[MAC_BYTES];
	struct str row = str_fmt(a, "%.*s/%.*s/%.*s/%.*s/%lld", STR_ARG(hex_format(a, n->id.b, 16)),
				 STR_ARG(hex_format(a, n->user.b, 16)), STR_ARG(n->kind),
				 STR_ARG(hex_format(a, n->by.b, 16)), (long long)n->at_ms);

	keys_index_mac(d->node->keys, STR("notice-row"), row, mac);
	return str_copy(a, (struct str){(char *)mac, sizeof mac});
}

enum rc
notice_add(struct door *d, struct id user, const char *kind, struct id *id, struct err *err)
{
	const struct notice n = {.id = random_id_at(d->now_ms),
				 .user = user,
				 .by = d->actor->id,
				 .kind = str_from(kind),
				 .at_ms = d->now_ms};
	enum rc rc = db_run(d->db, &SQL_SERVE_NOTICE_SWEEP,
			    BINDS(B_I64(d->now_ms - KEPT_DAYS * DAY_MS)), NULL, err);

	if (id != NULL)
		*id = n.id;
	return rc == RC_OK ? db_run(d->db, &SQL_SERVE_NOTICE_ADD,
				    BINDS(B_ID(n.id), B_ID(n.user), B_TEXT(n.kind), B_ID(n.by),
					  B_I64(n.at_ms), B_BLOB(notice_mac(d, &n))),
				    NULL, err)
			   : rc;
}

static json_t *
notice_json(struct door *d, const struct notice *n, bool whole)
{
	struct user by;
	json_t *o = json_object();

	must(json_object_set_new(o, "at", json_from_str(time_format(d->arena, n->at_ms))) == 0);
	must(json_object_set_new(o, "what",
				 whole ? json_from_str(n->kind) : json_string("unreadable")) == 0);
	if (whole && user_find(d, n->by, &by, NULL) == RC_OK)
		must(json_object_set_new(o, "by", json_from_str(by.login)) == 0);
	return o;
}

enum rc
notice_list(struct door *d, struct id user, json_t **out, struct err *err)
{
	struct {
		struct notice n;
		bool whole;
	} found[20];
	size_t n = 0;
	struct rows *rows;
	enum rc rc =
	    db_select(d->db, &SQL_SERVE_NOTICE_LIST,
		      BINDS(B_ID(user), B_I64(d->now_ms - NOTICE_DAYS * DAY_MS)), &rows, err);

	if (rc != RC_OK)
		return rc;
	while (n < COUNT_OF(found) && (rc = rows_next(rows, err)) == RC_OK) {
		struct notice *x = &found[n].n;

		*x = (struct notice){.id = rows_id(rows, 0),
				     .user = user,
				     .kind = str_copy(d->arena, rows_text(rows, 1)),
				     .by = rows_id(rows, 2),
				     .at_ms = rows_i64(rows, 3)};
		found[n].whole = secret_eq(rows_blob(rows, 4), notice_mac(d, x));
		n++;
	}
	rows_close(rows);
	if (rc != RC_OK && rc != RC_ABSENT)
		return rc;
	*out = json_array();
	for (size_t i = 0; i < n; i++)
		must(json_array_append_new(*out, notice_json(d, &found[i].n, found[i].whole)) == 0);
	return RC_OK;
}
