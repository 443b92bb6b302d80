/* SPDX-License-Identifier: MIT */
#ifndef SFS_FS_DATABASE_H
#define SFS_FS_DATABASE_H

#include "fs/state.h"

/* Opens the mount's database, which knows then where the project has its ledger. */
int mnt_database_open(struct mnt *mnt, const struct sfs_open_options *options,
	struct sfs_db **ret_db, struct sfs_error *err) SFS_MUST_CHECK;

#endif
