/* SPDX-License-Identifier: MIT */
#ifndef SFS_APPLY_TARGET_H
#define SFS_APPLY_TARGET_H

#include "apply/edit.h"
#include "catalog/graph.h"

/* One edit with what its paths name. */
struct sfs_target {
	const struct sfs_edit *edit;
	struct sfs_identity from, to; /* the same unless the edit renames */
	bool evaluated; /* its text is not what the database has: the server had to read it */
	bool follows;   /* nobody edited it: it reads differently on account of others */
};

struct sfs_targets SFS_VEC_OF(struct sfs_target);

/*
 * Adds a target for each edit, which must stay. Names go into `arena`. -EINVAL for a path that is
 * the place of no object, -EXDEV where a rename changes the kind.
 */
int sfs_targets_find(struct sfs_db *db, const struct sfs_edit *edits, size_t n_edits,
	struct sfs_arena *arena, struct sfs_targets *targets, struct sfs_error *err) SFS_MUST_CHECK;

/*
 * Compares with the files of the database as they are, and tells which texts have to be evaluated.
 * -EEXIST, -ENOENT and -ESTALE as apply/edit.h says.
 */
int sfs_targets_check(struct sfs_targets *targets, const struct sfs_tree *before,
	struct sfs_error *err) SFS_MUST_CHECK;

/* The text of a target, under the path that it shall have; borrowed from its edit. */
struct sfs_source sfs_target_source(const struct sfs_target *target);

/* Adds the files that follow the edits, with the texts that they have, where they are none of them. */
void sfs_targets_follow(struct sfs_targets *targets, const struct sfs_order *followers,
	const struct sfs_tree *before, struct sfs_arena *arena);

#endif
