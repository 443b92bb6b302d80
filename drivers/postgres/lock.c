// SPDX-License-Identifier: MIT
/* One worker at a time: an advisory lock, on a connection of its own where scripts run. */
#include <errno.h>

#include "base/pause.h"
#include "drivers/postgres/driver.h"

/* "schemafs" as a number, for people who look into pg_locks. */
#define KEY "8314604121892152947"

enum { FIRST_PAUSE_MS = 20, LONGEST_PAUSE_MS = 500 };

/* Of a pooler's session nothing outlives the transaction, which so is held open. */
static int
try_lock(struct pg_db *db, bool *ret_got, struct sfs_error *err)
{
	sfs_auto(PQclear) PGresult *result = pg_send(
		db, db->pooled ? "BEGIN; SELECT pg_catalog.pg_try_advisory_xact_lock(" KEY ")"
			       : "SELECT pg_try_advisory_lock(" KEY ")");

	if (PQresultStatus(result) != PGRES_TUPLES_OK) {
		return pg_error(db, result, NULL, err);
	}
	*ret_got = *PQgetvalue(result, 0, 0) == 't';
	return 0;
}

/* Who has the lock, as far as this role may see. */
static void
name_holder(struct pg_db *with, struct sfs_error *err)
{
	sfs_auto(PQclear) PGresult *result = NULL;
	int r = pg_query(with,
		"SELECT concat_ws(', ', 'process ' || l.pid, 'role ' || a.usename,"
		" nullif(a.application_name, ''), 'from ' || a.client_addr,"
		" 'connected since ' || date_trunc('second', a.backend_start))"
		" FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid"
		" WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1"
		" AND l.classid = (" KEY " >> 32)::oid AND l.objid = (" KEY " & 4294967295)::oid"
		" AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d"
		" WHERE d.datname = current_database())",
		0, NULL, &result, NULL);

	if (r == 0 && PQntuples(result) == 1) {
		sfs_error_detail(err, "held by %s", PQgetvalue(result, 0, 0));
	}
}

/*
 * Polls instead of waiting: a waiting backend would hold a snapshot, and CREATE INDEX CONCURRENTLY
 * of the one that works would wait for it.
 */
static int
poll_lock(struct pg_db *with, unsigned timeout_ms, struct sfs_error *err)
{
	struct sfs_db *root = pg_root(with);
	unsigned waited = 0, pause = FIRST_PAUSE_MS;

	for (;;) {
		bool got = false;
		int r = try_lock(with, &got, err);

		if (r < 0 || got) {
			return r;
		}
		if (waited >= timeout_ms) {
			break;
		}
		if (pause > timeout_ms - waited) {
			pause = timeout_ms - waited;
		}
		if (!sfs_pause(pause, &root->interrupted)) {
			return sfs_error_set(err, EINTR, "interrupted while waiting for the lock");
		}
		waited += pause;
		pause = pause * 2 > LONGEST_PAUSE_MS ? LONGEST_PAUSE_MS : pause * 2;
	}
	(void)sfs_error_set(err, EBUSY, "another schemafs is changing this database");
	sfs_error_hint(err, "pg_locks shows who holds the advisory lock " KEY);
	name_holder(with, err);
	return -EBUSY;
}

int
pg_lock(struct sfs_db *base, unsigned timeout_ms, struct sfs_error *err)
{
	struct pg_db *db = pg_db_of(base);
	struct pg_db *with = NULL;
	int r;

	pg_unlock(base);
	r = pg_connect_again(db, NULL, &with, err);
	if (r == 0) {
		r = poll_lock(with, timeout_ms, err);
	}
	if (r == 0) {
		db->lock_conn = sfs_steal(with->conn);
	}
	pg_disconnect(with);
	return r;
}

int
pg_lock_here(struct sfs_db *base, unsigned timeout_ms, struct sfs_error *err)
{
	struct pg_db *db = pg_db_of(base);

	if (db->pooled) {
		return pg_lock(base, timeout_ms, err);
	}
	pg_unlock(base);
	int r = pg_ready(db, err);
	if (r == 0) {
		r = poll_lock(db, timeout_ms, err);
	}
	db->holds_lock = r == 0;
	return r;
}

int
pg_lock_again(struct pg_db *db, struct sfs_error *err)
{
	if (!db->holds_lock) {
		return 0;
	}
	int r = poll_lock(db, 0, err);
	db->holds_lock = r == 0;
	return r;
}

void
pg_unlock(struct sfs_db *base)
{
	struct pg_db *db = pg_db_of(base);

	/* The lock ends with its session. */
	PQfinish(db->lock_conn);
	db->lock_conn = NULL;
	if (db->holds_lock) {
		/* Where this fails the connection has, and the lock went with it. */
		sfs_auto(PQclear) PGresult *result =
			pg_send(db, "SELECT pg_catalog.pg_advisory_unlock(" KEY ")");
		db->holds_lock = false;
	}
}
