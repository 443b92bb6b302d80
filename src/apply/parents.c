// SPDX-License-Identifier: MIT
/* Parents of tables that texts name. */
#include <string.h>

#include "apply/parents.h"
#include "catalog/graph.h"
#include "diff/diff.h"
#include "sql/lexer.h"
#include "sql/quote.h"

struct finder {
	const struct sfs_catalog *evaluated, *from;
	struct sfs_arena *arena;
	struct sfs_parents *parents;
	bool found;
};

/* "namespace.name, ..." as attributes have it. */
static void
each_of(const char *list, void (*visit)(void *data, const struct sfs_identity *parent), void *data)
{
	struct sfs_str words[2] = { SFS_STR_INIT, SFS_STR_INIT };
	struct sfs_lexer lexer;
	struct sfs_token token;
	size_t n = 0;

	sfs_lexer_init(&lexer, SFS_POSTGRES, list ? list : "", list ? strlen(list) : 0);
	while (sfs_lexer_word(&lexer, &token)) {
		if (token.type == SFS_TOKEN_OPERATOR) {
			continue;
		}
		sfs_str_truncate(&words[n], 0);
		sfs_unquote_name(&words[n], SFS_POSTGRES, list + token.offset, token.len);
		if (++n == 2) {
			visit(data, &(struct sfs_identity){ .kind = SFS_TABLE,
					    .namespace = sfs_str_text(&words[0]),
					    .name = sfs_str_text(&words[1]) });
			n = 0;
		}
	}
	sfs_str_finish(&words[0]);
	sfs_str_finish(&words[1]);
}

static void
each_parent(const struct sfs_object *table,
	void (*visit)(void *data, const struct sfs_identity *parent), void *data)
{
	if (table->id.kind == SFS_TABLE || table->id.kind == SFS_FOREIGN_TABLE) {
		each_of(sfs_object_get(table, SFS_TABLE_PARTITION_OF), visit, data);
		each_of(sfs_object_get(table, SFS_TABLE_INHERITS), visit, data);
	}
}

static void
add_parent(void *data, const struct sfs_identity *parent)
{
	struct finder *f = data;

	if (sfs_catalog_find(f->evaluated, parent) || sfs_catalog_find(f->from, parent)) {
		return;
	}
	sfs_vec_foreach (known, f->parents) {
		if (sfs_identity_equal(known, parent)) {
			return;
		}
	}
	sfs_vec_push(f->parents, (struct sfs_identity){ .kind = SFS_TABLE,
					 .namespace = sfs_arena_strdup(f->arena, parent->namespace),
					 .name = sfs_arena_strdup(f->arena, parent->name) });
	f->found = true;
}

/* Whether a table is to its parents what it was: then there may be hundreds of others below them. */
static bool
stays_in_family(const struct sfs_object *before, const struct sfs_object *now)
{
	const struct sfs_object *part;

	if (!before || sfs_attribute_differs(before, now, SFS_TABLE_PARTITION_OF) ||
		sfs_attribute_differs(before, now, SFS_TABLE_PARTITION_BOUND) ||
		sfs_attribute_differs(before, now, SFS_TABLE_INHERITS)) {
		return false;
	}
	sfs_parts_foreach (part, now) {
		const struct sfs_object *was =
			part->id.kind == SFS_COLUMN
				? sfs_object_part(before, SFS_COLUMN, part->id.name)
				: NULL;

		if (part->id.kind == SFS_COLUMN &&
			sfs_object_has(part, SFS_COLUMN_INHERITED) !=
				(was && sfs_object_has(was, SFS_COLUMN_INHERITED))) {
			return false;
		}
	}
	return true;
}

bool
sfs_parents_add(const struct sfs_catalog *evaluated, const struct sfs_catalog *from,
	struct sfs_arena *arena, struct sfs_parents *parents)
{
	struct finder f = {
		.evaluated = evaluated, .from = from, .arena = arena, .parents = parents
	};

	sfs_vec_foreach (object, &evaluated->objects) {
		if (!stays_in_family(sfs_catalog_find(from, &(*object)->id), *object)) {
			each_parent(*object, add_parent, &f);
		}
	}
	return f.found;
}

struct link {
	struct sfs_catalog *catalog;
	struct sfs_object *table;
};

static void
add_link(void *data, const struct sfs_identity *parent)
{
	const struct link *link = data;
	struct sfs_object *found = sfs_catalog_find(link->catalog, parent);

	if (found) {
		sfs_graph_add(link->catalog, link->table, found);
	}
}

void
sfs_parents_link(struct sfs_catalog *catalog, const struct sfs_catalog *evaluated)
{
	sfs_vec_foreach (object, &evaluated->objects) {
		struct link link = { catalog, sfs_catalog_find(catalog, &(*object)->id) };

		if (link.table) {
			each_parent(link.table, add_link, &link);
		}
	}
}
