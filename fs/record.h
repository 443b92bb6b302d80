/* SPDX-License-Identifier: MIT */
#ifndef SFS_FS_RECORD_H
#define SFS_FS_RECORD_H

#include "fs/job.h"

/* Applies an edit as the mount's policy has it; with -o record it becomes the next migration, too. */
int mnt_record_apply(struct mnt *mnt, struct sfs_db *db, const struct sfs_edit *edit,
	struct sfs_outcome *outcome, struct sfs_error *err) SFS_MUST_CHECK;

#endif
