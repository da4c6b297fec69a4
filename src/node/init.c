#include "node/init.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "format/json.h"
#include "model/model.h"
#include "record/record.h"
#include "seal/keys.h"
#include "seal/random.h"
#include "serve/file.h"
#include "serve/user.h"

/* A YAML scalar in double quotes: everything but printable ASCII is escaped as JSON does. */
static void
add_line(struct buf *b, const char *key, struct str value)
{
	buf_addf(b, "%s: ", key);
	json_quote(b, value);
	buf_add_byte(b, '\n');
}

/* "North Coast Police" -> "north-coast-police": the log's origin takes no spaces. */
static struct str
origin_of(struct arena *a, struct str name)
{
	struct str lower = str_lower_ascii(a, name);
	struct buf b;

	buf_init(&b, a);
	for (size_t i = 0; i < lower.n && b.n < 60; i++) {
		char c = lower.p[i];

		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			buf_add_byte(&b, c);
		else if (b.n > 0 && b.p[b.n - 1] != '-')
			buf_add_byte(&b, '-');
	}
	while (b.n > 0 && b.p[b.n - 1] == '-')
		b.n--;
	return str_fmt(a, "%.*s/log", b.n > 0 ? (int)b.n : 4, b.n > 0 ? b.p : "node");
}

static enum rc
write_config(struct arena *a, const struct init_options *o, const char *path, struct err *err)
{
	struct buf b;

	buf_init(&b, a);
	buf_add_z(&b, "# Settings of this node; `liaison node settings` tells what each means.\n");
	add_line(&b, "name", o->name);
	add_line(&b, "country", o->country);
	add_line(&b, "kind", o->kind);
	add_line(&b, "legal_regime", o->legal_regime);
	add_line(&b, "origin", origin_of(a, o->name));
	if (o->store.n > 0)
		add_line(&b, "store", o->store);
	if (o->shared_account)
		buf_add_z(
		    &b, "# One system account may be both of two people: for demonstrations only.\n"
			"shared_account: yes\n");
	return file_write(path, buf_str(&b), 0600, err);
}

struct first {
	const struct init_options *o;
};

/* unit: keeps the record, so that its people can change it. */
static enum rc
create(struct door *d, const char *type_name, json_t *fields, struct id id, struct id unit,
       struct err *err)
{
	const struct record_type *type = model_type(d->node->model, str_from(type_name));
	struct record_new options = {.id = &id, .unit = &unit};
	struct record *r;

	must(type != NULL);
	door_hold(d, fields);
	return record_create(d, type, fields, &options, &r, err);
}

static json_t *
named(struct str name)
{
	json_t *o = json_object();

	must(json_object_set_new(o, "name", json_from_str(name)) == 0);
	return o;
}

static enum rc
first_records(struct door *d, void *ctx, struct err *err)
{
	const struct init_options *o = ((struct first *)ctx)->o;
	struct id organisation = random_id_at(d->now_ms), unit = random_id_at(d->now_ms);
	struct user user;
	json_t *fields;
	enum rc rc;

	if ((rc = create(d, "organisation", named(o->name), organisation, unit, err)) != RC_OK)
		return rc;
	fields = named(o->unit);
	must(json_object_set_new(fields, "kind", json_from_str(o->kind)) == 0);
	must(json_object_set_new(fields, "organisation",
				 json_from_str(id_format(d->arena, organisation))) == 0);
	if ((rc = create(d, "unit", fields, unit, unit, err)) != RC_OK)
		return rc;
	return user_add(d, o->login, o->full_name, o->roles | BIT(ROLE_ADMINISTRATOR), unit,
			(int64_t)getuid(), &user, err);
}

/* Before anything is written, so that a wrong word leaves nothing behind. */
static enum rc
check_words(struct arena *a, const struct init_options *o, struct err *err)
{
	const struct code_list *kinds, *countries;
	struct model *m;
	enum rc rc = model_load(a, model_files, NULL, &m, err);

	if (rc != RC_OK)
		return rc;
	kinds = model_list(m, STR("unit_kind"));
	countries = model_list(m, STR("country"));
	must(kinds != NULL && countries != NULL);
	if (o->country.n > 0 && code_find(countries, o->country) == NULL)
		return fail(err, RC_USAGE, "country",
			    "takes the two capital letters of a country (ISO 3166-1 alpha-2), such "
			    "as FR; `liaison model show country` has them");
	return code_find(kinds, o->kind) != NULL
		   ? RC_OK
		   : fail(err, RC_USAGE, "kind",
			  "takes a code of the list unit_kind: police, "
			  "prosecution, border, fiu, labour_inspection, ngo, "
			  "court, laboratory, oversight or consulate");
}

