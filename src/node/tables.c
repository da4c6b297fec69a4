#include "node/tables.h"

#include "base/arena.h"
#include "base/buf.h"
#include "format/json.h"
#include "model/model.h"
#include "serve/cli.h"

static void
set(json_t *o, const char *key, const char *value)
{
	must(json_object_set_new_nocheck(o, key, json_string(value)) == 0);
}

static void
print(struct cli *cli, json_t *rows, const struct cli_column *columns)
{
	cli_table(cli, rows, columns);
	json_decref(rows);
}

enum rc
tables_settings(struct cli *cli, struct err *err)
{
	static const struct cli_column columns[] = {{"SETTING", "name", 0},
						    {"STANDARD", "standard", 0},
						    {"MEANING", "text", 0},
						    {NULL, NULL, 0}};
	json_t *rows = json_array();

	(void)err;
	for (size_t i = 0; cli->features[i] != NULL; i++)
		for (const struct setting *s = cli->features[i]->settings; s && s->name; s++) {
			json_t *o = json_object();

			set(o, "name", s->name);
			set(o, "standard", s->standard);
			set(o, "text", s->text);
			must(json_array_append_new(rows, o) == 0);
		}
	print(cli, rows, columns);
	return RC_OK;
}

/* "supervisor,monitor", "any", "nobody signs in". */
static struct str
names_of(struct arena *a, uint32_t set_of, uint32_t any, const char *(*name)(int), int count)
{
	struct buf b;

	if ((set_of & any) != 0)
		return STR("any");
	buf_init(&b, a);
	for (int i = 0; i < count; i++)
		if ((set_of & BIT(i)) != 0)
			buf_addf(&b, "%s%s", b.n > 0 ? "," : "", name(i));
	return b.n > 0 ? str_copy(a, buf_str(&b)) : STR("-");
}

static const char *
role_at(int i)
{
	return role_name((enum role)i);
}

static const char *
purpose_at(int i)
{
	return purpose_name((enum purpose)i);
}

enum rc
tables_routes(struct cli *cli, struct err *err)
{
	static const struct cli_column columns[] = {
	    {"METHOD", "method", 0}, {"PATH", "path", 0},
	    {"ROLES", "roles", 0},   {"PURPOSES", "purposes", 0},
	    {"KIND", "kind", 0},     {"WHAT", "text", 0},
	    {NULL, NULL, 0}};
	json_t *rows = json_array();

	(void)err;
	for (size_t i = 0; cli->features[i] != NULL; i++)
		for (const struct route *r = cli->features[i]->routes; r && r->method; r++) {
			json_t *o = json_object();

			set(o, "method", r->method);
			set(o, "path", r->path);
			set(o, "roles",
			    (r->flags & ROUTE_OPEN) != 0
				? "open"
				: names_of(cli->arena, r->roles, ROLES_ANY, role_at, ROLE_COUNT).p);
			set(o, "purposes",
			    names_of(cli->arena, r->purposes, PURPOSES_ANY, purpose_at,
				     PURPOSE_COUNT)
				.p);
			set(o, "kind", (r->flags & ROUTE_WRITES) != 0 ? "writes" : "reads");
			set(o, "text", r->text);
			must(json_array_append_new(rows, o) == 0);
		}
	print(cli, rows, columns);
	return RC_OK;
}

enum rc
tables_jobs(struct cli *cli, struct err *err)
{
	static const struct cli_column columns[] = {
	    {"JOB", "name", 0}, {"WHAT", "text", 0}, {NULL, NULL, 0}};
	json_t *rows = json_array();

	(void)err;
	for (size_t i = 0; cli->features[i] != NULL; i++)
		for (const struct job_kind *k = cli->features[i]->jobs; k && k->name; k++) {
			json_t *o = json_object();

			set(o, "name", k->name);
			set(o, "text", k->text);
			must(json_array_append_new(rows, o) == 0);
		}
	print(cli, rows, columns);
	return RC_OK;
}

static const struct gate *
gate_brought(const struct cli *cli, struct str name)
{
	for (size_t i = 0; cli->features[i] != NULL; i++)
		for (const struct gate *g = cli->features[i]->gates; g && g->name; g++)
			if (str_eq_z(name, g->name))
				return g;
	return NULL;
}

enum rc
tables_gates(struct cli *cli, struct err *err)
{
	static const struct cli_column columns[] = {
	    {"GATE", "name", 0}, {"HERE", "here", 0}, {"HOLDS WHEN", "text", 0}, {NULL, NULL, 0}};
	struct model *m;
	json_t *rows;
	enum rc rc = model_load(cli->arena, model_files, NULL, &m, err);

	if (rc != RC_OK)
		return rc;
	rows = json_array();
	for (size_t i = 0; i < m->gates->code_count; i++) {
		const struct code *c = &m->gates->codes[i];
		const struct gate *g = gate_brought(cli, c->code);
		struct str text = model_code_label(m->gates, c->code, STR("en"));
		json_t *o = json_object();

		set(o, "name", str_z(cli->arena, c->code));
		set(o, "here", g != NULL ? "yes" : "not yet: moves stay closed");
		set(o, "text", g != NULL ? g->text : str_z(cli->arena, text));
		must(json_array_append_new(rows, o) == 0);
	}
	print(cli, rows, columns);
	return RC_OK;
}
