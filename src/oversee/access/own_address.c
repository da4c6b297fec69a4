#include "base/arena.h"
#include "format/json.h"
#include "oversee/access/access.h"
#include "serve/api.h"
#include "serve/cli.h"
#include "serve/own_word.h"
#include "serve/reach_cache.h"
#include "serve/request.h"

/* Kept as MACs alone: nobody can read an address out of the node again. */
static enum rc
set_addresses(struct request *rq, struct reply *reply, struct err *err)
{
	struct audit_entry entry = {
	    .action = AUDIT_SETTING, .type = STR("own_address"), .has_record = true};
	json_t *list = json_object_get(rq->json, "addresses"), *item;
	struct str_list addresses = {0};
	struct user user;
	size_t i;
	enum rc rc;

	if (!json_is_array(list) || json_array_size(list) > OWN_ADDRESSES_MAX)
		return fail(err, RC_INVALID, "addresses", "takes a list of at most %d addresses",
			    OWN_ADDRESSES_MAX);
	json_array_foreach (list, i, item) {
		if (json_str(item).n < 4 || json_str(item).n > 300)
			return fail(err, RC_INVALID, "addresses",
				    "takes addresses of 4 to 300 bytes, street and town");
		*VEC_ADD(rq->arena, &addresses) = json_str(item);
	}
	if ((rc = user_find_login(&rq->door, request_path(rq, "login"), &user, err)) != RC_OK ||
	    (rc = own_word_set_addresses(&rq->door, &user, &addresses, err)) != RC_OK)
		return rc;
	reach_changed(&rq->door);
	entry.record = user.id;
	reply->status = 204;
	return door_log(&rq->door, &entry, NULL, err);
}

/* clang-format off */
static const struct route routes[] = {
	{ "POST", "/api/v1/users/{login}/addresses", BIT(ROLE_ADMINISTRATOR), PURPOSES_ANY, ROUTE_WRITES | ROUTE_PERSON, 8192, set_addresses, "Say where somebody lives, so that a look-up of it is noticed; it is kept as a MAC alone." },
	{ .method = NULL },
};

static const struct api_route rows[] = {
	{ "POST", "/api/v1/users/{login}/addresses", "set_user_addresses", NULL,
	  "{addresses: [text(4..300)] # street and town, in place of those before}", NULL },
	{ .method = NULL },
};
/* clang-format on */

static const struct api own_address_api = {rows, NULL};

static enum rc
run_address(struct cli *cli, struct err *err)
{
	struct cli_answer answer;
	json_t *body, *list;
	struct buf bytes;

	if (cli->arguments.n < 1)
		return fail(err, RC_USAGE, "", "takes %s", cli->command->arguments);
	body = json_object();
	list = json_array();
	must(json_object_set_new(body, "addresses", list) == 0);
	for (size_t i = 1; i < cli->arguments.n; i++)
		must(json_array_append_new(list, json_from_str(cli->arguments.at[i])) == 0);
	buf_init(&bytes, cli->arena);
	json_canonical(body, &bytes);
	json_decref(body);
	return cli_call_with(cli, "POST",
			     str_fmt(cli->arena, "/api/v1/users/%.*s/addresses",
				     STR_ARG(percent_encode(cli->arena, cli->arguments.at[0]))),
			     STR("application/json"), buf_str(&bytes), 0, &answer, err);
}

/* clang-format off */
static const struct command commands[] = {
	{ "user", "address", "LOGIN [ADDRESS...]", NULL, run_address, "Say where somebody lives, so that a look-up of it is noticed.",
	  "Replaces what was said before; without an address nothing is noticed any more. Nobody can read it out of the node again: it is kept as a MAC. A look-up of one's own name or address, or of a colleague's of the unit, asks the unit's supervisors to look (access_review)." },
	{ .noun = NULL },
};
/* clang-format on */

const struct feature own_address_feature = {
    .name = "own_address", .routes = routes, .commands = commands, .api = &own_address_api};
