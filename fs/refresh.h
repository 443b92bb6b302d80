/* SPDX-License-Identifier: MIT */
#ifndef SFS_FS_REFRESH_H
#define SFS_FS_REFRESH_H

#include "fs/known.h"
#include "fs/state.h"

/*
 * Readings of the catalog that are put into the tree. Both give -EAGAIN when the database was changed
 * by us meanwhile, so that what was read may be old. Not under the lock.
 */

/* Everything; what is known afterwards goes to `known`, which may be NULL. */
int mnt_refresh_whole(struct mnt *mnt, struct sfs_db *db, struct mnt_known *known,
	struct sfs_error *err) SFS_MUST_CHECK;

/*
 * Only what changed since `known`, and what depends on that; 1 when everything has to be read
 * instead. What is written about the whole (generated/) is not touched.
 */
int mnt_refresh_some(struct mnt *mnt, struct sfs_db *db, struct mnt_known *known,
	struct sfs_error *err) SFS_MUST_CHECK;

/* Only what is written about the whole: generated/. The tree stays as it is. */
int mnt_refresh_generated(struct mnt *mnt, struct sfs_db *db, struct sfs_error *err) SFS_MUST_CHECK;

/*
 * What changed since `known` as far as that can be told quickly, so that it is seen without delay. What
 * went is not told; a look at the whole, by mnt_refresh_some(), has to follow.
 */
int mnt_refresh_recent(struct mnt *mnt, struct sfs_db *db, struct mnt_known *known,
	struct sfs_error *err) SFS_MUST_CHECK;

#endif
