#include "exchange/endpoint.h"

#include "net/cidr.h"

/* RFC 1122, 1918, 3927, 4193, 4291, 6598, 6890, and what maps onto IPv4. */
#define NEAR4                                                                                      \
	"0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 "             \
	"192.0.0.0/24 192.168.0.0/16 198.18.0.0/15 224.0.0.0/4 240.0.0.0/4"
#define NEAR6 "::/96 fc00::/7 fe80::/10 fec0::/10 ff00::/8 64:ff9b::/96 2002::/16"

static bool
is_name(struct str s)
{
	size_t label = 0;
	bool has_letter = false;

	if (s.n == 0 || s.n > 253)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '.') {
			if (label == 0 || s.p[i - 1] == '-')
				return false;
			label = 0;
			continue;
		}
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		      (c == '-' && label > 0)) ||
		    ++label > 63)
			return false;
		has_letter = has_letter || (c >= 'a' && c <= 'z');
	}
	/* "127.1" and "0x7f.1" are read as addresses by some: the last label has a letter first. */
	for (size_t i = s.n; i > 0 && s.p[i - 1] != '.'; i--)
		label = i - 1;
	return has_letter && s.p[s.n - 1] != '.' && s.p[s.n - 1] != '-' && s.p[label] >= 'a' &&
	       s.p[label] <= 'z';
}

bool
endpoint_parse(struct str text, struct endpoint *out)
{
	struct str rest, port;
	ptrdiff_t colon;
	int64_t n;

	if (!str_starts(text, STR("https://")) || text.n > 300)
		return false;
	rest = str_sub(text, 8, text.n);
	if (str_starts(rest, STR("["))) {
		colon = str_chr(rest, ']');
		if (colon < 0 || (size_t)colon + 1 >= rest.n || rest.p[colon + 1] != ':')
			return false;
		out->host = str_sub(rest, 1, (size_t)colon);
		colon++;
		if (str_chr(out->host, ':') < 0 || !is_address(out->host))
			return false;
	} else {
		if ((colon = str_chr(rest, ':')) < 0)
			return false;
		out->host = str_sub(rest, 0, (size_t)colon);
		if (!is_address(out->host) && !is_name(out->host))
			return false;
	}
	for (size_t i = 0; i < out->host.n; i++)
		if (out->host.p[i] >= 'A' && out->host.p[i] <= 'Z')
			return false;
	port = str_sub(rest, (size_t)colon + 1, rest.n);
	if (port.n == 0 || port.n > 5 || port.p[0] < '1' || port.p[0] > '9' ||
	    !str_to_i64(port, &n) || n > 65535)
		return false;
	out->port = (uint16_t)n;
	return true;
}

bool
endpoint_is_near(struct str host)
{
	if (!is_address(host))
		return str_eq(host, STR("localhost")) || str_ends(host, STR(".localhost")) ||
		       str_ends(host, STR(".local")) || str_chr(host, '.') < 0;
	return cidr_list_has(STR(NEAR4), host) || cidr_list_has(STR(NEAR6), host);
}
