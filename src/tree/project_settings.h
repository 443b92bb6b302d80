/* SPDX-License-Identifier: MIT */
#ifndef SFS_TREE_PROJECT_SETTINGS_H
#define SFS_TREE_PROJECT_SETTINGS_H

#include <jansson.h>

#include "tree/project.h"

/*
 * Reads the settings in `root` into the project, whose arena and root are set. A key that is not known
 * is a typing error: what it was to say would silently not hold. -EINVAL, and then `*ret_faulty` is the
 * key at fault, borrowed from `root`; untouched where it is none.
 */
int sfs_project_settings(struct sfs_project *project, json_t *root, const char **ret_faulty,
	struct sfs_error *err) SFS_MUST_CHECK;

#endif
