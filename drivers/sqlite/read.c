// SPDX-License-Identifier: MIT
/* The catalog from sqlite_schema: one statement, and the stored texts taken apart. */
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "catalog/fold.h"
#include "drivers/sqlite/census.h"
#include "drivers/sqlite/parse.h"
#include "drivers/sqlite/read.h"
#include "drivers/sqlite/scope.h"

struct reader {
	struct sfs_catalog *catalog;   /* owned until it is returned */
	struct lite_virtuals virtuals; /* owned */
	struct lite_scope *scope;      /* owned; NULL: everything */
	bool texts;                    /* only what print() needs */
	bool folded;                   /* and indexes folded */
	const char *ledger;            /* where drizzle's table is not called as usual; or NULL */
	struct lite_table table;       /* owned; used for one table after the other */
	struct lite_index index;       /* owned; the same for indexes */
	struct sfs_map *relations;     /* owned; objects by lower-case name */
	struct sfs_map *spelled;       /* owned; how relations that are not read write themselves */
	struct sfs_str key;
	struct sfs_arena *arena; /* owned; of the rows */
	SFS_VEC(struct lite_stored) rows;
	SFS_VEC(struct lite_stored) late; /* indexes that came before their tables */
};

static void
reader_finish(struct reader *r)
{
	sfs_catalog_destroy(r->catalog);
	lite_virtuals_finish(&r->virtuals);
	lite_scope_destroy(r->scope);
	lite_table_finish(&r->table);
	lite_index_finish(&r->index);
	sfs_map_destroy(r->relations);
	sfs_map_destroy(r->spelled);
	sfs_str_finish(&r->key);
	sfs_vec_finish(&r->late);
	sfs_vec_finish(&r->rows);
	sfs_arena_destroy(r->arena);
}

SFS_DEFINE_AUTO_VALUE(reader, struct reader, reader_finish)

static const char *
lower(struct reader *r, const char *name)
{
	sfs_str_truncate(&r->key, 0);
	sfs_str_add(&r->key, name);
	sfs_str_lower(&r->key, 0);
	return sfs_str_text(&r->key);
}

/* The table as the index spells it may differ in case from the table's own spelling. */
static struct sfs_object *
relation_of(struct reader *r, const char *name)
{
	return sfs_map_get(r->relations, lower(r, name));
}

static void
add_table(struct reader *r, const struct lite_stored *row)
{
	struct sfs_object *table = lite_read_table(r->catalog, r->texts ? NULL : &r->table, row);

	if (table) {
		table->tag = lite_tag(row->type, row->name);
		sfs_map_set(r->relations, sfs_arena_strdup(r->catalog->arena, lower(r, row->name)),
			table);
	}
}

static void
add_index(struct reader *r, const struct lite_stored *row, struct sfs_object *table)
{
	const char *values[64] = { NULL };
	struct sfs_identity id = {
		.kind = SFS_INDEX,
		.namespace = LITE_NAMESPACE,
		.relation = table->id.name,
		.name = row->name,
	};

	values[SFS_INDEX_SQL] = row->sql;
	if (!r->texts) {
		lite_index_parse(&r->index, row->sql, table->id.name);
		values[SFS_INDEX_UNIQUE] = r->index.unique ? "true" : NULL;
		values[SFS_INDEX_KEYS] = sfs_str_text(&r->index.keys);
		values[SFS_INDEX_PREDICATE] =
			r->index.predicate.len ? r->index.predicate.text : NULL;
	}
	if (r->folded) {
		sfs_fold(r->catalog, &id, table, values, 0, false);
	} else {
		(void)sfs_catalog_add(r->catalog, &id, table, values);
	}
}

/* What an index is filed with: its table, or the virtual table that has its table for itself. */
static struct sfs_object *
owner_of(struct reader *r, const char *name)
{
	struct sfs_object *table = relation_of(r, name);
	const char *shadowed = table ? NULL : lite_shadowed(&r->virtuals, name);

	return shadowed ? relation_of(r, shadowed) : table;
}

/* A row that is there for longer than the statement that gave it. */
static struct lite_stored
keep_row(struct reader *r, const struct lite_stored *row)
{
	return (struct lite_stored){
		.type = sfs_arena_intern(r->arena, row->type),
		.name = sfs_arena_strdup(r->arena, row->name),
		.relation = sfs_arena_strdup(r->arena, row->relation),
		.sql = sfs_arena_strdup(r->arena, row->sql),
	};
}

