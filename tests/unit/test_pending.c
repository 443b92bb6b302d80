// SPDX-License-Identifier: MIT
/* Migrations applied to a database that fails where it is told to. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "unit.h"

#include "base/digest.h"
#include "base/file.h"
#include "migrate/journal.h"
#include "migrate/pending.h"
#include "migrate/script.h"

/* A database that remembers what it was told. */
struct fake {
	struct sfs_db base;
	struct sfs_str told;         /* statements of the open transaction, a line each */
	struct sfs_str done;         /* what was committed */
	struct sfs_ledger_rows rows; /* committed */
	struct sfs_ledger_row row;   /* of the open transaction */
	bool has_row, rebuilds, locked, read_only;
	bool commit_fails;      /* nothing is committed, and it says so */
	bool commit_is_unheard; /* it is committed, and says that it failed */
	bool dead;              /* answers nothing any more */
};

static struct fake *
fake_of(struct sfs_db *db)
{
	return (struct fake *)db;
}

static bool
fake_is_read_only(struct sfs_db *db)
{
	return fake_of(db)->read_only;
}

static int
fake_begin(struct sfs_db *db, bool rebuilds, struct sfs_error *err)
{
	fake_of(db)->rebuilds = rebuilds;
	fake_of(db)->has_row = false;
	sfs_str_truncate(&fake_of(db)->told, 0);
	return 0;
}

/* A statement with `wrong` in it fails there. */
static int
fake_exec(struct sfs_db *db, const char *sql, struct sfs_error *err)
{
	const char *wrong = strstr(sql, "wrong");

	if (wrong) {
		int r = sfs_error_set(err, EINVAL, "syntax error");
		sfs_error_position(err, NULL, sql, (size_t)(wrong - sql));
		return r;
	}
	sfs_str_addf(&fake_of(db)->told, "%s\n", sql);
	return 0;
}

static int
fake_end(struct sfs_db *db, bool commit, struct sfs_error *err)
{
	struct fake *fake = fake_of(db);

	if (!commit) {
		return 0;
	}
	if (!fake->commit_fails) {
		sfs_str_add(&fake->done, sfs_str_text(&fake->told));
		sfs_vec_push(&fake->rows, fake->row);
	}
	if (fake->commit_fails || fake->commit_is_unheard) {
		return sfs_error_set(err, EIO, "the server is gone");
	}
	return 0;
}

static int
fake_ledger_read(struct sfs_db *db, struct sfs_ledger_rows *ret_rows, struct sfs_error *err)
{
	struct sfs_ledger_rows rows = { 0 };

	if (fake_of(db)->dead) {
		return sfs_error_set(err, EIO, "the server is gone");
	}
	sfs_vec_foreach (row, &fake_of(db)->rows) {
		sfs_vec_push(&rows, *row);
	}
	*ret_rows = rows;
	return 0;
}

static int
fake_ledger_append(struct sfs_db *db, const struct sfs_ledger_row *row, struct sfs_error *err)
{
	fake_of(db)->row = *row;
	fake_of(db)->has_row = true;
	return 0;
}

static int
fake_lock(struct sfs_db *db, unsigned timeout_ms, struct sfs_error *err)
{
	assert_false(fake_of(db)->locked);
	fake_of(db)->locked = true;
	return 0;
}

static void
fake_unlock(struct sfs_db *db)
{
	fake_of(db)->locked = false;
}

static const char *
fake_identity(struct sfs_db *db)
{
	(void)db;
	return "fake";
}

static struct sfs_driver fake_driver = {
	.name = "sqlite",
	.dialect = SFS_SQLITE,
	.identity = fake_identity,
	.is_read_only = fake_is_read_only,
	.begin = fake_begin,
	.exec = fake_exec,
	.end = fake_end,
	.ledger_read = fake_ledger_read,
	.ledger_append = fake_ledger_append,
	.lock = fake_lock,
	.unlock = fake_unlock,
};

struct world {
	struct fake db;
	char *folder;
	struct sfs_error err;
	char *tag;
};

