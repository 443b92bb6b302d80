/* SPDX-License-Identifier: MIT */
#ifndef SFS_FS_DRAFT_TOLD_H
#define SFS_FS_DRAFT_TOLD_H

#include "fs/draft_tree.h"

/*
 * The kernel keeps what it was told of drafts until it is told to forget it. What it does itself it
 * knows; the rest is told here: what changed in the live tree, and what an operation changed besides
 * its own name.
 */

/* Something in a draft, as the kernel knows it. */
struct mnt_told {
	fuse_ino_t parent; /* 0: not known */
	fuse_ino_t ino;    /* 0: not known */
};
struct mnt_told_list SFS_VEC_OF(struct mnt_told);

/* What stands at a path of the live tree in each draft, as far as the kernel knows. Takes the lock. */
void mnt_told_at(struct mnt_drafts *drafts, const char *path, struct mnt_told_list *ret_list);

/* All below need the lock of the drafts. */

/* What stands at a path of a draft may be another thing, or look another way. */
void mnt_told_changed(const struct mnt_draft *draft, const char *path);

/* The directories above a path do. */
void mnt_told_above(const struct mnt_draft *draft, const char *path);

/* All that is below a node does. */
void mnt_told_below(struct mnt_drafts *drafts, const struct mnt_node *node);

/* Notes what the kernel is told of a live file: until it is told anything else, it is given that to read. */
void mnt_told_found(struct mnt_node *node, const struct mnt_found *found);

/* The same where a draft had a text until now. */
void mnt_told_was(const struct mnt_draft *draft, const char *path, struct mnt_text *text);

/* What the process of a thread read of a file; NULL: nothing, it works on what the file says now. */
struct mnt_text *mnt_told_base(struct mnt_node *node, pid_t thread);

/* For how long the kernel may believe what it is told of it, in seconds. */
double mnt_told_timeout(const struct mnt_found *found);

#endif
