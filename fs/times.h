/* SPDX-License-Identifier: MIT */
#ifndef SFS_FS_TIMES_H
#define SFS_FS_TIMES_H

#include "fs/state.h"

/*
 * When texts last changed, remembered from mount to mount: git, make and rsync look no further. Kept in
 * our state directory; losing it costs them time and nothing else. Both take the lock.
 */

/* Gives each file and directory whose contents are those of the last mount the time of then. */
void mnt_times_load(struct mnt *mnt);

/* Writes the times down when they changed since. */
void mnt_times_save(struct mnt *mnt);

#endif
