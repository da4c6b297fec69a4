#include "base/test.h"

#include "link/money/judge.h"

#define DAY MONEY_DAY_S
#define HOUR MONEY_HOUR_S
#define PERSONS 600
#define SHOPS 60
#define START (INT64_C(20094) * DAY) /* 2025-01-06 */

/* An invented town of six hundred, four weeks long: wages, rents, shops, friends; nobody harms
 * anybody. */
struct town {
	struct arena *arena;
	struct money_accounts accounts;
	struct money_ledger ledger;
	struct money_groups groups;
	uint64_t chance;
	bool marking;
	unsigned marked;
};

static unsigned
roll(struct town *t, unsigned below)
{
	t->chance = t->chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)((t->chance >> 33) % below);
}

static uint32_t
account(struct town *t, const char *what, unsigned number)
{
	return money_account_of(&t->accounts, str_fmt(t->arena, "%s%u", what, number));
}

static void
pay(struct town *t, int64_t at_s, uint32_t from, uint32_t to, int64_t euro,
    enum money_channel channel)
{
	struct money_tx *x = VEC_ADD(t->arena, &t->ledger.tx);

	*x = (struct money_tx){
	    .at_s = START + at_s,
	    .cents = euro * 100 + (t->marking ? 0 : roll(t, 100)),
	    .id = str_fmt(t->arena, "%c%06zu", t->marking ? 'X' : 'T', t->ledger.tx.n),
	    .from = from,
	    .to = to,
	    .channel = (uint8_t)channel};
	t->marked += t->marking;
}

static uint32_t
person(struct town *t, unsigned n)
{
	return account(t, "P", n);
}

/* One roll a statement: in which order a call's arguments are worked out is the compiler's. */
static void
ordinary(struct town *t)
{
	int64_t at;
	unsigned who, euro;

	for (unsigned p = 0; p < PERSONS; p++) {
		euro = 1200 + roll(t, 2000);
		at = 14 * DAY + 8 * HOUR + roll(t, 3600);
		pay(t, at, account(t, "S", p % SHOPS), person(t, p), euro, MONEY_SEPA);
		euro = 300 + roll(t, 500);
		at = 16 * DAY + roll(t, 3600);
		pay(t, at, person(t, p), person(t, p / 4), euro, MONEY_STANDING_ORDER);
		for (int k = 0; k < 6; k++) {
			euro = 5 + roll(t, 80);
			who = account(t, "S", roll(t, SHOPS));
			at = 8 * HOUR + roll(t, 13 * 3600);
			at += roll(t, 28) * DAY;
			pay(t, at, person(t, p), who, euro, MONEY_CARD);
		}
		for (int k = 0; k < 2; k++) {
			euro = 10 + roll(t, 200);
			who = person(t, roll(t, PERSONS));
			at = 8 * HOUR + roll(t, 12 * 3600);
			at += roll(t, 28) * DAY;
			pay(t, at, person(t, p), who, euro, MONEY_TRANSFER);
		}
		if (p % 5 == 0) {
			euro = 30 + roll(t, 1200);
			at = 12 * HOUR;
			at += roll(t, 28) * DAY;
			pay(t, at, MONEY_CASH, person(t, p), euro, MONEY_CASH_IN);
		}
	}
}

static struct town *
town_new(void)
{
	struct arena *a = arena_new(0);
	struct town *t = NEW(a, struct town);

	t->arena = a;
	t->chance = 7;
	money_accounts_init(&t->accounts, a);
	t->ledger = (struct money_ledger){.arena = a, .accounts = &t->accounts};
	for (unsigned i = 0; i < PERSONS + SHOPS; i++) {
		bool shop = i >= PERSONS;
		uint32_t v = account(t, shop ? "S" : "P", shop ? i - PERSONS : i);

		t->accounts.all.at[v].kind = shop ? MONEY_BUSINESS : MONEY_PERSON;
		t->accounts.all.at[v].opened = i % 50 == 7 ? 20060 : 17000;
	}
	ordinary(t);
	return t;
}

/* From now on payments belong to what is looked for, and every other account in it is fresh. */
static void
mark(struct town *t)
{
	t->marking = true;
	for (unsigned p = 500; p < PERSONS; p += 2)
		t->accounts.all.at[person(t, p)].opened = 20080;
}

static void
judge(struct town *t)
{
	money_ledger_order(&t->ledger);
	money_judge(t->arena, &t->ledger, &t->groups);
}

/* One lead of this typology holds just what was marked, around this account; and there is no other.
 */
