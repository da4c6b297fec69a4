#include "match/stream/event.h"

#include <math.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "format/json.h"
#include "text/edtf.h"
#include "text/normal.h"

struct reading {
	struct arena *a;
	struct event *e;
	int64_t day_ms; /* of travel or of payment; else now */
};

static void
fault(struct reading *r, const char *key, const char *text)
{
	if (r->e->fault != NULL)
		return;
	r->e->fault = text;
	r->e->fault_key = str_from(key);
}

/* A text or a number as text; anything else that is there is a fault. */
static struct str
text(struct reading *r, json_t *o, const char *key)
{
	json_t *v = json_object_get(o, key);
	struct str s;

	if (v == NULL || json_is_null(v))
		return STR_NONE;
	if (json_is_integer(v))
		return str_fmt(r->a, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
	s = str_trim(json_str(v));
	if (!json_is_string(v) || s.n > EVENT_TEXT_MAX) {
		fault(r, key, "takes a text; it was passed over");
		return STR_NONE;
	}
	return str_copy(r->a, s);
}

/* The first of two names of a member that is there. */
static struct str
text_of(struct reading *r, json_t *o, const char *key, const char *other)
{
	return text(r, o, json_object_get(o, key) != NULL ? key : other);
}

static json_t *
object(struct reading *r, json_t *o, const char *key)
{
	json_t *v = json_object_get(o, key);

	if (v == NULL || json_is_null(v) || json_is_object(v))
		return json_is_object(v) ? v : NULL;
	fault(r, key, "takes an object; it was passed over");
	return NULL;
}

static void
add_value(struct reading *r, enum event_field field, struct str value)
{
	struct str s = field_value(r->a, field, value);

	if (s.n > 0)
		*VEC_ADD(r->a, &r->e->texts[field]) = s;
}

static void
set_number(struct reading *r, enum event_field field, double value)
{
	r->e->numbers[field] = value;
	r->e->known[field] = true;
}

/* Texts of a member that is one text or a list of them. */
static struct str_list
texts(struct reading *r, json_t *o, const char *key)
{
	json_t *v = json_object_get(o, key), *item;
	struct str_list out = {0};
	size_t i;

	if (!json_is_array(v)) {
		struct str s = text(r, o, key);

		if (s.n > 0)
			*VEC_ADD(r->a, &out) = s;
		return out;
	}
	json_array_foreach (v, i, item) {
		struct str s = str_trim(json_str(item));

		if (!json_is_string(item) || s.n > EVENT_TEXT_MAX)
			fault(r, key, "takes texts; one that is none was passed over");
		else if (s.n > 0)
			*VEC_ADD(r->a, &out) = str_copy(r->a, s);
	}
	return out;
}

static void
add_texts(struct reading *r, json_t *o, const char *key, enum event_field field,
	  struct str_list *ids)
{
	struct str_list list = texts(r, o, key);

	for (size_t i = 0; i < list.n; i++) {
		add_value(r, field, list.at[i]);
		if (ids != NULL)
			*VEC_ADD(r->a, ids) = list.at[i];
	}
}

/* The whole name as written, its parts in spoken order, and other names. */
static void
names_of(struct reading *r, json_t *o, struct str_list *out)
{
	static const char *const parts[] = {"given_name", "middle_name", "surname"};
	struct str_list name = texts(r, o, "name"), also = texts(r, o, "also_called");
	struct buf b;

	for (size_t i = 0; i < name.n; i++)
		*VEC_ADD(r->a, out) = name.at[i];
	buf_init(&b, r->a);
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		struct str part = text(r, o, parts[i]);

		if (part.n > 0 && b.n > 0)
			buf_add_byte(&b, ' ');
		buf_add(&b, part);
	}
	if (b.n > 0)
		*VEC_ADD(r->a, out) = str_copy(r->a, buf_str(&b));
	for (size_t i = 0; i < also.n; i++)
		*VEC_ADD(r->a, out) = also.at[i];
}

static void
document_of(struct reading *r, json_t *o, struct event_party *p)
{
	struct str number = text(r, o, "number");

	add_value(r, ASK_DOCUMENT_COUNTRY, text(r, o, "issuing_country"));
	if (number.n == 0)
		return;
	add_value(r, ASK_DOCUMENT, number);
	*VEC_ADD(r->a, &p->ids) = number;
	if (p->document.n == 0)
		p->document = field_value(r->a, ASK_DOCUMENT, number);
}

