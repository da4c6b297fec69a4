#include "node/demo_data_network.h"

#include "base/arena.h"

/* Blocks under +999: telephones of networks, and helpers. */
enum { BLOCK_NETWORK = 4, BLOCK_HELPER = 8 };

struct member {
	enum demo_category category;
	size_t ordinal;
	const char *opening, *type; /* NULL: drawn */
};

/* One thing, and the members that share it as bits: bit 0 is the first member. */
struct shared {
	enum demo_token_kind kind;
	unsigned members;
	const char *value; /* NULL: made up */
};

struct network {
	const char *name;
	size_t town; /* of demo_places */
	int first_day;
	size_t n;
	struct member member[DEMO_NETWORK_MAX];
	struct shared shared[6];
};

/* clang-format off */
static const struct network networks[DEMO_NETWORK_COUNT] = {
	{
		/* Each pair is joined by one thing: first and second by the phone, second and
		 * third by the payer, first and third by the plate. */
		.name = "Harbour Road", .town = 0, .first_day = 120, .n = 3,
		.member = {
			{ DEMO_CATEGORY_LISTED, 3, "Minibus met at 21:40 on Harbour Road with six workers", "Transit" },
			{ DEMO_CATEGORY_LISTED, 0, "Three bookings paid by one payer", "Recruitment" },
			{ DEMO_CATEGORY_POSSIBLE, 0, "Wages kept back, papers held by a foreman", "Exploitation" },
		},
		.shared = {
			{ DEMO_PHONE,   0x3, NULL }, { DEMO_ACCOUNT, 0x6, NULL },
			{ DEMO_PLATE,   0x5, "ULM-4410" }, { DEMO_SITE, 0x4, "Ulmere Cannery" },
		},
	},
	{
		.name = "Saltmarsh Farm", .town = 3, .first_day = 60, .n = 5,
		.member = {
			{ DEMO_CATEGORY_LISTED, 5, NULL, NULL }, { DEMO_CATEGORY_SUSPECT, 0, NULL, NULL },
			{ DEMO_CATEGORY_POSSIBLE, 1, NULL, NULL }, { DEMO_CATEGORY_POSSIBLE, 2, NULL, NULL },
			{ DEMO_CATEGORY_SURVIVOR, 0, NULL, NULL },
		},
		.shared = {
			{ DEMO_PHONE,   0x07, NULL }, { DEMO_ACCOUNT, 0x0c, NULL },
			{ DEMO_PLATE,   0x1a, NULL }, { DEMO_ACCOUNT, 0x11, NULL },
			{ DEMO_SITE,    0x1c, "Saltmarsh Farm" },
		},
	},
	{
		.name = "Lantern Street", .town = 2, .first_day = 180, .n = 8,
		.member = {
			{ DEMO_CATEGORY_LISTED, 7, NULL, NULL }, { DEMO_CATEGORY_LISTED, 8, NULL, NULL },
			{ DEMO_CATEGORY_SUSPECT, 1, NULL, NULL }, { DEMO_CATEGORY_POSSIBLE, 3, NULL, NULL },
			{ DEMO_CATEGORY_POSSIBLE, 4, NULL, NULL }, { DEMO_CATEGORY_POSSIBLE, 5, NULL, NULL },
			{ DEMO_CATEGORY_SURVIVOR, 1, NULL, NULL }, { DEMO_CATEGORY_UNSAID, 0, NULL, NULL },
		},
		.shared = {
			{ DEMO_PHONE,   0x0f, NULL }, { DEMO_PLATE, 0x38, NULL },
			{ DEMO_ACCOUNT, 0x70, NULL }, { DEMO_PHONE, 0xc2, NULL },
			{ DEMO_PLATE,   0x85, NULL }, { DEMO_SITE,  0x78, "Lantern Street Laundry" },
		},
	},
	{
		.name = "Quarry Hill", .town = 11, .first_day = 230, .n = 4,
		.member = {
			{ DEMO_CATEGORY_LISTED, 10, NULL, NULL }, { DEMO_CATEGORY_POSSIBLE, 6, NULL, NULL },
			{ DEMO_CATEGORY_POSSIBLE, 7, NULL, NULL }, { DEMO_CATEGORY_UNSAID, 1, NULL, NULL },
		},
		.shared = {
			{ DEMO_ACCOUNT, 0x3, NULL }, { DEMO_PHONE, 0xe, NULL },
			{ DEMO_PLATE,   0xd, NULL }, { DEMO_SITE,  0xe, "Quarry Hill Works" },
		},
	},
};

