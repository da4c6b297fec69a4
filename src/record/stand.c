#include "record/stand.h"

#include "record/record.sql.h"
#include "record/row.h"

static void
stand_read(struct door *d, const struct rows *rows, struct record_stand *out)
{
	*out = (struct record_stand){.id = rows_id(rows, 0),
				     .type = door_type_of_key(d->node, rows_text(rows, 1)),
				     .version = rows_i64(rows, 2),
				     .state = -1,
				     .erased = (rows_i64(rows, 4) & ROW_ERASED) != 0,
				     .leaf = rows_i64(rows, 5)};
	if (out->type != NULL)
		out->state = type_state(out->type, rows_text(rows, 3));
}

enum rc
record_stands_since(struct door *d, int64_t leaf, size_t max, struct record_stands *out,
		    struct err *err)
{
	struct rows *rows;
	enum rc rc = db_select(d->db, &SQL_RECORD_STANDS, BINDS(B_I64(leaf), B_I64((int64_t)max)),
			       &rows, err);

	if (rc != RC_OK)
		return rc;
	while ((rc = rows_next(rows, err)) == RC_OK)
		stand_read(d, rows, VEC_ADD(d->arena, out));
	rows_close(rows);
	return rc == RC_ABSENT ? RC_OK : rc;
}

enum rc
record_stand_find(struct door *d, struct id id, struct record_stand *out, struct err *err)
{
	struct rows *rows;
	enum rc rc = db_select(d->db, &SQL_RECORD_STAND, BINDS(B_ID(id)), &rows, err);

	if (rc != RC_OK)
		return rc;
	if ((rc = rows_next(rows, err)) == RC_OK)
		stand_read(d, rows, out);
	rows_close(rows);
	return rc == RC_ABSENT ? fail(err, RC_ABSENT, "", "there is no such record") : rc;
}
