#include "serve/config.h"

#include "base/arena.h"
#include "base/vec.h"
#include "format/yaml.h"
#include "serve/file.h"

static enum rc
set_value(const struct setting *s, struct str text, struct config_value *out, const char *path,
	  long line, struct err *err)
{
	*out = (struct config_value){.name = str_from(s->name), .text = text};
	switch (s->kind) {
	case SETTING_TEXT: return RC_OK;
	case SETTING_SWITCH:
		if (str_eq_z(text, "yes") || str_eq_z(text, "no")) {
			out->number = str_eq_z(text, "yes");
			return RC_OK;
		}
		return fail_at(err, RC_INVALID, path, line, 0, s->name, "takes yes or no");
	case SETTING_NUMBER:
	case SETTING_DAYS:
		if (str_to_i64(text, &out->number) && out->number >= s->min &&
		    out->number <= s->max)
			return RC_OK;
		return fail_at(err, RC_INVALID, path, line, 0, s->name,
			       "takes a whole number from %lld to %lld", (long long)s->min,
			       (long long)s->max);
	}
	must(!"a setting of a kind");
	return RC_FAILED;
}

static bool
known_key(const struct feature *const *features, struct str key)
{
	for (; *features != NULL; features++)
		for (const struct setting *s = (*features)->settings; s != NULL && s->name; s++)
			if (str_eq_z(key, s->name))
				return true;
	return false;
}

enum rc
config_load(struct arena *a, const char *path, const struct feature *const *features,
	    struct config **out, struct err *err)
{
	struct config *c = NEW(a, struct config);
	struct yaml_node *root;
	struct str text;
	enum rc rc;

	if ((rc = file_read(a, path, 256u << 10, &text, err)) != RC_OK ||
	    (rc = yaml_read(a, path, text, NULL, &root, err)) != RC_OK)
		return rc;
	if (root->kind != YAML_MAP)
		return fail_at(err, RC_INVALID, path, root->line, 0, "",
			       "takes lines of key: value");
	for (size_t i = 0; i < root->n; i++)
		if (!known_key(features, root->key[i]->text))
			return fail_at(err, RC_INVALID, path, root->key[i]->line, 0,
				       str_z(a, str_sub(root->key[i]->text, 0, 60)),
				       "is no setting; `liaison node settings` lists them");
	for (const struct feature *const *f = features; *f != NULL; f++)
		for (const struct setting *s = (*f)->settings; s != NULL && s->name; s++) {
			const struct yaml_node *node = yaml_find(root, s->name);

			if (node != NULL && node->kind != YAML_TEXT)
				return fail_at(err, RC_INVALID, path, node->line, 0, s->name,
					       "takes one value");
			rc = set_value(s, node ? yaml_text(node) : str_from(s->standard),
				       VEC_ADD(a, c), path, node ? node->line : 0, err);
			if (rc != RC_OK)
				return rc;
		}
	*out = c;
	return RC_OK;
}

static const struct config_value *
find(const struct config *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++)
		if (str_eq_z(c->at[i].name, name))
			return &c->at[i];
	return NULL;
}

static const struct config_value *
get(const struct config *c, const char *name)
{
	const struct config_value *v = find(c, name);

	must(v != NULL);
	return v;
}

struct str
config_text(const struct config *c, const char *name)
{
	return get(c, name)->text;
}

int64_t
config_number(const struct config *c, const char *name)
{
	return get(c, name)->number;
}

struct str
config_text_or(const struct config *c, const char *name, const char *standard)
{
	const struct config_value *v = find(c, name);

	return v != NULL ? v->text : str_from(standard);
}

int64_t
config_number_or(const struct config *c, const char *name, int64_t standard)
{
	const struct config_value *v = find(c, name);

	return v != NULL ? v->number : standard;
}

bool
config_is_on(const struct config *c, const char *name)
{
	const struct config_value *v = find(c, name);

	return v != NULL && v->number == 1;
}
