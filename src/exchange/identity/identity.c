#include "exchange/identity/identity.h"

#include "base/arena.h"
#include "base/clock.h"
#include "exchange/lines.h"
#include "exchange/migrations.h"
#include "exchange/root.h"
#include "exchange/self.h"
#include "format/json.h"
#include "seal/keys_exchange.h"
#include "serve/cli.h"
#include "serve/config.h"
#include "serve/file.h"
#include "serve/request.h"
#include "serve/serve.h"

static void
set(json_t *o, const char *key, json_t *value)
{
	must(json_object_set_new(o, key, value) == 0);
}

static enum rc
show_self(struct request *rq, struct reply *reply, struct err *err)
{
	struct arena *a = rq->arena;
	struct descriptor d;
	struct sheet s;
	struct buf text;
	json_t *o;
	enum rc rc = self_find(&rq->door, &d, err);

	if (rc != RC_OK)
		return rc;
	buf_init(&text, a);
	descriptor_format(&d, false, &text);
	o = door_hold(&rq->door, json_object());
	set(o, "name", json_from_str(d.name));
	set(o, "fingerprint", json_from_str(root_fingerprint(a, d.root)));
	set(o, "version", json_integer(d.version));
	set(o, "until", json_from_str(time_format(a, d.until_ms)));
	set(o, "state",
	    json_string(descriptor_check(&d, rq->door.now_ms, NULL) == RC_OK ? "good" : "over"));
	set(o, "descriptor", json_from_str(buf_str(&text)));
	if ((rc = self_sheet(&rq->door, &s, err)) == RC_OK) {
		buf_init(&text, a);
		sheet_format(&s, &text);
		set(o, "sheet", json_from_str(buf_str(&text)));
	}
	if (rc != RC_OK && rc != RC_ABSENT)
		return rc;
	reply->json = json_incref(o);
	return RC_OK;
}

/* The version after the present one's, and what follows from the settings. */
static enum rc
begin_draft(struct request *rq, struct descriptor *d, struct err *err)
{
	const struct config *c = serve_config(rq->serve);
	struct descriptor was;
	enum rc rc = self_find(&rq->door, &was, err);

	if (rc != RC_OK && rc != RC_ABSENT)
		return rc;
	*d = (struct descriptor){.name = config_text(c, "name"),
				 .country = config_text(c, "country"),
				 .kind = config_text(c, "kind"),
				 .regime = config_text(c, "legal_regime"),
				 .version = rc == RC_OK ? was.version + 1 : 1,
				 .from_ms = rq->door.now_ms,
				 .protocol_min = SELF_PROTOCOL,
				 .protocol_max = SELF_PROTOCOL};
	keys_log_public(rq->door.node->keys, d->log);
	return RC_OK;
}

static enum rc
take_endpoints(struct request *rq, struct descriptor *d, struct err *err)
{
	json_t *list = json_object_get(rq->json, "endpoints"), *item;
	size_t i;

	if (list != NULL && !json_is_array(list))
		return fail(err, RC_INVALID, "endpoints", "is a list of texts");
	json_array_foreach (list, i, item) {
		if (!json_is_string(item) || i == DESCRIPTOR_ENDPOINTS_MAX)
			return fail(err, RC_INVALID, "endpoints", "takes four texts at most");
		*VEC_ADD(rq->arena, &d->endpoints) = json_str(item);
	}
	return RC_OK;
}

/* Keys are made where there are none, or where new ones are asked for; they wait for the root. */
static enum rc
draft_keys(struct request *rq, struct descriptor *d, struct err *err)
{
	struct keys *keys = rq->door.node->keys;
	struct audit_entry entry = {.action = AUDIT_SETTING, .type = STR("exchange_keys")};
	struct exchange_public public;
	bool anew = json_is_true(json_object_get(rq->json, "new_keys"));
	enum rc rc = keys_exchange_public(keys, true, &public, err);

	if (rc == RC_ABSENT || (rc == RC_OK && anew)) {
		if ((rc = door_log(&rq->door, &entry, NULL, err)) == RC_OK &&
		    (rc = keys_exchange_next(keys, err)) == RC_OK)
			rc = keys_exchange_public(keys, true, &public, err);
	}
	if (rc != RC_OK)
		return rc;
	memcpy(d->identity, public.identity, sizeof d->identity);
	memcpy(d->tls, public.tls, sizeof d->tls);
	return RC_OK;
}

