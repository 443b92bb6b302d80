/* SPDX-License-Identifier: MIT */
#ifndef SFS_FS_NOTIFY_H
#define SFS_FS_NOTIFY_H

#include "fs/state.h"

/*
 * Tells the kernel what it must not believe any more, from a thread of its own: a handler that
 * did so itself could wait for a lock that its own caller holds. The queue is in order, so that a
 * reply put behind invalidations arrives when the kernel has forgotten the old state.
 */
struct mnt_notify *mnt_notify_create(struct mnt *mnt);

/* Sends what is queued and ends the thread. Accepts NULL. */
void mnt_notify_destroy(struct mnt_notify *notify);

/* The attributes and pages of a node; of a directory: its listing. Needs the mount's lock. */
void mnt_notify_node(struct mnt *mnt, struct mnt_node *node);

/* What a name in a directory stands for, the directory's listing too. Needs the mount's lock. */
void mnt_notify_name(struct mnt *mnt, struct mnt_node *parent, const char *name);

/*
 * That a file or directory of the live tree is, or looks, another one, where drafts show it. What comes
 * and goes is told without asking. Needs the mount's lock.
 */
void mnt_notify_drafts(struct mnt *mnt, const struct mnt_node *node);

/* The same two for what is known by its number. */
void mnt_notify_number(struct mnt *mnt, fuse_ino_t ino);
void mnt_notify_number_name(struct mnt *mnt, fuse_ino_t parent, const char *name);

/*
 * Answers a request after all that was queued before. Not for requests during which the kernel
 * holds a directory (rename, unlink, create, mkdir, rmdir): those would wait for themselves.
 */
void mnt_notify_reply(struct mnt *mnt, fuse_req_t req, int errnum);

#endif
