/* SPDX-License-Identifier: MIT */
#ifndef SFS_CATALOG_FOLD_H
#define SFS_CATALOG_FOLD_H

#include "catalog/catalog.h"

/*
 * Parts that take no more room than their texts. Most of a catalog are columns, constraints and
 * indexes, and who reads all of it only to print one file after the other looks at those of one
 * owner at a time. Until it is unfolded a folded part is no object: nothing finds it, it has no tag,
 * and it does not stand in the catalog's list.
 *
 * Different owners may be unfolded by different threads at once.
 */

/*
 * As sfs_catalog_add() for a part in its owner's namespace; the identity must be a new one. Not
 * compared with the others: who folds knows that.
 */
void sfs_fold(struct sfs_catalog *catalog, const struct sfs_identity *id, struct sfs_object *owner,
	const char *const *values, uint32_t position, bool locked);

/* As sfs_object_part(); one that is folded becomes an object of the catalog for good. */
struct sfs_object *sfs_fold_part(struct sfs_catalog *catalog, struct sfs_object *owner,
	enum sfs_kind kind, const char *name);

/* Gives the owner its folded parts, in order; they live in `arena`, and until sfs_refold(). */
void sfs_unfold(struct sfs_object *owner, struct sfs_arena *arena);
void sfs_refold(struct sfs_object *owner);

#endif
