// SPDX-License-Identifier: MIT
/* Connections of a mount. */
#include <unistd.h>

#include "drivers/migrator.h"
#include "fs/database.h"

/* Once it was there a database that is not is away, on a disk that was taken out, and not a new one. */
static void
note_file(struct mnt *mnt, struct sfs_db *db)
{
	const char *file = mnt->driver->file ? mnt->driver->file(db) : NULL;

	if (file && access(file, F_OK) == 0) {
		__atomic_store_n(&mnt->found, true, __ATOMIC_RELAXED);
	}
}

int
mnt_database_open(struct mnt *mnt, const struct sfs_open_options *options, struct sfs_db **ret_db,
	struct sfs_error *err)
{
	struct sfs_open_options wanted = *options;

	wanted.existing = __atomic_load_n(&mnt->found, __ATOMIC_RELAXED);
	int r = mnt->driver->open(mnt->options->target, &wanted, ret_db, err);
	if (r == 0) {
		note_file(mnt, *ret_db);
	}
	if (r == 0 && mnt->options->project) {
		mnt->driver->migrator->place(
			*ret_db, mnt->project.ledger_schema, mnt->project.ledger_table);
	}
	return r;
}
