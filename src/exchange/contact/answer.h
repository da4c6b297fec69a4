#ifndef EXCHANGE_CONTACT_ANSWER_H
#define EXCHANGE_CONTACT_ANSWER_H

#include "base/rc.h"
#include "seal/sign.h"

struct arena;
struct serve;

/*
 * Answer the hello of whoever has this TLS key, which the handshake proved: looked up in the
 * transaction that logs it, refusals too. *answer lives in the arena. Any rc is an answer.
 */
MUST_USE enum rc contact_answer(struct serve *s, struct arena *a,
				const unsigned char tls[SIGN_PUBLIC_BYTES], struct str text,
				struct str *answer, struct err *err);

#endif
