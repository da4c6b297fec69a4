#include "serve/disk.h"

#include "base/log.h"
#include "serve/config.h"
#include "serve/inside.h"
#include "serve/job_inside.h"
#include "store/reserve.h"

bool
serve_disk_is_low(const struct serve *s)
{
	return s->disk_low;
}

static void
give_back(struct serve *s, uint64_t left)
{
	struct err err = {.rc = RC_OK};

	s->disk_low = true;
	if (reserve_release(s->dir, &err) != RC_OK)
		log_error("%s", err.text);
	log_error("only %llu KiB are left on the disk: the reserve is given back, and nothing is "
		  "changed until there is room",
		  (unsigned long long)(left >> 10));
}

void
disk_watch(struct serve *s)
{
	uint64_t want = (uint64_t)config_number(s->config, "reserve_mib") << 20, left;
	struct err err = {.rc = RC_OK};

	/* What cannot be asked is not known to be full. */
	if (reserve_disk_free(s->dir, &left, &err) != RC_OK)
		return;
	if (!s->disk_low && left < DISK_LOW_BYTES) {
		give_back(s, left);
		return;
	}
	/* Twice over, so that it does not swing. */
	if (left < want + 2 * DISK_LOW_BYTES)
		return;
	if (want > 0 && reserve_bytes(s->dir) < want && reserve_make(s->dir, want, &err) != RC_OK)
		return;
	if (s->disk_low) {
		log_info("there is room on the disk again");
		s->disk_low = false;
		job_queue_changed(s);
	}
}
