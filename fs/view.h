/* SPDX-License-Identifier: MIT */
#ifndef SFS_FS_VIEW_H
#define SFS_FS_VIEW_H

#include "fs/state.h"

/*
 * What the database says, put into the tree of nodes. A change is made in one step under the lock,
 * only where texts differ, and the kernel is told of exactly that. All need the mount's lock.
 */

/* The directories that are there without a file in them. */
void mnt_view_init(struct mnt *mnt);

/* The whole tree as it is now. */
void mnt_view_refresh(struct mnt *mnt, const struct sfs_tree *tree);

/* These files of it, and that one has gone. */
void mnt_view_changes(struct mnt *mnt, const struct sfs_tree *tree);
void mnt_view_withdraw(struct mnt *mnt, const char *path);

/* A reading that came with a census has shown what was touched, too. */
void mnt_view_untouch(struct mnt *mnt);

/* What a change touched. */
void mnt_view_outcome(struct mnt *mnt, const struct sfs_outcome *outcome);

/* The directory of that path, made with those above it when it is missing. */
struct mnt_node *mnt_view_directory(struct mnt *mnt, const char *path);

/* Takes away a file or directory and tells the kernel. */
void mnt_view_remove(struct mnt *mnt, struct mnt_node *node);

/* Gives a node this text, counted; tells the kernel when it differs. */
void mnt_view_set_text(struct mnt *mnt, struct mnt_node *node, struct mnt_text *text);

/* Ends the hiding of a node; the kernel is told that it is back. */
void mnt_view_unhide(struct mnt *mnt, struct mnt_node *node);

/* Whether `name` in `directory` is the place of an object's file. */
bool mnt_view_is_object(const struct mnt_node *directory, const char *name);

#endif