static enum rc
fill(struct arena *a, const struct init_options *o, struct err *err)
{
	struct serve_options options = {
	    .dir = o->dir,
	    .passphrase = o->passphrase,
	    .features = o->features,
	    .clock = o->clock,
	    .is_new = true,
	    .keys_apart = o->keys_apart,
	};
	struct first first = {o};
	struct serve *s;
	enum rc rc;

	if ((rc = write_config(a, o, str_fmt(a, "%s/liaison.yaml", o->dir).p, err)) != RC_OK ||
	    (rc = keys_create(str_fmt(a, "%s/keys.liaison", o->dir).p, o->passphrase, err)) !=
		RC_OK ||
	    (rc = serve_open(&options, &s, err)) != RC_OK)
		return rc;
	rc = serve_write(s, NULL, NULL, first_records, &first, err);
	serve_close(s);
	return rc;
}

static void
take_back(struct arena *a, const char *dir)
{
	static const char *const made[] = {"liaison.yaml", "keys.liaison", "node.db",
					   "node.db-wal",  "node.db-shm",  "lock",
					   "keys.state",   "keys.sock"};

	for (size_t i = 0; i < COUNT_OF(made); i++)
		(void)unlink(str_fmt(a, "%s/%s", dir, made[i]).p);
}

static bool
is_empty(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *e;
	bool empty = dir != NULL;

	while (empty && (e = readdir(dir)) != NULL)
		empty = strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0;
	if (dir != NULL)
		(void)closedir(dir);
	return empty;
}

/*
 * A folder that was there and that others may enter: an empty one is closed to them; in one
 * that holds files somebody may count on getting in, and whoever wrote them may write more.
 */
static enum rc
make_private(struct init_options *o, struct err *err)
{
	struct stat st;

	if (stat(o->dir, &st) != 0 || !S_ISDIR(st.st_mode))
		return fail_at(err, RC_INVALID, o->dir, 0, 0, "", "is no folder");
	if (st.st_uid != geteuid())
		return fail_at(err, RC_INVALID, o->dir, 0, 0, "",
			       "belongs to another account; a node's folder is its own");
	if ((st.st_mode & 077) == 0)
		return RC_OK;
	if (!is_empty(o->dir))
		return fail_at(err, RC_CONFLICT, o->dir, 0, 0, "",
			       "others may enter this folder, and it holds files; choose a new "
			       "one, or close it first: chmod 700 %s",
			       o->dir);
	if (chmod(o->dir, 0700) != 0)
		return fail_at(err, RC_FAILED, o->dir, 0, 0, "", "cannot be closed to others: %s",
			       strerror(errno));
	o->tightened = true;
	return RC_OK;
}

enum rc
node_init(struct init_options *o, struct err *err)
{
	struct arena *a = arena_new(0);
	const char *config = str_fmt(a, "%s/liaison.yaml", o->dir).p;
	struct stat st;
	enum rc rc;

	if (o->name.n == 0 || o->name.n > 200)
		rc = fail(err, RC_USAGE, "name", "say the agency's name, at most 200 bytes");
	else if ((rc = check_words(a, o, err)) != RC_OK)
		;
	else if (stat(config, &st) == 0 || stat(str_fmt(a, "%s/keys.liaison", o->dir).p, &st) == 0)
		rc = fail_at(err, RC_CONFLICT, o->dir, 0, 0, "", "there is a node already");
	else if (mkdir(o->dir, 0700) != 0 && errno != EEXIST)
		rc = fail_at(err, RC_FAILED, o->dir, 0, 0, "", "cannot be made: %s",
			     strerror(errno));
	else if ((rc = make_private(o, err)) == RC_OK && (rc = fill(a, o, err)) != RC_OK)
		take_back(a, o->dir);
	arena_free(a);
	return rc;
}