static void
add_index_later(struct reader *r, const struct lite_stored *row)
{
	struct sfs_object *table = owner_of(r, row->relation);

	if (table) {
		add_index(r, row, table);
	} else {
		sfs_vec_push(&r->late, keep_row(r, row));
	}
}

static void
add_view(struct reader *r, const struct lite_stored *row)
{
	const char *values[64] = { NULL };
	struct sfs_str query sfs_auto(str) = SFS_STR_INIT;
	struct sfs_identity id = {
		.kind = SFS_VIEW, .namespace = LITE_NAMESPACE, .name = row->name
	};

	values[SFS_VIEW_SQL] = row->sql;
	if (!r->texts) {
		lite_body_normal(row->sql, false, &query);
		values[SFS_VIEW_QUERY] = sfs_str_text(&query);
	}
	struct sfs_object *view = sfs_catalog_add(r->catalog, &id, NULL, values);
	if (view) {
		view->tag = lite_tag(row->type, row->name);
		sfs_map_set(r->relations, sfs_arena_strdup(r->catalog->arena, lower(r, row->name)),
			view);
	}
}

static void
add_trigger(struct reader *r, const struct lite_stored *row)
{
	const char *values[64] = { NULL };
	struct sfs_str body sfs_auto(str) = SFS_STR_INIT;
	const struct sfs_object *relation = relation_of(r, row->relation);
	struct sfs_identity id = {
		.kind = SFS_TRIGGER,
		.namespace = LITE_NAMESPACE,
		.relation = row->relation,
		.name = row->name,
	};

	if (relation) {
		id.relation = relation->id.name;
	} else if (r->scope) {
		const char *spelled = sfs_map_get(r->spelled, lower(r, row->relation));

		id.relation = spelled ? spelled : row->relation;
	}
	values[SFS_TRIGGER_SQL] = row->sql;
	if (!r->texts) {
		lite_body_normal(row->sql, true, &body);
		values[SFS_TRIGGER_DEFINITION] = sfs_str_text(&body);
	}
	struct sfs_object *trigger = sfs_catalog_add(r->catalog, &id, NULL, values);
	if (trigger) {
		trigger->tag = lite_tag(row->type, row->name);
	}
}

static bool
is_internal(const struct reader *r, const char *name)
{
	return lite_is_internal(&r->virtuals, name) ||
	       (r->ledger && strcasecmp(name, r->ledger) == 0);
}

/* Whether what stands on it is nobody's either: people put indexes and triggers on a module's tables. */
static bool
is_reserved(const struct reader *r, const char *name)
{
	return is_internal(r, name) && !lite_shadowed(&r->virtuals, name);
}

static void
add_row(struct reader *r, const struct lite_stored *row)
{
	if (is_internal(r, row->name) || (r->scope && !lite_scope_takes(r->scope, row))) {
		return;
	}
	switch (row->type[0]) {
	case 't':
		if (row->type[1] == 'a') {
			add_table(r, row);
		} else if (!is_reserved(r, row->relation)) {
			add_trigger(r, row);
		}
		break;
	case 'i':
		if (!is_reserved(r, row->relation)) {
			add_index_later(r, row);
		}
		break;
	case 'v':
		add_view(r, row);
		break;
	default:
		break;
	}
}

/*
 * What sqlite_schema says. Who reads the file keeps writers from it, and their programs seldom wait, so
 * it is copied and let go of before texts are taken apart. Where they are not, objects are made at once:
 * that takes no longer than copying, and half the room.
 */
static void
take_row(void *data, const struct lite_stored *row)
{
	struct reader *r = data;

	if (r->texts && !r->scope) {
		add_row(r, row);
	} else {
		sfs_vec_push(&r->rows, keep_row(r, row));
	}
}

static void
add_rows(struct reader *r)
{
	sfs_vec_foreach (row, &r->rows) {
		add_row(r, row);
	}
	sfs_vec_foreach (late, &r->late) {
		struct sfs_object *table = owner_of(r, late->relation);

		if (table) {
			add_index(r, late, table);
		}
	}
}

static void
spell(void *data, const struct lite_stored *row)
{
	struct reader *r = data;

	if (sfs_map_has(r->spelled, lower(r, row->name))) {
		const char *name = sfs_arena_strdup(r->arena, row->name);

		sfs_map_set(r->spelled, lower(r, row->name), (void *)name);
	}
}

