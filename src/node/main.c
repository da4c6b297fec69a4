#include "node/features.h"
#include "serve/cli.h"

int
main(int argc, char **argv)
{
	return cli_main(argc, argv, liaison_features);
}
