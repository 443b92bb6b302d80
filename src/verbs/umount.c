// SPDX-License-Identifier: MIT
/* schemafs umount DIR: ends a mount, and waits until its daemon has finished. */
#include "base/alloc.h"
#include "fs/mount.h"
#include "verbs/options.h"
#include "verbs/verb.h"

int
sfs_verb_umount(int argc, char **argv, struct sfs_error *err)
{
	const struct sfs_option table[] = { { 0 } };
	char *mountpoint sfs_auto(free) = NULL;
	int first;
	int r = sfs_options_parse(argc, argv, table, 1, 1, &first, err);

	r = r < 0 ? r : sfs_mount_resolve(argv[first], &mountpoint, err);
	return r < 0 ? r : sfs_mount_end(mountpoint, err);
}
