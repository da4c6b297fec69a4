#ifndef BASE_EMBEDDED_H
#define BASE_EMBEDDED_H

#include <stddef.h>

/*
 * embedded: files that travel inside the binary (cmake/embed.cmake makes the tables),
 * sorted by path; the last row has path NULL.
 */
struct embedded_file {
	const char *path; /* below the folder: "protect/referral.yaml" */
	const char *p;
	size_t n;
};

/* The folder model/: record types and code lists. */
extern const struct embedded_file model_files[];

#endif
