/* SPDX-License-Identifier: MIT */
#ifndef SFS_APPLY_DEPENDANTS_H
#define SFS_APPLY_DEPENDANTS_H

#include "diff/diff.h"

/*
 * -EBUSY when the diff drops something that an object which stays as it is can not do without; the
 * error names both, up to a handful. What changes itself is the database's to judge.
 */
int sfs_dependants_check(const struct sfs_diff *diff, struct sfs_error *err) SFS_MUST_CHECK;

#endif
