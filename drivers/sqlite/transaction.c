// SPDX-License-Identifier: MIT
/* Transactions that change the schema. */
#include <errno.h>
#include <string.h>

#include "drivers/sqlite/guard.h"
#include "drivers/sqlite/sandbox.h"
#include "drivers/sqlite/transaction.h"

enum { MAX_MADE_UP = 1000 };

/* Inside begin() .. end() nobody but us begins or ends a transaction. */
static int
authorize(void *data, int action, const char *a, const char *b, const char *c, const char *d)
{
	const struct lite_db *db = data;

	(void)a, (void)b, (void)c, (void)d;
	return action == SQLITE_TRANSACTION && !db->own_statement ? SQLITE_DENY : SQLITE_OK;
}

/* BEGIN, COMMIT or ROLLBACK, of our own. */
static int
run_own(struct lite_db *db, const char *sql, struct sfs_error *err)
{
	db->own_statement = true;
	int r = lite_run(db->conn, sql, err);
	db->own_statement = false;
	return r;
}

/*
 * With foreign keys on, DROP TABLE deletes the rows that refer to the table. The pragma does nothing
 * inside a transaction, and says so to nobody: so it is read back.
 */
static int
turn_off_foreign_keys(struct lite_db *db, struct sfs_error *err)
{
	int64_t on;
	int r = lite_number(db->conn, "PRAGMA foreign_keys", 0, &on, err);

	if (r < 0 || !on) {
		return r;
	}
	r = lite_run(db->conn, "PRAGMA foreign_keys = OFF", err);
	if (r == 0) {
		r = lite_number(db->conn, "PRAGMA foreign_keys", 1, &on, err);
	}
	if (r == 0 && on) {
		r = sfs_error_set(
			err, EBUSY, "foreign keys can not be turned off: a transaction is open");
	}
	db->restore_foreign_keys = r == 0;
	return r;
}

static void
restore(struct lite_db *db)
{
	(void)sqlite3_set_authorizer(db->conn, NULL, NULL);
	/* What was broken off may have left it on. */
	(void)sqlite3_db_config(db->conn, SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0, NULL);
	if (db->restore_foreign_keys) {
		(void)lite_run(db->conn, "PRAGMA foreign_keys = ON", NULL);
	}
	(void)lite_run(db->conn, "PRAGMA legacy_alter_table = OFF", NULL);
	db->restore_foreign_keys = db->in_transaction = false;
	lite_guard_destroy(db->guard);
	db->guard = NULL;
}

int
lite_begin(struct sfs_db *base, bool rebuilds, struct sfs_error *err)
{
	struct lite_db *db = lite_of(base);
	int r = lite_follow_file(db, err);

	if (r == 0) {
		r = lite_need_file(db, err);
	}
	if (r < 0) {
		return r;
	}
	if (db->in_transaction) {
		return sfs_error_set(err, EBUSY, "a transaction is open already");
	}
	if (rebuilds) {
		r = turn_off_foreign_keys(db, err);
	}
	if (r == 0) {
		r = run_own(db, "BEGIN IMMEDIATE", err);
	}
	if (r < 0) {
		restore(db);
		return r;
	}
	db->in_transaction = true;
	(void)sqlite3_set_authorizer(db->conn, authorize, db);
	if (rebuilds) {
		r = lite_guard_start(db->conn, &db->guard, err);
	}
	if (r < 0) {
		(void)lite_end(base, false, NULL);
	}
	return r;
}

static bool
starts_with_one_of(const char *sql, const char *const *words)
{
	struct sfs_lexer lexer;
	struct sfs_token token;

	sfs_lexer_init(&lexer, SFS_SQLITE, sql, strlen(sql));
	if (!sfs_lexer_word(&lexer, &token)) {
		return false;
	}
	for (; *words; words++) {
		if (sfs_token_is(sql, &token, *words)) {
			return true;
		}
	}
	return false;
}

