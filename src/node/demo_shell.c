#include "node/demo_shell.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/vec.h"
#include "format/json.h"

static const char **
arguments(struct demo_shell *sh, const char *const *words, bool json)
{
	VEC(const char *) argv = {0};

	*VEC_ADD(sh->arena, &argv) = sh->program;
	for (size_t i = 0; words[i] != NULL; i++)
		*VEC_ADD(sh->arena, &argv) = words[i];
	*VEC_ADD(sh->arena, &argv) = "--node";
	*VEC_ADD(sh->arena, &argv) = sh->dir;
	if (json)
		*VEC_ADD(sh->arena, &argv) = "--json";
	*VEC_ADD(sh->arena, &argv) = NULL;
	return argv.at;
}

/* As it would be typed: words with other than plain characters in single quotes. */
static void
show_line(struct demo_shell *sh, const char *const *words)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
				    "-_./:,=+@";

	fprintf(sh->out, "\n  $ liaison");
	for (size_t i = 0; words[i] != NULL; i++)
		fprintf(sh->out, words[i][strspn(words[i], plain)] == '\0' ? " %s" : " '%s'",
			words[i]);
	fputc('\n', sh->out);
}

static void
show_text(struct demo_shell *sh, struct str text)
{
	while (text.n > 0 && text.p != NULL) {
		struct str line = str_cut(&text, '\n');

		if (line.n > 0 || text.n > 0)
			fprintf(sh->out, "  %.*s\n", STR_ARG(line));
	}
}

struct child {
	pid_t pid;
	int out, notes;
};

static bool
spawn(const char **argv, bool keep_notes, struct child *c)
{
	int out[2], notes[2];

	if (pipe2(out, O_CLOEXEC) != 0 || pipe2(notes, O_CLOEXEC) != 0)
		return false;
	c->pid = fork();
	if (c->pid == 0) {
		sigset_t none;

		(void)sigemptyset(&none);
		(void)sigprocmask(SIG_SETMASK, &none, NULL);
		(void)dup2(out[1], STDOUT_FILENO);
		if (keep_notes)
			(void)dup2(notes[1], STDERR_FILENO);
		(void)execv(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	(void)close(out[1]);
	(void)close(notes[1]);
	c->out = out[0];
	c->notes = notes[0];
	return c->pid > 0;
}

/* Both pipes until they end. */
static void
collect(struct child *c, struct buf *out, struct buf *notes)
{
	struct pollfd fds[2] = {{c->out, POLLIN, 0}, {c->notes, POLLIN, 0}};
	struct buf *to[2] = {out, notes};

	while (fds[0].fd >= 0 || fds[1].fd >= 0) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return;
		for (int i = 0; i < 2; i++) {
			ssize_t n;

			if (fds[i].fd < 0 || fds[i].revents == 0)
				continue;
			n = read(fds[i].fd, buf_room(to[i], 8192), 8192);
			to[i]->n -= 8192 - (n > 0 ? (size_t)n : 0);
			if (n <= 0)
				fds[i].fd = -1;
		}
	}
}

enum rc
demo_run(struct demo_shell *sh, unsigned how, const char *const *words, struct demo_result *out,
	 struct err *err)
{
	struct buf text, notes;
	struct child c;
	int status;

	*out = (struct demo_result){.exit_code = -1};
	buf_init(&text, sh->arena);
	buf_init(&notes, sh->arena);
	if ((how & DEMO_SHOWN) != 0)
		show_line(sh, words);
	(void)fflush(sh->out);
	if (!spawn(arguments(sh, words, (how & DEMO_JSON) != 0), true, &c))
		return fail(err, RC_FAILED, "", "cannot start %s", sh->program);
	collect(&c, &text, &notes);
	(void)close(c.out);
	(void)close(c.notes);
	must(waitpid(c.pid, &status, 0) == c.pid);
	out->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
	out->out = buf_str(&text);
	out->notes = buf_str(&notes);
	if ((how & DEMO_SHOWN) != 0 && (how & DEMO_JSON) == 0)
		show_text(sh, out->out);
	if ((how & DEMO_SHOWN) != 0)
		show_text(sh, out->notes);
	if ((how & DEMO_JSON) != 0 && out->exit_code == 0)
		return json_read(out->out, NULL, &out->json, err);
	return RC_OK;
}

enum rc
demo_start(struct demo_shell *sh, const char *const *words, pid_t *pid, struct str *first_line,
	   struct err *err)
{
	struct buf line;
	struct child c;
	char byte = 0;

	show_line(sh, words);
	(void)fflush(sh->out);
	if (!spawn(arguments(sh, words, false), false, &c))
		return fail(err, RC_FAILED, "", "cannot start %s", sh->program);
	(void)close(c.notes);
	*pid = c.pid;
	buf_init(&line, sh->arena);
	while (read(c.out, &byte, 1) == 1 && byte != '\n')
		buf_add_byte(&line, byte);
	*first_line = buf_str(&line);
	show_text(sh, *first_line);
	/* The pipe stays open: the node's next line must not meet a closed one. */
	return byte == '\n' ? RC_OK : fail(err, RC_FAILED, "", "the node did not come up");
}

void
demo_stop(pid_t pid)
{
	if (pid <= 0)
		return;
	(void)kill(pid, SIGTERM);
	(void)waitpid(pid, NULL, 0);
}
