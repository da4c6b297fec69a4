#include "node/demo_data_row.h"

#include "base/arena.h"

/* Blocks of the numbers under +999: people's own phones; demo_data.c has the others. */
enum { BLOCK_OWN_PHONE = 2 };

#define DRAW(r, table) (table)[demo_random_below((r), COUNT_OF(table))]

/* clang-format off */
static const char *const types[] = { "Recruitment", "Transit", "Exploitation" };
static const char *const openings[COUNT_OF(types)][4] = {
	{ "Offer of work abroad passed on by an acquaintance", "Fees for papers asked before travel",
	  "Advertisement for kitchen work answered by telephone", "Loan offered for the journey" },
	{ "Group travelling without luggage met at the ferry", "Minibus met in a routine check",
	  "Bookings for several people paid together", "Onward tickets held by one traveller" },
	{ "Papers kept by the employer", "Wages kept back against a debt",
	  "Workers lodged above the workplace", "Working days of fourteen hours reported" },
};
static const char *const recruitment[] = { "AtWork", "ThroughOnlineSocialNetworks", "Other",
	"ThroughAnOnlineAdvertisement", "ThroughFriendsOrSocialEvents",
	"ThroughFamilyOrFamilyEvents", "ThroughFriendsOrSocialEvents;ThroughAnOnlineAdvertisement" };
static const char *const control[] = { "DebtBondage", "TakesEarnings;WithholdsDocuments",
	"FalsePromises", "ExcessiveWorkingHours;TakesEarnings", "WithholdsDocuments",
	"ThreatsLawEnforcement", "DebtBondage;FalsePromises", "PsychologicalAbuse" };
static const char *const exploitation[] = { "ForcedLabour", "ForcedLabour", "ForcedLabour",
	"Servitude", "ForcedBegging", "SexualExploitation", "ForcedLabour;Servitude" };
static const char *const industries[] = { "A_AgricultureForestryAndFishing", "C_Manufacturing",
	"F_Construction", "H_TransportationAndStorage", "I_AccommodationAndFoodServiceActivities",
	"S_OtherServiceActivities" };
static const char *const roles[] = { "Transporter", "RecruiterOrIntermediary",
	"BrokerTravelAgent", "Exploiter", "RecruiterOrIntermediary;Transporter" };
static const char *const role_details[] = { "Named by a witness", "Named in a booking",
	"Holder of the telephone", "Keeper of the vehicle", "" };
static const char *const marital[] = { "Single", "Married", "Widowed", "Divorced", "" };
static const char *const education[] = { "PrimaryEducation", "LowerSecondaryEducation",
	"UpperSecondaryEducation", "ShortCycleTertiaryEducation", "" };
static const char *const relationship[] = { "Acquainted", "Unaquainted", "Familial", "" };
static const char *const status[] = { "Active", "Active", "FollowUp", "Closed" };
/* clang-format on */

bool
demo_category_is_suspect(enum demo_category category)
{
	return category == DEMO_CATEGORY_LISTED || category == DEMO_CATEGORY_DECOY ||
	       category == DEMO_CATEGORY_SUSPECT;
}

/* A walk over 0 to modulus - 1 that visits each once and looks like no counting. */
static uint64_t
scattered(size_t serial, uint64_t modulus)
{
	return (uint64_t)serial * 7654321U % modulus;
}

struct str
demo_phone(struct arena *a, unsigned block, size_t serial)
{
	return str_fmt(a, "+999%u%08u", block % 10, (unsigned)scattered(serial, 100000000));
}

struct str
demo_account(struct arena *a, size_t serial)
{
	struct str bban =
	    str_fmt(a, "ULMB%014llu", (unsigned long long)scattered(serial + 977, 100000000000000));
	struct str check_text = str_fmt(a, "%.*sQN00", STR_ARG(bban));
	unsigned rest = 0;

	for (size_t i = 0; i < check_text.n; i++) {
		char c = check_text.p[i];

		if (c >= 'A' && c <= 'Z')
			rest = (rest * 100 + (unsigned)(c - 'A') + 10) % 97;
		else
			rest = (rest * 10 + (unsigned)(c - '0')) % 97;
	}
	return str_fmt(a, "QN%02u%.*s", 98 - rest, STR_ARG(bban));
}

struct str
demo_plate(struct arena *a, struct demo_random *r, size_t serial)
{
	static const char letters[] = "ABCDEFGHJKNPRSTVWXYZ";
	char prefix[3];

	for (size_t i = 0; i < sizeof prefix; i++)
		prefix[i] = letters[demo_random_below(r, sizeof letters - 1)];
	return str_fmt(a, "%.3s-%u", prefix, 1000 + (unsigned)scattered(serial, 9000));
}

