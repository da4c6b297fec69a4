#include "seal/keys_process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "seal/keys_inside.h"
#include "seal/keywire.h"
#include "seal/secret.h"

/* A process that does not answer for so long is taken for gone. */
#define ANSWER_SECONDS 60
/* How long one that is told to end may take to note what it knows. */
#define END_MS 5000
#define SECRET_BYTES_MAX 4096

static bool program_ready;

void
keys_program_ready(void)
{
	program_ready = true;
}

bool
keys_program_is_ready(void)
{
	return program_ready;
}

static enum rc
no_process(struct err *err, const char *what)
{
	return fail(err, RC_UNAVAILABLE, "keys", "the key process cannot be started: %s: %s", what,
		    strerror(errno));
}

static bool
is_of_our_account(int fd, uid_t *theirs)
{
	struct ucred peer = {.uid = geteuid()};
	socklen_t n = sizeof peer;
	bool known = getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &n) == 0;

	*theirs = peer.uid;
	return known && peer.uid == geteuid();
}

/* -1: nobody there, or of the account *theirs, where that is not ours. */
static int
reach(const char *dir, uid_t *theirs)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd;

	*theirs = geteuid();
	if ((size_t)snprintf(at.sun_path, sizeof at.sun_path, "%s/keys.sock", dir) >=
	    sizeof at.sun_path)
		return -1;
	if ((fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) < 0)
		return -1;
	if (connect(fd, (struct sockaddr *)&at, sizeof at) != 0 || !is_of_our_account(fd, theirs)) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

/* Between fork and exec: only what is safe there. */
NORETURN static void
become_key_process(int fd, char *const argv[])
{
	sigset_t none;

	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	/* Its own session: a signal to the terminal's group must not take the keys away first. */
	(void)setsid();
	if (fd == 3 ? fcntl(fd, F_SETFD, 0) == 0 : dup2(fd, 3) == 3)
		(void)execv("/proc/self/exe", argv);
	_exit(127);
}

static enum rc
start(const struct keys_connect_options *o, int *fd, pid_t *child, struct err *err)
{
	char opens[16], word[] = "liaison", noun[] = "node", verb[] = "keys", dir[] = "--node",
			from[] = "--from", three[] = "3", limit[] = "--opens-a-minute";
	char *path = heap_zeroed(strlen(o->dir) + 1);
	char *argv[] = {word, noun, verb, dir, path, from, three, limit, opens, NULL};
	int pair[2];

	memcpy(path, o->dir, strlen(o->dir));
	(void)snprintf(opens, sizeof opens, "%d", o->opens_a_minute);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
		free(path);
		return no_process(err, "socket");
	}
	*child = fork();
	if (*child == 0)
		become_key_process(pair[1], argv);
	free(path);
	(void)close(pair[1]);
	*fd = pair[0];
	if (*child < 0) {
		(void)close(pair[0]);
		return no_process(err, "fork");
	}
	return RC_OK;
}

static struct keys *
of_socket(int fd, pid_t child)
{
	const struct timeval patience = {.tv_sec = ANSWER_SECONDS};
	struct keys *keys = keys_new();

	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
	keys->child = child;
	keys->link = keylink_new(fd);
	return keys;
}

/* In secret memory, the caller's: hello and unlock hold the passphrase. NULL: too long. */
static unsigned char *
secret_message(enum keywire_message message, const char *word, struct str secret, size_t *bytes)
{
	size_t n = strlen(word), need = 4 + 1 + n + 4 + secret.n;
	unsigned char *m;

	if (secret.n > SECRET_BYTES_MAX)
		return NULL;
	m = secret_new(need);
	for (size_t i = 0; i < 4; i++) {
		m[i] = (unsigned char)((need - 4) >> (8 * (3 - i)));
		m[5 + n + i] = (unsigned char)(secret.n >> (8 * (3 - i)));
	}
	m[4] = (unsigned char)message;
	memcpy(m + 5, word, n);
	if (secret.n > 0)
		memcpy(m + 9 + n, secret.p, secret.n);
	*bytes = need;
	return m;
}

static enum rc
too_long(struct err *err)
{
	return fail(err, RC_TOO_LARGE, "passphrase", "is too long");
}

/* Whether something comes before the other end closes. */
static bool
answers(int fd)
{
	char c;

	return recv(fd, &c, 1, MSG_PEEK) == 1;
}

enum rc
keys_connect(const struct keys_connect_options *o, struct keys **out, struct err *err)
{
	size_t bytes;
	unsigned char *hello =
	    secret_message(KEYWIRE_HELLO_MESSAGE, KEYWIRE_HELLO, o->passphrase, &bytes);
	pid_t child = 0;
	enum rc rc = RC_OK;
	uid_t theirs;
	int fd = -1;

	*out = NULL;
	if (hello == NULL)
		return too_long(err);
	/* One that is just ending is no use: what follows would start anew. */
	for (int tries = 0; tries < 100 && (fd = reach(o->dir, &theirs)) >= 0; tries++) {
		if (send(fd, hello, bytes, MSG_NOSIGNAL) == (ssize_t)bytes && answers(fd))
			break;
		(void)close(fd);
		fd = -1;
		(void)nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
	}
	if (fd < 0 && (rc = start(o, &fd, &child, err)) == RC_OK &&
	    send(fd, hello, bytes, MSG_NOSIGNAL) != (ssize_t)bytes) {
		(void)close(fd);
		rc = no_process(err, "its socket");
	}
	if (rc == RC_OK)
		*out = of_socket(fd, child);
	secret_free(hello);
	return rc;
}

