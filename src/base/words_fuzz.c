#include "base/arena.h"
#include "base/clock.h"
#include "base/hex.h"
#include "base/id.h"
#include "base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* The small words that stand in paths, headers, files and answers: what is read is written again
 * as something that reads the same. */
int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena *a = arena_new(0);
	struct str s = {(const char *)p, n}, bytes;
	struct id id, same;
	int64_t v, again;

	if (id_parse(s, &id))
		must(n == ID_TEXT && id_parse(id_format(a, id), &same) && id_eq(id, same));
	if (time_parse(s, &v)) {
		must(time_parse(time_format(a, v), &again));
		must(again == v);
	}
	if (str_to_i64(s, &v))
		must(str_to_i64(str_fmt(a, "%lld", (long long)v), &again) && again == v);
	if (base64_parse(a, s, &bytes))
		must(str_eq(base64_format(a, bytes.p, bytes.n), s));
	if (n > 0 && n % 2 == 0 && n < 4096 && hex_parse(s, arena_bytes(a, n / 2), n / 2))
		must(utf8_is_valid(s));
	if (utf8_is_valid(s)) {
		size_t count = 0, used;

		for (size_t i = 0; i < n; i += used, count++)
			(void)utf8_decode(s.p + i, n - i, &used);
		must(count == utf8_count(s) && utf8_bad_at(s) == n);
	}
	arena_free(a);
	return 0;
}
