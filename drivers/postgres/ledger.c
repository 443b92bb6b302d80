// SPDX-License-Identifier: MIT
/* drizzle's table of applied migrations. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "drivers/postgres/driver.h"

int
pg_ledger_read(struct sfs_db *base, struct sfs_ledger_rows *ret_rows, struct sfs_error *err)
{
	struct pg_db *db = pg_db_of(base);
	sfs_auto(PQclear) PGresult *there = NULL;
	sfs_auto(PQclear) PGresult *rows = NULL;
	int r = db->in_transaction ? 0 : pg_ready(db, err);

	if (r == 0) {
		r = pg_query(db, "SELECT to_regclass('drizzle.__drizzle_migrations') IS NOT NULL",
			0, NULL, &there, err);
	}
	/* The table is made with the first row: looking must not change a database. */
	if (r < 0 || *PQgetvalue(there, 0, 0) != 't') {
		return r;
	}
	r = pg_query(db,
		"SELECT hash, coalesce(created_at, 0) FROM drizzle.__drizzle_migrations"
		" ORDER BY id",
		0, NULL, &rows, err);
	for (int i = 0; r == 0 && i < PQntuples(rows); i++) {
		struct sfs_ledger_row row = { 0 };

		(void)snprintf(row.hash, sizeof row.hash, "%s", PQgetvalue(rows, i, 0));
		row.created_at = strtoll(PQgetvalue(rows, i, 1), NULL, 10);
		sfs_vec_push(ret_rows, row);
	}
	return r;
}

/* As drizzle-kit makes it. */
static int
make_table(struct pg_db *db, struct sfs_error *err)
{
	return pg_run(db,
		"CREATE SCHEMA IF NOT EXISTS drizzle;"
		" CREATE TABLE IF NOT EXISTS drizzle.__drizzle_migrations"
		" (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at bigint)",
		err);
}

int
pg_ledger_append(struct sfs_db *base, const struct sfs_ledger_row *row, struct sfs_error *err)
{
	struct pg_db *db = pg_db_of(base);
	sfs_auto(PQclear) PGresult *there = NULL;
	sfs_auto(PQclear) PGresult *done = NULL;
	char created_at[24];
	const char *params[] = { row->hash, created_at };
	int r = db->in_transaction ? 0 : pg_ready(db, err);

	/* Asked first: a role that may write the table need not be one that may make schemas. */
	if (r == 0) {
		r = pg_query(db, "SELECT to_regclass('drizzle.__drizzle_migrations') IS NOT NULL",
			0, NULL, &there, err);
	}
	if (r == 0 && *PQgetvalue(there, 0, 0) != 't') {
		r = make_table(db, err);
	}
	if (r < 0) {
		return r;
	}
	(void)snprintf(created_at, sizeof created_at, "%lld", (long long)row->created_at);
	return pg_query(db,
		"INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ($1, $2)", 2,
		params, &done, err);
}
