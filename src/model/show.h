#ifndef MODEL_SHOW_H
#define MODEL_SHOW_H

#include "base/buf.h"
#include "model/model.h"

/* The model as text for `liaison model list|show`, as JSON for the API, as docs/model.md. */
void model_list_text(const struct model *m, struct str lang, struct buf *out);
void model_list_json(const struct model *m, struct str lang, struct buf *out);
void model_show_text(const struct model *m, const struct record_type *type, struct str lang,
		     struct buf *out);
/* One object: fields, states, moves, clocks, access; stable, for forms and OpenAPI. */
void model_show_json(const struct model *m, const struct record_type *type, struct str lang,
		     struct buf *out);
/* One code list: {"name", "codes":[{"code","label","retired"}]}. */
void model_codes_text(const struct code_list *list, struct str lang, struct buf *out);
void model_codes_json(const struct code_list *list, struct str lang, struct buf *out);
void model_reference_markdown(const struct model *m, struct buf *out);
/* docs/retention.md: each class with its periods, and what they rest on. */
void model_retention_markdown(const struct model *m, struct buf *out);
/* "5y", "180d", "72h", "30m". */
void model_duration_text(struct buf *out, int64_t ms);

#endif
