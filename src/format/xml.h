#ifndef FORMAT_XML_H
#define FORMAT_XML_H

#include "base/buf.h"
#include "base/rc.h"
#include "format/limits.h"
#include "format/source.h"

/*
 * xml: elements as they open and close, from a stream, in flat memory. A DOCTYPE is refused,
 * so there are no entities but the five of XML 1.0; nothing is ever fetched.
 */
struct xml_attribute {
	struct str name, value;
};

struct xml_element {
	struct str name;		  /* local name */
	struct str space;		  /* namespace, or empty */
	const struct xml_element *parent; /* NULL for the root */
	size_t n;
	const struct xml_attribute *at;
	size_t depth; /* 1 for the root */
	long line;
	void *data; /* the caller's, NULL at open */
};

/* Either may be NULL. A code that is not RC_OK stops the reading and is handed on. */
struct xml_handler {
	enum rc (*open)(void *ctx, struct xml_element *e, struct err *err);
	/* text: the element's own text, without that of its children, not trimmed. */
	enum rc (*close)(void *ctx, struct xml_element *e, struct str text, struct err *err);
	void *ctx;
};

/*
 * RC_INVALID with line: not well formed, a DOCTYPE, not UTF-8 or what the declaration says.
 * RC_TOO_LARGE: bytes_max, depth_max, field_bytes_max of one text, columns_max attributes;
 * names that differ are 64 KiB at most, all together.
 */
MUST_USE enum rc xml_read(struct arena *a, struct source source, const struct limits *limits,
			  const struct xml_handler *handler, struct err *err);

#endif
