#include "net/problem.h"

#include "base/arena.h"
#include "base/fault.h"
#include "format/json.h"

void
problem_errors(const struct err *err, struct json_out *out)
{
	if (err->faults == NULL)
		return;
	json_out_key(out, STR("errors"));
	json_out_array(out);
	for (size_t i = 0; i < err->faults->n; i++) {
		const struct fault *f = &err->faults->at[i];

		json_out_object(out);
		json_out_key_str(out, "detail", f->text);
		if (f->key[0] != '\0')
			json_out_key_str(out, "key", str_from(f->key));
		if (f->pointer.p != NULL)
			json_out_key_str(out, "pointer", f->pointer);
		json_out_object_end(out);
	}
	json_out_array_end(out);
	if (err->faults->left_out > 0)
		json_out_key_int(out, "errors_left_out", (int64_t)err->faults->left_out);
}

struct str
problem_format(struct arena *a, const struct err *err, int status)
{
	struct buf b;
	struct json_out out = {.buf = &b};

	buf_init(&b, a);
	json_out_object(&out);
	json_out_key_str(&out, "type", str_fmt(a, "urn:liaison:problem:%s", rc_name(err->rc)));
	json_out_key_str(&out, "title", str_from(rc_title(err->rc)));
	json_out_key_int(&out, "status", status);
	if (err->text[0] != '\0')
		json_out_key_str(&out, "detail", str_from(err->text));
	if (err->key[0] != '\0')
		json_out_key_str(&out, "key", str_from(err->key));
	if (err->file[0] != '\0')
		json_out_key_str(&out, "file", str_from(err->file));
	if (err->line > 0)
		json_out_key_int(&out, "line", err->line);
	if (err->column > 0)
		json_out_key_int(&out, "column", err->column);
	problem_errors(err, &out);
	json_out_object_end(&out);
	return buf_str(&b);
}
