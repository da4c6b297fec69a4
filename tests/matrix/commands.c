#include <stdio.h>
#include <stdlib.h>

#include "matrix.h"

#include "node/features.h"
#include "serve/cli_inside.h"
#include "serve/listen.h"

/*
 * Every command: those about a record are run over the node's socket, as somebody who may not
 * know of it, beside one that names nothing. The others are named with what keeps them.
 */
static const struct {
	const char *noun, *verb;
	const char *words; /* what to run: TYPE and ID stand for themselves; NULL: see why */
	const char *why;
	enum act act; /* ACT_READ: 0 */
} known[] = {
    {"record", "show", "TYPE ID", NULL},
    {"record", "set", "TYPE ID --version 1 --set x=y", NULL, ACT_UPDATE},
    {"record", "move", "TYPE ID done --version 1", NULL},
    {"record", "mark", "TYPE ID RED --version 1", NULL, ACT_UPDATE},
    {"record", "erase", "TYPE ID --version 1 --yes", NULL, ACT_ERASE},
    {"record", "links", "TYPE ID", NULL},
    {"record", "history", "ID", NULL},
    {"audit", "show", "ID", NULL},
    {"record", "search", "--identifier ID", NULL},
    {"job", "show", "ID", NULL},
    {"job", "stop", "ID", NULL},
    {"job", "resume", "ID", NULL},
    {"record", "list", NULL, "calls GET /records/{type} (lists.c)"},
    {"record", "create", NULL, "calls POST /records/{type} (lists.c)"},
    {"record", "import", NULL, "calls /imports (jobs.c); its rows go in by record_add (lists.c)"},
    {"record", "export", NULL, "calls /exports (jobs.c)"},
    {"job", "list", NULL, "calls GET /jobs (jobs.c)"},
    {"audit", "search", NULL, "calls GET /audit/search (routes.c)"},
    {"audit", "verify", NULL, "calls POST /audit/verify (routes.c)"},
    {"audit", "checkpoint", NULL, "calls POST /audit/checkpoint (routes.c)"},
    {"audit", "vkey", NULL, "calls GET /audit/vkey (routes.c)"},
    {"audit", "prove", NULL, "calls GET /audit/proof (routes.c)"},
    {"audit", "export", NULL, "calls GET /audit/export (routes.c)"},
    {"audit", "counts", NULL, "calls GET /audit/counts (routes.c)"},
    {"audit", "witnesses", NULL, "calls GET /audit/witnesses (routes.c)"},
    {"audit", "witness-add", NULL, "calls POST /audit/witnesses (routes.c)"},
    {"audit", "witness-remove", NULL, "calls DELETE /audit/witnesses (routes.c)"},
    {"audit", "witness-request", NULL, "calls GET /audit/witness-request (routes.c)"},
    {"audit", "cosign", NULL, "calls POST /audit/cosignatures (routes.c)"},
    {"audit", "compare", NULL, "calls POST /audit/compare (routes.c)"},
    {"audit", "new-origin", NULL, "calls POST /audit/origin (routes.c)"},
    {"record", "open", "ID --break-glass --reason x", NULL, ACT_READ},
    {"oversee", "outbox", NULL, "calls GET /oversee/outbox (routes.c)", ACT_READ},
    {"oversee", "retention", NULL, "calls /oversee/retention (routes.c, lists.c)", ACT_READ},
    {"oversee", "subject-request", NULL, "calls /oversee/subject-requests (routes.c)", ACT_READ},
    {"exchange", "root", NULL, "files of the root alone, without a node", ACT_READ},
    {"exchange", "peer", NULL, "calls /exchange/peers (routes.c)", ACT_READ},
    {"exchange", "self", NULL, "calls /exchange/self (routes.c)", ACT_READ},
    {"node", "certificate", NULL, "files of the node alone", ACT_READ},
    {"node", "backup", NULL, "calls POST /node/backups (routes.c); rows stay sealed", ACT_READ},
    {"node", "backup-verify", NULL, "a sealed file, by whoever has it", ACT_READ},
    {"node", "restore", NULL, "makes a node of a sealed file", ACT_READ},
    {"node", "quarantine", NULL, "calls /node/quarantine (routes.c)", ACT_READ},
    {"node", "recovery-key", NULL, "the key file alone", ACT_READ},
    {"node", "key-copies", NULL, "a table of the node's own", ACT_READ},
    {"record", "explain", "ID", NULL, ACT_READ},
    {"record", "unguard", NULL, "calls POST /unguard (routes.c)", ACT_READ},
    {"user", "address", NULL, "calls POST /users/{login}/addresses (routes.c)", ACT_READ},
    {"node", "lock", NULL, "the key process alone", ACT_READ},
    {"node", "unlock", NULL, "the key process alone", ACT_READ},
    {"node", "shares", NULL, "the key file alone", ACT_READ},
    {"node", "keys", NULL, "the key process alone", ACT_READ},
    {"node", "accept-log", NULL, "the key process alone", ACT_READ},
    {"user", "invite", NULL, "calls POST /users/{login}/invite (routes.c)", ACT_READ},
    {"user", "agree", NULL, "calls POST /users/{login}/.../agree (routes.c)", ACT_READ},
    {"user", "password", NULL, "calls POST /me/password (routes.c)", ACT_READ},
    {"user", "sessions", NULL, "calls GET /sessions (routes.c)", ACT_READ},
    {"user", "sign-out", NULL, "calls DELETE /sessions (routes.c)", ACT_READ},
    {"match", "people", NULL, "calls POST /match/people (routes.c)"},
    {"match", "ask", NULL, "calls POST /match (routes.c)"},
    {"match", "duplicates", NULL, "calls POST /match/duplicates (routes.c)"},
    {"user", "add", NULL, "calls POST /users (routes.c)"},
    {"user", "set", NULL, "calls PATCH /users (routes.c)"},
    {"user", "list", NULL, "calls GET /users (routes.c)"},
    {"user", "me", NULL, "calls GET /me (routes.c)"},
    {"user", "token", NULL, "calls POST /tokens (routes.c)"},
    {"user", "tokens", NULL, "calls GET /tokens (routes.c)"},
    {"user", "revoke", NULL, "calls DELETE /tokens (routes.c)"},
    {"node", "status", NULL, "calls GET /status (routes.c)"},
    {"node", "init", NULL, "makes a node: there are no rows"},
    {"node", "serve", NULL, "opens the node for others"},
    {"node", "passphrase", NULL, "the key file alone"},
    {"node", "copy", NULL, "rows stay sealed; by whoever has folder and keys"},
    {"node", "grant", NULL, "rights in PostgreSQL, by the database's owner"},
    {"node", "settings", NULL, "a table of the program"},
    {"node", "routes", NULL, "a table of the program"},
    {"node", "jobs", NULL, "a table of the program"},
    {"node", "gates", NULL, "a table of the program"},
    {"node", "openapi", NULL, "a table of the program"},
    {"node", "manpages", NULL, "a table of the program"},
    {"node", "completion", NULL, "a table of the program"},
    {"model", "list", NULL, "the model, without a node"},
    {"model", "show", NULL, "the model, without a node"},
    {"model", "check", NULL, "the model, without a node"},
    {"model", "reference", NULL, "the model, without a node"},
    {"model", "retention", NULL, "the model, without a node"},
    {"match", "screen", NULL, "files alone, without a node"},
    {"match", "index", NULL, "files alone, without a node"},
    {"match", "compare", NULL, "its words alone, without a node"},
    {"match", "pairs", NULL, "files alone, without a node"},
    {"match", "thresholds", NULL, "files alone, without a node"},
    {"match", "calibration", NULL, "calls GET /match/calibration (routes.c)"},
    {"match", "stream", NULL, "files alone, without a node"},
    {"match", "rules", NULL, "a file alone, without a node"},
    {"match", "link", NULL, "files alone, without a node"},
    {"match", "dedupe", NULL, "files alone, without a node"},
    {"link", "incidents", NULL, "files alone, without a node"},
    {"link", "money", NULL, "files alone, without a node"},
    {"link", "graph", NULL, "a file alone, without a node"},
    {"link", "ads", NULL, "files alone, without a node"},
    {"link", "trace", NULL, "a file alone, without a node"},
    {"demo", "run", NULL, "makes a node of its own"},
};

