#ifndef SERVE_SIGN_IN_H
#define SERVE_SIGN_IN_H

#include "serve/password.h"
#include "serve/session.h"
#include "serve/tries.h"

/*
 * sign_in: login and password for a session. Unknown login, wrong password, none set, closed
 * account and too many tries have one answer, and take the same time: the password is always
 * stretched. Each is in the log, with the login's MAC in the record's place and never the login.
 */
enum sign_in_verdict { SIGN_IN_RIGHT, SIGN_IN_WRONG, SIGN_IN_UNKNOWN, SIGN_IN_WAITS };

struct sign_in {
	/* Given. */
	struct str login, password;
	struct str address, agent; /* of the client */
	struct str device;	   /* the value of the cookie DEVICE_COOKIE; may be empty */
	struct str old_session;	   /* of the cookie that came along: it ends */
	/* Found. */
	enum sign_in_verdict verdict;
	struct user user;
	int64_t password_set_ms;
	struct tries_of tries;
	bool renew; /* the password was stretched at less than today's costs */
	struct password_row renewed;
	/* Made, where it is right: what the cookies will hold. */
	struct str secret, device_new;
	struct session session;
};
#define LOGIN_BYTES_MAX 64
#define DEVICE_DAYS 180

/* Did this login sign in with this browser before? device: the cookie's value. Asks no store. */
bool sign_in_knows(struct door *d, struct str login, struct str device, struct id *out);
/* On a thread that may take the time, in a reading door. RC_INVALID: too long to be looked at. */
MUST_USE enum rc sign_in_decide(struct door *d, struct sign_in *s, struct err *err);
/* What follows from the verdict: session, counts, log; in a changing door. */
MUST_USE enum rc sign_in_store(struct door *d, struct sign_in *s, struct err *err);

/* Since the process started: of the counts that stand in the log too, and of those turned away
 * before anything was looked at (429), which are in no log. */
struct sign_in_counts {
	uint64_t signed_in, refused, turned_away;
};
struct sign_in_counts sign_in_counts(const struct serve *s);

/* An administrator's link forgets what strangers did to the account. */
MUST_USE enum rc sign_in_forget(struct door *d, struct str login, struct err *err);

#endif
