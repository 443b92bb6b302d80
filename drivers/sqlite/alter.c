// SPDX-License-Identifier: MIT
/*
 * Whether ALTER TABLE can do it. Which columns SQLite adds and drops in place depends on much, and
 * on its version: it is asked, with an empty copy of the table.
 */
#include <errno.h>
#include <string.h>

#include "drivers/sqlite/parse.h"
#include "drivers/sqlite/planner.h"
#include "drivers/sqlite/print.h"
#include "drivers/sqlite/read.h"
#include "drivers/sqlite/sandbox.h"
#include "drivers/sqlite/schema.h"

static void
add_alter(struct lite_pair *pair, const char *sql)
{
	sfs_str_addn(&pair->alter, sql, strlen(sql) + 1);
}

static void
list_drops(const struct lite_planner *planner, struct lite_pair *pair)
{
	const struct sfs_object *column;

	sfs_parts_foreach (column, pair->now) {
		if (column->id.kind == SFS_COLUMN &&
			!lite_part(pair->to, SFS_COLUMN, column->id.name)) {
			add_alter(pair, sfs_arena_printf(planner->plan->arena,
						"ALTER TABLE %s DROP COLUMN %s",
						lite_quoted(planner, pair->to->id.name),
						lite_quoted(planner, column->id.name)));
		}
	}
}

static bool
is_foreign_key_at(const struct lite_table *table, size_t column)
{
	sfs_vec_foreach (constraint, &table->constraints) {
		if (constraint->type == LITE_FOREIGN_KEY && constraint->column == column + 1) {
			return true;
		}
	}
	return false;
}

/* An empty copy takes columns that a table with rows would not. */
static bool
can_add(const struct lite_table *table, size_t column)
{
	const struct lite_column *c = &table->columns.items[column];
	const char *value = lite_table_text(table, c->value);

	return c->constant && !c->stored &&
	       !(value && strcmp(value, "null") != 0 && is_foreign_key_at(table, column));
}

static bool
list_adds(const struct lite_planner *planner, struct lite_pair *pair)
{
	struct lite_table table sfs_auto(lite_table) = { 0 };
	bool possible = true;

	lite_table_init(&table);
	lite_table_parse(&table, lite_stored(pair->to));
	for (size_t i = 0; possible && i < table.columns.len; i++) {
		const char *name = lite_table_text(&table, table.columns.items[i].name);
		const char *definition = lite_table_text(&table, table.columns.items[i].definition);

		if (!name || lite_part(pair->now, SFS_COLUMN, name)) {
			continue;
		}
		possible = can_add(&table, i);
		add_alter(
			pair, sfs_arena_printf(planner->plan->arena, "ALTER TABLE %s ADD COLUMN %s",
				      lite_quoted(planner, pair->to->id.name), definition));
	}
	return possible;
}

/* The indexes that stay: a column that one of them needs can not be dropped. */
static int
copy_table(const struct lite_planner *planner, const struct lite_pair *pair, sqlite3 *conn)
{
	const char *sql = lite_stored(pair->now);
	const struct sfs_object *part;
	size_t offset;
	int r = lite_sandbox_run(conn, sql, strlen(sql), &offset, NULL);

	sfs_parts_foreach (part, pair->now) {
		const struct sfs_object *kept =
			part->id.kind == SFS_INDEX
				? sfs_object_part(pair->to, SFS_INDEX, part->id.name)
				: NULL;

		if (r == 0 && kept && !planner->change_to[kept->index]) {
			sql = lite_stored(part);
			r = lite_sandbox_run(conn, sql, strlen(sql), &offset, NULL);
		}
	}
	return r;
}

/* Whether the statements work, and make what is wanted. */
static bool
try(const struct lite_planner *planner, const struct lite_pair *pair)
{
	struct sfs_catalog *catalog sfs_auto(catalog) = NULL;
	sqlite3 *conn sfs_auto(sqlite3) = NULL;
	size_t offset, at;
	int r = lite_sandbox_open(&conn, NULL);

	if (r == 0) {
		r = copy_table(planner, pair, conn);
	}
	for (at = 0; r == 0 && at < pair->alter.len; at += strlen(pair->alter.text + at) + 1) {
		const char *sql = pair->alter.text + at;

		r = lite_sandbox_run(conn, sql, strlen(sql), &offset, NULL);
	}
	if (r == 0) {
		r = lite_read_from(conn, &(struct sfs_scope){ 0 }, &catalog, NULL);
	}
	const struct sfs_object *made =
		r == 0 ? sfs_catalog_relation(catalog, LITE_NAMESPACE, pair->to->id.name) : NULL;
	return made && lite_tables_equal(made, pair->to);
}

/* ---- what DROP COLUMN does to others ---- */

