// SPDX-License-Identifier: MIT
/* The rows of sqlite_schema: of the database, or of what was read of it before. */
#include "drivers/sqlite/stored.h"

#include "drivers/sqlite/schema.h"

static int
each_of_database(sqlite3 *conn, const char *condition,
	void (*visit)(void *data, const struct lite_stored *row), void *data, struct sfs_error *err)
{
	struct sfs_str query sfs_auto(str) = SFS_STR_INIT;
	sqlite3_stmt *statement sfs_auto(sqlite3_stmt) = NULL;
	int rc;

	sfs_str_addf(&query,
		"SELECT type, name, tbl_name, sql FROM main.sqlite_schema WHERE sql IS NOT NULL"
		" AND %s",
		condition);
	rc = lite_schema_prepare(conn, query.text, &statement, err);
	if (rc < 0) {
		return rc;
	}
	while ((rc = lite_schema_step(statement)) == SQLITE_ROW) {
		const char *texts[4];
		bool all = true;

		for (int i = 0; i < 4; i++) {
			texts[i] = (const char *)sqlite3_column_text(statement, i);
			all = all && texts[i];
		}
		if (all) {
			visit(data,
				&(struct lite_stored){ texts[0], texts[1], texts[2], texts[3] });
		}
	}
	return rc == SQLITE_DONE ? 0 : lite_error(conn, query.text, err);
}

/* How sqlite_schema calls the kinds, and which attribute has the text. */
static const struct {
	const char *type;
	int sql;
} kinds[SFS_KIND_COUNT] = {
	[SFS_TABLE] = { "table", SFS_TABLE_SQL },
	[SFS_VIEW] = { "view", SFS_VIEW_SQL },
	[SFS_INDEX] = { "index", SFS_INDEX_SQL },
	[SFS_TRIGGER] = { "trigger", SFS_TRIGGER_SQL },
};

int
lite_stored_each(const struct lite_stored_from *from, const char *condition,
	void (*visit)(void *data, const struct lite_stored *row), void *data, struct sfs_error *err)
{
	if (!from->known) {
		return each_of_database(from->conn, condition, visit, data, err);
	}
	sfs_vec_foreach (object, &from->known->objects) {
		const struct sfs_identity *id = &(*object)->id;
		const char *sql =
			kinds[id->kind].type ? sfs_object_get(*object, kinds[id->kind].sql) : NULL;

		if (sql) {
			visit(data, &(struct lite_stored){ kinds[id->kind].type, id->name,
					    id->relation ? id->relation : id->name, sql });
		}
	}
	return 0;
}
