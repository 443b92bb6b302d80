/* SPDX-License-Identifier: MIT */
#ifndef SFS_CATALOG_CATALOG_H
#define SFS_CATALOG_CATALOG_H

#include "base/arena.h"
#include "base/vec.h"
#include "catalog/object.h"
#include "sql/lexer.h"

/* All objects of a database, or those asked for, as they were in one transaction. Immutable once read. */
struct sfs_catalog {
	struct sfs_arena *arena; /* owned */
	SFS_VEC(struct sfs_object *)
	objects; /* parts too; by sfs_identity_compare after sfs_catalog_seal */
	struct sfs_catalog_index *index; /* owned; private to catalog.c */
	struct sfs_graph *graph;  /* owned; private to graph.c; NULL until dependencies are added */
	enum sfs_dialect dialect; /* of the SQL in its values; the driver that reads it sets it */
	SFS_VEC(const char *) invisible; /* what the role may not see, one line each */
	/*
	 * The namespace that every new database has, and what of its common attributes is absent because
	 * it is usual there; static texts. NULL: there is none, or nothing is usual.
	 */
	const char *usual_namespace;
	const char *usual[SFS_ATTR_COMMON];
};

struct sfs_catalog *sfs_catalog_create(void);
void sfs_catalog_destroy(struct sfs_catalog *catalog); /* accepts NULL */
SFS_DEFINE_AUTO(catalog, struct sfs_catalog, sfs_catalog_destroy)

/*
 * Adds an object. The texts of `id` and of `values` are copied into the arena; `values` has an
 * entry for each attribute of the kind, NULL where it is absent, or is NULL itself when all are.
 * `owner` is the object that a part belongs to, NULL for other levels. Returns the object, or NULL
 * if one of that identity is there already.
 */
struct sfs_object *sfs_catalog_add(struct sfs_catalog *catalog, const struct sfs_identity *id,
	struct sfs_object *owner, const char *const *values);

/* Sets, replaces or (value NULL) removes an attribute while a catalog is being read. */
void sfs_catalog_set(
	struct sfs_catalog *catalog, struct sfs_object *object, int attribute, const char *value);

/* Adds all of `other`'s object, its parts too, as copies; tags are kept, dependencies are not. */
struct sfs_object *sfs_catalog_copy(struct sfs_catalog *catalog, const struct sfs_object *object);

/*
 * What the object's attributes say once it is called `name`: what is usual under one name alone has
 * to be said under the other. An entry for each attribute of its kind, borrowed.
 */
void sfs_catalog_restate(const struct sfs_catalog *catalog, const struct sfs_object *object,
	const char *name, const char **ret_values);

/* Sorts the objects and the parts of each. Call once, after the last add. */
void sfs_catalog_seal(struct sfs_catalog *catalog);

struct sfs_object *sfs_catalog_find(
	const struct sfs_catalog *catalog, const struct sfs_identity *id);

/* The table, foreign table, view or materialized view of that name: they share one space of names. */
struct sfs_object *sfs_catalog_relation(
	const struct sfs_catalog *catalog, const char *namespace, const char *name);

/* Tags are unique within a catalog; set `object->tag` and call this to find it by it later. */
void sfs_catalog_tag(struct sfs_catalog *catalog, struct sfs_object *object, uint64_t tag);
struct sfs_object *sfs_catalog_by_tag(const struct sfs_catalog *catalog, uint64_t tag);

#endif
