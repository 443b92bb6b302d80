/* SPDX-License-Identifier: MIT */
#ifndef SFS_FS_REGISTRY_H
#define SFS_FS_REGISTRY_H

#include "base/error.h"

/*
 * Which mounts there are: a file for each below $XDG_RUNTIME_DIR/schemafs, or our state directory. The
 * daemon holds a lock on its file, so that a dead one is known by its lock.
 */

/* `ret_fd` holds the lock; the caller's. -EBUSY when a living daemon serves that directory. */
int mnt_registry_enter(const char *mountpoint, const char *database, int *ret_fd,
	struct sfs_error *err) SFS_MUST_CHECK;

/* Removes the entry and lets go of the lock. */
void mnt_registry_leave(const char *mountpoint, int fd);

#endif
