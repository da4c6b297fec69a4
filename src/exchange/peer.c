#include "exchange/peer.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/hex.h"
#include "exchange/peer.sql.h"
#include "exchange/peer_inside.h"
#include "record/door.h"
#include "seal/hash.h"
#include "seal/secret.h"
#include "serve/paper.h"
#include "store/db.h"

const char *
peer_state_name(enum peer_state state)
{
	static const char *const names[] = {"proposed",	 "pinned",  "blocked",
					    "suspended", "removed", "damaged"};

	must(state < PEER_STATES);
	return names[state];
}

struct str
peer_aad(struct door *d, struct id id)
{
	return str_fmt(d->arena, "exchange-peer/%.*s", STR_ARG(id_format(d->arena, id)));
}

static struct str
hashed(struct arena *a, struct str s)
{
	struct hash h;

	sha256(s, &h);
	return hex_format(a, h.b, sizeof h.b);
}

struct str
peer_mac(struct door *d, const struct peer *p)
{
	struct arena *a = d->arena;
	unsigned char mac[MAC_BYTES];
	struct buf b;

	buf_init(&b, a);
	buf_addf(&b, "%.*s/%s/%d/%lld", STR_ARG(id_format(a, p->id)), peer_state_name(p->state),
		 p->near, (long long)p->changed_ms);
	buf_addf(&b, "/%.*s/%.*s", STR_ARG(id_format(a, p->first)),
		 STR_ARG(id_format(a, p->second)));
	buf_addf(&b, "/%.*s/%.*s/%.*s", STR_ARG(hashed(a, p->text)),
		 STR_ARG(hashed(a, p->wanted_text)), STR_ARG(hashed(a, p->body)));
	keys_index_mac(d->node->keys, STR("exchange-peer"), buf_str(&b), mac);
	return str_copy(a, (struct str){(char *)mac, sizeof mac});
}

static enum peer_state
state_of(struct str name)
{
	for (int i = 0; i < PEER_DAMAGED; i++)
		if (str_eq_z(name, peer_state_name((enum peer_state)i)))
			return (enum peer_state)i;
	return PEER_DAMAGED;
}

static void
read_row(struct door *d, const struct rows *rows, struct peer *p)
{
	struct arena *a = d->arena;
	bool whole;

	*p = (struct peer){.id = rows_id(rows, 0),
			   .state = state_of(rows_text(rows, 1)),
			   .text = str_copy(a, rows_text(rows, 2)),
			   .wanted_text = str_copy(a, rows_text(rows, 3)),
			   .near = rows_i64(rows, 4) != 0,
			   .first = rows_id(rows, 5),
			   .second = rows_id(rows, 6),
			   .changed_ms = rows_i64(rows, 7),
			   .bucket = str_copy(a, rows_text(rows, 8)),
			   .wrapped = str_copy(a, rows_blob(rows, 9)),
			   .body = str_copy(a, rows_blob(rows, 10))};
	whole = p->state != PEER_DAMAGED && secret_eq(peer_mac(d, p), rows_blob(rows, 11)) &&
		descriptor_parse(a, p->text, false, &p->is, NULL) == RC_OK;
	p->has_wanted = p->wanted_text.n > 0;
	if (whole && p->has_wanted)
		whole = descriptor_parse(a, p->wanted_text, false, &p->wanted, NULL) == RC_OK;
	if (!whole)
		p->state = PEER_DAMAGED;
}

enum rc
peer_list(struct door *d, struct peer_list *out, struct err *err)
{
	struct rows *rows;
	enum rc rc = db_select(d->db, &SQL_EXCHANGE_PEER_ALL, NO_BINDS, &rows, err);

	*out = (struct peer_list){.n = 0};
	if (rc != RC_OK)
		return rc;
	while ((rc = rows_next(rows, err)) == RC_OK)
		read_row(d, rows, VEC_ADD(d->arena, out));
	rows_close(rows);
	return rc == RC_ABSENT ? RC_OK : rc;
}

static bool
is_there(const struct peer *p)
{
	return p->state != PEER_REMOVED && p->state != PEER_DAMAGED;
}

enum rc
peer_find(struct door *d, struct str name_or_id, struct peer *out, struct err *err)
{
	struct peer_list all;
	struct id id;
	bool is_id = id_parse(name_or_id, &id);
	enum rc rc = peer_list(d, &all, err);

	for (size_t i = 0; i < all.n && rc == RC_OK; i++) {
		const struct peer *p = &all.at[i];

		if (is_id ? id_eq(p->id, id)
			  : is_there(p) && str_eq_ascii_case(p->is.name, name_or_id)) {
			*out = *p;
			return RC_OK;
		}
	}
	return rc != RC_OK ? rc : fail(err, RC_ABSENT, "peer", "there is no such peer");
}

bool
peer_key_eq(const unsigned char a[SIGN_PUBLIC_BYTES], const unsigned char b[SIGN_PUBLIC_BYTES])
{
	return secret_eq((struct str){(const char *)a, SIGN_PUBLIC_BYTES},
			 (struct str){(const char *)b, SIGN_PUBLIC_BYTES});
}

