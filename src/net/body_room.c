#include "net/body_room.h"

#include <stdlib.h>

#include "base/arena.h"

struct body_share {
	struct body_share *next;
	unsigned char client[CLIENT_BYTES];
	size_t bytes;
};

void
body_owner_local(struct body_owner *o, int64_t uid)
{
	/* 1: no address is so many bits long. */
	*o = (struct body_owner){.client = {1}, .local = true, .known = true};
	memcpy(o->client + 1, &uid, sizeof uid);
}

void
body_owner_remote(struct body_owner *o, struct str address, bool known)
{
	*o = (struct body_owner){.known = known};
	(void)address_client(address, o->client);
}

void
body_room_open(struct body_room *r, size_t small_max, size_t large_max, size_t share_max)
{
	*r = (struct body_room){
	    .small_max = small_max, .large_max = large_max, .share_max = share_max};
	must(pthread_mutex_init(&r->lock, NULL) == 0);
}

void
body_room_close(struct body_room *r)
{
	must(r->shares == NULL);
	(void)pthread_mutex_destroy(&r->lock);
}

/* The place of the client's share, or where one is to be put. Large bodies are few. */
static struct body_share **
share_find(struct body_room *r, const struct body_owner *o)
{
	struct body_share **at = &r->shares;

	while (*at != NULL && memcmp((*at)->client, o->client, CLIENT_BYTES) != 0)
		at = &(*at)->next;
	return at;
}

static bool
fits(size_t taken, size_t more, size_t max)
{
	return taken <= max && more <= max - taken;
}

static bool
has(struct body_room *r, const struct body_owner *o, size_t from, size_t to)
{
	size_t more = from > BODY_SMALL_BYTES ? to - from : to;
	const struct body_share *share;

	if (to <= BODY_SMALL_BYTES)
		return fits(r->small, to - from, r->small_max);
	share = *share_find(r, o);
	if (!fits(share != NULL ? share->bytes : 0, more, r->share_max))
		return false;
	if (o->local)
		return fits(r->local, more, r->large_max);
	return fits(r->large, more, r->large_max) &&
	       (o->known || fits(r->strangers, more, r->large_max / 2));
}

bool
body_room_has(struct body_room *r, const struct body_owner *o, size_t from, size_t to)
{
	bool yes;

	must(pthread_mutex_lock(&r->lock) == 0);
	yes = has(r, o, from, to);
	must(pthread_mutex_unlock(&r->lock) == 0);
	return yes;
}

static void
large_add(struct body_room *r, const struct body_owner *o, size_t more)
{
	struct body_share **at = share_find(r, o);

	if (*at == NULL) {
		*at = heap_zeroed(sizeof **at);
		memcpy((*at)->client, o->client, CLIENT_BYTES);
	}
	(*at)->bytes += more;
	if (o->local)
		r->local += more;
	else
		r->large += more;
	if (!o->known)
		r->strangers += more;
}

bool
body_room_take(struct body_room *r, const struct body_owner *o, size_t from, size_t to)
{
	bool yes;

	must(pthread_mutex_lock(&r->lock) == 0);
	yes = has(r, o, from, to);
	if (yes && to <= BODY_SMALL_BYTES) {
		r->small += to - from;
	} else if (yes && from <= BODY_SMALL_BYTES) {
		r->small -= from;
		large_add(r, o, to);
	} else if (yes) {
		large_add(r, o, to - from);
	}
	must(pthread_mutex_unlock(&r->lock) == 0);
	return yes;
}

static void
large_give(struct body_room *r, const struct body_owner *o, size_t bytes)
{
	struct body_share **at = share_find(r, o);
	struct body_share *share = *at;

	must(share != NULL && share->bytes >= bytes);
	share->bytes -= bytes;
	if (share->bytes == 0) {
		*at = share->next;
		free(share);
	}
	if (o->local)
		r->local -= bytes;
	else
		r->large -= bytes;
	if (!o->known)
		r->strangers -= bytes;
}

void
body_room_give(struct body_room *r, const struct body_owner *o, size_t bytes)
{
	if (bytes == 0)
		return;
	must(pthread_mutex_lock(&r->lock) == 0);
	if (bytes <= BODY_SMALL_BYTES)
		r->small -= bytes;
	else
		large_give(r, o, bytes);
	must(pthread_mutex_unlock(&r->lock) == 0);
}
