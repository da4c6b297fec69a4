#include "net/client.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <curl/curl.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/vec.h"
#include "base/hex.h"
#include "net/events.h"
#include "net/target.h"
#include "seal/hash.h"

#define HEADERS_BYTES_MAX ((size_t)64 << 10)

struct client {
	CURL *curl;
	char *socket_path, *base;
	int certificate_fd, key_fd; /* of mutual TLS, or -1 */
	char *pin;		    /* "sha256//..." of the server's key, or NULL */
	int ca_fd;		    /* the trusted certificates, or -1 */
	long connect_timeout_ms, timeout_ms;
	size_t response_bytes_max;
	bool waits; /* as long as it takes */
	client_told *told;
	void *told_ctx;
};

/* One request under way. */
struct exchange {
	struct client *client;
	struct arena *arena;
	const struct client_request *request;
	struct client_response *response;
	VEC(struct pair) headers;
	size_t header_bytes;
	char *body;
	size_t body_bytes, body_cap;
	uint64_t upload_left;
	struct events events;
	int64_t began_ms;
	enum rc ended; /* why we ended it ourselves; RC_OK: we did not */
	bool enough;   /* on_event has seen what it wanted */
};

static bool
is_loopback_name(const char *host)
{
	struct str s = str_from(host);

	return str_eq_ascii_case(s, STR("localhost")) || str_eq_z(s, "[::1]") ||
	       (str_starts(s, STR("127.")) && s.n == strspn(host, "0123456789."));
}

static bool
part_is(CURLU *u, CURLUPart part, const char *wanted)
{
	char *got = NULL;
	bool is = curl_url_get(u, part, &got, 0) == CURLUE_OK ? strcmp(got, wanted) == 0
							      : wanted[0] == '\0';

	curl_free(got);
	return is;
}

/* Scheme, host and port, no more. */
static enum rc
url_check(const char *url, char **base, struct err *err)
{
	CURLU *u = curl_url();
	char *host = NULL, *full = NULL;
	enum rc rc = RC_OK;

	must(u != NULL);
	if (curl_url_set(u, CURLUPART_URL, url, 0) != CURLUE_OK ||
	    curl_url_get(u, CURLUPART_HOST, &host, 0) != CURLUE_OK ||
	    !part_is(u, CURLUPART_PATH, "/") || !part_is(u, CURLUPART_QUERY, "") ||
	    !part_is(u, CURLUPART_FRAGMENT, "") || !part_is(u, CURLUPART_USER, "") ||
	    !part_is(u, CURLUPART_PASSWORD, ""))
		rc = fail(err, RC_INVALID, "url",
			  "the node's address must look like https://host:port");
	else if (!part_is(u, CURLUPART_SCHEME, "https") &&
		 !(part_is(u, CURLUPART_SCHEME, "http") && is_loopback_name(host)))
		rc = fail(err, RC_INVALID, "url",
			  "plain http goes to this machine only; use https for others");
	if (rc == RC_OK) {
		size_t n;

		must(curl_url_get(u, CURLUPART_URL, &full, 0) == CURLUE_OK);
		n = strlen(full);
		must(n > 0 && full[n - 1] == '/');
		*base = strndup(full, n - 1);
		must(*base != NULL);
	}
	curl_free(host);
	curl_free(full);
	curl_url_cleanup(u);
	return rc;
}

/* GnuTLS' libcurl takes certificates from a file only, and memory is one too. */
static int
ca_file(const char *pem)
{
	size_t n = strlen(pem);
	int fd = memfd_create("liaison-ca", MFD_CLOEXEC);

	if (fd >= 0 && write(fd, pem, n) != (ssize_t)n) {
		(void)close(fd);
		fd = -1;
	}
	return fd;
}

/* Of the key as a certificate holds it (RFC 8410 section 4). */
static char *
pin_of(const unsigned char key[32])
{
	static const unsigned char head[] = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
					     0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};
	unsigned char info[sizeof head + 32];
	struct arena *a = arena_new(0);
	struct hash h;
	char *pin;

	memcpy(info, head, sizeof head);
	memcpy(info + sizeof head, key, 32);
	sha256((struct str){(char *)info, sizeof info}, &h);
	pin = strdup(str_fmt(a, "sha256//%.*s", STR_ARG(base64_format(a, h.b, sizeof h.b))).p);
	must(pin != NULL);
	arena_free(a);
	return pin;
}

