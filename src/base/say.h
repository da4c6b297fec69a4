#ifndef BASE_SAY_H
#define BASE_SAY_H

#include "base/rc.h"

/*
 * say: how one gives what an error asks for. A text of an err that a client of the API may read
 * says it with these words, which are the API's; the command line puts its own in their place
 * (say_as_typed). Texts that the command line alone says have its words from the start.
 */
#define SAY_PURPOSE "the header Liaison-Purpose"
#define SAY_REASON "the header Liaison-Reason"
#define SAY_USER "the header Liaison-User"
#define SAY_TYPE "the member `type`"
#define SAY_LIST "the member `list`"
#define SAY_TYPES "GET /api/v1/types"

/* The API's words in err->text become the command line's: "--purpose". What does
 * not fit any more is cut. */
void say_as_typed(struct err *err);

#endif
