#ifndef NODE_DEMO_STORY_H
#define NODE_DEMO_STORY_H

#include <stdio.h>

#include "base/str.h"
#include "base/vec.h"
#include "format/json.h"
#include "node/demo_data.h"
#include "node/demo_shell.h"

struct arena;
struct cli;

/*
 * The demo's story: its chapters, each of which types commands and checks what comes back. Texts
 * and paths live in the arena.
 */

/* The story so far, and what did not hold. */
struct demo {
	struct demo_shell sh;
	struct cli *cli;
	struct arena *arena;
	FILE *out;
	struct demo_data data;
	const char *data_dir;
	char uid[16];
	struct str watchlist, case_id;
	struct str_list incidents; /* of the case */
	size_t helpers;		   /* met on the way */
	int chapter;
	int held, failed;
	const char *url; /* of the running node */
};

#define WORDS(...)                                                                                 \
	(const char *const[])                                                                      \
	{                                                                                          \
		__VA_ARGS__, NULL                                                                  \
	}

/* A chapter begins: its number, title, and a sentence. */
void demo_chapter(struct demo *d, const char *title, const char *text);
/* A thing that must hold for the chapter to be true; counted and shown. */
PRINTF(3, 4) void demo_expect(struct demo *d, bool holds, const char *fmt, ...);
/* Run a command that must succeed; what it printed is shown. */
bool demo_show(struct demo *d, const char *const *words);
/* Run it for its JSON, which is the caller's; NULL when it failed. line: show the command. */
json_t *demo_ask(struct demo *d, bool line, const char *const *words);
const char *demo_keep(struct demo *d, struct str s);
long long demo_number(json_t *o, const char *key);
json_t *demo_first_item(json_t *page);

/* Two people put a list into use, and say why (demo_list.c). */
void demo_put_into_use(struct demo *d, struct str list, const char *why);
bool demo_import_all(struct demo *d);
void demo_list_into_use(struct demo *d);
void demo_screen(struct demo *d);
/* Lists of real authorities that were named; none does nothing (demo_real.c). */
void demo_real_lists(struct demo *d, struct str_list lists);
/* From incidents that hang together to a case; what the log says of it (demo_case.c). */
void demo_find_case(struct demo *d);
void demo_open_case(struct demo *d);
void demo_show_the_watcher(struct demo *d);

#endif
