/* SPDX-License-Identifier: MIT */
#ifndef SFS_APPLY_LOCK_H
#define SFS_APPLY_LOCK_H

#include "drivers/driver.h"

/* The lock that a save, a push and a migration exclude each other by, in any process. */
enum sfs_lock {
	SFS_LOCK_PLAN,    /* statements of our own run under it */
	SFS_LOCK_SCRIPTS, /* a person's do, which could give back what their session holds */
};

/* How long a save or a push waits for whoever works. */
enum { SFS_LOCK_PLAN_MS = 10000 };

/*
 * Takes the lock, waiting up to `timeout_ms`, then -EBUSY, which names the holder as far as it is
 * known. Taken again by the same `db` it is only counted. Each success is given back by one
 * sfs_unlock().
 */
int sfs_lock(struct sfs_db *db, enum sfs_lock what, unsigned timeout_ms,
	struct sfs_error *err) SFS_MUST_CHECK;
void sfs_unlock(struct sfs_db *db);

#endif