/* CREATE, ALTER and DROP need functions to be there, not to run. */
static bool
is_definition(const char *sql)
{
	static const char *const words[] = { "CREATE", "ALTER", "DROP", NULL };

	return starts_with_one_of(sql, words);
}

/*
 * Migrations say COMMIT; PRAGMA foreign_keys = OFF; BEGIN; since the pragma does nothing inside the
 * transaction that drizzle runs them in. In ours foreign keys are off already: it stays one, and
 * whole.
 */
static bool
is_boundary(const char *sql)
{
	static const char *const words[] = { "BEGIN", "COMMIT", "END", NULL };

	return starts_with_one_of(sql, words);
}

static int run_definition(struct lite_db *db, const char *sql, struct sfs_error *err);

/*
 * Runs it with a collation that only an application knows, as long as there is nothing to compare: an
 * index of no rows has no order that could be another one.
 */
static int
run_with_collation(struct lite_db *db, const char *sql, struct sfs_error *err)
{
	bool asked;
	char *name = db->in_transaction ? lite_lend_collation(db->conn, &asked) : NULL;

	if (!name) {
		return -EINVAL;
	}
	int r = lite_run(db->conn, "SAVEPOINT __schemafs_collation", NULL);
	r = r < 0 ? r : run_definition(db, sql, err);
	if (r == 0 && asked) {
		r = sfs_error_set(err, EINVAL,
			"there are rows to be compared by collation %s, which is known to an "
			"application alone",
			name);
	}
	if (r < 0) {
		(void)lite_run(db->conn, "ROLLBACK TO __schemafs_collation", NULL);
	}
	(void)lite_run(db->conn, "RELEASE __schemafs_collation", NULL);
	lite_take_collation(db->conn, name);
	return r;
}

/* CREATE, ALTER or DROP, which may name what only an application has. */
static int
run_definition(struct lite_db *db, const char *sql, struct sfs_error *err)
{
	int r = lite_run(db->conn, sql, err);

	for (unsigned n = 0; r < 0 && n < MAX_MADE_UP && lite_make_up(db->conn, true); n++) {
		r = lite_run(db->conn, sql, err);
	}
	return r < 0 && strstr(sqlite3_errmsg(db->conn), "no such collation sequence: ")
		       ? run_with_collation(db, sql, err)
		       : r;
}

int
lite_exec(struct sfs_db *base, const char *sql, struct sfs_error *err)
{
	struct lite_db *db = lite_of(base);
	int r = db->in_transaction ? 0 : lite_need_file(db, err);

	if (db->in_transaction && is_boundary(sql)) {
		return 0;
	}
	if (r == 0 && db->guard) {
		r = lite_guard_statement(db->guard, db->conn, sql, err);
	}
	if (r < 0) {
		return r;
	}
	r = is_definition(sql) ? run_definition(db, sql, err) : lite_run(db->conn, sql, err);
	if (r == -EACCES && db->in_transaction && sqlite3_errcode(db->conn) == SQLITE_AUTH) {
		(void)sfs_error_set(err, EINVAL, "ROLLBACK can not stand in here");
		sfs_error_hint(err, "all statements run in one transaction, which is committed "
				    "when the last one succeeded");
		r = -EINVAL;
	}
	if (r == 0 && err) {
		sfs_error_finish(err);
	}
	return r;
}

int
lite_end(struct sfs_db *base, bool commit, struct sfs_error *err)
{
	struct lite_db *db = lite_of(base);
	int r = 0;

	if (commit && db->guard) {
		r = lite_guard_check(db->guard, db->conn, err);
	}
	if (commit && r == 0) {
		r = run_own(db, "COMMIT", err);
	}
	/* A failed COMMIT leaves the transaction open, other failures may have ended it. */
	if (!sqlite3_get_autocommit(db->conn)) {
		(void)run_own(db, "ROLLBACK", NULL);
	}
	restore(db);
	return r;
}
