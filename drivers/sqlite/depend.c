// SPDX-License-Identifier: MIT
/* Who needs whom: foreign keys, views and triggers by the relations that they name. */
#include <string.h>

#include "catalog/graph.h"
#include "drivers/sqlite/mention.h"
#include "drivers/sqlite/read.h"
#include "sql/quote.h"

struct dependencies {
	struct sfs_catalog *catalog;
	struct sfs_map *relations; /* by lower-case name */
	struct sfs_object *user;
};

static const char *
lower(struct dependencies *d, const char *name)
{
	return sfs_arena_lower(d->catalog->arena, name);
}

static void
add(void *data, const char *name)
{
	struct dependencies *d = data;
	struct sfs_object *used = sfs_map_get(d->relations, name);

	if (used && used != d->user && used != d->user->owner) {
		sfs_graph_add(d->catalog, d->user, used);
	}
}

/* A foreign key needs the columns that it names of the other table: "... REFERENCES users (id)". */
static void
add_columns(struct dependencies *d, const char *definition, const struct sfs_object *table)
{
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT;
	struct sfs_lexer lexer;
	struct sfs_token token;
	bool behind = false;

	sfs_lexer_init(&lexer, SFS_SQLITE, definition, strlen(definition));
	while (sfs_lexer_word(&lexer, &token)) {
		struct sfs_object *part;

		behind = behind || sfs_token_is(definition, &token, "REFERENCES");
		sfs_str_truncate(&name, 0);
		sfs_unquote_name(&name, SFS_SQLITE, definition + token.offset, token.len);
		sfs_parts_foreach (part, table) {
			if (behind && part->id.kind == SFS_COLUMN &&
				sfs_same_name(SFS_SQLITE, part->id.name, sfs_str_text(&name))) {
				sfs_graph_add(d->catalog, d->user, part);
			}
		}
	}
}

static void
depend(struct dependencies *d, struct sfs_object *object)
{
	const char *text = NULL;

	d->user = object;
	if (object->id.kind == SFS_CONSTRAINT) {
		const char *target = sfs_object_get(object, SFS_CONSTRAINT_REFERENCES);

		const struct sfs_object *table =
			target ? sfs_map_get(d->relations, lower(d, target)) : NULL;

		if (table && table != object->owner) {
			add(d, lower(d, target));
			add_columns(d, sfs_object_get(object, SFS_CONSTRAINT_DEFINITION), table);
		}
	} else if (object->id.kind == SFS_VIEW) {
		text = sfs_object_get(object, SFS_VIEW_SQL);
	} else if (object->id.kind == SFS_TRIGGER) {
		add(d, lower(d, object->id.relation));
		text = sfs_object_get(object, SFS_TRIGGER_SQL);
	}
	if (text) {
		lite_mentions(text, add, d);
	}
}

void
lite_depend(struct sfs_catalog *catalog)
{
	struct sfs_map *relations sfs_auto(map) = sfs_map_create();
	struct dependencies d = { .catalog = catalog, .relations = relations };

	sfs_vec_foreach (object, &catalog->objects) {
		if ((*object)->id.kind == SFS_TABLE || (*object)->id.kind == SFS_VIEW) {
			sfs_map_set(relations, lower(&d, (*object)->id.name), *object);
		}
	}
	for (size_t i = 0; i < catalog->objects.len; i++) {
		depend(&d, catalog->objects.items[i]);
	}
}
