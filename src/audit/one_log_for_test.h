#ifndef AUDIT_ONE_LOG_FOR_TEST_H
#define AUDIT_ONE_LOG_FOR_TEST_H

/* For tests that each begin with an empty log: it is l, from open_log to close_log. */
#include "audit/log_for_test.h"

static struct test_log l;

static inline int
open_log(void **state)
{
	(void)state;
	test_log_open(&l);
	return 0;
}

static inline int
close_log(void **state)
{
	(void)state;
	test_log_close(&l);
	return 0;
}

#endif
