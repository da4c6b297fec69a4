#include "node/commands.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "node/completion.h"
#include "node/manpage.h"
#include "serve/cli.h"
#include "serve/cli_commands.h"
#include "serve/file.h"

static enum rc
write_page(struct cli *cli, const char *dir, const char *name, struct buf *page, struct err *err)
{
	const char *path = str_fmt(cli->arena, "%s/%s.1", dir, name).p;

	return file_write(path, buf_str(page), 0644, err);
}

static enum rc
run_manpages(struct cli *cli, struct err *err)
{
	const char *dir = str_z(cli->arena, cli->arguments.at[0]);
	struct str_list nouns = command_nouns(cli->arena, cli->features);
	struct buf page;
	enum rc rc;

	if (mkdir(dir, 0755) != 0 && errno != EEXIST)
		return fail(err, RC_FAILED, "", "the folder cannot be made: %s", strerror(errno));
	buf_init(&page, cli->arena);
	manpage_main(cli->arena, cli->features, &page);
	rc = write_page(cli, dir, "liaison", &page, err);
	for (size_t i = 0; i < nouns.n && rc == RC_OK; i++) {
		buf_clear(&page);
		manpage_noun(cli->arena, cli->features, nouns.at[i], &page);
		rc = write_page(cli, dir,
				str_fmt(cli->arena, "liaison-%.*s", STR_ARG(nouns.at[i])).p, &page,
				err);
	}
	return rc;
}

static enum rc
run_completion(struct cli *cli, struct err *err)
{
	static const struct {
		const char *shell;
		void (*write)(struct arena *, const struct feature *const *, struct buf *);
	} shells[] = {
	    {"bash", completion_bash}, {"zsh", completion_zsh}, {"fish", completion_fish}};
	struct buf script;

	buf_init(&script, cli->arena);
	for (size_t i = 0; i < COUNT_OF(shells); i++)
		if (str_eq_z(cli->arguments.at[0], shells[i].shell))
			shells[i].write(cli->arena, cli->features, &script);
	if (script.n == 0)
		return fail(err, RC_USAGE, "", "there is completion for bash, zsh and fish");
	if (!cli_json_text(cli, "completion", buf_str(&script)))
		(void)fwrite(script.p, 1, script.n, cli->out);
	return RC_OK;
}

/* clang-format off */
static const struct command commands[] = {
	{ "node", "manpages", "DIR", NULL, run_manpages, "Write the manual pages, liaison(1) and one a noun, into a folder.",
	  "They are made from the same tables as --help, so they tell of this very program. Read one with: man -l DIR/liaison.1" },
	{ "node", "completion", "SHELL", NULL, run_completion, "Print the completion script for bash, zsh or fish.",
	  "For bash: source <(liaison node completion bash). For zsh: write it to a file _liaison on the fpath. For fish: write it to ~/.config/fish/completions/liaison.fish." },
	{ .noun = NULL },
};
/* clang-format on */

const struct feature paper_command_feature = {.name = "paper", .commands = commands};
