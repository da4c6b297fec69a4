#ifndef SERVE_CLI_COMMANDS_H
#define SERVE_CLI_COMMANDS_H

#include "base/vec.h"
#include "serve/feature.h"

/*
 * cli_commands: what the tables say of the command line, for whoever writes it down: the
 * parser, help, man pages, completion.
 */

/* An option that every command knows, and the variable that stands in for it, or NULL. */
struct cli_standard {
	struct option option;
	const char *environment;
};
/* Ends with a NULL name. */
extern const struct cli_standard cli_standards[];

/* Values an option takes: one a word of its argument ("A B": two). */
size_t option_value_count(const struct option *o);
/* What a command's argument text allows: "TYPE [ID...]" is 1 and SIZE_MAX. */
void arguments_count(const char *text, size_t *least, size_t *most);

/* Commands over all features in the order of the tables; i counts up. NULL: no more. */
const struct command *command_at(const struct feature *const *features, size_t i);
/* Nouns, each once, in the order of the tables. */
struct str_list command_nouns(struct arena *a, const struct feature *const *features);

#endif
