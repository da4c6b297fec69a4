#include "net/problem.h"

#include "base/arena.h"
#include "format/json.h"

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
	json_out_object_end(&out);
	return buf_str(&b);
}
