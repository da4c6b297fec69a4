#include "link/money/read.h"

#include <string.h>

#include "format/csv.h"
#include "link/money/value.h"
#include "parse/parse.h"

#define SHOWN_MAX 20
#define COLUMNS_MAX 8
#define ACCOUNTS_MAX ((size_t)20000000)
#define NO_COLUMN SIZE_MAX
#define ID_BYTES_MAX 128

struct money_read {
	FILE *file, *diag;
	struct parse *csv;
	const char *path;
	size_t column[COLUMNS_MAX];
	struct csv_row row;
	size_t skipped;
};

struct heading {
	const char *name;
	bool needed;
};

static void
tell(struct money_read *r, const struct err *why)
{
	struct arena *a = arena_new(0);

	if (++r->skipped <= SHOWN_MAX)
		fprintf(r->diag, "%.*s\n", STR_ARG(err_line(a, why)));
	arena_free(a);
}

void
money_read_refuse(struct money_read *r, const char *key, const char *why)
{
	struct err err = {0};

	(void)fail_at(&err, RC_INVALID, r->path, r->row.line, 0, key, "%s", why);
	tell(r, &err);
}

static enum rc
headings_read(struct money_read *r, const struct heading *headings, struct err *err)
{
	struct csv_row row;
	enum rc rc = parse_csv_next(r->csv, &row, err);

	if (rc == RC_ABSENT)
		return fail_at(err, RC_INVALID, r->path, 0, 0, "", "the file is empty");
	if (rc != RC_OK)
		return rc;
	for (size_t h = 0; headings[h].name != NULL; h++) {
		r->column[h] = NO_COLUMN;
		for (size_t i = 0; i < row.n && r->column[h] == NO_COLUMN; i++)
			if (str_eq_z(str_trim(row.at[i].text), headings[h].name))
				r->column[h] = i;
		if (headings[h].needed && r->column[h] == NO_COLUMN)
			return fail_at(err, RC_INVALID, r->path, row.line, 0, headings[h].name,
				       "no column has this heading");
	}
	return RC_OK;
}

static enum rc
open_one(struct arena *a, const char *path, const struct heading *headings, FILE *diag,
	 struct money_read **out, struct err *err)
{
	struct money_read *r = NEW(a, struct money_read);
	enum rc rc;

	*out = r;
	r->path = path;
	r->diag = diag;
	r->file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rbe");
	if (r->file == NULL)
		return fail(err, RC_ABSENT, "", "the file \"%s\" cannot be opened", path);
	rc = parse_csv_open(source_file(r->file, path), CSV_RAGGED, &r->csv, err);
	return rc == RC_OK ? headings_read(r, headings, err) : rc;
}

void
money_read_close(struct money_read *r)
{
	if (r == NULL)
		return;
	parse_close(r->csv);
	if (r->file != NULL && r->file != stdin)
		(void)fclose(r->file);
	r->csv = NULL;
	r->file = NULL;
}

size_t
money_read_skipped(const struct money_read *r)
{
	return r->skipped;
}

static struct str
cell(const struct money_read *r, size_t h)
{
	return r->column[h] < r->row.n ? str_trim(r->row.at[r->column[h]].text) : STR_NONE;
}

/* The next row that is one; bad ones are told. */
static enum rc
next_row(struct money_read *r, struct err *err)
{
	enum rc rc;

	while ((rc = parse_csv_next(r->csv, &r->row, err)) != RC_OK) {
		if (rc == RC_ABSENT || !parse_can_go_on(r->csv))
			return rc;
		tell(r, err);
	}
	return RC_OK;
}

enum rc
money_accounts_read(struct money_accounts *accounts, const char *path, FILE *diag, size_t *skipped,
		    struct err *err)
{
	static const struct heading headings[] = {{"account", true},  {"kind", false},
						  {"country", false}, {"opened", false},
						  {"venue", false},   {NULL, false}};
	struct arena *a = arena_new(0);
	struct money_read *r;
	enum rc rc = open_one(a, path, headings, diag, &r, err);
	bool began = rc == RC_OK;

	while (rc == RC_OK && (rc = next_row(r, err)) == RC_OK) {
		struct str name = cell(r, 0), opened = cell(r, 3), country = cell(r, 2);
		struct money_account *account;
		int32_t day = INT32_MIN;
		uint32_t v;

		if (name.n == 0 || name.n > ID_BYTES_MAX) {
			money_read_refuse(r, "account", "the row names no account");
			continue;
		}
		if (opened.n > 0 && !money_day(opened, &day)) {
			money_read_refuse(r, "opened", "a day is written 2026-11-23");
			continue;
		}
		if (accounts->all.n >= ACCOUNTS_MAX) {
			rc = fail(err, RC_TOO_LARGE, "", "there are more than %zu accounts",
				  ACCOUNTS_MAX);
			break;
		}
		v = money_account_of(accounts, name);
		if (v == MONEY_CASH)
			continue;
		account = &accounts->all.at[v];
		account->opened = day;
		account->kind = (uint8_t)money_kind_of(cell(r, 1));
		for (size_t i = 0; i < 2 && country.n == 2; i++)
			account->country[i] = country.p[i];
		/* Venues are another array: account stays where it is. */
		if (cell(r, 4).n > 0)
			account->venue = money_venue_of(accounts, cell(r, 4));
	}
	*skipped += r->skipped;
	money_read_close(r);
	arena_free(a);
	return rc == RC_ABSENT && began ? RC_OK : rc;
}

