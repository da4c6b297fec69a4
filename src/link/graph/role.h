#ifndef LINK_GRAPH_ROLE_H
#define LINK_GRAPH_ROLE_H

#include "base/str.h"

/*
 * role: words of files that say who is left out of every ranking, path and card (enum
 * graph_left_out). A word that may mean it, does: leaving one too many out costs a lead, leaving
 * one in may cost somebody their safety. 0: none of these.
 */
unsigned graph_role(struct str text);

/* How ids and labels of helpers are compared: ASCII letters in lower case, digits, and bytes
 * beyond ASCII; spaces and signs are passed over, so that "+999 12-34" is "9991234". */
struct str graph_helper_key(struct arena *a, struct str text);

#endif
