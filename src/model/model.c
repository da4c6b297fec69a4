#include "model/model.h"

const struct record_type *
model_type(const struct model *m, struct str name)
{
	return map_find(&m->by_type, name);
}

const struct code_list *
model_list(const struct model *m, struct str name)
{
	return map_find(&m->by_list, name);
}

const struct htcds_home *
model_htcds_home(const struct model *m, struct str system_name)
{
	return map_find(&m->htcds, system_name);
}

struct str
label_in(const struct labels *labels, struct str lang, struct str fallback)
{
	struct str english = STR_NONE;

	for (size_t i = 0; i < labels->n; i++) {
		if (str_eq(labels->at[i].lang, lang))
			return labels->at[i].text;
		if (str_eq(labels->at[i].lang, STR("en")))
			english = labels->at[i].text;
	}
	if (english.n > 0)
		return english;
	return labels->n > 0 ? labels->at[0].text : fallback;
}

struct str
model_type_label(const struct record_type *type, struct str lang)
{
	return label_in(&type->label, lang, type->name);
}

struct str
model_field_label(const struct field *field, struct str lang)
{
	return label_in(&field->label, lang, field->name);
}

struct str
model_state_label(const struct record_type *type, int state, struct str lang)
{
	must(state >= 0 && (size_t)state < type->states.n);
	return label_in(&type->state_labels[state], lang, type->states.at[state]);
}

struct str
model_code_label(const struct code_list *list, struct str code, struct str lang)
{
	const struct code *found = code_find(list, code);

	return found == NULL ? code : label_in(&found->label, lang, found->code);
}
