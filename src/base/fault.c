#include "base/fault.h"

#include "base/arena.h"

void
faults_init(struct faults *f, struct arena *a)
{
	*f = (struct faults){.arena = a};
	buf_init(&f->text, a);
}

static void
add_text(struct faults *f, const struct err *err)
{
	if (f->list->n + f->list->left_out == 0) {
		buf_add_z(&f->text, err->text);
		return;
	}
	/* An error's text has room for so many; the rest is counted. */
	if (f->unsaid > 0 ||
	    f->text.n + strlen(err->key) + strlen(err->text) + 24 > sizeof err->text) {
		f->unsaid++;
		return;
	}
	buf_addf(&f->text, "; %s%s%s", err->key, err->key[0] != '\0' ? ": " : "", err->text);
}

void
faults_add(struct faults *f, struct str pointer, const struct err *err)
{
	struct fault *fault;

	if (f->list == NULL)
		f->list = NEW(f->arena, struct fault_list);
	add_text(f, err);
	if (f->list->n == FAULTS_MAX) {
		f->list->left_out++;
		return;
	}
	fault = &f->list->at[f->list->n++];
	memcpy(fault->key, err->key, sizeof fault->key);
	fault->pointer = pointer.p != NULL ? str_copy(f->arena, pointer) : STR_NONE;
	fault->text = str_copy(f->arena, str_from(err->text));
}

enum rc
faults_say(struct faults *f, enum rc rc, struct err *err)
{
	if (f->list == NULL)
		return RC_OK;
	if (f->unsaid > 0)
		buf_addf(&f->text, "; and %zu more", f->unsaid);
	(void)fail(err, rc, f->list->at[0].key, "%.*s", STR_ARG(buf_str(&f->text)));
	if (err != NULL)
		err->faults = f->list;
	return rc;
}

/* A part of a pointer: ~ and / are written otherwise (RFC 6901 section 3). */
static void
add_part(struct buf *b, struct str part)
{
	buf_add_byte(b, '/');
	for (size_t i = 0; i < part.n; i++)
		if (part.p[i] == '~')
			buf_add_z(b, "~0");
		else if (part.p[i] == '/')
			buf_add_z(b, "~1");
		else
			buf_add_byte(b, part.p[i]);
}

struct str
fault_pointer(struct arena *a, const char *key)
{
	struct str name = str_from(key), place = STR_NONE;
	struct buf b;

	buf_init(&b, a);
	if (str_ends(name, STR("]"))) {
		place = str_sub(name, 0, name.n - 1);
		name = str_cut(&place, '[');
	}
	if (name.n > 0)
		add_part(&b, name);
	if (place.n > 0)
		add_part(&b, place);
	return b.n > 0 ? buf_str(&b) : STR("");
}

void
faults_below(struct arena *a, struct err *err, const char *pointer)
{
	struct fault_list *list;

	if (err == NULL || err->faults == NULL)
		return;
	list = NEW(a, struct fault_list);
	*list = *err->faults;
	for (size_t i = 0; i < list->n; i++)
		list->at[i].pointer = str_fmt(a, "%s%.*s", pointer, STR_ARG(list->at[i].pointer));
	err->faults = list;
}
