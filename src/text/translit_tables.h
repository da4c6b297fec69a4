#ifndef TEXT_TRANSLIT_TABLES_H
#define TEXT_TRANSLIT_TABLES_H

#include "base/str.h"

/*
 * translit_tables: single letters to ASCII where names are usually romanised otherwise than
 * ICU's reversible transforms do it. NULL: not in the tables. "": the letter is silent.
 */
const char *translit_letter(uint32_t c);

#endif
