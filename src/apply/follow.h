/* SPDX-License-Identifier: MIT */
#ifndef SFS_APPLY_FOLLOW_H
#define SFS_APPLY_FOLLOW_H

#include "catalog/graph.h"
#include "diff/diff.h"

/*
 * The files of `diff->from` that nobody edits and that read differently all the same once the diff
 * is made true: a view over a column that gets another type has that type too, and fewer casts in
 * its query; a partition gets the columns of its parent. Files that themselves are in the diff, or
 * that stand on their own whatever happens, are left out. The caller frees `items`.
 */
void sfs_follow_find(const struct sfs_diff *diff, struct sfs_order *ret_followers);

#endif
