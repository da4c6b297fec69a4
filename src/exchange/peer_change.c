#include "base/arena.h"
#include "base/clock.h"
#include "base/hex.h"
#include "exchange/endpoint.h"
#include "exchange/peer.sql.h"
#include "exchange/peer_inside.h"
#include "exchange/self.h"
#include "record/door.h"
#include "seal/random.h"
#include "seal/secret.h"
#include "serve/invite_second.h"
#include "serve/paper.h"
#include "serve/user.h"

#define PEERS_MAX 1000
#define INVITATIONS_MAX 100
#define HOUR_MS INT64_C(3600000)

static const struct id nobody = {{0}};

/* Written and logged: what became of it stands in the leaf, its name in no log. */
static enum rc
store(struct door *d, struct peer *p, enum peer_state state, const char *what, struct err *err)
{
	struct audit_entry entry = {
	    .action = AUDIT_SETTING, .has_record = true, .record = p->id, .type = str_from(what)};
	enum rc rc;

	p->state = state;
	p->changed_ms = d->now_ms;
	rc = db_run(d->db, &SQL_EXCHANGE_PEER_PUT,
		    BINDS(B_ID(p->id), B_TEXT(str_from(peer_state_name(state))), B_TEXT(p->text),
			  B_TEXT(p->wanted_text), B_I64(p->near), B_ID(p->first), B_ID(p->second),
			  B_I64(p->changed_ms), B_TEXT(p->bucket), B_BLOB(p->wrapped),
			  B_BLOB(p->body), B_BLOB(peer_mac(d, p))),
		    NULL, err);
	return rc == RC_OK ? door_log(d, &entry, NULL, err) : rc;
}

static enum rc
seal_secret(struct door *d, struct str aad, const unsigned char secret[PAIR_SECRET_BYTES],
	    struct paper *out, struct err *err)
{
	struct str json = str_fmt(d->arena, "{\"secret\":\"%.*s\"}",
				  STR_ARG(hex_format(d->arena, secret, PAIR_SECRET_BYTES)));

	return paper_seal(d, "peer", aad, json, out, err);
}

static struct str
mark_aad(struct door *d, const unsigned char mark[32])
{
	return str_fmt(d->arena, "exchange-invitation/%.*s",
		       STR_ARG(hex_format(d->arena, mark, 32)));
}

enum rc
peer_invite(struct door *d, int hours, struct str *text, struct err *err)
{
	struct audit_entry entry = {.action = AUDIT_SETTING, .type = STR("exchange_invitation")};
	struct invitation i = {.until_ms = d->now_ms + hours * HOUR_MS};
	unsigned char mark[32];
	struct paper paper;
	struct buf own, all;
	int64_t n;
	enum rc rc;

	if ((rc = self_find(d, &i.descriptor, err)) != RC_OK ||
	    (rc = descriptor_check(&i.descriptor, d->now_ms, err)) != RC_OK ||
	    (rc = db_run(d->db, &SQL_EXCHANGE_INVITATION_SWEEP, BINDS(B_I64(d->now_ms)), NULL,
			 err)) != RC_OK ||
	    (rc = db_select_i64(d->db, &SQL_EXCHANGE_INVITATION_COUNT, NO_BINDS, &n, err)) != RC_OK)
		return rc;
	if (n >= INVITATIONS_MAX)
		return fail(err, RC_CONFLICT, "invitation", "100 invitations wait already");
	random_bytes(i.secret, sizeof i.secret);
	invitation_mark(i.secret, mark);
	if ((rc = seal_secret(d, mark_aad(d, mark), i.secret, &paper, err)) == RC_OK)
		rc = db_run(d->db, &SQL_EXCHANGE_INVITATION_PUT,
			    BINDS(B_BYTES(mark, sizeof mark), B_I64(i.until_ms),
				  B_TEXT(paper.bucket), B_BLOB(buf_str(&paper.wrapped)),
				  B_BLOB(buf_str(&paper.body))),
			    NULL, err);
	if (rc == RC_OK)
		rc = door_log(d, &entry, NULL, err);
	buf_init(&own, d->arena);
	descriptor_format(&i.descriptor, false, &own);
	i.descriptor_text = buf_str(&own);
	buf_init(&all, d->arena);
	invitation_format(&i, &all);
	secret_wipe(i.secret, sizeof i.secret);
	*text = buf_str(&all);
	return rc;
}

