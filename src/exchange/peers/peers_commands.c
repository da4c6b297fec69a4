#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/arena.h"
#include "exchange/invitation.h"
#include "exchange/peers/peers.h"
#include "format/json.h"
#include "net/pair.h"
#include "seal/secret.h"
#include "serve/cli.h"
#include "serve/file.h"

/* Of its own, never over another; what holds a secret is read by nobody else. */
static enum rc
write_new(struct cli *cli, struct str path, struct str text, struct err *err)
{
	const char *file = str_z(cli->arena, path);
	int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	bool ok = fd >= 0 && write(fd, text.p, text.n) == (ssize_t)text.n && fsync(fd) == 0;
	int why = errno;

	if (fd >= 0)
		(void)close(fd);
	return ok ? RC_OK
		  : fail_at(err, RC_UNAVAILABLE, file, 0, 0, "out", "cannot be written: %s",
			    strerror(why));
}

static struct str
target(struct cli *cli, const char *rest)
{
	return str_fmt(cli->arena, "/api/v1/exchange/peers/%.*s%s",
		       STR_ARG(percent_encode(cli->arena, cli->arguments.at[1])), rest);
}

static enum rc
call(struct cli *cli, const char *method, struct str where, json_t *body, struct cli_answer *answer,
     struct err *err)
{
	enum rc rc = cli_call(cli, method, where, body, answer, err);

	json_decref(body);
	return rc;
}

static enum rc
run_invite(struct cli *cli, struct err *err)
{
	struct str out = cli_option(cli, "out");
	struct cli_answer answer;
	int64_t hours;
	enum rc rc;

	if (out.n == 0)
		return fail(err, RC_USAGE, "out",
			    "name the file to be: it holds a secret, and goes by hand");
	if ((rc = cli_number(cli, "hours", 72, 1, 720, &hours, err)) != RC_OK ||
	    (rc = call(cli, "POST", STR("/api/v1/exchange/invitations"),
		       json_pack("{s:I}", "hours", (json_int_t)hours), &answer, err)) != RC_OK ||
	    (rc = write_new(cli, out, json_member_str(answer.json, "invitation"), err)) != RC_OK ||
	    cli_json_text(cli, "invitation", out))
		return rc;
	fprintf(
	    cli->notes,
	    "Carry it to the other node, on a medium or by a courier that you trust, and "
	    "destroy the copy. There: liaison exchange peer add FILE --fingerprint \"...\" --out "
	    "REPLY; then here, the reply.\n");
	return RC_OK;
}

static enum rc
run_add(struct cli *cli, struct err *err)
{
	struct str said = cli_option(cli, "fingerprint"), out = cli_option(cli, "out"), text, back;
	struct cli_answer answer;
	json_t *body;
	enum rc rc;

	if (cli->arguments.n != 2)
		return fail(err, RC_USAGE, "", "name the file: an invitation, or a reply to one");
	if ((rc = file_read(cli->arena, str_z(cli->arena, cli->arguments.at[1]),
			    INVITATION_BYTES_MAX, &text, err)) != RC_OK)
		return rc;
	if (invitation_is(text) && out.n == 0)
		return fail(err, RC_USAGE, "out", "name the file for the reply, which goes back");
	body = json_pack("{s:o, s:o, s:b}", "file", json_from_str(text), "fingerprint",
			 json_from_str(said), "near", cli_switch(cli, "near"));
	if ((rc = call(cli, "POST", STR("/api/v1/exchange/peers"), body, &answer, err)) != RC_OK)
		return rc;
	back = json_member_str(answer.json, "reply");
	if (back.n > 0) {
		if ((rc = write_new(cli, out, back, err)) != RC_OK)
			return rc;
		(void)json_object_del(answer.json, "reply");
	}
	cli_show(cli, answer.json);
	if (!cli->json)
		fprintf(cli->notes,
			"%s administrator%s, who heard the fingerprint from somebody there by "
			"another way than this file, now say%s it: liaison exchange peer verify\n",
			said.n > 0 ? "A second" : "Two", said.n > 0 ? "" : "s",
			said.n > 0 ? "s" : "");
	return RC_OK;
}

static enum rc
run_list(struct cli *cli, struct err *err)
{
	static const struct cli_column columns[] = {
	    {"NAME", "name", 40},   {"COUNTRY", "country", 0},
	    {"KIND", "kind", 0},    {"STATE", "state", 0},
	    {"UNTIL", "until", 10}, {"WHY NOTHING GOES TO IT", "why", 60},
	    {"ID", "id", 0},	    {NULL, NULL, 0}};
	struct cli_answer answer;
	enum rc rc = cli_call(cli, "GET", STR("/api/v1/exchange/peers"), NULL, &answer, err);

	if (rc == RC_OK)
		cli_table(cli, json_object_get(answer.json, "items"), columns);
	return rc;
}

