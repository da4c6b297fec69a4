#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

#include "base/str.h"

/*
 * clock: time and randomness as the node sees them, so that tests hold both.
 * Times are UTC milliseconds since 1970.
 */
struct clock {
	int64_t (*now_ms)(void *ctx);
	void *ctx;
};

/* The machine's clock. */
extern const struct clock clock_system;

int64_t clock_now(const struct clock *c);
/* Milliseconds of a clock that never jumps; for durations and deadlines only. */
int64_t monotonic_ms(void);
int64_t monotonic_us(void);

/* What a time that somebody wrote down may be: the years 2000 to 9999. */
#define TIME_MIN_MS INT64_C(946684800000)
#define TIME_MAX_MS INT64_C(253402300799999)

/* a + b, or the end of the numbers where that is beyond them: times of the store may be damaged. */
int64_t time_add(int64_t a, int64_t b);
/* "2026-11-23T02:10:00.123Z" (RFC 3339); of any number. */
struct str time_format(struct arena *a, int64_t ms);
/* "2026-11-23". */
struct str day_format(struct arena *a, int64_t ms);
/* RFC 3339 with offset, or a bare day (midnight UTC). */
MUST_USE bool time_parse(struct str s, int64_t *ms);
/* Days since 1970-01-01 of a proleptic Gregorian day, and back. */
int64_t days_from_civil(int year, int month, int day);
void civil_from_days(int64_t days, int *year, int *month, int *day);

#endif