static enum rc
make_draft(struct request *rq, struct reply *reply, struct err *err)
{
	json_t *days = json_object_get(rq->json, "days");
	struct descriptor d;
	struct str root;
	struct buf text;
	enum rc rc;

	if ((rc = request_text(rq, "root", &root, err)) != RC_OK ||
	    (rc = begin_draft(rq, &d, err)) != RC_OK ||
	    (rc = root_public_parse(root, d.root, err)) != RC_OK ||
	    (rc = take_endpoints(rq, &d, err)) != RC_OK)
		return rc;
	if (days != NULL && (!json_is_integer(days) || json_integer_value(days) < 1 ||
			     json_integer_value(days) > DESCRIPTOR_DAYS_MAX))
		return fail(err, RC_INVALID, "days", "is 1 to %d", DESCRIPTOR_DAYS_MAX);
	d.until_ms = d.from_ms + INT64_C(86400000) * (days != NULL ? json_integer_value(days)
								   : DESCRIPTOR_DAYS_MAX);
	if ((rc = draft_keys(rq, &d, err)) != RC_OK || (rc = descriptor_form(&d, err)) != RC_OK)
		return rc;
	buf_init(&text, rq->arena);
	descriptor_format(&d, true, &text);
	reply->json = json_pack("{s:o, s:o}", "draft", json_from_str(buf_str(&text)), "fingerprint",
				json_from_str(root_fingerprint(rq->arena, d.root)));
	return RC_OK;
}

static enum rc
use_signed(struct request *rq, struct reply *reply, struct err *err)
{
	struct descriptor d;
	struct str text;
	enum rc rc;

	if ((rc = request_text(rq, "descriptor", &text, err)) != RC_OK ||
	    (rc = descriptor_parse(rq->arena, text, false, &d, err)) != RC_OK ||
	    (rc = self_use(&rq->door, &d, err)) != RC_OK)
		return rc;
	reply->json = json_pack("{s:o, s:I, s:o}", "fingerprint",
				json_from_str(root_fingerprint(rq->arena, d.root)), "version",
				(json_int_t)d.version, "until",
				json_from_str(time_format(rq->arena, d.until_ms)));
	return RC_OK;
}

static const struct route routes[] = {
    /* clang-format off */
	{ "GET",  "/api/v1/exchange/self",       ROLES_ANY, PURPOSES_ANY, ROUTE_READS, 0, show_self, "What this node says of itself to others: descriptor, fingerprint, this week's sheet." },
	{ "POST", "/api/v1/exchange/self/draft", BIT(ROLE_ADMINISTRATOR), BIT(PURPOSE_ADMINISTRATION), ROUTE_WRITES | ROUTE_PERSON, 8192, make_draft, "Make a descriptor for the root to sign, with keys that wait for it." },
	{ "POST", "/api/v1/exchange/self",       BIT(ROLE_ADMINISTRATOR), BIT(PURPOSE_ADMINISTRATION), ROUTE_WRITES | ROUTE_PERSON, 32768, use_signed, "Use a descriptor that the root has signed." },
	{ .method = NULL },
    /* clang-format on */
};

static enum rc
run_show(struct cli *cli, struct err *err)
{
	struct cli_answer answer;
	enum rc rc = cli_call(cli, "GET", STR("/api/v1/exchange/self"), NULL, &answer, err);
	struct str what = cli->arguments.n > 1 ? cli->arguments.at[1] : STR_NONE, text;

	if (rc != RC_OK)
		return rc;
	if (what.n == 0) {
		cli_show(cli, answer.json);
		return RC_OK;
	}
	text = json_member_str(answer.json, str_z(cli->arena, what));
	if (text.n == 0)
		return fail(err, RC_ABSENT, "",
			    "it says no such thing: descriptor, sheet, "
			    "fingerprint ...");
	fprintf(cli->out, "%.*s%s", STR_ARG(text), str_ends(text, STR("\n")) ? "" : "\n");
	return RC_OK;
}

static enum rc
run_draft(struct cli *cli, struct err *err)
{
	struct str root = cli_option(cli, "root"), text;
	struct str_list endpoints = cli_options(cli, "endpoint");
	struct cli_answer answer;
	json_t *body, *list;
	int64_t days;
	enum rc rc;

	if (root.n == 0)
		return fail(err, RC_USAGE, "root",
			    "name the file of the root's public key (liaison exchange root make)");
	if ((rc = file_read(cli->arena, str_z(cli->arena, root), 4096, &text, err)) != RC_OK ||
	    (rc = cli_number(cli, "days", DESCRIPTOR_DAYS_MAX, 1, DESCRIPTOR_DAYS_MAX, &days,
			     err)) != RC_OK)
		return rc;
	list = json_array();
	for (size_t i = 0; i < endpoints.n; i++)
		must(json_array_append_new(list, json_from_str(endpoints.at[i])) == 0);
	body = json_pack("{s:o, s:o, s:I, s:b}", "root", json_from_str(str_trim(text)), "endpoints",
			 list, "days", (json_int_t)days, "new_keys", cli_switch(cli, "new-keys"));
	rc = cli_call(cli, "POST", STR("/api/v1/exchange/self/draft"), body, &answer, err);
	json_decref(body);
	if (rc != RC_OK || cli_json_text(cli, "draft", json_member_str(answer.json, "draft")))
		return rc;
	fprintf(cli->out, "%.*s", STR_ARG(json_member_str(answer.json, "draft")));
	fprintf(cli->notes, "Nobody knows it yet. Take it to where the root key is: liaison "
			    "exchange root sign; then here: liaison exchange self use.\n");
	return RC_OK;
}

