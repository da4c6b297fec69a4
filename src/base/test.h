#ifndef BASE_TEST_H
#define BASE_TEST_H

/* test: cmocka with what it wants before it, and without the macro that hides our fail(). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#undef fail
/* cmocka's own is made of its fail(). */
#undef fail_msg
#define fail_msg(...)                                                                              \
	do {                                                                                       \
		print_error(__VA_ARGS__);                                                          \
		_fail(__FILE__, __LINE__);                                                         \
	} while (0)

#endif
