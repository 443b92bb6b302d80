// SPDX-License-Identifier: MIT
/*
 * A table whose column SQLite does not rename: a key that is said twice is enough for that. Its rows go
 * into one that has the columns and no rule, there SQLite renames the column, and all that names it
 * follows as it always does. The rebuild that comes after the renames brings the rules back.
 */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "drivers/sqlite/parse.h"
#include "drivers/sqlite/planner.h"
#include "drivers/sqlite/print.h"
#include "drivers/sqlite/read.h"
#include "drivers/sqlite/sandbox.h"
#include "drivers/sqlite/schema.h"
#include "sql/quote.h"

/* No types either: without one a value stays what it is. */
static int
write_loose(const struct lite_planner *planner, const struct sfs_object *table, struct sfs_str *out,
	struct sfs_error *err)
{
	static const char query[] = "SELECT name, pk FROM pragma_table_xinfo(?)";
	sqlite3_stmt *statement sfs_auto(sqlite3_stmt) = NULL;
	struct lite_table parsed sfs_auto(lite_table) = { 0 };
	int r = lite_prepare(planner->sandbox, query, &statement, err);
	const char *separator = " (\n\t";

	if (r < 0) {
		return r;
	}
	lite_table_init(&parsed);
	lite_table_parse(&parsed, lite_stored(table));
	(void)sqlite3_bind_text(statement, 1, table->id.name, -1, SQLITE_STATIC);
	sfs_str_addf(out, "CREATE TABLE %s", lite_quoted(planner, table->id.name));
	while (sqlite3_step(statement) == SQLITE_ROW) {
		sfs_str_add(out, separator);
		sfs_quote_name(out, SFS_SQLITE, (const char *)sqlite3_column_text(statement, 0));
		/* The counter lives only as long as there is such a key. */
		sfs_str_add(out, parsed.autoincrement && sqlite3_column_int(statement, 1)
					 ? " INTEGER PRIMARY KEY AUTOINCREMENT"
					 : "");
		separator = ",\n\t";
	}
	sfs_str_add(out, "\n)");
	return 0;
}

static int
evaluate(const char *sql, struct sfs_catalog **ret_catalog, struct sfs_error *err)
{
	sqlite3 *conn sfs_auto(sqlite3) = NULL;
	size_t offset;
	int r = lite_sandbox_open(&conn, err);

	r = r < 0 ? r : lite_sandbox_run(conn, sql, strlen(sql), &offset, err);
	return r < 0 ? r : lite_read_from(conn, &(struct sfs_scope){ 0 }, ret_catalog, err);
}

/* They went with the old table, and have to be there to follow. */
static int
bring_triggers(struct lite_planner *planner, const struct sfs_object *table, struct sfs_error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < planner->now->objects.len; i++) {
		const struct sfs_object *object = planner->now->objects.items[i];

		if (object->id.kind == SFS_TRIGGER &&
			strcasecmp(object->id.relation, table->id.name) == 0) {
			r = lite_emit(planner, object, lite_stored(object), err);
		}
	}
	return r;
}

static int
loosen(struct lite_planner *planner, struct lite_pair *pair, struct sfs_error *err)
{
	struct sfs_catalog *catalog sfs_auto(catalog) = NULL;
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;
	struct lite_pair loose = {
		.from = pair->from,
		.now = sfs_catalog_relation(planner->now, LITE_NAMESPACE, pair->to->id.name),
	};
	int r = loose.now ? write_loose(planner, loose.now, &text, err) : -ENOENT;

	r = r < 0 ? r : evaluate(sfs_str_text(&text), &catalog, err);
	if (r < 0) {
		return r;
	}
	loose.to = sfs_catalog_relation(catalog, LITE_NAMESPACE, pair->to->id.name);
	pair->rebuilt = true;
	planner->plan->rebuilds = true;
	r = lite_refuse_foreign_keys(planner, err);
	r = r < 0 ? r : lite_rebuild(planner, &loose, err);
	r = r < 0 ? r : lite_emit_legacy(planner, false, err);
	return r < 0 ? r : bring_triggers(planner, loose.now, err);
}

int
lite_loosen(struct lite_planner *planner, struct lite_pair *pair, struct sfs_error *err)
{
	int r = lite_read_from(planner->sandbox, &(struct sfs_scope){ 0 }, &planner->now, err);

	r = r < 0 ? r : loosen(planner, pair, err);
	sfs_catalog_destroy(planner->now);
	planner->now = NULL;
	return r;
}