static void
documents_of(struct reading *r, json_t *o, struct event_party *p)
{
	json_t *list = json_object_get(o, "documents"), *item;
	json_t *one = object(r, o, "document");
	size_t i;

	if (one != NULL)
		document_of(r, one, p);
	if (list != NULL && !json_is_array(list) && !json_is_null(list))
		fault(r, "documents", "takes a list of objects; it was passed over");
	json_array_foreach (list, i, item) {
		if (json_is_object(item))
			document_of(r, item, p);
		else
			fault(r, "documents", "takes objects; one that is none was passed over");
	}
}

/* Whole years at that time, of the earliest or of the latest day that a date may mean. */
static int
years_at(const struct edtf_day *d, bool latest, int64_t ms)
{
	int year, month, day;
	int born_month = d->month > 0 ? d->month : latest ? 12 : 1;
	int born_day = d->day > 0 ? d->day : latest ? 31 : 1;

	civil_from_days(ms / INT64_C(86400000), &year, &month, &day);
	return year - d->year - (month < born_month || (month == born_month && day < born_day));
}

static void
birth_of(struct reading *r, json_t *o, struct event_party *p)
{
	struct str s = text(r, o, "birth_date");
	struct edtf date;

	if (s.n == 0)
		return;
	if (!edtf_parse(s, &date)) {
		fault(r, "birth_date",
		      "is no date such as 1979, 1979-05 or 1979-05-07; screened without it");
		return;
	}
	p->birth_date = s;
	if (date.open_from || date.open_to)
		return;
	p->is_minor = years_at(&date.from, false, r->day_ms) < 18;
	p->is_adult = years_at(&date.to, true, r->day_ms) >= 18;
	if (r->e->kind == EVENT_PERSON && !date.interval)
		set_number(r, ASK_AGE, years_at(&date.from, true, r->day_ms));
}

/* Whoever has no name is told, and the others are screened. */
static void
add_party(struct reading *r, json_t *o, const char *part, size_t number, const char *type)
{
	struct event_party p = {.part = part, .number = number, .type = str_from(type)};
	json_t *account = object(r, o, "account");

	names_of(r, o, &p.names);
	birth_of(r, o, &p);
	documents_of(r, o, &p);
	add_texts(r, o, "phones", ASK_PHONE, &p.ids);
	add_texts(r, o, "emails", ASK_EMAIL, &p.ids);
	add_texts(r, o, "gender", ASK_GENDER, NULL);
	add_texts(r, o, "nationality", ASK_NATIONALITY, NULL);
	add_texts(r, o, "birth_place", ASK_BIRTH_PLACE, NULL);
	add_texts(r, o, "birth_country", ASK_BIRTH_COUNTRY, NULL);
	add_texts(r, o, "language", ASK_LANGUAGE, NULL);
	add_texts(r, o, "religion", ASK_RELIGION, NULL);
	add_texts(r, o, "residence_country", ASK_RESIDENCE, NULL);
	p.country = text_of(r, o, "nationality", "country");
	if (r->e->kind == EVENT_PAYMENT)
		add_value(r, ASK_PARTY_COUNTRY, text(r, o, "country"));
	if (account != NULL) {
		struct str id = text_of(r, account, "iban", "id");

		add_value(r, ASK_ACCOUNT, id);
		if (id.n > 0)
			*VEC_ADD(r->a, &p.ids) = id;
	}
	if (object(r, o, "agent") != NULL)
		add_value(r, ASK_AGENT, text(r, object(r, o, "agent"), "bic"));
	if (text(r, o, "type").n > 0)
		p.type = text(r, o, "type");
	if (p.names.n + p.ids.n > 0)
		*VEC_ADD(r->a, &r->e->parties) = p;
	/* A payment may know accounts alone; whoever travels has a name. */
	if (p.names.n == 0 && (p.ids.n == 0 || r->e->kind != EVENT_PAYMENT))
		fault(r, part, "somebody in it has no name; all else of it was screened");
}

