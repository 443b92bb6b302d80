/* SPDX-License-Identifier: MIT */
#ifndef SFS_APPLY_TARGET_H
#define SFS_APPLY_TARGET_H

#include "apply/edit.h"

/* One edit with what its paths name. */
struct sfs_target {
	const struct sfs_edit *edit;
	struct sfs_identity from, to; /* the same unless the edit renames */
	bool evaluated; /* its text is not what the database has: the server had to read it */
	bool follows;   /* nobody edited it: it may read differently on account of others */
	bool shaken;    /* apply/reach.h */
};

struct sfs_targets SFS_VEC_OF(struct sfs_target);

/*
 * Adds a target for each edit, which must stay. Names go into `arena`. -EINVAL for a path that is
 * the place of no object or for a rename that takes a trigger from its table, -EXDEV for one that
 * changes the kind.
 */
int sfs_targets_find(struct sfs_db *db, const struct sfs_edit *edits, size_t n_edits,
	struct sfs_arena *arena, struct sfs_targets *targets, struct sfs_error *err) SFS_MUST_CHECK;

/*
 * Compares with the files of the database as they are, and tells which texts have to be evaluated.
 * -EEXIST, -ENOENT and -ESTALE as apply/edit.h says.
 */
int sfs_targets_check(struct sfs_targets *targets, const struct sfs_tree *before,
	struct sfs_error *err) SFS_MUST_CHECK;

/* Adds what goes by another name: by `hints` of the texts (or NULL), and by the paths. */
void sfs_targets_renames(const struct sfs_targets *targets, const struct sfs_renames *hints,
	struct sfs_renames *renames);

/* Whether an edit removes the file of that identity. */
bool sfs_targets_removes(const struct sfs_targets *targets, const struct sfs_identity *file);

/* The text of a target, under the path that it shall have; borrowed from its edit. */
struct sfs_source sfs_target_source(const struct sfs_target *target);

/* The target that edits the file of that identity, whatever its signature; NULL: none does. */
struct sfs_target *sfs_targets_at(
	const struct sfs_targets *targets, const struct sfs_identity *file);

/*
 * Adds the file of an object that the edits reach, with the text that it has; `shaken` as
 * apply/reach.h says. Whether anything is new.
 */
bool sfs_targets_follow(struct sfs_targets *targets, const struct sfs_object *reached, bool shaken,
	const struct sfs_tree *before, struct sfs_arena *arena);

#endif
