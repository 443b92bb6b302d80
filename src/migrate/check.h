/* SPDX-License-Identifier: MIT */
#ifndef SFS_MIGRATE_CHECK_H
#define SFS_MIGRATE_CHECK_H

#include "migrate/findings.h"
#include "migrate/set.h"

struct json_t;

/* A file that the journal names. */
struct sfs_check_file {
	const char *tag; /* borrowed from the journal */
	bool there;
	struct sfs_str text;
	char hash[65];
};

/* A snapshot of the folder, whatever it is of. */
struct sfs_check_snapshot {
	char *name;      /* owned; below the folder */
	char *id, *prev; /* owned; NULL: it has none */
	size_t entry;    /* of the journal; as many as there are: of none */
	bool current;    /* of the version that drizzle-kit writes now, and well formed */
};

/* A folder of migrations with all that is in it, and what there is to say of it. */
struct sfs_check {
	const char *directory; /* borrowed */
	const struct sfs_driver *driver;
	struct sfs_journal journal;
	SFS_VEC(struct sfs_check_file) files;         /* as the journal's entries */
	SFS_VEC(struct sfs_check_snapshot) snapshots; /* by name, as drizzle-kit walks them */
	struct sfs_findings findings;
};

/* Reads the folder. What is missing or malformed in it is a finding; a journal that is, an error. */
int sfs_check_init(struct sfs_check *check, const char *directory, const struct sfs_driver *driver,
	struct sfs_error *err) SFS_MUST_CHECK;
void sfs_check_finish(struct sfs_check *check);
SFS_DEFINE_AUTO_VALUE(check, struct sfs_check, sfs_check_finish)

/* Order and collisions of the journal's entries; files and entries that have no counterpart. */
void sfs_check_journal(struct sfs_check *check);

/* Snapshots: readable, of drizzle's shape and newest version, a chain. (check_snapshot.c) */
void sfs_check_snapshots(struct sfs_check *check);

/* Migrations of two branches that touch the same object. (check_branch.c) */
void sfs_check_branches(struct sfs_check *check);

/* What a database has of them: late, edited, gone and unknown ones. (check_ledger.c) */
void sfs_check_ledger(struct sfs_check *check, struct sfs_db *db, const struct sfs_set *set);

/*
 * Runs the migrations from the beginning in a scratch place and compares the newest snapshot with what
 * they make up to it. `db` evaluates (SQLite: may be NULL), in `shadow` when that is given. An error
 * is what says nothing of the migrations: there is no such place. (check_replay.c)
 */
int sfs_check_replay(struct sfs_check *check, struct sfs_db *db, const char *shadow,
	struct sfs_error *err) SFS_MUST_CHECK;

/*
 * Whether drizzle-kit takes a snapshot: of `version`, each key of the type that it wants, and none
 * that it does not know. If not, `ret_fault` (owned by the caller) says where and why.
 * (check_shape.c)
 */
bool sfs_check_shape(enum sfs_dialect dialect, const struct json_t *snapshot, char **ret_fault);

#endif
