/* SPDX-License-Identifier: MIT */
#ifndef SFS_MIGRATE_NAME_H
#define SFS_MIGRATE_NAME_H

#include "diff/diff.h"
#include "migrate/journal.h"
#include "tree/project.h"

/* What new migrations of a folder are called, as drizzle-kit calls them. */

/* The form of the newest tag that has one, SFS_PREFIX_INDEX when none has. */
enum sfs_prefix sfs_migration_prefix(const struct sfs_journal *journal);

/*
 * "0007_name"; owned by the caller. A prefix that another migration has already is made a later one,
 * since snapshots are called by the prefix alone.
 */
char *sfs_migration_tag(
	const struct sfs_journal *journal, enum sfs_prefix prefix, const char *name);

/* Milliseconds: now, or just after the newest of the journal's. */
int64_t sfs_migration_when(const struct sfs_journal *journal);

/* -EINVAL for a name that can not be part of a file's. */
int sfs_migration_name_check(const char *name, struct sfs_error *err) SFS_MUST_CHECK;

/* A name for what changes, "add_users_and_more"; owned by the caller. */
char *sfs_migration_name_of(const struct sfs_diff *diff);

/*
 * The other migration whose snapshot drizzle-kit takes for the newest, since it goes by the names of
 * the files; the tag itself when it has no prefix, for then its snapshot is not looked at; or NULL.
 */
const char *sfs_migration_misplaced(const struct sfs_journal *journal, const char *tag);

/* What of a tag follows the prefix. */
const char *sfs_migration_suffix(const char *tag);

#endif
