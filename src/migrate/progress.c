// SPDX-License-Identifier: MIT
/* What is known of migrations that are half done. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "migrate/progress.h"
#include "sql/quote.h"

#define TABLE "__schemafs_progress"

enum { TAG, HASH, DONE, BEGUN, PLACE, ROWS, TOTAL, DIGEST, N_COLUMNS };

static const char columns[] = "tag, hash, done, begun, place, rows_done, rows_total, digest";

void
sfs_progress_finish(struct sfs_progress *progress)
{
	free(progress->tag);
	free(progress->place);
	memset(progress, 0, sizeof *progress);
}

void
sfs_progress_list_finish(struct sfs_progress_list *list)
{
	sfs_vec_foreach (progress, list) {
		sfs_progress_finish(progress);
	}
	sfs_vec_finish(list);
}

static int
find_table(struct sfs_db *db, char **ret_table, bool *ret_there, struct sfs_error *err)
{
	const struct sfs_migrator *migrator = db->driver->migrator;

	*ret_table = migrator->beside(db, TABLE);
	return migrator->exists(db, *ret_table, ret_there, err);
}

static int64_t
number(const char *text)
{
	return text ? strtoll(text, NULL, 10) : 0;
}

static void
add(char **row, struct sfs_progress_list *list)
{
	struct sfs_progress progress = {
		.tag = sfs_steal(row[TAG]),
		.done = (size_t)number(row[DONE]),
		.begun = number(row[BEGUN]) != 0,
		.place = sfs_steal(row[PLACE]),
		.rows = number(row[ROWS]),
		.total = number(row[TOTAL]),
	};

	(void)snprintf(progress.hash, sizeof progress.hash, "%s", row[HASH] ? row[HASH] : "");
	(void)snprintf(
		progress.digest, sizeof progress.digest, "%s", row[DIGEST] ? row[DIGEST] : "");
	sfs_vec_push(list, progress);
}

int
sfs_progress_read(struct sfs_db *db, struct sfs_progress_list *ret_list, struct sfs_error *err)
{
	struct sfs_texts rows sfs_auto(texts) = { 0 };
	struct sfs_str query sfs_auto(str) = SFS_STR_INIT;
	char *table sfs_auto(free) = NULL;
	bool there = false;

	if (!db->driver->migrator) {
		return 0;
	}
	int r = find_table(db, &table, &there, err);
	if (r < 0 || !there) {
		return r;
	}
	sfs_str_addf(&query, "SELECT %s FROM %s ORDER BY tag", columns, table);
	r = db->driver->migrator->rows(db, sfs_str_text(&query), &rows, err);
	for (size_t i = 0; r == 0 && i + N_COLUMNS <= rows.len; i += N_COLUMNS) {
		add(rows.items + i, ret_list);
	}
	return r;
}

static int
make_table(struct sfs_db *db, const char *table, struct sfs_error *err)
{
	int r = db->driver->migrator->make(db, err);
	char *sql sfs_auto(free) = sfs_asprintf(
		"CREATE TABLE %s (tag text PRIMARY KEY, hash text NOT NULL,"
		" done bigint NOT NULL, begun bigint NOT NULL, place text,"
		" rows_done bigint NOT NULL, rows_total bigint NOT NULL, digest text NOT NULL)",
		table);

	return r < 0 ? r : db->driver->exec(db, sql, err);
}

static void
add_literal(struct sfs_db *db, const char *text, struct sfs_str *out)
{
	if (text) {
		sfs_quote_literal(out, db->driver->dialect, text);
	} else {
		sfs_str_add(out, "NULL");
	}
}

int
sfs_progress_write(struct sfs_db *db, const struct sfs_progress *progress, struct sfs_error *err)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;
	char *table sfs_auto(free) = NULL;
	bool there = false;
	int r = find_table(db, &table, &there, err);

	if (r == 0 && !there) {
		r = make_table(db, table, err);
	}
	if (r < 0) {
		return r;
	}
	sfs_str_addf(&sql, "INSERT INTO %s (%s) VALUES (", table, columns);
	add_literal(db, progress->tag, &sql);
	sfs_str_addf(&sql, ", '%s', %zu, %d, ", progress->hash, progress->done, progress->begun);
	add_literal(db, progress->place, &sql);
	sfs_str_addf(&sql,
		", %" PRId64 ", %" PRId64 ", '%s') ON CONFLICT (tag) DO UPDATE SET"
		" hash = excluded.hash, done = excluded.done, begun = excluded.begun,"
		" place = excluded.place, rows_done = excluded.rows_done,"
		" rows_total = excluded.rows_total, digest = excluded.digest",
		progress->rows, progress->total, progress->digest);
	return db->driver->exec(db, sfs_str_text(&sql), err);
}

int
sfs_progress_clear(struct sfs_db *db, const char *tag, struct sfs_error *err)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;
	struct sfs_texts rest sfs_auto(texts) = { 0 };
	char *table sfs_auto(free) = NULL;
	bool there = false;
	int r = find_table(db, &table, &there, err);

	if (r < 0 || !there) {
		return r;
	}
	sfs_str_addf(&sql, "DELETE FROM %s WHERE tag = ", table);
	add_literal(db, tag, &sql);
	r = db->driver->exec(db, sfs_str_text(&sql), err);
	sfs_str_truncate(&sql, 0);
	sfs_str_addf(&sql, "SELECT tag FROM %s LIMIT 1", table);
	if (r == 0) {
		r = db->driver->migrator->rows(db, sfs_str_text(&sql), &rest, err);
	}
	if (r == 0 && !rest.len) {
		char *drop sfs_auto(free) = sfs_asprintf("DROP TABLE %s", table);
		r = db->driver->exec(db, drop, err);
	}
	return r;
}
