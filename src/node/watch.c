#include "node/watch.h"

#include "base/clock.h"
#include "base/log.h"
#include "oversee/retention/retention.h"
#include "serve/disk.h"

#define LOOK_EVERY_MS 5000

void
watch_tick(struct watch *w, struct serve *s)
{
	int64_t now = monotonic_ms();
	struct err err = {.rc = RC_OK};

	disk_watch(s);
	if (now - w->looked_ms < LOOK_EVERY_MS)
		return;
	w->looked_ms = now;
	if (retention_tick(s, now - w->since_ms, &w->retention_day, &err) != RC_OK)
		log_warn("retention: the day's look could not be started: %s", err.text);
}