static bool
has_programs(const struct lite_planner *planner)
{
	const struct sfs_catalog *from = planner->diff->from;
	int64_t n = 0;

	if (planner->db && lite_schema_number(planner->db->conn,
				   "SELECT count(*) FROM main.sqlite_schema WHERE "
				   "type IN ('view', 'trigger')",
				   0, &n, NULL) == 0) {
		return n > 0;
	}
	sfs_vec_foreach (object, &from->objects) {
		if ((*object)->id.kind == SFS_VIEW || (*object)->id.kind == SFS_TRIGGER) {
			return true;
		}
	}
	return false;
}

bool
lite_drops_columns(const struct lite_planner *planner)
{
	sfs_vec_foreach (pair, &planner->pairs) {
		const struct sfs_object *column;

		if (!pair->from || !pair->to || pair->replaced) {
			continue;
		}
		sfs_parts_foreach (column, pair->from) {
			if (column->id.kind == SFS_COLUMN &&
				!lite_part(pair->to, SFS_COLUMN, column->id.name)) {
				return has_programs(planner);
			}
		}
	}
	return false;
}

static int
read_texts(sqlite3 *conn, struct sfs_str *ret_texts, struct sfs_error *err)
{
	static const char query[] = "SELECT sql FROM main.sqlite_schema "
				    "WHERE type IN ('view', 'trigger') ORDER BY rowid";
	sqlite3_stmt *statement sfs_auto(sqlite3_stmt) = NULL;
	int r = lite_prepare(conn, query, &statement, err), rc;

	if (r < 0) {
		return r;
	}
	while ((rc = sqlite3_step(statement)) == SQLITE_ROW) {
		sfs_str_add(ret_texts, (const char *)sqlite3_column_text(statement, 0));
		sfs_str_addn(ret_texts, "", 1);
	}
	return rc == SQLITE_DONE ? 0 : lite_error(conn, query, err);
}

/*
 * DROP COLUMN goes through every view and trigger of the database, also under legacy_alter_table: it
 * fails where one does not resolve, and spells anew what double quotes make a string.
 * (renameFixQuotes() in SQLite's alter.c.) So it is tried on a table that nobody needs.
 */
int
lite_try_drop(struct lite_planner *planner, struct sfs_error *err)
{
	static const char *const probe[] = { "PRAGMA legacy_alter_table = ON",
		"CREATE TABLE __schemafs_probe (a, b)",
		"ALTER TABLE __schemafs_probe DROP COLUMN b" };
	struct sfs_str before sfs_auto(str) = SFS_STR_INIT, after sfs_auto(str) = SFS_STR_INIT;
	int r = read_texts(planner->sandbox, &before, err);
	size_t offset;

	for (size_t i = 0; r == 0 && i < sizeof probe / sizeof *probe; i++) {
		if (lite_sandbox_run(planner->sandbox, probe[i], strlen(probe[i]), &offset, NULL) <
			0) {
			planner->never_drop = true;
			return 0;
		}
	}
	if (r == 0) {
		r = read_texts(planner->sandbox, &after, err);
	}
	planner->never_drop = before.len != after.len ||
			      (before.len && memcmp(before.text, after.text, before.len) != 0);
	return r;
}

int
lite_choose(struct lite_planner *planner, struct lite_pair *pair, struct sfs_error *err)
{
	(void)err;
	if (pair->rebuilt || !pair->touched || lite_tables_equal(pair->now, pair->to)) {
		return 0;
	}
	list_drops(planner, pair);
	bool possible = !(pair->alter.len && planner->never_drop);
	possible = possible && list_adds(planner, pair) && pair->alter.len;
	if (!possible || !try(planner, pair)) {
		sfs_str_truncate(&pair->alter, 0);
		pair->rebuilt = true;
		planner->plan->rebuilds = true;
	}
	return 0;
}

/* The column that a statement adds or drops, for the plan's reader. */
static const struct sfs_object *
object_of(const struct lite_pair *pair, const char *sql)
{
	return strstr(sql, " ADD COLUMN ") ? pair->to : pair->now;
}

/*
 * DROP COLUMN looks whether every view and trigger still resolves without the column; under
 * legacy_alter_table it does not: those that needed it may be about to be made anew.
 */
int
lite_alter(struct lite_planner *planner, struct lite_pair *pair, struct sfs_error *err)
{
	bool drops = strstr(sfs_str_text(&pair->alter), " DROP COLUMN ") != NULL;
	int r = lite_emit_legacy(planner, drops && has_programs(planner), err);

	for (size_t at = 0; r == 0 && at < pair->alter.len;
		at += strlen(pair->alter.text + at) + 1) {
		const char *sql = pair->alter.text + at;

		r = lite_emit(planner, object_of(pair, sql), sql, err);
	}
	return r;
}
