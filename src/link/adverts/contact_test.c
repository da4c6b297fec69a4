#include "base/test.h"

#include "base/arena.h"
#include "base/buf.h"
#include "link/adverts/contact.h"

static struct arena *arena;
static struct contact_reader *reader;

/* "phone 123456789, handle anna", in the order of the text. */
static struct str
read(const char *text)
{
	struct contact_text t;
	struct buf b;

	buf_init(&b, arena);
	contacts_read(reader, arena, str_from(text), &t);
	for (size_t i = 0; i < t.contacts.n; i++)
		buf_addf(&b, "%s%s%s %.*s", i > 0 ? ", " : "",
			 t.contacts.at[i].is_freephone ? "free " : "",
			 contact_kind_name(t.contacts.at[i].kind), STR_ARG(t.contacts.at[i].key));
	return buf_str(&b);
}

struct row {
	const char *text, *wanted;
};

static void
check(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct str got = read(rows[i].text);

		if (!str_eq(got, str_from(rows[i].wanted)))
			fail_msg("\"%s\": \"%.*s\", wanted \"%s\"", rows[i].text, STR_ARG(got),
				 rows[i].wanted);
	}
}

static void
numbers_are_read_however_they_are_written(void **state)
{
	static const struct row rows[] = {
	    {"Tel +49 170 1234567", "phone 701234567"},
	    {"call 0049-170-1234567 now", "phone 701234567"},
	    {"ruf 0170/1234567 an", "phone 701234567"},
	    {"+3-40-67-13-24-44", "phone 067132444"},
	    {"+ 3 9 9 6 6 2 5 7 5 7 8", "phone 966257578"},
	    {"+ 3 9 9 \xF0\x9F\x92\xB6 6 6 2 5 7 5 7 8", "phone 966257578"},
	    {"WhatsApp +4445\xF0\x9F\x93\x9E"
	     "4887220",
	     "phone 454887220"},
	    {"+34103465\xD0\x97"
	     "88 ask for Elena",
	     "phone 103465388"},
	    {"+3l476654O94", "phone 476654094"},
	    {"06.12.08.45.99", "phone 612084599"},
	    {"tel 555 0199", "phone 5550199"},
	    {"(0)170 123 45 67, tel 0170 1234567", "phone 701234567, phone 701234567"},
	    {"+49 170 1234567 18 bis 30 Jahre", "phone 701234567"},
	    {"+34981143548 o WhatsApp", "phone 981143548"},
	    {"+34 981 143 548 - 18 to 30", "phone 981143548"},
	};

	(void)state;
	check(rows, COUNT_OF(rows));
}

static void
digits_are_read_as_words_and_in_other_scripts(void **state)
{
	static const struct row rows[] = {
	    {"call zero one seven zero one two three four five six seven", "phone 701234567"},
	    {"null eins sieben null eins zwo drei vier fünf sechs sieben", "phone 701234567"},
	    {"zerooneseven zero onetwothree 4567", "phone 701234567"},
	    {"cero, uno, siete, cero, uno, dos, tres, cuatro, cinco, seis, siete",
	     "phone 701234567"},
	    {"0 1 seven 0 1 two 3 four 5 six 7", "phone 701234567"},
	    {"нуль один сім нуль один два три чотири п'ять шість сім", "phone 701234567"},
	    {"ноль один семь ноль один два три четыре пять шесть семь", "phone 701234567"},
	    {"٠١٧٠١٢٣٤٥٦٧", "phone 701234567"},
	    {"هاتف ۰۱۷۰۱۲۳۴۵۶۷", "phone 701234567"},
	    {"واحد سبعة صفر واحد اثنين ثلاثة أربعة خمسة ستة سبعة", "phone 701234567"},
	    {"०१७०१२३४५६७", "phone 701234567"},
	    {"एक सात शून्य एक दो तीन चार पाँच छह सात", "phone 701234567"},
	    {"โทร ๐๑๗๐๑๒๓๔๕๖๗", "phone 701234567"},
	    {"ศูนย์หนึ่งเจ็ดศูนย์หนึ่งสองสามสี่ห้าหกเจ็ด", "phone 701234567"},
	    {"电话一七〇一二三四五六七", "phone 701234567"},
	    {"０１７０１２３４５６７", "phone 701234567"},
	    {"①⑦⓪①②③④⑤⑥⑦", "phone 701234567"},
	    {"\xF0\x9D\x9F\x8E\xF0\x9D\x9F\x8F\xF0\x9D\x9F\x95\xF0\x9D\x9F\x8E\xF0\x9D\x9F\x8F"
	     "\xF0\x9D\x9F\x90\xF0\x9D\x9F\x91\xF0\x9D\x9F\x92\xF0\x9D\x9F\x93\xF0\x9D\x9F\x94"
	     "\xF0\x9D\x9F\x95",
	     "phone 701234567"},
	    {"0\xEF\xB8\x8F\xE2\x83\xA3"
	     "1\xEF\xB8\x8F\xE2\x83\xA3"
	     "7\xEF\xB8\x8F\xE2\x83\xA3"
	     "0\xEF\xB8\x8F\xE2\x83\xA3"
	     "1234567",
	     "phone 701234567"},
	    {"공일칠공일이삼사오육칠", "phone 701234567"},
	};

	(void)state;
	check(rows, COUNT_OF(rows));
}

