/* SPDX-License-Identifier: MIT */
#ifndef SFS_FS_MOUNT_H
#define SFS_FS_MOUNT_H

#include "apply/edit.h"
#include "base/error.h"

/* What `schemafs mount` was asked for. All texts are borrowed. */
struct sfs_mount_options {
	const char *target;     /* the database */
	const char *mountpoint; /* an existing directory, absolute */
	const char *
		project; /* directory whose migrations folder is shown and written; NULL: kept in the state directory */
	enum sfs_policy policy;
	bool read_only;
	bool allow_other;
};

/*
 * Mounts and serves until the file system is unmounted or the process gets SIGTERM or SIGINT.
 * `ready` is called once, from this thread, when the tree can be used. Returns 0 after a clean
 * unmount, or -errno with `err` filled.
 */
int sfs_mount_serve(const struct sfs_mount_options *options, void (*ready)(void *data), void *data,
	struct sfs_error *err) SFS_MUST_CHECK;

#endif
