#include "parse/child.h"

#include <jansson.h>
#include <libxml/parser.h>
#include <limits.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "parse/sandbox.h"

#define NODE_FD 0
#define MEMORY_BYTES ((size_t)1 << 30)
#define CPU_S 3600
#define REQUEST_BYTES_MAX ((size_t)4 << 20)
#define OUT_BYTES 65536
#define OPTIONS_MAX 32

struct option_text {
	struct str name, value;
};

struct child {
	struct arena *arena;
	size_t files;
	const char *names[FRAME_FILES_MAX];
	struct option_text options[OPTIONS_MAX];
	size_t option_n;
	struct str kind;
	size_t file_now;
	char *data; /* of the file, not used yet: data[at..end) */
	size_t at, end;
	struct arena *frame_arena;
	struct buf frame, last;
	char out[OUT_BYTES];
	size_t out_n;
};

bool
parse_child_asked(int argc, char **argv)
{
	return argc == 3 && strcmp(argv[1], "node") == 0 && strcmp(argv[2], "parse") == 0;
}

/* The node went away or wants no more: there is nobody to tell. */
NORETURN static void
end_quietly(void)
{
	_exit(0);
}

static void
write_all(const char *p, size_t n)
{
	while (n > 0) {
		ssize_t wrote = write(NODE_FD, p, n);

		if (wrote <= 0)
			end_quietly();
		p += wrote;
		n -= (size_t)wrote;
	}
}

static void
read_all(char *p, size_t n)
{
	while (n > 0) {
		ssize_t got = read(NODE_FD, p, n);

		if (got <= 0)
			end_quietly();
		p += got;
		n -= (size_t)got;
	}
}

static void
flush(struct child *c)
{
	write_all(c->out, c->out_n);
	c->out_n = 0;
}

static void
put(struct child *c, const char *p, size_t n)
{
	if (n > sizeof c->out - c->out_n)
		flush(c);
	if (n > sizeof c->out) {
		write_all(p, n);
		return;
	}
	if (n > 0)
		memcpy(c->out + c->out_n, p, n);
	c->out_n += n;
}

static void
send_frame(struct child *c, enum frame_kind kind, struct str body)
{
	const unsigned char head[FRAME_HEAD_BYTES] = {
	    (unsigned char)(body.n >> 24), (unsigned char)(body.n >> 16),
	    (unsigned char)(body.n >> 8), (unsigned char)body.n, (unsigned char)kind};

	must(body.n <= FRAME_BYTES_MAX);
	put(c, (const char *)head, sizeof head);
	put(c, body.p, body.n);
}

