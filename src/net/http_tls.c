#include "net/http_inside.h"

#include <sys/epoll.h>

#include "base/log.h"

/*
 * A certificate is the library's daemon's, for as long as it runs; so a new one gets a new
 * daemon, which serves what is accepted from then on, and the old one ends with its last
 * connection. The listening socket is ours and stays.
 */

static struct way *
tls_way(struct http_server *s)
{
	for (unsigned i = 0; i < s->way_count; i++)
		if (s->ways[i].tls)
			return &s->ways[i];
	return NULL;
}

enum rc
http_renew(struct http_server *s, const char *certificate_pem, const char *key_pem, struct err *err)
{
	struct http_options o = s->options;
	struct MHD_Daemon *daemon, *before;

	if (tls_way(s) == NULL)
		return fail(err, RC_INVALID, "tls", "the node does not listen by TLS");
	o.tls_certificate_pem = certificate_pem;
	o.tls_key_pem = key_pem;
	if (certificate_pem == NULL || key_pem == NULL ||
	    (daemon = daemon_start(s, &o, true)) == NULL)
		return fail(err, RC_INVALID, "tls",
			    "the TLS certificate and key cannot be read or do not belong together; "
			    "the present ones stay");
	must(pthread_mutex_lock(&s->lock) == 0);
	before = s->tls_next;
	s->tls_next = daemon;
	must(pthread_mutex_unlock(&s->lock) == 0);
	if (before != NULL)
		MHD_stop_daemon(before);
	server_wake(s);
	return RC_OK;
}

void
tls_turn(struct http_server *s)
{
	struct epoll_event runs = {.events = EPOLLIN, .data.ptr = NULL};
	struct MHD_Daemon *next;
	struct way *way;

	must(pthread_mutex_lock(&s->lock) == 0);
	next = s->tls_next;
	/* One that cannot be taken up now waits until an old one has ended. */
	if (s->retired_count < RETIRED_MAX)
		s->tls_next = NULL;
	else
		next = NULL;
	must(pthread_mutex_unlock(&s->lock) == 0);
	if (next == NULL)
		return;
	way = tls_way(s);
	s->retired[s->retired_count++] = *way;
	way->daemon = next;
	way->epoll_fd = MHD_get_daemon_info(next, MHD_DAEMON_INFO_EPOLL_FD)->listen_fd;
	must(epoll_ctl(s->epoll_fd, EPOLL_CTL_ADD, way->epoll_fd, &runs) == 0);
	log_info("http: new connections see the new certificate");
}

bool
retired_run(struct http_server *s)
{
	bool more = false;

	for (unsigned i = 0; i < s->retired_count; i++) {
		MHD_UNSIGNED_LONG_LONG ms;

		(void)MHD_run(s->retired[i].daemon);
		if (MHD_get_timeout(s->retired[i].daemon, &ms) == MHD_YES && ms == 0)
			more = true;
	}
	return more;
}

void
retired_sweep(struct http_server *s, bool all)
{
	for (unsigned i = 0; i < s->retired_count;) {
		struct MHD_Daemon *daemon = s->retired[i].daemon;

		if (!all && MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS)
				    ->num_connections > 0) {
			i++;
			continue;
		}
		(void)epoll_ctl(s->epoll_fd, EPOLL_CTL_DEL, s->retired[i].epoll_fd, NULL);
		MHD_stop_daemon(daemon);
		s->retired[i] = s->retired[--s->retired_count];
	}
}