/*
 * A trigger's file begins with the name of its table, as that writes it: `ON T` may be said of a table t,
 * which a reading of the trigger alone does not come upon.
 */
static int
ask_spelling(struct reader *r, const struct lite_stored_from *from, struct sfs_error *err)
{
	bool any = false;

	sfs_vec_foreach (row, &r->rows) {
		if (strcmp(row->type, "trigger") == 0 && lite_scope_takes(r->scope, row)) {
			const char *key = sfs_arena_strdup(r->arena, lower(r, row->relation));

			sfs_map_set(r->spelled, key, (void *)row->relation);
			any = true;
		}
	}
	return any ? lite_stored_each(from, "type IN ('table', 'view')", spell, r, err) : 0;
}

/* All that is asked of the database; of several statements, so that they see one schema. */
static int
ask(struct reader *r, sqlite3 *conn, const struct sfs_scope *scope, struct sfs_error *err)
{
	const struct lite_stored_from from = { .conn = conn };
	bool own = sqlite3_get_autocommit(conn);
	int rc = own ? lite_run(conn, "BEGIN", err) : 0;

	if (rc < 0) {
		return rc;
	}
	rc = lite_virtuals_read(conn, &r->virtuals, err);
	if (rc == 0 && sfs_scope_is_partial(scope)) {
		rc = lite_scope_create(&from, scope, &r->scope, err);
	}
	if (rc == 0) {
		rc = lite_stored_each(&from, "true", take_row, r, err);
	}
	if (rc == 0 && r->scope) {
		rc = ask_spelling(r, &from, err);
	}
	if (own) {
		(void)lite_run(conn, "ROLLBACK", NULL);
	}
	/* The pages have been made use of; nobody asks for them soon. */
	(void)sqlite3_db_release_memory(conn);
	return rc;
}

static void
take_known_row(void *data, const struct lite_stored *row)
{
	add_row(data, row);
}

/* Of what was read a moment ago; what is none of the user's is not in there. */
static int
look_up(struct reader *r, const struct sfs_scope *scope, struct sfs_error *err)
{
	const struct lite_stored_from from = { .known = scope->known };
	int rc = lite_scope_create(&from, scope, &r->scope, err);

	return rc < 0 ? rc : lite_stored_each(&from, "true", take_known_row, r, err);
}

static int
read_all(sqlite3 *conn, const char *ledger, const struct sfs_scope *scope,
	struct sfs_catalog **ret_catalog, struct sfs_error *err)
{
	struct reader r sfs_auto(reader) = {
		.catalog = sfs_catalog_create(),
		.arena = sfs_arena_create(),
		.relations = sfs_map_create(),
		.spelled = sfs_map_create(),
		.texts = scope->texts,
		.folded = scope->folded,
		.ledger = ledger,
	};

	lite_table_init(&r.table);
	r.catalog->dialect = SFS_SQLITE;
	int rc = scope->known && sfs_scope_is_partial(scope) ? look_up(&r, scope, err)
							     : ask(&r, conn, scope, err);
	if (rc < 0) {
		return rc;
	}
	add_rows(&r);
	if (!sfs_scope_is_partial(scope)) {
		(void)sfs_catalog_add(r.catalog,
			&(struct sfs_identity){ .kind = SFS_NAMESPACE,
				.namespace = LITE_NAMESPACE,
				.name = LITE_NAMESPACE },
			NULL, NULL);
	}
	sfs_catalog_seal(r.catalog);
	if (sfs_scope_is_partial(scope) || scope->dependencies) {
		lite_depend(r.catalog);
	}
	*ret_catalog = sfs_steal(r.catalog);
	return 0;
}

int
lite_read_from(sqlite3 *conn, const struct sfs_scope *scope, struct sfs_catalog **ret_catalog,
	struct sfs_error *err)
{
	return read_all(conn, NULL, scope, ret_catalog, err);
}

int
lite_read(struct sfs_db *base, const struct sfs_scope *scope, struct sfs_catalog **ret_catalog,
	struct sfs_error *err)
{
	struct lite_db *db = lite_of(base);
	int r = lite_follow_file(db, err);

	return r < 0 ? r : read_all(db->conn, db->ledger_table, scope, ret_catalog, err);
}