static int
set_up(void **state)
{
	struct world *world = sfs_alloc(sizeof *world);

	world->db.base.driver = &fake_driver;
	fake_driver.dialect = SFS_SQLITE;
	fake_driver.name = "sqlite";
	world->folder = sfs_strdup("/tmp/sfs-pending-XXXXXX");
	assert_non_null(mkdtemp(world->folder));
	/* What was applied is kept below the state folder. */
	assert_int_equal(setenv("XDG_STATE_HOME", world->folder, 1), 0);
	*state = world;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *world = *state;

	assert_false(world->db.locked);
	assert_int_equal(sfs_file_remove(world->folder, NULL), 0);
	sfs_str_finish(&world->db.told);
	sfs_str_finish(&world->db.done);
	sfs_vec_finish(&world->db.rows);
	sfs_error_finish(&world->err);
	free(world->folder);
	free(world->tag);
	free(world);
	return 0;
}

static int
apply(struct world *world, const char *name, const char *text)
{
	sfs_error_finish(&world->err);
	free(sfs_steal(world->tag));
	return sfs_pending_apply(
		&world->db.base, world->folder, name, text, strlen(text), &world->tag, &world->err);
}

static char *
read_in_folder(const struct world *world, const char *name)
{
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;
	char *path sfs_auto(free) = sfs_file_join(world->folder, name);

	return sfs_file_read(path, 1 << 20, &text, NULL) < 0 ? NULL : sfs_str_steal(&text);
}

static void
expect_file(const struct world *world, const char *name, const char *expected)
{
	char *text sfs_auto(free) = read_in_folder(world, name);

	if (expected) {
		assert_non_null(text);
		assert_string_equal(text, expected);
	} else {
		assert_null(text);
	}
}

static void
expect_error(const struct world *world, const char *part)
{
	char *text sfs_auto(free) = sfs_error_format(&world->err);

	if (!strstr(text, part)) {
		fail_msg("%s does not say %s", text, part);
	}
}

static void
test_applies_and_records(void **state)
{
	static const char text[] = "CREATE TABLE a (x)\n--> statement-breakpoint\n"
				   "INSERT INTO a VALUES (';');SELECT 1;";
	struct world *world = *state;
	char hash[65];

	assert_int_equal(apply(world, "add a.sql", text), 0);
	assert_string_equal(world->tag, "0000_add a");
	assert_string_equal(sfs_str_text(&world->db.done),
		"CREATE TABLE a (x)\nINSERT INTO a VALUES (';')\nSELECT 1\n");
	expect_file(world, "0000_add a.sql", text);
	sfs_sha256(text, strlen(text), hash);
	assert_string_equal(world->db.rows.items[0].hash, hash);

	struct sfs_journal journal sfs_auto(journal) = { 0 };
	assert_int_equal(sfs_journal_read(world->folder, "sqlite", &journal, NULL), 0);
	assert_int_equal(journal.entries.len, 1);
	assert_int_equal(journal.entries.items[0].when, world->db.rows.items[0].created_at);
}

static void
test_numbers(void **state)
{
	struct world *world = *state;

	assert_int_equal(apply(world, "one.sql", "SELECT 1"), 0);
	assert_string_equal(world->tag, "0000_one");
	assert_int_equal(apply(world, "0001_two.sql", "SELECT 2"), 0);
	assert_string_equal(world->tag, "0001_two");
	assert_int_equal(apply(world, "0001_three.sql", "SELECT 3"), 0);
	assert_string_equal(world->tag, "0002_three");
	assert_int_equal(apply(world, "12_four.sql", "SELECT 4"), 0);
	assert_string_equal(world->tag, "0003_12_four");
	/* Each is later than the one before, however fast they come. */
	for (size_t i = 1; i < world->db.rows.len; i++) {
		assert_true(world->db.rows.items[i].created_at >
			    world->db.rows.items[i - 1].created_at);
	}
}

static void
test_numbers_by_time(void **state)
{
	struct world *world = *state;

	assert_int_equal(apply(world, "20240101000000_one.sql", "SELECT 1"), 0);
	assert_string_equal(world->tag, "0000_20240101000000_one");
	char *path sfs_auto(free) = sfs_file_join(world->folder, "meta/_journal.json");
	static const char text[] = "{\"version\":\"7\",\"dialect\":\"sqlite\",\"entries\":"
				   "[{\"idx\":0,\"when\":1,\"tag\":\"20240101000000_one\"}]}";
	assert_int_equal(sfs_file_write_fast(path, text, strlen(text), 0600, NULL), 0);
	assert_int_equal(apply(world, "20240202000000_two.sql", "SELECT 2"), 0);
	assert_string_equal(world->tag, "20240202000000_two");
	assert_int_equal(apply(world, "three.sql", "SELECT 3"), 0);
	assert_int_equal(strspn(world->tag, "0123456789"), 14);
}

