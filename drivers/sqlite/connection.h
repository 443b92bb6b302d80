/* SPDX-License-Identifier: MIT */
#ifndef SFS_SQLITE_CONNECTION_H
#define SFS_SQLITE_CONNECTION_H

#include <pthread.h>
#include <sqlite3.h>
#include <sys/types.h>

#include "base/map.h"
#include "drivers/driver.h"

struct lite_guard;

/* An open SQLite database. */
struct lite_db {
	struct sfs_db base;
	sqlite3 *conn;              /* owned; in memory while the file is not there yet */
	pthread_mutex_t conn_mutex; /* held to replace `conn`, and by cancel(), to use it */
	char *path;        /* owned; absolute, without symlinks; NULL for a database in memory */
	char *description; /* owned */
	char *identity;    /* owned */
	bool read_only;
	bool absent; /* the file does not exist: made when something is written */
	dev_t device;
	ino_t inode; /* of the file that `conn` has open */
	unsigned lock_timeout_ms;
	bool in_transaction;
	bool own_statement;        /* it is we who begin or end a transaction now */
	bool restore_foreign_keys; /* foreign keys were on before begin() */
	struct lite_guard *guard;  /* owned; what a rebuild must not change, NULL outside of one */
	char *ledger_table;        /* owned; NULL: as drizzle calls it */
	int lock_fd;               /* holds the advisory lock, -1 while it is not held */
	bool lock_beside;          /* its file is beside the database, and goes with the lock */
};

static inline struct lite_db *
lite_of(struct sfs_db *db)
{
	return (struct lite_db *)db;
}

static inline void
sfs_auto_sqlite3_stmt(sqlite3_stmt **statement)
{
	(void)sqlite3_finalize(*statement);
}

static inline void
sfs_auto_sqlite3(sqlite3 **conn)
{
	(void)sqlite3_close(*conn);
}

static inline void
sfs_auto_sqlite3_text(char **text)
{
	sqlite3_free(*text);
}

/* The functions of struct sfs_driver that have to do with the connection. */
bool lite_accepts(const char *target);
int lite_open(const char *target, const struct sfs_open_options *options, struct sfs_db **ret_db,
	struct sfs_error *err) SFS_MUST_CHECK;
void lite_close(struct sfs_db *db);
const char *lite_describe(struct sfs_db *db);
const char *lite_identity(struct sfs_db *db);
const char *lite_file(struct sfs_db *db);
bool lite_is_read_only(struct sfs_db *db);
int lite_fingerprint(
	struct sfs_db *db, char **ret_fingerprint, struct sfs_error *err) SFS_MUST_CHECK;
void lite_cancel(struct sfs_db *db);

/* Makes the file if it is not there yet; -EROFS when nothing may be written. */
int lite_need_file(struct lite_db *db, struct sfs_error *err) SFS_MUST_CHECK;

/* Opens the file anew when another one has taken its place. */
int lite_follow_file(struct lite_db *db, struct sfs_error *err) SFS_MUST_CHECK;

/* Runs SQL, statement by statement; rows are dropped. */
int lite_run(sqlite3 *conn, const char *sql, struct sfs_error *err);

int lite_prepare(sqlite3 *conn, const char *sql, sqlite3_stmt **ret_statement,
	struct sfs_error *err) SFS_MUST_CHECK;

/* The first column of the first row; `fallback` when there is no row. */
int lite_number(sqlite3 *conn, const char *sql, int64_t fallback, int64_t *ret_number,
	struct sfs_error *err) SFS_MUST_CHECK;

/* Fills `err` with what `conn` complains of; returns -errno. `sql` (may be NULL) is the statement. */
int lite_error(sqlite3 *conn, const char *sql, struct sfs_error *err);

#endif
