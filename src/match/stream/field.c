#include "match/stream/field.h"

#include "base/arena.h"
#include "text/ident.h"
#include "text/normal.h"
#include "text/phone.h"

#define PERSON KIND_BIT(EVENT_PERSON)
#define ITINERARY KIND_BIT(EVENT_ITINERARY)
#define PAYMENT KIND_BIT(EVENT_PAYMENT)
#define ALL (PERSON | ITINERARY | PAYMENT)

/* clang-format off */
const struct field_row field_rows[ASK_COUNT] = {
	[ASK_LISTED]           = { "listed", ALL, FORM_NUMBER, RESTS_ON_CONDUCT, 0.5, false, "how likely the likeliest of those named stands in a list, 0.5 to 1" },
	[ASK_GENDER]           = { "gender", PERSON | ITINERARY, FORM_CODE, RESTS_ON_WHO, 0, false, "sex in the document, of anybody named" },
	[ASK_NATIONALITY]      = { "nationality", PERSON | ITINERARY, FORM_CODE, RESTS_ON_WHO, 0, false, "nationality of anybody named" },
	[ASK_BIRTH_PLACE]      = { "birth_place", PERSON | ITINERARY, FORM_FOLDED, RESTS_ON_WHO, 0, false, "birthplace of anybody named" },
	[ASK_BIRTH_COUNTRY]    = { "birth_country", PERSON | ITINERARY, FORM_CODE, RESTS_ON_WHO, 0, false, "country of birth of anybody named" },
	[ASK_LANGUAGE]         = { "language", PERSON | ITINERARY, FORM_CODE, RESTS_ON_WHO, 0, false, "language of anybody named" },
	[ASK_RELIGION]         = { "religion", PERSON | ITINERARY, FORM_FOLDED, RESTS_ON_WHO, 0, false, "religion of anybody named" },
	[ASK_RESIDENCE]        = { "residence_country", PERSON | ITINERARY, FORM_CODE, RESTS_ON_WHO, 0, false, "where anybody named lives" },
	[ASK_AGE]              = { "age", PERSON, FORM_NUMBER, RESTS_ON_WHO, 0, false, "age in whole years" },
	[ASK_DOCUMENT_COUNTRY] = { "document.issuing_country", PERSON | ITINERARY, FORM_CODE, RESTS_ON_WHO, 0, false, "who issued a document: as good as nationality" },
	[ASK_DOCUMENT]         = { "document.number", PERSON | ITINERARY, FORM_IDENT, RESTS_ON_CONDUCT, 0, false, "number of any document" },
	[ASK_PHONE]            = { "phone", ALL, FORM_PHONE, RESTS_ON_CONDUCT, 0, false, "a telephone number that is given" },
	[ASK_EMAIL]            = { "email", ALL, FORM_FOLDED, RESTS_ON_CONDUCT, 0, false, "an address of mail that is given" },
	[ASK_TRAVELLERS]       = { "travellers.count", ITINERARY, FORM_NUMBER, RESTS_ON_CONDUCT, 3, false, "how many travel on one booking; from 3 on it says something" },
	[ASK_MINORS]           = { "travellers.minors", ITINERARY, FORM_NUMBER, RESTS_ON_WHO, 0, false, "how many of them are under 18" },
	[ASK_MINORS_ALONE]     = { "travellers.minors_alone", ITINERARY, FORM_YESNO, RESTS_ON_CONDUCT, 0, true, "somebody under 18 travels, and no adult on the booking" },
	[ASK_PAYER_TRAVELS]    = { "payer.travels", ITINERARY, FORM_YESNO, RESTS_ON_CONDUCT, 0, false, "whoever pays is one of the travellers" },
	[ASK_PAID_BY]          = { "payment.form", ITINERARY, FORM_CODE, RESTS_ON_CONDUCT, 0, false, "form of payment: cash, card ..." },
	[ASK_PAID_FROM]        = { "payment.account", ITINERARY, FORM_IDENT, RESTS_ON_CONDUCT, 0, false, "account or card that paid" },
	[ASK_AGENCY]           = { "agency", ITINERARY, FORM_FOLDED, RESTS_ON_CONDUCT, 0, false, "agency that booked" },
	[ASK_ONE_WAY]          = { "one_way", ITINERARY, FORM_YESNO, RESTS_ON_ROUTE, 0, false, "the last leg does not end where the first began" },
	[ASK_HOURS_BEFORE]     = { "booked_hours_before", ITINERARY, FORM_NUMBER, RESTS_ON_NOTHING, 0, false, "hours from booking to departure" },
	[ASK_LEG_FROM]         = { "leg.departure", ITINERARY, FORM_CODE, RESTS_ON_ROUTE, 0, false, "place where any leg begins" },
	[ASK_LEG_TO]           = { "leg.arrival", ITINERARY, FORM_CODE, RESTS_ON_ROUTE, 0, false, "place where any leg ends" },
	[ASK_LEG_CARRIER]      = { "leg.carrier", ITINERARY, FORM_CODE, RESTS_ON_ROUTE, 0, false, "carrier of any leg" },
	[ASK_LEG_NUMBER]       = { "leg.number", ITINERARY, FORM_CODE, RESTS_ON_ROUTE, 0, false, "flight, train or ship of any leg" },
	[ASK_AMOUNT]           = { "amount", ITINERARY | PAYMENT, FORM_NUMBER, RESTS_ON_NOTHING, 0, false, "amount paid, in its currency" },
	[ASK_CURRENCY]         = { "currency", ITINERARY | PAYMENT, FORM_CODE, RESTS_ON_NOTHING, 0, false, "currency" },
	[ASK_ACCOUNT]          = { "account", PAYMENT, FORM_IDENT, RESTS_ON_CONDUCT, 0, false, "account of any party" },
	[ASK_PARTY_COUNTRY]    = { "party.country", PAYMENT, FORM_CODE, RESTS_ON_ROUTE, 0, false, "country of any party" },
	[ASK_AGENT]            = { "agent.bic", PAYMENT, FORM_CODE, RESTS_ON_ROUTE, 0, false, "bank of any party" },
	[ASK_REMITTANCE]       = { "remittance_information", PAYMENT, FORM_WORDS, RESTS_ON_CONDUCT, 0, false, "what the payer wrote" },
	[ASK_PURPOSE_CODE]     = { "purpose_code", PAYMENT, FORM_CODE, RESTS_ON_NOTHING, 0, false, "ISO 20022 external purpose code" },
	[ASK_METHOD]           = { "method", PAYMENT, FORM_CODE, RESTS_ON_CONDUCT, 0, false, "how it was paid: cash, prepaid_card ..." },
};