/* Nothing is near, unless somebody wants it so. */
static enum rc
check_near(const struct descriptor *x, bool near, struct err *err)
{
	for (size_t i = 0; i < x->endpoints.n && !near; i++) {
		struct endpoint e;

		if (!endpoint_parse(x->endpoints.at[i], &e) || endpoint_is_near(e.host))
			return fail(err, RC_CONFLICT, "near",
				    "its endpoint is an address of this machine or of a network "
				    "beside it; say so if that is meant (near)");
	}
	return RC_OK;
}

static enum rc
check_said(const struct descriptor *x, struct str said, struct err *err)
{
	return root_fingerprint_is(x->root, said)
		   ? RC_OK
		   : fail(err, RC_DENIED, "fingerprint",
			  "these are not the digits of its root key: do not go on, call the peer "
			  "by a number you knew before; somebody may stand between you");
}

static enum rc
check_revoked(struct door *d, const struct descriptor *x, struct err *err)
{
	bool revoked;
	enum rc rc = peer_is_revoked(d, x, &revoked, err);

	return rc != RC_OK || !revoked ? rc
				       : fail(err, RC_CONFLICT, "descriptor",
					      "names a key that was revoked by its root");
}

/* Is another of this name or root there, or is it this node itself? */
static enum rc
check_new(struct door *d, const struct descriptor *x, const struct id *own, struct err *err)
{
	struct descriptor self;
	struct peer_list all;
	enum rc rc;

	if ((rc = self_find(d, &self, err)) != RC_OK || (rc = peer_list(d, &all, err)) != RC_OK)
		return rc;
	if (peer_key_eq(self.root, x->root))
		return fail(err, RC_CONFLICT, "peer", "this node is no peer of its own");
	if (all.n >= PEERS_MAX)
		return fail(err, RC_CONFLICT, "peer", "there are 1,000 peers already");
	for (size_t i = 0; i < all.n; i++) {
		const struct peer *p = &all.at[i];

		if ((own != NULL && id_eq(p->id, *own)) || p->state == PEER_REMOVED ||
		    p->state == PEER_DAMAGED)
			continue;
		if (peer_key_eq(p->is.root, x->root) || peer_key_eq(p->is.tls, x->tls) ||
		    peer_key_eq(p->is.identity, x->identity))
			return fail(err, RC_CONFLICT, "peer",
				    "it is known already: liaison exchange peer renew");
		if (str_eq_ascii_case(p->is.name, x->name))
			return fail(err, RC_CONFLICT, "peer",
				    "another peer of that name is there; who is it?");
	}
	return RC_OK;
}

/* The secret of an invitation of ours, which is used up. */
static enum rc
take_reply(struct door *d, const struct reply_file *r, unsigned char secret[PAIR_SECRET_BYTES],
	   struct err *err)
{
	const struct bind mark = B_BYTES(r->mark, sizeof r->mark);
	int64_t expires;
	enum rc rc = db_select_i64(d->db, &SQL_EXCHANGE_INVITATION_FIND, &mark, 1, &expires, err);

	if (rc == RC_OK)
		rc = peer_secret_open(d, &SQL_EXCHANGE_INVITATION_FIND, &mark, 1, 1,
				      mark_aad(d, r->mark), secret, err);
	if (rc == RC_ABSENT || (rc == RC_OK && expires <= d->now_ms))
		return fail(err, RC_CONFLICT, "invitation",
			    "no invitation of this node waits for that reply: it was used, or is "
			    "over");
	if (rc != RC_OK)
		return rc;
	if (!reply_file_is_proved(r, secret))
		return fail(err, RC_DENIED, "proof",
			    "whoever wrote this reply did not have the invitation");
	return db_run(d->db, &SQL_EXCHANGE_INVITATION_END, &mark, 1, NULL, err);
}

static enum rc
write_reply(struct door *d, const unsigned char secret[PAIR_SECRET_BYTES], struct str *out,
	    struct err *err)
{
	struct reply_file r = {.mark = {0}};
	struct buf own, all;
	enum rc rc = self_find(d, &r.descriptor, err);

	if (rc != RC_OK || (rc = descriptor_check(&r.descriptor, d->now_ms, err)) != RC_OK)
		return rc;
	buf_init(&own, d->arena);
	descriptor_format(&r.descriptor, false, &own);
	r.descriptor_text = buf_str(&own);
	reply_file_prove(&r, secret);
	buf_init(&all, d->arena);
	reply_file_format(&r, &all);
	*out = buf_str(&all);
	return RC_OK;
}

/* Who it is, and what the two share, out of either file. */
static enum rc
read_file(struct door *d, struct str text, struct peer *p, unsigned char secret[PAIR_SECRET_BYTES],
	  struct str *reply, struct err *err)
{
	struct invitation i;
	struct reply_file r;
	enum rc rc;

