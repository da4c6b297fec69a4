#include <netdb.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "exchange/contact/contact.h"
#include "exchange/endpoint.h"
#include "exchange/hello.h"
#include "exchange/peer.h"
#include "net/client.h"

#define CONNECT_MS 5000
#define ANSWER_MS 10000

/* By its address, which was judged: a name could lead elsewhere when it is looked up again. */
static enum rc
ask_at(struct arena *a, const struct client_options *common, const char *address, uint16_t port,
       struct str hello, struct str *answer, struct err *err)
{
	struct client_request request = {
	    .method = "POST",
	    .target = STR(CONTACT_HELLO),
	    .content_type = STR("text/plain; charset=utf-8"),
	    .body = hello,
	};
	struct client_response response = {.status = 0};
	struct client_options o = *common;
	struct client *c;
	enum rc rc;

	o.url = strchr(address, ':') != NULL ? str_fmt(a, "https://[%s]:%u", address, port).p
					     : str_fmt(a, "https://%s:%u", address, port).p;
	if ((rc = client_open(&o, &c, err)) != RC_OK)
		return rc;
	rc = client_send(c, a, &request, &response, err);
	client_close(c);
	if (rc != RC_OK)
		return fail(err, RC_UNAVAILABLE, "peer",
			    "it was not reached, or does not have the key that was pinned, or does "
			    "not let this node in");
	*answer = response.body;
	return response.status == 200
		   ? RC_OK
		   : fail(
			 err, RC_CONFLICT, "peer",
			 "it refused (%d): ask its administrators what their node says of this one",
			 response.status);
}

/* Each address that the endpoint's name has, until one answers. */
static enum rc
ask_endpoint(struct arena *a, const struct client_options *common, const struct peer *p,
	     struct str text, struct str hello, struct str *answer, struct err *err)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	enum rc rc = fail(err, RC_UNAVAILABLE, "peer", "the name of its endpoint is not known");
	struct addrinfo *all = NULL;
	struct endpoint e;

	if (!endpoint_parse(text, &e))
		return fail(err, RC_INVALID, "peer", "its endpoint is none");
	if (getaddrinfo(str_z(a, e.host), NULL, &hints, &all) != 0)
		return rc;
	for (const struct addrinfo *i = all; i != NULL && rc != RC_OK; i = i->ai_next) {
		char address[256];

		if (getnameinfo(i->ai_addr, i->ai_addrlen, address, sizeof address, NULL, 0,
				NI_NUMERICHOST) != 0)
			continue;
		if (!p->near && endpoint_is_near(str_from(address))) {
			rc =
			    fail(err, RC_CONFLICT, "near",
				 "its endpoint leads to an address of this machine or of a network "
				 "beside it, which nobody wanted");
			continue;
		}
		rc = ask_at(a, common, address, e.port, hello, answer, err);
	}
	freeaddrinfo(all);
	return rc;
}

enum rc
contact_ask(struct arena *a, const struct door_node *node, const struct peer *p, struct str hello,
	    struct str *answer, struct err *err)
{
	struct client_options common = {.server_key = p->is.tls,
					.connect_timeout_ms = CONNECT_MS,
					.timeout_ms = ANSWER_MS,
					.response_bytes_max = HELLO_BYTES_MAX};
	struct certificate own;
	enum rc rc = contact_certificate(a, node, &own, err);

	if (rc != RC_OK)
		return rc;
	common.certificate_pem = own.certificate_pem.p;
	common.key_pem = own.key_pem.p;
	rc = fail(err, RC_CONFLICT, "peer", "it says of no endpoint where it is to be found");
	for (size_t i = 0; i < p->is.endpoints.n && rc != RC_OK; i++)
		rc = ask_endpoint(a, &common, p, p->is.endpoints.at[i], hello, answer, err);
	contact_certificate_done(&own);
	return rc;
}
