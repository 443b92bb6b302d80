/* SPDX-License-Identifier: MIT */
#ifndef SFS_VERBS_WORKSPACE_H
#define SFS_VERBS_WORKSPACE_H

#include "migrate/history.h"
#include "tree/project.h"
#include "verbs/side.h"

/* A project with its migrations, and a database in which they can be tried out. */
struct sfs_workspace {
	struct sfs_project project;
	const struct sfs_driver *driver;
	const char *target; /* the database that was named in any way; NULL: none. Borrowed */
	struct sfs_side
		side;       /* of it, open for reading; SQLite without one: a database in memory */
	const char *shadow; /* borrowed; NULL: none was given */
	struct sfs_history history;
};

struct sfs_workspace_options {
	const char *directory; /* the project or its migrations; NULL: found from the current one */
	const char *database;  /* NULL: as the project says, or DATABASE_URL */
	const char *shadow;
	const char *from;  /* what is compared with: may tell the driver, or be a database itself */
	bool needs_folder; /* -ENOENT when there are no migrations */
};

/*
 * Finds out all of that. The driver is that of the folder's journal, of the configuration, of the
 * database, or of what is compared with; -EINVAL when nothing tells or the journal can not be read.
 * A database that nobody named but the project or the environment is left alone when it is of another
 * kind. The history is read by the caller.
 */
int sfs_workspace_init(struct sfs_workspace *workspace, const struct sfs_workspace_options *options,
	struct sfs_error *err) SFS_MUST_CHECK;
void sfs_workspace_finish(struct sfs_workspace *workspace);
SFS_DEFINE_AUTO_VALUE(workspace, struct sfs_workspace, sfs_workspace_finish)

/* The project of `directory`, what --dir names, or of where we are when that is NULL. */
int sfs_workspace_project(const char *directory, struct sfs_project *ret_project,
	struct sfs_error *err) SFS_MUST_CHECK;

/*
 * Opens a project's database: its ledger is where the project has it. -EROFS when it is to be
 * written, and can not be.
 */
int sfs_workspace_database(const struct sfs_project *project, const char *target, bool read_only,
	struct sfs_side *side, struct sfs_error *err) SFS_MUST_CHECK;

/* Reads the folder's migrations into `history`. */
int sfs_workspace_read(struct sfs_workspace *workspace, struct sfs_error *err) SFS_MUST_CHECK;

/* Opens the database, or, for SQLite, one in memory, to evaluate in. */
int sfs_workspace_open(struct sfs_workspace *workspace, struct sfs_error *err) SFS_MUST_CHECK;

#endif
