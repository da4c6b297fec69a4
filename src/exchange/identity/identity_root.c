#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/hex.h"
#include "exchange/descriptor.h"
#include "exchange/identity/identity.h"
#include "exchange/lines.h"
#include "exchange/root.h"
#include "exchange/sheet.h"
#include "seal/secret.h"
#include "serve/cli.h"
#include "serve/file.h"

/* A file of its own that nobody else reads, never over another. */
static enum rc
write_new(const char *file, struct str text, unsigned mode, struct err *err)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	bool ok = fd >= 0 && write(fd, text.p, text.n) == (ssize_t)text.n && fsync(fd) == 0;
	int why = errno;

	if (fd >= 0)
		(void)close(fd);
	return ok ? RC_OK
		  : fail_at(err, RC_UNAVAILABLE, file, 0, 0, "out", "cannot be written: %s",
			    strerror(why));
}

static enum rc
write_parts(struct cli *cli, struct str out, const struct shares *parts, struct err *err)
{
	enum rc rc = RC_OK;

	for (int i = 0; i < SHARE_COUNT && rc == RC_OK; i++) {
		struct str line = str_fmt(cli->arena, "%s\n", parts->text[i]);

		rc = write_new(str_fmt(cli->arena, "%.*s.part-%d", STR_ARG(out), i + 1).p, line,
			       0600, err);
		secret_wipe((char *)(uintptr_t)line.p, line.n);
	}
	return rc;
}

static enum rc
write_whole(struct cli *cli, struct str out, const unsigned char seed[SIGN_SEED_BYTES],
	    struct err *err)
{
	struct str whole = root_whole(cli->arena, seed);
	struct str line = str_fmt(cli->arena, "%.*s\n", STR_ARG(whole));
	enum rc rc = write_new(str_fmt(cli->arena, "%.*s.secret", STR_ARG(out)).p, line, 0600, err);

	secret_wipe((char *)(uintptr_t)whole.p, whole.n);
	secret_wipe((char *)(uintptr_t)line.p, line.n);
	return rc;
}

static enum rc
make(struct cli *cli, struct err *err)
{
	struct str out = cli_option(cli, "out");
	unsigned char public[SIGN_PUBLIC_BYTES], *seed;
	struct shares *parts;
	enum rc rc;

	if (out.n == 0)
		return fail(err, RC_USAGE, "out",
			    "name the files to be: --out /media/root makes /media/root.public and "
			    "three parts");
	seed = secret_new(SIGN_SEED_BYTES);
	parts = secret_new(sizeof *parts);
	root_make(seed, public);
	if (cli_switch(cli, "whole")) {
		rc = write_whole(cli, out, seed, err);
	} else {
		root_parts(seed, public, parts);
		rc = write_parts(cli, out, parts, err);
	}
	secret_free(parts);
	secret_free(seed);
	if (rc == RC_OK)
		rc = write_new(str_fmt(cli->arena, "%.*s.public", STR_ARG(out)).p,
			       root_public_format(cli->arena, public), 0644, err);
	if (rc != RC_OK || cli_json_text(cli, "fingerprint", root_fingerprint(cli->arena, public)))
		return rc;
	fprintf(cli->out, "%.*s\n", STR_ARG(root_fingerprint(cli->arena, public)));
	fprintf(cli->notes,
		"This is the fingerprint by which peers know the root key. %s. They belong on no "
		"node: take them away from this machine now. %.*s.public goes to the node.\n",
		cli_switch(cli, "whole")
		    ? "Its secret lies whole in one file: whoever has it is this agency"
		    : "Its secret lies in three parts, for three people: any two sign, one alone "
		      "tells nothing",
		STR_ARG(out));
	return RC_OK;
}

/* The secret of this root, put together from --part FILE. */
static enum rc
join(struct cli *cli, const unsigned char root[SIGN_PUBLIC_BYTES],
     unsigned char secret[SIGN_SECRET_BYTES], struct err *err)
{
	struct str_list files = cli_options(cli, "part"), texts = {0};
	enum rc rc = RC_OK;

	if (files.n == 0)
		return fail(err, RC_USAGE, "part",
			    "name the files of two parts (--part FILE, twice), or of the whole");
	arena_wipes(cli->arena);
	for (size_t i = 0; i < files.n && rc == RC_OK; i++) {
		struct str text = STR_NONE;

		rc = file_read_secret(cli->arena, str_z(cli->arena, files.at[i]),
				      ROOT_SECRET_BYTES_MAX, &text, err);
		*VEC_ADD(cli->arena, &texts) = text;
	}
	if (rc == RC_OK)
		rc = root_join(cli->arena, &texts, root, secret, err);
	for (size_t i = 0; i < texts.n; i++)
		if (texts.at[i].n > 0)
			secret_wipe((char *)(uintptr_t)texts.at[i].p, texts.at[i].n);
	return rc;
}

