#include "exchange/contact/answer.h"

#include "base/arena.h"
#include "exchange/greeting.h"
#include "serve/serve.h"

struct visit {
	struct arena *arena;
	const unsigned char *tls;
	struct str text, answer;
	enum rc rc;
	struct err *err;
};

/* A peer that may talk comes in, and is asked for once more as it stands after what it said. */
static enum rc
hear(struct door *d, struct visit *v, struct peer *p)
{
	struct greeting g;
	enum rc rc;

	if ((rc = greeting_hear(d, p, v->text, NULL, &g, v->err)) != RC_OK ||
	    (rc = greeting_take(d, p, &g, v->err)) != RC_OK)
		return rc;
	return greeting_say(d, p, g.hello.challenge, &v->answer, v->err);
}

static enum rc
log_refused(struct door *d, const struct peer *p, struct err *err)
{
	struct audit_entry entry = {.action = AUDIT_DENIED, .type = STR("exchange_hello")};

	if (p != NULL) {
		entry.has_record = true;
		entry.record = p->id;
	}
	return door_log(d, &entry, NULL, err);
}

/* What blocks the peer stays, so a refusal is no failure of the transaction. */
static enum rc
visit(struct door *d, void *ctx, struct err *err)
{
	struct visit *v = ctx;
	struct peer p;

	v->rc = peer_find_tls(d, v->tls, &p, v->err);
	if (v->rc == RC_ABSENT) {
		v->rc = fail(v->err, RC_DENIED, "peer", "this node does not talk to you now");
		return log_refused(d, NULL, err);
	}
	if (v->rc != RC_OK) {
		*err = *v->err;
		return v->rc;
	}
	v->rc = hear(d, v, &p);
	if (v->rc != RC_OK)
		return log_refused(d, &p, err);
	v->answer = str_copy(v->arena, v->answer);
	return RC_OK;
}

enum rc
contact_answer(struct serve *s, struct arena *a, const unsigned char tls[SIGN_PUBLIC_BYTES],
	       struct str text, struct str *answer, struct err *err)
{
	struct err why = {.rc = RC_OK};
	struct visit v = {.arena = a, .tls = tls, .text = text, .rc = RC_FAILED, .err = &why};
	enum rc rc = serve_write(s, NULL, NULL, visit, &v, err);

	if (rc != RC_OK)
		return rc;
	*answer = v.answer;
	if (v.rc != RC_OK)
		*err = why;
	return v.rc;
}