	*reply = STR_NONE;
	if (!invitation_is(text)) {
		if ((rc = reply_file_parse(d->arena, text, &r, err)) != RC_OK)
			return rc;
		p->is = r.descriptor;
		p->text = r.descriptor_text;
		return take_reply(d, &r, secret, err);
	}
	if ((rc = invitation_parse(d->arena, text, &i, err)) != RC_OK)
		return rc;
	p->is = i.descriptor;
	p->text = i.descriptor_text;
	memcpy(secret, i.secret, PAIR_SECRET_BYTES);
	secret_wipe(i.secret, sizeof i.secret);
	if (d->now_ms >= i.until_ms)
		return fail(err, RC_CONFLICT, "until",
			    "the invitation is over: ask for another one");
	return write_reply(d, secret, reply, err);
}

enum rc
peer_add(struct door *d, struct str text, struct str said, bool near, struct peer *out,
	 struct str *reply, struct err *err)
{
	unsigned char secret[PAIR_SECRET_BYTES] = {0};
	struct paper paper;
	enum rc rc;

	*out = (struct peer){.id = random_id_at(d->now_ms), .near = near};
	if ((rc = read_file(d, text, out, secret, reply, err)) == RC_OK &&
	    (rc = descriptor_check(&out->is, d->now_ms, err)) == RC_OK &&
	    (rc = check_revoked(d, &out->is, err)) == RC_OK &&
	    (rc = check_near(&out->is, near, err)) == RC_OK &&
	    (rc = check_new(d, &out->is, NULL, err)) == RC_OK &&
	    (said.n == 0 || (rc = check_said(&out->is, said, err)) == RC_OK))
		rc = seal_secret(d, peer_aad(d, out->id), secret, &paper, err);
	secret_wipe(secret, sizeof secret);
	if (rc != RC_OK)
		return rc;
	out->bucket = paper.bucket;
	out->wrapped = buf_str(&paper.wrapped);
	out->body = buf_str(&paper.body);
	out->first = said.n > 0 ? d->actor->id : nobody;
	return store(d, out, PEER_PROPOSED, "exchange_peer_added", err);
}

/* May the first one's word still count? Who left, or is no administrator any more, said nothing. */
static enum rc
first_counts(struct door *d, const struct peer *p, bool *counts, struct err *err)
{
	struct user first;
	enum rc rc;

	*counts = !id_eq(p->first, nobody);
	if (!*counts)
		return RC_OK;
	rc = user_find(d, p->first, &first, err);
	*counts = rc == RC_OK && !first.disabled && (first.roles & BIT(ROLE_ADMINISTRATOR)) != 0;
	return rc == RC_ABSENT ? RC_OK : rc;
}

enum rc
peer_compared(struct door *d, struct peer *p, struct str said, bool *waits, struct err *err)
{
	const struct descriptor *x = p->has_wanted ? &p->wanted : &p->is;
	bool counts, could = false;
	enum rc rc;

	*waits = false;
	if (p->state != PEER_PROPOSED && p->state != PEER_BLOCKED && p->state != PEER_SUSPENDED)
		return fail(err, RC_CONFLICT, "peer", "it waits for nobody's comparing: it is %s",
			    peer_state_name(p->state));
	if ((rc = check_said(x, said, err)) != RC_OK ||
	    (rc = descriptor_check(x, d->now_ms, err)) != RC_OK ||
	    (rc = check_revoked(d, x, err)) != RC_OK ||
	    (rc = check_near(x, p->near, err)) != RC_OK ||
	    (rc = check_new(d, x, &p->id, err)) != RC_OK ||
	    (rc = first_counts(d, p, &counts, err)) != RC_OK)
		return rc;
	if (!counts) {
		p->first = d->actor->id;
		*waits = true;
		return store(d, p, p->state, "exchange_peer_compared", err);
	}
	if ((rc = second_could(d, p->first, nobody, &could, err)) != RC_OK)
		return rc;
	if (!could)
		return fail(err, RC_DENIED, "peer",
			    "it takes a second administrator, with a system account of their own, "
			    "who compared for themselves");
	p->second = d->actor->id;
	p->is = *x;
	p->text = p->has_wanted ? p->wanted_text : p->text;
	p->has_wanted = false;
	p->wanted_text = STR_NONE;
	return store(d, p, PEER_PINNED, "exchange_peer_pinned", err);
}

enum rc
peer_renew(struct door *d, struct peer *p, struct str text, bool near, unsigned *changes,
	   struct err *err)
{
	struct descriptor now;
	enum rc rc;

