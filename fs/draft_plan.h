/* SPDX-License-Identifier: MIT */
#ifndef SFS_FS_DRAFT_PLAN_H
#define SFS_FS_DRAFT_PLAN_H

#include "fs/draft_ops.h"

/* What a draft asks of the database, found out when somebody opens plan.sql, plan.json or status. */

/*
 * Answers the opening of one of the three: at once when nothing changed since they were made, else by
 * a job that makes them. Takes the locks; the caller holds none.
 */
void mnt_draft_open_said(fuse_req_t req, fuse_ino_t ino, const char *draft, const char *path,
	struct fuse_file_info *fi);

/*
 * `mv stage/DRAFT/plan.sql pending/NAME`: carries the plan out as one migration. Returns 0 or
 * -errno, or 1 when a job answers. Takes the locks.
 */
int mnt_draft_apply(struct mnt *mnt, fuse_req_t req, const char *draft, fuse_ino_t new_parent,
	const char *new_name) SFS_MUST_CHECK;

/* From a job: brings the view of a draft up to date, unless it is; -ENOENT when the draft is gone. */
int mnt_draft_look_again(struct mnt *mnt, const char *name, bool even_if_live_moved,
	struct sfs_error *err) SFS_MUST_CHECK;

#endif
