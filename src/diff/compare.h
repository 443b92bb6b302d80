/* SPDX-License-Identifier: MIT */
#ifndef SFS_DIFF_COMPARE_H
#define SFS_DIFF_COMPARE_H

#include "diff/diff.h"

/*
 * Whether two values say the same although things were renamed: token by token, a name may stand
 * for what it is renamed to (with `both_ways`, for what it was renamed from, too).
 */
bool sfs_values_equal(enum sfs_dialect dialect, const char *a, const char *b,
	const struct sfs_renames *renames, bool both_ways);

/* The attributes of two objects of one kind that differ: bit i for attribute i. */
uint64_t sfs_objects_compare(enum sfs_dialect dialect, const struct sfs_object *a,
	const struct sfs_object *b, const struct sfs_renames *renames, bool both_ways);

#endif
