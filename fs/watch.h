/* SPDX-License-Identifier: MIT */
#ifndef SFS_FS_WATCH_H
#define SFS_FS_WATCH_H

#include "fs/state.h"

/*
 * Follows what others do to the database, on a connection and a thread of its own: asks for the
 * fingerprint and, when that moved, reads the catalog again.
 */

/* `db` and `fingerprint`, which is that of what is shown already, are taken over. */
struct mnt_watch *mnt_watch_create(struct mnt *mnt, struct sfs_db *db, char *fingerprint);
void mnt_watch_destroy(struct mnt_watch *watch); /* accepts NULL */

/* Makes it look at once. */
void mnt_watch_kick(struct mnt *mnt);

/*
 * Reads the whole catalog and shows it. -EAGAIN when the database was changed by us meanwhile, so that
 * what was read may be old. Not under the lock.
 */
int mnt_watch_read(struct mnt *mnt, struct sfs_db *db, struct sfs_error *err) SFS_MUST_CHECK;

/* The same from a job; if it does not work (`db` may be NULL), the thread does it as soon as it can. */
void mnt_watch_show(struct mnt *mnt, struct sfs_db *db);

#endif
