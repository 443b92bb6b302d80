// SPDX-License-Identifier: MIT
/*
 * A tool of the tests: `session DB` does to an empty database what the engine does with a driver, and
 * tests what comes back.
 */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "drivers/postgres/driver.h"

static const char *target;
static const struct sfs_driver *const driver = &sfs_postgres_driver;

static struct sfs_db *
open_db(const struct sfs_open_options *options)
{
	struct sfs_db *db = NULL;

	assert_int_equal(driver->open(target, options, &db, NULL), 0);
	return db;
}

static void
assert_fails(struct sfs_db *db, const char *sql, int errnum, const char *words)
{
	sfs_auto(error) struct sfs_error err = SFS_ERROR_INIT;

	assert_int_equal(driver->exec(db, sql, &err), -errnum);
	assert_int_equal(err.errnum, errnum);
	assert_non_null(strstr(err.message, words));
}

static void
assert_runs(struct sfs_db *db, const char *sql)
{
	assert_int_equal(driver->exec(db, sql, NULL), 0);
}

static char *
fingerprint(struct sfs_db *db)
{
	char *text = NULL;

	assert_int_equal(driver->fingerprint(db, &text, NULL), 0);
	return text;
}

/* Every kind of DDL, and nothing but DDL, changes the fingerprint. */
static void
fingerprint_moves(void **state)
{
	static const char *const changes[] = {
		"CREATE TABLE f (a int, b text)",
		"COMMENT ON COLUMN f.a IS 'x'",
		"COMMENT ON COLUMN f.a IS NULL",
		"GRANT SELECT ON f TO PUBLIC",
		"GRANT SELECT (a) ON f TO PUBLIC",
		"ALTER TABLE f ALTER a SET DEFAULT 1",
		"ALTER TABLE f ALTER a SET DEFAULT 2",
		"ALTER TABLE f ALTER b SET STATISTICS 10",
		"ALTER TABLE f RENAME b TO c",
		"CREATE SEQUENCE s",
		"ALTER SEQUENCE s OWNED BY f.a",
		"ALTER SEQUENCE s OWNED BY NONE",
		"ALTER SEQUENCE s INCREMENT 2",
		"CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT 1'",
		"CREATE OR REPLACE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT 2'",
		"ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC",
		"ALTER DEFAULT PRIVILEGES REVOKE SELECT ON TABLES FROM PUBLIC",
		"CREATE INDEX i ON f (a)",
		"ALTER TABLE f CLUSTER ON i",
		"CREATE TYPE e AS ENUM ('a')",
		"ALTER TYPE e ADD VALUE 'b'",
		"ALTER TABLE f ENABLE ROW LEVEL SECURITY",
		"DROP FUNCTION g()",
		"DROP TYPE e",
		"DROP TABLE f",
		"DROP SEQUENCE s",
	};
	struct sfs_db *looks = open_db(NULL), *writes = open_db(NULL);
	char *before = fingerprint(looks);

	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		assert_runs(writes, changes[i]);
		char *after = fingerprint(looks);

		if (strcmp(before, after) == 0) {
			fail_msg("not seen: %s", changes[i]);
		}
		free(before);
		before = after;
	}
	assert_runs(writes, "CREATE TEMPORARY TABLE nobody_sees (a int) ON COMMIT DROP");
	free(before);
	before = fingerprint(looks);
	char *after = fingerprint(looks);

	assert_string_equal(before, after);
	free(before);
	free(after);
	driver->close(looks);
	driver->close(writes);
	(void)state;
}

