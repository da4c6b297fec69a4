#ifndef BASE_BASE_H
#define BASE_BASE_H

/*
 * base: the few attributes every floor uses, and must().
 */

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define NORETURN __attribute__((noreturn))
#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

/* 1 in a build with a sanitizer whose runtime has threads and calls of its own. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define UNDER_SANITIZER 1
#elif defined(__clang__)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define UNDER_SANITIZER 1
#endif
#endif
#ifndef UNDER_SANITIZER
#define UNDER_SANITIZER 0
#endif

/*
 * Our own mistakes end the process, in release builds too: what is acknowledged is
 * already durable, and the supervisor starts us again.
 */
#define must(cond)                                                                                 \
	do {                                                                                       \
		if (__builtin_expect(!(cond), 0))                                                  \
			must_failed(#cond, __FILE__, __LINE__);                                    \
	} while (0)

/* Say what did not hold on standard error, and abort. The text of cond must hold no data. */
NORETURN void must_failed(const char *cond, const char *file, int line);
/*
 * Memory that is not to be had ends the process too, with a sentence and the exit code of
 * RC_UNAVAILABLE (6): no code goes on with half of something, and what is acknowledged is durable.
 */
NORETURN void out_of_memory(void);

#endif
