#ifndef SEAL_KEYS_EXCHANGE_H
#define SEAL_KEYS_EXCHANGE_H

#include "seal/keys.h"
#include "seal/sign.h"

/*
 * keys_exchange: the keys by which other nodes know this one. They lie in the key file beside the
 * bucket keys, under names that no bucket can have, and are random, derived from nothing:
 *
 *	=identity	Ed25519; signs what the node says to others. Two at most: the present one,
 *and the next one, which waits until the root has signed it.
 *	=tls		Ed25519; of the node's TLS certificate. Goes with the identity.
 *	=sealing-NNNNN	X25519, of a week; destroyed two weeks after it.
 *
 * In the key process (seal/keywire.h) the identity and sealing keys never leave it, and it puts
 * the domain of the use in front of what it signs. The TLS key does leave, into the memory of the
 * process that speaks TLS. A statement is not yet held against the log: whoever takes over
 * the serving process has statements signed for as long as they hold it.
 */
enum exchange_word {			     /* what is signed, each in its own domain */
		     EXCHANGE_WORD_SHEET,    /* an epoch sheet */
		     EXCHANGE_WORD_ENVELOPE, /* a message */
		     EXCHANGE_WORD_RECEIPT,  /* that one came */
		     EXCHANGE_WORD_HELLO,    /* of the handshake of capabilities */
		     EXCHANGE_WORDS
};
#define EXCHANGE_WORD_BYTES_MAX ((size_t)64 << 10)
#define SEALING_PUBLIC_BYTES 32
#define SEALING_WEEK_MS (INT64_C(7) * 86400000)
#define SEALING_WEEKS_KEPT 2 /* before the present one */

struct exchange_public {
	unsigned char identity[SIGN_PUBLIC_BYTES], tls[SIGN_PUBLIC_BYTES];
};

/* "liaison/sheet/1" and so on. */
struct str exchange_word_domain(enum exchange_word word);
MUST_USE bool exchange_word_is_good(const unsigned char identity[SIGN_PUBLIC_BYTES],
				    enum exchange_word word, struct str message,
				    const unsigned char signature[SIGN_BYTES]);

/* Make the next pair, durable; the first ever is the present one at once. One that waited goes. */
MUST_USE enum rc keys_exchange_next(struct keys *keys, struct err *err);
/* The present pair, or the next where one waits. RC_ABSENT: there is none yet. */
MUST_USE enum rc keys_exchange_public(struct keys *keys, bool next, struct exchange_public *out,
				      struct err *err);
/* The next one becomes the present one, whose key is destroyed. RC_ABSENT: none waits. */
MUST_USE enum rc keys_exchange_take(struct keys *keys, struct err *err);
/* By the present identity. RC_ABSENT: there is none; RC_TOO_LARGE. */
MUST_USE enum rc keys_exchange_sign(struct keys *keys, enum exchange_word word, struct str message,
				    unsigned char out[SIGN_BYTES], struct err *err);
/* The seed of the present TLS key, for memory of secret_new. RC_ABSENT. */
MUST_USE enum rc keys_exchange_tls(struct keys *keys, unsigned char seed[SIGN_SEED_BYTES],
				   struct err *err);
/*
 * The public key for what is sealed to this node in a week (of SEALING_WEEK_MS since 1970),
 * made when it is not there; those of weeks that are over by more than SEALING_WEEKS_KEPT are
 * destroyed. RC_INVALID: not the present week of now_ms, nor one beside it; the key process looks
 * at its own clock.
 */
MUST_USE enum rc keys_exchange_sealing(struct keys *keys, int64_t now_ms, int64_t week,
				       unsigned char out[SEALING_PUBLIC_BYTES], struct err *err);

/* What the key process is asked (seal/keywire.h). Answers: exchange_public, 64 bytes, 32 bytes. */
enum exchange_act {
	EXCHANGE_PUBLIC, /* number 1: the next */
	EXCHANGE_NEXT,	 /* the answer is empty, as of take */
	EXCHANGE_TAKE,
	EXCHANGE_SIGN, /* number: enum exchange_word */
	EXCHANGE_TLS,
	EXCHANGE_SEALING, /* number: the week */
	EXCHANGE_ACTS
};
/* Of keys that lie here: what is answered, appended to out. */
struct exchange_ask {
	enum exchange_act act;
	int64_t number, now_ms;
	struct str message;
};
MUST_USE enum rc keys_exchange_do(struct keys *keys, const struct exchange_ask *ask,
				  struct buf *out, struct err *err);

#endif
