#include "node/features.h"

#include "node/audit.h"
#include "node/commands.h"
#include "node/node.h"
#include "node/record_commands.h"
#include "node/records.h"
#include "node/users.h"

/*
 * The rows of the house: each feature of the node, and the only place that names them all.
 * Order is the order of help, man pages and documentation.
 */
const struct feature *const liaison_features[] = {
    &node_feature,
    &users_feature,
    &model_command_feature,
    &record_store_feature,
    &records_feature,
    &record_commands_feature,
    &audit_log_feature,
    &audit_feature,
    &serve_feature,
    &match_command_feature,
    &paper_command_feature,
    NULL,
};
