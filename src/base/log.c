#include "base/log.h"

#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/rc.h"
#include "base/banned.h"

static enum log_level shown = LOG_INFO;

void
log_set_level(enum log_level level)
{
	shown = level;
}

void
log_line(enum log_level level, const char *fmt, ...)
{
	static const char *const names[] = {"error", "warning", "info", "debug"};
	char line[1024];
	struct timespec now;
	struct tm tm;
	size_t n;
	int k;
	va_list ap;

	if (level > shown)
		return;
	(void)clock_gettime(CLOCK_REALTIME, &now);
	(void)gmtime_r(&now.tv_sec, &tm);
	n = strftime(line, sizeof line, "%Y-%m-%dT%H:%M:%SZ ", &tm);
	k = snprintf(line + n, sizeof line - n, "%s: ", names[level]);
	n += (size_t)k;
	va_start(ap, fmt);
	k = vsnprintf(line + n, sizeof line - n - 1, fmt, ap);
	va_end(ap);
	if (k > 0)
		n += (size_t)k < sizeof line - n - 1 ? (size_t)k : sizeof line - n - 2;
	line[n++] = '\n';
	if (write(STDERR_FILENO, line, n) < 0)
		return; /* Nobody is left to tell. */
}

void
must_failed(const char *cond, const char *file, int line)
{
	log_error("%s:%d: must(%s) does not hold; stopping", file, line, cond);
	abort();
}

void
out_of_memory(void)
{
	log_error("out of memory; stopping");
	_exit(rc_exit_code(RC_UNAVAILABLE));
}