static void
transactions_hold(void **state)
{
	struct sfs_db *db = open_db(NULL);
	struct sfs_catalog *catalog = NULL;
	struct sfs_identity id = { .kind = SFS_TABLE, .namespace = "public", .name = "held" };
	struct sfs_scope scope = { .objects = &id, .n_objects = 1 };

	assert_int_equal(driver->begin(db, false, NULL), 0);
	/* Without a namespace a name means what it means in psql, also after a read. */
	assert_runs(db, "CREATE TABLE held (a serial)");
	assert_int_equal(driver->read(db, &scope, &catalog, NULL), 0);
	assert_non_null(sfs_catalog_find(catalog, &id));
	sfs_catalog_destroy(catalog);
	assert_runs(db, "ALTER TABLE held ADD b int");
	assert_int_equal(driver->end(db, false, NULL), 0);
	assert_int_equal(driver->read(db, &scope, &catalog, NULL), 0);
	assert_null(sfs_catalog_find(catalog, &id));
	sfs_catalog_destroy(catalog);

	/* A failed statement can not be committed over. */
	assert_int_equal(driver->begin(db, false, NULL), 0);
	assert_fails(db, "CREATE TABEL held ()", EINVAL, "syntax error");
	assert_int_not_equal(driver->end(db, true, NULL), 0);
	assert_int_equal(driver->begin(db, false, NULL), 0);
	assert_fails(db, "COMMIT", EINVAL, "ends the transaction");
	assert_int_equal(driver->end(db, false, NULL), 0);
	assert_fails(db, "BEGIN", EINVAL, "opens a transaction");

	/* What a script set does not outlive it. */
	assert_runs(db, "SET standard_conforming_strings = off");
	assert_int_equal(driver->read(db, NULL, &catalog, NULL), 0);
	sfs_catalog_destroy(catalog);
	assert_fails(db, "COPY pg_class TO STDOUT", EINVAL, "COPY");
	assert_fails(db, "COPY pg_class FROM STDIN", EINVAL, "COPY");
	assert_runs(db, "SELECT 1");
	driver->close(db);
	(void)state;
}

static void
errors_say_what(void **state)
{
	struct sfs_db *db = open_db(NULL);
	sfs_auto(error) struct sfs_error err = SFS_ERROR_INIT;

	assert_runs(db, "CREATE TABLE base (a int PRIMARY KEY)");
	assert_runs(db, "CREATE VIEW upon AS SELECT a FROM base");
	assert_int_equal(driver->exec(db, "DROP TABLE base", &err), -EBUSY);
	assert_string_equal(err.sqlstate, "2BP01");
	assert_non_null(strstr(err.detail, "upon"));
	assert_int_equal(driver->exec(db, "SELECT 'é',\n nosuch", &err), -EINVAL);
	assert_int_equal(err.line, 2);
	assert_int_equal(err.column, 2);
	assert_fails(db, "CREATE TABLE base ()", EEXIST, "already exists");
	assert_fails(db, "DROP TABLE nosuch", ENOENT, "does not exist");
	assert_fails(db, "SET statement_timeout = 20; SELECT pg_sleep(5)", ETIMEDOUT, "timeout");
	assert_runs(db, "DROP VIEW upon");

	/* A lock that does not come. */
	struct sfs_db *other = open_db(&(struct sfs_open_options){ .lock_timeout_ms = 50 });

	assert_int_equal(driver->begin(db, false, NULL), 0);
	assert_runs(db, "LOCK TABLE base");
	assert_fails(other, "ALTER TABLE base ADD b int", EBUSY, "lock timeout");
	assert_int_equal(driver->end(db, false, NULL), 0);
	assert_runs(db, "DROP TABLE base");
	driver->close(other);
	driver->close(db);
	(void)state;
}

static void
read_only_is_kept(void **state)
{
	struct sfs_db *db = open_db(&(struct sfs_open_options){ .read_only = true });

	assert_true(driver->is_read_only(db));
	assert_fails(db, "CREATE TABLE t ()", EROFS, "read-only");
	driver->close(db);
	(void)state;
}

static void
connections_fail_without_secrets(void **state)
{
	static const char *const targets[] = {
		"postgresql://me:s3cret@localhost:1/shop",
		"host=localhost port=1 user=me password=s3cret",
		"postgresql://me:s3cret@localhost:port/shop",
		"host=localhost port=1 password='s3cret' nosuch=1",
	};

	for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
		sfs_auto(error) struct sfs_error err = SFS_ERROR_INIT;
		struct sfs_db *db = NULL;

		assert_int_not_equal(driver->open(targets[i], NULL, &db, &err), 0);
		assert_null(db);
		sfs_auto(free) char *text = sfs_error_format(&err);

		assert_null(strstr(text, "s3cret"));
	}
	(void)state;
}

