#include "node/sessions.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include "base/arena.h"
#include "format/json.h"
#include "net/pair.h"
#include "serve/cli.h"
#include "serve/file.h"

/* liaison user invite, password, sessions, sign-out */

static enum rc
run_invite(struct cli *cli, struct err *err)
{
	struct cli_answer answer;
	json_t *body;
	int64_t hours;
	enum rc rc = cli_number(cli, "hours", 24, 1, 168, &hours, err);

	if (rc != RC_OK)
		return rc;
	body = json_pack("{s:I}", "hours", (json_int_t)hours);
	rc = cli_call(cli, "POST",
		      str_fmt(cli->arena, "/api/v1/users/%.*s/invite",
			      STR_ARG(percent_encode(cli->arena, cli->arguments.at[0]))),
		      body, &answer, err);
	json_decref(body);
	if (rc != RC_OK)
		return rc;
	if (cli->json) {
		cli_show(cli, answer.json);
		return RC_OK;
	}
	cli_print(cli,
		  json_member_str(answer.json,
				  json_member_str(answer.json, "link").n > 0 ? "link" : "code"));
	fputc('\n', cli->out);
	if (json_member_str(answer.json, "waits_for").n > 0)
		fprintf(cli->notes,
			"Somebody works under this name, so the link is good once another "
			"administrator or a supervisor agrees: liaison user agree %.*s\n",
			STR_ARG(cli->arguments.at[0]));
	fprintf(cli->notes,
		"Shown this once, good once, until %s. Hand it over yourself, not by the mail that "
		"somebody else may read. Who has it sets the password: liaison user password "
		"--code CODE, or POST /api/v1/password.\n",
		json_string_value(json_object_get(answer.json, "expires")));
	return RC_OK;
}

static enum rc
run_agree(struct cli *cli, struct err *err)
{
	struct cli_answer answer;
	json_t *body = NULL;
	int64_t uid;
	enum rc rc = cli_number(cli, "system-account", -1, -1, UINT32_MAX, &uid, err);

	if (rc != RC_OK)
		return rc;
	if (cli->arguments.n != 1)
		return fail(err, RC_USAGE, "", "takes one LOGIN");
	if (uid >= 0)
		body = json_pack("{s:I}", "system_account", (json_int_t)uid);
	rc = cli_call(cli, "POST",
		      str_fmt(cli->arena, "/api/v1/users/%.*s/%s/agree",
			      STR_ARG(percent_encode(cli->arena, cli->arguments.at[0])),
			      uid >= 0 ? "account" : "invite"),
		      body, &answer, err);
	json_decref(body);
	if (rc == RC_OK)
		fprintf(cli->notes, "%s is good now. Whom it is for is told of it.\n",
			uid >= 0 ? "The system account" : "The link");
	return rc;
}

/* One line from the terminal, without showing it. */
static enum rc
ask(struct cli *cli, const char *question, struct str *out, struct err *err)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	struct termios was, quiet;
	char line[1026];
	size_t n = 0;

	if (fd < 0 || tcgetattr(fd, &was) != 0) {
		if (fd >= 0)
			(void)close(fd);
		return fail(err, RC_USAGE, "password-file",
			    "there is no terminal to ask at; name a file (--password-file FILE)");
	}
	quiet = was;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	(void)tcsetattr(fd, TCSAFLUSH, &quiet);
	(void)!write(fd, question, strlen(question));
	while (n < sizeof line && read(fd, line + n, 1) == 1 && line[n] != '\n')
		n++;
	(void)tcsetattr(fd, TCSAFLUSH, &was);
	(void)!write(fd, "\n", 1);
	(void)close(fd);
	*out = str_copy(cli->arena, (struct str){line, n});
	explicit_bzero(line, sizeof line);
	return RC_OK;
}

static enum rc
read_password(struct cli *cli, struct str *out, struct err *err)
{
	struct str path = cli_option(cli, "password-file"), again;
	enum rc rc;

	if (path.n > 0) {
		rc = file_read_secret(cli->arena, str_z(cli->arena, path), 4096, out, err);
		while (rc == RC_OK && out->n > 0 &&
		       (out->p[out->n - 1] == '\n' || out->p[out->n - 1] == '\r'))
			out->n--;
		return rc;
	}
	if ((rc = ask(cli, "New password (15 characters or more): ", out, err)) != RC_OK ||
	    (rc = ask(cli, "The same again: ", &again, err)) != RC_OK)
		return rc;
	return str_eq(*out, again) ? RC_OK
				   : fail(err, RC_USAGE, "password", "the two are not the same");
}

static enum rc
run_password(struct cli *cli, struct err *err)
{
	struct str code = cli_option(cli, "code"), password;
	ptrdiff_t at = str_find(code, STR("#invite="));
	struct cli_answer answer;
	json_t *body, *tokens;
	enum rc rc = read_password(cli, &password, err);

	if (rc != RC_OK)
		return rc;
	/* A whole link will do. */
	if (at >= 0)
		code = str_sub(code, (size_t)at + 8, code.n);
	body = json_object();
	must(json_object_set_new(body, "password", json_from_str(password)) == 0);
	if (code.n > 0)
		must(json_object_set_new(body, "code", json_from_str(code)) == 0);
	else if (cli_switch(cli, "keep-tokens"))
		must(json_object_set_new(body, "keep_tokens", json_true()) == 0);
	rc =
	    cli_call(cli, "POST", code.n > 0 ? STR("/api/v1/password") : STR("/api/v1/me/password"),
		     body, &answer, err);
	json_decref(body);
	if (rc != RC_OK || cli_json_text(cli, "password", STR("set")))
		return rc;
	fprintf(cli->out, "The password is set. Sessions that were open have ended.\n");
	tokens = json_object_get(answer.json, "tokens");
	if (json_array_size(tokens) > 0)
		fprintf(cli->notes, "%zu tokens %s: liaison user tokens shows them.\n",
			json_array_size(tokens),
			cli_switch(cli, "keep-tokens") ? "go on" : "have ended with it");
	return rc;
}

