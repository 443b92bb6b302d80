// SPDX-License-Identifier: MIT
/* drizzle's table of applied migrations, to the byte as its own migrator makes it. */
#include <string.h>

#include "base/alloc.h"
#include "drivers/sqlite/connection.h"
#include "drivers/sqlite/ledger.h"
#include "drivers/sqlite/read.h"
#include "drivers/sqlite/schema.h"
#include "sql/quote.h"

/* SERIAL is no alias of the rowid in SQLite, so `id` stays NULL; drizzle lives with that. */
static const char columns[] = " (\n"
			      "\t\t\tid SERIAL PRIMARY KEY,\n"
			      "\t\t\thash text NOT NULL,\n"
			      "\t\t\tcreated_at numeric\n"
			      "\t\t)";

static const char *
table_of(const struct lite_db *db)
{
	return db->ledger_table ? db->ledger_table : LITE_LEDGER;
}

/* Always quoted: it is what drizzle does, and the text stays in the schema. */
static void
add_table(const struct lite_db *db, struct sfs_str *out)
{
	sfs_str_addc(out, '"');
	for (const char *at = table_of(db); *at; at++) {
		sfs_str_add(out, *at == '"' ? "\"" : "");
		sfs_str_addc(out, *at);
	}
	sfs_str_addc(out, '"');
}

void
lite_ledger_place(struct sfs_db *base, const char *schema, const char *table)
{
	struct lite_db *db = lite_of(base);

	(void)schema;
	free(db->ledger_table);
	db->ledger_table = table && strcmp(table, LITE_LEDGER) ? sfs_strdup(table) : NULL;
}

/*
 * Asked of the schema by a query: what a connection remembers of a table may be older than what
 * another has written.
 */
int
lite_ledger_exists(struct lite_db *db, const char *name, bool *ret_exists, struct sfs_error *err)
{
	struct sfs_str query sfs_auto(str) = SFS_STR_INIT;
	sqlite3_stmt *statement sfs_auto(sqlite3_stmt) = NULL;

	sfs_str_add(&query, "SELECT 1 FROM main.sqlite_schema WHERE type = 'table' AND name = ");
	sfs_quote_literal(&query, SFS_SQLITE, name);
	sfs_str_add(&query, " COLLATE NOCASE");
	int r = lite_schema_prepare(db->conn, sfs_str_text(&query), &statement, err);
	int rc = r < 0 ? SQLITE_DONE : lite_schema_step(statement);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE) {
		return lite_error(db->conn, sfs_str_text(&query), err);
	}
	*ret_exists = rc == SQLITE_ROW;
	return r;
}

/* A database without the table has applied nothing: to look is no reason to make it. */
int
lite_ledger_read(struct sfs_db *base, struct sfs_ledger_rows *ret_rows, struct sfs_error *err)
{
	struct lite_db *db = lite_of(base);
	struct sfs_ledger_rows rows = { 0 };
	struct sfs_str query sfs_auto(str) = SFS_STR_INIT;
	sqlite3_stmt *statement sfs_auto(sqlite3_stmt) = NULL;
	bool there = false;
	int r = lite_follow_file(db, err), rc;

	if (r == 0) {
		r = lite_ledger_exists(db, table_of(db), &there, err);
	}
	if (r == 0 && !there) {
		*ret_rows = rows;
		return 0;
	}
	sfs_str_add(&query, "SELECT hash, created_at FROM main.");
	add_table(db, &query);
	sfs_str_add(&query, " ORDER BY created_at, rowid");
	if (r == 0) {
		r = lite_prepare(db->conn, sfs_str_text(&query), &statement, err);
	}
	if (r < 0) {
		return r;
	}
	while ((rc = sqlite3_step(statement)) == SQLITE_ROW) {
		struct sfs_ledger_row row = { .created_at = sqlite3_column_int64(statement, 1) };
		const char *hash = (const char *)sqlite3_column_text(statement, 0);

		(void)snprintf(row.hash, sizeof row.hash, "%s", hash ? hash : "");
		sfs_vec_push(&rows, row);
	}
	if (rc != SQLITE_DONE) {
		sfs_vec_finish(&rows);
		return lite_error(db->conn, sfs_str_text(&query), err);
	}
	*ret_rows = rows;
	return 0;
}

int
lite_ledger_make(struct sfs_db *base, struct sfs_error *err)
{
	struct lite_db *db = lite_of(base);
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;
	int r = db->in_transaction ? 0 : lite_need_file(db, err);

	sfs_str_add(&sql, "CREATE TABLE IF NOT EXISTS ");
	add_table(db, &sql);
	sfs_str_add(&sql, columns);
	return r < 0 ? r : lite_run(db->conn, sfs_str_text(&sql), err);
}

int
lite_ledger_append(struct sfs_db *base, const struct sfs_ledger_row *row, struct sfs_error *err)
{
	struct lite_db *db = lite_of(base);
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;
	sqlite3_stmt *statement sfs_auto(sqlite3_stmt) = NULL;
	int r = lite_ledger_make(base, err);

	sfs_str_add(&sql, "INSERT INTO main.");
	add_table(db, &sql);
	sfs_str_add(&sql, " (\"hash\", \"created_at\") VALUES (?, ?)");
	if (r == 0) {
		r = lite_prepare(db->conn, sfs_str_text(&sql), &statement, err);
	}
	if (r < 0) {
		return r;
	}
	(void)sqlite3_bind_text(statement, 1, row->hash, -1, SQLITE_STATIC);
	(void)sqlite3_bind_int64(statement, 2, row->created_at);
	return sqlite3_step(statement) == SQLITE_DONE
		       ? 0
		       : lite_error(db->conn, sfs_str_text(&sql), err);
}
