#include "serve/cli_inside.h"

#include "base/arena.h"
#include "base/clock.h"
#include "format/json.h"
#include "net/client.h"
#include "serve/cli_text.h"

#define QUIET_MS 1000 /* no progress before that */
#define SHOW_EVERY_MS 200

void
cli_progress_line(struct cli *cli, struct str unit, int64_t done, int64_t all)
{
	struct cli_inside *in = cli->inside;
	int64_t now = monotonic_ms();
	struct arena *a;
	struct buf line;

	if (!cli->terminal || now - in->began_ms < QUIET_MS || now - in->shown_ms < SHOW_EVERY_MS)
		return;
	a = arena_new(0);
	buf_init(&line, a);
	buf_add_byte(&line, '\r');
	text_harmless(&line, cli_progress_text(a, done, all, unit, 0, 0), false);
	buf_add_z(&line, "\033[K");
	(void)fwrite(line.p, 1, line.n, cli->notes);
	(void)fflush(cli->notes);
	in->shown = true;
	in->shown_ms = now;
	arena_free(a);
}

void
cli_progress_over(struct cli *cli)
{
	struct cli_inside *in = cli->inside;

	if (in->shown)
		(void)fputs("\r\033[K", cli->notes);
	in->shown = false;
}

/* The newest of what this user has under way, asked over a connection of its own. */
void
cli_progress_ask(struct cli *cli)
{
	const struct cli_inside *in = cli->inside;
	struct client_options options = {.timeout_ms = 1000};
	struct client_request request = {.target = str_from(in->progress_target),
					 .headers = cli_headers(cli, 0)};
	struct client_response response = {0};
	struct arena *a = arena_new(0);
	struct client *c = NULL;
	struct err err;
	json_t *answer;

	if (cli_socket(cli, &options.socket_path, &err) == RC_OK &&
	    client_open(&options, &c, &err) == RC_OK &&
	    client_send(c, a, &request, &response, &err) == RC_OK && response.status == 200 &&
	    json_read(response.body, NULL, &answer, &err) == RC_OK) {
		const json_t *items = json_object_get(answer, "items");
		const json_t *last = json_array_get(items, json_array_size(items) - 1);

		if (json_array_size(items) > 0)
			cli_progress_line(cli, json_member_str(last, "unit"),
					  json_integer_value(json_object_get(last, "done")),
					  json_integer_value(json_object_get(last, "total")));
		json_decref(answer);
	}
	client_close(c);
	arena_free(a);
}
