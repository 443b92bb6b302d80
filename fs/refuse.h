/* SPDX-License-Identifier: MIT */
#ifndef SFS_FS_REFUSE_H
#define SFS_FS_REFUSE_H

#include "fs/state.h"

/*
 * The end of a mount that the kernel still knows: what it asks now is refused, so that no page or
 * directory that it holds for an answer keeps the thread that sends invalidations from ending.
 * NULL where no thread can be had.
 */
struct mnt_refuser;

struct mnt_refuser *mnt_refuser_create(struct fuse_session *session);
void mnt_refuser_destroy(struct mnt_refuser *refuser); /* accepts NULL */

#endif