/* Day of 2026, 1 and up, as ISO 8601; what lies behind the year's end is its last day. */
static struct str
day_text(struct arena *a, int day)
{
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	size_t month = 0;

	while (month < 11 && day > lengths[month])
		day -= lengths[month++];
	return str_fmt(a, "2026-%02zu-%02d", month + 1, day > 31 ? 31 : day);
}

static void
reporter_fill(struct arena *a, struct demo_plan *plan, struct demo_htcds_row *row)
{
	bool coast = str_eq_z(str_from(plan->town->country), "QN");

	plan->reference = str_fmt(a, "%s-2026-%04zu", coast ? "NCP" : "RBG", plan->row);
	row->at[DEMO_org_Name] = coast ? STR("North Coast Police") : STR("Riverland Border Guard");
	row->at[DEMO_org_Type] = coast ? STR("LawEnforcement") : STR("ImmigrationService");
	row->at[DEMO_org_ShippingCity] = str_from(coast ? "Port Ulmere" : "Talsk Ferry");
	row->at[DEMO_org_ShippingCountry] = str_from(plan->town->country);
}

static void
person_fill(struct arena *a, struct demo_random *r, const struct demo_plan *plan,
	    struct demo_htcds_row *row)
{
	const struct demo_place *home = &demo_places[demo_random_below(r, DEMO_PLACE_COUNT)];
	bool suspect = demo_category_is_suspect(plan->category);

	row->at[DEMO_prs_FirstName] = plan->given;
	row->at[DEMO_prs_SecondName] = plan->family;
	row->at[DEMO_prs_Birthdate] = plan->birth;
	row->at[DEMO_prs_Gender] = plan->female ? STR("Feminine") : STR("Masculine");
	if (!suspect && demo_random_one_in(r, 20))
		row->at[DEMO_prs_Gender] = STR("NonSpecifiedUnknown");
	row->at[DEMO_prs_Citizenship] = str_from(home->country);
	if (demo_random_one_in(r, 25))
		row->at[DEMO_prs_Citizenship] = STR("QN;QR");
	if (plan->citizenship != NULL)
		row->at[DEMO_prs_Citizenship] = str_from(plan->citizenship);
	row->at[DEMO_prs_PrimaryLanguage] =
	    str_eq_z(str_from(home->country), "QN") ? STR("qna") : STR("qra");
	if (demo_random_one_in(r, 2))
		row->at[DEMO_prs_MobilePhone] = demo_phone(a, BLOCK_OWN_PHONE, plan->row);
	if (demo_random_one_in(r, 3))
		row->at[DEMO_prs_IdentityNumber] =
		    str_fmt(a, "%s-%04u-%05u", home->country, (unsigned)scattered(plan->row, 9001),
			    (unsigned)plan->row);
	if (demo_random_one_in(r, 12))
		row->at[DEMO_prs_Email] = str_fmt(a, "contact%zu@post.example", plan->row);
	if (demo_random_one_in(r, 2)) {
		/* One draw a statement: C leaves the order among arguments to the compiler. */
		int house = demo_random_between(r, 1, 90);
		const char *street = DRAW(r, demo_streets);

		row->at[DEMO_prs_MailingCity] = str_from(home->city);
		row->at[DEMO_prs_MailingCountry] = str_from(home->country);
		row->at[DEMO_prs_MailingState] = str_from(home->state);
		row->at[DEMO_prs_MailingPostalCode] = str_from(home->postal_code);
		row->at[DEMO_prs_MailingStreet] = str_fmt(a, "%d %s", house, street);
	}
	if (suspect || plan->given.n == 0)
		return;
	row->at[DEMO_prs_MaritalStatus] = str_from(DRAW(r, marital));
	row->at[DEMO_prs_HighestLevelOfEducation] = str_from(DRAW(r, education));
	if (demo_random_one_in(r, 3))
		row->at[DEMO_prs_NumberOfChildren] = str_fmt(a, "%d", demo_random_between(r, 0, 4));
}

/* An age the person has passed by 2026; sixteen, where that is not long ago. */
static int
age_draw(struct demo_random *r, struct str birth)
{
	int64_t year;
	int oldest = 38;

	if (str_to_i64(str_sub(birth, 0, 4), &year) && 2025 - year < oldest)
		oldest = (int)(2025 - year);
	return demo_random_between(r, 16, oldest < 16 ? 16 : oldest);
}

/* What the person lived through, as far as it is known; for suspects, their part instead. */
static void
context_fill(struct arena *a, struct demo_random *r, const struct demo_plan *plan,
	     struct demo_htcds_row *row)
{
	static const char *const texts[DEMO_CATEGORY_COUNT] = {
	    [DEMO_CATEGORY_SURVIVOR] = "ActualVictimOfTrafficking",
	    [DEMO_CATEGORY_NOT_VICTIM] = "NotAVictimOfTrafficking",
	    [DEMO_CATEGORY_POSSIBLE] = "PossibleVictimOfTrafficking",
	};

