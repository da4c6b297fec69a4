#ifndef BASE_TEST_H
#define BASE_TEST_H

/* test: cmocka with what it wants before it, and without the macro that hides our fail(). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#undef fail
/* cmocka's own is made of its fail(). */
#undef fail_msg
#define fail_msg(...)                                                                              \
	do {                                                                                       \
		print_error(__VA_ARGS__);                                                          \
		_fail(__FILE__, __LINE__);                                                         \
	} while (0)

/*
 * tools/valgrind.sh says so: the machine is twenty times slower and knows neither seccomp nor
 * /proc/self/exe. Few tests must ask.
 */
static inline int
test_under_valgrind(void)
{
	return getenv("LIAISON_UNDER_VALGRIND") != NULL;
}

#endif
