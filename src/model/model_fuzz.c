#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "model/read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * One type's file against a small model. The first byte picks the reader, so that the code
 * list and label readers are reached too.
 */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char gates[] = "code,label_en,rule\nvalid_consent,x,3\n";
	static const char kinds[] = "code,label_en,form,issuer\npassport,x,ident,country\n";
	static const char basis[] = "code,label_en\nfact,x\nassessment,y\n";
	static const char classes[] = "code,label_en\nprotection,x\n";
	struct arena *a = arena_new((size_t)256 << 20);
	struct err err = {0};
	struct model m = {0};
	struct reader r = {.arena = a, .model = &m, .err = &err, .file = "fuzz"};
	struct str text;

	if (size == 0 || size > MODEL_FILE_MAX) {
		arena_free(a);
		return 0;
	}
	text = (struct str){(const char *)data + 1, size - 1};
	m.by_type.arena = m.by_list.arena = m.htcds.arena = a;
	read_codes(&r, STR("gates"), str_from(gates), false);
	read_codes(&r, STR("identifier_kind"), str_from(kinds), false);
	read_codes(&r, STR("basis"), str_from(basis), false);
	read_codes(&r, STR("retention_class"), str_from(classes), false);
	must(r.rc == RC_OK);
	m.gates = reader_list(&r, STR("gates"));
	if (data[0] == 'c') {
		read_codes(&r, STR("fuzzed"), text, false);
	} else if (data[0] == 'l') {
		read_label_file(&r, STR("fr"), text);
	} else {
		r.prefix = data[0] == 'o' ? STR("x_fuzz_") : STR("");
		(void)read_type(&r, STR("protect/referral.yaml"), text);
		read_link(&r);
	}
	must(r.rc == RC_OK || err.text[0] != '\0');
	arena_free(a);
	return 0;
}
