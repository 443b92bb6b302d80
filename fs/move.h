/* SPDX-License-Identifier: MIT */
#ifndef SFS_FS_MOVE_H
#define SFS_FS_MOVE_H

#include "fs/job.h"

/* A request to rename, looked up. */
struct mnt_move {
	fuse_req_t req;
	struct mnt_node *node; /* what is moved */
	struct mnt_node *new_parent;
	const char *new_name;
	struct mnt_node *target;   /* what stands there now and is seen, NULL when nothing */
	struct mnt_node *standing; /* the same, or what is hidden there */
	enum mnt_role new_role;    /* what a file is at the new place */
	unsigned flags;
};

/* Those of the kinds of renames that are more than a file in memory getting another name: 0 or -errno,
 * or 1 when a job answers. All need the lock. */
int mnt_move_object(struct mnt *mnt, const struct mnt_move *move);
int mnt_move_directory(struct mnt *mnt, const struct mnt_move *move);
int mnt_move_over(struct mnt *mnt, const struct mnt_move *move);
int mnt_move_to_pending(struct mnt *mnt, const struct mnt_move *move);
int mnt_move_exchange(struct mnt *mnt, const struct mnt_move *move);

/* A job for a rename; needs the lock. */
struct mnt_job *mnt_move_job(struct mnt *mnt, const struct mnt_move *move,
	void (*run)(struct mnt *mnt, struct mnt_job *job));

/* Hands the job over, unless its like was refused a moment ago: then 0 or -errno is the answer. */
int mnt_move_push(struct mnt *mnt, struct mnt_job *job);

/* From a job: answers that it was refused, with the notes beside `path`. */
void mnt_move_refuse(struct mnt *mnt, struct mnt_job *job, const char *path,
	const struct sfs_error *err, const struct mnt_text *text, int verdict);

/* From a job: what was moved to pending/ was applied, and stands in migrations/. Answers. */
void mnt_move_applied(struct mnt *mnt, struct mnt_job *job);

/* Where a path's last name begins; the directory's node in `ret_parent`. Needs the lock. */
const char *mnt_move_split(struct mnt *mnt, const char *path, struct mnt_node **ret_parent);

/* Puts a node where the kernel will have it after our answer; what stood there is gone. Needs the lock. */
void mnt_move_place(
	struct mnt *mnt, struct mnt_node *node, struct mnt_node *parent, const char *name);

/* The buffer's bytes are the file now, and were judged with it. Needs the lock. */
void mnt_move_settle(struct mnt *mnt, struct mnt_node *node);

#endif
