// SPDX-License-Identifier: MIT
/* What a reading of some objects has to look at. */
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "drivers/sqlite/census.h"
#include "drivers/sqlite/mention.h"
#include "drivers/sqlite/parse.h"
#include "drivers/sqlite/schema.h"
#include "drivers/sqlite/scope.h"

struct program {
	const char *type, *name, *relation; /* in lower case but for the type */
	const char *sql;
	bool taken;
};

struct lite_scope {
	struct sfs_arena *arena;          /* owned */
	struct sfs_map *relations;        /* owned; those asked for, and views that use them */
	struct sfs_map *triggers;         /* owned */
	struct sfs_map *asked;            /* owned; those asked for alone */
	SFS_VEC(struct program) programs; /* views and triggers */
	struct lite_table table;
	bool alone;
	bool found; /* by lite_mentions() */
};

static const char *
lower(struct lite_scope *scope, const char *name)
{
	const char *copy = sfs_arena_strdup(scope->arena, name);

	for (char *c = (char *)copy; *c; c++) {
		*c = sfs_lower(*c);
	}
	return copy;
}

static void
ask(struct lite_scope *scope, const struct sfs_identity *id)
{
	const struct sfs_kind_info *info = sfs_kind_info(id->kind);

	if (id->kind == SFS_TRIGGER) {
		sfs_map_set(scope->triggers, lower(scope, id->name), scope);
		return;
	}
	const char *name = lower(scope, info->level == SFS_LEVEL_PART ? id->relation : id->name);
	sfs_map_set(scope->relations, name, scope);
	sfs_map_set(scope->asked, name, scope);
}

static bool
has_tag(const struct sfs_scope *scope, uint64_t tag)
{
	for (size_t i = 0; i < scope->n_tags; i++) {
		if (scope->tags[i] == tag) {
			return true;
		}
	}
	return false;
}

/* The names behind tags. A trigger comes with its relation, whose name stands in its path. */
static int
ask_by_tags(
	struct lite_scope *own, sqlite3 *conn, const struct sfs_scope *scope, struct sfs_error *err)
{
	static const char query[] = "SELECT type, name, tbl_name FROM main.sqlite_schema "
				    "WHERE type <> 'index'";
	sqlite3_stmt *statement sfs_auto(sqlite3_stmt) = NULL;
	int r = lite_schema_prepare(conn, query, &statement, err), rc;

	if (r < 0) {
		return r;
	}
	while ((rc = lite_schema_step(statement)) == SQLITE_ROW) {
		const char *type = (const char *)sqlite3_column_text(statement, 0);
		const char *name = (const char *)sqlite3_column_text(statement, 1);
		const char *relation = (const char *)sqlite3_column_text(statement, 2);

		if (!type || !name || !relation || !has_tag(scope, lite_tag(type, name))) {
			continue;
		}
		if (strcmp(type, "trigger") == 0) {
			sfs_map_set(own->triggers, lower(own, name), own);
		}
		sfs_map_set(own->relations, lower(own, relation), own);
	}
	return rc == SQLITE_DONE ? 0 : lite_error(conn, query, err);
}

static int
read_programs(struct lite_scope *scope, sqlite3 *conn, struct sfs_error *err)
{
	static const char query[] = "SELECT type, name, tbl_name, sql FROM main.sqlite_schema "
				    "WHERE type IN ('view', 'trigger') AND sql IS NOT NULL";
	sqlite3_stmt *statement sfs_auto(sqlite3_stmt) = NULL;
	int r = lite_schema_prepare(conn, query, &statement, err), rc;

	if (r < 0) {
		return r;
	}
	while ((rc = lite_schema_step(statement)) == SQLITE_ROW) {
		struct program program = {
			.type = sqlite3_column_text(statement, 0)[0] == 'v' ? "view" : "trigger",
			.name = lower(scope, (const char *)sqlite3_column_text(statement, 1)),
			.relation = lower(scope, (const char *)sqlite3_column_text(statement, 2)),
			.sql = sfs_arena_strdup(
				scope->arena, (const char *)sqlite3_column_text(statement, 3)),
		};

		sfs_vec_push(&scope->programs, program);
	}
	return rc == SQLITE_DONE ? 0 : lite_error(conn, query, err);
}

