#include "format/xml.h"

#include <libxml/parser.h>

#include "base/arena.h"
#include "base/utf8.h"

#define NAMES_BYTES_MAX ((size_t)64 << 10)

/* One open element; its buffers serve every element that opens at this depth. */
struct frame {
	struct xml_element element;
	struct buf text, values;
	struct xml_attribute *attributes;
	size_t attributes_cap;
};

struct reader {
	struct arena *arena;
	struct limits limits;
	const char *name;
	const struct xml_handler *handler;
	xmlParserCtxtPtr parser;
	struct frame *frames; /* depth_max of them */
	size_t depth;
	enum rc rc; /* why it stopped; err is filled then */
	struct err *err;
};

static void
stop(struct reader *r, enum rc rc, const char *text)
{
	if (r->rc != RC_OK)
		return;
	r->rc = fail_at(r->err, rc, r->name, xmlSAX2GetLineNumber(r->parser),
			xmlSAX2GetColumnNumber(r->parser), "", "%s", text);
	xmlStopParser(r->parser);
}

static void
on_doctype(void *ctx, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
	(void)name;
	(void)external;
	(void)system;
	stop(ctx, RC_INVALID, "a DOCTYPE is not taken");
}

/* libxml2's words may quote the text, so only the code goes on. */
static void
on_error(void *ctx, xmlErrorPtr error)
{
	struct reader *r = ctx;

	if (r->rc != RC_OK || error->level < XML_ERR_ERROR)
		return;
	r->rc = fail_at(r->err, RC_INVALID, r->name, error->line, error->int2, "",
			"this is not well-formed XML (libxml2 error %d)", error->code);
	xmlStopParser(r->parser);
}

static struct str
view(const xmlChar *z)
{
	return str_from((const char *)z);
}

/* As entities are not replaced, libxml2 hands on an ampersand as "&#38;", and only that. */
static size_t
copy_attribute(char *to, const char *from, size_t n)
{
	size_t used = 0;

	for (size_t i = 0; i < n; i++) {
		to[used++] = from[i];
		if (n - i >= 5 && memcmp(from + i, "&#38;", 5) == 0)
			i += 4;
	}
	return used;
}

static void
take_attributes(struct reader *r, struct frame *f, size_t n, const xmlChar **at)
{
	size_t bytes = 0;
	char *to;

	if (n > r->limits.columns_max) {
		stop(r, RC_TOO_LARGE, "the element has too many attributes");
		return;
	}
	if (n > f->attributes_cap) {
		f->attributes = NEW_N(r->arena, struct xml_attribute, n);
		f->attributes_cap = n;
	}
	for (size_t i = 0; i < n; i++)
		bytes += (size_t)(at[5 * i + 4] - at[5 * i + 3]);
	if (bytes > r->limits.field_bytes_max) {
		stop(r, RC_TOO_LARGE, "the attributes are over their limit");
		return;
	}
	buf_clear(&f->values);
	to = buf_room(&f->values, bytes);
	for (size_t i = 0; i < n; i++) {
		const char *value = (const char *)at[5 * i + 3];
		size_t len =
		    copy_attribute(to, value, (size_t)((const char *)at[5 * i + 4] - value));

		f->attributes[i].name = view(at[5 * i]);
		f->attributes[i].value = (struct str){to, len};
		to += len;
	}
	f->element.at = f->attributes;
	f->element.n = n;
}

static void
on_open(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *space,
	int n_namespaces, const xmlChar **namespaces, int n_attributes, int n_defaulted,
	const xmlChar **attributes)
{
	struct reader *r = ctx;
	struct frame *f;

	(void)prefix;
	(void)n_namespaces;
	(void)namespaces;
	(void)n_defaulted;
	if (r->rc != RC_OK)
		return;
	if (r->depth == r->limits.depth_max) {
		stop(r, RC_TOO_LARGE, "too many levels");
		return;
	}
	f = &r->frames[r->depth++];
	f->element = (struct xml_element){
	    .name = view(name),
	    .space = view(space),
	    .parent = r->depth > 1 ? &r->frames[r->depth - 2].element : NULL,
	    .depth = r->depth,
	    .line = xmlSAX2GetLineNumber(r->parser),
	};
	buf_clear(&f->text);
	take_attributes(r, f, (size_t)n_attributes, attributes);
	if (r->rc == RC_OK && r->handler->open != NULL) {
		r->rc = r->handler->open(r->handler->ctx, &f->element, r->err);
		if (r->rc != RC_OK)
			xmlStopParser(r->parser);
	}
}

