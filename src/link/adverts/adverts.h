#ifndef LINK_ADVERTS_ADVERTS_H
#define LINK_ADVERTS_ADVERTS_H

#include "serve/feature.h"

/* adverts: groups of organised recruitment adverts, from a file; no node, nothing kept. */
extern const struct feature adverts_feature;

#endif
