/* SPDX-License-Identifier: MIT */
#ifndef SFS_FS_MIGRATIONS_H
#define SFS_FS_MIGRATIONS_H

#include "fs/state.h"

/* Makes migrations/ show what is in drizzle's folder now. Takes the lock; cheap when nothing changed. */
void mnt_migrations_refresh(struct mnt *mnt);

#endif
