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

/* Nobody knows here which tables the module kept for it: they are objects as any other. */
int
lite_forget_virtual(
	struct lite_planner *planner, const struct sfs_object *table, struct sfs_error *err)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	sfs_str_add(&sql, "DELETE FROM main.sqlite_schema WHERE type = 'table' AND name = ");
	sfs_quote_literal(&sql, SFS_SQLITE, table->id.name);
	return emit_in_schema(planner, table, sfs_str_text(&sql), err);
}
