/* SPDX-License-Identifier: MIT */
#ifndef SFS_APPLY_APPLY_H
#define SFS_APPLY_APPLY_H

#include "drivers/driver.h"

/*
 * Runs a plan and checks what it made: begin, every step, read back within `scope`, compare with
 * `wanted` (sealed; NULL: nothing to compare), commit. A difference, or any failure, rolls back;
 * a difference is -EIO with the residue in err->detail. Steps marked `outside` run after the commit,
 * one by one. `ret_after` (may be NULL) receives the catalog that was read back.
 */
int sfs_apply_plan(struct sfs_db *db, const struct sfs_plan *plan, const struct sfs_scope *scope,
	const struct sfs_catalog *wanted, struct sfs_catalog **ret_after, struct sfs_error *err)
	SFS_MUST_CHECK;

#endif
