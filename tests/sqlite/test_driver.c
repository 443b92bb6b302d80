// SPDX-License-Identifier: MIT
/* The SQLite driver by its struct of functions: files, locks, transactions, the ledger. */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "drivers/driver.h"
#include "drivers/sqlite/connection.h"
#include "unit/unit.h"

static const struct sfs_driver *const driver = &sfs_sqlite_driver;

struct place {
	char directory[64];
	char target[96];
	const char *path; /* in `target` */
};

static int
make_place(void **state)
{
	struct place *place = sfs_alloc(sizeof *place);

	(void)snprintf(place->directory, sizeof place->directory, "/tmp/schemafs-XXXXXX");
	assert_non_null(mkdtemp(place->directory));
	(void)snprintf(place->target, sizeof place->target, "sqlite:%s/a.db", place->directory);
	place->path = place->target + strlen("sqlite:");
	assert_int_equal(setenv("XDG_STATE_HOME", place->directory, 1), 0);
	*state = place;
	return 0;
}

static int
remove_place(void **state)
{
	struct place *place = *state;
	char *command = sfs_asprintf("rm -rf '%s'", place->directory);

	assert_int_equal(system(command), 0);
	free(command);
	free(place);
	return 0;
}

/* Makes the file, with what another program writes into it. */
static void
write_file(const struct place *place, const char *sql)
{
	sqlite3 *conn;

	assert_int_equal(sqlite3_open(place->path, &conn), SQLITE_OK);
	assert_int_equal(sqlite3_exec(conn, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(conn), SQLITE_OK);
}

static char *
read_text(const struct place *place, const char *sql)
{
	sqlite3 *conn;
	sqlite3_stmt *statement;

	assert_int_equal(sqlite3_open(place->path, &conn), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(conn, sql, -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	char *text = sfs_strdup((const char *)sqlite3_column_text(statement, 0));
	(void)sqlite3_finalize(statement);
	(void)sqlite3_close(conn);
	return text;
}

static struct sfs_db *
open_db(const struct place *place, bool read_only)
{
	struct sfs_db *db;
	struct sfs_error err sfs_auto(error) = SFS_ERROR_INIT;
	struct sfs_open_options options = { .read_only = read_only, .lock_timeout_ms = 100 };

	assert_int_equal(driver->open(place->target, &options, &db, &err), 0);
	return db;
}

static size_t
count_objects(struct sfs_db *db)
{
	struct sfs_catalog *catalog sfs_auto(catalog) = NULL;

	assert_int_equal(driver->read(db, &(struct sfs_scope){ 0 }, &catalog, NULL), 0);
	return catalog->objects.len;
}

/* ---- files ---- */

static void
test_accepts(void **state)
{
	struct place *place = *state;
	char *script = sfs_asprintf("%s/empty.sql", place->directory);

	assert_true(driver->accepts("sqlite:anything"));
	assert_true(driver->accepts("sqlite::memory:"));
	assert_true(driver->accepts("file:local.db?mode=ro"));
	assert_false(driver->accepts("postgresql:///x"));
	assert_false(driver->accepts("dbname=x"));
	assert_false(driver->accepts(place->path));
	write_file(place, "CREATE TABLE t (a)");
	assert_true(driver->accepts(place->path));
	assert_false(driver->accepts(place->directory));
	FILE *file = fopen(script, "w");
	assert_non_null(file);
	(void)fclose(file);
	assert_false(driver->accepts(script));
	free(script);
}

/* To look at a file that is not there makes none; to write does. */
static void
test_new_file(void **state)
{
	struct place *place = *state;
	struct sfs_db *db = open_db(place, false);

	assert_int_equal(count_objects(db), 1);
	assert_int_not_equal(access(place->path, F_OK), 0);
	assert_int_equal(driver->begin(db, false, NULL), 0);
	assert_int_equal(driver->exec(db, "CREATE TABLE t (a)", NULL), 0);
	assert_int_equal(driver->end(db, true, NULL), 0);
	assert_int_equal(access(place->path, F_OK), 0);
	assert_int_equal(count_objects(db), 3);
	driver->close(db);
}

static void
test_not_a_database(void **state)
{
	struct place *place = *state;
	struct sfs_error err sfs_auto(error) = SFS_ERROR_INIT;
	struct sfs_db *db;
	FILE *file = fopen(place->path, "w");

	for (int i = 0; i < 1000; i++) {
		(void)fputs("this is no database\n", file);
	}
	(void)fclose(file);
	assert_int_equal(driver->open(place->target, NULL, &db, &err), -EINVAL);
	assert_int_equal(driver->open("sqlite:/no/such/place/a.db", NULL, &db, &err), -ENOENT);
}

static void
test_read_only(void **state)
{
	struct place *place = *state;
	struct sfs_error err sfs_auto(error) = SFS_ERROR_INIT;

	write_file(place, "CREATE TABLE t (a)");
	struct sfs_db *db = open_db(place, true);
	assert_true(driver->is_read_only(db));
	assert_int_equal(driver->begin(db, false, &err), -EROFS);
	assert_int_equal(driver->exec(db, "DROP TABLE t", &err), -EROFS);
	assert_int_equal(
		driver->ledger_append(db, &(struct sfs_ledger_row){ .hash = "x" }, &err), -EROFS);
	assert_int_equal(count_objects(db), 3);
	driver->close(db);
}

static void
test_identity(void **state)
{
	struct place *place = *state;
	char directory[PATH_MAX];

	write_file(place, "CREATE TABLE t (a)");
	struct sfs_db *one = open_db(place, false), *other;
	assert_non_null(getcwd(directory, sizeof directory));
	assert_int_equal(chdir(place->directory), 0);
	assert_int_equal(driver->open("sqlite:./a.db", NULL, &other, NULL), 0);
	assert_string_equal(driver->identity(one), driver->identity(other));
	assert_null(strchr(driver->identity(one), '/'));
	driver->close(other);
	assert_int_equal(chdir(directory), 0);
	driver->close(one);
}

static void
expect_fingerprint(struct sfs_db *db, char **known, bool same)
{
	char *now;

	assert_int_equal(driver->fingerprint(db, &now, NULL), 0);
	assert_int_equal(*known && strcmp(*known, now) == 0, same);
	free(*known);
	*known = now;
}

static void
test_fingerprint(void **state)
{
	struct place *place = *state;
	char *known = NULL;

	write_file(place, "CREATE TABLE t (a)");
	struct sfs_db *db = open_db(place, false);
	expect_fingerprint(db, &known, false);
	expect_fingerprint(db, &known, true);
	write_file(place, "INSERT INTO t VALUES (1)");
	expect_fingerprint(db, &known, true);
	write_file(place, "ALTER TABLE t ADD COLUMN b");
	expect_fingerprint(db, &known, false);
	/* Another file in its place, as a restore from a backup makes it. */
	char *other = sfs_asprintf("%s.new", place->path);
	assert_int_equal(rename(place->path, other), 0);
	write_file(place, "CREATE TABLE u (a); CREATE TABLE v (a);");
	expect_fingerprint(db, &known, false);
	assert_int_equal(count_objects(db), 5);
	free(other);
	free(known);
	driver->close(db);
}

/* ---- transactions ---- */

static void
test_transaction(void **state)
{
	struct place *place = *state;
	struct sfs_error err sfs_auto(error) = SFS_ERROR_INIT;

	write_file(place, "CREATE TABLE t (a)");
	struct sfs_db *db = open_db(place, false);
	assert_int_equal(driver->begin(db, false, &err), 0);
	assert_int_equal(driver->exec(db, "CREATE TABLE u (a)", &err), 0);
	/* What would break the transaction open does not. */
	assert_int_equal(driver->exec(db, "COMMIT", &err), 0);
	assert_int_equal(driver->exec(db, "BEGIN TRANSACTION", &err), 0);
	assert_int_equal(driver->exec(db, "ROLLBACK", &err), -EINVAL);
	assert_int_equal(driver->exec(db, "SELECT 1; COMMIT", &err), -EINVAL);
	assert_int_equal(driver->exec(db, "CREATE TABLE u (a)", &err), -EEXIST);
	assert_int_equal(driver->exec(db, "SELECT * FROM nowhere", &err), -ENOENT);
	assert_int_equal(count_objects(db), 5);
	assert_int_equal(driver->end(db, false, &err), 0);
	assert_int_equal(count_objects(db), 3);
	/* And afterwards a person's own statements may do what they want. */
	assert_int_equal(driver->exec(db, "BEGIN; CREATE TABLE u (a); COMMIT", &err), 0);
	assert_int_equal(count_objects(db), 5);
	driver->close(db);
}

static void
test_foreign_keys_off_and_on(void **state)
{
	struct place *place = *state;
	struct sfs_error err sfs_auto(error) = SFS_ERROR_INIT;

	write_file(place, "CREATE TABLE p (id INTEGER PRIMARY KEY);"
			  "CREATE TABLE c (p INTEGER REFERENCES p ON DELETE CASCADE);"
			  "INSERT INTO p VALUES (1); INSERT INTO c VALUES (1);");
	struct sfs_db *db = open_db(place, false);
	assert_int_equal(driver->exec(db, "PRAGMA foreign_keys = ON", &err), 0);
	assert_int_equal(driver->begin(db, true, &err), 0);
	assert_int_equal(driver->exec(db, "DROP TABLE p", &err), 0);
	assert_int_equal(driver->end(db, true, &err), -EINVAL);
	assert_non_null(strstr(err.message, "foreign key violated"));
	assert_int_equal(count_objects(db), 7);
	/* On again: the cascade is the person's own will now. */
	assert_int_equal(driver->exec(db, "DELETE FROM p", &err), 0);
	char *rows = read_text(place, "SELECT count(*) FROM c");
	assert_string_equal(rows, "0");
	free(rows);
	driver->close(db);
}

static void
test_busy(void **state)
{
	struct place *place = *state;
	struct sfs_error err sfs_auto(error) = SFS_ERROR_INIT;
	sqlite3 *conn;

	write_file(place, "CREATE TABLE t (a)");
	struct sfs_db *db = open_db(place, false);
	assert_int_equal(sqlite3_open(place->path, &conn), SQLITE_OK);
	assert_int_equal(sqlite3_exec(conn, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(driver->begin(db, true, &err), -EBUSY);
	assert_string_equal(err.sqlstate, "55P03");
	/* Reading goes on. */
	assert_int_equal(count_objects(db), 3);
	assert_int_equal(sqlite3_exec(conn, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(driver->begin(db, true, &err), 0);
	assert_int_equal(driver->end(db, true, &err), 0);
	(void)sqlite3_close(conn);
	driver->close(db);
}

static void *
cancel_soon(void *data)
{
	(void)usleep(100000);
	driver->cancel(data);
	return NULL;
}

static void
test_cancel(void **state)
{
	struct place *place = *state;
	struct sfs_error err sfs_auto(error) = SFS_ERROR_INIT;
	pthread_t thread;

	write_file(place, "CREATE TABLE t (a)");
	struct sfs_db *db = open_db(place, false);
	assert_int_equal(pthread_create(&thread, NULL, cancel_soon, db), 0);
	assert_int_equal(
		driver->exec(db,
			"WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n) "
			"INSERT INTO t SELECT i FROM n WHERE i < 0",
			&err),
		-EINTR);
	assert_int_equal(pthread_join(thread, NULL), 0);
	driver->close(db);
}

/* ---- one migrator at a time ---- */

static void
test_lock(void **state)
{
	struct place *place = *state;
	struct sfs_error err sfs_auto(error) = SFS_ERROR_INIT;
	struct sfs_db *one = open_db(place, false), *other = open_db(place, false);

	assert_int_equal(driver->lock(one, 0, &err), 0);
	assert_int_equal(driver->lock(one, 0, &err), 0);
	assert_int_equal(driver->lock(other, 120, &err), -EBUSY);
	assert_non_null(strstr(err.detail, "held by process"));
	driver->unlock(one);
	assert_int_equal(driver->lock(other, 0, &err), 0);
	/* A process that dies gives it back. */
	driver->close(other);
	assert_int_equal(driver->lock(one, 0, &err), 0);
	driver->close(one);
}

static void
test_ledger(void **state)
{
	struct place *place = *state;
	struct sfs_ledger_rows rows = { 0 };
	struct sfs_db *db = open_db(place, false);
	struct sfs_ledger_row late = { .hash = "bb", .created_at = 1700000000002 };
	struct sfs_ledger_row early = { .hash = "aa", .created_at = 1700000000001 };

	assert_int_equal(driver->ledger_read(db, &rows, NULL), 0);
	assert_int_equal(rows.len, 0);
	assert_int_not_equal(access(place->path, F_OK), 0);
	assert_int_equal(driver->ledger_append(db, &late, NULL), 0);
	assert_int_equal(driver->begin(db, true, NULL), 0);
	assert_int_equal(driver->ledger_append(db, &early, NULL), 0);
	assert_int_equal(driver->end(db, true, NULL), 0);
	assert_int_equal(driver->ledger_read(db, &rows, NULL), 0);
	assert_int_equal(rows.len, 2);
	assert_string_equal(rows.items[0].hash, "aa");
	assert_true(rows.items[1].created_at == late.created_at);
	sfs_vec_finish(&rows);
	/* To the byte as drizzle's own migrator leaves it. */
	char *text = read_text(
		place, "SELECT sql FROM sqlite_schema WHERE name = '__drizzle_migrations'");
	assert_string_equal(text,
		"CREATE TABLE \"__drizzle_migrations\" (\n\t\t\tid SERIAL PRIMARY KEY,\n"
		"\t\t\thash text NOT NULL,\n\t\t\tcreated_at numeric\n\t\t)");
	free(text);
	text = read_text(place, "SELECT group_concat(typeof(id) || typeof(created_at)) FROM "
				"__drizzle_migrations");
	assert_string_equal(text, "nullinteger,nullinteger");
	free(text);
	/* Our bookkeeping is no object. */
	assert_int_equal(count_objects(db), 1);
	driver->close(db);
}

/* ---- reading a part ---- */

static void
expect_part(struct sfs_db *db, const struct sfs_scope *scope)
{
	struct sfs_catalog *catalog sfs_auto(catalog) = NULL;
	struct sfs_str names sfs_auto(str) = SFS_STR_INIT;

	assert_int_equal(driver->read(db, scope, &catalog, NULL), 0);
	sfs_vec_foreach (object, &catalog->objects) {
		if (!(*object)->owner || (*object)->id.kind == SFS_INDEX) {
			sfs_str_separate(&names, " ");
			sfs_str_add(&names, (*object)->id.name);
		}
	}
	assert_string_equal(sfs_str_text(&names), "c p pi v w g i");
}

static void
test_scope(void **state)
{
	struct place *place = *state;
	struct sfs_catalog *known sfs_auto(catalog) = NULL;
	struct sfs_identity id = { .kind = SFS_TABLE, .namespace = "main", .name = "p" };
	struct sfs_scope scope = { .objects = &id, .n_objects = 1 };

	write_file(place,
		"CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE INDEX pi ON p (id);"
		"CREATE TABLE c (p INTEGER REFERENCES P); CREATE TABLE other (a TEXT DEFAULT 'p');"
		"CREATE VIEW v AS SELECT * FROM p; CREATE VIEW w AS SELECT * FROM v;"
		"CREATE VIEW z AS SELECT a AS p FROM other;"
		"CREATE TRIGGER g AFTER INSERT ON other BEGIN DELETE FROM p; END;"
		"CREATE TRIGGER h AFTER INSERT ON other BEGIN SELECT 1; END;"
		"CREATE TRIGGER i INSTEAD OF INSERT ON w BEGIN SELECT 1; END;");
	struct sfs_db *db = open_db(place, false);
	expect_part(db, &scope);

	/* Of what was read before it is the same, whatever came since. */
	assert_int_equal(driver->read(db, &(struct sfs_scope){ .texts = true }, &known, NULL), 0);
	write_file(place, "DROP VIEW w; CREATE VIEW x AS SELECT * FROM p");
	scope.known = known;
	expect_part(db, &scope);
	driver->close(db);
}

/* ---- sqlite_schema as a plain table ---- */

static void
test_encodings(void **state)
{
	static const char *const before[] = {
		"PRAGMA encoding = 'UTF-8'",
		"PRAGMA encoding = 'UTF-16le'",
		"PRAGMA encoding = 'UTF-16be'",
		"PRAGMA journal_mode = WAL",
	};
	struct place *place = *state;

	for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
		struct sfs_catalog *catalog sfs_auto(catalog) = NULL;
		struct sfs_identity id = {
			.kind = SFS_TABLE, .namespace = "main", .name = "t\xc3\xa4"
		};

		(void)unlink(place->path);
		write_file(place, before[i]);
		write_file(place, "CREATE TABLE t (a); CREATE VIEW v AS SELECT a FROM t");
		struct sfs_db *db = open_db(place, false);
		assert_int_equal(count_objects(db), 4);
		/* What others do shows, and the connection is as any other afterwards. */
		write_file(place, "ALTER TABLE t RENAME TO \"t\xc3\xa4\"");
		assert_int_equal(driver->read(db, &(struct sfs_scope){ 0 }, &catalog, NULL), 0);
		assert_non_null(sfs_catalog_find(catalog, &id));
		assert_int_equal(driver->exec(db, "CREATE INDEX i ON \"t\xc3\xa4\" (a)", NULL), 0);
		assert_int_equal(count_objects(db), 5);
		assert_int_equal(driver->exec(db, "INSERT INTO \"t\xc3\xa4\" VALUES (1)", NULL), 0);
		driver->close(db);
	}
}

/* Opening a database and reading it must not end the locks that its connection holds. */
static void
test_read_keeps_locks(void **state)
{
	struct place *place = *state;
	sqlite3 *conn;

	write_file(place, "CREATE TABLE t (a)");
	struct sfs_db *db = open_db(place, false);
	assert_int_equal(driver->begin(db, false, NULL), 0);
	assert_int_equal(driver->exec(db, "CREATE TABLE u (a)", NULL), 0);
	assert_int_equal(count_objects(db), 5);
	assert_int_equal(sqlite3_open(place->path, &conn), SQLITE_OK);
	assert_int_equal(sqlite3_exec(conn, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_BUSY);
	assert_int_equal(driver->end(db, false, NULL), 0);
	assert_int_equal(count_objects(db), 3);

	struct sfs_error err sfs_auto(error) = SFS_ERROR_INIT;
	struct sfs_catalog *catalog = NULL;
	assert_int_equal(sqlite3_exec(conn, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(driver->read(db, &(struct sfs_scope){ 0 }, &catalog, &err), -EBUSY);
	assert_string_equal(err.sqlstate, "55P03");
	(void)sqlite3_close(conn);
	driver->close(db);
}

/* SQLite's own reading of the schema takes the square of its size: where nothing is measured it is not done. */
static void
test_plan_leaves_schema(void **state)
{
	struct place *place = *state;
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;
	struct sfs_catalog *from sfs_auto(catalog) = NULL, *to sfs_auto(catalog) = NULL;
	struct sfs_diff diff sfs_auto(diff) = { 0 };
	struct sfs_plan plan sfs_auto(plan);
	const char text[] = "CREATE TABLE t1 (a INTEGER PRIMARY KEY, b TEXT, c TEXT);";
	const struct sfs_identity id = { SFS_TABLE, "main", NULL, "t1" };
	const struct sfs_source source = { "schema/main/tables/t1.sql", text, sizeof text - 1,
		&id };
	int used = 0, unused;

	for (int i = 0; i < 200; i++) {
		sfs_str_addf(&sql, "CREATE TABLE t%d (a INTEGER PRIMARY KEY, b TEXT);", i);
	}
	write_file(place, sfs_str_text(&sql));
	struct sfs_db *db = open_db(place, true);
	sqlite3 *conn = lite_of(db)->conn;
	sfs_plan_init(&plan);
	assert_int_equal(driver->read(db, &(struct sfs_scope){ .objects = &id, .n_objects = 1 },
				 &from, NULL),
		0);
	assert_int_equal(
		driver->evaluate(db, &(struct sfs_evaluation){ .sources = &source, .n_sources = 1 },
			&to, NULL),
		0);
	assert_int_equal(sfs_diff_make(from, to, NULL, &diff, NULL), 0);
	assert_int_equal(driver->plan(db, &diff, &plan, NULL), 0);
	assert_int_equal(plan.steps.len, 1);
	assert_string_equal(plan.steps.items[0].sql, "ALTER TABLE t1 ADD COLUMN c TEXT");
	assert_string_equal(plan.steps.items[0].lock, "EXCLUSIVE");
	(void)sqlite3_db_status(conn, SQLITE_DBSTATUS_SCHEMA_USED, &used, &unused, 0);
	assert_in_range(used, 0, 10000);

	/* It is what this looks at. */
	assert_int_equal(lite_run(conn, "SELECT * FROM t1", NULL), 0);
	(void)sqlite3_db_status(conn, SQLITE_DBSTATUS_SCHEMA_USED, &used, &unused, 0);
	assert_in_range(used, 20000, 10000000);
	driver->close(db);
}

#define UNIT(test) cmocka_unit_test_setup_teardown(test, make_place, remove_place)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT(test_accepts),
		UNIT(test_new_file),
		UNIT(test_not_a_database),
		UNIT(test_read_only),
		UNIT(test_identity),
		UNIT(test_fingerprint),
		UNIT(test_transaction),
		UNIT(test_foreign_keys_off_and_on),
		UNIT(test_busy),
		UNIT(test_cancel),
		UNIT(test_lock),
		UNIT(test_ledger),
		UNIT(test_scope),
		UNIT(test_encodings),
		UNIT(test_read_keeps_locks),
		UNIT(test_plan_leaves_schema),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
