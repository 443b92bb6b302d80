// SPDX-License-Identifier: MIT
/* Partitions that nothing is said of, but without which their parent's key would be whole in a scratch place. */
#include <string.h>

#include "base/map.h"
#include "drivers/postgres/scratch/scratch.h"
#include "sql/quote.h"

/* What find_missing() asks for. */
enum { PARENT_NAMESPACE, PARENT_NAME, INDEX, CHILD_NAME, CHILD_NAMESPACE, BOUND };

static void
add_value(struct sfs_str *values, const char *namespace, const char *name)
{
	sfs_str_add(values, values->len ? ", (" : "(");
	sfs_quote_literal(values, SFS_POSTGRES, namespace);
	sfs_str_add(values, ", ");
	sfs_quote_literal(values, SFS_POSTGRES, name);
	sfs_str_addc(values, ')');
}

/* The tables of which the script makes an index or a key ONLY, as a list of VALUES. */
static void
add_parents(struct pg_script *script, struct sfs_str *values)
{
	sfs_vec_foreach (statement, &script->statements) {
		const struct pg_head *head = &statement->head;

		if (!pg_is_incomplete(statement)) {
			continue;
		}
		const struct pg_ref *table =
			head->kind == SFS_INDEX ? &head->on : &head->targets.items[0];
		const char *namespace = table->namespace ? table->namespace : statement->namespace;

		if (table->name && namespace) {
			add_value(values, namespace, table->name);
		}
	}
}

/* The partitions that have no part of some index of theirs. */
static int
find_missing(struct pg_db *db, const char *values, PGresult **ret_missing, struct sfs_error *err)
{
	sfs_auto(str) struct sfs_str sql = SFS_STR_INIT;

	sfs_str_addf(&sql,
		"SELECT DISTINCT v.namespace, v.name, i.indexrelid, c.relname, cn.nspname,"
		" pg_catalog.pg_get_expr(c.relpartbound, c.oid)"
		" FROM (VALUES %s) v (namespace, name)"
		" JOIN pg_catalog.pg_namespace n ON n.nspname = v.namespace"
		" JOIN pg_catalog.pg_class p ON p.relnamespace = n.oid AND p.relname = v.name"
		" JOIN pg_catalog.pg_index i ON i.indrelid = p.oid AND NOT i.indisvalid"
		" JOIN pg_catalog.pg_inherits h ON h.inhparent = p.oid"
		" JOIN pg_catalog.pg_class c ON c.oid = h.inhrelid AND c.relispartition"
		" JOIN pg_catalog.pg_namespace cn ON cn.oid = c.relnamespace"
		" WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_inherits ih"
		" JOIN pg_catalog.pg_index ci ON ci.indexrelid = ih.inhrelid AND ci.indisvalid"
		" WHERE ih.inhparent = i.indexrelid AND ci.indrelid = c.oid)"
		" ORDER BY 1, 2, 3, 4, 5",
		values);
	return pg_query(db, sql.text, 0, NULL, ret_missing, err);
}

/* A table of its name and its bound, in the schema of the parent. */
static int
add_stand_in(struct pg_script *script, struct pg_places *places, struct pg_clones *clones,
	char *const *row, struct sfs_error *err)
{
	sfs_auto(str) struct sfs_str text = SFS_STR_INIT;
	struct sfs_source *source = sfs_arena_alloc(clones->arena, sizeof *source);
	struct pg_ref *made = sfs_arena_alloc(clones->arena, sizeof *made);
	const char *namespace = sfs_arena_strdup(clones->arena, row[PARENT_NAMESPACE]);

	made->space = PG_SPACE_RELATION;
	made->namespace = namespace;
	made->name = pg_places_find(places, PG_SPACE_RELATION, namespace, row[CHILD_NAME])
			     ? sfs_arena_printf(clones->arena, "stand_in_%s", row[INDEX])
			     : sfs_arena_strdup(clones->arena, row[CHILD_NAME]);
	sfs_str_add(&text, "CREATE TABLE ");
	sfs_quote_qualified(&text, SFS_POSTGRES, namespace, made->name);
	sfs_str_add(&text, " PARTITION OF ");
	sfs_quote_qualified(&text, SFS_POSTGRES, namespace, row[PARENT_NAME]);
	sfs_str_addf(&text, " %s", row[BOUND]);
	source->path = made->name;
	source->text = sfs_arena_strdup(clones->arena, sfs_str_text(&text));
	source->len = text.len;
	pg_places_add(places, PG_SPACE_RELATION, namespace, made->name);
	sfs_vec_push(&clones->made, made);
	sfs_vec_push(&clones->sources, source);
	return pg_script_add(script, source, namespace, err);
}

int
pg_add_stand_ins(struct pg_db *db, struct pg_script *script, struct pg_places *places,
	struct pg_clones *clones, struct sfs_error *err)
{
	sfs_auto(PQclear) PGresult *missing = NULL;
	sfs_auto(str) struct sfs_str values = SFS_STR_INIT;
	struct sfs_map *stand = sfs_map_create(); /* the names of those that do */
	const char *done = "";
	int r;

	add_parents(script, &values);
	r = values.len ? find_missing(db, sfs_str_text(&values), &missing, err) : 0;
	for (int row = 0; !r && row < PQntuples(missing); row++) {
		char *columns[BOUND + 1];

		for (int i = 0; i <= BOUND; i++) {
			columns[i] = PQgetvalue(missing, row, i);
		}
		const char *child = sfs_arena_printf(
			clones->arena, "%s\x01%s", columns[CHILD_NAMESPACE], columns[CHILD_NAME]);
		/* One is enough; what a text is there for says itself what it has. */
		if (strcmp(columns[INDEX], done) == 0) {
			continue;
		}
		if (sfs_map_has(stand, child)) {
			done = columns[INDEX];
		} else if (!pg_places_find(places, PG_SPACE_RELATION, columns[CHILD_NAMESPACE],
				   columns[CHILD_NAME])) {
			done = columns[INDEX];
			sfs_map_set(stand, child, stand);
			r = add_stand_in(script, places, clones, columns, err);
		}
	}
	sfs_map_destroy(stand);
	return r;
}
