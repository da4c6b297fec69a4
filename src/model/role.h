#ifndef MODEL_ROLE_H
#define MODEL_ROLE_H

#include <stdint.h>

#include "base/str.h"

/*
 * The three closed lists that rules in C name: who acts, for what, and who a record may be
 * about. model/roles.csv, model/purposes.csv and model/codes/led_subject_categories.csv carry
 * their labels and must agree with these, in this order; an overlay can add to none of them.
 * There is no purpose "immigration control" (docs: rights, rule 2).
 */
enum role {
	ROLE_ANALYST,
	ROLE_DUTY_OFFICER,
	ROLE_PROSECUTOR,
	ROLE_SUPPORT_WORKER,
	ROLE_SUPERVISOR,
	ROLE_COORDINATOR,
	ROLE_MONITOR,
	ROLE_ADMINISTRATOR,
	ROLE_FIRST_LINE, /* no record type is open to it: see model/roles.csv */
	ROLE_COUNT
};

enum purpose {
	PURPOSE_INVESTIGATION,
	PURPOSE_PROSECUTION,
	PURPOSE_PROTECTION,
	PURPOSE_SCREENING,
	PURPOSE_DECONFLICTION,
	PURPOSE_RESPONSE,
	PURPOSE_OVERSIGHT,
	PURPOSE_STATISTICS,
	PURPOSE_SUBJECT_RIGHTS,
	PURPOSE_ADMINISTRATION,
	PURPOSE_COUNT
};

/* LED art. 6, with the two that protect before a role is known (rights.md, rule 5). */
enum subject {
	SUBJECT_SUSPECT,
	SUBJECT_CONVICTED,
	SUBJECT_VICTIM,
	SUBJECT_OTHER_WITNESS,
	SUBJECT_OTHER_INFO,
	SUBJECT_OTHER_CONTACT,
	SUBJECT_UNDETERMINED,
	SUBJECT_PRESUMED,
	SUBJECT_COUNT
};

/* A set of any of them: bit 1 << ROLE_ANALYST, and so on. */
#define BIT(n) ((uint32_t)1 << (n))

/* The word in files, or -1. Subjects are found without regard to ASCII case. */
int role_find(struct str name);
int purpose_find(struct str name);
int subject_find(struct str name);
/* "support_worker"; "protection"; "VICTIM". */
const char *role_name(enum role role);
const char *purpose_name(enum purpose purpose);
const char *subject_name(enum subject subject);

#endif
