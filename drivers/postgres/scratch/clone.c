// SPDX-License-Identifier: MIT
/* Copies of the tables that definitions lean on, so that no user's table is locked for a trial. */
#include <errno.h>
#include <string.h>

#include "catalog/path.h"
#include "drivers/postgres/kind.h"
#include "drivers/postgres/read/read.h"
#include "drivers/postgres/scratch/scratch.h"
#include "sql/quote.h"

void
pg_clones_finish(struct pg_clones *clones)
{
	sfs_vec_finish(&clones->sources);
	sfs_vec_finish(&clones->made);
	sfs_arena_destroy(clones->arena);
	clones->arena = NULL;
}

/* A relation that is needed, and the statement that says so. */
struct need {
	const char *namespace, *name;
	const struct pg_stmt *statement;
	size_t offset;
};
struct needs SFS_VEC_OF(struct need);

struct cloner {
	struct pg_db *db;
	struct pg_script *script;
	struct pg_places *places;
	const char *token;
	struct pg_clones *clones;
};

static void
add_need(struct cloner *c, struct needs *needs, const struct pg_stmt *statement,
	const struct pg_ref *ref)
{
	struct need need = { .namespace = ref->namespace ? ref->namespace : statement->namespace,
		.name = ref->name,
		.statement = statement,
		.offset = ref->offset };

	if (!need.namespace ||
		pg_places_find(c->places, PG_SPACE_RELATION, need.namespace, need.name)) {
		return;
	}
	sfs_vec_foreach (other, needs) {
		if (sfs_streq(other->namespace, need.namespace) &&
			sfs_streq(other->name, need.name)) {
			return;
		}
	}
	sfs_vec_push(needs, need);
}

static void
find_needs(struct cloner *c, enum pg_use use, struct needs *needs)
{
	sfs_vec_foreach (statement, &c->script->statements) {
		enum sfs_kind kind = statement->head.kind;
		struct pg_ref child;

		pg_statement_parse(c->script, statement);
		if (use == PG_USE_PARENT &&
			pg_statement_attaches(statement, c->clones->arena, &child)) {
			add_need(c, needs, statement, &statement->head.targets.items[0]);
		}
		for (size_t i = 0; i < statement->tree->refs.len; i++) {
			if (statement->tree->refs.items[i].use == use) {
				add_need(c, needs, statement, &statement->tree->refs.items[i]);
			}
		}
		if (use == PG_USE_LOCKS && statement->head.on.name &&
			(kind == SFS_TRIGGER || kind == SFS_POLICY || kind == SFS_RULE)) {
			add_need(c, needs, statement, &statement->head.on);
		}
	}
}

static int
missing(const struct need *need, struct sfs_error *err)
{
	const struct sfs_source *source = need->statement->source;

	(void)sfs_error_set(
		err, EINVAL, "relation \"%s.%s\" does not exist", need->namespace, need->name);
	sfs_error_sqlstate(err, "42P01");
	sfs_error_position(err, source->path, source->text,
		need->offset == PG_NOWHERE ? need->statement->offset : need->offset);
	return -EINVAL;
}

/* A schema for the copies of a namespace that none of the sources is in. */
static int
place_namespace(struct cloner *c, const char *namespace, struct sfs_error *err)
{
	if (pg_places_of(c->places, namespace)) {
		return 0;
	}
	struct pg_alias alias = { .shown = sfs_arena_strdup(c->places->arena, namespace),
		.actual = sfs_arena_printf(
			c->places->arena, "%s_%zu", c->token, c->places->aliases.len) };

	sfs_vec_push(&c->places->aliases, alias);
	return pg_runf(c->db, err, "CREATE SCHEMA %s; GRANT ALL ON SCHEMA %s TO PUBLIC",
		alias.actual, alias.actual);
}

static void
place(struct cloner *c, const char *namespace, const char *name)
{
	struct pg_ref *made = sfs_arena_alloc(c->clones->arena, sizeof *made);

	made->space = PG_SPACE_RELATION;
	made->namespace = sfs_arena_strdup(c->clones->arena, namespace);
	made->name = sfs_arena_strdup(c->clones->arena, name);
	sfs_vec_push(&c->clones->made, made);
	pg_places_add(c->places, PG_SPACE_RELATION, namespace, name);
}

/* ---- parents: by the text that they have ---- */

static int
add_parent(struct cloner *c, const struct sfs_catalog *live, const struct need *need,
	struct sfs_error *err)
{
	const struct sfs_object *object = sfs_catalog_relation(live, need->namespace, need->name);
	sfs_auto(str) struct sfs_str text = SFS_STR_INIT, path = SFS_STR_INIT;

