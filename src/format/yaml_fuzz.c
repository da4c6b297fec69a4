#include "base/arena.h"
#include "base/utf8.h"
#include "format/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
walk(const struct yaml_node *node, size_t depth)
{
	must(depth <= 32 && node->line > 0 && node->column > 0);
	must(utf8_is_valid(node->text));
	for (size_t i = 0; i < node->n; i++) {
		if (node->kind == YAML_MAP)
			must(node->key[i]->kind == YAML_TEXT);
		walk(node->at[i], depth + 1);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena *a = arena_new(0);
	struct yaml_node *root;

	if (yaml_read(a, "fuzz", (struct str){(const char *)p, n}, NULL, &root, NULL) == RC_OK)
		walk(root, 1);
	arena_free(a);
	return 0;
}
