#ifndef TEXT_PHONE_H
#define TEXT_PHONE_H

#include "base/str.h"

struct arena;

/*
 * phone: telephone numbers in one form: "+" and 7 to 15 digits (ITU-T E.164), so that equal numbers
 * are equal bytes. Digits of any script, spaces and the usual separators are read; "00" and "011"
 * are the international prefix, "(0)" after a country code is dropped, an extension ("ext. 12",
 * "x12") is cut. No numbering plans: the country code's existence is not checked.
 */

/*
 * country_code: digits put before a national number ("49"), whose one trunk zero is dropped; empty
 * when not known: then a national number is refused. *out is in the arena. False: letters, too few
 * or too many digits, no country code.
 */
MUST_USE bool phone_normalise(struct arena *a, struct str s, struct str country_code,
			      struct str *out);

#endif
