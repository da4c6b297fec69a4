#include "node/health.h"

#include <sys/stat.h>

#include "audit/growth.h"
#include "base/arena.h"
#include "base/buf.h"
#include "node/erasing.h"
#include "node/recovery.h"
#include "seal/keys_process.h"
#include "serve/api.h"
#include "serve/clock_health.h"
#include "serve/config.h"
#include "serve/disk.h"
#include "serve/job_keep.h"
#include "serve/quarantine.h"
#include "serve/request.h"
#include "serve/serve.h"
#include "serve/sign_in.h"
#include "store/reserve.h"
#include "store/writer.h"

static enum rc
is_well(struct request *rq, bool *out, struct err *err)
{
	struct serve *s = rq->serve;
	struct erasing_state erasing;
	enum rc rc = erasing_state(rq->door.db, rq->arena, &erasing, err);

	*out = rc == RC_OK && !erasing.failed && !keys_are_locked(serve_door_node(s)->keys) &&
	       !serve_is_quarantined(s) && !serve_disk_is_low(s) &&
	       !writer_is_lost(serve_writer(s)) && clock_health_report(serve_clock(s)).healthy;
	return rc;
}

/* No sign-in, no content. Which of its troubles it has is nobody's business outside. */
static enum rc
healthz(struct request *rq, struct reply *reply, struct err *err)
{
	bool well;

	/* A database that does not answer is one of them. */
	if (is_well(rq, &well, err) != RC_OK)
		well = false;
	reply->json = json_pack("{s:s}", "status", well ? "ok" : "degraded");
	return RC_OK;
}

static void
gauge(struct buf *b, const char *name, const char *text, int64_t value)
{
	buf_addf(b, "# HELP liaison_%s %s\n# TYPE liaison_%s gauge\nliaison_%s %lld\n", name, text,
		 name, name, (long long)value);
}

static void
counter(struct buf *b, const char *name, const char *text, uint64_t value)
{
	buf_addf(b, "# HELP liaison_%s %s\n# TYPE liaison_%s counter\nliaison_%s %llu\n", name,
		 text, name, name, (unsigned long long)value);
}

static void
add_disk(struct buf *b, struct serve *s, struct arena *a)
{
	uint64_t left = 0;
	struct stat st;
	struct err err;

	if (reserve_disk_free(serve_dir(s), &left, &err) == RC_OK)
		gauge(b, "disk_free_bytes", "Room left where the node's folder lies.",
		      (int64_t)left);
	if (stat(str_fmt(a, "%s/node.db", serve_dir(s)).p, &st) == 0)
		gauge(b, "database_bytes", "Size of the SQLite file.", (int64_t)st.st_size);
	gauge(b, "disk_low", "1: nothing is changed for want of room.", serve_disk_is_low(s));
	gauge(b, "reserve_bytes", "Held back for a full disk.",
	      (int64_t)reserve_bytes(serve_dir(s)));
}

