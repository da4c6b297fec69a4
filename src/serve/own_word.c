#include "serve/own_word.h"

#include "base/arena.h"
#include "record/own_name.h"
#include "serve/own_word.sql.h"
#include "store/db.h"

static enum rc
replace(struct door *d, const struct user *user, enum own_kind kind, const struct own_words *words,
	struct err *err)
{
	enum rc rc = db_run(d->db, &SQL_SERVE_OWN_WORD_FORGET, BINDS(B_ID(user->id), B_I64(kind)),
			    NULL, err);

	for (size_t i = 0; i < words->n && rc == RC_OK && !user->disabled; i++)
		rc = db_run(
		    d->db, &SQL_SERVE_OWN_WORD_INSERT,
		    BINDS(B_ID(user->id), B_I64(kind), B_I64(words->at[i]), B_ID(user->unit)), NULL,
		    err);
	return rc;
}

enum rc
own_word_note_name(struct door *d, const struct user *user, struct err *err)
{
	struct own_words words = {.n = 0};
	enum rc rc;

	own_name_words(d->node, d->arena, OWN_NAME, user->name, &words);
	rc = replace(d, user, OWN_NAME, &words, err);
	return rc == RC_OK ? db_run(d->db, &SQL_SERVE_OWN_WORD_MOVE,
				    BINDS(B_ID(user->unit), B_ID(user->id)), NULL, err)
			   : rc;
}

enum rc
own_word_set_addresses(struct door *d, const struct user *user, const struct str_list *addresses,
		       struct err *err)
{
	struct own_words words = {.n = 0};

	for (size_t i = 0; i < addresses->n && i < OWN_ADDRESSES_MAX; i++)
		own_name_words(d->node, d->arena, OWN_ADDRESS, addresses->at[i], &words);
	return replace(d, user, OWN_ADDRESS, &words, err);
}

enum rc
own_word_load(struct door *d, const struct actor *who, struct reach *out, struct err *err)
{
	VEC(struct own_word) words = {0};
	struct rows *rows;
	enum rc rc =
	    db_select(d->db, &SQL_SERVE_OWN_WORD_OF_UNIT, BINDS(B_ID(who->unit)), &rows, err);

	if (rc != RC_OK)
		return rc;
	while ((rc = rows_next(rows, err)) == RC_OK) {
		int64_t kind = rows_i64(rows, 1);

		/* A damaged one is nobody's word: it would never be looked for. */
		if (kind != OWN_NAME && kind != OWN_ADDRESS)
			continue;
		*VEC_ADD(d->arena, &words) =
		    (struct own_word){.kind = (enum own_kind)kind,
				      .word = rows_i64(rows, 2),
				      .own = id_eq(rows_id(rows, 0), who->id)};
	}
	rows_close(rows);
	out->words = words.at;
	out->word_count = words.n;
	return rc == RC_ABSENT ? RC_OK : rc;
}