static enum rc
run_use(struct cli *cli, struct err *err)
{
	struct cli_answer answer;
	struct str text;
	json_t *body;
	enum rc rc;

	if (cli->arguments.n != 2)
		return fail(err, RC_USAGE, "", "name the signed descriptor's file");
	if ((rc = file_read(cli->arena, str_z(cli->arena, cli->arguments.at[1]), LINES_BYTES_MAX,
			    &text, err)) != RC_OK)
		return rc;
	body = json_pack("{s:o}", "descriptor", json_from_str(text));
	rc = cli_call(cli, "POST", STR("/api/v1/exchange/self"), body, &answer, err);
	json_decref(body);
	if (rc == RC_OK)
		cli_show(cli, answer.json);
	return rc;
}

static enum rc
run_self(struct cli *cli, struct err *err)
{
	struct str what = cli->arguments.n > 0 ? cli->arguments.at[0] : STR("show");

	if (str_eq_z(what, "show"))
		return run_show(cli, err);
	if (str_eq_z(what, "draft"))
		return run_draft(cli, err);
	if (str_eq_z(what, "use"))
		return run_use(cli, err);
	return fail(err, RC_USAGE, "", "takes show, draft or use FILE");
}

static const struct option self_options[] = {
    {"root", "FILE", "of draft: the file with the root's public key", false},
    {"endpoint", "URL", "of draft: where others find this node, https://HOST:PORT; none: nowhere",
     true},
    {"days", "N", "of draft: how long it is good (standard and most 90)", false},
    {"new-keys", NULL, "of draft: with keys made anew, which wait until it is used", false},
    {.name = NULL},
};

static const struct command commands[] = {
    /* clang-format off */
	{ "exchange", "root", "WHAT [FILE]", identity_root_options, identity_root, "Make the key that says who this agency is, and sign with it; away from the node.",
	  "make --out FILE: a new root key, as three files for three people, of which any two sign, and FILE.public for the node. --whole puts the secret into one file. It prints the fingerprint that peers compare.\n\n"
	  "sign DRAFT --part FILE --part FILE: sign what `exchange self draft` made.\n\n"
	  "revoke KEY --root FILE --part FILE --part FILE: say that a key is at an end: an identity, or with the word root the root itself.\n\n"
	  "It needs no node and no network: a machine that is on no network, started from a medium of your own, is the right place." },
	{ "exchange", "self", "[WHAT] [FILE]", self_options, run_self, "Say who this node is to others.",
	  "draft --root FILE --endpoint URL: what the root has to sign. Administrators alone, for the purpose administration.\n\n"
	  "use FILE: from now on this node says that of itself. It is good for 90 days at most, so the root comes out four times a year; peers go on without being asked, as long as root, name and place stay the same.\n\n"
	  "show [descriptor|sheet|fingerprint]: what it says." },
	{ .noun = NULL },
    /* clang-format on */
};

static const struct setting settings[] = {
    /* clang-format off */
	{ "exchange_sheet_seconds", SETTING_NUMBER, "600", 0, 86400, "How often the node looks whether this week's epoch sheet is made; 0: never." },
	{ .name = NULL },
    /* clang-format on */
};

static enum rc
mind_sheet(struct door *d, struct err *err)
{
	enum rc rc = self_sheet_make(d, err);

	/* A node that takes no part in exchange, or whose descriptor is over. */
	return rc == RC_ABSENT || rc == RC_DENIED ? RC_OK : rc;
}

static const struct timer timers[] = {
    {"exchange_sheet", "exchange_sheet_seconds", mind_sheet,
     "Make the week's epoch sheet, so that peers can seal to this node.", NULL},
    {.name = NULL},
};

const struct feature identity_feature = {
    .name = "identity",
    .routes = routes,
    .commands = commands,
    .settings = settings,
    .timers = timers,
    .api = &identity_api,
    .migrations = MIGRATION_SET_COPIED(EXCHANGE_MIGRATIONS),
};
