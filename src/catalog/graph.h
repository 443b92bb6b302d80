/* SPDX-License-Identifier: MIT */
#ifndef SFS_CATALOG_GRAPH_H
#define SFS_CATALOG_GRAPH_H

#include "catalog/catalog.h"

/*
 * Who needs whom, within one catalog: an edge says that `user` can not exist without `used`. A part
 * needs its owner without an edge of its own.
 */
struct sfs_objects {
	struct sfs_object *const *items; /* borrowed from the catalog */
	size_t len;
};

/* Adds an edge; the same one twice, or one from an object to itself, is ignored. */
void sfs_graph_add(struct sfs_catalog *catalog, struct sfs_object *user, struct sfs_object *used);

/* What `object` needs, and what needs `object`; empty when nothing. Valid until the next add. */
struct sfs_objects sfs_graph_uses(
	const struct sfs_catalog *catalog, const struct sfs_object *object);
struct sfs_objects sfs_graph_used_by(
	const struct sfs_catalog *catalog, const struct sfs_object *object);

/*
 * The objects that have files of their own (parts stand with their owners), each after all that it
 * needs where that is possible; ties by sfs_identity_compare. A circle is entered at its smallest
 * member. Owned by the caller (free `items`).
 */
struct sfs_order SFS_VEC_OF(const struct sfs_object *);
void sfs_graph_order(const struct sfs_catalog *catalog, struct sfs_order *ret_order);

/* For the catalog: ends its graph (NULL is fine); drops its arrays when the objects were sorted. */
struct sfs_graph;
void sfs_graph_destroy(struct sfs_graph *graph);
void sfs_graph_reindex(struct sfs_catalog *catalog);

#endif