static void
assert_found(struct town *t, enum money_typology typology, uint32_t centre)
{
	size_t leads = 0;

	judge(t);
	for (size_t i = 0; i < t->groups.n; i++) {
		const struct money_group *g = &t->groups.at[i];
		double bits = 0;

		if (!g->lead)
			continue;
		leads++;
		assert_string_equal(money_typology_name(g->typology),
				    money_typology_name(typology));
		assert_true(g->centre == centre || typology == MONEY_CYCLE);
		assert_int_equal(g->n, t->marked);
		for (size_t k = 0; k < g->n; k++) {
			assert_int_equal(t->ledger.tx.at[g->tx[k]].id.p[0], 'X');
			assert_true(t->ledger.tx.at[g->tx[k]].score >= 0.5F);
		}
		for (size_t k = 0; k < g->fact_n; k++)
			bits += g->facts[k].bits;
		assert_true(bits - g->bits < 1e-9 && g->bits - bits < 1e-9);
	}
	assert_int_equal(leads, 1);
	arena_free(t->arena);
}

static void
assert_nothing(struct town *t)
{
	judge(t);
	for (size_t i = 0; i < t->groups.n; i++)
		if (t->groups.at[i].lead)
			fail_msg("a %s of %zu was found",
				 money_typology_name(t->groups.at[i].typology), t->groups.at[i].n);
	arena_free(t->arena);
}

static void
an_ordinary_town_gives_no_lead(void **state)
{
	(void)state;
	assert_nothing(town_new());
}

static void
many_who_never_paid_someone_before_are_a_fan_in(void **state)
{
	struct town *t = town_new();

	(void)state;
	mark(t);
	for (unsigned i = 0; i < 12; i++)
		pay(t, (9 + i / 3) * DAY + (8 + i % 3 * 4) * HOUR, person(t, 500 + 3 * i),
		    person(t, 590), 400 + 117 * i, MONEY_TRANSFER);
	assert_found(t, MONEY_FAN_IN, person(t, 590));
}

static void
one_who_pays_many_strangers_is_a_fan_out(void **state)
{
	struct town *t = town_new();

	(void)state;
	mark(t);
	for (unsigned i = 0; i < 12; i++)
		pay(t, (9 + i / 3) * DAY + (8 + i % 3 * 4) * HOUR, account(t, "S", 3),
		    person(t, 500 + 3 * i), 400 + 117 * i, MONEY_REMITTANCE);
	assert_found(t, MONEY_FAN_OUT, account(t, "S", 3));
}

static void
cash_under_a_line_that_comes_together_is_smurfing(void **state)
{
	struct town *t = town_new();

	(void)state;
	mark(t);
	for (unsigned i = 0; i < 8; i++) {
		pay(t, (9 + i / 3) * DAY + 9 * HOUR, MONEY_CASH, person(t, 500 + 5 * i),
		    900 + 9 * i, MONEY_CASH_IN);
		/* The last one passed it on before it was booked. */
		pay(t, (9 + i / 3) * DAY + (i == 7 ? 2 : 20) * HOUR, person(t, 500 + 5 * i),
		    account(t, "S", 4), 850 + 9 * i, MONEY_TRANSFER);
	}
	assert_found(t, MONEY_SMURFING, account(t, "S", 4));
}

static void
what_parts_and_meets_again_is_scatter_gather(void **state)
{
	struct town *t = town_new();

	(void)state;
	mark(t);
	for (unsigned i = 0; i < 7; i++) {
		pay(t, 9 * DAY + i * 5 * HOUR, account(t, "S", 5), person(t, 500 + 7 * i),
		    1000 + 333 * i, MONEY_TRANSFER);
		pay(t, 10 * DAY + i * 7 * HOUR, person(t, 500 + 7 * i), account(t, "S", 6),
		    950 + 316 * i, MONEY_TRANSFER);
	}
	assert_found(t, MONEY_SCATTER_GATHER, account(t, "S", 6));
}

static void
wages_that_go_on_to_one_hand_are_skimmed(void **state)
{
	struct town *t = town_new();

	(void)state;
	mark(t);
	for (unsigned i = 0; i < 12; i++) {
		pay(t, (6 + i / 6 * 14) * DAY + 8 * HOUR + i, account(t, "S", 7),
		    person(t, 500 + i % 6 * 6), 600 + 10 * i, MONEY_SEPA);
		pay(t, (6 + i / 6 * 14) * DAY + (12 + i % 6) * HOUR, person(t, 500 + i % 6 * 6),
		    person(t, 42), 420 + 8 * i, MONEY_TRANSFER);
	}
	assert_found(t, MONEY_WAGE_SKIM, person(t, 42));
}

static void
money_that_comes_home_over_five_is_a_cycle(void **state)
{
	struct town *t = town_new();

	(void)state;
	mark(t);
	for (unsigned i = 0; i < 5; i++)
		pay(t, (9 + i) * DAY, person(t, 500 + 4 * i), person(t, 500 + 4 * ((i + 1) % 5)),
		    5000 - 190 * i, MONEY_TRANSFER);
	assert_found(t, MONEY_CYCLE, person(t, 500));
}

