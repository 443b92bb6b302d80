// SPDX-License-Identifier: MIT
/* sqlite_schema read as the plain table that it is. */
#include "drivers/sqlite/schema.h"

#include <string.h>

#include "drivers/sqlite/connection.h"

/* What is needed of a file's header: https://www.sqlite.org/fileformat2.html, section 1.3. */
enum {
	HEADER_LEN = 100,
	WRITE_VERSION_AT = 18,
	LOGGED = 2,
	ENCODING_AT = 56,
	UTF8 = 1,
};

/* What the file begins with; false when it is no database yet. */
static bool
read_header(sqlite3 *conn, unsigned char ret_header[HEADER_LEN])
{
	static const char magic[] = "SQLite format 3";
	sqlite3_file *file = NULL;

	/* Opened once more and closed, the file would lose the locks that SQLite has on it. */
	return sqlite3_file_control(conn, "main", SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK &&
	       file && file->pMethods &&
	       file->pMethods->xRead(file, ret_header, HEADER_LEN, 0) == SQLITE_OK &&
	       memcmp(ret_header, magic, sizeof magic) == 0;
}

bool
lite_is_logged(sqlite3 *conn)
{
	unsigned char header[HEADER_LEN];

	return read_header(conn, header) && header[WRITE_VERSION_AT] == LOGGED;
}

/*
 * The encoding of a file is told by its schema being read; unread it counts as UTF-8. A file that is
 * empty yet, its first page in the log beside it, is none that we know of.
 */
static bool
is_utf8(sqlite3 *conn)
{
	static const unsigned char encoding[] = { 0, 0, 0, UTF8 };
	unsigned char header[HEADER_LEN];

	return read_header(conn, header) &&
	       memcmp(header + ENCODING_AT, encoding, sizeof encoding) == 0;
}

/*
 * SQLite's shell opens a table by its root page in the same way (.imposter). `busy` keeps SQLite
 * from reading the schema; a page without it makes it forget what was made meanwhile.
 */
static bool
impose(sqlite3 *conn, int busy)
{
	return sqlite3_test_control(SQLITE_TESTCTRL_IMPOSTER, conn, "main", busy, 1) == SQLITE_OK;
}

int
lite_schema_prepare(
	sqlite3 *conn, const char *sql, sqlite3_stmt **ret_statement, struct sfs_error *err)
{
	static const char table[] = "CREATE TABLE x(type, name, tbl_name, rootpage, sql)";
	sqlite3_stmt *statement = NULL;

	if (!is_utf8(conn) || !impose(conn, 1)) {
		return lite_prepare(conn, sql, ret_statement, err);
	}
	/* A table at page 1 is called sqlite_schema; there is one where the schema was read before. */
	bool imposed = sqlite3_exec(conn, table, NULL, NULL, NULL) == SQLITE_OK;
	if (imposed) {
		imposed = sqlite3_prepare_v2(conn, sql, -1, &statement, NULL) == SQLITE_OK;
		(void)impose(conn, 0);
	} else {
		(void)sqlite3_test_control(SQLITE_TESTCTRL_IMPOSTER, conn, "main", 0, 0);
	}
	if (!imposed) {
		return lite_prepare(conn, sql, ret_statement, err);
	}
	*ret_statement = statement;
	return 0;
}

int
lite_schema_step(sqlite3_stmt *statement)
{
	int rc = sqlite3_step(statement);

	return rc == SQLITE_ROW || rc == SQLITE_DONE ? rc : sqlite3_reset(statement);
}

int
lite_schema_number(sqlite3 *conn, const char *sql, int64_t fallback, int64_t *ret_number,
	struct sfs_error *err)
{
	sqlite3_stmt *statement sfs_auto(sqlite3_stmt) = NULL;
	int r = lite_schema_prepare(conn, sql, &statement, err);

	if (r < 0) {
		return r;
	}
	int rc = lite_schema_step(statement);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE) {
		return lite_error(conn, sql, err);
	}
	*ret_number = rc == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : fallback;
	return 0;
}
