#include "serve/cli_inside.h"

#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"
#include "format/json.h"
#include "net/client.h"
#include "net/target.h"
#include "serve/serve.h"

static struct cli_inside *
inside(const struct cli *cli)
{
	return cli->inside;
}

struct pairs
cli_headers(const struct cli *cli, int64_t if_match)
{
	static const struct {
		const char *option, *header;
		bool encoded;
	} rows[] = {
	    {"as", "Liaison-User", false},	{"purpose", "Liaison-Purpose", false},
	    {"case", "Liaison-Case", false},	{"legal-basis", "Liaison-Legal-Basis", true},
	    {"reason", "Liaison-Reason", true},
	};
	struct pair *at = NEW_N(cli->arena, struct pair, COUNT_OF(rows) + 1);
	size_t n = 0;

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct str v = cli_option(cli, rows[i].option);

		if (v.n == 0)
			continue;
		if (rows[i].encoded)
			v = percent_encode(cli->arena, v);
		at[n++] = (struct pair){str_from(rows[i].header), v};
	}
	if (if_match > 0)
		at[n++] = (struct pair){STR("If-Match"),
					str_fmt(cli->arena, "\"%lld\"", (long long)if_match)};
	return (struct pairs){at, n};
}

/* What the node found, as faults of our own; NULL: it told of none. */
static const struct fault_list *
read_faults(struct arena *a, const json_t *problem)
{
	json_t *errors = json_object_get(problem, "errors"), *one;
	struct fault_list *list = NEW(a, struct fault_list);
	int64_t left_out = json_integer_value(json_object_get(problem, "errors_left_out"));
	size_t i;

	json_array_foreach (errors, i, one) {
		struct fault *f = &list->at[list->n];

		if (list->n == FAULTS_MAX) {
			list->left_out++;
			continue;
		}
		list->n++;
		(void)snprintf(f->key, sizeof f->key, "%.*s", STR_ARG(json_member_str(one, "key")));
		if (json_object_get(one, "pointer") != NULL)
			f->pointer = str_copy(a, json_member_str(one, "pointer"));
		f->text = str_copy(a, json_member_str(one, "detail"));
	}
	if (left_out > 0)
		list->left_out += (size_t)left_out;
	return list->n > 0 ? list : NULL;
}

enum rc
cli_problem(struct arena *a, int status, const json_t *problem, struct err *err)
{
	struct str type = json_member_str(problem, "type");
	struct str text = json_member_str(problem, "detail");
	struct str key = json_member_str(problem, "key");
	struct str prefix = STR("urn:liaison:problem:");
	enum rc rc = RC_FAILED;

	for (int i = RC_COUNT - 1; i > RC_OK; i--)
		if (rc_http_status((enum rc)i) == status)
			rc = (enum rc)i;
	for (int i = RC_FAILED; i < RC_COUNT && str_starts(type, prefix); i++)
		if (str_eq_z(str_sub(type, prefix.n, type.n), rc_name((enum rc)i)))
			rc = (enum rc)i;
	if (text.n == 0)
		return fail(err, rc, "", "the node answered with status %d", status);
	(void)fail(err, rc, "", "%.*s", STR_ARG(text));
	if (err != NULL) {
		(void)snprintf(err->key, sizeof err->key, "%.*s", STR_ARG(key));
		err->faults = read_faults(a, problem);
	}
	return rc;
}

static enum rc
call_running(struct cli *cli, const char *method, struct str target, struct str content_type,
	     struct str body, int64_t if_match, struct cli_answer *answer, struct err *err)
{
	const struct client_request request = {.method = method,
					       .target = target,
					       .headers = cli_headers(cli, if_match),
					       .content_type = content_type,
					       .body = body};
	struct client_response response = {0};
	enum rc rc = client_send(inside(cli)->client, cli->arena, &request, &response, err);

	answer->status = response.status;
	answer->content_type = response.content_type;
	answer->body = response.body;
	return rc;
}

static bool
show_here(struct call *call, const char *unit, int64_t done, int64_t all)
{
	cli_progress_line(call->ctx_progress, str_from(unit), done, all);
	return true;
}

/*
 * The same call inside this process, as the one whom the system says we are. The answer is in
 * *call until call_free.
 */
static enum rc
call_inside(struct cli *cli, const char *method, struct str target, struct str content_type,
	    struct str body, int64_t if_match, struct call *call, struct err *err)
{
	struct pairs headers = cli_headers(cli, if_match);
	struct pair *all = NEW_N(cli->arena, struct pair, headers.n + 1);
	struct target parts;
	enum rc rc;

	if ((rc = target_parse(cli->arena, target, &parts, err)) != RC_OK)
		return rc;
	if (headers.n > 0)
		memcpy(all, headers.at, headers.n * sizeof *all);
	if (content_type.n > 0)
		all[headers.n++] = (struct pair){STR("Content-Type"), content_type};
	call->caller = (struct caller){.uid = (int64_t)getuid(), .login = cli_option(cli, "as")};
	call->method = str_from(method);
	call->body = body;
	call->path = parts.path;
	call->query = parts.query;
	call->headers = (struct pairs){all, headers.n};
	call->goes_on = show_here;
	call->ctx_progress = cli;
	serve_call(inside(cli)->serve, call);
	return RC_OK;
}

