/* SPDX-License-Identifier: MIT */
#ifndef SFS_MIGRATE_KEPT_H
#define SFS_MIGRATE_KEPT_H

#include "base/str.h"
#include "migrate/set.h"

/*
 * The texts that were applied. The ledger has only their hashes; to show what was edited since, they
 * are kept below our state directory, and looked for in git's history where they are not.
 */

/* Keeps a text that was applied. Not to be able to is no fault of the migration's: nothing is told. */
void sfs_kept_write(struct sfs_db *db, const char *hash, const char *text, size_t len);

/*
 * Appends the lines in which an edited migration differs from what was applied, `-` before those
 * that were and `+` before those that are. Nothing when what was applied can not be found, or when
 * only line endings differ.
 */
void sfs_kept_difference(struct sfs_db *db, const char *directory,
	const struct sfs_migration *entry, struct sfs_str *out);

#endif
