#include "oversee/retention/held.h"

#include "base/arena.h"
#include "format/json.h"
#include "model/model.h"

bool
held_runs(const struct record *hold)
{
	return hold->state != type_state(hold->type, STR("lifted"));
}

enum retain_held
held_by(const struct record *record, const struct record *hold)
{
	if (!held_runs(hold))
		return HELD_NOT;
	return id_eq(record->unit, hold->unit) ? HELD_RESTRICTED : HELD_KEPT;
}

struct weighing {
	const struct record *record;
	struct id but;
	enum retain_held held;
};

static bool
weigh(void *ctx, struct record *hold)
{
	struct weighing *w = ctx;
	enum retain_held held = held_by(w->record, hold);

	if (!id_eq(hold->id, w->but) && held > w->held)
		w->held = held;
	return w->held == HELD_RESTRICTED;
}

enum rc
held_weigh(struct door *d, const struct record *record, struct id but, enum retain_held *out,
	   struct err *err)
{
	struct weighing w = {.record = record, .but = but};
	bool found;
	enum rc rc = look_until(d, "legal_hold", "records", record->id, weigh, &w, &found, err);

	*out = w.held;
	return rc;
}

enum rc
held_set(struct door *d, struct id record, enum retain_held held, struct err *err)
{
	struct door inner;
	enum rc rc;

	door_open_as_node(
	    &inner, d, held != HELD_NOT ? STR("a legal hold keeps it") : STR("its hold is over"));
	rc = retain_hold(&inner, record, held, err);
	door_close(&inner);
	return rc == RC_ABSENT ? RC_OK : rc;
}

/* As much of them as a reader takes in; the others say that they are held where they are read. */
#define NAMED_MAX 50

/* Court, law and day are what whoever would erase them is told too; the ground is the hold's. */
static struct str
details(struct door *d, const struct record *hold, const struct look_list *held, struct id unit)
{
	struct str court = look_text(hold, "court"), law = look_text(hold, "law"),
		   until = look_text(hold, "until");
	size_t named = 0, n = 0;
	struct buf b;

	buf_init(&b, d->arena);
	buf_addf(&b,
		 "Another unit recorded the legal hold %.*s for %.*s%s%.*s%s%.*s. Nobody erases "
		 "these records while it runs; they stay in use. If they have to be restricted to "
		 "that court, a prosecutor or supervisor of this unit records a hold of its own. "
		 "Records:",
		 STR_ARG(look_text(hold, "number")), STR_ARG(court), law.n > 0 ? ", under " : "",
		 STR_ARG(law), until.n > 0 ? ", until " : "", STR_ARG(until));
	for (size_t i = 0; i < held->n; i++) {
		if (!id_eq(held->at[i]->unit, unit))
			continue;
		n++;
		if (named < NAMED_MAX) {
			buf_addf(&b, " %.*s", STR_ARG(id_format(d->arena, held->at[i]->id)));
			named++;
		}
	}
	if (n > named)
		buf_addf(&b, " and %zu more.", n - named);
	return buf_str(&b);
}

static enum rc
tell_unit(struct door *d, const struct record *hold, const struct look_list *held,
	  const struct record *first, struct err *err)
{
	const struct record_type *type = model_type(d->node->model, STR("task"));
	struct record_new options = {
	    .unit = &first->unit,
	    .by_node = true,
	    .has_handling = true,
	    .handling = {.tlp = TLP_AMBER_STRICT},
	};
	json_t *fields;
	struct record *task;
	struct door inner;
	enum rc rc;

	if (type == NULL)
		return RC_OK;
	door_open_as_node(&inner, d, STR("a legal hold keeps what the unit has"));
	fields = door_hold(&inner, json_object());
	must(json_object_set_new(fields, "what",
				 json_string("A legal hold of another unit keeps records of "
					     "this one from erasing")) == 0 &&
	     json_object_set_new(fields, "of", json_from_str(id_format(d->arena, first->id))) ==
		 0 &&
	     json_object_set_new(fields, "details",
				 json_from_str(details(d, hold, held, first->unit))) == 0);
	rc = record_create(&inner, type, fields, &options, &task, err);
	door_close(&inner);
	return rc;
}

enum rc
held_tell(struct door *d, const struct record *hold, const struct look_list *held, struct err *err)
{
	enum rc rc = RC_OK;

	for (size_t i = 0; i < held->n && rc == RC_OK; i++) {
		bool told = id_eq(held->at[i]->unit, hold->unit);

		for (size_t k = 0; k < i && !told; k++)
			told = id_eq(held->at[k]->unit, held->at[i]->unit);
		if (!told)
			rc = tell_unit(d, hold, held, held->at[i], err);
	}
	return rc;
}
