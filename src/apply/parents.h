/* SPDX-License-Identifier: MIT */
#ifndef SFS_APPLY_PARENTS_H
#define SFS_APPLY_PARENTS_H

#include "catalog/catalog.h"

struct sfs_parents SFS_VEC_OF(struct sfs_identity);

/*
 * Adds the parents of those of the evaluated tables that become children or partitions, or others than they
 * were in `from`: those parents that are neither among them nor in `from`, once each; their names live
 * in `arena`. What a table becomes is told by its parents: a plan has to see them. Whether there were any.
 */
bool sfs_parents_add(const struct sfs_catalog *evaluated, const struct sfs_catalog *from,
	struct sfs_arena *arena, struct sfs_parents *parents);

/* Lets those of the evaluated tables that are in the catalog need their parents that are there, too. */
void sfs_parents_link(struct sfs_catalog *catalog, const struct sfs_catalog *evaluated);

#endif