/* What it says, and its exit code. */
static struct str
run(struct world *w, const char *login, const char *purpose, size_t k, const char *type,
    const char *id, int *code)
{
	char *argv[24] = {(char *)(uintptr_t) "liaison",
			  (char *)(uintptr_t) "--node",
			  str_z(w->scratch, str_from(w->dir)),
			  (char *)(uintptr_t) "--as",
			  str_z(w->scratch, str_from(login)),
			  (char *)(uintptr_t) "--purpose",
			  str_z(w->scratch, str_from(purpose)),
			  str_z(w->scratch, str_from(known[k].noun)),
			  str_z(w->scratch, str_from(known[k].verb))};
	struct str rest = str_from(known[k].words), said;
	int n = 9;
	char *text = NULL;
	size_t bytes = 0;
	FILE *f = open_memstream(&text, &bytes);

	while (rest.p != NULL && n < 23) {
		struct str word = str_cut(&rest, ' ');

		argv[n++] = str_z(w->scratch, str_eq_z(word, "TYPE") ? str_from(type)
					      : str_eq_z(word, "ID") ? str_from(id)
								     : word);
	}
	*code = cli_run(n, argv, liaison_features, f, f);
	(void)fclose(f);
	said = str_copy(w->scratch, (struct str){text, bytes});
	free(text);
	return said;
}

