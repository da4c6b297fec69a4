#ifndef PARSE_PROCESS_H
#define PARSE_PROCESS_H

#include "parse/frame.h"

/*
 * process: one parser process as the node sees it: started, fed, read, ended. For this
 * folder only.
 */
struct process_option {
	const char *name;
	struct str value;
};

struct process_start {
	const char *kind; /* enum of child_formats.c, by name */
	const char *what; /* in errors: "CSV" */
	const struct source_files *files;
	const struct process_option *options; /* up to one without a name */
	int silence_ms;			      /* 0: PARSE_SILENCE_MS */
	bool again;			      /* files are opened as often as it likes */
};

struct process;

/* start, its files and their names must live as long as the process. open() of the files never
 * fails with RC_ABSENT, which would read as the end. */
MUST_USE enum rc process_open(const struct process_start *start, struct process **out,
			      struct err *err);
/* The same over a socket that is there; pid 0: nobody is at its other end whom to end. */
struct process *process_over(const struct process_start *start, int fd, int pid);

/*
 * The next frame for the caller; it lives until the next call. RC_ABSENT: the end, *body is what
 * the kind adds. BAD comes as the error it holds, with *kind FRAME_BAD; any other error is for
 * good, and each further call says the same.
 */
MUST_USE enum rc process_next(struct process *p, enum frame_kind *kind, struct wire *body,
			      struct err *err);
/* A frame that was taken apart ends here: RC_FAILED when it was not what it must be. */
MUST_USE enum rc process_check(struct process *p, const struct wire *body, struct err *err);
/* Nothing more comes. */
bool process_is_over(const struct process *p);
/* Of the frame in hand; forgotten with the next. */
struct arena *process_scrap(struct process *p);
void process_close(struct process *p);

#endif
