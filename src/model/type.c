#include "model/type.h"

/* clang-format off */
static const char *const kinds[FIELD_KIND_COUNT] = {
	[FIELD_TEXT] = "text", [FIELD_DATE] = "date", [FIELD_RANGE] = "range",
	[FIELD_TIME] = "time", [FIELD_NUMBER] = "number", [FIELD_MONEY] = "money",
	[FIELD_CODE] = "code", [FIELD_REF] = "ref", [FIELD_PLACE] = "place",
	[FIELD_PHONE] = "phone", [FIELD_IDENTIFIER] = "identifier", [FIELD_FILE] = "file",
	[FIELD_YESNO] = "yesno",
};
static const char *const sensitivities[] = {
	[SENSITIVITY_NONE] = "none", [SENSITIVITY_PERSONAL] = "personal",
	[SENSITIVITY_SPECIAL] = "special", [SENSITIVITY_SAFETY] = "safety",
	[SENSITIVITY_SOURCE] = "source",
};
static const char *const masks[] = {
	[MASK_NEVER] = "never", [MASK_DEFAULT] = "default", [MASK_ALWAYS] = "always",
};
static const char *const guards[] = {
	[GUARD_NONE] = "none", [GUARD_SURVIVOR] = "survivor", [GUARD_MINOR] = "minor",
};
static const char *const tlps[] = {
	[TLP_CLEAR] = "CLEAR", [TLP_GREEN] = "GREEN", [TLP_AMBER] = "AMBER",
	[TLP_AMBER_STRICT] = "AMBER+STRICT", [TLP_RED] = "RED",
};
static const char *const standards[STANDARD_COUNT] = {
	[STANDARD_HTCDS] = "htcds", [STANDARD_FTM] = "ftm", [STANDARD_STIX] = "stix",
	[STANDARD_CASE] = "case", [STANDARD_GOAML] = "goaml", [STANDARD_MISP] = "misp",
};
/* clang-format on */

const struct field *
type_field(const struct record_type *type, struct str name)
{
	return map_find(&type->by_name, name);
}

int
type_state(const struct record_type *type, struct str name)
{
	for (size_t i = 0; i < type->states.n; i++)
		if (str_eq(type->states.at[i], name))
			return (int)i;
	return -1;
}

const struct move *
type_move(const struct record_type *type, int from, int to)
{
	if (from < 0 || to < 0 || (size_t)from >= type->states.n || (size_t)to >= type->states.n)
		return NULL;
	for (size_t i = 0; i < type->move_count; i++) {
		const struct move *move = &type->moves[i];

		if ((move->from & BIT(from)) != 0 && (move->to & BIT(to)) != 0)
			return move;
	}
	return NULL;
}

const char *
field_kind_name(enum field_kind kind)
{
	must((unsigned)kind < FIELD_KIND_COUNT);
	return kinds[kind];
}

const char *
sensitivity_name(enum sensitivity s)
{
	must((unsigned)s < COUNT_OF(sensitivities));
	return sensitivities[s];
}

const char *
mask_name(enum mask mask)
{
	must((unsigned)mask < COUNT_OF(masks));
	return masks[mask];
}

const char *
guard_name(enum guard guard)
{
	must((unsigned)guard < COUNT_OF(guards));
	return guards[guard];
}

const char *
tlp_name(enum tlp tlp)
{
	must((unsigned)tlp < COUNT_OF(tlps));
	return tlps[tlp];
}

const char *
standard_word(enum standard standard)
{
	must((unsigned)standard < STANDARD_COUNT);
	return standards[standard];
}
