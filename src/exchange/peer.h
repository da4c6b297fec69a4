#ifndef EXCHANGE_PEER_H
#define EXCHANGE_PEER_H

#include "base/id.h"
#include "exchange/descriptor.h"
#include "exchange/invitation.h"
#include "exchange/sheet.h"
#include "seal/keys_exchange.h"

struct door;

/*
 * peer: a node that this one knows, in a door. It is *pinned* once two administrators have compared
 * the fingerprint of its root with somebody there, each for themselves; before that, and
 * whenever its root, its place or who it says it is changes, nothing goes to it and nothing is
 * taken from it. A row that was changed by hand is PEER_DAMAGED, and the same holds for it.
 */
enum peer_state {
	PEER_PROPOSED,	/* known, not compared by two yet */
	PEER_PINNED,	/* may talk */
	PEER_BLOCKED,	/* it says something else of itself now; two people look again */
	PEER_SUSPENDED, /* by one person, at once; two take it up again */
	PEER_REMOVED,	/* stays in the table, so that nobody puts another in its place unseen */
	PEER_DAMAGED,
	PEER_STATES
};
const char *peer_state_name(enum peer_state state);

struct peer {
	struct id id;
	enum peer_state state;
	struct descriptor is; /* as pinned; of one not pinned yet, as proposed */
	bool has_wanted;
	struct descriptor wanted; /* what waits for two people */
	bool near;		  /* its endpoint may be one of this machine or its neighbours */
	struct id first, second;  /* users who compared; zero: nobody */
	int64_t changed_ms;
	struct str bucket, wrapped, body; /* of the pair's secret; peer_secret opens it */
	struct str text, wanted_text;	  /* of the descriptors */
};
struct peer_list {
	struct peer *at;
	size_t n, cap;
};

/* All, removed ones too. */
MUST_USE enum rc peer_list(struct door *d, struct peer_list *out, struct err *err);
/* By its id, or its name without regard to ASCII case; one that is removed by its id alone.
 * RC_ABSENT. */
MUST_USE enum rc peer_find(struct door *d, struct str name_or_id, struct peer *out,
			   struct err *err);
/* The pinned one whose TLS key this is, and that may talk now. RC_ABSENT: nobody. */
MUST_USE enum rc peer_find_tls(struct door *d, const unsigned char tls[SIGN_PUBLIC_BYTES],
			       struct peer *out, struct err *err);
/* RC_CONFLICT says in plain words why nothing may go to it or come from it now. */
MUST_USE enum rc peer_may_talk(struct door *d, const struct peer *p, struct err *err);
/* What the two share; wipe it. */
MUST_USE enum rc peer_secret(struct door *d, const struct peer *p,
			     unsigned char out[PAIR_SECRET_BYTES], struct err *err);
/* Signed by this node's present identity, for the use alone. */
MUST_USE enum rc peer_sign(struct door *d, enum exchange_word word, struct str message,
			   unsigned char out[SIGN_BYTES], struct err *err);
/* Was it signed by the peer's pinned identity? RC_DENIED; RC_CONFLICT as peer_may_talk. */
MUST_USE enum rc peer_verify(struct door *d, const struct peer *p, enum exchange_word word,
			     struct str message, const unsigned char signature[SIGN_BYTES],
			     struct err *err);

/*
 * All that follows is in a changing door, and logged. The actor is an administrator in person,
 * whom the routes let in; said is the fingerprint that they heard from the peer.
 */

/* An invitation that is good for some hours; its text is secret. */
MUST_USE enum rc peer_invite(struct door *d, int hours, struct str *text, struct err *err);
/*
 * From an invitation, with the reply to be carried back; or from a reply to an invitation of ours.
 * said empty: proposed, and compared by nobody yet. RC_DENIED: other digits, or the reply proves
 * nothing. RC_CONFLICT: known already, or it lives near and that is not wanted, or revoked.
 */
MUST_USE enum rc peer_add(struct door *d, struct str text, struct str said, bool near,
			  struct peer *out, struct str *reply, struct err *err);
/* Somebody compared. *waits: for a second person. RC_DENIED: other digits, or not a second person.
 */
MUST_USE enum rc peer_compared(struct door *d, struct peer *p, struct str said, bool *waits,
			       struct err *err);
/*
 * It says something else of itself now. What changed is in descriptor_changes(): where people must
 * look again it is blocked until two have; else it goes on. RC_CONFLICT: older, or revoked.
 */
MUST_USE enum rc peer_renew(struct door *d, struct peer *p, struct str text, bool near,
			    unsigned *changes, struct err *err);
/* At once, by one. RC_CONFLICT: it is so already, or removed. */
MUST_USE enum rc peer_suspend(struct door *d, struct peer *p, struct err *err);
MUST_USE enum rc peer_remove(struct door *d, struct peer *p, struct err *err);
/* A key is at an end: whoever has it is blocked, of a root removed. *n: how many peers. */
MUST_USE enum rc peer_revoke(struct door *d, const struct revocation *r, size_t *n,
			     struct err *err);

#endif
