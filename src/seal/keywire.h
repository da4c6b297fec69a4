#ifndef SEAL_KEYWIRE_H
#define SEAL_KEYWIRE_H

#include "base/buf.h"
#include "base/id.h"
#include "base/rc.h"

/*
 * keywire: what a node and its key process say to each other, over a stream socket of one
 * machine. Integers big-endian. A request is u32 length, u8 message, body; each gets one reply
 * in turn: u32 length, u8 flags, u8 rc, then the body, or for a failure u8 n, n bytes key and
 * the text. Many requests may be sent before a reply is read, which is how work is batched.
 *
 *	hello    "liaison keys 1\n", text secret       u8 guarded, u8 knows a log, 32 index key,
 *	                                               32 log MAC key, 32 public key, u64 size
 *	wrap     name bucket, text aad, 32 key         wrapped
 *	unwrap   u8 use, 16 actor, u64 time, name word, 32 data key
 *	         name bucket, text aad, name wrapped
 *	rewrap   name bucket, text aad, name wrapped   wrapped under the bucket's present key
 *	current  name bucket, name wrapped             u8
 *	bucket   u8 enum key_bucket_act, name bucket
 *	leaves   u64 first, u32 n; each text leaf,     u64 size of the log as the process knows it
 *	         u32 m, m times 16 record MAC
 *	sign     the text of a checkpoint              64 signature; RC_BUSY: leaves are missing
 *	confirm  u64 size, 32 root, name origin
 *	accept   u64 size, u8 n, n times 32, name origin
 *	owed                                           u32 n; each 16 actor, 16 record, u64 time
 *	health                                         u64 opened, u64 owed, u64 size, u64 refused
 *	exchange u8 enum exchange_act, u32 number,     as keys_exchange.h gives it
 *	         the rest what is to be signed
 *	lock
 *	unlock   text secret
 *
 * "name" is u8 n and n bytes, "text" u32 n and n bytes; the secret is what keys_open takes, a
 * passphrase or shares of one.
 */
#define KEYWIRE_HELLO "liaison keys 1\n"
#define KEYWIRE_BYTES_MAX (4u << 20)

enum keywire_message {
	KEYWIRE_HELLO_MESSAGE = 1,
	KEYWIRE_WRAP,
	KEYWIRE_UNWRAP,
	KEYWIRE_REWRAP,
	KEYWIRE_CURRENT,
	KEYWIRE_BUCKET,
	KEYWIRE_LEAVES,
	KEYWIRE_SIGN,
	KEYWIRE_CONFIRM,
	KEYWIRE_ACCEPT,
	KEYWIRE_OWED,
	KEYWIRE_HEALTH,
	KEYWIRE_LOCK,
	KEYWIRE_UNLOCK,
	KEYWIRE_EXCHANGE,
	KEYWIRE_MESSAGES
};

enum keywire_flag {
	KEYWIRE_LOCKED = 1 << 0,   /* the keys were wiped: unlock first */
	KEYWIRE_WITHHELD = 1 << 1, /* records were opened that no leaf names, for too long */
	KEYWIRE_OWES = 1 << 2,	   /* records were opened a while ago that no leaf names yet */
	KEYWIRE_SHARED = 1 << 3,   /* other processes are connected too, or were */
	KEYWIRE_BEHIND = 1 << 4,   /* leaves are missing before those presented */
};

enum key_bucket_act { KEY_BUCKET_RENEW, KEY_BUCKET_DROP_OLD, KEY_BUCKET_DESTROY };

/* Start a message, and end it: its length is put where it began. */
size_t keywire_begin(struct buf *b, unsigned char first);
void keywire_end(struct buf *b, size_t at);
/* Bytes over 255 are our own mistake. */
void keywire_add_name(struct buf *b, struct str s);
void keywire_add_text(struct buf *b, struct str s);

/* Reads on; once it ran off the end it stays bad, and gives zeros. */
struct keywire_reader {
	struct str rest;
	bool bad;
};
struct str keywire_take(struct keywire_reader *r, size_t n);
uint64_t keywire_take_be(struct keywire_reader *r, unsigned bytes);
struct str keywire_take_name(struct keywire_reader *r);
struct str keywire_take_text(struct keywire_reader *r);
struct id keywire_take_id(struct keywire_reader *r);

/*
 * The first whole message in bytes: its inside, without the length. 0: none yet; -1: longer
 * than may be. Else how many bytes it took.
 */
long keywire_frame(struct str bytes, struct str *inside);

/* A reply's body, or its failure in err. */
enum rc keywire_reply(struct str inside, unsigned *flags, struct str *body, struct err *err);

#endif