static void
money_passed_on_layer_by_layer_is_layering(void **state)
{
	struct town *t = town_new();
	unsigned next = 502;

	(void)state;
	mark(t);
	for (unsigned i = 0; i < 2; i++) {
		unsigned first = next++;

		pay(t, 9 * DAY + i * HOUR, account(t, "S", 8), person(t, first), 6000,
		    MONEY_TRANSFER);
		for (unsigned k = 0; k < 2; k++) {
			unsigned second = next++;

			pay(t, 10 * DAY + k * HOUR, person(t, first), person(t, second),
			    3100 - 300 * k, MONEY_TRANSFER);
			pay(t, 11 * DAY, person(t, second), person(t, next++), 1500 - 150 * k,
			    MONEY_REMITTANCE);
			pay(t, 11 * DAY + 9 * HOUR, person(t, second), person(t, next++),
			    1450 - 130 * k, MONEY_SEPA);
		}
	}
	assert_found(t, MONEY_LAYERING, account(t, "S", 8));
}

static void
one_whom_strangers_pay_by_night_is_timed_by_a_venue(void **state)
{
	struct town *t = town_new();

	(void)state;
	mark(t);
	t->accounts.all.at[person(t, 560)].venue = 1;
	for (unsigned i = 0; i < 14; i++)
		pay(t, (12 + i) * DAY + (i % 2 ? 22 : 26) * HOUR, person(t, 3 + 11 * i),
		    person(t, 560), 60 + 20 * (i % 4), i % 3 ? MONEY_TRANSFER : MONEY_CARD);
	judge(t);
	assert_true(t->groups.n > 0);
	assert_true(t->groups.at[0].lead);
	assert_int_equal(t->groups.at[0].typology, MONEY_VENUE_TIMED);
	assert_int_equal(t->groups.at[0].centre, person(t, 560));
	assert_true(t->groups.at[0].n >= 14);
	arena_free(t->arena);
}

static void
a_shop_with_many_payers_is_none(void **state)
{
	struct town *t = town_new();

	(void)state;
	for (unsigned i = 0; i < 60; i++)
		pay(t, (9 + i / 12) * DAY + (10 + i % 12) * HOUR, person(t, 9 * i),
		    account(t, "S", 9), 20 + i, MONEY_CARD);
	assert_nothing(t);
}

static void
a_payroll_sent_at_once_is_none(void **state)
{
	struct town *t = town_new();

	(void)state;
	for (unsigned i = 0; i < 40; i++)
		pay(t, 20 * DAY + 9 * HOUR + i, account(t, "S", 10), person(t, 100 + i),
		    1500 + 10 * i, MONEY_TRANSFER);
	assert_nothing(t);
}

static void
a_collection_for_a_good_cause_is_none(void **state)
{
	static const int64_t gifts[] = {10, 20, 50};
	struct town *t = town_new();

	(void)state;
	for (unsigned c = 0; c < 3; c++)
		for (unsigned i = 0; i < 24; i++)
			pay(t, (2 + i) * DAY + 11 * HOUR, person(t, 7 * i + c),
			    account(t, "S", 11 + c), gifts[i % 3], MONEY_TRANSFER);
	assert_nothing(t);
}

static void
a_landlord_whose_tenants_work_for_one_firm_is_none(void **state)
{
	struct town *t = town_new();

	(void)state;
	for (unsigned i = 0; i < 6; i++)
		pay(t, 17 * DAY + i * HOUR, person(t, 12 + 60 * i), person(t, 400), 450,
		    MONEY_STANDING_ORDER);
	assert_nothing(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_ordinary_town_gives_no_lead),
	    cmocka_unit_test(many_who_never_paid_someone_before_are_a_fan_in),
	    cmocka_unit_test(one_who_pays_many_strangers_is_a_fan_out),
	    cmocka_unit_test(cash_under_a_line_that_comes_together_is_smurfing),
	    cmocka_unit_test(what_parts_and_meets_again_is_scatter_gather),
	    cmocka_unit_test(wages_that_go_on_to_one_hand_are_skimmed),
	    cmocka_unit_test(money_that_comes_home_over_five_is_a_cycle),
	    cmocka_unit_test(money_passed_on_layer_by_layer_is_layering),
	    cmocka_unit_test(one_whom_strangers_pay_by_night_is_timed_by_a_venue),
	    cmocka_unit_test(a_shop_with_many_payers_is_none),
	    cmocka_unit_test(a_payroll_sent_at_once_is_none),
	    cmocka_unit_test(a_collection_for_a_good_cause_is_none),
	    cmocka_unit_test(a_landlord_whose_tenants_work_for_one_firm_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