static enum rc
call_here(struct cli *cli, const char *method, struct str target, struct str content_type,
	  struct str body, int64_t if_match, struct cli_answer *answer, struct err *err)
{
	struct call call = {.takes_fd = false};
	enum rc rc = call_inside(cli, method, target, content_type, body, if_match, &call, err);

	if (rc != RC_OK)
		return rc;
	answer->status = call.status;
	answer->content_type = str_copy(cli->arena, call.content_type);
	answer->body = str_copy(cli->arena, call.answer);
	call_free(&call);
	return RC_OK;
}

static bool
is_json(struct str content_type)
{
	struct str type = str_trim(str_cut(&content_type, ';'));

	return str_eq(type, STR("application/json")) || str_ends(type, STR("+json"));
}

enum rc
cli_call_with(struct cli *cli, const char *method, struct str target, struct str content_type,
	      struct str body, int64_t if_match, struct cli_answer *answer, struct err *err)
{
	const struct limits limits = {.bytes_max = (size_t)256 << 20};
	enum rc rc;

	*answer = (struct cli_answer){0};
	if ((rc = cli_connect(cli, err)) != RC_OK)
		return rc;
	rc = inside(cli)->client != NULL
		 ? call_running(cli, method, target, content_type, body, if_match, answer, err)
		 : call_here(cli, method, target, content_type, body, if_match, answer, err);
	cli_progress_over(cli);
	if (rc != RC_OK)
		return rc;
	if (answer->body.n > 0 && is_json(answer->content_type)) {
		rc = json_read_reals(answer->body, &limits, &answer->json, err);
		if (rc == RC_OK)
			*VEC_ADD(cli->arena, &inside(cli)->values) = answer->json;
		else if (answer->status < 400)
			return fail(err, RC_FAILED, "", "the node's answer is no JSON");
	}
	return answer->status >= 400 ? cli_problem(cli->arena, answer->status, answer->json, err)
				     : RC_OK;
}

static bool
into_file(void *ctx, struct str bytes)
{
	return fwrite(bytes.p, 1, bytes.n, ctx) == bytes.n;
}

static enum rc
into_running(struct cli *cli, const char *method, struct str target, FILE *out,
	     struct cli_answer *answer, struct err *err)
{
	const struct client_request request = {.method = method,
					       .target = target,
					       .headers = cli_headers(cli, 0),
					       .sink = into_file,
					       .ctx = out};
	struct client_response response = {0};
	enum rc rc = client_send(inside(cli)->client, cli->arena, &request, &response, err);

	answer->status = response.status;
	answer->body = response.body;
	return rc == RC_STOPPED ? fail(err, RC_UNAVAILABLE, "", "it cannot be written there") : rc;
}

static enum rc
into_here(struct cli *cli, const char *method, struct str target, FILE *out,
	  struct cli_answer *answer, struct err *err)
{
	struct call call = {.takes_fd = true};
	enum rc rc = call_inside(cli, method, target, STR_NONE, STR_NONE, 0, &call, err);
	char piece[65536];
	ssize_t n = 0;
	bool ok = true;

	if (rc != RC_OK)
		return rc;
	answer->status = call.status;
	if (call.from_fd) {
		while (ok && (n = read(call.answer_fd, piece, sizeof piece)) > 0)
			ok = into_file(out, (struct str){piece, (size_t)n});
		(void)close(call.answer_fd);
	} else if (call.status < 400) {
		ok = into_file(out, call.answer);
	} else {
		answer->body = str_copy(cli->arena, call.answer);
	}
	call_free(&call);
	return ok && n >= 0 ? RC_OK : fail(err, RC_UNAVAILABLE, "", "it cannot be written there");
}

enum rc
cli_call_into(struct cli *cli, const char *method, struct str target, FILE *out, struct err *err)
{
	struct cli_answer answer = {0};
	enum rc rc;

	if ((rc = cli_connect(cli, err)) != RC_OK)
		return rc;
	rc = inside(cli)->client != NULL ? into_running(cli, method, target, out, &answer, err)
					 : into_here(cli, method, target, out, &answer, err);
	cli_progress_over(cli);
	if (rc != RC_OK || answer.status < 400)
		return rc;
	if (json_read_reals(answer.body, NULL, &answer.json, err) != RC_OK)
		return fail(err, RC_FAILED, "", "the node answered with status %d", answer.status);
	*VEC_ADD(cli->arena, &inside(cli)->values) = answer.json;
	return cli_problem(cli->arena, answer.status, answer.json, err);
}

enum rc
cli_call(struct cli *cli, const char *method, struct str target, json_t *body,
	 struct cli_answer *answer, struct err *err)
{
	struct buf b;

	buf_init(&b, cli->arena);
	if (body != NULL)
		json_canonical(body, &b);
	return cli_call_with(cli, method, target, body != NULL ? STR("application/json") : STR_NONE,
			     buf_str(&b), 0, answer, err);
}
