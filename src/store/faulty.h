#ifndef STORE_FAULTY_H
#define STORE_FAULTY_H

#include <stdint.h>

/*
 * faulty: the tests' driver "faulty:..." (store/db.h) counts what goes through it: statements
 * that this process has run so far, on all its connections, but for those of the log.
 */
int64_t faulty_statements(void);

#endif