static enum rc
write_metrics(struct request *rq, struct buf *b, struct err *err)
{
	struct serve *s = rq->serve;
	struct writer_counts counts = writer_counts(serve_writer(s));
	struct sign_in_counts sign_ins = sign_in_counts(s);
	struct clock_report clock = clock_health_report(serve_clock(s));
	struct erasing_state erasing;
	struct audit_growth growth;
	int64_t kept;
	bool well;
	enum rc rc = audit_growth(rq->door.db, rq->door.now_ms, &growth, err);

	if (rc != RC_OK || (rc = job_parts_bytes(rq->door.db, &kept, err)) != RC_OK ||
	    (rc = is_well(rq, &well, err)) != RC_OK ||
	    (rc = erasing_state(rq->door.db, rq->arena, &erasing, err)) != RC_OK)
		return rc;
	gauge(b, "up", "The node answers.", 1);
	gauge(b, "well", "What /healthz says: 1 is ok.", well);
	gauge(b, "quarantine", "1: brought back from a backup, and not confirmed.",
	      serve_is_quarantined(s));
	counter(b, "groups_total", "Commits since the start.", counts.groups);
	counter(b, "writes_total", "What was written in them.", counts.items);
	counter(b, "writes_failed_total", "What was not.", counts.failed);
	counter(b, "sign_ins_total", "Sessions opened.", sign_ins.signed_in);
	counter(b, "sign_ins_refused_total", "For whatever was wrong.", sign_ins.refused);
	counter(b, "sign_ins_turned_away_total", "For coming too often (429).",
		sign_ins.turned_away);
	gauge(b, "log_leaves", "Leaves of the log.", growth.leaves);
	gauge(b, "log_leaves_day", "Of them since a day ago.", growth.leaves_day);
	gauge(b, "log_bytes_day", "About how many bytes those take.", growth.bytes_day);
	gauge(b, "job_parts_bytes", "What exports wrote and imports have yet to read.", kept);
	counter(b, "job_parts_expired_total", "Jobs whose files went by themselves.",
		job_parts_expired(s));
	gauge(b, "clock_behind_ms", "How far the machine's clock is behind.", clock.behind_ms);
	gauge(b, "clock_ahead_ms", "How far it ran ahead, not followed.", clock.ahead_ms);
	gauge(b, "erasing_waiting", "Months of records whose old keys are still to be destroyed.",
	      (int64_t)erasing.waiting);
	gauge(b, "erasing_failed", "1: the last try to destroy them failed; it is tried again.",
	      erasing.failed);
	gauge(b, "key_copies_old", "Copies of the key file in the folder older than 30 days.",
	      key_copies_old(serve_dir(s), rq->door.now_ms));
	add_disk(b, s, rq->arena);
	return RC_OK;
}

static enum rc
metrics(struct request *rq, struct reply *reply, struct err *err)
{
	struct buf b;
	enum rc rc;

	buf_init(&b, rq->arena);
	if ((rc = write_metrics(rq, &b, err)) != RC_OK)
		return rc;
	reply->content_type = STR("text/plain; version=0.0.4");
	reply->body = buf_str(&b);
	return RC_OK;
}

static bool
is_loopback(struct str address)
{
	return str_starts(address, STR("127.")) || str_eq_z(address, "::1");
}

/* Without sign-in, when the settings say so and the node listens to this machine alone. */
static enum rc
metrics_open(struct request *rq, struct reply *reply, struct err *err)
{
	const struct config *c = serve_config(rq->serve);

	if (!config_is_on(c, "metrics_open") || !is_loopback(config_text(c, "address")))
		return fail(err, RC_ABSENT, "", "there is nothing at this path");
	return metrics(rq, reply, err);
}

static const struct route routes[] = {
    /* clang-format off */
	{ "GET", "/healthz",      ROLES_NOBODY, PURPOSES_ANY, ROUTE_OPEN, 0, healthz, "Say ok or degraded." },
	{ "GET", "/metrics",      BIT(ROLE_ADMINISTRATOR) | BIT(ROLE_MONITOR), PURPOSES_ANY, ROUTE_QUARANTINE, 0, metrics, "Counts for Prometheus, none of which tells of a row." },
	{ "GET", "/metrics/open", ROLES_NOBODY, PURPOSES_ANY, ROUTE_OPEN, 0, metrics_open, "The same without sign-in, where the setting metrics_open says so, on loopback alone." },
	{ .method = NULL },
    /* clang-format on */
};

static const struct setting settings[] = {
    /* clang-format off */
	{ "metrics_open", SETTING_SWITCH, "no", 0, 0,     "Answer /metrics/open without sign-in, when `address` is of loopback. A proxy before the node must not pass it on." },
	{ "migration_copies", SETTING_NUMBER, "3", 0, 100, "Copies of the database, made before a newer program changes its tables, that are kept; 0: none is made." },
	{ "reserve_mib",  SETTING_NUMBER, "16", 0, 4096,  "MiB that are held back and given back when the disk is full, so that reading is logged still; 0: none." },
	{ .name = NULL },
    /* clang-format on */
};

static const struct api_route api_rows[] = {
    {"GET", "/healthz", "health", NULL, NULL, "{status: 'ok'|'degraded'}"},
    {"GET", "/metrics", "metrics", NULL, NULL, "text/plain"},
    {"GET", "/metrics/open", "metrics_open", NULL, NULL, "text/plain", 0, 0, BIT(RC_ABSENT)},
    {.method = NULL},
};
static const struct api health_api = {api_rows, NULL};

const struct feature health_feature = {
    .name = "health", .routes = routes, .settings = settings, .api = &health_api};
