#ifndef LINK_INCIDENTS_SEED_H
#define LINK_INCIDENTS_SEED_H

#include "link/incidents/table.h"

/*
 * seed: first groups, from pairs of incidents that share something. A pair's weight is how rare
 * what it shares is, and how much likelier the days and places of two that share something rare are
 * than those of any two, which is measured on these incidents. Groups are those in which the mean
 * weight of a pair, pairs without any counted, is high (a constant Potts model; Traag, Van Dooren
 * and Nesterov 2011): one shared value joins no two of them.
 * of[i] becomes the group of incident i, or UINT32_MAX; returns how many groups there are.
 */
uint32_t seed_cases(struct arena *a, const struct incident_table *t, uint32_t *of);

#endif
