#pragma once
#include <libpq-fe.h>

// Field codes are character macros, which Swift does not import.
static inline int bulkhead_diag_severity(void) { return PG_DIAG_SEVERITY_NONLOCALIZED; }
static inline int bulkhead_diag_sqlstate(void) { return PG_DIAG_SQLSTATE; }
static inline int bulkhead_diag_message_primary(void) { return PG_DIAG_MESSAGE_PRIMARY; }
static inline int bulkhead_diag_message_detail(void) { return PG_DIAG_MESSAGE_DETAIL; }
static inline int bulkhead_diag_message_hint(void) { return PG_DIAG_MESSAGE_HINT; }
static inline int bulkhead_diag_schema_name(void) { return PG_DIAG_SCHEMA_NAME; }
static inline int bulkhead_diag_table_name(void) { return PG_DIAG_TABLE_NAME; }
static inline int bulkhead_diag_column_name(void) { return PG_DIAG_COLUMN_NAME; }
static inline int bulkhead_diag_constraint_name(void) { return PG_DIAG_CONSTRAINT_NAME; }
