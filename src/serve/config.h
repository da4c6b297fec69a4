#ifndef SERVE_CONFIG_H
#define SERVE_CONFIG_H

#include "base/rc.h"
#include "base/str.h"
#include "serve/feature.h"

/*
 * config: DIR/liaison.yaml, written by `liaison node init`, read once at start. Keys are the
 * settings of the tables; an unknown key or a value out of range is an error with its line.
 */
struct config_value {
	struct str name, text;
	int64_t number; /* SETTING_NUMBER, SETTING_DAYS (in days), SETTING_SWITCH (0 or 1) */
};

struct config {
	struct config_value *at;
	size_t n, cap;
};

MUST_USE enum rc config_load(struct arena *a, const char *path,
			     const struct feature *const *features, struct config **out,
			     struct err *err);
/* The setting must be in a table: must(). */
struct str config_text(const struct config *c, const char *name);
int64_t config_number(const struct config *c, const char *name);
/* The same where no table may have it. */
struct str config_text_or(const struct config *c, const char *name, const char *standard);
int64_t config_number_or(const struct config *c, const char *name, int64_t standard);
/* A switch that is on; one that no table has is off. */
bool config_is_on(const struct config *c, const char *name);

#endif
