// SPDX-License-Identifier: MIT
/* drizzle's table of applied migrations, to the byte as its own migrator makes it. */
#include <string.h>

#include "drivers/sqlite/connection.h"
#include "drivers/sqlite/ledger.h"
#include "drivers/sqlite/read.h"

/* SERIAL is no alias of the rowid in SQLite, so `id` stays NULL; drizzle lives with that. */
static const char create[] = "CREATE TABLE IF NOT EXISTS \"" LITE_LEDGER "\" (\n"
			     "\t\t\tid SERIAL PRIMARY KEY,\n"
			     "\t\t\thash text NOT NULL,\n"
			     "\t\t\tcreated_at numeric\n"
			     "\t\t)";

static bool
is_there(struct lite_db *db)
{
	return sqlite3_table_column_metadata(db->conn, "main", LITE_LEDGER, NULL, NULL, NULL, NULL,
		       NULL, NULL) == SQLITE_OK;
}

/* A database without the table has applied nothing: to look is no reason to make it. */
int
lite_ledger_read(struct sfs_db *base, struct sfs_ledger_rows *ret_rows, struct sfs_error *err)
{
	static const char query[] =
		"SELECT hash, created_at FROM main.\"" LITE_LEDGER "\" ORDER BY created_at, rowid";
	struct lite_db *db = lite_of(base);
	struct sfs_ledger_rows rows = { 0 };
	sqlite3_stmt *statement sfs_auto(sqlite3_stmt) = NULL;
	int r = lite_follow_file(db, err), rc;

	if (r == 0 && !is_there(db)) {
		*ret_rows = rows;
		return 0;
	}
	if (r == 0) {
		r = lite_prepare(db->conn, query, &statement, err);
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
		return lite_error(db->conn, query, err);
	}
	*ret_rows = rows;
	return 0;
}

int
lite_ledger_append(struct sfs_db *base, const struct sfs_ledger_row *row, struct sfs_error *err)
{
	static const char query[] =
		"INSERT INTO main.\"" LITE_LEDGER "\" (\"hash\", \"created_at\") VALUES (?, ?)";
	struct lite_db *db = lite_of(base);
	sqlite3_stmt *statement sfs_auto(sqlite3_stmt) = NULL;
	int r = db->in_transaction ? 0 : lite_need_file(db, err);

	if (r == 0) {
		r = lite_run(db->conn, create, err);
	}
	if (r == 0) {
		r = lite_prepare(db->conn, query, &statement, err);
	}
	if (r < 0) {
		return r;
	}
	(void)sqlite3_bind_text(statement, 1, row->hash, -1, SQLITE_STATIC);
	(void)sqlite3_bind_int64(statement, 2, row->created_at);
	return sqlite3_step(statement) == SQLITE_DONE ? 0 : lite_error(db->conn, query, err);
}
