/* SPDX-License-Identifier: MIT */
#ifndef SFS_APPLY_PARTIAL_H
#define SFS_APPLY_PARTIAL_H

#include "drivers/driver.h"

/*
 * A tree compared with a database by the files in which they differ. What says byte for byte what
 * the database has is taken from there; the other files are evaluated, and with them those that
 * their changes reach (reach.h), in the place where a saved file is tried out. So the cost follows
 * the change and not the size of the database.
 */
struct sfs_partial {
	struct sfs_catalog *from,
		*to;             /* owned; what the database has of those files, and shall have */
	struct sfs_tree before;  /* the files of `from` as they are */
	struct sfs_tree changed; /* files of the tree that differ; texts borrowed from the tree */
};

void sfs_partial_finish(struct sfs_partial *partial); /* accepts a zeroed one */
SFS_DEFINE_AUTO_VALUE(partial, struct sfs_partial, sfs_partial_finish)

/*
 * `live` is what the database has, rendered from `all`; `tree` is what it shall have. False when only
 * the whole can tell: too many files differ, or such as everything stands on, or a text can not be evaluated;
 * then nothing is filled.
 */
bool sfs_partial_evaluate(struct sfs_db *db, const struct sfs_catalog *all,
	const struct sfs_tree *live, const struct sfs_tree *tree, struct sfs_partial *ret_partial);

/* What has to be read again after the way from one to the other: all that has a file in either. Owned. */
struct sfs_identity *sfs_partial_scope(
	const struct sfs_catalog *from, const struct sfs_catalog *to, size_t *ret_n);

#endif