static enum rc
run_verify(struct cli *cli, struct err *err)
{
	struct str said = cli_option(cli, "fingerprint");
	struct cli_answer answer;
	enum rc rc;

	if (said.n == 0)
		return fail(err, RC_USAGE, "fingerprint",
			    "say the digits that you heard from somebody there, whom you called "
			    "by a number that you knew before; do not copy them from this screen");
	rc = call(cli, "POST", target(cli, "/verify"),
		  json_pack("{s:o}", "fingerprint", json_from_str(said)), &answer, err);
	if (rc == RC_OK)
		cli_show(cli, answer.json);
	return rc;
}

static enum rc
run_renew(struct cli *cli, struct err *err)
{
	struct cli_answer answer;
	struct str text;
	enum rc rc;

	if (cli->arguments.n != 3)
		return fail(err, RC_USAGE, "", "name the peer and the file with its descriptor");
	if ((rc = file_read(cli->arena, str_z(cli->arena, cli->arguments.at[2]),
			    INVITATION_BYTES_MAX, &text, err)) != RC_OK ||
	    (rc = call(cli, "POST", target(cli, "/descriptor"),
		       json_pack("{s:o, s:b}", "descriptor", json_from_str(text), "near",
				 cli_switch(cli, "near")),
		       &answer, err)) != RC_OK)
		return rc;
	cli_show(cli, answer.json);
	return RC_OK;
}

static enum rc
run_revoke(struct cli *cli, struct err *err)
{
	struct cli_answer answer;
	struct str text;
	enum rc rc;

	if ((rc = file_read(cli->arena, str_z(cli->arena, cli->arguments.at[1]),
			    INVITATION_BYTES_MAX, &text, err)) != RC_OK ||
	    (rc = call(cli, "POST", STR("/api/v1/exchange/revocations"),
		       json_pack("{s:o}", "revocation", json_from_str(text)), &answer, err)) !=
		RC_OK)
		return rc;
	cli_show(cli, answer.json);
	return RC_OK;
}

static enum rc
run_named(struct cli *cli, struct str what, struct err *err)
{
	struct cli_answer answer;
	enum rc rc;

	if (str_eq_z(what, "verify"))
		return run_verify(cli, err);
	if (str_eq_z(what, "renew"))
		return run_renew(cli, err);
	if (str_eq_z(what, "revoke"))
		return run_revoke(cli, err);
	if (str_eq_z(what, "show"))
		rc = call(cli, "GET", target(cli, ""), NULL, &answer, err);
	else if (str_eq_z(what, "suspend"))
		rc = call(cli, "POST", target(cli, "/suspend"), json_object(), &answer, err);
	else if (str_eq_z(what, "hello"))
		rc = call(cli, "POST", target(cli, "/hello"), json_object(), &answer, err);
	else if (str_eq_z(what, "remove"))
		return call(cli, "DELETE", target(cli, ""), NULL, &answer, err);
	else
		return fail(err, RC_USAGE, "",
			    "takes invite, add, list, show, verify, hello, renew, suspend, "
			    "remove, revoke");
	if (rc == RC_OK)
		cli_show(cli, answer.json);
	return rc;
}

static enum rc
run_peer(struct cli *cli, struct err *err)
{
	struct str what = cli->arguments.n > 0 ? cli->arguments.at[0] : STR("list");

	if (str_eq_z(what, "list"))
		return run_list(cli, err);
	if (str_eq_z(what, "invite"))
		return run_invite(cli, err);
	if (str_eq_z(what, "add"))
		return run_add(cli, err);
	if (cli->arguments.n < 2)
		return fail(err, RC_USAGE, "",
			    "takes list, invite, or add, show, verify, hello, renew, suspend, "
			    "remove, revoke and which");
	return run_named(cli, what, err);
}

static const struct option options[] = {
    {"fingerprint", "DIGITS", "of the peer's root key, as heard from somebody there", false},
    {"out", "FILE", "of invite: the invitation to be; of add: the reply to be", false},
    {"hours", "N", "of invite: how long it is good (standard 72, most 720)", false},
    {"near", NULL, "of add and renew: the peer may be found on this machine or its network", false},
    {.name = NULL},
};

const struct command peers_commands[] = {
    /* clang-format off */
	{ "exchange", "peer", "[WHAT] [PEER] [FILE]", options, run_peer, "Know other nodes, and say who compared.",
	  "invite --out FILE: an invitation to be carried to another node by hand; it holds the secret of the pair.\n\n"
	  "add FILE --fingerprint DIGITS: know the node whose invitation it is, and write the --out REPLY that goes back; or, of a reply, the node that answered. Administrators alone, for the purpose administration. The one who adds counts as the first of the two who compared, where they say the digits.\n\n"
	  "verify PEER --fingerprint DIGITS: say the digits that you heard from somebody there whom you know. Once two administrators, with system accounts of their own, said them, the peer is pinned. Never read them off the screen or the file: who stands between the two writes those.\n\n"
	  "list, show PEER: what is known, and in words why nothing goes to it. renew PEER FILE: what it says of itself now; another root key, place or name blocks it until two have verified it again. hello PEER: call it; both nodes tell each other who they are now and what they can do, and take that as renew does.\n\n"
	  "suspend PEER --reason TEXT: stop at once, by one person; two take it up again with verify. remove PEER --reason TEXT. revoke FILE: the word of a peer's root that a key is at an end." },
	{ .noun = NULL },
    /* clang-format on */
};
