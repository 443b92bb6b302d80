/* SPDX-License-Identifier: MIT */
#ifndef SFS_POSTGRES_CONNECTION_H
#define SFS_POSTGRES_CONNECTION_H

#include <libpq-fe.h>
#include <stdint.h>

#include "drivers/driver.h"

/* Instead of a pace: limits are as the role has them. */
enum { PG_UNPACED = -1 };

/* An open PostgreSQL database. */
struct pg_db {
	struct sfs_db base;
	PGconn *conn;       /* owned; search_path is empty, standard_conforming_strings on */
	PGconn *lock_conn;  /* owned; holds the advisory lock, NULL while it is not held */
	bool holds_lock;    /* `conn` itself holds it */
	struct pg_db *root; /* borrowed; whose patience and interruption count, NULL: its own */
	int gave_up; /* EINTR or ETIMEDOUT: why the last statement was not waited for; 0: it was */
	bool sheltered;      /* what runs is not to be interrupted: it ends a transaction */
	bool pooled;         /* a pooler may give each transaction another session */
	char *target;        /* owned; as given, may hold secrets: never shown */
	char *description;   /* owned; without secrets */
	char *identity;      /* owned */
	int version;         /* server_version_num */
	char *ledger_schema; /* owned; NULL: as drizzle has it; so the table */
	char *ledger_table;  /* owned */
	bool read_only;
	bool in_transaction;
	unsigned lock_timeout_ms;
	int pace,
		paced; /* transaction.c: of the statements to come; what the session has been told */
	uint64_t prepared[16]; /* read.c: bit per kind whose query is prepared, by which of $1, $2
				* are given and by features */
	uint64_t prepared_statements; /* bit per enum pg_prepared */
	char *seen;        /* owned; fingerprint.c: the log position of the last fingerprint */
	char *fingerprint; /* owned */
	char *counted; /* owned; census.c: no later transaction was in the last census as a whole */
};

static inline struct pg_db *
pg_db_of(struct sfs_db *db)
{
	return (struct pg_db *)db; /* base is its first member */
}

/* The connection that somebody has opened, of which this is perhaps a further one: it is asked to stop. */
static inline struct sfs_db *
pg_root(struct pg_db *db)
{
	return db->root ? &db->root->base : &db->base;
}

static inline void
sfs_auto_PQclear(PGresult **result)
{
	PQclear(*result);
}

static inline void
sfs_auto_PQfreemem(char **memory)
{
	PQfreemem(*memory);
}

/* wait.c: libpq's PQgetResult, and PQexec as the last of its results; neither waits for ever. */
PGresult *pg_result(struct pg_db *db);
PGresult *pg_send(struct pg_db *db, const char *sql);

/* The last result of what was sent. */
PGresult *pg_last_result(struct pg_db *db);

/* Before something new is sent: what became of the last is history. */
void pg_forgive(struct pg_db *db);

/* Whether somebody has cancelled since; asked once, it is forgotten. */
bool pg_interrupted(struct pg_db *db);

/* A further connection to the same database, or to `database` of the same server when not NULL. */
int pg_connect_again(const struct pg_db *db, const char *database, struct pg_db **ret_db,
	struct sfs_error *err) SFS_MUST_CHECK;

/* Ends what pg_connect_again() gave; accepts NULL. */
void pg_disconnect(struct pg_db *db);

/* Connects again if the server has closed the connection; not inside a transaction. */
int pg_ready(struct pg_db *db, struct sfs_error *err) SFS_MUST_CHECK;

/* After a new connection: takes the lock that the former one had, if it did. (lock.c) */
int pg_lock_again(struct pg_db *db, struct sfs_error *err) SFS_MUST_CHECK;

/* Where drizzle's table is. (ledger.c) */
const char *pg_ledger_schema(const struct pg_db *db);
const char *pg_ledger_table(const struct pg_db *db);

/* Puts the settings of the session, which a statement of a user's may have changed, as they were. */
int pg_session(struct pg_db *db, struct sfs_error *err) SFS_MUST_CHECK;

/*
 * The same for one transaction, as statements that follow its BEGIN, each after "; ": needed where a
 * pooler stands between, which gives each transaction another session and keeps settings for others.
 */
void pg_add_local_settings(const struct pg_db *db, struct sfs_str *out);

/*
 * What texts are encoded in between us and the server: UTF-8; or nothing that is known where the
 * database is SQL_ASCII, which holds any bytes and would refuse to send those that are not UTF-8.
 */
const char *pg_encoding(const struct pg_db *db);

/* Runs SQL by the simple protocol; several statements are fine. Results are dropped. */
int pg_run(struct pg_db *db, const char *sql, struct sfs_error *err) SFS_MUST_CHECK;
int pg_runf(struct pg_db *db, struct sfs_error *err, const char *format, ...)
	__attribute__((format(printf, 3, 4))) SFS_MUST_CHECK;

/* Runs one query; the caller clears the result. `params` are text, NULL for none. */
int pg_query(struct pg_db *db, const char *sql, int n_params, const char *const *params,
	PGresult **ret_result, struct sfs_error *err) SFS_MUST_CHECK;

/* The same for a statement that is planned once for the connection. */
enum pg_prepared {
	PG_STATEMENT_SCOPE,
	PG_STATEMENT_DEPENDENCIES,
	PG_STATEMENT_FINGERPRINT,
	PG_STATEMENT_POSITION,
	PG_STATEMENT_CENSUS,
	PG_STATEMENT_RECENT,
};
int pg_query_prepared(struct pg_db *db, enum pg_prepared statement, const char *sql, int n_params,
	const char *const *params, PGresult **ret_result, struct sfs_error *err) SFS_MUST_CHECK;

/* Fills `err` from a failed result, or from the connection when `result` is NULL; returns -errno. */
int pg_error(struct pg_db *db, const PGresult *result, const char *sql, struct sfs_error *err);

/* The byte of `sql` where the character that the server counts to from 1 stands. */
size_t pg_offset_of(const char *sql, unsigned long position);

/* The errno for a SQLSTATE, by a table (DESIGN section 3). */
int pg_errno(const char *sqlstate);

#endif
