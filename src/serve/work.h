#ifndef SERVE_WORK_H
#define SERVE_WORK_H

#include "serve/credential.h"
#include "serve/inside.h"
#include "serve/limits.h"
#include "serve/request.h"
#include "serve/user.h"

/*
 * One call on its way: a worker looks at it, a reading handler runs on the worker's own
 * connection, a changing one on the writer thread; the answer leaves when its group, which
 * holds the log's entries about it, is durable.
 */
struct work {
	struct write_item item; /* first: the writer hands it back */
	struct serve *serve;
	struct call *call;
	struct request request;
	struct reply reply;
	struct user user;
	struct credential credential;
	struct actor actor;
	unsigned reader;
	struct limited limited; /* for whom limited work is counted */
	int64_t retry_s;	/* with 429; 0: not known */
	enum rc rc;
	struct err err;
};

/* dispatch.c: the handler has run, or something refused before it: to the writer, or the answer. */
void work_conclude(struct work *w);

/*
 * look.c: a worker's reading transaction. Whoever asks sees what was durable before the asking: a
 * look that began after the call was all there shows that, and many calls that waited share one.
 * received_us 0: nobody says when it came, and nothing waits. Numbers that come back are of calls
 * that waited and went on.
 */
enum rc look_begin(struct serve *s, unsigned reader, int64_t received_us, unsigned *went_on,
		   struct err *err);
/* Kept for the next calls, unless nobody says when they came. */
unsigned look_end(struct serve *s, unsigned reader, int64_t received_us);
/* A handler runs; where it drafts, what it drafted waits with those that follow. True: it does. */
bool look_draft(struct work *w);
/* No more drafts have room. */
unsigned look_drafts_go_on(struct serve *s, unsigned reader, int64_t received_us);
/* Those that wait do not wait for work of another kind, which may be long. */
unsigned look_others_go_on(const struct work *w);
/* It found what it shows, and waits for its key with those that follow; else it is done. */
unsigned look_wait_for_key(struct work *w, int64_t received_us);

/* work_lane.c: within its limits it goes to its lane, where there is one: false when it is done
 * with here. */
bool work_to_lane(struct work *w);

#endif
