/* SPDX-License-Identifier: MIT */
#ifndef SFS_APPLY_GOAL_H
#define SFS_APPLY_GOAL_H

#include "apply/parents.h"
#include "apply/target.h"
#include "diff/diff.h"

/* What edits make of a database: what there is, what shall be, and what is called otherwise there. */
struct sfs_goal {
	struct sfs_db *db;          /* borrowed */
	struct sfs_arena *arena;    /* owned: of the targets and the renames */
	struct sfs_targets targets; /* owned: the edits, and after them the files that follow */
	struct sfs_parents parents; /* owned: tables that the texts name as parents */
	struct sfs_catalog
		*from; /* owned: the objects edited, their parents, and what depends on them */
	struct sfs_catalog *evaluated; /* owned; NULL when no text had to be read */
	struct sfs_catalog *to;        /* owned: what `from` shall become */
	struct sfs_renames renames;    /* owned */
};

/*
 * Fills the goal, which is to be finished whether or not that works, and `before`: the files of
 * `from`. The edits must stay. Errors as apply/edit.h says; -EBUSY names what can not follow.
 */
int sfs_goal_find(struct sfs_goal *goal, struct sfs_db *db, const struct sfs_edit *edits,
	size_t n_edits, struct sfs_tree *before, struct sfs_error *err) SFS_MUST_CHECK;
void sfs_goal_finish(struct sfs_goal *goal); /* accepts a zeroed one */
SFS_DEFINE_AUTO_VALUE(goal, struct sfs_goal, sfs_goal_finish)

#endif
