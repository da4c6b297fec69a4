#include "base/rc.h"

#include <stdarg.h>

#include "base/arena.h"
#include "base/buf.h"

static const struct {
	const char *name, *title;
	int status, exit_code;
} rcs[RC_COUNT] = {
    /* clang-format off */
	[RC_OK]              = { "ok",              "Done",                     200, 0 },
	[RC_FAILED]          = { "failed",          "Failed",                   500, 1 },
	[RC_INVALID]         = { "invalid",         "Not acceptable",           422, 2 },
	[RC_USAGE]           = { "usage",           "Not understood",           400, 2 },
	[RC_ABSENT]          = { "absent",          "Not found",                404, 3 },
	[RC_DENIED]          = { "denied",          "Not allowed",              403, 4 },
	[RC_UNAUTHENTICATED] = { "unauthenticated", "Sign in first",            401, 4 },
	[RC_CONFLICT]        = { "conflict",        "Conflict",                 409, 5 },
	[RC_STALE]           = { "stale",           "Changed in the meantime",  412, 5 },
	[RC_VERSION_MISSING] = { "version-missing", "Version missing",          428, 2 },
	[RC_STOPPED]         = { "stopped",         "Stopped",                  409, 5 },
	[RC_METHOD]          = { "method",          "Method not allowed",       405, 2 },
	[RC_MEDIA]           = { "media",           "Unsupported content type", 415, 2 },
	[RC_TOO_LARGE]       = { "too-large",       "Too large",                413, 2 },
	[RC_BUSY]            = { "busy",            "Too many at once",         429, 1 },
	[RC_UNAVAILABLE]     = { "unavailable",     "Not available",            503, 6 },
	[RC_INTEGRITY]       = { "integrity",       "Integrity failure",        500, 7 },
    /* clang-format on */
};

int
rc_http_status(enum rc rc)
{
	must(rc < RC_COUNT);
	return rcs[rc].status;
}

int
rc_exit_code(enum rc rc)
{
	must(rc < RC_COUNT);
	return rcs[rc].exit_code;
}

const char *
rc_name(enum rc rc)
{
	must(rc < RC_COUNT);
	return rcs[rc].name;
}

const char *
rc_title(enum rc rc)
{
	must(rc < RC_COUNT);
	return rcs[rc].title;
}

static void PRINTF(4, 0)
    fill(struct err *err, enum rc rc, const char *key, const char *fmt, va_list ap)
{
	*err = (struct err){.rc = rc};
	(void)snprintf(err->key, sizeof err->key, "%s", key ? key : "");
	(void)vsnprintf(err->text, sizeof err->text, fmt, ap);
}

enum rc
fail(struct err *err, enum rc rc, const char *key, const char *fmt, ...)
{
	va_list ap;

	must(rc != RC_OK && rc < RC_COUNT);
	if (err == NULL)
		return rc;
	va_start(ap, fmt);
	fill(err, rc, key, fmt, ap);
	va_end(ap);
	return rc;
}

enum rc
fail_at(struct err *err, enum rc rc, const char *file, long line, long column, const char *key,
	const char *fmt, ...)
{
	va_list ap;

	must(rc != RC_OK && rc < RC_COUNT);
	if (err == NULL)
		return rc;
	va_start(ap, fmt);
	fill(err, rc, key, fmt, ap);
	va_end(ap);
	(void)snprintf(err->file, sizeof err->file, "%s", file ? file : "");
	err->line = line;
	err->column = column;
	return rc;
}

struct str
err_line(struct arena *a, const struct err *err)
{
	struct buf b;

	buf_init(&b, a);
	if (err->file[0] != '\0')
		buf_addf(&b, "%s:", err->file);
	if (err->line > 0)
		buf_addf(&b, "%s%ld:", err->file[0] ? "" : "line ", err->line);
	if (err->column > 0)
		buf_addf(&b, "%ld:", err->column);
	if (b.n > 0)
		buf_add_byte(&b, ' ');
	if (err->key[0] != '\0')
		buf_addf(&b, "%s: ", err->key);
	buf_add_z(&b, err->text);
	return buf_str(&b);
}
