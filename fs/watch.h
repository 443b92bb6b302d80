/* SPDX-License-Identifier: MIT */
#ifndef SFS_FS_WATCH_H
#define SFS_FS_WATCH_H

#include "fs/known.h"
#include "fs/state.h"

/*
 * Follows what others do to the database, on a connection and a thread of its own: asks for the
 * fingerprint and, when that moved, reads the catalog again.
 */

/* `db`, `fingerprint` and what is in `known`, which are of what is shown already, are taken over. */
struct mnt_watch *mnt_watch_create(
	struct mnt *mnt, struct sfs_db *db, char *fingerprint, struct mnt_known *known);
void mnt_watch_destroy(struct mnt_watch *watch); /* accepts NULL */

/* Makes it look at once. */
void mnt_watch_kick(struct mnt *mnt);

/* From a job: shows the whole catalog; if it does not work (`db` may be NULL), the thread does so soon. */
void mnt_watch_show(struct mnt *mnt, struct sfs_db *db);

#endif
