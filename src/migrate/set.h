/* SPDX-License-Identifier: MIT */
#ifndef SFS_MIGRATE_SET_H
#define SFS_MIGRATE_SET_H

#include "drivers/driver.h"
#include "migrate/journal.h"

/* How a migration of the folder stands to the ledger. */
enum sfs_migration_state {
	SFS_MIGRATION_PENDING,
	SFS_MIGRATION_APPLIED,
	SFS_MIGRATION_EDITED, /* applied, and its file is not any more what was applied */
	SFS_MIGRATION_GONE,   /* its file is missing */
};

struct sfs_migration {
	int64_t idx, when;
	const char *tag; /* borrowed from the journal */
	struct sfs_str text;
	char hash[65];    /* of the file */
	char applied[65]; /* of what was applied; "" while it is pending */
	enum sfs_migration_state state;
	bool late;         /* pending, though something behind it is applied */
	bool line_endings; /* edited: in its line endings alone */
	bool restamped;    /* applied under another `when` than the journal has now */
};

/* drizzle's folder and drizzle's table, side by side. Entries are in the journal's order. */
struct sfs_set {
	struct sfs_journal journal;
	struct sfs_ledger_rows rows;
	SFS_VEC(struct sfs_migration) entries;
	size_t n_pending, n_late, n_edited;
	size_t n_unknown; /* rows that no entry of the journal accounts for */
};

/*
 * Compares by hash and `when`: which entries are applied is the difference of two sets, never what is
 * newer than the newest row. Reads no snapshot.
 */
int sfs_set_read(struct sfs_db *db, const char *directory, struct sfs_set *ret_set,
	struct sfs_error *err) SFS_MUST_CHECK;
void sfs_set_finish(struct sfs_set *set);
SFS_DEFINE_AUTO_VALUE(set, struct sfs_set, sfs_set_finish)

/* -ENOENT, with its name, for an entry that has neither row nor file: it can not be applied. */
int sfs_set_require_files(
	const struct sfs_set *set, const char *directory, struct sfs_error *err) SFS_MUST_CHECK;

/* "pending", "applied", "edited", "gone". */
const char *sfs_migration_state_name(enum sfs_migration_state state);

#endif
