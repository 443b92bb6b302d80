/* SPDX-License-Identifier: MIT */
#ifndef SFS_FS_MIGRATIONS_H
#define SFS_FS_MIGRATIONS_H

#include "fs/state.h"

/*
 * Makes migrations/ show what is in drizzle's folder now; in a project what is applied of it, and
 * pending/ the rest. `now`: the database is asked in any case; it may be NULL. Takes the lock; cheap
 * when nothing changed.
 */
void mnt_migrations_refresh(struct mnt *mnt, struct sfs_db *db, bool now);

#endif
