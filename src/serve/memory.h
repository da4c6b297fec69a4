#ifndef SERVE_MEMORY_H
#define SERVE_MEMORY_H

struct serve;

/*
 * memory: what a feature keeps in memory from its first use until the node is closed, such as an
 * index of records. One thing a feature, whose own locks guard it.
 */
struct memory_kind {
	const char *name;
	void *(*make)(struct serve *s);
	void (*end)(void *memory); /* the writer still runs; no request does */
};

/* Made at the first asking; any thread. kind is a constant. */
void *serve_memory(struct serve *s, const struct memory_kind *kind);
/* The same when it is there; else NULL. */
void *serve_memory_find(struct serve *s, const struct memory_kind *kind);

/* Inside serve/: at the end, before the writer. */
void serve_memory_end(struct serve *s);

#endif
