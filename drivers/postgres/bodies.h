/* SPDX-License-Identifier: MIT */
#ifndef SFS_POSTGRES_BODIES_H
#define SFS_POSTGRES_BODIES_H

#include "drivers/driver.h"

/* sfs_driver's check_body(). */
int pg_check_body(struct sfs_db *base, const struct sfs_identity *routine,
	const struct sfs_source *source, struct sfs_error *err) SFS_MUST_CHECK;

#endif
