#include "parse/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/log.h"
#include "parse/parse.h"
#include "parse/sandbox.h"

#define IN_BYTES ((size_t)65536)
/* A sanitizer's report goes to standard error. */
#define CLOSE_FROM (UNDER_SANITIZER ? 3 : 2)
#define OPENS_MAX 4 /* a file is read again, never for ever */
#define ENDS_MAX 16 /* so often may it ask behind a file's end */
/*
 * What it says of a file stands in that file: each row took a byte of it at least, and what is in
 * a row is not many times what was read. So one that was taken over cannot fill the node with rows
 * for as long as it runs. The most that the formats need is some 30 times (a row of one empty
 * cell).
 */
#define SAID_BY_BYTE 64
#define SAID_ROWS_FREE 64
#define SAID_BYTES_FREE ((size_t)1 << 20)

struct process {
	const struct process_start *start;
	struct arena *arena, *scrap;
	int fd;
	pid_t pid;
	char *in; /* in[from..to) came and is not taken yet */
	size_t from, to, cap;
	char *data; /* a frame of FRAME_DATA */
	struct source source;
	size_t file;
	bool file_open, greeted, over;
	size_t opens, ends;
	uint64_t fed_bytes, said_rows, said_bytes;
	enum rc rc; /* why it is over; RC_ABSENT at the end */
	struct err why;
	struct wire last;
};

/* A descriptor of ours above those that the child has a use for. */
static int
above(int fd)
{
	int high = fd >= 0 ? fcntl(fd, F_DUPFD_CLOEXEC, 3) : -1;

	if (fd >= 0)
		(void)close(fd);
	return high;
}

/*
 * Without our descriptors, memory, environment and signals: the socket is 0, and 1 the program
 * itself, by which it is started (its file may have been replaced since) and which it closes.
 */
static bool
spawn(int fd, int program, pid_t *out)
{
	char words[3][8] = {"liaison", "node", "parse"};
	char *const argv[] = {words[0], words[1], words[2], NULL};
	static char *const environment[] = {NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	int failed;

	(void)sigemptyset(&none);
	(void)sigfillset(&all);
	must(posix_spawn_file_actions_init(&actions) == 0 &&
	     posix_spawnattr_init(&attributes) == 0 &&
	     posix_spawn_file_actions_adddup2(&actions, fd, 0) == 0 &&
	     posix_spawn_file_actions_adddup2(&actions, program, 1) == 0 &&
	     posix_spawn_file_actions_addclosefrom_np(&actions, CLOSE_FROM) == 0 &&
	     posix_spawnattr_setsigmask(&attributes, &none) == 0 &&
	     posix_spawnattr_setsigdefault(&attributes, &all) == 0 &&
	     posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
						       POSIX_SPAWN_SETSID) == 0);
	failed = posix_spawn(out, "/proc/self/fd/1", &actions, &attributes, argv, environment);
	(void)posix_spawnattr_destroy(&attributes);
	(void)posix_spawn_file_actions_destroy(&actions);
	return failed == 0;
}

struct process *
process_over(const struct process_start *start, int fd, int pid)
{
	int ms = start->silence_ms > 0 ? start->silence_ms : PARSE_SILENCE_MS;
	const struct timeval silence = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
	struct process *p = heap_zeroed(sizeof *p);

	must(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &silence, sizeof silence) == 0 &&
	     setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &silence, sizeof silence) == 0);
	p->start = start;
	p->fd = fd;
	p->pid = pid;
	p->arena = arena_new(0);
	p->scrap = arena_new(0);
	p->in = arena_bytes(p->arena, p->cap = IN_BYTES);
	p->data = arena_bytes(p->arena, FRAME_HEAD_BYTES + FRAME_DATA_BYTES);
	return p;
}

static enum rc
over(struct process *p, enum rc rc, const struct err *why, struct err *err)
{
	p->over = true;
	p->rc = rc;
	p->why = *why;
	if (err != NULL && rc != RC_ABSENT)
		*err = *why;
	return rc;
}

/* The process ended, or is ended here: how, in words for whoever asked and for the log. */
static enum rc
died(struct process *p, const char *how, struct err *err)
{
	bool ours = p->pid > 0;
	struct err why;
	int status = 0;

	if (ours) {
		/* Where it ended already, this changes nothing; else nobody waits for it for ever.
		 */
		(void)kill(p->pid, SIGKILL);
		while (waitpid(p->pid, &status, 0) < 0 && errno == EINTR)
			;
		p->pid = 0;
	}
	if (how == NULL && WIFSIGNALED(status))
		switch (WTERMSIG(status)) {
		case SIGSYS: how = "tried what it may not do, and was ended"; break;
		case SIGABRT: how = "gave up: it failed a check of its own"; break;
		case SIGXCPU: how = "used more of the processor than it may, and was ended"; break;
		case SIGKILL: how = "was killed, or closed its end"; break;
		default: how = "crashed"; break;
		}
	else if (how == NULL && WIFEXITED(status) &&
		 WEXITSTATUS(status) == rc_exit_code(RC_UNAVAILABLE))
		how = "gave up: it needed more memory than it may have";
	if (ours)
		log_error("the parser of %s files %s (status %d)", p->start->what,
			  how != NULL ? how : "ended without a word", status);
	(void)fail(&why, RC_FAILED, "parser",
		   "the parser of %s files %s; nothing more of the file was read", p->start->what,
		   how != NULL ? how : "ended without a word");
	return over(p, RC_FAILED, &why, err);
}

