#ifndef NODE_COMPLETION_H
#define NODE_COMPLETION_H

#include "base/buf.h"
#include "serve/feature.h"

/* completion: scripts that complete nouns, verbs and options, made from the features' tables. */
void completion_bash(struct arena *a, const struct feature *const *features, struct buf *out);
void completion_zsh(struct arena *a, const struct feature *const *features, struct buf *out);
void completion_fish(struct arena *a, const struct feature *const *features, struct buf *out);

#endif
