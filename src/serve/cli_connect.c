#include "serve/cli_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "net/client.h"
#include "seal/keys.h"
#include "seal/secret.h"
#include "serve/listen.h"
#include "serve/serve.h"
#include "store/lock.h"

#define PASSPHRASE_MAX 1024
/* How long a command waits for another that has the folder, or for a node that starts. */
#define WAIT_MS 5000

static struct cli_inside *
inside(const struct cli *cli)
{
	return cli->inside;
}

/* Does anybody answer there? 0, or errno. */
static int
knock(const char *path)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd, why = 0;

	if (strlen(path) >= sizeof at.sun_path)
		return ENOENT;
	memcpy(at.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&at, sizeof at) != 0)
		why = errno;
	if (fd >= 0)
		(void)close(fd);
	return why;
}

enum rc
cli_socket(const struct cli *cli, const char **out, struct err *err)
{
	const char *path = NULL;
	int why = ENOENT;

	/* Whichever of the node's processes is there. */
	for (int n = 1; n <= NODE_LOCK_NUMBERS && (why == ENOENT || why == ECONNREFUSED); n++) {
		path = listen_socket(cli->arena, cli_node_dir(cli), n).p;
		why = knock(path);
	}
	*out = path;
	if (why == 0)
		return RC_OK;
	if (why == EACCES || why == EPERM)
		return fail(
		    err, RC_DENIED, "",
		    "this account may not use the node's socket in %s: run as the node's own "
		    "account, come by HTTP with a token, or have its administrator name a "
		    "group of yours in the setting socket_group",
		    cli_node_dir(cli));
	if (why == ENOENT || why == ECONNREFUSED || why == ENOTDIR)
		return fail(err, RC_ABSENT, "", "no node runs in %s", cli_node_dir(cli));
	return fail(err, RC_UNAVAILABLE, "", "the node's socket in %s does not answer: %s",
		    cli_node_dir(cli), strerror(why));
}

/* of: the option that named it. */
static enum rc
read_secret(const char *of, const char *path, char *to, size_t *n, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	ssize_t got = 1;

	if (fd < 0)
		return fail_at(err, RC_ABSENT, path, 0, 0, of, "cannot be read: %s",
			       strerror(errno));
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 077) != 0) {
		(void)close(fd);
		return fail_at(
		    err, RC_INVALID, path, 0, 0, of,
		    "others may read it or write to it: chmod 600 it, and ask who has read it");
	}
	while (got > 0 && *n <= PASSPHRASE_MAX)
		if ((got = read(fd, to + *n, PASSPHRASE_MAX + 1 - *n)) > 0)
			*n += (size_t)got;
	(void)close(fd);
	if (got < 0)
		return errno == EISDIR
			   ? fail_at(err, RC_INVALID, path, 0, 0, of, "is a folder; name a file")
			   : fail_at(err, RC_FAILED, path, 0, 0, of, "cannot be read");
	if (*n > 0 && to[*n - 1] == '\n')
		--*n;
	if (*n == 0 || *n > PASSPHRASE_MAX)
		return fail_at(err, RC_INVALID, path, 0, 0, of, "holds one line of 1 to %d bytes",
			       PASSPHRASE_MAX);
	return RC_OK;
}

/* One below the other, as keys_open takes them in the passphrase's place. */
static enum rc
read_shares(struct cli *cli, struct str *out, struct err *err)
{
	struct str_list files = cli_options(cli, "share");
	struct cli_inside *in = inside(cli);
	enum rc rc = RC_OK;

	if (files.n > 3)
		return fail(err, RC_USAGE, "share", "takes two");
	if (in->passphrase == NULL) {
		in->passphrase = secret_new(4 * (PASSPHRASE_MAX + 2));
		for (size_t i = 0; i < files.n && rc == RC_OK; i++) {
			size_t n = 0;

			rc = read_secret("share", str_z(cli->arena, files.at[i]),
					 in->passphrase + in->passphrase_n, &n, err);
			in->passphrase_n += n;
			in->passphrase[in->passphrase_n++] = '\n';
		}
		if (rc != RC_OK)
			return rc;
	}
	*out = (struct str){in->passphrase, in->passphrase_n};
	return RC_OK;
}