enum rc
keys_reach(const char *dir, struct keys **out, struct err *err)
{
	uid_t theirs;
	int fd = reach(dir, &theirs);

	*out = NULL;
	if (fd < 0 && theirs != geteuid())
		return fail(err, RC_DENIED, "keys",
			    "the node in %s runs as another system account: do it as that one "
			    "(sudo -u '#%u' liaison ...)",
			    dir, (unsigned)theirs);
	if (fd < 0)
		return fail(err, RC_ABSENT, "", "no node runs in %s", dir);
	*out = of_socket(fd, 0);
	return RC_OK;
}

struct met {
	struct keys *keys;
	enum rc rc;
	struct err err;
};

static void
on_hello(void *ctx, unsigned n, enum rc rc, struct str body, const struct err *err)
{
	struct met *m = ctx;
	struct key_ring *ring = &m->keys->p->ring;
	struct keywire_reader r = {.rest = body};
	struct str index, log_mac, public;

	(void)n;
	m->rc = rc;
	if (rc != RC_OK) {
		m->err = *err;
		return;
	}
	m->keys->guard.passphrase = keywire_take_be(&r, 1) != 0;
	m->keys->knows_log = keywire_take_be(&r, 1) != 0;
	index = keywire_take(&r, sizeof ring->index_key);
	log_mac = keywire_take(&r, sizeof ring->log_mac_key);
	public = keywire_take(&r, PUBLIC_KEY_BYTES);
	(void)keywire_take_be(&r, 8);
	if (r.bad) {
		m->rc = fail(&m->err, RC_UNAVAILABLE, "keys", "the key process speaks otherwise");
		return;
	}
	memcpy(ring->index_key, index.p, index.n);
	memcpy(ring->log_mac_key, log_mac.p, log_mac.n);
	memcpy(m->keys->log_public, public.p, public.n);
	keys_prepare_macs(m->keys);
}

enum rc
keys_meet(struct keys *keys, struct err *err)
{
	struct met m = {.keys = keys};

	/* The hello went out in keys_connect: nothing more is to be sent. */
	keylink_call(keys->link, STR(""), 1, on_hello, &m);
	if (m.rc != RC_OK && err != NULL)
		*err = m.err;
	return m.rc;
}

static void
on_done(void *ctx, unsigned n, enum rc rc, struct str body, const struct err *err)
{
	struct met *m = ctx;

	(void)n;
	(void)body;
	m->rc = rc;
	if (rc != RC_OK)
		m->err = *err;
}

enum rc
keys_lock(struct keys *keys, struct err *err)
{
	static const char request[] = {0, 0, 0, 1, KEYWIRE_LOCK};
	struct met m = {.keys = keys};

	keylink_call(keys->link, (struct str){request, sizeof request}, 1, on_done, &m);
	if (m.rc != RC_OK && err != NULL)
		*err = m.err;
	return m.rc;
}

enum rc
keys_unlock(struct keys *keys, struct str passphrase, struct err *err)
{
	struct met m = {.keys = keys};
	size_t bytes;
	unsigned char *request = secret_message(KEYWIRE_UNLOCK, "", passphrase, &bytes);

	if (request == NULL)
		return too_long(err);
	keylink_call(keys->link, (struct str){(char *)request, bytes}, 1, on_done, &m);
	secret_free(request);
	if (m.rc != RC_OK && err != NULL)
		*err = m.err;
	return m.rc;
}

/* Our end of the socket is closed: it notes what it knows and ends, when nobody else is there. */
static void
wait_for_end(pid_t child)
{
	int64_t until = monotonic_ms() + END_MS;

	while (waitpid(child, NULL, WNOHANG) == 0) {
		if (monotonic_ms() > until)
			return; /* others still use it */
		(void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	}
}

void
keys_remote_close(struct keys *keys)
{
	if (keys->link == NULL)
		return;
	keylink_free(keys->link);
	keys->link = NULL;
	if (keys->child > 0)
		wait_for_end(keys->child);
}

bool
keys_are_apart(const struct keys *keys)
{
	return keys->link != NULL;
}

bool
keys_know_log(const struct keys *keys)
{
	return keys->knows_log;
}

void
keys_mac_secrets(struct keys *keys, unsigned char index[32], unsigned char log_mac[32])
{
	memcpy(index, keys->p->ring.index_key, 32);
	memcpy(log_mac, keys->p->ring.log_mac_key, 32);
}
