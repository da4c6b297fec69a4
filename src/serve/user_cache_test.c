#include "base/test.h"

#include "base/arena.h"
#include "serve/user_cache.h"

static const struct user ana = {
    .id = {{1}}, .login = STR_INIT("ana"), .name = STR_INIT("Ana Reis"), .roles = 3, .uid = -1};

static const struct credential token = {.kind = CREDENTIAL_TOKEN,
					.id = {{9}},
					.purposes = 7,
					.expires_ms = 1000,
					.scope = STR_INIT("read"),
					.addresses = STR_INIT("10.0.0.0/8")};

static struct user_cache *
with_ana(void)
{
	struct user_cache *c = user_cache_new();

	user_cache_keep(c, 5, STR("liaison_one"), &ana, &token);
	return c;
}

static void
a_token_kept_is_found_with_all_it_stands_for(void **state)
{
	struct arena *a = arena_new(0);
	struct user_cache *c = with_ana();
	struct user u;
	struct credential got;

	(void)state;
	assert_true(user_cache_find(c, a, 5, CREDENTIAL_TOKEN, STR("liaison_one"), 999, &u, &got));
	assert_true(got.purposes == 7 && got.kind == CREDENTIAL_TOKEN && id_eq(got.id, token.id));
	assert_true(str_eq_z(got.scope, "read") && str_eq_z(got.addresses, "10.0.0.0/8"));
	assert_true(id_eq(u.id, ana.id) && u.roles == 3 && u.uid == -1);
	assert_true(str_eq_z(u.login, "ana") && str_eq_z(u.name, "Ana Reis"));
	user_cache_free(c);
	arena_free(a);
}

static void
nothing_is_found_after_a_change_past_the_end_or_for_another_token(void **state)
{
	static const struct {
		uint64_t generation;
		enum credential_kind kind;
		const char *token;
		int64_t now_ms;
	} cases[] = {
	    {6, CREDENTIAL_TOKEN, "liaison_one", 0},
	    {4, CREDENTIAL_TOKEN, "liaison_one", 0},
	    {5, CREDENTIAL_TOKEN, "liaison_one", 1000},
	    {5, CREDENTIAL_TOKEN, "liaison_two", 0},
	    {5, CREDENTIAL_TOKEN, "", 0},
	    {5, CREDENTIAL_SESSION, "liaison_one", 0},
	};
	struct arena *a = arena_new(0);
	struct user_cache *c = with_ana();
	struct user u;
	struct credential got;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_false(user_cache_find(c, a, cases[i].generation, cases[i].kind,
					     str_from(cases[i].token), cases[i].now_ms, &u, &got));
	user_cache_free(c);
	arena_free(a);
}

static void
many_tokens_displace_each_other_and_never_answer_for_another(void **state)
{
	struct arena *a = arena_new(0);
	struct user_cache *c = user_cache_new();
	struct user u = ana;
	unsigned found = 0;
	struct credential got;

	(void)state;
	for (unsigned i = 0; i < 200; i++) {
		const struct credential kept = {
		    .kind = CREDENTIAL_TOKEN, .purposes = i, .expires_ms = 1};

		u.roles = i;
		user_cache_keep(c, 1, str_fmt(a, "token %u", i), &u, &kept);
	}
	for (unsigned i = 0; i < 200; i++)
		if (user_cache_find(c, a, 1, CREDENTIAL_TOKEN, str_fmt(a, "token %u", i), 0, &u,
				    &got)) {
			assert_int_equal(u.roles, i);
			assert_int_equal(got.purposes, i);
			found++;
		}
	assert_in_range(found, 1, 64);
	user_cache_free(c);
	arena_free(a);
}

static void
a_name_too_long_to_keep_is_not_kept(void **state)
{
	struct arena *a = arena_new(0);
	struct user_cache *c = user_cache_new();
	struct user u = ana;
	struct credential got;

	(void)state;
	u.name.p = arena_bytes(a, 201);
	u.name.n = 201;
	user_cache_keep(c, 5, STR("liaison_one"), &u, &token);
	assert_false(user_cache_find(c, a, 5, CREDENTIAL_TOKEN, STR("liaison_one"), 0, &u, &got));
	user_cache_free(c);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_token_kept_is_found_with_all_it_stands_for),
	    cmocka_unit_test(nothing_is_found_after_a_change_past_the_end_or_for_another_token),
	    cmocka_unit_test(many_tokens_displace_each_other_and_never_answer_for_another),
	    cmocka_unit_test(a_name_too_long_to_keep_is_not_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