static enum rc
broke_rules(struct process *p, struct err *err)
{
	return died(p, "gave an answer that none may give, and was ended", err);
}

/* RC_OK or how it ended. */
static enum rc
send_all(struct process *p, const char *at, size_t n, struct err *err)
{
	while (n > 0) {
		ssize_t sent = send(p->fd, at, n, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return died(p, "took nothing for too long, and was ended", err);
		if (sent <= 0)
			return died(p, NULL, err);
		at += sent;
		n -= (size_t)sent;
	}
	return RC_OK;
}

static void
put_head(char *at, size_t n, enum frame_kind kind)
{
	at[0] = (char)(n >> 24);
	at[1] = (char)(n >> 16);
	at[2] = (char)(n >> 8);
	at[3] = (char)n;
	at[4] = (char)kind;
}

static enum rc
send_request(struct process *p, struct err *err)
{
	const struct process_start *s = p->start;
	struct buf b;
	size_t n = 0;

	while (s->options != NULL && s->options[n].name != NULL)
		n++;
	buf_init(&b, p->scrap);
	memset(buf_room(&b, FRAME_HEAD_BYTES), 0, FRAME_HEAD_BYTES);
	wire_add_text(&b, str_from(s->kind));
	buf_add_u32(&b, (uint32_t)s->files->n);
	buf_add_u32(&b, (uint32_t)n);
	for (size_t i = 0; i < n; i++) {
		wire_add_text(&b, str_from(s->options[i].name));
		wire_add_text(&b, s->options[i].value);
	}
	put_head(b.p, b.n - FRAME_HEAD_BYTES, FRAME_REQUEST);
	return send_all(p, b.p, b.n, err);
}

enum rc
process_open(const struct process_start *start, struct process **out, struct err *err)
{
	int fds[2], program;
	bool started = false;
	pid_t pid;
	enum rc rc;

	*out = NULL;
	if (start->files->n > FRAME_FILES_MAX)
		return fail(err, RC_TOO_LARGE, "", "more than %d files at once", FRAME_FILES_MAX);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
		fds[0] = fds[1] = -1;
	fds[1] = above(fds[1]);
	program = above(open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
	if (fds[1] >= 0 && program >= 0)
		started = spawn(fds[1], program, &pid);
	if (fds[1] >= 0)
		(void)close(fds[1]);
	if (program >= 0)
		(void)close(program);
	if (!started) {
		if (fds[0] >= 0)
			(void)close(fds[0]);
		return fail(err, RC_UNAVAILABLE, "parser",
			    "the parser of %s files cannot be started", start->what);
	}
	*out = process_over(start, fds[0], pid);
	if ((rc = send_request(*out, err)) == RC_OK)
		return RC_OK;
	process_close(*out);
	*out = NULL;
	return rc;
}

static void
file_close(struct process *p)
{
	const struct source_files *files = p->start->files;

	if (p->file_open && files->close != NULL)
		files->close(files->ctx, p->file);
	p->file_open = false;
}

void
process_close(struct process *p)
{
	if (p == NULL)
		return;
	file_close(p);
	(void)close(p->fd);
	if (p->pid > 0) {
		(void)kill(p->pid, SIGKILL);
		while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	arena_free(p->scrap);
	arena_free(p->arena);
	free(p);
}

/* Room for n bytes of one frame behind in[from]. */
static void
make_room(struct process *p, size_t n)
{
	size_t have = p->to - p->from;

	if (n > p->cap) {
		char *in = arena_bytes(p->arena, n);

		memcpy(in, p->in + p->from, have);
		p->in = in;
		p->cap = n;
	} else if (p->from > 0) {
		memmove(p->in, p->in + p->from, have);
	}
	p->from = 0;
	p->to = have;
}

/* Until n bytes are there. */
static enum rc
need(struct process *p, size_t n, struct err *err)
{
	if (p->to - p->from >= n)
		return RC_OK;
	if (p->from + n > p->cap || p->from == p->to)
		make_room(p, n);
	while (p->to - p->from < n) {
		ssize_t got = recv(p->fd, p->in + p->to, p->cap - p->to, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return died(p, "said nothing for too long, and was ended", err);
		if (got <= 0)
			return died(p, NULL, err);
		p->to += (size_t)got;
	}
	return RC_OK;
}

static enum rc
read_frame(struct process *p, enum frame_kind *kind, struct wire *body, struct err *err)
{
	const unsigned char *head;
	size_t n;
	enum rc rc = need(p, FRAME_HEAD_BYTES, err);

	if (rc != RC_OK)
		return rc;
	head = (const unsigned char *)p->in + p->from;
	n = (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
	*kind = (enum frame_kind)head[4];
	if (n > FRAME_BYTES_MAX)
		return broke_rules(p, err);
	if ((rc = need(p, FRAME_HEAD_BYTES + n, err)) != RC_OK)
		return rc;
	*body = wire_of((struct str){p->in + p->from + FRAME_HEAD_BYTES, n});
	p->from += FRAME_HEAD_BYTES + n;
	return RC_OK;
}

static enum rc
open_file(struct process *p, struct wire *body, struct err *err)
{
	const struct source_files *files = p->start->files;
	size_t file = wire_u32(body);
	struct err why = {.rc = RC_OK};
	enum rc rc;

	if (!wire_end(body) || file >= files->n ||
	    (p->opens++ >= OPENS_MAX * files->n && !p->start->again))
		return broke_rules(p, err);
	file_close(p);
	p->file = file;
	p->ends = 0;
	if ((rc = files->open(files->ctx, file, &p->source, &why)) != RC_OK) {
		must(rc != RC_ABSENT);
		return over(p, rc, &why, err);
	}
	p->file_open = true;
	return RC_OK;
}

static enum rc
feed(struct process *p, struct err *err)
{
	ptrdiff_t got;

	if (!p->file_open || p->ends >= ENDS_MAX)
		return broke_rules(p, err);
	got = p->source.pull(&p->source, p->data + FRAME_HEAD_BYTES, FRAME_DATA_BYTES);
	p->ends += got == 0;
	p->fed_bytes += got > 0 ? (uint64_t)got : 0;
	put_head(p->data, got > 0 ? (size_t)got : 0, got < 0 ? FRAME_FAILED : FRAME_DATA);
	return send_all(p, p->data, FRAME_HEAD_BYTES + (got > 0 ? (size_t)got : 0), err);
}

static enum rc
end(struct process *p, struct wire *body, struct err *err)
{
	const struct source_files *files = p->start->files;
	struct err why;

	frame_err(body, files->names, files->n, &why);
	if (body->bad)
		return broke_rules(p, err);
	p->last = *body;
	return over(p, why.rc == RC_OK || why.rc == RC_ABSENT ? RC_ABSENT : why.rc, &why, err);
}

static enum rc
bad(struct process *p, struct wire *body, struct err *err)
{
	const struct source_files *files = p->start->files;
	struct err why;

	frame_err(body, files->names, files->n, &why);
	if (!wire_end(body) || (why.rc != RC_INVALID && why.rc != RC_TOO_LARGE))
		return broke_rules(p, err);
	if (err != NULL)
		*err = why;
	return why.rc;
}

/* The sentences of rows that are refused are ours; their number is the file's. */
static bool
says_too_much(struct process *p, enum frame_kind kind, size_t bytes)
{
	p->said_rows++;
	p->said_bytes += kind == FRAME_BAD ? 0 : bytes;
	return p->said_rows > p->fed_bytes + SAID_ROWS_FREE ||
	       p->said_bytes > p->fed_bytes * SAID_BY_BYTE + SAID_BYTES_FREE;
}

enum rc
process_next(struct process *p, enum frame_kind *kind, struct wire *body, struct err *err)
{
	enum rc rc;

	arena_reset(p->scrap);
	*kind = FRAME_END;
	*body = (struct wire){.n = 0};
	while (!p->over) {
		if ((rc = read_frame(p, kind, body, err)) != RC_OK)
			return rc;
		/* Before it says that it is shut in, it has nothing to ask for. */
		if (!p->greeted && *kind != FRAME_HELLO && *kind != FRAME_END)
			return broke_rules(p, err);
		switch (*kind) {
		case FRAME_HELLO:
			if (p->greeted)
				return broke_rules(p, err);
			p->greeted = true;
			break;
		case FRAME_OPEN: rc = open_file(p, body, err); break;
		case FRAME_NEED: rc = feed(p, err); break;
		case FRAME_END: rc = end(p, body, err); break;
		case FRAME_BAD:
		case FRAME_CSV:
		case FRAME_JSON:
		case FRAME_HTCDS:
		case FRAME_ENTRY:
			if (says_too_much(p, *kind, body->n))
				return broke_rules(p, err);
			return *kind == FRAME_BAD ? bad(p, body, err) : RC_OK;
		case FRAME_REQUEST:
		case FRAME_DATA:
		case FRAME_FAILED:
		default: return broke_rules(p, err);
		}
		if (rc != RC_OK && !p->over)
			return rc;
	}
	*kind = FRAME_END;
	*body = p->last;
	if (err != NULL && p->rc != RC_ABSENT)
		*err = p->why;
	return p->rc;
}

enum rc
process_check(struct process *p, const struct wire *body, struct err *err)
{
	return wire_end(body) ? RC_OK : broke_rules(p, err);
}

bool
process_is_over(const struct process *p)
{
	return p->over;
}

struct arena *
process_scrap(struct process *p)
{
	return p->scrap;
}
