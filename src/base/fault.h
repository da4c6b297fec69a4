#ifndef BASE_FAULT_H
#define BASE_FAULT_H

#include "base/buf.h"
#include "base/rc.h"

/*
 * fault: what is wrong with one value among several of what somebody sent, so that they hear of
 * all at once. Free of personal data as an err is: no value is repeated.
 */
struct fault {
	char key[64]; /* as in an err */
	/* JSON Pointer (RFC 6901) into the body, "" for all of it; STR_NONE: key is a parameter's
	 * name, or there is no body. */
	struct str pointer;
	struct str text;
};

/* No more are kept; the others are counted. */
#define FAULTS_MAX 20
struct fault_list {
	struct fault at[FAULTS_MAX];
	size_t n, left_out;
};

/* Being gathered. All in the arena, in which what faults_say gives lives too. */
struct faults {
	struct arena *arena;
	struct fault_list *list;
	struct buf text;
	size_t unsaid; /* for which err->text has no room */
};

void faults_init(struct faults *f, struct arena *a);
/* The fault that err tells, at this pointer; both are copied. */
void faults_add(struct faults *f, struct str pointer, const struct err *err);
/*
 * RC_OK when none was added. Else rc: err->key is the first one's, err->text tells of all for
 * which it has room ("; key: text"), err->faults lists them.
 */
MUST_USE enum rc faults_say(struct faults *f, enum rc rc, struct err *err);

/* The pointer to a key of the model's check: "phones[2]" is "/phones/2". */
struct str fault_pointer(struct arena *a, const char *key);
/* The faults stand below this pointer of the body ("/fields"). */
void faults_below(struct arena *a, struct err *err, const char *pointer);

#endif
