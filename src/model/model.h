#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include "base/embedded.h"
#include "base/rc.h"
#include "model/codes.h"
#include "model/type.h"

/*
 * model: record types, code lists, roles and purposes, read once at start from the files in
 * the binary and an agency's overlay folder. Const and shared after loading.
 */
struct model {
	const struct record_type *types; /* by area, then name: index is stable for one hash */
	size_t type_count;
	struct map by_type;		/* -> struct record_type */
	struct map by_list;		/* -> struct code_list */
	const struct code_list **lists; /* by name */
	size_t list_count;
	const struct code_list *roles, *purposes, *gates;
	struct map htcds;	/* system name -> struct htcds_home */
	unsigned char hash[32]; /* SHA-256 over path, length and bytes of all files, in order */
	bool has_overlay;
};

/* Where an HTCDS field lives. part: of a place, or "". */
struct htcds_home {
	const struct record_type *type;
	const struct field *field;
	struct str part;
};

/*
 * Read and check everything. files ends with a NULL path (model_files of base/embedded.h);
 * overlay_dir NULL: none. The model lives in the arena.
 * RC_INVALID: err names file, line and key, and says how to put it right.
 */
MUST_USE enum rc model_load(struct arena *a, const struct embedded_file *files,
			    const char *overlay_dir, struct model **out, struct err *err);

/* `liaison model check DIR`: the same for a folder of model files, without those embedded. */
MUST_USE enum rc model_load_dir(struct arena *a, const char *dir, struct model **out,
				struct err *err);

/* Every gate a type names must be among those that features registered. */
MUST_USE enum rc model_check_gates(const struct model *m, const struct str *known,
				   size_t known_count, struct err *err);

/* NULL when there is none. */
const struct record_type *model_type(const struct model *m, struct str name);
const struct code_list *model_list(const struct model *m, struct str name);
const struct htcds_home *model_htcds_home(const struct model *m, struct str system_name);

/* In that language, else in English, else in any there is, else the bare name. */
struct str label_in(const struct labels *labels, struct str lang, struct str fallback);
struct str model_type_label(const struct record_type *type, struct str lang);
struct str model_field_label(const struct field *field, struct str lang);
struct str model_state_label(const struct record_type *type, int state, struct str lang);
struct str model_code_label(const struct code_list *list, struct str code, struct str lang);

#endif
