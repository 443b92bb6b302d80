// SPDX-License-Identifier: MIT
/* The transaction that changes a schema, and statements of a person's own in it. */
#include <errno.h>
#include <string.h>

#include "drivers/postgres/driver.h"

int
pg_begin(struct sfs_db *base, bool rebuilds, struct sfs_error *err)
{
	struct pg_db *db = pg_db_of(base);
	sfs_auto(str) struct sfs_str sql = SFS_STR_INIT;
	int r = pg_ready(db, err);

	(void)rebuilds;
	sfs_str_add(&sql, db->pooled && db->read_only ? "BEGIN READ ONLY" : "BEGIN");
	pg_add_local_settings(db, &sql);
	/* Names in a person's statements mean what they mean in psql. */
	sfs_str_add(
		&sql, db->pooled ? "; SET LOCAL search_path TO DEFAULT" : "; RESET search_path");
	if (r == 0) {
		r = pg_run(db, sql.text, err);
	}
	db->in_transaction = r == 0;
	return r;
}

/* For what is tried after a failure: a lost connection is told at the next use. */
static void
attempt(int result)
{
	(void)result;
}

/*
 * Of a brief statement: longer than this, others have waited too long. Of an online one: nobody
 * waits for it, so that it may wait for a transaction that somebody has open.
 */
enum { BRIEF_STATEMENT_MS = 60000, ONLINE_LOCK_TIMES = 30 };

void
pg_pace(struct sfs_db *base, enum sfs_pace pace)
{
	pg_db_of(base)->pace = pace;
}

/* Tells the server what the next statement may take, when that is not what it was told last. */
static int
settle_pace(struct pg_db *db, struct sfs_error *err)
{
	const char *set = db->in_transaction ? "SET LOCAL" : "SET";
	unsigned lock = db->lock_timeout_ms, statement = 0;

	if (db->pace == db->paced || db->pace == PG_UNPACED ||
		(db->pooled && !db->in_transaction)) {
		return 0;
	}
	if (db->pace == SFS_PACE_ONLINE) {
		lock *= ONLINE_LOCK_TIMES;
	} else if (db->pace == SFS_PACE_BRIEF) {
		statement = BRIEF_STATEMENT_MS;
	}
	int r = pg_runf(db, err, "%s lock_timeout = %u; %s statement_timeout = %u", set, lock, set,
		statement);

	if (r == 0) {
		db->paced = db->pace;
	}
	return r;
}

/* A statement that took too long for its pace was not cancelled by anybody. */
static int
name_timeout(const struct pg_db *db, int r, struct sfs_error *err)
{
	if (r != -EINTR || db->gave_up || db->paced != SFS_PACE_BRIEF) {
		return r;
	}
	if (err) {
		err->errnum = ETIMEDOUT;
	}
	sfs_error_hint(err, "it held a lock that others wait for, and took longer than %d seconds",
		BRIEF_STATEMENT_MS / 1000);
	return -ETIMEDOUT;
}

/* Outside a transaction: some statements refuse to run in one, so it must be sent alone. */
static int
exec_alone(struct pg_db *db, const char *sql, struct sfs_error *err)
{
	int r = pg_ready(db, err);

	if (r == 0 && db->pooled && db->read_only) {
		return sfs_error_set(err, EROFS, "the database is open for reading only");
	}
	if (r == 0) {
		r = pg_run(db, "RESET search_path", err);
	}
	if (r == 0) {
		r = settle_pace(db, err);
	}
	if (r < 0) {
		return r;
	}
	r = pg_run(db, sql, err);
	if (PQtransactionStatus(db->conn) != PQTRANS_IDLE) {
		attempt(pg_run(db, "ROLLBACK", NULL));
		if (r == 0) {
			r = sfs_error_set(err, EINVAL, "the statement opens a transaction");
		}
	}
	int settled = pg_session(db, r < 0 ? NULL : err);

	return r < 0 ? r : settled;
}

int
pg_exec(struct sfs_db *base, const char *sql, struct sfs_error *err)
{
	struct pg_db *db = pg_db_of(base);

	if (!db->in_transaction) {
		return exec_alone(db, sql, err);
	}
	int r = settle_pace(db, err);

	if (r == 0) {
		r = name_timeout(db, pg_run(db, sql, err), err);
	}
	if (r == 0 && PQtransactionStatus(db->conn) == PQTRANS_IDLE) {
		db->in_transaction = false;
		r = sfs_error_set(err, EINVAL, "the statement ends the transaction it runs in");
		sfs_error_hint(err, "leave out BEGIN, COMMIT and ROLLBACK: each script runs in a "
				    "transaction of its own");
	}
	return r;
}

static int
commit(struct pg_db *db, struct sfs_error *err)
{
	sfs_auto(PQclear) PGresult *result = pg_send(db, "COMMIT");

	if (PQresultStatus(result) != PGRES_COMMAND_OK) {
		return pg_error(db, result, "COMMIT", err);
	}
	/* The server answers COMMIT of a failed transaction with a mere word. */
	if (strcmp(PQcmdStatus(result), "COMMIT") != 0) {
		return sfs_error_set(err, EIO, "the transaction was rolled back");
	}
	return 0;
}

int
pg_end(struct sfs_db *base, bool keep, struct sfs_error *err)
{
	struct pg_db *db = pg_db_of(base);
	int r = 0;

	db->in_transaction = false;
	/* Half of an end is no use to anybody: it is waited for, as long as the server is there. */
	db->sheltered = true;
	if (keep) {
		r = commit(db, err);
	}
	if (PQtransactionStatus(db->conn) != PQTRANS_IDLE) {
		attempt(pg_run(db, "ROLLBACK", NULL));
	}
	attempt(pg_session(db, NULL));
	db->sheltered = false;
	return r;
}
