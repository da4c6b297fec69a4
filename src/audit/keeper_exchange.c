#include "audit/keeper_inside.h"
#include "base/clock.h"
#include "seal/keys_exchange.h"

enum rc
keeper_exchange(struct keeper *k, struct keywire_reader *r, struct err *err)
{
	uint64_t act = keywire_take_be(r, 1);
	struct exchange_ask ask = {.number = (int64_t)keywire_take_be(r, 4), .message = r->rest};

	/* The week is that of this process's own clock, whatever the node says of it. */
	ask.now_ms = clock_now(k->options.clock);
	if (r->bad || act >= EXCHANGE_ACTS || (act != EXCHANGE_SIGN && ask.message.n > 0))
		return keeper_malformed(err);
	ask.act = (enum exchange_act)act;
	return keys_exchange_do(k->keys, &ask, &k->said, err);
}