enum rc
client_open(const struct client_options *o, struct client **out, struct err *err)
{
	struct client *c;
	char *base = NULL;
	enum rc rc;

	if ((o->socket_path == NULL) == (o->url == NULL))
		return fail(err, RC_INVALID, "url", "give a socket or an address, one of them");
	if (o->url != NULL && (rc = url_check(o->url, &base, err)) != RC_OK)
		return rc;
	must((o->server_key == NULL) == (o->key_pem == NULL) &&
	     (o->server_key == NULL) == (o->certificate_pem == NULL));
	c = heap_zeroed(sizeof *c);
	c->base = base != NULL ? base : strdup("http://localhost");
	c->socket_path = o->socket_path != NULL ? strdup(o->socket_path) : NULL;
	if (c->base == NULL || (c->socket_path == NULL) != (o->socket_path == NULL))
		out_of_memory();
	c->connect_timeout_ms = o->connect_timeout_ms > 0 ? o->connect_timeout_ms : 5000;
	c->timeout_ms = o->timeout_ms > 0 ? o->timeout_ms : 60000;
	c->response_bytes_max =
	    o->response_bytes_max > 0 ? o->response_bytes_max : (size_t)64 << 20;
	c->ca_fd = o->ca_pem != NULL ? ca_file(o->ca_pem) : -1;
	c->certificate_fd = c->key_fd = -1;
	if (o->server_key != NULL) {
		c->certificate_fd = ca_file(o->certificate_pem);
		c->key_fd = ca_file(o->key_pem);
		c->pin = pin_of(o->server_key);
	}
	c->curl = curl_easy_init();
	if (c->curl == NULL)
		out_of_memory();
	if ((o->ca_pem != NULL && c->ca_fd < 0) ||
	    (o->server_key != NULL && (c->certificate_fd < 0 || c->key_fd < 0))) {
		client_close(c);
		return fail(err, RC_FAILED, "", "cannot hold the trusted certificates in memory");
	}
	*out = c;
	return RC_OK;
}

void
client_close(struct client *c)
{
	if (c == NULL)
		return;
	curl_easy_cleanup(c->curl);
	if (c->ca_fd >= 0)
		(void)close(c->ca_fd);
	if (c->certificate_fd >= 0)
		(void)close(c->certificate_fd);
	if (c->key_fd >= 0)
		(void)close(c->key_fd);
	free(c->pin);
	free(c->socket_path);
	free(c->base);
	free(c);
}

static size_t
on_header(char *p, size_t size, size_t count, void *ctx)
{
	struct exchange *x = ctx;
	struct str line = {p, size * count};
	struct pair *pair;

	x->header_bytes += line.n;
	if (x->header_bytes > HEADERS_BYTES_MAX) {
		x->ended = RC_TOO_LARGE;
		return 0;
	}
	/* A status line starts a new header: the one before was a 100 Continue. */
	if (str_starts(line, STR("HTTP/"))) {
		x->headers.n = 0;
		return line.n;
	}
	if (str_chr(line, ':') < 0)
		return line.n;
	line = str_copy(x->arena, line);
	pair = VEC_ADD(x->arena, &x->headers);
	pair->name = str_cut(&line, ':');
	pair->value = str_trim(line);
	return size * count;
}

static bool
body_add(struct exchange *x, struct str piece)
{
	if (piece.n > x->client->response_bytes_max - x->body_bytes) {
		x->ended = RC_TOO_LARGE;
		return false;
	}
	if (x->body_bytes + piece.n > x->body_cap) {
		x->body_cap = x->body_cap * 2 > x->body_bytes + piece.n ? x->body_cap * 2
									: x->body_bytes + piece.n;
		x->body = heap_grow(x->body, x->body_cap);
	}
	memcpy(x->body + x->body_bytes, piece.p, piece.n);
	x->body_bytes += piece.n;
	return true;
}

