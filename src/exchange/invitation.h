#ifndef EXCHANGE_INVITATION_H
#define EXCHANGE_INVITATION_H

#include "exchange/descriptor.h"

/*
 * invitation: how two nodes come by the secret of their pair. One makes an invitation, which is
 * carried to the other by hand; the other answers with a reply that proves it had it.
 *
 *	liaison invitation 1		liaison reply 1
 *	secret HEX			invitation HEX	SHA-256("liaison/invitation/1" || 0 ||
 *secret) until TIME			proof HEX	HMAC-SHA-256(secret, "liaison/reply/1" || 0
 *|| (a descriptor)					the descriptor's text) (a descriptor)
 *
 * Whoever reads an invitation on its way has the secret; they can still not be taken for
 * either, since both people on each side compare the fingerprint of the root.
 */
#define PAIR_SECRET_BYTES 32
#define INVITATION_BYTES_MAX ((size_t)32 << 10)

struct invitation {
	unsigned char secret[PAIR_SECRET_BYTES]; /* wipe it */
	int64_t until_ms;
	struct str descriptor_text;
	struct descriptor descriptor;
};
struct reply_file {
	unsigned char mark[32], proof[32];
	struct str descriptor_text;
	struct descriptor descriptor;
};

bool invitation_is(struct str text);
/* The form alone; borrows from the text. RC_INVALID, RC_TOO_LARGE. */
MUST_USE enum rc invitation_parse(struct arena *a, struct str text, struct invitation *out,
				  struct err *err);
void invitation_format(const struct invitation *i, struct buf *out);
MUST_USE enum rc reply_file_parse(struct arena *a, struct str text, struct reply_file *out,
				  struct err *err);
void reply_file_format(const struct reply_file *r, struct buf *out);

/* From secret and descriptor_text. */
void reply_file_prove(struct reply_file *r, const unsigned char secret[PAIR_SECRET_BYTES]);
/* Constant time. */
bool reply_file_is_proved(const struct reply_file *r,
			  const unsigned char secret[PAIR_SECRET_BYTES]);
/* By what the inviter finds it again. */
void invitation_mark(const unsigned char secret[PAIR_SECRET_BYTES], unsigned char mark[32]);

#endif
