/* SPDX-License-Identifier: MIT */
#ifndef SFS_TREE_OVERLAY_H
#define SFS_TREE_OVERLAY_H

#include "catalog/catalog.h"
#include "tree/project.h"

/*
 * What a project lets a comparison ask for. `want` with what the project is not about, and external
 * objects that are there already, as `have` has them: so nothing about them differs, neither now nor
 * when the outcome is checked. An optional extension that `want` does not have stays. NULL when the
 * project holds nothing back: then `want` is what is asked for. Sealed, with dependencies; owned by
 * the caller.
 */
struct sfs_catalog *sfs_project_overlay(const struct sfs_project *project,
	const struct sfs_catalog *have, const struct sfs_catalog *want);

#endif