static void
test_the_same_twice(void **state)
{
	struct world *world = *state;

	assert_int_equal(apply(world, "one.sql", "SELECT 1"), 0);
	assert_int_equal(apply(world, "two.sql", "SELECT 1"), -EEXIST);
	expect_error(world, "was applied on 20");
	expect_error(world, "0000_one.sql");
	assert_int_equal(world->db.rows.len, 1);
}

static void
test_position_of_a_failure(void **state)
{
	struct world *world = *state;

	assert_int_equal(
		apply(world, "x.sql", "SELECT 1;\n  SELECT a,\n    wrong;\nSELECT 2;"), -EINVAL);
	expect_error(world, "x.sql:3:5: syntax error");
	assert_int_equal(apply(world, "x.sql", "SELECT 1; SELECT wrong"), -EINVAL);
	expect_error(world, "x.sql:1:18: syntax error");
	assert_string_equal(sfs_str_text(&world->db.done), "");
	assert_int_equal(world->db.rows.len, 0);
	expect_file(world, "0000_x.sql", NULL);
	expect_file(world, ".0000_x.sql.applying", NULL);
	expect_file(world, "meta/_journal.json", NULL);
}

static void
test_a_commit_that_fails(void **state)
{
	struct world *world = *state;

	world->db.commit_fails = true;
	assert_int_equal(apply(world, "x.sql", "SELECT 1"), -EIO);
	expect_file(world, ".0000_x.sql.applying", NULL);
	expect_file(world, "0000_x.sql", NULL);
}

static void
test_a_commit_whose_answer_is_lost(void **state)
{
	struct world *world = *state;

	world->db.commit_is_unheard = true;
	assert_int_equal(apply(world, "x.sql", "SELECT 1"), 0);
	assert_string_equal(world->tag, "0000_x");
	expect_file(world, "0000_x.sql", "SELECT 1");
}

static int
die_at_end(struct sfs_db *db, bool commit, struct sfs_error *err)
{
	int r = fake_end(db, commit, err);

	fake_of(db)->dead = true;
	return r;
}

static void
test_a_server_that_dies_at_the_commit(void **state)
{
	struct world *world = *state;

	world->db.commit_is_unheard = true;
	fake_driver.end = die_at_end;
	assert_int_equal(apply(world, "x.sql", "SELECT 1"), -EIO);
	fake_driver.end = fake_end;
	expect_file(world, "0000_x.sql", NULL);

	/* It comes back, and it had committed: giving the file again ends what was begun. */
	world->db.dead = world->db.commit_is_unheard = false;
	assert_int_equal(apply(world, "x.sql", "SELECT 1"), 0);
	assert_string_equal(world->tag, "0000_x");
	expect_file(world, "0000_x.sql", "SELECT 1");
	expect_file(world, ".0000_x.sql.applying", NULL);
	assert_int_equal(world->db.rows.len, 1);

	/* So does another one. */
	world->db.commit_is_unheard = true;
	fake_driver.end = die_at_end;
	assert_int_equal(apply(world, "y.sql", "SELECT 2"), -EIO);
	fake_driver.end = fake_end;
	world->db.dead = world->db.commit_is_unheard = false;
	assert_int_equal(apply(world, "z.sql", "SELECT 3"), 0);
	assert_string_equal(world->tag, "0002_z");
	expect_file(world, "0001_y.sql", "SELECT 2");
}

static void
test_a_crash_before_the_commit(void **state)
{
	struct world *world = *state;
	char *path sfs_auto(free) = sfs_file_join(world->folder, ".0000_old.sql.applying");

	assert_int_equal(sfs_file_write_fast(path, "SELECT 9", 8, 0600, NULL), 0);
	assert_int_equal(apply(world, "new.sql", "SELECT 1"), 0);
	assert_string_equal(world->tag, "0000_new");
	expect_file(world, ".0000_old.sql.applying", NULL);
	expect_file(world, "0000_old.sql", NULL);
}

static void
test_a_folder_that_can_not_be_written(void **state)
{
	struct world *world = *state;
	char *meta sfs_auto(free) = sfs_file_join(world->folder, "meta");

	/* A file where the folder of the journal should be: found before anything is run. */
	assert_int_equal(sfs_file_write_fast(meta, "", 0, 0600, NULL), 0);
	assert_true(apply(world, "x.sql", "SELECT 1") < 0);
	assert_string_equal(sfs_str_text(&world->db.done), "");
	assert_int_equal(sfs_file_remove(meta, NULL), 0);
	assert_int_equal(apply(world, "x.sql", "SELECT 1"), 0);
}