static void
amount_of(struct reading *r, json_t *v)
{
	struct str s;
	char *z, *end;
	double value;

	if (json_is_object(v)) {
		add_value(r, ASK_CURRENCY, text(r, v, "currency"));
		v = json_object_get(v, "value");
	}
	if (v == NULL || json_is_null(v))
		return;
	if (json_is_number(v)) {
		set_number(r, ASK_AMOUNT, json_number_value(v));
		return;
	}
	s = str_trim(json_str(v));
	/* Digits and one point, as ISO 20022 writes it, and nothing that strtod takes besides. */
	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] >= '0' && s.p[i] <= '9') && s.p[i] != '.')
			s.n = 0;
	if (s.n > 0 && s.n < 32) {
		z = str_z(r->a, s);
		value = strtod(z, &end);
		if (*end == '\0' && isfinite(value)) {
			set_number(r, ASK_AMOUNT, value);
			return;
		}
	}
	fault(r, "amount", "is no amount such as 1250.00; it was passed over");
}

static void
leg_of(struct reading *r, json_t *leg)
{
	add_value(r, ASK_LEG_FROM, text(r, leg, "departure"));
	add_value(r, ASK_LEG_TO, text(r, leg, "arrival"));
	add_value(r, ASK_LEG_CARRIER, text(r, leg, "carrier"));
	add_value(r, ASK_LEG_NUMBER, text(r, leg, "number"));
}

static void
legs_of(struct reading *r, json_t *o)
{
	json_t *legs = json_object_get(o, "legs"), *leg;
	size_t n = json_array_size(legs), i;
	struct str from, to;

	if (legs != NULL && !json_is_array(legs) && !json_is_null(legs))
		fault(r, "legs", "takes a list of objects; it was passed over");
	json_array_foreach (legs, i, leg) {
		if (json_is_object(leg))
			leg_of(r, leg);
		else
			fault(r, "legs", "takes objects; one that is none was passed over");
	}
	if (n == 0)
		return;
	from =
	    field_value(r->a, ASK_LEG_FROM, json_member_str(json_array_get(legs, 0), "departure"));
	to = field_value(r->a, ASK_LEG_TO, json_member_str(json_array_get(legs, n - 1), "arrival"));
	if (from.n > 0 && to.n > 0)
		set_number(r, ASK_ONE_WAY, !str_eq(from, to));
}

/* When it leaves, and how long before that it was booked. */
static void
times_of(struct reading *r, json_t *o)
{
	json_t *first = json_array_get(json_object_get(o, "legs"), 0);
	int64_t booked, leaves;

	if (!json_is_object(first) || !time_parse(json_member_str(first, "departs_at"), &leaves))
		return;
	r->day_ms = leaves;
	if (time_parse(json_member_str(o, "booked_at"), &booked) && booked <= leaves)
		set_number(r, ASK_HOURS_BEFORE, (double)(leaves - booked) / 3600000);
}

static bool
same_name(struct arena *a, const struct event_party *x, const struct event_party *y)
{
	for (size_t i = 0; i < x->names.n; i++)
		for (size_t k = 0; k < y->names.n; k++)
			if (str_eq(text_squeeze(a, text_fold(a, x->names.at[i])),
				   text_squeeze(a, text_fold(a, y->names.at[k]))))
				return true;
	return false;
}

static void
payer_of(struct reading *r, json_t *o)
{
	json_t *payment = object(r, o, "payment"), *payer;
	struct event *e = r->e;
	size_t before = e->parties.n;

	if (payment == NULL)
		return;
	add_value(r, ASK_PAID_BY, text(r, payment, "form"));
	add_texts(r, payment, "account", ASK_PAID_FROM, NULL);
	amount_of(r, json_object_get(payment, "amount"));
	add_value(r, ASK_CURRENCY, text(r, payment, "currency"));
	if ((payer = object(r, payment, "payer")) == NULL)
		return;
	add_party(r, payer, "payer", 1, "");
	if (e->parties.n == before)
		return;
	set_number(r, ASK_PAYER_TRAVELS, 0);
	for (size_t i = 0; i < before; i++)
		if (same_name(r->a, &e->parties.at[i], &e->parties.at[before]))
			set_number(r, ASK_PAYER_TRAVELS, 1);
}

