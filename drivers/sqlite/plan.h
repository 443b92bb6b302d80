/* SPDX-License-Identifier: MIT */
#ifndef SFS_SQLITE_PLAN_H
#define SFS_SQLITE_PLAN_H

#include "drivers/sqlite/connection.h"

/* sfs_driver's plan(). */
int lite_plan(struct sfs_db *db, const struct sfs_diff *diff, struct sfs_plan *plan,
	struct sfs_error *err) SFS_MUST_CHECK;

#endif
