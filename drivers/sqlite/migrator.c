// SPDX-License-Identifier: MIT
/* What running migrations asks of SQLite. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "drivers/sqlite/connection.h"
#include "drivers/sqlite/ledger.h"
#include "drivers/sqlite/transaction.h"
#include "sql/quote.h"

static char *
beside(struct sfs_db *db, const char *name)
{
	struct sfs_str table = SFS_STR_INIT;

	(void)db;
	sfs_quote_qualified(&table, SFS_SQLITE, "main", name);
	return sfs_str_steal(&table);
}

/* The name in "main.name" or "name", as SQLite holds it. */
static char *
name_of(const char *table)
{
	struct sfs_lexer lexer;
	struct sfs_token token;
	struct sfs_str name = SFS_STR_INIT;

	sfs_lexer_init(&lexer, SFS_SQLITE, table, strlen(table));
	while (sfs_lexer_word(&lexer, &token)) {
		if (token.type == SFS_TOKEN_OPERATOR) {
			continue;
		}
		sfs_str_truncate(&name, 0);
		sfs_unquote_name(&name, SFS_SQLITE, table + token.offset, token.len);
	}
	return sfs_str_steal(&name);
}

static int
exists(struct sfs_db *base, const char *table, bool *ret_exists, struct sfs_error *err)
{
	struct lite_db *db = lite_of(base);
	char *name sfs_auto(free) = name_of(table);
	int r = lite_follow_file(db, err);

	if (r == 0) {
		r = lite_ledger_exists(db, name, ret_exists, err);
	}
	return r;
}

static int
rows(struct sfs_db *base, const char *sql, struct sfs_texts *out, struct sfs_error *err)
{
	struct lite_db *db = lite_of(base);
	sqlite3_stmt *statement sfs_auto(sqlite3_stmt) = NULL;
	int r = lite_prepare(db->conn, sql, &statement, err), rc;

	if (r < 0) {
		return r;
	}
	while ((rc = sqlite3_step(statement)) == SQLITE_ROW) {
		for (int i = 0; i < sqlite3_column_count(statement); i++) {
			const char *text = (const char *)sqlite3_column_text(statement, i);

			sfs_vec_push(out, sfs_strdup(text));
		}
	}
	return rc == SQLITE_DONE ? 0 : lite_error(db->conn, sql, err);
}

/* ---- keys ---- */

/* A column could be called rowid; SQLite has three names for it. */
static const char *
rowid_name(sqlite3 *conn, const char *table)
{
	static const char *const names[] = { "rowid", "_rowid_", "oid" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct sfs_str query sfs_auto(str) = SFS_STR_INIT;
		int64_t taken = 0;

		sfs_str_add(&query, "SELECT count(*) FROM pragma_table_xinfo(");
		sfs_quote_literal(&query, SFS_SQLITE, table);
		sfs_str_addf(&query, ", 'main') WHERE name = '%s' COLLATE NOCASE", names[i]);
		if (lite_number(conn, sfs_str_text(&query), 0, &taken, NULL) == 0 && !taken) {
			return names[i];
		}
	}
	return NULL;
}

static int
read_primary(struct sfs_db *base, const char *table, struct sfs_texts *facts, struct sfs_error *err)
{
	struct sfs_str query sfs_auto(str) = SFS_STR_INIT;

	/* Of a table without rowid, no part of the key is ever null. */
	sfs_str_add(&query, "SELECT c.name, c.type, c.\"notnull\" OR l.wr, l.wr, l.type"
			    " FROM pragma_table_list AS l LEFT JOIN pragma_table_xinfo(l.name,"
			    " 'main') AS c ON c.pk > 0 WHERE l.schema = 'main' AND l.name = ");
	sfs_quote_literal(&query, SFS_SQLITE, table);
	sfs_str_add(&query, " COLLATE NOCASE ORDER BY c.pk");
	return rows(base, sfs_str_text(&query), facts, err);
}

enum { NAME, TYPE, NOT_NULL, WITHOUT_ROWID, KIND, N_FACTS };

static bool
is_set(const char *text)
{
	return text && strcmp(text, "0") != 0;
}

/* INTEGER PRIMARY KEY is the rowid, a whole key that is never null is as good, else the rowid. */
static int
key(struct sfs_db *base, const char *table, struct sfs_texts *ret_columns, struct sfs_error *err)
{
	char *name sfs_auto(free) = name_of(table);
	struct sfs_texts facts sfs_auto(texts) = { 0 };
	int r = read_primary(base, name, &facts, err);
	size_t n = facts.len / N_FACTS;
	bool whole = n > 0 && facts.items[NAME];

	if (r < 0) {
		return r;
	}
	if (!n || strcmp(facts.items[KIND], "table") != 0) {
		return sfs_error_set(err, n ? EINVAL : ENOENT, "%s is no table", table);
	}
	bool is_rowid = n == 1 && facts.items[TYPE] &&
			strcasecmp(facts.items[TYPE], "INTEGER") == 0 &&
			!is_set(facts.items[WITHOUT_ROWID]);
	for (size_t i = 0; i < n; i++) {
		whole &= is_rowid || is_set(facts.items[i * N_FACTS + NOT_NULL]);
	}
	for (size_t i = 0; whole && i < n; i++) {
		sfs_vec_push(ret_columns, sfs_strdup(facts.items[i * N_FACTS + NAME]));
	}
	if (!whole) {
		const char *rowid = rowid_name(lite_of(base)->conn, name);
		if (!rowid) {
			return sfs_error_set(err, EINVAL, "%s has no key", table);
		}
		sfs_vec_push(ret_columns, sfs_strdup(rowid));
	}
	return 0;
}

static int
combines(struct sfs_db *base, const struct sfs_texts *functions, bool *ret_combines,
	struct sfs_error *err)
{
	struct sfs_str query sfs_auto(str) = SFS_STR_INIT;
	int64_t n = 0;
	int r = 0;

	sfs_str_add(&query, "SELECT count(*) FROM pragma_function_list WHERE type <> 's'"
			    " AND name COLLATE NOCASE IN (");
	for (size_t i = 0; i < functions->len; i++) {
		sfs_str_add(&query, i ? ", " : "");
		sfs_quote_literal(&query, SFS_SQLITE, functions->items[i]);
	}
	sfs_str_addc(&query, ')');
	if (functions->len) {
		r = lite_number(lite_of(base)->conn, sfs_str_text(&query), 0, &n, err);
	}
	*ret_combines = n > 0;
	return r;
}

/* ---- outside of transactions ---- */

/* VACUUM and the like can be run as often as one wants. */
static int
revisit(struct sfs_db *db, const struct sfs_outside *what, bool begun, bool *ret_done,
	struct sfs_error *err)
{
	(void)db, (void)what, (void)begun, (void)err;
	*ret_done = false;
	return 0;
}

static int
run_outside(struct sfs_db *db, const struct sfs_outside *what, struct sfs_error *err)
{
	return lite_exec(db, what->sql, err);
}

const struct sfs_migrator lite_migrator = {
	.place = lite_ledger_place,
	.make = lite_ledger_make,
	.beside = beside,
	.exists = exists,
	.rows = rows,
	.key = key,
	.combines = combines,
	.revisit = revisit,
	.run_outside = run_outside,
};