enum rc
peer_find_tls(struct door *d, const unsigned char tls[SIGN_PUBLIC_BYTES], struct peer *out,
	      struct err *err)
{
	struct peer_list all;
	enum rc rc = peer_list(d, &all, err);

	for (size_t i = 0; i < all.n && rc == RC_OK; i++)
		if (all.at[i].state == PEER_PINNED && peer_key_eq(all.at[i].is.tls, tls) &&
		    peer_may_talk(d, &all.at[i], NULL) == RC_OK) {
			*out = all.at[i];
			return RC_OK;
		}
	return rc != RC_OK ? rc : fail(err, RC_ABSENT, "peer", "no peer has this key");
}

enum rc
peer_is_revoked(struct door *d, const struct descriptor *x, bool *is, struct err *err)
{
	const unsigned char *const keys[] = {x->root, x->identity, x->tls};
	enum rc rc = RC_OK;

	*is = false;
	for (size_t i = 0; i < COUNT_OF(keys) && rc == RC_OK && !*is; i++) {
		int64_t n;

		rc = db_select_i64(
		    d->db, &SQL_EXCHANGE_REVOKED_IS,
		    BINDS(B_BYTES(x->root, SIGN_PUBLIC_BYTES), B_BYTES(keys[i], SIGN_PUBLIC_BYTES)),
		    &n, err);
		*is = rc == RC_OK && n > 0;
	}
	return rc;
}

enum rc
peer_may_talk(struct door *d, const struct peer *p, struct err *err)
{
	bool revoked;
	enum rc rc;

	switch (p->state) {
	case PEER_PINNED: break;
	case PEER_PROPOSED:
		return fail(err, RC_CONFLICT, "peer",
			    "two administrators have not compared its fingerprint yet: liaison "
			    "exchange peer verify");
	case PEER_BLOCKED:
		if (!p->has_wanted)
			return fail(err, RC_CONFLICT, "peer",
				    "a key of it was revoked: ask it for a new descriptor, call "
				    "it, and let two administrators verify it");
		return fail(err, RC_CONFLICT, "peer",
			    "it now says something else of %.*s: call it, and let two "
			    "administrators verify it again",
			    STR_ARG(descriptor_changes_text(
				d->arena, descriptor_changes(&p->is, &p->wanted))));
	case PEER_SUSPENDED:
		return fail(err, RC_CONFLICT, "peer",
			    "it is suspended until two administrators verify it again");
	case PEER_REMOVED: return fail(err, RC_CONFLICT, "peer", "it was removed");
	case PEER_DAMAGED:
	case PEER_STATES:
		return fail(err, RC_CONFLICT, "peer",
			    "what is kept of it is damaged or was changed by hand: it is not "
			    "talked to");
	}
	if ((rc = descriptor_check(&p->is, d->now_ms, err)) != RC_OK)
		return rc == RC_CONFLICT
			   ? fail(err, RC_CONFLICT, "peer",
				  "its descriptor is not good at this time: ask it for the "
				  "present one (liaison exchange peer renew)")
			   : rc;
	if ((rc = peer_is_revoked(d, &p->is, &revoked, err)) != RC_OK)
		return rc;
	return revoked ? fail(err, RC_CONFLICT, "peer", "a key of it was revoked") : RC_OK;
}

enum rc
peer_secret_open(struct door *d, const struct sql *sql, const struct bind *binds, size_t n, int at,
		 struct str aad, unsigned char out[PAIR_SECRET_BYTES], struct err *err)
{
	struct rows *rows;
	json_t *paper;
	enum rc rc = db_select(d->db, sql, binds, n, &rows, err);

	if (rc != RC_OK)
		return rc;
	if ((rc = rows_next(rows, err)) == RC_OK &&
	    (rc = paper_open(d, rows, at, aad, &paper, err)) == RC_OK) {
		if (!hex_parse(json_member_str(paper, "secret"), out, PAIR_SECRET_BYTES))
			rc = fail(err, RC_INTEGRITY, "peer", "the pair's secret is damaged");
		json_decref(paper);
	}
	rows_close(rows);
	return rc;
}

enum rc
peer_secret(struct door *d, const struct peer *p, unsigned char out[PAIR_SECRET_BYTES],
	    struct err *err)
{
	return peer_secret_open(d, &SQL_EXCHANGE_PEER_SECRET, BINDS(B_ID(p->id)), 0,
				peer_aad(d, p->id), out, err);
}

enum rc
peer_sign(struct door *d, enum exchange_word word, struct str message,
	  unsigned char out[SIGN_BYTES], struct err *err)
{
	return keys_exchange_sign(d->node->keys, word, message, out, err);
}

enum rc
peer_verify(struct door *d, const struct peer *p, enum exchange_word word, struct str message,
	    const unsigned char signature[SIGN_BYTES], struct err *err)
{
	enum rc rc = peer_may_talk(d, p, err);

	if (rc != RC_OK)
		return rc;
	return exchange_word_is_good(p->is.identity, word, message, signature)
		   ? RC_OK
		   : fail(err, RC_DENIED, "signature", "is not by the peer's pinned identity");
}