static void
mentioned(void *data, const char *name)
{
	struct lite_scope *scope = data;

	scope->found = scope->found || sfs_map_has(scope->relations, name);
}

static bool
uses_what_is_asked(struct lite_scope *scope, const struct program *program)
{
	scope->found = program->type[0] == 't' && sfs_map_has(scope->relations, program->relation);
	if (!scope->found) {
		lite_mentions(program->sql, mentioned, scope);
	}
	return scope->found;
}

/* Views upon views: until no further one is found. */
static void
take_programs(struct lite_scope *scope)
{
	bool more = true;

	while (more) {
		more = false;
		sfs_vec_foreach (program, &scope->programs) {
			if (program->taken || !uses_what_is_asked(scope, program)) {
				continue;
			}
			program->taken = true;
			if (program->type[0] == 'v') {
				sfs_map_set(scope->relations, program->name, scope);
				more = true;
			} else {
				sfs_map_set(scope->triggers, program->name, scope);
			}
		}
	}
}

int
lite_scope_create(sqlite3 *conn, const struct sfs_scope *scope, struct lite_scope **ret_scope,
	struct sfs_error *err)
{
	struct lite_scope *own = sfs_alloc(sizeof *own);

	own->arena = sfs_arena_create();
	own->relations = sfs_map_create();
	own->triggers = sfs_map_create();
	own->asked = sfs_map_create();
	own->alone = scope->alone;
	lite_table_init(&own->table);
	for (size_t i = 0; i < scope->n_objects; i++) {
		ask(own, &scope->objects[i]);
	}
	int r = scope->n_tags ? ask_by_tags(own, conn, scope, err) : 0;
	r = r < 0 ? r : read_programs(own, conn, err);
	if (r < 0) {
		lite_scope_destroy(own);
		return r;
	}
	if (!own->alone) {
		take_programs(own);
	}
	*ret_scope = own;
	return 0;
}

void
lite_scope_destroy(struct lite_scope *scope)
{
	if (!scope) {
		return;
	}
	sfs_map_destroy(scope->relations);
	sfs_map_destroy(scope->triggers);
	sfs_map_destroy(scope->asked);
	sfs_vec_finish(&scope->programs);
	lite_table_finish(&scope->table);
	sfs_arena_destroy(scope->arena);
	free(scope);
}

/* Whether a table refers to one that was asked for. Only a text that has the name is parsed. */
static bool
refers(struct lite_scope *scope, const char *sql)
{
	const char *name;
	size_t cursor = 0;
	bool likely = false;

	while (!likely && sfs_map_next(scope->asked, &cursor, &name, NULL)) {
		likely = strcasestr(sql, name) != NULL;
	}
	if (!likely) {
		return false;
	}
	lite_table_parse(&scope->table, sql);
	sfs_vec_foreach (constraint, &scope->table.constraints) {
		const char *target = lite_table_text(&scope->table, constraint->references);

		if (target && sfs_map_has(scope->asked, lower(scope, target))) {
			return true;
		}
	}
	return false;
}

bool
lite_scope_takes(struct lite_scope *scope, const char *type, const char *name, const char *relation,
	const char *sql)
{
	const char *key = lower(scope, type[0] == 'i' ? relation : name);

	if (strcmp(type, "trigger") == 0) {
		return sfs_map_has(scope->triggers, key);
	}
	if (sfs_map_has(scope->relations, key)) {
		return true;
	}
	if (strcmp(type, "table") == 0 && !scope->alone && refers(scope, sql)) {
		/* Its indexes come with it. */
		sfs_map_set(scope->relations, key, scope);
		return true;
	}
	return false;
}