enum rc
cli_passphrase(struct cli *cli, struct str *out, struct err *err)
{
	struct str path = cli_option(cli, "passphrase-file");
	enum rc rc;

	*out = STR_NONE;
	if (cli_options(cli, "share").n > 0)
		return read_shares(cli, out, err);
	if (path.n == 0)
		return RC_OK;
	if (inside(cli)->passphrase == NULL) {
		inside(cli)->passphrase = secret_new(PASSPHRASE_MAX + 1);
		rc = read_secret("passphrase-file", str_z(cli->arena, path),
				 inside(cli)->passphrase, &inside(cli)->passphrase_n, err);
		if (rc != RC_OK)
			return rc;
	}
	*out = (struct str){inside(cli)->passphrase, inside(cli)->passphrase_n};
	return RC_OK;
}

void
cli_forget_passphrase(struct cli *cli)
{
	secret_free(inside(cli)->passphrase);
	inside(cli)->passphrase = NULL;
	inside(cli)->passphrase_n = 0;
}

static enum rc
check_folder(const struct cli *cli, struct err *err)
{
	const char *dir = cli_node_dir(cli);
	const char *file = str_fmt(cli->arena, "%s/liaison.yaml", dir).p;

	if (access(file, R_OK) == 0)
		return RC_OK;
	if (errno == EACCES)
		return fail(err, RC_DENIED, "",
			    "this account may not read the node in %s, and the node does not run",
			    dir);
	return fail(err, RC_ABSENT, "",
		    "there is no node in %s; name its folder with --node DIR, or make one with: "
		    "liaison node init --node %s",
		    dir, dir);
}

#define TOLD_S 10

static void
tell_waiting(void *ctx, long seconds)
{
	struct cli *cli = ctx;
	struct cli_inside *in = inside(cli);

	if (in->progress_target != NULL && cli->terminal) {
		cli_progress_ask(cli);
		if (in->shown)
			return;
	}
	if (seconds < in->told_s + TOLD_S)
		return;
	in->told_s = seconds;
	fprintf(cli->notes, "%s: the node has been at it for %ld s; Ctrl-C ends %s\n",
		in->long_work, seconds, in->progress_target != NULL ? "it" : "the waiting");
	(void)fflush(cli->notes);
}

void
cli_told_work(struct cli *cli, const char *what, const char *progress_target)
{
	inside(cli)->progress_target = progress_target;
	inside(cli)->began_ms = monotonic_ms();
	cli_long_work(cli, what);
}

void
cli_long_work(struct cli *cli, const char *what)
{
	inside(cli)->long_work = what;
	if (inside(cli)->client != NULL)
		client_wait(inside(cli)->client, tell_waiting, cli);
}

static enum rc
connect_running(struct cli *cli, struct err *err)
{
	struct client_options options = {0};
	enum rc rc;

	if ((rc = cli_socket(cli, &options.socket_path, err)) != RC_OK)
		return rc;
	rc = client_open(&options, &inside(cli)->client, err);
	if (rc == RC_OK && inside(cli)->long_work != NULL)
		cli_long_work(cli, inside(cli)->long_work);
	return rc;
}

void
cli_tell_unguarded(struct cli *cli, struct str given, struct keys *keys)
{
	if (given.n > 0 && !keys_are_guarded(keys))
		(void)fputs("liaison: no passphrase guards this node's keys, so the one given was "
			    "not used; set one with: liaison node passphrase "
			    "--new-passphrase-file FILE\n",
			    cli->notes);
}

static enum rc
open_here(struct cli *cli, struct err *err)
{
	struct serve_options options = {
	    .dir = cli_node_dir(cli), .features = cli->features, .keys_apart = true};
	enum rc rc;

	if ((rc = check_folder(cli, err)) != RC_OK ||
	    (rc = cli_passphrase(cli, &options.passphrase, err)) != RC_OK)
		return rc;
	if ((rc = serve_open(&options, &inside(cli)->serve, err)) == RC_OK)
		cli_tell_unguarded(cli, options.passphrase,
				   serve_door_node(inside(cli)->serve)->keys);
	return rc;
}

enum rc
cli_connect(struct cli *cli, struct err *err)
{
	int64_t until = monotonic_ms() + WAIT_MS;
	enum rc rc;

	if (inside(cli)->client != NULL || inside(cli)->serve != NULL)
		return RC_OK;
	for (;;) {
		if ((rc = connect_running(cli, err)) != RC_ABSENT)
			return rc;
		if ((rc = open_here(cli, err)) != RC_CONFLICT || monotonic_ms() > until)
			return rc;
		(void)nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
	}
}

void
cli_close(struct cli *cli)
{
	struct cli_inside *in = inside(cli);

	client_close(in->client);
	serve_close(in->serve);
	for (size_t i = 0; i < in->values.n; i++)
		json_decref(in->values.at[i]);
	secret_free(in->passphrase);
	*in = (struct cli_inside){.words = in->words};
}
