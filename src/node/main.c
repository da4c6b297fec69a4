#include "format/json.h"
#include "node/features.h"
#include "parse/child.h"
#include "seal/keys_process.h"
#include "serve/cli.h"

int
main(int argc, char **argv)
{
	/* Before anything is opened or read: this process is to have nothing. */
	if (parse_child_asked(argc, argv))
		parse_child(NULL);
	json_wipes();
	keys_program_ready();
	return cli_main(argc, argv, liaison_features);
}
