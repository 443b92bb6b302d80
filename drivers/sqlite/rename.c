// SPDX-License-Identifier: MIT
/*
 * Renames of tables and columns. SQLite itself rewrites every foreign key, view and trigger that
 * names what is renamed; what comes of that is found out in a copy of the schema in memory. It
 * refuses while any view or trigger does not resolve: those go out of the way and come back.
 */
#include <errno.h>
#include <string.h>

#include "catalog/graph.h"
#include "drivers/sqlite/planner.h"
#include "drivers/sqlite/print.h"
#include "drivers/sqlite/read.h"
#include "drivers/sqlite/sandbox.h"
#include "drivers/sqlite/schema.h"

/* Above this many tables only what has to do with the renamed ones is copied. */
enum { MAX_WHOLE = 300, MAX_ASIDES = 1000 };

static bool
is_renamed(const struct lite_pair *pair)
{
	return pair->from && pair->to && !pair->replaced &&
	       strcmp(pair->from->id.name, pair->to->id.name) != 0;
}

static bool
has_renamed_column(const struct lite_planner *planner, const struct lite_pair *pair)
{
	const struct sfs_object *column;

	if (!pair->from || !pair->to || pair->replaced || !pair->touched) {
		return false;
	}
	sfs_parts_foreach (column, pair->to) {
		const struct sfs_object *origin =
			column->id.kind == SFS_COLUMN ? lite_column_origin(planner, pair, column)
						      : NULL;

		if (origin && strcmp(origin->id.name, column->id.name) != 0) {
			return true;
		}
	}
	return false;
}

bool
lite_needs_rename(const struct lite_planner *planner)
{
	sfs_vec_foreach (pair, &planner->pairs) {
		if (is_renamed(pair) || has_renamed_column(planner, pair)) {
			return true;
		}
	}
	return false;
}

/* ---- the copy ---- */

static int
load_live(struct lite_planner *planner, struct sfs_error *err)
{
	static const char query[] =
		"SELECT sql, name FROM main.sqlite_schema WHERE sql IS NOT NULL ORDER BY "
		"CASE WHEN sql LIKE 'create virtual%' THEN 0 WHEN type = 'table' THEN 1 "
		"WHEN type = 'view' THEN 2 ELSE 3 END, rowid";
	sqlite3_stmt *statement sfs_auto(sqlite3_stmt) = NULL;
	int r = lite_prepare(planner->db->conn, query, &statement, err), rc;
	size_t offset;

	if (r < 0) {
		return r;
	}
	while ((rc = sqlite3_step(statement)) == SQLITE_ROW) {
		const char *sql = (const char *)sqlite3_column_text(statement, 0);

		/* SQLite's own tables and a module's exist already: what fails here is those. */
		(void)lite_sandbox_run(planner->sandbox, sql, strlen(sql), &offset, NULL);
	}
	return rc == SQLITE_DONE ? 0 : lite_error(planner->db->conn, query, err);
}

static void
load_object(struct lite_planner *planner, const struct sfs_object *object)
{
	const char *sql = lite_stored(object);
	const struct sfs_object *part;
	size_t offset;

	if (sql) {
		(void)lite_sandbox_run(planner->sandbox, sql, strlen(sql), &offset, NULL);
	}
	sfs_parts_foreach (part, object) {
		load_object(planner, part);
	}
}

static void
mark_used(const struct sfs_catalog *catalog, const struct sfs_object *user, bool *wanted)
{
	struct sfs_objects uses = sfs_graph_uses(catalog, user);

	wanted[user->index] = true;
	for (size_t i = 0; i < uses.len; i++) {
		wanted[sfs_object_filed(uses.items[i])->index] = true;
	}
}

/* The tables that are renamed, what names them, and what that names in turn. */
static void
mark_wanted(const struct lite_planner *planner, bool *wanted)
{
	const struct sfs_catalog *from = planner->diff->from;

	sfs_vec_foreach (pair, &planner->pairs) {
		if (!pair->from) {
			continue;
		}
		struct sfs_objects users = sfs_graph_used_by(from, pair->from);

		wanted[pair->from->index] = true;
		for (size_t i = 0; i < users.len; i++) {
			mark_used(from, sfs_object_filed(users.items[i]), wanted);
		}
	}
}

static void
load_catalog(struct lite_planner *planner)
{
	static const enum sfs_kind kinds[] = { SFS_TABLE, SFS_VIEW, SFS_TRIGGER };
	const struct sfs_catalog *from = planner->diff->from;
	bool *wanted sfs_auto(free) = sfs_alloc((from->objects.len + 1) * sizeof *wanted);
	bool all = from->objects.len < 10 * MAX_WHOLE;

	if (!all) {
		mark_wanted(planner, wanted);
	}
	for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
		sfs_vec_foreach (object, &from->objects) {
			if ((*object)->id.kind == kinds[k] && (all || wanted[(*object)->index])) {
				load_object(planner, *object);
			}
		}
	}
}