static struct str
with_user(struct cli *cli, const char *path, struct str login)
{
	return login.n == 0 ? str_from(path)
			    : str_fmt(cli->arena, "%s?user=%.*s", path,
				      STR_ARG(percent_encode(cli->arena, login)));
}

static enum rc
run_sessions(struct cli *cli, struct err *err)
{
	static const struct cli_column columns[] = {
	    {"SESSION", "id", 0},     {"USER", "user", 0},   {"SIGNED IN", "signed_in", 0},
	    {"LAST SEEN", "seen", 0}, {"ENDS", "ends", 0},   {"OPEN", "open", 0},
	    {"FROM", "address", 40},  {"WITH", "agent", 40}, {NULL, NULL, 0}};
	struct str login = cli->arguments.n > 0 ? cli->arguments.at[0] : STR_NONE;
	struct cli_answer answer;
	json_t *items, *item;
	bool any_open = false;
	size_t i;
	enum rc rc = cli_call(cli, "GET",
			      cli_switch(cli, "all") ? STR("/api/v1/sessions?all=1")
						     : with_user(cli, "/api/v1/sessions", login),
			      NULL, &answer, err);

	if (rc != RC_OK)
		return rc;
	items = json_object_get(answer.json, "items");
	cli_table(cli, items, columns);
	json_array_foreach (items, i, item)
		any_open = any_open || json_is_true(json_object_get(item, "open"));
	if (any_open && !cli->json)
		fprintf(
		    cli->notes,
		    "One that nobody knows? End it: liaison user sign-out SESSION (or --all of "
		    "yours, --user LOGIN for all of theirs), and set the password anew: liaison "
		    "user password.\n");
	return RC_OK;
}

static enum rc
run_sign_out(struct cli *cli, struct err *err)
{
	struct str session = cli->arguments.n > 0 ? cli->arguments.at[0] : STR_NONE;
	struct str user = cli_option(cli, "user");
	struct cli_answer answer;
	enum rc rc;

	if ((session.n > 0) == (cli_switch(cli, "all") || user.n > 0))
		return fail(err, RC_USAGE, "",
			    "takes a SESSION, the id that `user sessions` shows, or --all for all "
			    "of yours, or --user LOGIN for all of theirs");
	if (session.n > 0)
		return cli_call(cli, "DELETE",
				str_fmt(cli->arena, "/api/v1/sessions/%.*s",
					STR_ARG(percent_encode(cli->arena, session))),
				NULL, &answer, err);
	rc = cli_call(cli, "DELETE", with_user(cli, "/api/v1/sessions", user), NULL, &answer, err);
	if (rc == RC_OK)
		cli_show(cli, answer.json);
	return rc;
}

static const struct option invite_options[] = {
    {"hours", "N", "until it is too old (standard 24)", false},
    {.name = NULL},
};
static const struct option password_options[] = {
    {"password-file", "FILE", "the new password, in its first line; else you are asked", false},
    {"keep-tokens", NULL, "tokens that you made go on; else they end with the old password", false},
    {"code", "CODE", "a one-time link or its code, instead of who you are", false},
    {.name = NULL},
};
static const struct option sessions_options[] = {
    {"all", NULL, "everybody's, for administrators", false},
    {.name = NULL},
};
static const struct option sign_out_options[] = {
    {"all", NULL, "all of yours", false},
    {"user", "LOGIN", "all of theirs, for administrators", false},
    {.name = NULL},
};

static const struct option agree_options[] = {
    {"system-account", "UID", "to this system account for LOGIN (standard: to the link)", false},
    {.name = NULL},
};

const struct command session_commands[] = {
    /* clang-format off */
	{ "user", "invite",   "LOGIN",     invite_options,   run_invite,   "Make a one-time link with which a user sets their password.",
	  "For administrators. A newer link voids the older; the account's count of refused sign-ins starts anew. Only a hash of it is kept, so a lost link is made again.\n\nWho has a password, or has worked here by a system account, is not come in as by one administrator alone: such a link is good once another administrator or a supervisor agreed (user agree). Where nobody else could, a --reason is enough, and the overseer is told. Whom a link is for is told in any case, at each sign-in for 30 days." },
	{ "user", "agree",    "LOGIN",     agree_options,    run_agree,    "Agree, as the second person, to a one-time link, or another system account, for somebody who has a way in.",
	  "For administrators and supervisors other than who made the link and whom it is for. With --system-account UID it is that account, which lets whoever has it come in as LOGIN. Ask the one whom it is for first, not by the way that the wish came." },
	{ "user", "password", "",          password_options, run_password, "Set your own password, to sign in with a browser.",
	  "15 characters or more, of any kind; several words that do not belong together do. Refused: common phrases, repetitions, runs of keys, your login, name or agency. It does not age. Your open sessions end, and the tokens that you made, but with --keep-tokens." },
	{ "user", "sessions", "[LOGIN]",   sessions_options, run_sessions, "List the sessions of browsers: yours, or for administrators others'.", NULL },
	{ "user", "sign-out", "[SESSION]", sign_out_options, run_sign_out, "End a session, all of yours, or for administrators somebody's.", NULL },
	{ .noun = NULL },
    /* clang-format on */
};