static size_t
on_body(char *p, size_t size, size_t count, void *ctx)
{
	struct exchange *x = ctx;
	struct str piece = {p, size * count};
	const struct client_request *request = x->request;
	long status = 0;
	enum events_end end;

	(void)curl_easy_getinfo(x->client->curl, CURLINFO_RESPONSE_CODE, &status);
	if (piece.n == 0)
		return 0;
	if (status / 100 != 2 || (request->sink == NULL && request->on_event == NULL))
		return body_add(x, piece) ? piece.n : 0;
	if (request->sink != NULL) {
		if (request->sink(request->ctx, piece))
			return piece.n;
		x->ended = RC_STOPPED;
		return 0;
	}
	end = events_feed(&x->events, piece, request->on_event, request->ctx);
	if (end == EVENTS_GO_ON)
		return piece.n;
	x->enough = end == EVENTS_STOPPED;
	x->ended = end == EVENTS_STOPPED ? RC_OK : RC_TOO_LARGE;
	return 0;
}

static size_t
on_upload(char *p, size_t size, size_t count, void *ctx)
{
	struct exchange *x = ctx;
	size_t n = size * count;

	if (n > x->upload_left)
		n = (size_t)x->upload_left;
	n = fread(p, 1, n, x->request->upload);
	if (n == 0 && x->upload_left > 0) {
		x->ended = RC_FAILED;
		return CURL_READFUNC_ABORT;
	}
	x->upload_left -= n;
	return n;
}

#define SET(option, value) must(curl_easy_setopt(curl, (option), (value)) == CURLE_OK)

static void
set_connection(const struct client *c, CURL *curl, bool streamed)
{
	char ca[64];

	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_PROXY, "");
	SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	SET(CURLOPT_PROTOCOLS_STR, "http,https");
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(CURLOPT_PATH_AS_IS, 1L);
	SET(CURLOPT_CONNECTTIMEOUT_MS, c->connect_timeout_ms);
	if (streamed) {
		SET(CURLOPT_LOW_SPEED_LIMIT, 1L);
		SET(CURLOPT_LOW_SPEED_TIME, (c->timeout_ms + 999) / 1000);
	} else if (!c->waits) {
		SET(CURLOPT_TIMEOUT_MS, c->timeout_ms);
	}
	SET(CURLOPT_TCP_KEEPALIVE, 1L);
	if (c->socket_path != NULL)
		SET(CURLOPT_UNIX_SOCKET_PATH, c->socket_path);
	if (c->pin != NULL) {
		char file[64];

		(void)snprintf(file, sizeof file, "/proc/self/fd/%d", c->certificate_fd);
		SET(CURLOPT_SSLCERT, file);
		(void)snprintf(file, sizeof file, "/proc/self/fd/%d", c->key_fd);
		SET(CURLOPT_SSLKEY, file);
		SET(CURLOPT_PINNEDPUBLICKEY, c->pin);
		SET(CURLOPT_SSL_VERIFYPEER, 0L);
		SET(CURLOPT_SSL_VERIFYHOST, 0L);
		SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_3);
		SET(CURLOPT_PROTOCOLS_STR, "https");
	}
	if (c->ca_fd >= 0) {
		(void)snprintf(ca, sizeof ca, "/proc/self/fd/%d", c->ca_fd);
		SET(CURLOPT_CAINFO, ca);
		SET(CURLOPT_CAPATH, NULL);
	}
}

void
client_wait(struct client *c, client_told *told, void *ctx)
{
	c->waits = true;
	c->told = told;
	c->told_ctx = ctx;
}

static int
on_progress(void *ctx, curl_off_t all, curl_off_t now, curl_off_t up_all, curl_off_t up)
{
	const struct exchange *x = ctx;

	(void)all;
	(void)now;
	(void)up_all;
	(void)up;
	x->client->told(x->client->told_ctx, (long)((monotonic_ms() - x->began_ms) / 1000));
	return 0;
}

static void
set_told(CURL *curl, struct exchange *x)
{
	if (x->client->told == NULL)
		return;
	x->began_ms = monotonic_ms();
	SET(CURLOPT_NOPROGRESS, 0L);
	SET(CURLOPT_XFERINFOFUNCTION, on_progress);
	SET(CURLOPT_XFERINFODATA, x);
}

static void
set_body(CURL *curl, struct exchange *x, const char *method)
{
	const struct client_request *request = x->request;

	if (request->upload != NULL) {
		x->upload_left = request->upload_bytes;
		SET(CURLOPT_UPLOAD, 1L);
		SET(CURLOPT_READFUNCTION, on_upload);
		SET(CURLOPT_READDATA, x);
		SET(CURLOPT_INFILESIZE_LARGE, (curl_off_t)request->upload_bytes);
	} else if (request->body.n > 0 || strcmp(method, "POST") == 0) {
		SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.n);
		SET(CURLOPT_POSTFIELDS, request->body.n > 0 ? request->body.p : "");
	} else if (strcmp(method, "HEAD") == 0) {
		SET(CURLOPT_NOBODY, 1L);
	}
	SET(CURLOPT_CUSTOMREQUEST, method);
}