/* The node is our own, and is read as if it were not. */
static enum frame_kind
read_frame(char *p, size_t max, size_t *n)
{
	unsigned char head[FRAME_HEAD_BYTES];

	read_all((char *)head, sizeof head);
	*n = (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
	must(*n <= max);
	read_all(p, *n);
	return (enum frame_kind)head[4];
}

struct arena *
child_arena(struct child *c)
{
	return c->arena;
}

size_t
child_files(const struct child *c)
{
	return c->files;
}

const char *const *
child_names(const struct child *c)
{
	return c->names;
}

struct str
child_option(const struct child *c, const char *name)
{
	for (size_t i = 0; i < c->option_n; i++)
		if (str_eq_z(c->options[i].name, name))
			return c->options[i].value;
	return STR_NONE;
}

struct buf *
child_frame(struct child *c)
{
	arena_reset(c->frame_arena);
	buf_init(&c->frame, c->frame_arena);
	return &c->frame;
}

/* A row that is larger than any may be is told, and not sent. */
void
child_send(struct child *c, enum frame_kind kind)
{
	if (c->frame.n > FRAME_BYTES_MAX) {
		struct err why;
		struct buf *b = child_frame(c);

		(void)fail(&why, RC_TOO_LARGE, "", "a row is over its limit");
		why.file[0] = '\0';
		why.line = why.column = 0;
		frame_add_err(b, &why);
		kind = FRAME_BAD;
	}
	send_frame(c, kind, buf_str(&c->frame));
}

struct buf *
child_last(struct child *c)
{
	return &c->last;
}

static ptrdiff_t
pull(struct source *s, char *p, size_t n)
{
	struct child *c = s->ctx;

	if (c->at == c->end) {
		size_t got;

		send_frame(c, FRAME_NEED, STR_NONE);
		flush(c);
		if (read_frame(c->data, FRAME_DATA_BYTES, &got) != FRAME_DATA)
			return -1;
		c->at = 0;
		c->end = got;
	}
	if (n > c->end - c->at)
		n = c->end - c->at;
	if (n > 0)
		memcpy(p, c->data + c->at, n);
	c->at += n;
	return (ptrdiff_t)n;
}

struct source
child_open(struct child *c, size_t file)
{
	const char number[4] = {(char)(file >> 24), (char)(file >> 16), (char)(file >> 8),
				(char)file};

	must(file < c->files);
	send_frame(c, FRAME_OPEN, (struct str){number, sizeof number});
	c->at = c->end = 0;
	return (struct source){.pull = pull, .ctx = c, .name = c->names[file]};
}

static void
read_request(struct child *c)
{
	char *p = arena_bytes(c->arena, REQUEST_BYTES_MAX);
	struct wire w;
	size_t n;

	must(read_frame(p, REQUEST_BYTES_MAX, &n) == FRAME_REQUEST);
	w = wire_of((struct str){p, n});
	c->kind = wire_text(&w);
	c->files = wire_u32(&w);
	must(c->files <= FRAME_FILES_MAX);
	for (size_t i = 0; i < c->files; i++)
		c->names[i] = str_fmt(c->arena, "#%zu", i).p;
	c->option_n = wire_count(&w, 8);
	must(c->option_n <= OPTIONS_MAX);
	for (size_t i = 0; i < c->option_n; i++) {
		c->options[i].name = wire_text(&w);
		c->options[i].value = wire_text(&w);
	}
	must(wire_end(&w));
}

static const struct parse_kind *
find_kind(const struct parse_kind *kinds, struct str name)
{
	for (; kinds != NULL && kinds->name != NULL; kinds++)
		if (str_eq_z(name, kinds->name))
			return kinds;
	return NULL;
}

static enum rc
run_kind(struct child *c, const struct parse_kind *more, struct err *err)
{
	const struct parse_kind *kind;

	read_request(c);
	if ((kind = find_kind(more, c->kind)) == NULL)
		kind = find_kind(parse_kinds, c->kind);
	must(kind != NULL);
	return kind->run(c, err);
}

static void
tell_end(struct child *c, enum rc rc, struct err *err)
{
	struct buf *b = child_frame(c);

	err->rc = rc;
	frame_add_err(b, err);
	buf_add(b, buf_str(&c->last));
	child_send(c, FRAME_END);
	flush(c);
}

/* What libraries would open files for, later, when none can be opened. */
static void
prepare_libraries(void)
{
	size_t seed = 0;

	(void)!getrandom(&seed, sizeof seed, 0);
	json_object_seed(seed);
	xmlInitParser();
}

static bool
is_socket(void)
{
	int type;
	socklen_t n = sizeof type;

	return getsockopt(NODE_FD, SOL_SOCKET, SO_TYPE, &type, &n) == 0 && type == SOCK_STREAM;
}

void
parse_child(const struct parse_kind *more)
{
	const struct sandbox_limits limits = {MEMORY_BYTES, CPU_S};
	struct child *c;
	struct err err = {.rc = RC_OK};
	int abi;
	enum rc rc;

	if (!is_socket()) {
		static const char text[] =
		    "liaison: a node starts this for itself, to read files of others\n";

		(void)!write(STDERR_FILENO, text, sizeof text - 1);
		_exit(2);
	}
	must(close_range(UNDER_SANITIZER ? 3 : 1, UINT_MAX, 0) == 0);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)signal(SIGPIPE, SIG_DFL);
	c = heap_zeroed(sizeof *c);
	c->arena = arena_new(0);
	c->frame_arena = arena_new(0);
	c->data = arena_bytes(c->arena, FRAME_DATA_BYTES);
	buf_init(&c->last, c->arena);
	prepare_libraries();
	if ((rc = sandbox_enter(&limits, &abi, &err)) == RC_OK) {
		wire_add_u8(child_frame(c), (unsigned)abi);
		child_send(c, FRAME_HELLO);
		flush(c);
		rc = run_kind(c, more, &err);
	}
	tell_end(c, rc, &err);
	_exit(0);
}
