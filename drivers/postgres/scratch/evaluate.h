/* SPDX-License-Identifier: MIT */
#ifndef SFS_POSTGRES_SCRATCH_EVALUATE_H
#define SFS_POSTGRES_SCRATCH_EVALUATE_H

#include "drivers/postgres/connection.h"

/* sfs_driver's evaluate(): chooses between a scratch schema and a scratch database. */
int pg_evaluate(struct sfs_db *db, const struct sfs_evaluation *what,
	struct sfs_catalog **ret_catalog, struct sfs_error *err) SFS_MUST_CHECK;

#endif