static int
copy_schema(struct lite_planner *planner, struct sfs_error *err)
{
	int64_t tables = MAX_WHOLE + 1;
	int r = 0;

	if (planner->db) {
		r = lite_schema_number(planner->db->conn,
			"SELECT count(*) FROM main.sqlite_schema WHERE type = 'table'", 0, &tables,
			err);
	}
	if (r < 0) {
		return r;
	}
	if (tables <= MAX_WHOLE) {
		return load_live(planner, err);
	}
	load_catalog(planner);
	return 0;
}

/* ---- what is in the way ---- */

/* The view or trigger that `error in view v: ...` is about. */
static bool
find_culprit(struct lite_planner *planner, const char *message, struct lite_aside *ret_aside)
{
	static const char query[] =
		"SELECT type, name, sql FROM main.sqlite_schema WHERE type IN ('view', 'trigger') "
		"AND substr(?1, 1, length('error in ' || type || ' ' || name)) = "
		"'error in ' || type || ' ' || name ORDER BY length(name) DESC LIMIT 1";
	sqlite3_stmt *statement sfs_auto(sqlite3_stmt) = NULL;

	if (lite_prepare(planner->sandbox, query, &statement, NULL) < 0) {
		return false;
	}
	(void)sqlite3_bind_text(statement, 1, message, -1, SQLITE_STATIC);
	if (sqlite3_step(statement) != SQLITE_ROW) {
		return false;
	}
	*ret_aside = (struct lite_aside){
		.view = sqlite3_column_text(statement, 0)[0] == 'v',
		.name = sfs_strdup((const char *)sqlite3_column_text(statement, 1)),
		.sql = sfs_strdup((const char *)sqlite3_column_text(statement, 2)),
	};
	return true;
}

int
lite_put_aside(struct lite_planner *planner, const struct lite_aside *aside, struct sfs_error *err)
{
	static const char query[] = "SELECT name, sql FROM main.sqlite_schema WHERE "
				    "type = 'trigger' AND tbl_name = ? COLLATE NOCASE";
	sqlite3_stmt *statement sfs_auto(sqlite3_stmt) = NULL;

	sfs_vec_push(&planner->asides, *aside);
	if (aside->view) {
		/* Triggers upon the view go with it. */
		int r = lite_prepare(planner->sandbox, query, &statement, err);
		if (r < 0) {
			return r;
		}
		(void)sqlite3_bind_text(statement, 1, aside->name, -1, SQLITE_STATIC);
		while (sqlite3_step(statement) == SQLITE_ROW) {
			struct lite_aside trigger = {
				.name = sfs_strdup((const char *)sqlite3_column_text(statement, 0)),
				.sql = sfs_strdup((const char *)sqlite3_column_text(statement, 1)),
				.settled = aside->settled,
			};

			sfs_vec_push(&planner->asides, trigger);
		}
		(void)sqlite3_reset(statement);
	}
	return lite_emitf(planner, NULL, err, "DROP %s %s", aside->view ? "VIEW" : "TRIGGER",
		lite_quoted(planner, aside->name));
}

/* Carries a rename out in the copy, and into the plan once it works there. */
static int
rename_with_room(struct lite_planner *planner, const struct sfs_object *object, const char *sql,
	struct sfs_error *err)
{
	struct sfs_error own sfs_auto(error) = SFS_ERROR_INIT;
	size_t offset;

	for (unsigned n = 0; n < MAX_ASIDES; n++) {
		struct lite_aside aside;

		if (lite_sandbox_run(planner->sandbox, sql, strlen(sql), &offset, &own) == 0) {
			(void)sfs_plan_add(planner->plan, object, sql);
			return 0;
		}
		if (!find_culprit(planner, own.message, &aside)) {
			break;
		}
		int r = lite_put_aside(planner, &aside, err);
		if (r < 0) {
			return r;
		}
	}
	if (err && !own.statement) {
		own.statement = sfs_strdup(sql);
	}
	int r = -own.errnum;
	sfs_error_move(err, &own);
	return r;
}

/* ---- the renames ---- */

/* A name that nothing in the copy has. */
static const char *
free_name(const struct lite_planner *planner, const char *like)
{
	return sfs_arena_printf(planner->plan->arena, "__schemafs_new_%s", like);
}

static int
rename_table(struct lite_planner *planner, const struct sfs_object *object, const char *from,
	const char *to, struct sfs_error *err)
{
	const char *sql = sfs_arena_printf(planner->plan->arena, "ALTER TABLE %s RENAME TO %s",
		lite_quoted(planner, from), lite_quoted(planner, to));

	return rename_with_room(planner, object, sql, err);
}

