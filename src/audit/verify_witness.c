#include "audit/verify_witness.h"

#include "audit/prove.h"
#include "audit/witness.h"
#include "base/arena.h"
#include "seal/cosign.h"
#include "store/db.h"

#include "audit/audit.sql.h"

static void
bad_cosignature(struct verify_problems *p, int64_t size, const char *why)
{
	problem_add(p, AUDIT_PROBLEM_WITNESS, 0, size,
		    "a cosignature of the checkpoint of size %lld: %s", (long long)size, why);
}

/* The row's line under the log's own note of that size: does it hold, and when was it made? */
static enum rc
check_row(struct db *db, const struct audit_cosignature *row, struct arena *a, struct err *err)
{
	struct note_key key;
	struct note note;
	struct str bytes;
	int64_t seconds;
	enum rc rc = audit_checkpoint_of_size(db, row->size, a, &bytes, err);

	if (rc == RC_ABSENT)
		return fail(err, RC_INTEGRITY, "", "its checkpoint is missing");
	if (rc != RC_OK || (rc = cosign_key_parse(a, row->vkey, &key, err)) != RC_OK)
		return rc;
	if (!str_eq(key.name, row->witness))
		return fail(err, RC_INTEGRITY, "", "its witness's name is not that of the key");
	/* All lines of that size stand in the note; a line may be one of a note alone. */
	if ((rc = note_parse(a, bytes, &note, err)) != RC_OK ||
	    (rc = cosign_verify(&note, &key, &seconds, err)) != RC_OK)
		return rc;
	return seconds == row->seconds
		   ? RC_OK
		   : fail(err, RC_INTEGRITY, "", "its time is not what the witness signed");
}

static enum rc
check_cosignatures(struct db *db, struct verify_problems *p, struct arena *scratch, struct err *err)
{
	struct rows *rows;
	enum rc rc = db_select(db, &SQL_AUDIT_COSIGNATURE_WALK, NO_BINDS, &rows, err);

	if (rc != RC_OK)
		return rc;
	while ((rc = rows_next(rows, err)) == RC_OK) {
		struct err why = {.rc = RC_OK};
		struct audit_cosignature row;

		arena_reset(scratch);
		audit_cosignature_read(rows, scratch, &row);
		rc = check_row(db, &row, scratch, &why);
		if (rc == RC_OK)
			p->report->cosigned_size = row.size;
		else if (rc == RC_INTEGRITY || rc == RC_INVALID || rc == RC_ABSENT ||
			 rc == RC_TOO_LARGE)
			bad_cosignature(p, row.size, why.text);
		else {
			if (err != NULL)
				*err = why;
			break;
		}
	}
	rows_close(rows);
	return rc == RC_ABSENT ? RC_OK : rc;
}

enum rc
verify_witnesses(struct db *db, struct verify_problems *p, struct arena *scratch, struct err *err)
{
	struct audit_witness_list list;
	struct note_key key;
	enum rc rc;

	arena_reset(scratch);
	if ((rc = audit_witnesses(db, scratch, &list, err)) != RC_OK)
		return rc;
	for (size_t i = 0; i < list.n; i++)
		if (cosign_key_parse(scratch, list.at[i].vkey, &key, NULL) != RC_OK ||
		    !str_eq(key.name, list.at[i].name))
			problem_add(p, AUDIT_PROBLEM_WITNESS, 0, 0,
				    "the key of a witness is damaged");
	return check_cosignatures(db, p, scratch, err);
}
