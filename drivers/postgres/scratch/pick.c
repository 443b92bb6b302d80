// SPDX-License-Identifier: MIT
/* Takes out of a catalog what some files hold. */
#include "drivers/postgres/scratch/scratch.h"

bool
pg_is_filed(const struct sfs_object *object, const struct sfs_identity *id)
{
	const struct sfs_identity *own = &sfs_object_filed(object)->id;

	return own->kind == id->kind && sfs_streq(own->namespace, id->namespace) &&
	       sfs_streq(own->relation, id->relation) && sfs_streq(own->name, id->name);
}

static bool
is_wanted(const struct sfs_object *object, const struct sfs_identity *ids, size_t n_ids)
{
	for (size_t i = 0; i < n_ids; i++) {
		if (pg_is_filed(object, &ids[i])) {
			return true;
		}
	}
	return false;
}

static void
copy_needs(struct sfs_catalog *picked, const struct sfs_catalog *catalog,
	const struct sfs_object *object)
{
	struct sfs_object *user = sfs_catalog_find(picked, &object->id);
	struct sfs_objects uses = sfs_graph_uses(catalog, object);

	for (size_t i = 0; user && i < uses.len; i++) {
		struct sfs_object *used = sfs_catalog_find(picked, &uses.items[i]->id);

		if (used) {
			sfs_graph_add(picked, user, used);
		}
	}
}

struct sfs_catalog *
pg_pick(const struct sfs_catalog *catalog, const struct sfs_identity *ids, size_t n_ids)
{
	struct sfs_catalog *picked = sfs_catalog_create();

	picked->dialect = catalog->dialect;
	sfs_vec_foreach (object, &catalog->objects) {
		/* An object is copied with its parts. */
		if (!(*object)->owner && is_wanted(*object, ids, n_ids)) {
			(void)sfs_catalog_copy(picked, *object);
		}
	}
	sfs_catalog_seal(picked);
	sfs_vec_foreach (object, &catalog->objects) {
		copy_needs(picked, catalog, *object);
	}
	return picked;
}

static const struct pg_stmt *
maker_of(const struct pg_script *script, const struct sfs_object *object)
{
	sfs_vec_foreach (statement, &script->statements) {
		const struct pg_head *head = &statement->head;

		if (head->kind != SFS_MATERIALIZED_VIEW || !head->creates || !head->targets.len) {
			continue;
		}
		const struct pg_ref *target = &head->targets.items[0];
		const char *namespace =
			target->namespace ? target->namespace : statement->namespace;

		if (sfs_streq(target->name, object->id.name) &&
			sfs_streq(namespace, object->id.namespace)) {
			return statement;
		}
	}
	return NULL;
}

void
pg_keep_rows(const struct pg_script *script, struct sfs_catalog *catalog)
{
	sfs_vec_foreach (object, &catalog->objects) {
		if ((*object)->id.kind != SFS_MATERIALIZED_VIEW) {
			continue;
		}
		const struct pg_stmt *maker = maker_of(script, *object);

		if (!maker || !maker->tree || !maker->tree->no_data) {
			sfs_catalog_set(catalog, *object, SFS_VIEW_UNPOPULATED, NULL);
		}
	}
}
