#include "node/certificate.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "format/json.h"
#include "net/certificate.h"
#include "seal/secret.h"
#include "serve/cli.h"
#include "serve/config.h"
#include "serve/file.h"

#define PEM_MAX ((size_t)1 << 20)

enum rc
tls_read(struct arena *a, const struct config *c, struct listen_options *o, struct err *err)
{
	struct str certificate = config_text(c, "tls_certificate"), key = config_text(c, "tls_key");
	struct str text;
	enum rc rc;

	if (certificate.n > 0) {
		if ((rc = file_read(a, str_z(a, certificate), PEM_MAX, &text, err)) != RC_OK)
			return rc;
		o->tls_certificate_pem = str_z(a, text);
	}
	if (key.n > 0) {
		if ((rc = file_read_secret(a, str_z(a, key), PEM_MAX, &text, err)) != RC_OK)
			return rc;
		o->tls_key_pem = text.p;
	}
	return RC_OK;
}

void
tls_forget(struct listen_options *o)
{
	if (o->tls_key_pem != NULL)
		secret_wipe((void *)(uintptr_t)o->tls_key_pem, strlen(o->tls_key_pem));
}

enum rc
tls_renew(const struct config *c, struct listen *l, struct err *err)
{
	struct arena *a = arena_new(0);
	struct listen_options o = {.address = NULL};
	enum rc rc = tls_read(a, c, &o, err);

	if (rc == RC_OK && o.tls_key_pem != NULL)
		rc = listen_renew(l, o.tls_certificate_pem, o.tls_key_pem, err);
	tls_forget(&o);
	arena_free(a);
	return rc;
}

/* Where nobody said by which names: this machine's, and its own side of it. */
static struct str_list
hosts_of(struct cli *cli)
{
	struct str_list hosts = cli_options(cli, "host");
	char name[256] = "";

	if (hosts.n > 0)
		return hosts;
	if (gethostname(name, sizeof name - 1) == 0 && name[0] != '\0')
		*VEC_ADD(cli->arena, &hosts) =
		    str_lower_ascii(cli->arena, str_from(str_z(cli->arena, str_from(name))));
	*VEC_ADD(cli->arena, &hosts) = STR("localhost");
	*VEC_ADD(cli->arena, &hosts) = STR("127.0.0.1");
	*VEC_ADD(cli->arena, &hosts) = STR("::1");
	return hosts;
}

static void
show(struct cli *cli, struct str certificate, struct str key, struct str fingerprint)
{
	json_t *o = json_object();

	must(json_object_set_new(o, "certificate", json_from_str(certificate)) == 0 &&
	     json_object_set_new(o, "fingerprint", json_from_str(fingerprint)) == 0);
	if (key.n > 0)
		must(json_object_set_new(o, "key", json_from_str(key)) == 0);
	cli_show(cli, o);
	json_decref(o);
}

static enum rc
make(struct cli *cli, struct str certificate, struct str key, struct err *err)
{
	struct str_list hosts = hosts_of(cli);
	struct certificate_options o = {
	    .hosts = hosts.at, .host_count = hosts.n, .now_ms = clock_now(&clock_system)};
	struct certificate made;
	int64_t days;
	enum rc rc;

	if ((rc = cli_number(cli, "days", 397, 1, 3650, &days, err)) != RC_OK)
		return rc;
	o.days = (int)days;
	if ((rc = certificate_make(cli->arena, &o, &made, err)) != RC_OK)
		return rc;
	rc = file_write(key.p, made.key_pem, 0600, err);
	secret_wipe((void *)(uintptr_t)made.key_pem.p, made.key_pem.n);
	if (rc == RC_OK)
		rc = file_write(certificate.p, made.certificate_pem, 0644, err);
	if (rc != RC_OK)
		return rc;
	show(cli, certificate, key, made.fingerprint);
	fprintf(cli->notes,
		"Tell the fingerprint to whoever connects, by another way than the net. In "
		"liaison.yaml:\n  tls_certificate: \"%s\"\n  tls_key: \"%s\"\nA node that runs "
		"takes a renewed one at SIGHUP.\n",
		certificate.p, key.p);
	return RC_OK;
}

enum rc
node_certificate(struct cli *cli, struct err *err)
{
	const char *dir = cli_node_dir(cli);
	struct str certificate = str_fmt(cli->arena, "%s/tls.crt", dir);
	struct str key = str_fmt(cli->arena, "%s/tls.key", dir), given, pem, print;
	struct stat st;
	enum rc rc;

	if (stat(dir, &st) != 0 || !S_ISDIR(st.st_mode))
		return fail(err, RC_ABSENT, "node", "there is no such folder");
	given = cli_option(cli, "show");
	if (given.n > 0) {
		if ((rc = file_read(cli->arena, str_z(cli->arena, given), PEM_MAX, &pem, err)) !=
			RC_OK ||
		    (rc = certificate_fingerprint(cli->arena, pem, &print, err)) != RC_OK)
			return rc;
		show(cli, given, STR_NONE, print);
		return RC_OK;
	}
	if (!cli_switch(cli, "renew") && (stat(key.p, &st) == 0 || stat(certificate.p, &st) == 0))
		return fail(err, RC_CONFLICT, "renew",
			    "there is one already, whose fingerprint others may have noted; "
			    "--renew makes another in its place");
	return make(cli, certificate, key, err);
}

const struct option node_certificate_options[] = {
    {"host", "NAME", "a name or address that others reach the node by", true},
    {"days", "N", "how long it is good (standard 397)", false},
    {"renew", NULL, "in the place of the one that is there", false},
    {"show", "FILE", "only show the fingerprint of this certificate", false},
    {.name = NULL},
};
