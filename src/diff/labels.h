/* SPDX-License-Identifier: MIT */
#ifndef SFS_DIFF_LABELS_H
#define SFS_DIFF_LABELS_H

#include "base/arena.h"
#include "catalog/catalog.h"

/* The labels of an enum, as texts; of what is none there are none. */
struct sfs_labels SFS_VEC_OF(const char *);

/* Appends them in their order; the texts live in `arena`, the vector is the caller's. */
void sfs_labels_read(
	const struct sfs_object *type, struct sfs_arena *arena, struct sfs_labels *ret_labels);

/* Gives a type of the catalog these labels. */
void sfs_labels_write(
	struct sfs_catalog *catalog, struct sfs_object *type, const struct sfs_labels *labels);

#endif
