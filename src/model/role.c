#include "model/role.h"

static const char *const roles[ROLE_COUNT] = {
    [ROLE_ANALYST] = "analyst",	      [ROLE_DUTY_OFFICER] = "duty_officer",
    [ROLE_PROSECUTOR] = "prosecutor", [ROLE_SUPPORT_WORKER] = "support_worker",
    [ROLE_SUPERVISOR] = "supervisor", [ROLE_COORDINATOR] = "coordinator",
    [ROLE_MONITOR] = "monitor",	      [ROLE_ADMINISTRATOR] = "administrator",
    [ROLE_FIRST_LINE] = "first_line",
};

static const char *const purposes[PURPOSE_COUNT] = {
    [PURPOSE_INVESTIGATION] = "investigation",	 [PURPOSE_PROSECUTION] = "prosecution",
    [PURPOSE_PROTECTION] = "protection",	 [PURPOSE_SCREENING] = "screening",
    [PURPOSE_DECONFLICTION] = "deconfliction",	 [PURPOSE_RESPONSE] = "response",
    [PURPOSE_OVERSIGHT] = "oversight",		 [PURPOSE_STATISTICS] = "statistics",
    [PURPOSE_SUBJECT_RIGHTS] = "subject_rights", [PURPOSE_ADMINISTRATION] = "administration",
};

static const char *const subjects[SUBJECT_COUNT] = {
    [SUBJECT_SUSPECT] = "SUSPECT",
    [SUBJECT_CONVICTED] = "CONVICTED",
    [SUBJECT_VICTIM] = "VICTIM",
    [SUBJECT_OTHER_WITNESS] = "OTHER_WITNESS",
    [SUBJECT_OTHER_INFO] = "OTHER_INFO",
    [SUBJECT_OTHER_CONTACT] = "OTHER_CONTACT",
    [SUBJECT_UNDETERMINED] = "UNDETERMINED",
    [SUBJECT_PRESUMED] = "PRESUMED",
};

static int
find(const char *const *names, int n, struct str name)
{
	for (int i = 0; i < n; i++)
		if (str_eq_ascii_case(str_from(names[i]), name))
			return i;
	return -1;
}

int
role_find(struct str name)
{
	return find(roles, ROLE_COUNT, name);
}

int
purpose_find(struct str name)
{
	return find(purposes, PURPOSE_COUNT, name);
}

int
subject_find(struct str name)
{
	return find(subjects, SUBJECT_COUNT, name);
}

const char *
role_name(enum role role)
{
	must((unsigned)role < ROLE_COUNT);
	return roles[role];
}

const char *
purpose_name(enum purpose purpose)
{
	must((unsigned)purpose < PURPOSE_COUNT);
	return purposes[purpose];
}

const char *
subject_name(enum subject subject)
{
	must((unsigned)subject < SUBJECT_COUNT);
	return subjects[subject];
}
