// SPDX-License-Identifier: MIT
/* What a reading of some objects has to look at. */
#include <string.h>

#include "base/arena.h"
#include "drivers/sqlite/census.h"
#include "drivers/sqlite/mention.h"
#include "drivers/sqlite/parse.h"
#include "drivers/sqlite/read.h"
#include "drivers/sqlite/scope.h"

struct program {
	const char *type, *name, *relation; /* in lower case but for the type */
	const char *sql;
	bool taken;
};

struct lite_scope {
	struct sfs_arena *arena;             /* owned */
	struct sfs_map *relations;           /* owned; those asked for, and views that use them */
	struct sfs_map *triggers;            /* owned */
	struct sfs_map *asked;               /* owned; those asked for alone */
	SFS_VEC(struct lite_needle) needles; /* of `asked` */
	SFS_VEC(struct program) programs;    /* views and triggers */
	struct lite_table table;
	struct sfs_str key;
	bool alone;
	bool found; /* by lite_mentions() */
};

static const char *
lower(struct lite_scope *scope, const char *name)
{
	return sfs_arena_lower(scope->arena, name);
}

/* The same for as long as it takes to look it up. */
static const char *
key_of(struct lite_scope *scope, const char *name)
{
	sfs_str_truncate(&scope->key, 0);
	sfs_str_add(&scope->key, name);
	sfs_str_lower(&scope->key, 0);
	return sfs_str_text(&scope->key);
}

static void
take_shadow(void *data, const char *name)
{
	struct lite_scope *scope = data;

	sfs_map_set(scope->relations, lower(scope, name), scope);
}

/* What stands on a module's own tables comes with the virtual table. */
static void
take_relation(struct lite_scope *scope, const char *name)
{
	sfs_map_set(scope->relations, name, scope);
	lite_each_shadow(name, take_shadow, scope);
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
	take_relation(scope, name);
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

struct tagged {
	struct lite_scope *own;
	const struct sfs_scope *scope;
};

/* The name behind a tag. A trigger comes with its relation, whose name stands in its path. */
static void
ask_by_tag(void *data, const struct lite_stored *row)
{
	const struct tagged *tagged = data;
	struct lite_scope *own = tagged->own;

	if (row->type[0] == 'i' || !has_tag(tagged->scope, lite_tag(row->type, row->name))) {
		return;
	}
	if (strcmp(row->type, "trigger") == 0) {
		sfs_map_set(own->triggers, lower(own, row->name), own);
	}
	take_relation(own, lower(own, row->relation));
}

static void
add_program(void *data, const struct lite_stored *row)
{
	struct lite_scope *scope = data;
	bool view = row->type[0] == 'v';

	if (view || strcmp(row->type, "trigger") == 0) {
		sfs_vec_push(
			&scope->programs, (struct program){
						  .type = view ? "view" : "trigger",
						  .name = lower(scope, row->name),
						  .relation = lower(scope, row->relation),
						  .sql = sfs_arena_strdup(scope->arena, row->sql),
					  });
	}
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

/* What every text that has the name has of it: a quote in a name may stand there twice. */
static const char *
without_quotes(struct lite_scope *scope, const char *name)
{
	static const char quotes[] = "\"'`";
	size_t best = 0, len = 0;

	for (size_t at = 0; name[at]; at += strspn(name + at, quotes)) {
		size_t run = strcspn(name + at, quotes);

		if (run > len) {
			best = at;
			len = run;
		}
		at += run;
	}
	return sfs_arena_printf(scope->arena, "%.*s", (int)len, name + best);
}

static int
read_seeds(struct lite_scope *own, const struct lite_stored_from *from,
	const struct sfs_scope *scope, struct sfs_error *err)
{
	struct tagged tagged = { own, scope };
	const char *name;
	size_t cursor = 0;
	int r = 0;

	for (size_t i = 0; i < scope->n_objects; i++) {
		ask(own, &scope->objects[i]);
	}
	while (sfs_map_next(own->asked, &cursor, &name, NULL)) {
		struct lite_needle needle;

		lite_needle_init(&needle, without_quotes(own, name));
		sfs_vec_push(&own->needles, needle);
	}
	if (scope->n_tags) {
		r = lite_stored_each(from, "type <> 'index'", ask_by_tag, &tagged, err);
	}
	return r < 0 ? r
		     : lite_stored_each(from, "type IN ('view', 'trigger')", add_program, own, err);
}

int
lite_scope_create(const struct lite_stored_from *from, const struct sfs_scope *scope,
	struct lite_scope **ret_scope, struct sfs_error *err)
{
	struct lite_scope *own = sfs_alloc(sizeof *own);

	own->arena = sfs_arena_create();
	own->relations = sfs_map_create();
	own->triggers = sfs_map_create();
	own->asked = sfs_map_create();
	own->alone = scope->alone;
	lite_table_init(&own->table);
	int r = read_seeds(own, from, scope, err);
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
	sfs_vec_finish(&scope->needles);
	sfs_str_finish(&scope->key);
	lite_table_finish(&scope->table);
	sfs_arena_destroy(scope->arena);
	free(scope);
}

/* Whether a table refers to one that was asked for. Only a text that has the name is parsed. */
static bool
refers(struct lite_scope *scope, const char *sql)
{
	bool likely = false;

	for (size_t i = 0; !likely && i < scope->needles.len; i++) {
		likely = lite_needle_in(&scope->needles.items[i], sql);
	}
	if (!likely) {
		return false;
	}
	lite_table_parse(&scope->table, sql);
	sfs_vec_foreach (constraint, &scope->table.constraints) {
		const char *target = lite_table_text(&scope->table, constraint->references);

		if (target && sfs_map_has(scope->asked, key_of(scope, target))) {
			return true;
		}
	}
	return false;
}

bool
lite_scope_takes(struct lite_scope *scope, const struct lite_stored *row)
{
	bool index = row->type[0] == 'i';

	if (strcmp(row->type, "trigger") == 0) {
		return sfs_map_has(scope->triggers, key_of(scope, row->name));
	}
	if (sfs_map_has(scope->relations, key_of(scope, index ? row->relation : row->name))) {
		return true;
	}
	if (strcmp(row->type, "table") == 0 && !scope->alone && refers(scope, row->sql)) {
		/* Its indexes come with it. */
		sfs_map_set(scope->relations, lower(scope, row->name), scope);
		return true;
	}
	return false;
}
