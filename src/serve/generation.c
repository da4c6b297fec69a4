#include "serve/generation.h"

#include "seal/random.h"
#include "serve/generation.sql.h"
#include "store/db.h"

enum rc
generation_find(struct db *db, uint64_t *out, struct err *err)
{
	int64_t value = 1;
	enum rc rc = db_select_i64(db, &SQL_SERVE_GENERATION_FIND, NO_BINDS, &value, err);

	*out = rc == RC_OK || rc == RC_ABSENT ? (uint64_t)value : 0;
	return rc == RC_ABSENT ? RC_OK : rc;
}

enum rc
generation_change(struct db *db, struct err *err)
{
	uint64_t value;

	random_bytes(&value, sizeof value);
	/* Never one of those that mean something, nor negative. */
	value = (value >> 1) | 2;
	return db_run(db, &SQL_SERVE_GENERATION_SET, BINDS(B_I64((int64_t)value)), NULL, err);
}