static void
handles_addresses_and_accounts_are_read(void **state)
{
	static const struct row rows[] = {
	    {"message @elena359957", "handle elena359957"},
	    {"@\xD0\xB5l\xD0\xB5n\xD0\xB0"
	     "359957",
	     "handle elena359957"},
	    {"Telegram: maria_work", "handle maria_work"},
	    {"t.me/maria_work", "handle maria_work"},
	    {"instagram.com/maria.work", "handle maria.work"},
	    {"wa.me/491701234567", "phone 701234567"},
	    {"write to Anna.K+ad@Mail.example", "mail anna.k@mail.example"},
	    {"anna (at) mail (dot) com", "mail anna@mail.com"},
	    {"anna [at] mail.com", "mail anna@mail.com"},
	    {"anna собака mail точка com", "mail anna@mail.com"},
	    {"pay to DE89 3704 0044 0532 0130 00 today", "account de89370400440532013000"},
	    {"GB82WEST12345698765432", "account gb82west12345698765432"},
	    {"we meet at work. dot your is", ""},
	    {"Instagram and Telegram are blocked here", ""},
	};

	(void)state;
	check(rows, COUNT_OF(rows));
}

static void
what_is_no_number_stays_none(void **state)
{
	static const struct row rows[] = {
	    {"salary 1200 euro, 1500 with tips", ""},
	    {"1.200.000 IDR", ""},
	    {"15 000 000 сум", ""},
	    {"call now: 1 500 000 IDR", ""},
	    {"€ 1 200 000", ""},
	    {"from 01.05.2025 to 30.09.2025", ""},
	    {"2025-05-01 - 2025-09-30", ""},
	    {"01.05.2025-30.09.2025", ""},
	    {"05/01/2025", ""},
	    {"age 18-30, 165-175 cm, 45-55 kg", ""},
	    {"10:00-18:00, 22:00-06:00", ""},
	    {"trusted agency since 2009, start on 5.12", ""},
	    {"one or two girls, three months, four beds", ""},
	    {"uno dos tres", ""},
	    {"вік від 18 до 30 років, 2000 євро", ""},
	    {"18 to 30. 2009. 900", ""},
	};

	(void)state;
	check(rows, COUNT_OF(rows));
}

static void
who_calls_free_of_charge_calls_a_helper(void **state)
{
	static const struct row rows[] = {
	    {"helpline 0800 123 4567", "free phone 001234567"},
	    {"+800 1234 5678", "free phone 012345678"},
	    {"+1 800 555 0199", "free phone 005550199"},
	    {"hotline 116 006", ""},
	    {"112", ""},
	};

	(void)state;
	check(rows, COUNT_OF(rows));
}

static void
a_text_has_no_more_contacts_than_are_read(void **state)
{
	struct contact_text t;
	struct buf b;

	(void)state;
	buf_init(&b, arena);
	for (int i = 0; i < 100; i++)
		buf_addf(&b, "@name%d ", i);
	contacts_read(reader, arena, buf_str(&b), &t);
	assert_int_equal(t.contacts.n, CONTACTS_MAX);
	buf_clear(&b);
	for (int i = 0; i < 100000; i++)
		buf_add_z(&b, "0 ");
	contacts_read(reader, arena, buf_str(&b), &t);
	assert_true(t.letters.n <= LETTERS_TEXT_MAX);
}

static int
begin(void **state)
{
	(void)state;
	arena = arena_new(0);
	reader = contact_reader_new(arena);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(numbers_are_read_however_they_are_written),
	    cmocka_unit_test(digits_are_read_as_words_and_in_other_scripts),
	    cmocka_unit_test(handles_addresses_and_accounts_are_read),
	    cmocka_unit_test(what_is_no_number_stays_none),
	    cmocka_unit_test(who_calls_free_of_charge_calls_a_helper),
	    cmocka_unit_test(a_text_has_no_more_contacts_than_are_read),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
