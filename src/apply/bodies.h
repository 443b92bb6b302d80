/* SPDX-License-Identifier: MIT */
#ifndef SFS_APPLY_BODIES_H
#define SFS_APPLY_BODIES_H

#include "apply/target.h"

/*
 * Inside the transaction that made `to` of `from`: the bodies of routines that the targets write, or
 * make anew, must hold. One that was broken before and is left as it is does not matter.
 */
int sfs_bodies_check(struct sfs_db *db, const struct sfs_catalog *from,
	const struct sfs_catalog *to, const struct sfs_targets *targets,
	struct sfs_error *err) SFS_MUST_CHECK;

#endif
