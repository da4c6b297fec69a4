#include "base/test.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "match/screening/index.h"
#include "match/screening/segment_file.h"
#include "match/screening/test_people.h"

static struct arena *arena;
static struct screen_index *made;
static struct screen_worker *worker;
static char folder[] = "/tmp/liaison-segment-XXXXXX";
static const char *path;
static unsigned char *bytes; /* of the file */
static size_t bytes_n;
static uint32_t normaliser;

static void
slurp(void)
{
	FILE *f = fopen(path, "rbe");
	struct stat st;

	assert_non_null(f);
	assert_int_equal(fstat(fileno(f), &st), 0);
	bytes_n = (size_t)st.st_size;
	bytes = arena_zeroed(arena, bytes_n);
	assert_int_equal(fread(bytes, 1, bytes_n, f), bytes_n);
	fclose(f);
}

static int
begin(void **state)
{
	struct err err;

	(void)state;
	arena = arena_new(0);
	assert_non_null(mkdtemp(folder));
	path = str_fmt(arena, "%s/list.lsx", folder).p;
	assert_int_equal(screen_worker_open(&worker, &err), RC_OK);
	assert_int_equal(screen_index_new(test_people(arena), TEST_PEOPLE, &made, &err), RC_OK);
	assert_int_equal(screen_index_save(made, path, &err), RC_OK);
	assert_int_equal(segment_normaliser(&normaliser, &err), RC_OK);
	slurp();
	return 0;
}

static int
end(void **state)
{
	(void)state;
	screen_index_free(made);
	screen_worker_close(worker);
	unlink(path);
	rmdir(folder);
	arena_free(arena);
	return 0;
}

/* Pages with a copy of the file, as mmap gives them. */
static void *
copy(size_t n)
{
	void *p = mmap(NULL, bytes_n + SEGMENT_ALIGN, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_true(p != MAP_FAILED);
	memcpy(p, bytes, n < bytes_n ? n : bytes_n);
	return p;
}

static void
drop(void *p)
{
	munmap(p, bytes_n + SEGMENT_ALIGN);
}

static void
a_list_from_a_file_is_searched_as_in_memory(void **state)
{
	static const char *const names[] = {
	    "Korzhakov Vladislav", "Marta Nowak", "Abdulrahman Zahrani", "Chol-Jin Pak",
	    "Yunussalah Darwish",  "Li Ming",	  "Nobody Known"};
	struct screen_index *index;
	struct err err;

	(void)state;
	assert_true(segment_is_file(path));
	assert_int_equal(screen_index_open(path, &index, &err), RC_OK);
	assert_int_equal(screen_index_names(index), screen_index_names(made));
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		struct str name = str_from(names[i]);
		struct screen_query q = {&name, 1, .dob = STR("1961-03-02")};
		struct screen_hit a[5], b[5];
		size_t n = screen_search(made, worker, &q, 5, 0, a);

		assert_int_equal(screen_search(index, worker, &q, 5, 0, b), n);
		for (size_t k = 0; k < n; k++) {
			assert_true(str_eq(a[k].entry_id, b[k].entry_id));
			assert_true(str_eq(a[k].name, b[k].name));
			assert_true(a[k].bits == b[k].bits);
		}
	}
	screen_index_free(index);
}

static void
every_flipped_byte_is_refused(void **state)
{
	unsigned char *p = copy(bytes_n);
	struct segment s;
	struct err err;

	(void)state;
	for (size_t i = 0; i < bytes_n; i++) {
		p[i] ^= 1u << (i % 8);
		assert_int_equal(segment_read(p, bytes_n, "x", normaliser, &s, &err), RC_INVALID);
		p[i] ^= 1u << (i % 8);
	}
	assert_int_equal(segment_read(p, bytes_n, "x", normaliser, &s, &err), RC_OK);
	drop(p);
}

static void
a_file_cut_off_or_too_long_is_refused(void **state)
{
	struct segment s;
	struct err err;
	unsigned char *p;

	(void)state;
	for (size_t n = 0; n < bytes_n; n += n < 1100 ? 1 : 61) {
		p = copy(n);
		assert_int_equal(segment_read(p, n, "x", normaliser, &s, &err), RC_INVALID);
		drop(p);
	}
	p = copy(bytes_n);
	assert_int_equal(segment_read(p, bytes_n + SEGMENT_ALIGN, "x", normaliser, &s, &err),
			 RC_INVALID);
	drop(p);
}

static void
what_is_refused_says_which_file_why_and_what_to_do(void **state)
{
	struct segment_head *head = copy(bytes_n);
	struct segment s;
	struct err err;

	(void)state;
	head->version++;
	assert_int_equal(segment_read(head, bytes_n, "old.lsx", normaliser, &s, &err), RC_INVALID);
	assert_non_null(strstr(err.text, "\"old.lsx\" was made by another version"));
	assert_non_null(strstr(err.text, "liaison match index"));
	head->version--;
	assert_int_equal(segment_read(head, bytes_n, "x", normaliser + 1, &s, &err), RC_INVALID);
	assert_non_null(strstr(err.text, "reads names otherwise"));
	head->parts[3].hash[0] ^= 1;
	assert_int_equal(segment_read(head, bytes_n, "x", normaliser, &s, &err), RC_INVALID);
	assert_non_null(strstr(err.text, "damaged"));
	drop(head);
	assert_int_equal(segment_load("/nowhere/list.lsx", &s, &err), RC_ABSENT);
	assert_int_equal(segment_load("/dev/null", &s, &err), RC_INVALID);
	assert_false(segment_is_file("/dev/null") || segment_is_file("/nowhere/list.lsx"));
	assert_int_equal(screen_index_save(made, "/nowhere/list.lsx", &err), RC_UNAVAILABLE);
}

