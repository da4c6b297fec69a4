#ifndef TEXT_IDENT_H
#define TEXT_IDENT_H

#include "base/str.h"

struct arena;

/*
 * ident: identifiers in one form, so that equal ones are equal bytes: documents, accounts,
 * number plates, devices.
 */

/*
 * Upper case, letters and digits only; compatibility forms and digits of every script folded;
 * letters of other scripts stay. At most IDENT_MAX bytes come out; the rest is cut.
 */
#define IDENT_MAX 256
struct str ident_canonical(struct arena *a, struct str s);

/* ISO 13616: canonical form, 15 to 34 characters, and ISO 7064 mod 97-10 holds. */
bool ident_is_iban(struct str canonical);

/* 3GPP TS 23.003: 15 digits, the last one the Luhn digit. */
bool ident_is_imei(struct str canonical);

/* Luhn (ISO/IEC 7812-1): digits only, two at least, and the last one holds. */
bool ident_is_luhn(struct str digits);

#endif