	if (p->state == PEER_REMOVED || p->state == PEER_DAMAGED)
		return peer_may_talk(d, p, err);
	if ((rc = descriptor_parse(d->arena, text, false, &now, err)) != RC_OK ||
	    (rc = descriptor_check(&now, d->now_ms, err)) != RC_OK ||
	    (rc = check_revoked(d, &now, err)) != RC_OK ||
	    (rc = check_near(&now, near || p->near, err)) != RC_OK ||
	    (rc = check_new(d, &now, &p->id, err)) != RC_OK)
		return rc;
	*changes = descriptor_changes(&p->is, &now);
	if (*changes == 0)
		return RC_OK;
	if ((*changes & DESCRIPTOR_OLDER) != 0)
		return fail(err, RC_CONFLICT, "version",
			    "is not above that of what is known of it: an old descriptor brings "
			    "nothing back");
	p->near = near || p->near;
	if (p->state == PEER_PINNED && (*changes & DESCRIPTOR_BLOCKS) == 0) {
		p->is = now;
		p->text = text;
		return store(d, p, PEER_PINNED, "exchange_peer_renewed", err);
	}
	/* Whoever compared, compared something else. */
	p->first = p->second = nobody;
	p->has_wanted = true;
	p->wanted = now;
	p->wanted_text = text;
	return store(d, p, p->state == PEER_PINNED ? PEER_BLOCKED : p->state,
		     "exchange_peer_blocked", err);
}

enum rc
peer_suspend(struct door *d, struct peer *p, struct err *err)
{
	if (p->state == PEER_SUSPENDED || p->state == PEER_REMOVED || p->state == PEER_DAMAGED)
		return fail(err, RC_CONFLICT, "peer", "it is %s already",
			    peer_state_name(p->state));
	p->first = p->second = nobody;
	return store(d, p, PEER_SUSPENDED, "exchange_peer_suspended", err);
}

enum rc
peer_remove(struct door *d, struct peer *p, struct err *err)
{
	if (p->state == PEER_REMOVED)
		return fail(err, RC_CONFLICT, "peer", "it is removed already");
	p->first = p->second = nobody;
	p->has_wanted = false;
	p->wanted_text = STR_NONE;
	return store(d, p, PEER_REMOVED, "exchange_peer_removed", err);
}

static enum rc
revoke_one(struct door *d, struct peer *p, const struct revocation *r, size_t *n, struct err *err)
{
	/* A root ends itself and what it signed, and no key of anybody else. */
	bool root = peer_key_eq(r->root, r->key) &&
		    (peer_key_eq(p->is.root, r->key) ||
		     (p->has_wanted && peer_key_eq(p->wanted.root, r->key)));

	if (p->state == PEER_REMOVED || p->state == PEER_DAMAGED)
		return RC_OK;
	if (root) {
		(*n)++;
		return peer_remove(d, p, err);
	}
	if (!peer_key_eq(p->is.root, r->root) ||
	    (!peer_key_eq(p->is.identity, r->key) && !peer_key_eq(p->is.tls, r->key)))
		return RC_OK;
	(*n)++;
	p->first = p->second = nobody;
	return store(d, p, p->state == PEER_PINNED ? PEER_BLOCKED : p->state,
		     "exchange_peer_revoked", err);
}

enum rc
peer_revoke(struct door *d, const struct revocation *r, size_t *n, struct err *err)
{
	struct peer_list all;
	bool known = false;
	enum rc rc = revocation_check(r, err);

	*n = 0;
	if (rc != RC_OK || (rc = peer_list(d, &all, err)) != RC_OK)
		return rc;
	/* Of a root that nobody here knows it ends nothing, and fills no table. */
	for (size_t i = 0; i < all.n; i++)
		known = known ||
			(all.at[i].state != PEER_DAMAGED &&
			 (peer_key_eq(all.at[i].is.root, r->root) ||
			  (all.at[i].has_wanted && peer_key_eq(all.at[i].wanted.root, r->root))));
	if (!known)
		return fail(err, RC_ABSENT, "root", "no peer has this root key");
	rc = db_run(d->db, &SQL_EXCHANGE_REVOKED_PUT,
		    BINDS(B_BYTES(r->root, sizeof r->root), B_BYTES(r->key, sizeof r->key),
			  B_I64(r->at_ms)),
		    NULL, err);
	for (size_t i = 0; i < all.n && rc == RC_OK; i++)
		rc = revoke_one(d, &all.at[i], r, n, err);
	return rc;
}
