#include "base/arena.h"
#include "exchange/descriptor.h"
#include "exchange/endpoint.h"
#include "exchange/hello.h"
#include "exchange/invitation.h"
#include "exchange/sheet.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* There is one text for each thing that a node says of itself. */
int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena *a = arena_new(64u << 20);
	struct str text = {(const char *)p, n};
	struct descriptor d;
	struct revocation r;
	struct sheet s;
	struct invitation i;
	struct reply_file reply;
	struct hello h;
	struct endpoint e;
	struct buf b;

	for (int draft = 0; draft < 2; draft++) {
		buf_init(&b, a);
		if (descriptor_parse(a, text, draft == 1, &d, NULL) == RC_OK) {
			descriptor_format(&d, draft == 1, &b);
			must(str_eq(buf_str(&b), text));
			must(descriptor_changes(&d, &d) == 0);
		}
	}
	buf_init(&b, a);
	if (sheet_parse(a, text, &s, NULL) == RC_OK) {
		sheet_format(&s, &b);
		must(str_eq(buf_str(&b), text));
	}
	buf_init(&b, a);
	if (revocation_parse(a, text, &r, NULL) == RC_OK) {
		revocation_format(&r, &b);
		must(str_eq(buf_str(&b), text));
		must(revocation_check(&r, NULL) != RC_INVALID);
	}
	buf_init(&b, a);
	if (invitation_parse(a, text, &i, NULL) == RC_OK) {
		invitation_format(&i, &b);
		must(str_eq(buf_str(&b), text));
	}
	buf_init(&b, a);
	if (reply_file_parse(a, text, &reply, NULL) == RC_OK) {
		reply_file_format(&reply, &b);
		must(str_eq(buf_str(&b), text));
	}
	buf_init(&b, a);
	if (hello_parse(a, text, &h, NULL) == RC_OK) {
		hello_format(&h, &b);
		must(str_eq(buf_str(&b), text));
		must(hello_check(&h, h.to, h.challenge, h.at_ms, NULL) != RC_INVALID);
	}
	if (endpoint_parse(text, &e))
		(void)endpoint_is_near(e.host);
	arena_free(a);
	return 0;
}
