// SPDX-License-Identifier: MIT
/*
 * Columns that take no null any more. Of which that holds SQLite is asked, with empty copies of the table:
 * the key of a table WITHOUT ROWID takes none, nor does that of a STRICT one, and no text says so.
 */
#include <string.h>

#include "drivers/sqlite/planner.h"
#include "drivers/sqlite/print.h"
#include "drivers/sqlite/sandbox.h"

/* An empty copy of a table under its name; NULL where SQLite does not make one. */
static sqlite3 *
copy_of(const struct sfs_object *table)
{
	sqlite3 *conn sfs_auto(sqlite3) = NULL;
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;
	size_t offset;

	lite_text(table, &text);
	if (lite_sandbox_open(&conn, NULL) < 0 ||
		lite_sandbox_run(conn, sfs_str_text(&text), text.len, &offset, NULL) < 0) {
		return NULL;
	}
	return sfs_steal(conn);
}

static bool
refuses_null(sqlite3 *copy, const struct sfs_object *column)
{
	static const char query[] = "SELECT max(\"notnull\") FROM pragma_table_xinfo(?1) "
				    "WHERE name = ?2 COLLATE NOCASE";
	sqlite3_stmt *statement sfs_auto(sqlite3_stmt) = NULL;

	if (sfs_object_has(column, SFS_COLUMN_NOT_NULL)) {
		return true;
	}
	if (!copy || lite_prepare(copy, query, &statement, NULL) < 0) {
		return false;
	}
	(void)sqlite3_bind_text(statement, 1, column->owner->id.name, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(statement, 2, column->id.name, -1, SQLITE_STATIC);
	return sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_int(statement, 0);
}

static const char *
rule_of(const struct sfs_object *column)
{
	return sfs_object_has(column, SFS_COLUMN_NOT_NULL) ? "NOT NULL" : "PRIMARY KEY";
}

static void
measure_old(struct lite_planner *planner, const struct lite_pair *pair,
	const struct sfs_object *from, const struct sfs_object *to)
{
	char *sql sfs_auto(free) = sfs_asprintf("SELECT count(*) FROM main.%s WHERE %s IS NULL",
		lite_quoted(planner, pair->from->id.name), lite_quoted(planner, from->id.name));
	int64_t rows = lite_measure(planner, sql);

	if (rows > 0) {
		sfs_plan_hazard(planner->plan, 51, SFS_WARN, to,
			"%s will fail: %lld rows have no value", rule_of(to), (long long)rows);
	} else if (rows == LITE_UNKNOWN) {
		sfs_plan_hazard(planner->plan, 51, SFS_WARN, to,
			"%s will fail if there are rows without a value", rule_of(to));
	}
}

static void
measure_new(
	struct lite_planner *planner, const struct lite_pair *pair, const struct sfs_object *column)
{
	const char *value = sfs_object_get(column, SFS_COLUMN_DEFAULT);

	if ((value && strcmp(value, "null") != 0) || sfs_object_has(column, SFS_COLUMN_GENERATED)) {
		return;
	}
	int64_t rows = lite_count_rows(planner, pair->from);
	if (rows > 0) {
		sfs_plan_hazard(planner->plan, 30, SFS_WARN, column,
			"%s without a default will fail: there are %lld rows", rule_of(column),
			(long long)rows);
	} else if (rows == LITE_UNKNOWN) {
		sfs_plan_hazard(planner->plan, 30, SFS_WARN, column,
			"%s without a default will fail if there are rows", rule_of(column));
	}
}

/* What ALTER TABLE does in place changes no key: copies are made for a rebuild alone. */
void
lite_measure_nulls(struct lite_planner *planner, const struct lite_pair *pair)
{
	sqlite3 *old sfs_auto(sqlite3) = pair->rebuilt ? copy_of(pair->from) : NULL;
	sqlite3 *new sfs_auto(sqlite3) = pair->rebuilt ? copy_of(pair->to) : NULL;
	const struct sfs_object *column;

	sfs_parts_foreach (column, pair->to) {
		if (column->id.kind != SFS_COLUMN || !refuses_null(new, column)) {
			continue;
		}
		const struct sfs_object *origin = lite_column_origin(planner, pair, column);

		if (!origin) {
			measure_new(planner, pair, column);
		} else if (!refuses_null(old, origin)) {
			measure_old(planner, pair, origin, column);
		}
	}
}