/* Two of the nine are members of different networks: whoever links by the hotline merges them. */
static const struct member hotline[DEMO_HOTLINE_COUNT] = {
	{ DEMO_CATEGORY_POSSIBLE, 0, NULL, NULL },  { DEMO_CATEGORY_POSSIBLE, 3, NULL, NULL },
	{ DEMO_CATEGORY_POSSIBLE, 20, NULL, NULL }, { DEMO_CATEGORY_POSSIBLE, 21, NULL, NULL },
	{ DEMO_CATEGORY_POSSIBLE, 22, NULL, NULL }, { DEMO_CATEGORY_POSSIBLE, 23, NULL, NULL },
	{ DEMO_CATEGORY_SURVIVOR, 5, NULL, NULL },  { DEMO_CATEGORY_UNSAID, 9, NULL, NULL },
	{ DEMO_CATEGORY_UNSAID, 10, NULL, NULL },
};
/* clang-format on */

const char *
demo_network_name(size_t network)
{
	return networks[network].name;
}

size_t
demo_network_size(size_t network)
{
	return networks[network].n;
}

size_t
demo_network_member(const size_t category_first[DEMO_CATEGORY_COUNT], size_t network, size_t member)
{
	const struct member *m = &networks[network].member[member];

	return category_first[m->category] + m->ordinal;
}

size_t
demo_hotline_member(const size_t category_first[DEMO_CATEGORY_COUNT], size_t member)
{
	return category_first[hotline[member].category] + hotline[member].ordinal;
}

struct str
demo_hotline(struct arena *a)
{
	return demo_phone(a, BLOCK_HELPER, 1);
}

static void
token_add(struct demo_plan *plan, struct demo_token token)
{
	must(plan->token_count < DEMO_TOKENS_MAX);
	plan->token[plan->token_count++] = token;
}

static struct str
value_of(struct arena *a, struct demo_random *r, const struct shared *s, size_t serial)
{
	if (s->value != NULL)
		return str_from(s->value);
	switch (s->kind) {
	case DEMO_PHONE: return demo_phone(a, BLOCK_NETWORK, serial);
	case DEMO_ACCOUNT: return demo_account(a, serial);
	case DEMO_PLATE: return demo_plate(a, r, serial);
	case DEMO_SITE:
	case DEMO_TOKEN_KIND_COUNT: break;
	}
	must(s->value != NULL);
	return STR_NONE;
}

void
demo_network_assign(struct arena *a, uint64_t seed, struct demo_plan *plans,
		    const size_t category_first[DEMO_CATEGORY_COUNT])
{
	for (size_t i = 0; i < DEMO_NETWORK_COUNT; i++) {
		const struct network *net = &networks[i];
		struct demo_random r = demo_random_stream(seed, STR("network"), i);

		for (size_t m = 0; m < net->n; m++) {
			struct demo_plan *p = &plans[demo_network_member(category_first, i, m)];

			p->town = &demo_places[net->town];
			p->first_day = net->first_day;
			p->opening = net->member[m].opening;
			p->type = net->member[m].type;
		}
		for (size_t s = 0; s < COUNT_OF(net->shared) && net->shared[s].members != 0; s++) {
			/* Serials over 7,000: loose things count from 0 to 3,000 at most. */
			struct str value = value_of(a, &r, &net->shared[s], 7000 + i * 10 + s);

			for (size_t m = 0; m < net->n; m++)
				if ((net->shared[s].members >> m & 1) != 0)
					token_add(&plans[demo_network_member(category_first, i, m)],
						  (struct demo_token){.kind = net->shared[s].kind,
								      .value = value});
		}
	}
	for (size_t i = 0; i < DEMO_HOTLINE_COUNT; i++)
		token_add(&plans[demo_hotline_member(category_first, i)],
			  (struct demo_token){
			      .kind = DEMO_PHONE, .helper = true, .value = demo_hotline(a)});
}

bool
demo_network_has(const size_t category_first[DEMO_CATEGORY_COUNT], size_t plan)
{
	for (size_t i = 0; i < DEMO_NETWORK_COUNT; i++)
		for (size_t m = 0; m < networks[i].n; m++)
			if (demo_network_member(category_first, i, m) == plan)
				return true;
	for (size_t i = 0; i < DEMO_HOTLINE_COUNT; i++)
		if (demo_hotline_member(category_first, i) == plan)
			return true;
	return false;
}