static void
probe_command(struct world *w, size_t k, const struct row *row)
{
	const char *type = str_z(w->scratch, row->type->name);
	int purpose = purpose_of(&row->type->read);
	struct answer a[2] = {{0}};

	for (size_t p = 1; p < w->people_n; p++) {
		const struct person *who = &w->people[p];

		enum outcome want = expect(who, purpose, known[k].act, row);

		if (may_list(who, purpose, row) || (want != ABSENT && want != REFUSED) ||
		    draw(w, 100) >= 20)
			continue;
		a[0].body = run(w, who->login, purpose_name((enum purpose)purpose), k, type,
				row->id, &a[0].status);
		a[1].body = run(w, who->login, purpose_name((enum purpose)purpose), k, type,
				NOWHERE, &a[1].status);
		w->cells++;
		/* A search finds nothing; all else says that there is nothing, or that it is not
		 * for them. */
		if (a[0].status == 0 && strcmp(known[k].verb, "search") != 0)
			wrong(w, "liaison %s %s as %s shows a hidden %s", known[k].noun,
			      known[k].verb, who->login, type);
		else
			w->denied++;
		same(w,
		     str_fmt(w->scratch, "liaison %s %s as %s about a %s", known[k].noun,
			     known[k].verb, who->login, type)
			 .p,
		     &a[0], row->id, &a[1], NOWHERE);
	}
	arena_reset(w->scratch);
}

static bool
is_known(const struct command *c)
{
	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (strcmp(known[i].noun, c->noun) == 0 && strcmp(known[i].verb, c->verb) == 0)
			return true;
	return false;
}

void
probe_commands(struct world *w)
{
	struct listen *listen = NULL;
	struct err err = {.text = ""};
	int code;

	for (size_t i = 0; liaison_features[i] != NULL; i++)
		for (const struct command *c = liaison_features[i]->commands; c && c->noun; c++)
			if (!is_known(c))
				wrong(w,
				      "liaison %s %s is not in the matrix: say in "
				      "tests/matrix/commands.c what to run of it about a record "
				      "that is hidden, or which route it calls",
				      c->noun, c->verb);
	if (listen_open(w->serve, &(struct listen_options){.workers = 2}, &listen, &err) != RC_OK) {
		wrong(w, "the socket: %s", err.text);
		return;
	}
	for (size_t k = 0; k < COUNT_OF(known); k++) {
		if (known[k].words == NULL)
			continue;
		for (int i = 0; i < 6; i++)
			probe_command(w, k, &w->rows.at[draw(w, w->rows.n)]);
	}
	/* Over the same socket the keeper is shown what the others were not. */
	(void)run(w, "keeper", purpose_name((enum purpose)purpose_of(&w->rows.at[0].type->read)), 0,
		  str_z(w->scratch, w->rows.at[0].type->name), w->rows.at[0].id, &code);
	w->granted++;
	if (code != 0)
		wrong(w, "liaison record show as the keeper: exit %d", code);
	listen_close(listen);
}
