// SPDX-License-Identifier: MIT
/* drizzle's table of applied migrations, and where it is. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "drivers/postgres/driver.h"
#include "drivers/postgres/kind.h"
#include "drivers/postgres/migrator.h"

static const char usual_schema[] = "drizzle", usual_table[] = "__drizzle_migrations";

const char *
pg_ledger_schema(const struct pg_db *db)
{
	return db->ledger_schema ? db->ledger_schema : usual_schema;
}

const char *
pg_ledger_table(const struct pg_db *db)
{
	return db->ledger_table ? db->ledger_table : usual_table;
}

static void
add_table(const struct pg_db *db, const char *table, struct sfs_str *out)
{
	pg_name(out, pg_ledger_schema(db));
	sfs_str_addc(out, '.');
	pg_name(out, table);
}

void
pg_ledger_place(struct sfs_db *base, const char *schema, const char *table)
{
	struct pg_db *db = pg_db_of(base);

	free(db->ledger_schema);
	free(db->ledger_table);
	db->ledger_schema = schema && strcmp(schema, usual_schema) ? sfs_strdup(schema) : NULL;
	db->ledger_table = table && strcmp(table, usual_table) ? sfs_strdup(table) : NULL;
	if ((db->ledger_schema || db->ledger_table) && pg_session(db, NULL) < 0) {
		/* A connection that is gone is settled anew when there is one again. */
		return;
	}
}

char *
pg_ledger_beside(struct sfs_db *base, const char *name)
{
	struct sfs_str table = SFS_STR_INIT;

	add_table(pg_db_of(base), name, &table);
	return sfs_str_steal(&table);
}

static int
prepare(struct pg_db *db, struct sfs_error *err)
{
	return db->in_transaction ? 0 : pg_ready(db, err);
}

int
pg_ledger_exists(struct sfs_db *base, const char *table, bool *ret_exists, struct sfs_error *err)
{
	struct pg_db *db = pg_db_of(base);
	sfs_auto(PQclear) PGresult *there = NULL;
	int r = prepare(db, err);

	if (r == 0) {
		r = pg_query(db, "SELECT pg_catalog.to_regclass($1) IS NOT NULL", 1, &table, &there,
			err);
	}
	if (r == 0) {
		*ret_exists = *PQgetvalue(there, 0, 0) == 't';
	}
	return r;
}

int
pg_ledger_read(struct sfs_db *base, struct sfs_ledger_rows *ret_rows, struct sfs_error *err)
{
	struct pg_db *db = pg_db_of(base);
	sfs_auto(PQclear) PGresult *rows = NULL;
	struct sfs_str query sfs_auto(str) = SFS_STR_INIT;
	char *table sfs_auto(free) = pg_ledger_beside(base, pg_ledger_table(db));
	bool there = false;
	int r = pg_ledger_exists(base, table, &there, err);

	/* The table is made with the first row: looking must not change a database. */
	if (r < 0 || !there) {
		return r;
	}
	sfs_str_addf(
		&query, "SELECT hash, coalesce(created_at, 0)::bigint FROM %s ORDER BY id", table);
	r = pg_query(db, sfs_str_text(&query), 0, NULL, &rows, err);
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
make_table(struct pg_db *db, const char *table, struct sfs_error *err)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	sfs_str_add(&sql, "CREATE SCHEMA IF NOT EXISTS ");
	pg_name(&sql, pg_ledger_schema(db));
	sfs_str_addf(&sql,
		"; CREATE TABLE IF NOT EXISTS %s"
		" (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at bigint)",
		table);
	return pg_run(db, sfs_str_text(&sql), err);
}

int
pg_ledger_make(struct sfs_db *base, struct sfs_error *err)
{
	struct pg_db *db = pg_db_of(base);
	char *table sfs_auto(free) = pg_ledger_beside(base, pg_ledger_table(db));
	bool there = false;
	/* Asked first: a role that may write the table need not be one that may make schemas. */
	int r = pg_ledger_exists(base, table, &there, err);

	return r < 0 || there ? r : make_table(db, table, err);
}

int
pg_ledger_append(struct sfs_db *base, const struct sfs_ledger_row *row, struct sfs_error *err)
{
	struct pg_db *db = pg_db_of(base);
	sfs_auto(PQclear) PGresult *done = NULL;
	struct sfs_str insert sfs_auto(str) = SFS_STR_INIT;
	char *table sfs_auto(free) = pg_ledger_beside(base, pg_ledger_table(db));
	char created_at[24];
	const char *params[] = { row->hash, created_at };
	int r = prepare(db, err);

	/* A migration that took on another role does not want it for this. */
	if (r == 0 && db->in_transaction) {
		r = pg_run(db, "RESET SESSION AUTHORIZATION; RESET ROLE", err);
	}
	if (r == 0) {
		r = pg_ledger_make(base, err);
	}
	if (r < 0) {
		return r;
	}
	(void)snprintf(created_at, sizeof created_at, "%lld", (long long)row->created_at);
	sfs_str_addf(&insert, "INSERT INTO %s (hash, created_at) VALUES ($1, $2)", table);
	return pg_query(db, sfs_str_text(&insert), 2, params, &done, err);
}