/* Search whatever was let in; under the sanitizers nothing leads outside of it. */
static void
use(const struct segment *s)
{
	static const char *const names[] = {"Marta NOVAK", "Korzhakov", "Abd al Malik"};
	struct screen_index *index = index_of_segment(s);

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		struct str name = str_from(names[i]), id = STR("AB990p1");
		struct screen_query q = {
		    &name,	  1, .dob = STR("1961"), .country = STR("Chile"), .ids = &id,
		    .id_count = 1};
		struct screen_explanation why;
		struct screen_hit hits[4];

		for (size_t k = screen_search(index, worker, &q, 4, 0, hits); k-- > 0;)
			screen_explain(index, worker, &q, hits[k].entry, &why);
	}
	screen_index_free(index);
}

/* With right hashes: who makes such a file may lie about names, not lead outside of it. */
static void
numbers_that_lead_outside_are_refused_though_signed(void **state)
{
	static const uint32_t odd[] = {UINT32_MAX, 0x7fffffffu, 1u << 20, 0, 255};
	const struct segment_head *good = (const struct segment_head *)bytes;
	size_t refused = 0, let_in = 0;

	(void)state;
	for (size_t part = 0; part < SEGMENT_PARTS; part++) {
		size_t words = good->parts[part].bytes / 4, step = words / 40 + 1;

		for (size_t i = 0; i < words * COUNT_OF(odd); i += step) {
			size_t alloc = (bytes_n + 4095) / 4096 * 4096;
			unsigned char *p = mmap(NULL, alloc, PROT_READ | PROT_WRITE,
						MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
			struct segment s;
			struct err err;

			assert_true(p != MAP_FAILED);
			memcpy(p, bytes, bytes_n);
			memcpy(p + good->parts[part].at + i / COUNT_OF(odd) * 4,
			       &odd[i % COUNT_OF(odd)], 4);
			assert_true(segment_sign(p, bytes_n));
			if (segment_read(p, bytes_n, "x", normaliser, &s, &err) == RC_OK) {
				use(&s);
				let_in++;
			} else {
				munmap(p, alloc);
				refused++;
			}
		}
	}
	assert_true(refused > 300);
	assert_true(let_in > 0);
}

static const struct {
	enum segment_part part;
	size_t at; /* number of 32 bits in the part */
	uint32_t value;
} lies[] = {
    {SEGMENT_ENTRIES, 1, 7},	      /* first name of the first entry */
    {SEGMENT_ENTRIES, 5, 1u << 30},   /* facts of the second */
    {SEGMENT_FACTS, 0, 1u << 24},     /* text of a type */
    {SEGMENT_FACTS, 1, 0xffff},	      /* counts */
    {SEGMENT_FACTS, 2, UINT32_MAX},   /* a date */
    {SEGMENT_NAMES, 0, 1},	      /* entry of the first name */
    {SEGMENT_NAMES, 1, 1},	      /* its first part */
    {SEGMENT_NAMES, 4, 0},	      /* a name without a part */
    {SEGMENT_NAMES, 5, 1u << 24},     /* a text behind the end */
    {SEGMENT_TOKENS, 0, 0x7fffffffu}, /* a word that is none */
    {SEGMENT_WORDS, 0, 1},	      /* where the first word is spelt */
    {SEGMENT_WORDS, 5, 1u << 24},     /* postings */
    {SEGMENT_WORDS, 2, 1u << 24},     /* more entries than there are */
    {SEGMENT_SPELT, 1, UINT32_MAX},   /* lengths of the first word */
    {SEGMENT_POSTINGS, 0, 1u << 24},  /* a name that is none */
    {SEGMENT_TEXTS, 0, 0xfffefdfcu},  /* no UTF-8 */
    {SEGMENT_IDS, 0, 0xfffefdfcu},
    {SEGMENT_KEY_BUCKETS, 0, 1},
    {SEGMENT_KEY_BUCKETS, 3, 1u << 24},
    {SEGMENT_KEY_WORDS, 0, 1u << 24},
    {SEGMENT_PAIR_BUCKETS, 1, 1u << 24},
    {SEGMENT_PAIR_TOKENS, 0, 1u << 24},
    {SEGMENT_ID_KEYS, 1, 1u << 24},
};

static void
each_kind_of_lie_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(lies); i++) {
		struct segment_head *head = copy(bytes_n);
		struct segment s;
		struct err err;

		memcpy((char *)head + head->parts[lies[i].part].at + lies[i].at * 4, &lies[i].value,
		       4);
		assert_true(segment_sign(head, bytes_n));
		if (segment_read(head, bytes_n, "x", normaliser, &s, &err) != RC_INVALID)
			print_error("lie %zu was let in\n", i);
		assert_int_equal(segment_read(head, bytes_n, "x", normaliser, &s, &err),
				 RC_INVALID);
		assert_non_null(strstr(err.text, "does not fit together"));
		drop(head);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_list_from_a_file_is_searched_as_in_memory),
	    cmocka_unit_test(every_flipped_byte_is_refused),
	    cmocka_unit_test(a_file_cut_off_or_too_long_is_refused),
	    cmocka_unit_test(what_is_refused_says_which_file_why_and_what_to_do),
	    cmocka_unit_test(each_kind_of_lie_is_refused),
	    cmocka_unit_test(numbers_that_lead_outside_are_refused_though_signed),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
