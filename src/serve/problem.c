#include "serve/problem.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "format/json.h"
#include "net/problem.h"
#include "serve/request.h"
#include "serve/serve.h"

static void
add_header(struct call *call, const char *name, struct str value)
{
	size_t n = call->answer_headers.n;
	struct pair *at = NEW_N(call->arena, struct pair, n + 1);

	if (n > 0)
		memcpy(at, call->answer_headers.at, n * sizeof *at);
	at[n] = (struct pair){str_from(name), value};
	call->answer_headers = (struct pairs){at, n + 1};
}

/* The name is gone at once, so that nothing stays behind whatever happens next. */
static bool
open_file(struct call *call, struct str path)
{
	char *z = str_z(call->arena, path);
	struct stat st;

	call->answer_fd = open(z, O_RDONLY | O_CLOEXEC);
	(void)unlink(z);
	if (call->answer_fd < 0 || fstat(call->answer_fd, &st) != 0)
		return false;
	call->from_fd = true;
	call->answer_fd_bytes = (uint64_t)st.st_size;
	return true;
}

void
answer_reply(struct call *call, const struct reply *reply)
{
	struct buf b;

	call->answer_headers = reply->headers;
	call->stream = reply->stream;
	if (reply->file.n > 0 && !open_file(call, reply->file)) {
		struct err err;

		(void)fail(&err, RC_UNAVAILABLE, "", "the answer's file cannot be read");
		answer_problem(call, &err, NULL);
		return;
	}
	if (reply->json != NULL) {
		buf_init(&b, call->arena);
		json_canonical(reply->json, &b);
		call->answer = buf_str(&b);
		call->content_type = STR("application/json");
	} else {
		call->answer = reply->body;
		call->content_type = reply->content_type;
	}
	call->status = reply->status != 0		     ? reply->status
		       : call->answer.n > 0 || call->from_fd ? 200
							     : 204;
	if (reply->etag > 0)
		add_header(call, "ETag", str_fmt(call->arena, "\"%lld\"", (long long)reply->etag));
	if (reply->location.n > 0)
		add_header(call, "Location", reply->location);
}

/* Members in order, as canonical JSON has them. */
static struct str
problem_text(struct arena *a, const struct err *err, json_t *current)
{
	struct buf b;
	struct json_out out = {.buf = &b};

	buf_init(&b, a);
	json_out_object(&out);
	if (err->column > 0)
		json_out_key_int(&out, "column", err->column);
	if (current != NULL) {
		json_out_key(&out, STR("current"));
		json_out_value(&out, current);
	}
	json_out_key_str(&out, "detail", str_from(err->text));
	problem_errors(err, &out);
	if (err->key[0] != '\0')
		json_out_key_str(&out, "key", str_from(err->key));
	if (err->line > 0)
		json_out_key_int(&out, "line", err->line);
	json_out_key_int(&out, "status", rc_http_status(err->rc));
	json_out_key_str(&out, "title", str_from(rc_title(err->rc)));
	json_out_key_str(&out, "type", str_fmt(a, "urn:liaison:problem:%s", rc_name(err->rc)));
	json_out_object_end(&out);
	return buf_str(&b);
}

void
answer_problem(struct call *call, const struct err *err, json_t *current)
{
	answer_problem_after(call, err, current, 0);
}

void
answer_problem_after(struct call *call, const struct err *err, json_t *current, int64_t retry_s)
{
	call->answer = problem_text(call->arena, err, current);
	call->content_type = STR("application/problem+json");
	call->status = rc_http_status(err->rc);
	call->answer_headers = (struct pairs){NULL, 0};
	call->stream = NULL;
	if (err->rc == RC_UNAUTHENTICATED)
		add_header(call, "WWW-Authenticate", STR("Bearer"));
	if (err->rc == RC_BUSY || err->rc == RC_UNAVAILABLE)
		add_header(call, "Retry-After",
			   str_fmt(call->arena, "%lld", (long long)(retry_s > 0 ? retry_s : 2)));
}

void
reply_problem(struct reply *reply, struct arena *a, const struct err *err)
{
	static const struct pair challenge = {STR_INIT("WWW-Authenticate"), STR_INIT("Bearer")};

	reply->status = rc_http_status(err->rc);
	reply->content_type = STR("application/problem+json");
	reply->body = problem_text(a, err, NULL);
	if (err->rc == RC_UNAUTHENTICATED)
		reply->headers = (struct pairs){&challenge, 1};
}