	if (demo_category_is_suspect(plan->category)) {
		row->at[DEMO_per_RoleInProcess] =
		    str_from(plan->role != NULL ? plan->role : DRAW(r, roles));
		row->at[DEMO_per_RoleDetails] = str_from(DRAW(r, role_details));
		return;
	}
	row->at[DEMO_vic_TraffickingStatus] = str_from(texts[plan->category]);
	if (plan->category == DEMO_CATEGORY_SURVIVOR || plan->category == DEMO_CATEGORY_NOT_VICTIM)
		row->at[DEMO_vic_TraffickingStatusDecisionMakingOrg] =
		    demo_random_one_in(r, 3) ? STR("CourtOrProsecution") : STR("Police");
	if (plan->category != DEMO_CATEGORY_SURVIVOR && plan->category != DEMO_CATEGORY_POSSIBLE)
		return;
	row->at[DEMO_vic_RelationshipToTrafficker] = str_from(DRAW(r, relationship));
	row->at[DEMO_vic_MethodOfRecruitment] = str_from(DRAW(r, recruitment));
	row->at[DEMO_vic_MethodsOfControl] = str_from(DRAW(r, control));
	row->at[DEMO_vic_TypeOfExploitation] = str_from(DRAW(r, exploitation));
	if (str_starts(row->at[DEMO_vic_TypeOfExploitation], STR("ForcedLabour")))
		row->at[DEMO_vic_ForcedLabourIndustry] = str_from(DRAW(r, industries));
	if (demo_random_one_in(r, 3))
		row->at[DEMO_vic_AgeWhenTrafficked] = str_fmt(a, "%d", age_draw(r, plan->birth));
}

/* HTCDS has no field for plates, accounts or other people's phones: officers write a sentence. */
static struct str
description(struct arena *a, const struct demo_plan *plan, const char *opening)
{
	static const char *const sentences[DEMO_TOKEN_KIND_COUNT] = {
	    [DEMO_PHONE] = " Number given: phone ",
	    [DEMO_ACCOUNT] = " Paid from account ",
	    [DEMO_PLATE] = " Vehicle seen: plate ",
	    [DEMO_SITE] = " Work at ",
	};
	struct buf b;

	buf_init(&b, a);
	buf_addf(&b, "%.*s: %s, %s.", STR_ARG(plan->reference), opening, plan->town->city);
	for (size_t i = 0; i < plan->token_count; i++) {
		const struct demo_token *t = &plan->token[i];

		buf_add_z(&b,
			  t->helper ? " Carried the number of the hotline " : sentences[t->kind]);
		buf_add(&b, t->value);
		buf_add_byte(&b, '.');
	}
	return buf_str(&b);
}

static void
event_fill(struct arena *a, struct demo_random *r, const struct demo_plan *plan,
	   struct demo_htcds_row *row)
{
	size_t type = demo_random_below(r, COUNT_OF(types));
	const char *opening = DRAW(r, openings[type]);
	int day = plan->first_day + demo_random_between(r, 0, DEMO_WINDOW_DAYS - 1);

	row->at[DEMO_hte_Type] = str_from(plan->type != NULL ? plan->type : types[type]);
	row->at[DEMO_hte_Date] = day_text(a, day);
	row->at[DEMO_hte_City] = str_from(plan->town->city);
	row->at[DEMO_hte_State] = str_from(plan->town->state);
	row->at[DEMO_hte_Country] = str_from(plan->town->country);
	row->at[DEMO_hte_Latitude] = str_from(plan->town->latitude);
	row->at[DEMO_hte_Longitude] = str_from(plan->town->longitude);
	if (demo_random_one_in(r, 2))
		row->at[DEMO_hte_Street] = str_from(DRAW(r, demo_streets));
	row->at[DEMO_hte_Description] =
	    description(a, plan, plan->opening != NULL ? plan->opening : opening);
	for (size_t i = 0; i < plan->token_count; i++)
		if (plan->token[i].kind == DEMO_SITE && !demo_category_is_suspect(plan->category))
			row->at[DEMO_vic_LocationOfExploitation] = plan->token[i].value;
	row->at[DEMO_cas_Status] = str_from(DRAW(r, status));
	if (demo_random_one_in(r, 4)) {
		row->at[DEMO_cas_IncomingReferralDate] =
		    day_text(a, day + demo_random_between(r, 1, 14));
		row->at[DEMO_cas_ReasonForIncomingReferral] = STR("Other");
	}
}

void
demo_row_fill(struct arena *a, struct demo_random *r, struct demo_plan *plan,
	      struct demo_htcds_row *row)
{
	*row = (struct demo_htcds_row){0};
	reporter_fill(a, plan, row);
	person_fill(a, r, plan, row);
	context_fill(a, r, plan, row);
	event_fill(a, r, plan, row);
}
