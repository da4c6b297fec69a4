#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/base.h"

/*
 * log: lines for the operator on standard error. Never personal data: say ids and counts,
 * not names. One write(2) a line, so threads do not mix.
 */
enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

/* What is shown from now on; LOG_INFO at start. Set once, before threads start. */
void log_set_level(enum log_level level);
void log_line(enum log_level level, const char *fmt, ...) PRINTF(2, 3);

#define log_error(...) log_line(LOG_ERROR, __VA_ARGS__)
#define log_warn(...) log_line(LOG_WARN, __VA_ARGS__)
#define log_info(...) log_line(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_line(LOG_DEBUG, __VA_ARGS__)

#endif
