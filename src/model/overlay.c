#include "model/read.h"

/*
 * An agency may tighten what we ship and add what is its own; everything else is refused key
 * by key, because a model file is also a set of promises to the people it is about.
 */

static void
tighten_retention(struct reader *r, struct record_type *type, const struct yaml_node *top)
{
	const struct yaml_node *map = read_get(r, top, "retention", YAML_MAP, false);
	int64_t review, erase;

	if (map == NULL)
		return;
	read_only_keys(r, map, "review erase");
	review = read_duration(r, map, "review");
	erase = read_duration(r, map, "erase");
	if (erase > type->retention.erase_ms)
		reader_bad(r, yaml_find(map, "erase"), "erase",
			   "an overlay may shorten it, not lengthen it");
	if (review > type->retention.review_ms)
		reader_bad(r, yaml_find(map, "review"), "review",
			   "an overlay may shorten it, not lengthen it");
	if (erase > 0)
		type->retention.erase_ms = erase;
	if (review > 0)
		type->retention.review_ms = review;
	if (type->retention.review_ms > type->retention.erase_ms)
		type->retention.review_ms = type->retention.erase_ms;
}

static void
raise_handling(struct reader *r, struct record_type *type, const struct yaml_node *top)
{
	const struct yaml_node *map = read_get(r, top, "handling", YAML_MAP, false);
	bool judicial, onward;
	struct str tlp;

	if (map == NULL)
		return;
	read_only_keys(r, map, "default judicial_ok onward_ok");
	tlp = read_text(r, map, "default", false);
	for (int n = TLP_CLEAR; tlp.n > 0 && n <= TLP_RED + 1; n++) {
		if (n > TLP_RED) {
			reader_bad(r, yaml_find(map, "default"), "default",
				   "must be RED, AMBER+STRICT, AMBER, GREEN or CLEAR");
		} else if (str_eq_z(tlp, tlp_name((enum tlp)n))) {
			if ((enum tlp)n < type->handling.tlp)
				reader_bad(r, yaml_find(map, "default"), "default",
					   "an overlay may raise it above %s, not lower it",
					   tlp_name(type->handling.tlp));
			type->handling.tlp = (enum tlp)n;
			break;
		}
	}
	judicial = read_bool(r, map, "judicial_ok", type->handling.judicial_ok);
	onward = read_bool(r, map, "onward_ok", type->handling.onward_ok);
	if ((judicial && !type->handling.judicial_ok) || (onward && !type->handling.onward_ok))
		reader_bad(r, map, "handling",
			   "an overlay may forbid judicial or onward use, not allow it");
	type->handling.judicial_ok = judicial;
	type->handling.onward_ok = onward;
}

static void
take_roles(struct reader *r, uint32_t *roles, uint32_t away, const struct yaml_node *at,
	   const char *key)
{
	/* An empty set would stand for "whoever may write", which is more, not less. */
	if (*roles != 0 && (*roles & ~away) == 0)
		reader_bad(r, at, key, "leaves no role at all; leave one");
	*roles &= ~away;
}

static void
remove_roles(struct reader *r, struct record_type *type, const struct yaml_node *top)
{
	const struct yaml_node *map = read_get(r, top, "remove_roles", YAML_MAP, false);
	uint32_t moves;

	if (map == NULL)
		return;
	read_only_keys(r, map, "read write moves");
	take_roles(r, &type->read.roles, read_roles(r, map, "read"), map, "read");
	take_roles(r, &type->write.roles, read_roles(r, map, "write"), map, "write");
	moves = read_roles(r, map, "moves");
	for (size_t i = 0; moves != 0 && i < type->move_count; i++)
		take_roles(r, &type->moves[i].roles, moves, map, "moves");
}

static void
add_required(struct reader *r, struct record_type *type, const struct yaml_node *top)
{
	const struct yaml_node *node = yaml_find(top, "required");
	struct str_list names = read_texts(r, top, "required");
	VEC(uint32_t) all = {type->required, type->required_count, type->required_count};

	for (size_t i = 0; i < names.n && r->rc == RC_OK; i++) {
		const struct yaml_node *at = node->kind == YAML_LIST ? node->at[i] : node;
		int32_t f = read_field_name(r, type, at, "required");

		if (f < 0)
			return;
		if (type->fields[f].automatic)
			reader_bad(r, at, "required", "the node fills this field");
		type->fields[f].required = true;
		*VEC_ADD(r->arena, &all) = (uint32_t)f;
	}
	type->required = all.at;
	type->required_count = all.n;
}