	if (!object) {
		return missing(need, err);
	}
	int r = place_namespace(c, need->namespace, err);
	if (r) {
		return r;
	}
	place(c, need->namespace, need->name);
	pg_print_object(live, object, &text);
	sfs_path_of(&object->id, &path);
	struct sfs_source *source = sfs_arena_alloc(c->clones->arena, sizeof *source);
	source->path = sfs_arena_strdup(c->clones->arena, sfs_str_text(&path));
	source->text = sfs_arena_strdup(c->clones->arena, sfs_str_text(&text));
	source->len = text.len;
	sfs_vec_push(&c->clones->sources, source);
	r = pg_script_add(
		c->script, source, sfs_arena_strdup(c->clones->arena, need->namespace), err);
	if (!r) {
		pg_check_places(c->script, source, &object->id, c->places);
	}
	return r;
}

static int
add_parents(struct cloner *c, const struct needs *needs, struct sfs_error *err)
{
	struct sfs_catalog *live sfs_auto(catalog) = NULL;
	SFS_VEC(struct sfs_identity) ids = { 0 };

	sfs_vec_foreach (need, needs) {
		struct sfs_identity id = {
			.kind = SFS_TABLE, .namespace = need->namespace, .name = need->name
		};

		sfs_vec_push(&ids, id);
		id.kind = SFS_FOREIGN_TABLE;
		sfs_vec_push(&ids, id);
	}
	struct pg_read_options options = { .scope = {
						   .objects = ids.items, .n_objects = ids.len } };
	int r = pg_read(c->db, &options, &live, err);
	for (size_t i = 0; !r && i < needs->len; i++) {
		r = add_parent(c, live, &needs->items[i], err);
	}
	sfs_vec_finish(&ids);
	return r;
}

/* ---- the others: columns and keys are enough ---- */

static void
add_clone(struct cloner *c, const struct need *need, char relkind, struct sfs_str *sql)
{
	const char *actual = pg_places_of(c->places, need->namespace);

	sfs_str_add(sql, relkind == 'v' || relkind == 'm' ? "CREATE VIEW " : "CREATE TABLE ");
	sfs_quote_qualified(sql, SFS_POSTGRES, actual, need->name);
	sfs_str_add(sql, relkind == 'v' || relkind == 'm' ? " AS SELECT * FROM " : " (LIKE ");
	sfs_quote_qualified(sql, SFS_POSTGRES, need->namespace, need->name);
	if (relkind == 'r' || relkind == 'p') {
		sfs_str_add(sql, " INCLUDING INDEXES)");
	} else if (relkind == 'f') {
		sfs_str_add(sql, ")");
	}
	sfs_str_add(sql, ";\n");
}

static int
find_kinds(struct cloner *c, const struct needs *needs, PGresult **ret_kinds, struct sfs_error *err)
{
	sfs_auto(str) struct sfs_str sql = SFS_STR_INIT;

	sfs_vec_foreach (need, needs) {
		sfs_str_add(&sql, sql.len ? ", (" : "SELECT c.relkind FROM (VALUES (");
		sfs_str_addf(&sql, "%zu, ", (size_t)(need - needs->items));
		sfs_quote_literal(&sql, SFS_POSTGRES, need->namespace);
		sfs_str_add(&sql, ", ");
		sfs_quote_literal(&sql, SFS_POSTGRES, need->name);
		sfs_str_add(&sql, ")");
	}
	sfs_str_add(&sql, ") v (i, namespace, name) LEFT JOIN (pg_catalog.pg_class c"
			  " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace)"
			  " ON n.nspname = v.namespace AND c.relname = v.name"
			  " ORDER BY v.i");
	return pg_query(c->db, sql.text, 0, NULL, ret_kinds, err);
}

static int
add_likes(struct cloner *c, const struct needs *needs, struct sfs_error *err)
{
	sfs_auto(PQclear) PGresult *kinds = NULL;
	sfs_auto(str) struct sfs_str sql = SFS_STR_INIT;
	int r = find_kinds(c, needs, &kinds, err);

	for (size_t i = 0; !r && i < needs->len; i++) {
		const struct need *need = &needs->items[i];
		const char *kind = PQgetvalue(kinds, (int)i, 0);

		if (!*kind || !strchr("rpfvm", *kind)) {
			return missing(need, err);
		}
		r = place_namespace(c, need->namespace, err);
		add_clone(c, need, *kind, &sql);
		place(c, need->namespace, need->name);
	}
	return r ? r : pg_run(c->db, sfs_str_text(&sql), err);
}

int
pg_clone(struct pg_db *db, struct pg_script *script, struct pg_places *places, const char *token,
	struct pg_clones *clones, struct sfs_error *err)
{
	struct cloner c = {
		.db = db, .script = script, .places = places, .token = token, .clones = clones
	};
	struct needs needs = { 0 };
	int r = 0;

	clones->arena = sfs_arena_create();
	/* A parent's text may name parents of its own. */
	do {
		needs.len = 0;
		find_needs(&c, PG_USE_PARENT, &needs);
		r = needs.len ? add_parents(&c, &needs, err) : 0;
	} while (!r && needs.len);
	if (!r) {
		find_needs(&c, PG_USE_LOCKS, &needs);
		r = needs.len ? add_likes(&c, &needs, err) : 0;
	}
	r = r ? r : pg_add_stand_ins(db, script, places, clones, err);
	sfs_vec_finish(&needs);
	return r;
}
