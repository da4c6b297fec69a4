#include "format/source.h"

static ptrdiff_t
pull_memory(struct source *s, char *p, size_t n)
{
	if (n > s->rest.n)
		n = s->rest.n;
	if (n > 0)
		memcpy(p, s->rest.p, n);
	s->rest = str_sub(s->rest, n, s->rest.n);
	return (ptrdiff_t)n;
}

static ptrdiff_t
pull_file(struct source *s, char *p, size_t n)
{
	size_t got = fread(p, 1, n, s->ctx);

	return got == 0 && ferror((FILE *)s->ctx) ? -1 : (ptrdiff_t)got;
}

struct source
source_memory(struct str bytes, const char *name)
{
	return (struct source){.pull = pull_memory, .name = name, .rest = bytes};
}

struct source
source_file(FILE *f, const char *name)
{
	return (struct source){.pull = pull_file, .ctx = f, .name = name};
}
