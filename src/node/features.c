#include "node/features.h"

#include "node/audit.h"
#include "node/backup.h"
#include "node/commands.h"
#include "exchange/agreement/agreement.h"
#include "exchange/contact/contact.h"
#include "exchange/identity/identity.h"
#include "link/incidents/incidents.h"
#include "link/money/money.h"
#include "exchange/peers/peers.h"
#include "link/graph/command.h"
#include "link/adverts/adverts.h"
#include "match/decision/decision.h"
#include "match/linkage/duplicates.h"
#include "match/linkage/linkage.h"
#include "match/calibration/calibrate.h"
#include "match/live/match.h"
#include "match/live/shape.h"
#include "match/screening/people.h"
#include "match/stream/route.h"
#include "match/stream/stream_commands.h"
#include "node/demo.h"
#include "node/export.h"
#include "node/health.h"
#include "node/import.h"
#include "node/erasing.h"
#include "node/keys.h"
#include "node/explain.h"
#include "node/node.h"
#include "node/openapi.h"
#include "node/record_commands.h"
#include "node/records.h"
#include "node/restore.h"
#include "node/sessions.h"
#include "node/users.h"
#include "oversee/access/access.h"
#include "oversee/reader/reader.h"
#include "oversee/retention/retention.h"
#include "oversee/subject_request/subject_request.h"
#include "protect/category/category.h"
#include "protect/consent/consent.h"
#include "protect/consent/home.h"
#include "protect/consent/recovery.h"
#include "prove/custody/custody.h"
#include "serve/job.h"

/*
 * The rows of the house: each feature of the node, and the only place that names them all.
 * Order is the order of migrations, help, man pages and documentation: the log comes first,
 * for a new database writes there before anything else.
 */
const struct feature *const liaison_features[] = {
    /* clang-format off */
    &audit_log_feature,
    &record_store_feature,
    &serve_feature,
    &node_feature,
    &keys_feature,
    &health_feature,
    &openapi_feature,
    &paper_command_feature,
    &users_feature,
    &sessions_feature,
    &model_command_feature,
    &records_feature,
    &record_commands_feature,
    &explain_feature,
    &erasing_feature,
    &match_command_feature,
    &match_stream_feature,
    &match_people_feature,
    &linkage_feature,
    &match_live_feature,
    &calibration_feature,
    &match_shape_feature,
    &duplicates_feature,
    &stream_route_feature,
    &access_feature,
    &own_address_feature,
    &reader_feature,
    &category_feature,
    &consent_feature,
    &recovery_feature,
    &home_feature,
    &decision_feature,
    &graph_feature,
    &adverts_feature,
    &money_feature,
    &incidents_feature,
    &custody_feature,
    &agreement_feature,
    &identity_feature,
    &peers_feature,
    &contact_feature,
    &retention_feature,
    &subject_request_feature,
    &job_feature,
    &import_feature,
    &export_feature,
    &audit_feature,
    &audit_mirror_feature,
    &audit_witness_feature,
    &backup_feature,
    &quarantine_feature,
    &demo_feature,
    NULL,
    /* clang-format on */
};
