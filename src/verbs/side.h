/* SPDX-License-Identifier: MIT */
#ifndef SFS_VERBS_SIDE_H
#define SFS_VERBS_SIDE_H

#include "drivers/driver.h"

/* A side of a comparison. */
enum sfs_side_type {
	SFS_SIDE_DATABASE,
	SFS_SIDE_TREE,   /* a directory with schema/ or database/ */
	SFS_SIDE_SCRIPT, /* a .sql file with a whole schema, in any order */
};

struct sfs_side {
	enum sfs_side_type type;
	const char *name;                /* borrowed; as given, may hold a secret */
	const struct sfs_driver *driver; /* of a database; NULL: any could evaluate it */
	unsigned lock_timeout_ms;        /* what it is opened with; 0: the default */
	struct sfs_db *db;               /* owned; of a database, once it is open */
	struct sfs_tree tree;            /* of a tree */
	struct sfs_str script;           /* of a script */
	struct sfs_catalog *catalog;     /* owned; NULL until it is loaded */
};

/* Finds out what `name` is and reads it if it is a file; a database is not opened yet. */
int sfs_side_init(struct sfs_side *side, const char *name, struct sfs_error *err) SFS_MUST_CHECK;

/* The same where only a database will do. */
int sfs_side_init_database(
	struct sfs_side *side, const char *name, struct sfs_error *err) SFS_MUST_CHECK;

void sfs_side_finish(struct sfs_side *side); /* accepts a zeroed one */
SFS_DEFINE_AUTO_VALUE(side, struct sfs_side, sfs_side_finish)

/* Opens the database of a side that is one. */
int sfs_side_open(struct sfs_side *side, bool read_only, struct sfs_error *err) SFS_MUST_CHECK;

/*
 * Fills `catalog`, with its dependencies: from the side's own database, or by evaluating its files
 * with `evaluator` (which may be in use by another side), in `shadow` when that is not NULL.
 */
int sfs_side_load(struct sfs_side *side, struct sfs_db *evaluator, const char *shadow,
	struct sfs_error *err) SFS_MUST_CHECK;

#endif