static bool
is_taken(const struct lite_planner *planner, const char *name)
{
	static const char query[] = "SELECT 1 FROM main.sqlite_schema WHERE "
				    "name = ? COLLATE NOCASE AND type <> 'trigger'";
	sqlite3_stmt *statement sfs_auto(sqlite3_stmt) = NULL;

	if (lite_prepare(planner->sandbox, query, &statement, NULL) < 0) {
		return false;
	}
	(void)sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
	return sqlite3_step(statement) == SQLITE_ROW;
}

/* Names that are exchanged, and those that change in case alone, go by way of a third. */
static int
rename_tables(struct lite_planner *planner, struct sfs_error *err)
{
	SFS_VEC(const struct lite_pair *) waiting = { 0 };
	int r = 0;

	for (size_t i = 0; r == 0 && i < planner->pairs.len; i++) {
		const struct lite_pair *pair = &planner->pairs.items[i];

		if (!is_renamed(pair)) {
			continue;
		}
		const char *to = pair->to->id.name;
		if (is_taken(planner, to)) {
			sfs_vec_push(&waiting, pair);
			to = free_name(planner, to);
		}
		r = rename_table(planner, pair->to, pair->from->id.name, to, err);
		sfs_plan_hazard(planner->plan, 60, SFS_INFO, pair->to,
			"renamed from %s: programs that use the old name will fail",
			pair->from->id.name);
	}
	for (size_t i = 0; r == 0 && i < waiting.len; i++) {
		const char *to = waiting.items[i]->to->id.name;

		r = rename_table(planner, waiting.items[i]->to, free_name(planner, to), to, err);
	}
	sfs_vec_finish(&waiting);
	return r;
}

static int
rename_column(struct lite_planner *planner, struct lite_pair *pair, const struct sfs_object *column,
	const char *from, const char *to, struct sfs_error *err)
{
	struct sfs_error refusal sfs_auto(error) = SFS_ERROR_INIT;
	const char *sql = sfs_arena_printf(planner->plan->arena,
		"ALTER TABLE %s RENAME COLUMN %s TO %s", lite_quoted(planner, column->id.relation),
		lite_quoted(planner, from), lite_quoted(planner, to));
	int r = rename_with_room(planner, column, sql, &refusal);

	if (r < 0 && !pair->rebuilt && lite_loosen(planner, pair, NULL) == 0) {
		return rename_with_room(planner, column, sql, err);
	}
	if (r < 0) {
		sfs_error_move(err, &refusal);
	}
	return r;
}

static int
rename_columns(struct lite_planner *planner, struct lite_pair *pair, struct sfs_error *err)
{
	SFS_VEC(const struct sfs_object *) waiting = { 0 };
	const struct sfs_object *column;
	int r = 0;

	sfs_parts_foreach (column, pair->to) {
		const struct sfs_object *origin =
			column->id.kind == SFS_COLUMN ? lite_column_origin(planner, pair, column)
						      : NULL;

		if (r < 0 || !origin || strcmp(origin->id.name, column->id.name) == 0) {
			continue;
		}
		const char *to = column->id.name;
		if (lite_part(pair->from, SFS_COLUMN, to)) {
			sfs_vec_push(&waiting, column);
			to = free_name(planner, to);
		}
		r = rename_column(planner, pair, column, origin->id.name, to, err);
		sfs_plan_hazard(planner->plan, 60, SFS_INFO, column,
			"renamed from %s: programs that use the old name will fail",
			origin->id.name);
	}
	for (size_t i = 0; r == 0 && i < waiting.len; i++) {
		const char *to = waiting.items[i]->id.name;

		r = rename_column(planner, pair, waiting.items[i], free_name(planner, to), to, err);
	}
	sfs_vec_finish(&waiting);
	return r;
}

int
lite_rename(struct lite_planner *planner, struct sfs_error *err)
{
	int r = rename_tables(planner, err);

	for (size_t i = 0; r == 0 && i < planner->pairs.len; i++) {
		struct lite_pair *pair = &planner->pairs.items[i];

		if (has_renamed_column(planner, pair)) {
			r = rename_columns(planner, pair, err);
		}
	}
	if (r == 0) {
		r = lite_read_from(planner->sandbox, &(struct sfs_scope){ 0 }, &planner->now, err);
	}
	return r == 0 ? lite_settle_texts(planner, err) : r;
}

int
lite_rename_start(struct lite_planner *planner, struct sfs_error *err)
{
	int r = lite_sandbox_open(&planner->sandbox, err);

	return r < 0 ? r : copy_schema(planner, err);
}
