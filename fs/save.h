/* SPDX-License-Identifier: MIT */
#ifndef SFS_FS_SAVE_H
#define SFS_FS_SAVE_H

#include "fs/job.h"

/* The verdict on what a person wrote: from a file's bytes to the database, or to a refusal. */

/* Whether the text holds only space, or only space and comments. */
bool mnt_is_blank(const char *text, size_t len);
bool mnt_says_nothing(const struct mnt *mnt, const char *text, size_t len);

/*
 * Decides about what a node's buffer holds. Returns true when a job was made that will answer `req`
 * (NULL: nobody waits); otherwise `ret_verdict` is 0 or -errno. Needs the lock. `wrote`: the
 * caller changed something, so a verdict that is there already concerns it. `closing` is false for
 * fsync.
 */
bool mnt_judge(struct mnt *mnt, fuse_req_t req, struct mnt_node *node, bool wrote, bool closing,
	int *ret_verdict);

/* Forgets the buffer when nobody writes and it was judged; needs the lock. */
void mnt_settle(struct mnt *mnt, struct mnt_node *node);

/*
 * From a job: carries out edits and logs what came of it. On success the caller puts the outcome into
 * the view with mnt_save_publish, under the lock.
 */
int mnt_save_apply_all(struct mnt *mnt, struct mnt_job *job, const struct sfs_edit *edits, size_t n,
	struct sfs_outcome *outcome, struct sfs_error *err) SFS_MUST_CHECK;

/* The same for one. */
int mnt_save_apply(struct mnt *mnt, struct mnt_job *job, const struct sfs_edit *edit,
	struct sfs_outcome *outcome, struct sfs_error *err) SFS_MUST_CHECK;
void mnt_save_publish(struct mnt *mnt, const struct sfs_outcome *outcome);

/* Jobs: an object is dropped; a hidden node's time is over. */
void mnt_save_drop(struct mnt *mnt, struct mnt_job *job);
void mnt_save_reappear(struct mnt *mnt, struct mnt_job *job);

/* Reports a failure of a job: the notes beside `path`, and the log. Without the lock. */
void mnt_save_refuse(struct mnt *mnt, struct mnt_job *job, const char *path,
	const struct sfs_error *err, const struct mnt_text *text);

#endif
