/* SPDX-License-Identifier: MIT */
#ifndef SFS_VERBS_MOUNT_OPTIONS_H
#define SFS_VERBS_MOUNT_OPTIONS_H

#include "fs/mount.h"

/*
 * Reads the words of `-o`, of which `joined` is cut at its commas and borrowed from then on. Words
 * that stand in fstab(5) for others than us are passed over.
 */
int sfs_mount_options_read(
	char *joined, struct sfs_mount_options *options, struct sfs_error *err) SFS_MUST_CHECK;

#endif