static struct curl_slist *
slist_add(struct curl_slist *list, struct arena *a, struct str name, struct str value)
{
	struct curl_slist *longer =
	    curl_slist_append(list, str_z(a, str_fmt(a, "%.*s%s %.*s", STR_ARG(name),
						     value.n > 0 ? ":" : ";", STR_ARG(value))));

	must(longer != NULL);
	return longer;
}

static enum rc
request_check(const struct client_request *request, struct err *err)
{
	if (request->target.n == 0 || request->target.p[0] != '/' ||
	    !text_is_plain(request->target, false) || str_chr(request->target, ' ') >= 0)
		return fail(err, RC_INVALID, "", "the request's path is not one");
	if (!text_is_plain(request->content_type, false))
		return fail(err, RC_INVALID, "", "the content type holds control characters");
	for (size_t i = 0; i < request->headers.n; i++) {
		if (request->headers.at[i].name.n == 0 ||
		    !text_is_plain(request->headers.at[i].name, false) ||
		    !text_is_plain(request->headers.at[i].value, false))
			return fail(err, RC_INVALID, "", "a header holds control characters");
	}
	return RC_OK;
}

static enum rc
outcome(const struct exchange *x, CURLcode code, long status, struct err *err)
{
	if (x->enough)
		return RC_OK;
	if (x->ended == RC_TOO_LARGE)
		return fail(err, RC_TOO_LARGE, "", "the answer is over its limit");
	if (x->ended == RC_STOPPED)
		return fail(err, RC_STOPPED, "", "the transfer was stopped");
	if (x->ended != RC_OK)
		return fail(err, x->ended, "", "the file to send ended before its length");
	/* An early refusal stands, even when the rest of the body could not be sent. */
	if (code == CURLE_OK || (code == CURLE_SEND_ERROR && status >= 400))
		return RC_OK;
	if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE)
		return fail(err, RC_UNAVAILABLE, "", "the node's certificate is not trusted");
	return fail(err, RC_UNAVAILABLE, "", "the node does not answer: %s",
		    curl_easy_strerror(code));
}

enum rc
client_send(struct client *c, struct arena *a, const struct client_request *request,
	    struct client_response *response, struct err *err)
{
	struct exchange x = {.client = c, .arena = a, .request = request, .response = response};
	const char *method = request->method != NULL ? request->method : "GET";
	struct curl_slist *headers = NULL;
	CURL *curl = c->curl;
	long status = 0;
	CURLcode code;
	enum rc rc;

	*response = (struct client_response){0};
	if ((rc = request_check(request, err)) != RC_OK)
		return rc;
	curl_easy_reset(curl);
	set_connection(c, curl, request->sink != NULL || request->on_event != NULL);
	set_told(c->curl, &x);
	SET(CURLOPT_URL, str_fmt(a, "%s%.*s", c->base, STR_ARG(request->target)).p);
	set_body(curl, &x, method);
	/* libcurl would name a form's type by itself. */
	if (request->content_type.n > 0)
		headers = slist_add(headers, a, STR("Content-Type"), request->content_type);
	else
		headers = curl_slist_append(headers, "Content-Type:");
	must(headers != NULL);
	for (size_t i = 0; i < request->headers.n; i++)
		headers = slist_add(headers, a, request->headers.at[i].name,
				    request->headers.at[i].value);
	SET(CURLOPT_HTTPHEADER, headers);
	SET(CURLOPT_HEADERFUNCTION, on_header);
	SET(CURLOPT_HEADERDATA, &x);
	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_WRITEDATA, &x);
	code = curl_easy_perform(curl);
	(void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	rc = outcome(&x, code, status, err);
	response->status = (int)status;
	response->headers = (struct pairs){x.headers.at, x.headers.n};
	(void)header_find(response->headers, "Content-Type", &response->content_type);
	response->body = str_copy(a, (struct str){x.body, x.body_bytes});
	curl_slist_free_all(headers);
	events_done(&x.events);
	free(x.body);
	return rc;
}