static void
test_another_file_of_that_name(void **state)
{
	struct world *world = *state;
	char *path sfs_auto(free) = sfs_file_join(world->folder, "0000_x.sql");

	assert_int_equal(sfs_file_write_fast(path, "mine", 4, 0600, NULL), 0);
	assert_int_equal(apply(world, "x.sql", "SELECT 1"), -EEXIST);
	expect_file(world, "0000_x.sql", "mine");
	assert_string_equal(sfs_str_text(&world->db.done), "");
}

static void
test_foreign_keys_are_switched_around_it(void **state)
{
	struct world *world = *state;

	assert_int_equal(
		apply(world, "x.sql",
			"PRAGMA foreign_keys=OFF;--> statement-breakpoint\n"
			"DROP TABLE a;--> statement-breakpoint\nPRAGMA main.foreign_keys(1);"),
		0);
	assert_true(world->db.rebuilds);
	assert_string_equal(sfs_str_text(&world->db.done), "DROP TABLE a\n");
	assert_int_equal(apply(world, "z.sql",
				 "COMMIT TRANSACTION;--> statement-breakpoint\n"
				 "PRAGMA foreign_keys=OFF;--> statement-breakpoint\n"
				 "BEGIN TRANSACTION;--> statement-breakpoint\nDROP TABLE b;"),
		0);
	assert_true(world->db.rebuilds);
	assert_string_equal(sfs_str_text(&world->db.done), "DROP TABLE a\nDROP TABLE b\n");
	assert_int_equal(apply(world, "y.sql", "SELECT 'PRAGMA foreign_keys'"), 0);
	assert_false(world->db.rebuilds);
}

/* What becomes of a script: a letter a statement (inside, outside, batched), `|` for a commit, or NULL. */
static const struct {
	enum sfs_dialect dialect;
	const char *text, *ways;
} scripts[] = {
	{ SFS_SQLITE, "SELECT 1; COMMIT", "i" },
	{ SFS_SQLITE, "begin immediate; SELECT 1; SELECT 2; end", "ii" },
	{ SFS_SQLITE, "SELECT 1; COMMIT; PRAGMA foreign_keys=OFF; BEGIN TRANSACTION; SELECT 2",
		"ii" },
	{ SFS_SQLITE, "SELECT 1; COMMIT; PRAGMA foreign_keys=OFF; SELECT 2; BEGIN", "i|i|" },
	{ SFS_SQLITE, "ROLLBACK TO a", "i" },
	{ SFS_SQLITE, "ROLLBACK", NULL },
	{ SFS_SQLITE, "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END", "i" },
	{ SFS_SQLITE, "SELECT 1; VACUUM; SELECT 2", "ioi" },
	{ SFS_SQLITE, "PRAGMA journal_mode = wal; PRAGMA user_version = 1", "oi" },
	{ SFS_SQLITE, "-- nothing\n/* at all */;", "" },
	{ SFS_SQLITE, "", "" },
	{ SFS_POSTGRES, "SELECT 1; COMMIT; BEGIN; SELECT 2", "i|i" },
	{ SFS_POSTGRES, "BEGIN; SELECT 1; COMMIT; BEGIN; SELECT 2; COMMIT;", "i|i|" },
	{ SFS_POSTGRES, "START TRANSACTION ISOLATION LEVEL SERIALIZABLE", NULL },
	{ SFS_POSTGRES, "PREPARE TRANSACTION 'a'", NULL },
	{ SFS_POSTGRES, "COMMIT PREPARED 'a'", NULL },
	{ SFS_POSTGRES, "CREATE INDEX CONCURRENTLY i ON a (b)", "o" },
	{ SFS_POSTGRES, "CREATE UNIQUE INDEX CONCURRENTLY i ON a (b)", "o" },
	{ SFS_POSTGRES, "CREATE INDEX i ON a (b) WHERE c = 'CONCURRENTLY'", "i" },
	{ SFS_POSTGRES, "CREATE INDEX \"concurrently\" ON a (b)", "i" },
	{ SFS_POSTGRES, "REFRESH MATERIALIZED VIEW CONCURRENTLY v", "i" },
	{ SFS_POSTGRES, "ALTER TABLE a DETACH PARTITION b CONCURRENTLY", "o" },
	{ SFS_POSTGRES, "alter /* x */ system set a = 1", "o" },
	{ SFS_POSTGRES, "ALTER TABLE systems ADD x int", "i" },
	{ SFS_POSTGRES, "DO $$ BEGIN PERFORM 1; END $$", "i" },
	{ SFS_POSTGRES, "SELECT 1;\n-- schemafs: backfill batch=5\nUPDATE a SET b = 1", "ib" },
	{ SFS_POSTGRES, "SELECT '-- schemafs: backfill';\nUPDATE a SET b = 1", "ii" },
	{ SFS_POSTGRES, "SELECT 1;\n-- schemafs: backfill", NULL },
	{ SFS_POSTGRES, "SELECT 1;\n-- schemafs: alone\nSELECT 2; SELECT 3", "ioi" },
	{ SFS_POSTGRES, "-- schemafs: alone\n-- for its own sake\nVACUUM", "o" },
	{ SFS_POSTGRES, "-- schemafs: alone batch=3\nSELECT 2", NULL },
	{ SFS_POSTGRES, "-- schemafs: alone\n-- schemafs: backfill\nUPDATE a SET b = 1", NULL },
	{ SFS_POSTGRES, "SELECT 1;\n-- schemafs: alone", NULL },
	{ SFS_POSTGRES, "-- schemafs: backfil\nUPDATE a SET b = 1", NULL },
	{ SFS_POSTGRES, "-- schemafs: backfill batch=0\nUPDATE a SET b = 1", NULL },
	{ SFS_POSTGRES, "-- schemafs: backfill batch=1x\nUPDATE a SET b = 1", NULL },
	{ SFS_POSTGRES, "-- schemafs: batch=1\nUPDATE a SET b = 1", NULL },
};

