/* SPDX-License-Identifier: MIT */
#ifndef SFS_FS_FOLDER_H
#define SFS_FS_FOLDER_H

#include "fs/state.h"

/*
 * Asks the database what it has of the folder of migrations, and what is half done, if that is due:
 * when `listing`, a hash of what is in the folder, has changed, when `now` is set, or after a while.
 * `db` may be NULL. Needs folder.lock and not the mount's.
 */
void mnt_folder_look(struct mnt *mnt, struct sfs_db *db, uint64_t listing, bool now);

/* Whether a file of the folder is to be seen in migrations/: all that is not known to wait. */
bool mnt_folder_shows(const struct mnt *mnt, const char *path);

/* Puts the waiting ones into pending/, and takes away those that wait no more. Needs both locks. */
void mnt_folder_show(struct mnt *mnt);

void mnt_folder_finish(struct mnt_folder *folder);

#endif
