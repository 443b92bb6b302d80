/* SPDX-License-Identifier: MIT */
#ifndef SFS_FS_CONTROL_H
#define SFS_FS_CONTROL_H

#include "fs/job.h"

/* README.md, status, status.json, log and generated/: what we say ourselves. All take the lock. */

/* Puts the files there; the directories must be. */
void mnt_control_init(struct mnt *mnt);

/* The log's file in the state directory. */
#define MNT_LOG_FILE "log"

/* Gives one of the files another text. */
void mnt_control_set(struct mnt *mnt, const char *path, const char *bytes, size_t len);

/* Shows what the file on the disk behind `path` is now; this one needs the lock. */
void mnt_control_show(struct mnt *mnt, const char *path, const struct stat *found);

/* Renders status and status.json anew; they change only where they differ. */
void mnt_control_update(struct mnt *mnt);

/* The same, when files came or went since. */
void mnt_control_tick(struct mnt *mnt);

/* Replaces generated/schema.sql and generated/schema.json where they differ. Not under the lock. */
void mnt_control_schema(struct mnt *mnt, const struct sfs_str *sql, const struct sfs_str *json);

/* Something that a person should know and that no call can return: shown in `status`. */
void mnt_control_warn(struct mnt *mnt, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* That the tree may be behind the database, and why; NULL: it is not. */
void mnt_control_stale(struct mnt *mnt, const char *reason);

/* Appends to the log: who wanted what, what came of it, and the statements that were carried out. */
void mnt_control_log(struct mnt *mnt, const struct mnt_who *who, const char *path,
	const struct sfs_error *err, const struct sfs_plan *plan);

#endif
