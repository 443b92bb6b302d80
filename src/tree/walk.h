/* SPDX-License-Identifier: MIT */
#ifndef SFS_TREE_WALK_H
#define SFS_TREE_WALK_H

#include <stdbool.h>

#include "base/error.h"

/* What sfs_tree_walk tells of; all texts are borrowed until the call returns. */
struct sfs_tree_walker {
	/*
	 * A `.sql` entry that is no directory: its open directory, its name there, its path. Returns
	 * 0, -errno, or 1 when it removed it.
	 */
	int (*file)(struct sfs_tree_walker *walker, int directory, const char *name,
		const char *path, struct sfs_error *err);
	/*
	 * A directory from which something was removed, when all in it has been told. Returns whether
	 * it removed the directory too. May be NULL when `file` never removes.
	 */
	bool (*left)(struct sfs_tree_walker *walker, int parent, const char *name);
};

/*
 * Goes through the directory `name` in the open directory `parent`, and all below it; entries in
 * order of their bytes, hidden ones left out, no symlink followed. `path` is what the paths told
 * start with. -ENOENT without an error text when `name` is not there.
 */
int sfs_tree_walk(struct sfs_tree_walker *walker, int parent, const char *name, const char *path,
	struct sfs_error *err) SFS_MUST_CHECK;

#endif
