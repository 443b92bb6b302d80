/* SPDX-License-Identifier: MIT */
#ifndef SFS_FS_OWED_H
#define SFS_FS_OWED_H

#include "fs/state.h"

/*
 * What has to be on the disk and could not be written, for want of room or rights: it is shown, and is
 * tried again until it is there.
 */

/* The file at that path, which is refused text, its error, or a waiting migration. Takes the lock. */
void mnt_owed_add(struct mnt *mnt, const char *path);

/* Tries again, now and then; `last`: now, for it is the last time. Not under the lock. */
void mnt_owed_settle(struct mnt *mnt, bool last);

#endif