static void
ledger_is_drizzles(void **state)
{
	struct sfs_db *db = open_db(NULL);
	struct sfs_ledger_rows rows = { 0 };
	struct sfs_ledger_row row = { .hash = "00ff", .created_at = 1700000000123 };
	struct sfs_catalog *catalog = NULL;

	assert_int_equal(driver->ledger_read(db, &rows, NULL), 0);
	assert_int_equal(rows.len, 0);
	assert_int_equal(driver->ledger_append(db, &row, NULL), 0);
	assert_int_equal(driver->ledger_read(db, &rows, NULL), 0);
	assert_int_equal(rows.len, 1);
	assert_string_equal(rows.items[0].hash, "00ff");
	assert_true(rows.items[0].created_at == 1700000000123);
	sfs_vec_finish(&rows);
	/* It is ours, and no part of the schema. */
	assert_int_equal(driver->read(db, NULL, &catalog, NULL), 0);
	sfs_vec_foreach (object, &catalog->objects) {
		assert_string_not_equal(
			(*object)->id.namespace ? (*object)->id.namespace : "", "drizzle");
	}
	sfs_catalog_destroy(catalog);
	assert_runs(db, "DROP SCHEMA drizzle CASCADE");
	driver->close(db);
	(void)state;
}

static void
one_works_at_a_time(void **state)
{
	struct sfs_db *a = open_db(NULL), *b = open_db(NULL);

	assert_int_equal(driver->lock(a, 0, NULL), 0);
	assert_int_equal(driver->lock(b, 60, NULL), -EBUSY);
	driver->unlock(a);
	assert_int_equal(driver->lock(b, 1000, NULL), 0);
	driver->close(b); /* gives it back */
	assert_int_equal(driver->lock(a, 1000, NULL), 0);
	driver->close(a);
	(void)state;
}

static void *
cancel_soon(void *db)
{
	(void)nanosleep(&(struct timespec){ 0, 200000000 }, NULL);
	driver->cancel(db);
	return NULL;
}

static void
what_runs_is_cancelled(void **state)
{
	struct sfs_db *db = open_db(NULL);
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, cancel_soon, db), 0);
	assert_fails(db, "SELECT pg_sleep(20)", EINTR, "cancel");
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_runs(db, "SELECT 1");
	driver->close(db);
	(void)state;
}

static void
lost_connections_come_back(void **state)
{
	struct sfs_db *db = open_db(NULL), *other = open_db(NULL);
	struct sfs_catalog *catalog = NULL;
	sfs_auto(error) struct sfs_error err = SFS_ERROR_INIT;

	assert_runs(other, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <>"
			   " pg_backend_pid() AND application_name = 'schemafs'"
			   " AND datname = current_database()");
	(void)nanosleep(&(struct timespec){ 0, 100000000 }, NULL);
	assert_int_equal(driver->read(db, NULL, &catalog, &err), -EIO);
	assert_non_null(strstr(err.message, "lost the connection"));
	assert_int_equal(driver->read(db, NULL, &catalog, NULL), 0);
	sfs_catalog_destroy(catalog);
	driver->close(other);
	driver->close(db);
	(void)state;
}

static void
identity_stays(void **state)
{
	struct sfs_db *a = open_db(NULL), *b = open_db(NULL);

	assert_string_equal(driver->identity(a), driver->identity(b));
	assert_null(strchr(driver->identity(a), '/'));
	driver->close(a);
	driver->close(b);
	(void)state;
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fingerprint_moves),
		cmocka_unit_test(transactions_hold),
		cmocka_unit_test(errors_say_what),
		cmocka_unit_test(read_only_is_kept),
		cmocka_unit_test(connections_fail_without_secrets),
		cmocka_unit_test(ledger_is_drizzles),
		cmocka_unit_test(one_works_at_a_time),
		cmocka_unit_test(what_runs_is_cancelled),
		cmocka_unit_test(lost_connections_come_back),
		cmocka_unit_test(identity_stays),
	};

	if (argc != 2) {
		return 2;
	}
	target = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
