/* SPDX-License-Identifier: MIT */
#ifndef SFS_FS_LOOP_H
#define SFS_FS_LOOP_H

#include "fs/state.h"

/*
 * Takes the kernel's requests until the session ends: by an unmount, or by a signal to this thread. One
 * thread reads them, so that the kernel never has to choose which to wake, and answers those that need
 * memory alone; the others go to threads that may be held up by a disk.
 */
int mnt_loop(struct mnt *mnt, struct sfs_error *err) SFS_MUST_CHECK;

#endif
