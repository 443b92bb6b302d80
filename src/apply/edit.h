/* SPDX-License-Identifier: MIT */
#ifndef SFS_APPLY_EDIT_H
#define SFS_APPLY_EDIT_H

#include "diff/diff.h"
#include "diff/plan.h"
#include "drivers/driver.h"

/*
 * The one way in which a person's files become changes of a database: a save on the mount, an `mv`,
 * an `rm`, a draft and a pushed tree are all a list of edits.
 */
struct sfs_edit {
	const char *path; /* of the tree, as the database has it now; the new path of a new file */
	const char *renamed; /* the path that it shall have; NULL: the same */
	const char *
		text; /* what it shall say; NULL with `renamed`: as now; NULL alone: it is removed */
	size_t len;
	const char *
		base; /* the text that the person started from; NULL: unknown, no conflict is looked for */
	bool create; /* refuse with -EEXIST when the object is there already */
};

enum sfs_policy {
	SFS_APPLY_SAFE, /* what can lose data is refused with -EPERM */
	SFS_APPLY_ALL,
	SFS_APPLY_NEVER, /* plan only: refused with -EPERM and the plan */
};

/* What came of it. Everything in it is owned; finish it whether or not the edit worked. */
struct sfs_outcome {
	struct sfs_plan plan; /* what was done, or would have been */
	bool changed;         /* the database was changed and committed */
	struct sfs_tree
		after; /* the files of all objects that the change may have touched, as they are now */
	struct sfs_tree
		before; /* the same files as they were: what is here and not in `after` is gone */
};

void sfs_outcome_finish(struct sfs_outcome *outcome);
SFS_DEFINE_AUTO_VALUE(outcome, struct sfs_outcome, sfs_outcome_finish)

/*
 * Evaluates, compares, plans, and, where `policy` allows and there is something to do, applies in one
 * transaction, reads back, and commits only if the database then says what was asked.
 * `witness` (may be NULL) sees what is done, as apply/apply.h says.
 * On failure the database is as it was and err->plan holds the plan if one was made.
 *   -EINVAL  a text does not parse, or defines something else than its path
 *   -EPERM   refused by policy
 *   -ESTALE  the object is not any more as `base` says; err->detail shows the difference
 *   and what the database says: -EACCES, -EBUSY, -EEXIST, -ENOENT, -EROFS, -EIO, -ETIMEDOUT
 */
struct sfs_witness;
int sfs_edit_apply(struct sfs_db *db, const struct sfs_edit *edits, size_t n_edits,
	enum sfs_policy policy, const struct sfs_witness *witness, struct sfs_outcome *ret_outcome,
	struct sfs_error *err) SFS_MUST_CHECK;

/* The same up to the plan: nothing is applied, `after` stays empty. */
int sfs_edit_plan(struct sfs_db *db, const struct sfs_edit *edits, size_t n_edits,
	struct sfs_outcome *ret_outcome, struct sfs_error *err) SFS_MUST_CHECK;

/* -EPERM, with the plan in err->plan, when the policy does not let this plan be applied. */
int sfs_edit_gate(
	const struct sfs_plan *plan, enum sfs_policy policy, struct sfs_error *err) SFS_MUST_CHECK;

#endif
