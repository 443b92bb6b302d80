/* SPDX-License-Identifier: MIT */
#ifndef SFS_FS_RECORD_H
#define SFS_FS_RECORD_H

#include "fs/job.h"

/*
 * Applies edits together as the mount's policy has it; with -o record they become the next migration,
 * too, which is called after the first.
 */
int mnt_record_apply(struct mnt *mnt, struct sfs_db *db, const struct sfs_edit *edits, size_t n,
	struct sfs_outcome *outcome, struct sfs_error *err) SFS_MUST_CHECK;

#endif