static const struct {
	const char *name;
	enum event_kind kind;
} kind_names[] = {
	{ "person", EVENT_PERSON }, { "itinerary", EVENT_ITINERARY }, { "payment", EVENT_PAYMENT },
	{ "people", EVENT_PERSON }, { "itineraries", EVENT_ITINERARY }, { "payments", EVENT_PAYMENT },
};
/* clang-format on */

int
event_kind_find(struct str name)
{
	for (size_t i = 0; i < COUNT_OF(kind_names); i++)
		if (str_eq_z(name, kind_names[i].name))
			return (int)kind_names[i].kind;
	return -1;
}

const char *
event_kind_name(enum event_kind kind)
{
	return kind_names[kind].name;
}

int
field_find(struct str name)
{
	for (size_t i = 0; i < ASK_COUNT; i++)
		if (str_eq_z(name, field_rows[i].name))
			return (int)i;
	return -1;
}

struct str
field_value(struct arena *a, enum event_field field, struct str text)
{
	struct str out = str_trim(text);

	switch (field_rows[field].form) {
	case FORM_CODE: return str_lower_ascii(a, out);
	case FORM_IDENT: return ident_canonical(a, out);
	case FORM_PHONE:
		/* One without its country stays as it is written, digits and letters. */
		return phone_normalise(a, out, STR_NONE, &out) ? out : ident_canonical(a, out);
	case FORM_FOLDED:
	case FORM_WORDS: return text_squeeze(a, text_fold(a, out));
	case FORM_NUMBER:
	case FORM_YESNO: return out;
	}
	return out;
}