static void
on_close(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *space)
{
	struct reader *r = ctx;
	struct frame *f;

	(void)name;
	(void)prefix;
	(void)space;
	if (r->rc != RC_OK)
		return;
	must(r->depth > 0);
	f = &r->frames[--r->depth];
	if (!utf8_is_valid(buf_str(&f->text))) {
		stop(r, RC_INVALID, "text that is not UTF-8");
		return;
	}
	if (r->handler->close != NULL) {
		r->rc = r->handler->close(r->handler->ctx, &f->element, buf_str(&f->text), r->err);
		if (r->rc != RC_OK)
			xmlStopParser(r->parser);
	}
}

static void
on_text(void *ctx, const xmlChar *p, int n)
{
	struct reader *r = ctx;
	struct frame *f;

	if (r->rc != RC_OK || r->depth == 0)
		return;
	f = &r->frames[r->depth - 1];
	if (f->text.n + (size_t)n > r->limits.field_bytes_max) {
		stop(r, RC_TOO_LARGE, "the text is over its limit");
		return;
	}
	buf_add_bytes(&f->text, p, (size_t)n);
}

static void
feed_parser(struct reader *r, struct source *source)
{
	uint64_t bytes = 0;
	uint64_t max = r->limits.bytes_max > 0 ? r->limits.bytes_max : (uint64_t)16 << 30;
	size_t size = source->rest.p != NULL && source->rest.n < 65536 ? source->rest.n + 1 : 65536;
	char *p = arena_bytes(r->arena, size);

	while (r->rc == RC_OK) {
		ptrdiff_t got = source->pull(source, p, size);

		if (got < 0) {
			stop(r, RC_FAILED, "the file cannot be read");
			return;
		}
		bytes += (uint64_t)got;
		if (bytes > max) {
			stop(r, RC_TOO_LARGE, "the file is over its limit");
			return;
		}
		if (xmlParseChunk(r->parser, p, (int)got, got == 0) != 0 && r->rc == RC_OK)
			stop(r, RC_INVALID, "this is not well-formed XML");
		if (got == 0)
			return;
	}
}

enum rc
xml_read(struct arena *a, struct source source, const struct limits *limits,
	 const struct xml_handler *handler, struct err *err)
{
	xmlSAXHandler sax = {.initialized = XML_SAX2_MAGIC,
			     .internalSubset = on_doctype,
			     .startElementNs = on_open,
			     .endElementNs = on_close,
			     .characters = on_text,
			     .ignorableWhitespace = on_text,
			     .cdataBlock = on_text,
			     .serror = on_error};
	struct reader r = {.arena = a,
			   .limits = limits_full(limits),
			   .name = source.name,
			   .handler = handler,
			   .err = err};

	must(r.limits.depth_max <= 256); /* libxml2's own bound */
	r.frames = NEW_N(a, struct frame, r.limits.depth_max);
	for (size_t i = 0; i < r.limits.depth_max; i++) {
		buf_init(&r.frames[i].text, a);
		buf_init(&r.frames[i].values, a);
	}
	r.parser = xmlCreatePushParserCtxt(&sax, &r, NULL, 0, NULL);
	must(r.parser != NULL);
	(void)xmlCtxtUseOptions(r.parser, XML_PARSE_NONET | XML_PARSE_NOCDATA);
	/* Distinct names, all together: libxml2 compares each attribute of a tag with each. */
	(void)xmlDictSetLimit(r.parser->dict, NAMES_BYTES_MAX);
	feed_parser(&r, &source);
	if (r.rc == RC_OK && (!r.parser->wellFormed || r.depth > 0))
		stop(&r, RC_INVALID, "this is not well-formed XML");
	if (r.parser->myDoc != NULL)
		xmlFreeDoc(r.parser->myDoc);
	xmlFreeParserCtxt(r.parser);
	return r.rc;
}