enum rc
money_venues_read(struct money_accounts *accounts, const char *path, FILE *diag, size_t *skipped,
		  struct err *err)
{
	static const struct heading headings[] = {{"venue", true}, {"kind", false}, {NULL, false}};
	struct arena *a = arena_new(0);
	struct money_read *r;
	enum rc rc = open_one(a, path, headings, diag, &r, err);
	bool opened = rc == RC_OK;

	while (rc == RC_OK && (rc = next_row(r, err)) == RC_OK) {
		struct str name = cell(r, 0);
		uint32_t v;

		if (name.n == 0 || name.n > ID_BYTES_MAX) {
			money_read_refuse(r, "venue", "the row names no venue");
			continue;
		}
		v = money_venue_of(accounts, name);
		accounts->venues.at[v - 1].kind = str_copy(accounts->arena, cell(r, 1));
	}
	*skipped += r->skipped;
	money_read_close(r);
	arena_free(a);
	return rc == RC_ABSENT && opened ? RC_OK : rc;
}

enum rc
money_left_out_read(struct money_accounts *accounts, const char *path, FILE *diag, size_t *skipped,
		    struct err *err)
{
	static const struct heading headings[] = {{"account", true}, {NULL, false}};
	struct arena *a = arena_new(0);
	struct money_read *r;
	enum rc rc = open_one(a, path, headings, diag, &r, err);
	bool began = rc == RC_OK;

	while (rc == RC_OK && (rc = next_row(r, err)) == RC_OK) {
		struct str name = cell(r, 0);
		uint32_t v;

		if (name.n == 0 || name.n > ID_BYTES_MAX) {
			money_read_refuse(r, "account", "the row names no account");
			continue;
		}
		v = money_account_of(accounts, name);
		if (v != MONEY_CASH)
			accounts->all.at[v].left_out = true;
	}
	*skipped += r->skipped;
	money_read_close(r);
	arena_free(a);
	return rc == RC_ABSENT && began ? RC_OK : rc;
}

enum rc
money_read_open(struct arena *a, const char *path, FILE *diag, struct money_read **out,
		struct err *err)
{
	static const struct heading headings[] = {
	    {"tx_id", true},	     {"ts", true},	    {"from_account", true},
	    {"to_account", true},    {"amount_eur", true},  {"channel", true},
	    {"from_country", false}, {"to_country", false}, {NULL, false}};

	return open_one(a, path, headings, diag, out, err);
}

/* NULL where the row is a transaction, or the heading that is at fault. */
static const char *
tx_read(const struct money_read *r, struct money_accounts *accounts, struct money_tx *t)
{
	struct str from = cell(r, 2), to = cell(r, 3), here = cell(r, 6), there = cell(r, 7);

	*t = (struct money_tx){.id = cell(r, 0)};
	if (t->id.n == 0 || t->id.n > ID_BYTES_MAX)
		return "tx_id";
	if (!money_time(cell(r, 1), &t->at_s))
		return "ts";
	if (!money_cents(cell(r, 4), &t->cents))
		return "amount_eur";
	if (cell(r, 5).n == 0)
		return "channel";
	t->channel = (uint8_t)money_channel_of(cell(r, 5));
	if ((from.n == 0 && t->channel != MONEY_CASH_IN) || from.n > ID_BYTES_MAX)
		return "from_account";
	if ((to.n == 0 && t->channel != MONEY_CASH_OUT) || to.n > ID_BYTES_MAX)
		return "to_account";
	t->from = t->channel == MONEY_CASH_IN ? MONEY_CASH : money_account_of(accounts, from);
	t->to = t->channel == MONEY_CASH_OUT ? MONEY_CASH : money_account_of(accounts, to);
	if (accounts->all.at[t->from].left_out || accounts->all.at[t->to].left_out)
		t->channel = MONEY_LEFT_OUT;
	t->abroad = here.n > 0 && there.n > 0 && !str_eq(here, there);
	return NULL;
}

enum rc
money_read_next(struct money_read *r, struct money_accounts *accounts, struct money_tx *out,
		struct err *err)
{
	for (;;) {
		enum rc rc = next_row(r, err);
		const char *at_fault;

		if (rc != RC_OK)
			return rc;
		if (accounts->all.n + 2 > ACCOUNTS_MAX)
			return fail(err, RC_TOO_LARGE, "", "there are more than %zu accounts",
				    ACCOUNTS_MAX);
		at_fault = tx_read(r, accounts, out);
		if (at_fault == NULL)
			return RC_OK;
		money_read_refuse(r, at_fault,
				  "the row has no such value, or one that cannot be read");
	}
}