static void
contact_of(struct reading *r, json_t *o)
{
	json_t *contact = object(r, o, "contact");

	if (contact == NULL)
		return;
	if (json_object_get(contact, "name") != NULL || json_object_get(contact, "surname") != NULL)
		add_party(r, contact, "contact", 1, "");
	else {
		add_texts(r, contact, "phones", ASK_PHONE, NULL);
		add_texts(r, contact, "emails", ASK_EMAIL, NULL);
	}
}

static enum rc
itinerary_read(struct reading *r, json_t *o, struct err *err)
{
	const char *key = json_object_get(o, "travellers") != NULL ? "travellers" : "passengers";
	json_t *list = json_object_get(o, key), *item;
	size_t i, minors = 0, adults = 0;

	if (!json_is_array(list) || json_array_size(list) == 0)
		return fail(err, RC_INVALID, "travellers", "takes a list of those who travel");
	if (json_array_size(list) > EVENT_PARTIES_MAX)
		return fail(err, RC_TOO_LARGE, "travellers", "are more than %d", EVENT_PARTIES_MAX);
	times_of(r, o);
	json_array_foreach (list, i, item) {
		if (json_is_object(item))
			add_party(r, item, "traveller", i + 1, "person");
		else
			fault(r, key, "takes objects; one that is none was passed over");
	}
	for (i = 0; i < r->e->parties.n; i++) {
		minors += r->e->parties.at[i].is_minor;
		adults += !r->e->parties.at[i].is_minor;
	}
	set_number(r, ASK_TRAVELLERS, (double)json_array_size(list));
	set_number(r, ASK_MINORS, (double)minors);
	set_number(r, ASK_MINORS_ALONE, minors > 0 && adults == 0);
	legs_of(r, o);
	payer_of(r, o);
	contact_of(r, o);
	add_value(r, ASK_AGENCY, text(r, o, "agency"));
	return RC_OK;
}

static void
payment_read(struct reading *r, json_t *o)
{
	static const char *const parts[] = {"debtor", "creditor", "ultimate_debtor",
					    "ultimate_creditor", "initiating_party"};

	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		json_t *party = object(r, o, parts[i]);

		if (party != NULL)
			add_party(r, party, parts[i], 1, "");
	}
	amount_of(r, json_object_get(o, "amount"));
	add_value(r, ASK_CURRENCY, text(r, o, "currency"));
	add_texts(r, o, "remittance_information", ASK_REMITTANCE, NULL);
	add_value(r, ASK_PURPOSE_CODE, text(r, o, "purpose_code"));
	add_value(r, ASK_METHOD, text(r, o, "method"));
}

/* An identifier of the event: its own, or the one its kind has by standard. */
static struct str
id_of(struct reading *r, json_t *o)
{
	static const char *const standard[EVENT_KINDS] = {"id", "record_locator", "end_to_end_id"};

	return text_of(r, o, "id", standard[r->e->kind]);
}

enum rc
event_read(struct arena *a, json_t *json, int64_t now_ms, struct event *out, struct err *err)
{
	struct reading r = {.a = a, .e = out, .day_ms = now_ms};
	int kind = event_kind_find(json_member_str(json, "kind"));
	enum rc rc = RC_OK;

	*out = (struct event){0};
	if (!json_is_object(json))
		return fail(err, RC_INVALID, "", "takes a JSON object");
	if (kind < 0)
		return fail(err, RC_INVALID, "kind", "is person, itinerary or payment");
	out->kind = (enum event_kind)kind;
	out->id = id_of(&r, json);
	if (out->id.n == 0 || out->id.n > EVENT_ID_MAX)
		return fail(err, RC_INVALID, "id",
			    "takes what the event is known by, up to %d bytes", EVENT_ID_MAX);
	switch (out->kind) {
	case EVENT_PERSON: add_party(&r, json, "person", 1, "person"); break;
	case EVENT_ITINERARY: rc = itinerary_read(&r, json, err); break;
	case EVENT_PAYMENT: payment_read(&r, json); break;
	case EVENT_KINDS: break;
	}
	if (rc == RC_OK && out->parties.n == 0)
		return fail(err, RC_INVALID, "name", "nobody in it has a name or an identifier");
	return rc;
}
