#include "node/import_inside.h"

enum rc
import_all(struct import *im, struct err *err)
{
	(void)im;
	return fail(err, RC_INVALID, "format", "is none that this node reads");
}
