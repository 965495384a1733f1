#pragma once
#include <libpq-fe.h>

// The Glibc module of Swift leaves it out.
#ifdef __linux__
#include <sys/epoll.h>
#include <sys/prctl.h>
#endif
#include <pthread.h>

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

// Newer libpq can queue a Sync without writing to the socket, which saves a system call a batch.
static inline int bulkhead_pipeline_sync(PGconn *connection) {
#ifdef LIBPQ_HAS_SEND_PIPELINE_SYNC
    return PQsendPipelineSync(connection);
#else
    return PQpipelineSync(connection);
#endif
}

static inline void bulkhead_ignore_notice(void *context, const PGresult *result) {
    (void)context;
    (void)result;
}

// Notices would otherwise be printed to standard error by libpq.
static inline void bulkhead_drop_notices(PGconn *connection) {
    PQsetNoticeReceiver(connection, bulkhead_ignore_notice, NULL);
}

// Shown by top, perf and debuggers. At most 15 characters.
static inline void bulkhead_name_this_thread(const char *name) {
#ifdef __linux__
    prctl(PR_SET_NAME, name, 0, 0, 0);
#else
    pthread_setname_np(name);
#endif
}
