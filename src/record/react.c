#include "record/react.h"

#include "base/arena.h"
#include "record/open.h"

enum rc
react_to(struct door *d, const struct record *r, struct str event, struct err *err)
{
	enum rc rc = RC_OK;

	if (event.n == 0)
		return RC_OK;
	for (size_t i = 0; i < d->node->reaction_table_count; i++)
		for (const struct reaction *x = d->node->reaction_tables[i];
		     x->event != NULL && rc == RC_OK; x++)
			if (str_eq_z(event, x->event))
				rc = x->run(d, r, err);
	return rc;
}

static bool
heard(const struct door_node *node, struct str event)
{
	for (size_t i = 0; i < node->reaction_table_count; i++)
		for (const struct reaction *x = node->reaction_tables[i]; x->event != NULL; x++)
			if (str_eq_z(event, x->event))
				return true;
	return false;
}

enum rc
react_recorded(struct door *d, const struct record_row *row, json_t *fields, struct err *err)
{
	struct str event = str_fmt(d->arena, "%.*s_recorded", STR_ARG(row->type->name));
	struct record *r;
	enum rc rc;

	/* Most types have nobody who listens: importers come by here for each row. */
	if (!heard(d->node, event))
		return RC_OK;
	if ((rc = record_of_row(d, row, NULL, NULL, RUNG_FULL, NULL, &r, err)) != RC_OK)
		return rc;
	r->fields = fields;
	return react_to(d, r, event, err);
}
