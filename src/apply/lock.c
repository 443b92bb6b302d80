// SPDX-License-Identifier: MIT
/* The driver's lock, counted: what takes it may call what takes it. */
#include "apply/lock.h"

int
sfs_lock(struct sfs_db *db, enum sfs_lock what, unsigned timeout_ms, struct sfs_error *err)
{
	int r = 0;

	if (!db->locked) {
		r = what == SFS_LOCK_PLAN ? db->driver->lock_here(db, timeout_ms, err)
					  : db->driver->lock(db, timeout_ms, err);
	}
	db->locked += r == 0;
	return r;
}

void
sfs_unlock(struct sfs_db *db)
{
	if (--db->locked == 0) {
		db->driver->unlock(db);
	}
}