static void
add_gates(struct reader *r, struct record_type *type, const struct yaml_node *top)
{
	const struct yaml_node *list = read_get(r, top, "gates", YAML_LIST, false);

	for (size_t i = 0; list != NULL && i < list->n && r->rc == RC_OK; i++) {
		const struct yaml_node *map = list->at[i];
		uint32_t from, to;
		bool found = false;

		if (map->kind != YAML_MAP) {
			reader_bad(r, map, "gates", "must hold maps: {from: a, to: b, gates: [c]}");
			return;
		}
		read_only_keys(r, map, "from to gates");
		from = read_states(r, type, map, "from");
		to = read_states(r, type, map, "to");
		for (size_t j = 0; j < type->move_count; j++) {
			struct move *move = &type->moves[j];

			if ((move->from & from) == 0 || (move->to & to) == 0)
				continue;
			read_gates(r, map, &move->gates, &move->gate_count);
			found = true;
		}
		if (!found)
			reader_bad(r, map, "gates", "no move leads from there to there");
	}
}

static void
extend_type(struct reader *r, const struct yaml_node *top, struct str path)
{
	struct record_type *type = reader_type(r, read_text(r, top, "extend", true));

	if (r->rc == RC_OK && (type == NULL || type->overlay)) {
		reader_bad(r, yaml_find(top, "extend"), "extend", "names no type that we ship");
		return;
	}
	if (r->rc != RC_OK)
		return;
	if (!str_eq(path, type->file))
		reader_bad(r, yaml_find(top, "extend"), "extend",
			   "the file that extends this type must be called %.*s",
			   STR_ARG(type->file));
	read_only_keys(r, top,
		       "extend label fields required gates remove_roles retention handling");
	read_labels(r, top, "label", &type->label);
	read_fields(r, type, read_get(r, top, "fields", YAML_MAP, false));
	add_required(r, type, top);
	add_gates(r, type, top);
	remove_roles(r, type, top);
	tighten_retention(r, type, top);
	raise_handling(r, type, top);
}

static void
read_overlay_head(struct reader *r, const struct model_files_list *files)
{
	const struct limits limits = {.bytes_max = 4096, .depth_max = 4};

	for (size_t i = 0; i < files->n; i++) {
		struct yaml_node *top = NULL;
		struct str agency;

		if (!str_eq(files->at[i].path, STR("overlay.yaml")))
			continue;
		r->file = str_z(r->arena, files->at[i].path);
		r->rc = yaml_read(r->arena, r->file, files->at[i].bytes, &limits, &top, r->err);
		read_only_keys(r, top, "agency about");
		agency = read_text(r, top, "agency", true);
		if (r->rc == RC_OK && (!name_is_good(agency) || agency.n > 12))
			reader_bad(
			    r, top, "agency",
			    "must be a name of a-z, 0-9 and _, at most 12; it makes the prefix "
			    "x_AGENCY_");
		r->prefix = str_fmt(r->arena, "x_%.*s_", STR_ARG(agency));
		return;
	}
	r->rc = fail_at(r->err, RC_INVALID, "overlay.yaml", 0, 0, "agency",
			"an overlay folder needs a file overlay.yaml with {agency: NAME}");
}

static struct str
base_name(struct str path, size_t folder, size_t ending)
{
	return str_sub(path, folder, path.n - ending);
}

static void
read_overlay_type(struct reader *r, const struct model_file *file)
{
	const struct limits limits = {.bytes_max = MODEL_FILE_MAX, .depth_max = 8};
	struct yaml_node *top = NULL;

	r->rc = yaml_read(r->arena, r->file, file->bytes, &limits, &top, r->err);
	if (r->rc == RC_OK && yaml_find(top, "extend") != NULL)
		extend_type(r, top, file->path);
	else
		(void)read_type(r, file->path, file->bytes);
}

void
read_overlay(struct reader *r, const struct model_files_list *files)
{
	/* Codes first, then types, then labels: each names what stands before it. */
	for (int pass = 0; pass < 4 && r->rc == RC_OK; pass++) {
		if (pass == 0)
			read_overlay_head(r, files);
		for (size_t i = 0; pass > 0 && i < files->n && r->rc == RC_OK; i++) {
			const struct model_file *file = &files->at[i];
			struct str path = file->path;

			r->file = str_z(r->arena, path);
			if (str_eq(path, STR("overlay.yaml")) || str_ends(path, STR(".md")))
				continue;
			if (str_starts(path, STR("codes/")) && str_ends(path, STR(".csv"))) {
				if (pass == 1)
					read_codes(r, base_name(path, 6, 4), file->bytes, true);
			} else if (str_starts(path, STR("labels/")) &&
				   str_ends(path, STR(".csv"))) {
				if (pass == 3)
					read_label_file(r, base_name(path, 7, 4), file->bytes);
			} else if (!str_ends(path, STR(".yaml"))) {
				reader_bad(
				    r, NULL, "",
				    "is no file of an overlay: overlay.yaml, codes/LIST.csv, "
				    "labels/LANG.csv, AREA/TYPE.yaml");
			} else if (pass == 2) {
				read_overlay_type(r, file);
			}
		}
	}
	r->model->has_overlay = true;
}
