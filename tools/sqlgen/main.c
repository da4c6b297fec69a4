/*
 * sqlgen statements SRC FILE.sql OUT.h   FILE.sql's statements as `const struct sql`
 * sqlgen migrations SRC OUT.h NNN.sql... a folder's numbered files as migration steps
 *
 * A build-time tool without libraries. It is also the gate of the house: a feature's SQL may
 * name only its own tables, so that no statement can walk around the one door. The rules:
 *   - a file x.sql may name the tables x and x_*; a line `-- tables: a b*` at its top adds
 *     tables that a migration of the same folder creates; a prefix belongs to one folder;
 *   - one statement a block, SELECT, INSERT, UPDATE, DELETE, or WITH in front of one of them;
 *   - a SELECT that may give many rows has ORDER BY and LIMIT, or says `-- single` (at most
 *     one row by a key) or `-- stream` (the caller reads to the end on purpose);
 *   - parameters are :name only; no quoted identifiers, no `||`, no `::`, no comma joins, no
 *     schema names, no functions that build or run text.
 */
#include "sqlgen.h"

#include <stdio.h>
#include <string.h>

int
main(int argc, char **argv)
{
	if (argc == 5 && strcmp(argv[1], "statements") == 0)
		return statements(argv[2], argv[3], argv[4]);
	if (argc >= 5 && strcmp(argv[1], "migrations") == 0)
		return migrations(argv[2], argv[3], argv + 4, argc - 4);
	fprintf(stderr, "usage: sqlgen statements SRC FILE.sql OUT.h\n"
			"       sqlgen migrations SRC OUT.h NNN.sql...\n");
	return 2;
}
