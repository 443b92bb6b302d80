/* SPDX-License-Identifier: MIT */
#ifndef SFS_POSTGRES_PLAN_PLAN_H
#define SFS_POSTGRES_PLAN_PLAN_H

#include "drivers/postgres/connection.h"
#include "drivers/postgres/kind.h"

/* sfs_driver's plan(). `db` may be NULL. */
int pg_plan(struct sfs_db *db, const struct sfs_diff *diff, struct sfs_plan *plan,
	struct sfs_error *err) SFS_MUST_CHECK;

#endif
