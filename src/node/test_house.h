#ifndef NODE_TEST_HOUSE_H
#define NODE_TEST_HOUSE_H

/*
 * test_house: a node with all features, as `liaison node init` makes it, in the folder "node" of a
 * test's own. Its first user is admin. What fails here fails the test.
 */
#include "base/test.h"

#include <unistd.h>

#include "base/arena.h"
#include "node/features.h"
#include "node/init.h"
#include "serve/serve.h"
#include "serve/user.h"
#include "store/test_dir.h"

/* store: a URL, or none for SQLite in the folder. clock: NULL for the machine's. Gives the folder.
 */
static inline const char *
test_house_init(struct test_dir *dir, struct str store, const struct clock *clock)
{
	struct init_options init = {.dir = test_dir_path(dir, "node"),
				    .name = STR("North Coast Police"),
				    .country = STR("QN"),
				    .kind = STR("police"),
				    .legal_regime = STR("LED"),
				    .unit = STR("First desk"),
				    .login = STR("admin"),
				    .store = store,
				    .clock = clock,
				    .features = liaison_features};
	struct err err = {.text = ""};

	if (node_init(&init, &err) != RC_OK)
		fail_msg("%s %s\n", err.key, err.text);
	return init.dir;
}

/* Opened, after write(ctx) was done in it as the node. */
static inline struct serve *
test_house_open(const struct serve_options *options, serve_write_fn *write, void *ctx)
{
	struct err err = {.text = ""};
	struct serve *s = NULL;

	if (serve_open(options, &s, &err) != RC_OK ||
	    serve_write(s, NULL, NULL, write, ctx, &err) != RC_OK)
		fail_msg("%s %s\n", err.key, err.text);
	return s;
}

/* What somebody asks for: "/path?name=value", a body with ' for ", the version seen (0: none). */
struct test_ask {
	const char *login, *purpose, *method, *path, *body, *reason;
	int64_t version;
};

/* The status; the answer, unless NULL, lives in a. */
static inline int
test_house_ask(struct serve *s, struct arena *a, const struct test_ask *q, struct str *answer)
{
	char match[32], *body = str_z(a, str_from(q->body));
	struct pair headers[] = {{STR("Liaison-Purpose"), str_from(q->purpose)},
				 {STR("Liaison-Reason"), str_from(q->reason)},
				 {STR("If-Match"), STR_NONE}};
	struct pair parameter;
	struct str query = str_from(q->path);
	struct call call = {
	    .caller = {.uid = (int64_t)getuid(), .login = str_from(q->login)},
	    .method = str_from(q->method),
	    .path = str_cut(&query, '?'),
	    .headers = {headers, q->version > 0 ? 3 : 2},
	};
	int status;

	for (size_t i = 0; body[i] != '\0'; i++)
		body[i] = body[i] == '\'' ? '"' : body[i];
	call.body = str_from(body);
	(void)snprintf(match, sizeof match, "\"%lld\"", (long long)q->version);
	headers[2].value = str_from(match);
	if (query.n > 0) {
		parameter.name = str_cut(&query, '=');
		parameter.value = query;
		call.query = (struct pairs){&parameter, 1};
	}
	serve_call(s, &call);
	status = call.status;
	if (answer != NULL)
		*answer = str_copy(a, call.answer);
	call_free(&call);
	return status;
}

#endif
