#ifndef PARSE_TEST_CHILD_H
#define PARSE_TEST_CHILD_H

#include "parse/child.h"

/*
 * test_child: makes a test program its own parser process: the node starts the program that it
 * is. Define PARSE_TEST_KINDS before for kinds of the test's own. For *_test.c and *_fuzz.c.
 */
#ifndef PARSE_TEST_KINDS
#define PARSE_TEST_KINDS NULL
#endif

__attribute__((constructor)) static void
become_parser(int argc, char **argv)
{
	if (parse_child_asked(argc, argv))
		parse_child(PARSE_TEST_KINDS);
}

#endif
