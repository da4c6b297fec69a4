#include <stdio.h>

#include "audit/export.h"
#include "base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct audit_export_report report;
	FILE *f = n > 0 ? fmemopen((void *)(uintptr_t)p, n, "rb") : NULL;

	if (f == NULL)
		return 0;
	if (audit_export_verify(f, STR_NONE, &report, NULL) == RC_OK)
		must(report.leaves >= 0);
	(void)fclose(f);
	return 0;
}