static void
add_ways(const struct sfs_script *script, struct sfs_str *out)
{
	static const char letters[] = {
		[SFS_RUN_INSIDE] = 'i',
		[SFS_RUN_OUTSIDE] = 'o',
		[SFS_RUN_BATCHED] = 'b',
	};

	sfs_vec_foreach (way, &script->ways) {
		sfs_str_addc(out, letters[way->mode]);
		sfs_str_add(out, way->commits ? "|" : "");
	}
}

static void
test_ways_of_statements(void **state)
{
	for (size_t i = 0; i < UNIT_COUNT(scripts); i++) {
		struct sfs_script script sfs_auto(script) = { 0 };
		struct sfs_str ways sfs_auto(str) = SFS_STR_INIT;
		int r = sfs_script_parse(scripts[i].dialect, "x.sql", scripts[i].text,
			strlen(scripts[i].text), &script, NULL);

		add_ways(&script, &ways);
		if (r != (scripts[i].ways ? 0 : -EINVAL) ||
			(r == 0 && strcmp(sfs_str_text(&ways), scripts[i].ways) != 0)) {
			fail_msg("%s: %d, %s", scripts[i].text, r, sfs_str_text(&ways));
		}
	}
}

static void
test_names_and_bytes(void **state)
{
	struct world *world = *state;

	assert_int_equal(apply(world, "x.txt", "SELECT 1"), -EINVAL);
	assert_int_equal(apply(world, "../x.sql", "SELECT 1"), -EINVAL);
	assert_int_equal(apply(world, "\xff.sql", "SELECT 1"), -EINVAL);
	assert_int_equal(sfs_pending_apply(&world->db.base, world->folder, "x.sql", "SELECT\0 1", 9,
				 &world->tag, &world->err),
		-EINVAL);
	world->db.read_only = true;
	assert_int_equal(apply(world, "x.sql", "SELECT 1"), -EROFS);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_applies_and_records),
		TEST(test_numbers),
		TEST(test_numbers_by_time),
		TEST(test_the_same_twice),
		TEST(test_position_of_a_failure),
		TEST(test_a_commit_that_fails),
		TEST(test_a_commit_whose_answer_is_lost),
		TEST(test_a_server_that_dies_at_the_commit),
		TEST(test_a_crash_before_the_commit),
		TEST(test_a_folder_that_can_not_be_written),
		TEST(test_another_file_of_that_name),
		TEST(test_foreign_keys_are_switched_around_it),
		TEST(test_ways_of_statements),
		TEST(test_names_and_bytes),
	};

	return cmocka_run_group_tests_name("pending", tests, NULL, NULL);
}
