// SPDX-License-Identifier: MIT
/*
 * Virtual tables whose module only an application has: CREATE and DROP would have to call it. The
 * definition is put among the others, and taken from there, as SQLite's own .dump does it.
 */
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "drivers/sqlite/planner.h"
#include "drivers/sqlite/print.h"
#include "drivers/sqlite/read.h"
#include "drivers/sqlite/schema.h"
#include "sql/quote.h"

bool
lite_lacks_module(const struct lite_planner *planner, const struct sfs_object *table)
{
	static const char query[] =
		"SELECT 1 FROM pragma_module_list WHERE name = ? COLLATE NOCASE";
	sqlite3_stmt *statement sfs_auto(sqlite3_stmt) = NULL;

	if (!planner->db || !sfs_object_has(table, SFS_TABLE_VIRTUAL) ||
		lite_prepare(planner->db->conn, query, &statement, NULL) < 0) {
		return false;
	}
	char *module sfs_auto(free) = lite_module_name(lite_stored(table));
	(void)sqlite3_bind_text(statement, 1, module, -1, SQLITE_STATIC);
	return sqlite3_step(statement) == SQLITE_DONE;
}

/* A change of the list of definitions, and then all connections read it again. */
static int
emit_in_schema(struct lite_planner *planner, const struct sfs_object *table, const char *sql,
	struct sfs_error *err)
{
	const char *const steps[] = {
		"PRAGMA writable_schema = ON",
		sql,
		"PRAGMA writable_schema = RESET",
		/* Only a statement like these counts up the schema's version, by which others see it. */
		"CREATE VIEW __schemafs_reload AS SELECT 1",
		"DROP VIEW __schemafs_reload",
	};
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof steps / sizeof *steps; i++) {
		r = lite_emit(planner, i == 1 ? table : NULL, steps[i], err);
	}
	return r;
}

int
lite_store_virtual(
	struct lite_planner *planner, const struct sfs_object *table, struct sfs_error *err)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT, text sfs_auto(str) = SFS_STR_INIT;
	char *module sfs_auto(free) = lite_module_name(lite_stored(table));

	lite_text(table, &text);
	sfs_str_add(&sql, "INSERT INTO main.sqlite_schema (type, name, tbl_name, rootpage, sql) "
			  "VALUES ('table', ");
	sfs_quote_literal(&sql, SFS_SQLITE, table->id.name);
	sfs_str_add(&sql, ", ");
	sfs_quote_literal(&sql, SFS_SQLITE, table->id.name);
	sfs_str_add(&sql, ", 0, ");
	sfs_quote_literal(&sql, SFS_SQLITE, sfs_str_text(&text));
	sfs_str_add(&sql, ")");
	sfs_plan_hazard(planner->plan, 73, SFS_WARN, table,
		"module %s is not known here: the definition is stored, and the module makes "
		"nothing for it",
		module);
	return emit_in_schema(planner, table, sfs_str_text(&sql), err);
}

/* ---- what goes ---- */

struct names SFS_VEC_OF(char *);

static void
names_finish(struct names *names)
{
	sfs_vec_foreach (name, names) {
		free(*name);
	}
	sfs_vec_finish(names);
}
SFS_DEFINE_AUTO_VALUE(names, struct names, names_finish)

/* The tables that carry its name are the module's, as they are everywhere (shadow.c). */
static int
find_shadows(const struct lite_planner *planner, const char *table, struct names *ret_names,
	struct sfs_error *err)
{
	static const char query[] = "SELECT name FROM main.sqlite_schema WHERE type = 'table' "
				    "AND ifnull(rootpage, 0) <> 0 ORDER BY name";
	struct lite_virtuals all sfs_auto(lite_virtuals) = { 0 };
	sqlite3_stmt *statement sfs_auto(sqlite3_stmt) = NULL;
	int r = lite_virtuals_read(planner->db->conn, &all, err);

	r = r < 0 ? r : lite_prepare(planner->db->conn, query, &statement, err);
	while (r == 0 && sqlite3_step(statement) == SQLITE_ROW) {
		const char *name = (const char *)sqlite3_column_text(statement, 0);

		for (size_t i = 0; i < all.len; i++) {
			if (strcasecmp(all.items[i].name, table) == 0 &&
				lite_is_shadow_of(&all.items[i], name)) {
				sfs_vec_push(ret_names, sfs_strdup(name));
			}
		}
	}
	return r;
}

int
lite_forget_virtual(
	struct lite_planner *planner, const struct sfs_object *table, struct sfs_error *err)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;
	struct names shadows sfs_auto(names) = { 0 };
	int r = find_shadows(planner, table->id.name, &shadows, err);

	sfs_str_add(&sql, "DELETE FROM main.sqlite_schema WHERE type = 'table' AND name = ");
	sfs_quote_literal(&sql, SFS_SQLITE, table->id.name);
	if (r == 0) {
		r = emit_in_schema(planner, table, sfs_str_text(&sql), err);
	}
	for (size_t i = 0; r == 0 && i < shadows.len; i++) {
		r = lite_emitf(planner, table, err, "DROP TABLE %s",
			lite_quoted(planner, shadows.items[i]));
	}
	return r;
}