static enum rc
give(struct cli *cli, const char *what, struct str text, struct err *err)
{
	struct str out = cli_option(cli, "out");

	if (out.n > 0)
		return write_new(str_z(cli->arena, out), text, 0644, err);
	if (!cli_json_text(cli, what, text))
		fprintf(cli->out, "%.*s", STR_ARG(text));
	return RC_OK;
}

static enum rc
sign_draft(struct cli *cli, struct err *err)
{
	unsigned char *secret;
	struct descriptor d;
	struct buf signed_one;
	struct str text;
	enum rc rc;

	if (cli->arguments.n != 2)
		return fail(err, RC_USAGE, "", "name the draft: liaison exchange root sign FILE");
	if ((rc = file_read(cli->arena, str_z(cli->arena, cli->arguments.at[1]), LINES_BYTES_MAX,
			    &text, err)) != RC_OK ||
	    (rc = descriptor_parse(cli->arena, text, true, &d, err)) != RC_OK)
		return rc;
	secret = secret_new(SIGN_SECRET_BYTES);
	if ((rc = join(cli, d.root, secret, err)) == RC_OK)
		descriptor_sign(&d, secret);
	secret_free(secret);
	if (rc != RC_OK)
		return rc;
	buf_init(&signed_one, cli->arena);
	descriptor_format(&d, false, &signed_one);
	/* What was signed is shown: whoever holds the parts answers for it. */
	fprintf(cli->notes, "Signed: %.*s, version %lld, good until %.*s\n", STR_ARG(d.name),
		(long long)d.version, STR_ARG(day_format(cli->arena, d.until_ms)));
	for (size_t i = 0; i < d.endpoints.n; i++)
		fprintf(cli->notes, "  found at %.*s\n", STR_ARG(d.endpoints.at[i]));
	return give(cli, "descriptor", buf_str(&signed_one), err);
}

static enum rc
revoke_key(struct cli *cli, struct err *err)
{
	struct revocation r = {.at_ms = clock_now(&clock_system)};
	struct str root = cli_option(cli, "root"), text;
	unsigned char *secret;
	struct buf out;
	enum rc rc;

	if (cli->arguments.n != 2 || root.n == 0)
		return fail(err, RC_USAGE, "root",
			    "name the file of the root's public key (--root) and what ends: a key "
			    "of 64 digits, or the word root");
	if ((rc = file_read(cli->arena, str_z(cli->arena, root), 4096, &text, err)) != RC_OK ||
	    (rc = root_public_parse(text, r.root, err)) != RC_OK)
		return rc;
	if (str_eq(cli->arguments.at[1], STR("root")))
		memcpy(r.key, r.root, sizeof r.key);
	else if (!hex_parse(cli->arguments.at[1], r.key, sizeof r.key))
		return fail(err, RC_USAGE, "", "takes a key of 64 digits, or the word root");
	secret = secret_new(SIGN_SECRET_BYTES);
	if ((rc = join(cli, r.root, secret, err)) == RC_OK)
		revocation_sign(&r, secret);
	secret_free(secret);
	if (rc != RC_OK)
		return rc;
	buf_init(&out, cli->arena);
	revocation_format(&r, &out);
	return give(cli, "revocation", buf_str(&out), err);
}

enum rc
identity_root(struct cli *cli, struct err *err)
{
	struct str what = cli->arguments.n > 0 ? cli->arguments.at[0] : STR_NONE;

	if (str_eq_z(what, "make"))
		return make(cli, err);
	if (str_eq_z(what, "sign"))
		return sign_draft(cli, err);
	if (str_eq_z(what, "revoke"))
		return revoke_key(cli, err);
	return fail(err, RC_USAGE, "", "takes make, sign DRAFT or revoke KEY");
}

const struct option identity_root_options[] = {
    {"out", "FILE", "where to write; of make the beginning of the names", false},
    {"whole", NULL, "of make: the secret in one file, not in three parts", false},
    {"part", "FILE", "a part of the root's secret; two of them, or the whole one", true},
    {"root", "FILE", "of revoke: the file with the root's public key", false},
    {.name = NULL},
};
