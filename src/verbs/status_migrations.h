/* SPDX-License-Identifier: MIT */
#ifndef SFS_VERBS_STATUS_MIGRATIONS_H
#define SFS_VERBS_STATUS_MIGRATIONS_H

#include <jansson.h>

#include "migrate/progress.h"
#include "migrate/set.h"
#include "tree/project.h"

/* How a database stands to the migrations of a project, and which are half done. */
struct sfs_standing {
	struct sfs_project project; /* owned */
	bool has_folder;            /* the project has one for this database; else `set` is empty */
	struct sfs_set set;         /* owned */
	struct sfs_progress_list half_done; /* owned */
	size_t n_applied;                   /* rows of the ledger */
	char *staged; /* owned; what an interrupted run left in the folder, or NULL */
};

void sfs_standing_finish(struct sfs_standing *standing);
SFS_DEFINE_AUTO_VALUE(standing, struct sfs_standing, sfs_standing_finish)

/* Asks the database; a folder that is for another one does not count. */
int sfs_standing_read(
	struct sfs_standing *standing, struct sfs_db *db, struct sfs_error *err) SFS_MUST_CHECK;

/* Whether the database is behind the folder, or other than it. */
bool sfs_standing_differs(const struct sfs_standing *standing);

void sfs_standing_print(const struct sfs_standing *standing);
json_t *sfs_standing_json(const struct sfs_standing *standing); /* a new reference */

#endif
