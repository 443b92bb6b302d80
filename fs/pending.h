/* SPDX-License-Identifier: MIT */
#ifndef SFS_FS_PENDING_H
#define SFS_FS_PENDING_H

#include "fs/job.h"

/*
 * pending/: migrations that wait. Each is kept below "pending" in our state directory, so that it
 * survives whatever happens, until it was applied or removed. None of these needs the lock.
 */

/* Keeps the text, applies it and shows what it did to the database. `path` is "pending/NAME". */
int mnt_pending_apply(struct mnt *mnt, struct mnt_job *job, const char *path,
	struct sfs_error *err) SFS_MUST_CHECK;

int mnt_pending_keep(struct mnt *mnt, const char *path, const struct mnt_text *text,
	struct sfs_error *err) SFS_MUST_CHECK;
void mnt_pending_forget(struct mnt *mnt, const char *path);

/* Brings back those of a former mount, but those that a crash left although they were applied. */
void mnt_pending_load(struct mnt *mnt, struct sfs_db *db);

#endif
