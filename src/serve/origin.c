#include "serve/origin.h"

#include "base/arena.h"
#include "base/hex.h"
#include "seal/hash.h"

bool
cookie_find(struct pairs headers, const char *name, struct str *value)
{
	struct str rest;
	int n = 0;

	*value = STR_NONE;
	for (size_t i = 0; i < headers.n; i++) {
		if (!str_eq_ascii_case(headers.at[i].name, STR("Cookie")))
			continue;
		rest = headers.at[i].value;
		while (rest.p != NULL) {
			struct str v = str_trim(str_cut(&rest, ';')), k = str_cut(&v, '=');

			if (v.p == NULL || !str_eq_z(str_trim(k), name))
				continue;
			*value = ++n == 1 ? str_trim(v) : STR_NONE;
		}
	}
	return n > 0;
}

struct str
cookie_set(struct arena *a, const char *name, struct str value, int64_t age_s)
{
	struct str age = age_s < 0 ? STR_NONE : str_fmt(a, "; Max-Age=%lld", (long long)age_s);

	return str_fmt(a, "%s=%.*s; Path=/; Secure; HttpOnly; SameSite=Strict%.*s", name,
		       STR_ARG(value), STR_ARG(age));
}

/* "https://host:port" -> "host:port"; STR_NONE when it is none. */
static struct str
host_of(struct str origin)
{
	if (str_starts(origin, STR("https://")))
		return str_sub(origin, 8, origin.n);
	if (str_starts(origin, STR("http://")))
		return str_sub(origin, 7, origin.n);
	return STR_NONE;
}

static bool
is_ours(struct str origin, struct str web_origin, struct str host)
{
	if (web_origin.n > 0)
		return str_eq_ascii_case(origin, web_origin);
	return host.n > 0 && str_eq_ascii_case(host_of(origin), host);
}

enum rc
origin_check(struct pairs headers, struct str web_origin, bool changes, struct err *err)
{
	struct str site, origin, host = STR_NONE;

	(void)header_find(headers, "Host", &host);
	/* A name of somebody else's that leads here (DNS rebinding) is not ours. */
	if (web_origin.n > 0 && !str_eq_ascii_case(host, host_of(web_origin)))
		return fail(err, RC_DENIED, "origin", "the node is not reached by this name");
	if (header_find(headers, "Sec-Fetch-Site", &site) && !str_eq_z(site, "same-origin") &&
	    (changes || !str_eq_z(site, "none")))
		return fail(err, RC_DENIED, "origin", "a page of another site may not ask this");
	if (header_find(headers, "Origin", &origin) && !is_ours(origin, web_origin, host))
		return fail(err, RC_DENIED, "origin", "a page of another site may not ask this");
	return RC_OK;
}

struct str
csrf_token(struct arena *a, struct str session_secret)
{
	struct hash hash;

	sha256(str_fmt(a, "liaison/csrf/1/%.*s", STR_ARG(session_secret)), &hash);
	return hex_format(a, hash.b, sizeof hash.b);
}

enum rc
web_origin_check(struct str text, struct err *err)
{
	struct str host = host_of(text);

	if (text.n == 0)
		return RC_OK;
	for (size_t i = 0; i < host.n; i++) {
		char c = host.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
		      c == ':' || c == '[' || c == ']'))
			host = STR_NONE;
	}
	return host.n > 0
		   ? RC_OK
		   : fail(err, RC_INVALID, "web_origin",
			  "takes the address browsers see, in lower case and without a path: "
			  "https://node.agency.example");
}
