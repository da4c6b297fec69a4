#ifndef STORE_SQL_TABLE_H
#define STORE_SQL_TABLE_H

#include "store/db.h"

/*
 * sql_table: what a connection prepared, found again by the address of its struct sql.
 * Open addressing, never more than half full. For drivers.
 */
struct sql_table {
	struct sql_entry {
		const struct sql *sql;
		void *prepared;
	} * at;
	size_t cap, n;
};

/* NULL: not prepared yet. */
void *sql_table_find(const struct sql_table *t, const struct sql *sql);
/* It must not be there yet. */
void sql_table_add(struct sql_table *t, const struct sql *sql, void *prepared);
/* The table alone; what was prepared is the driver's. */
void sql_table_free(struct sql_table *t);

#endif
