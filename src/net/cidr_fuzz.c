#include "base/utf8.h"
#include "net/cidr.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* First line: a list of trusted proxies; second: the peer; the rest: X-Forwarded-For. */
int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct str rest = {(const char *)p, n}, list = str_cut(&rest, '\n'),
		   peer = str_cut(&rest, '\n'), client;
	unsigned char out[CLIENT_BYTES];

	if (cidr_list_check(list, "fuzz", NULL) != RC_OK)
		list = STR("127.0.0.1, 10.0.0.0/8, 2001:db8::/32");
	if (cidr_list_has(list, peer) && !address_client(peer, out))
		must(!"an address that cannot be read is in no list");
	client = forwarded_client(list, peer, rest);
	/* Whoever is not trusted themselves names nobody else. */
	if (!cidr_list_has(list, peer))
		must(str_eq(client, peer));
	else
		must(str_eq(client, peer) || is_address(client));
	return 0;
}
