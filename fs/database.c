// SPDX-License-Identifier: MIT
/* Connections of a mount. */
#include "drivers/migrator.h"
#include "fs/database.h"

int
mnt_database_open(const struct mnt *mnt, const struct sfs_open_options *options,
	struct sfs_db **ret_db, struct sfs_error *err)
{
	int r = mnt->driver->open(mnt->options->target, options, ret_db, err);

	if (r == 0 && mnt->options->project) {
		mnt->driver->migrator->place(
			*ret_db, mnt->project.ledger_schema, mnt->project.ledger_table);
	}
	return r;
}
