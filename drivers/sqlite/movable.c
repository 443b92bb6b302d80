// SPDX-License-Identifier: MIT
/*
 * Whether a table can be put aside under another name. legacy_alter_table leaves the texts alone, but
 * SQLite reads them all afterwards and resolves some expressions as it does so: CHECK (t.a > 0), an
 * index of t.a, a list of values in parentheses within a trigger. It is asked, with empty copies.
 */
#include <string.h>

#include "base/alloc.h"
#include "drivers/sqlite/mention.h"
#include "drivers/sqlite/planner.h"
#include "drivers/sqlite/print.h"
#include "drivers/sqlite/sandbox.h"
#include "drivers/sqlite/stored.h"
#include "sql/quote.h"

struct copy {
	sqlite3 *conn;     /* where it is tried */
	const char *table; /* its name */
	bool found;        /* by lite_mentions() */
};

static void
mentioned(void *data, const char *name)
{
	struct copy *copy = data;

	copy->found = copy->found || sqlite3_stricmp(name, copy->table) == 0;
}

static int
run(sqlite3 *conn, const char *sql)
{
	size_t offset;

	return lite_sandbox_run(conn, sql, strlen(sql), &offset, NULL);
}

/* What views and triggers need need not be there, but for the table that a trigger stands on. */
static void
copy_program(void *data, const struct lite_stored *row)
{
	struct copy *copy = data;
	struct sfs_str relation sfs_auto(str) = SFS_STR_INIT;

	copy->found = sqlite3_stricmp(row->relation, copy->table) == 0;
	lite_mentions(row->sql, mentioned, copy);
	if (!copy->found) {
		return;
	}
	if (strcmp(row->type, "trigger") == 0) {
		sfs_str_add(&relation, "CREATE TABLE IF NOT EXISTS ");
		sfs_quote_name(&relation, SFS_SQLITE, row->relation);
		sfs_str_add(&relation, " (a)");
		(void)run(copy->conn, sfs_str_text(&relation));
	}
	(void)run(copy->conn, row->sql);
}

static int
copy_programs(sqlite3 *conn, const struct lite_planner *planner, const char *table)
{
	struct copy copy = { .conn = conn, .table = table };
	struct lite_stored_from from = { .known = planner->now };

	if (!planner->now && planner->db) {
		from.conn = planner->db->conn;
	} else if (!planner->now) {
		from.known = planner->diff->from;
	}
	return lite_stored_each(&from, "type IN ('view', 'trigger')", copy_program, &copy, NULL);
}

bool
lite_can_rename(const struct lite_planner *planner, const struct sfs_object *table,
	const char *quoted, const char *aside)
{
	sqlite3 *conn sfs_auto(sqlite3) = NULL;
	const struct sfs_object *part;
	char *rename sfs_auto(free) = sfs_asprintf("ALTER TABLE %s RENAME TO %s", quoted, aside);

	if (lite_sandbox_open(&conn, NULL) < 0 || run(conn, lite_stored(table)) < 0) {
		return false;
	}
	sfs_parts_foreach (part, table) {
		if (part->id.kind == SFS_INDEX) {
			(void)run(conn, lite_stored(part));
		}
	}
	return copy_programs(conn, planner, table->id.name) == 0 &&
	       run(conn, "PRAGMA legacy_alter_table = ON") == 0 && run(conn, rename) == 0;
}
