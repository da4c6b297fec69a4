#include "exchange/greeting.h"

#include "base/arena.h"
#include "exchange/self.h"
#include "record/door.h"

enum rc
greeting_say(struct door *d, const struct peer *p,
	     const unsigned char challenge[HELLO_CHALLENGE_BYTES], struct str *text,
	     struct err *err)
{
	struct hello h = {.at_ms = d->now_ms};
	struct buf own, b;
	enum rc rc;

	if ((rc = peer_may_talk(d, p, err)) != RC_OK || (rc = self_find(d, &h.is, err)) != RC_OK ||
	    (rc = descriptor_check(&h.is, d->now_ms, err)) != RC_OK)
		return rc;
	buf_init(&own, d->arena);
	descriptor_format(&h.is, false, &own);
	h.descriptor_text = buf_str(&own);
	memcpy(h.to, p->is.root, sizeof h.to);
	memcpy(h.challenge, challenge, sizeof h.challenge);
	buf_init(&b, d->arena);
	hello_format_signed(&h, &b);
	if ((rc = peer_sign(d, EXCHANGE_WORD_HELLO, buf_str(&b), h.signature, err)) != RC_OK)
		return rc;
	buf_init(&b, d->arena);
	hello_format(&h, &b);
	*text = buf_str(&b);
	return RC_OK;
}

enum rc
greeting_hear(struct door *d, const struct peer *p, struct str text, const unsigned char *challenge,
	      struct greeting *out, struct err *err)
{
	struct descriptor own;
	enum rc rc;

	*out = (struct greeting){.protocol = 0};
	if ((rc = peer_may_talk(d, p, err)) != RC_OK || (rc = self_find(d, &own, err)) != RC_OK ||
	    (rc = hello_parse(d->arena, text, &out->hello, err)) != RC_OK ||
	    (rc = hello_check(&out->hello, own.root, challenge, d->now_ms, err)) != RC_OK ||
	    (rc = hello_protocol(&own, &out->hello.is, &out->protocol, err)) != RC_OK)
		return rc;
	for (size_t i = 0; i < own.features.n; i++)
		for (size_t k = 0; k < out->hello.is.features.n; k++)
			if (str_eq(own.features.at[i], out->hello.is.features.at[k]))
				*VEC_ADD(d->arena, &out->features) = own.features.at[i];
	out->changes = descriptor_changes(&p->is, &out->hello.is);
	return RC_OK;
}

enum rc
greeting_take(struct door *d, struct peer *p, const struct greeting *g, struct err *err)
{
	struct audit_entry entry = {.action = AUDIT_SETTING,
				    .has_record = true,
				    .record = p->id,
				    .type = STR("exchange_hello")};
	unsigned changes;
	enum rc rc = RC_OK;

	if (g->changes != 0)
		rc = peer_renew(d, p, g->hello.descriptor_text, p->near, &changes, err);
	return rc == RC_OK ? door_log(d, &entry, NULL, err) : rc;
}
