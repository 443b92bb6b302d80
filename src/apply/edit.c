// SPDX-License-Identifier: MIT
/* Files that a person changed, made true in the database: evaluate, compare, plan, apply, check. */
#include <errno.h>
#include <string.h>

#include "apply/apply.h"
#include "apply/bodies.h"
#include "apply/dependants.h"
#include "apply/edit.h"
#include "apply/goal.h"
#include "apply/lock.h"

struct editor {
	struct sfs_db *db;
	const struct sfs_witness *witness; /* borrowed; or NULL */
	struct sfs_goal goal;              /* owned */
	bool differs;                      /* what shall be is not what there is */
};

static void
editor_finish(struct editor *e)
{
	sfs_goal_finish(&e->goal);
}

SFS_DEFINE_AUTO_VALUE(editor, struct editor, editor_finish)

void
sfs_outcome_finish(struct sfs_outcome *outcome)
{
	sfs_plan_finish(&outcome->plan);
	sfs_tree_finish(&outcome->after);
	sfs_tree_finish(&outcome->before);
	memset(outcome, 0, sizeof *outcome);
}

/* ---- the verdict ---- */

static int
refuse(const struct sfs_plan *plan, enum sfs_policy policy, struct sfs_error *err)
{
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;
	int r;

	if (policy == SFS_APPLY_NEVER) {
		r = sfs_error_set(err, EPERM, "planned only, as apply=never asks");
	} else {
		r = sfs_error_set(err, EPERM, "refused: the plan can lose data");
		sfs_error_hint(err, "to do it all the same, put the plan into pending/ as a .sql "
				    "file: an explicit migration is consent");
	}
	if (err) {
		sfs_plan_format(plan, false, &text);
		err->plan = sfs_str_steal(&text);
	}
	return r;
}

int
sfs_edit_gate(const struct sfs_plan *plan, enum sfs_policy policy, struct sfs_error *err)
{
	bool allowed = policy == SFS_APPLY_ALL ||
		       (policy == SFS_APPLY_SAFE && sfs_plan_severity(plan) < SFS_LOSS);

	return allowed ? 0 : refuse(plan, policy, err);
}

static int
check_bodies(void *data, struct sfs_db *db, struct sfs_error *err)
{
	const struct editor *e = data;

	return sfs_bodies_check(db, e->goal.from, e->goal.to, &e->goal.targets, err);
}

static size_t
add_files(const struct sfs_catalog *catalog, struct sfs_identity *ids, size_t n)
{
	sfs_vec_foreach (object, &catalog->objects) {
		if (!(*object)->owner) {
			ids[n++] = (*object)->id;
		}
	}
	return n;
}

static int
apply(struct editor *e, struct sfs_outcome *outcome, struct sfs_error *err)
{
	struct sfs_identity *ids sfs_auto(free) =
		sfs_alloc((e->goal.from->objects.len + e->goal.to->objects.len + 1) * sizeof *ids);
	struct sfs_expectation expect = {
		.scope = { .objects = ids, .alone = true },
		.wanted = e->goal.to,
		.renames = &e->goal.renames,
		.witness = e->witness,
		.check = check_bodies,
		.check_data = e,
	};
	struct sfs_catalog *after sfs_auto(catalog) = NULL;

	/* All that was there before and all that shall be: what is gone must be seen to be gone. */
	expect.scope.n_objects = add_files(e->goal.from, ids, 0);
	expect.scope.n_objects = add_files(e->goal.to, ids, expect.scope.n_objects);
	int r = sfs_apply_plan(e->db, &outcome->plan, &expect, &after, err);
	if (r < 0) {
		return r;
	}
	outcome->changed = true;
	return sfs_tree_render(e->db->driver, after, &outcome->after, err);
}

/* Everything up to the plan, which is empty when the files say what the database has. */
static int
prepare(struct editor *e, const struct sfs_edit *edits, size_t n_edits, struct sfs_outcome *outcome,
	struct sfs_error *err)
{
	struct sfs_diff diff sfs_auto(diff) = { 0 };
	int r;

	sfs_plan_init(&outcome->plan);
	r = sfs_goal_find(&e->goal, e->db, edits, n_edits, &outcome->before, err);
	if (r == 0) {
		r = sfs_diff_make(e->goal.from, e->goal.to, &e->goal.renames, &diff, err);
	}
	if (r == 0) {
		r = sfs_dependants_check(&diff, err);
	}
	e->differs = r == 0 && !sfs_diff_is_empty(&diff);
	if (r == 0 && e->differs) {
		r = e->db->driver->plan(e->db, &diff, &outcome->plan, err);
	}
	return r;
}

int
sfs_edit_plan(struct sfs_db *db, const struct sfs_edit *edits, size_t n_edits,
	struct sfs_outcome *ret_outcome, struct sfs_error *err)
{
	struct editor e sfs_auto(editor) = { .db = db };
	struct sfs_outcome outcome sfs_auto(outcome) = { 0 };
	int r = prepare(&e, edits, n_edits, &outcome, err);

	if (r < 0) {
		return r;
	}
	*ret_outcome = outcome;
	memset(&outcome, 0, sizeof outcome);
	return 0;
}

static int
prepare_and_apply(struct editor *e, const struct sfs_edit *edits, size_t n_edits,
	enum sfs_policy policy, struct sfs_outcome *outcome, struct sfs_error *err)
{
	int r = prepare(e, edits, n_edits, outcome, err);

	if (r == 0 && !e->differs) {
		return sfs_tree_render(e->db->driver, e->goal.from, &outcome->after, err);
	}
	if (r == 0) {
		r = sfs_edit_gate(&outcome->plan, policy, err);
	}
	return r < 0 ? r : apply(e, outcome, err);
}

int
sfs_edit_apply(struct sfs_db *db, const struct sfs_edit *edits, size_t n_edits,
	enum sfs_policy policy, const struct sfs_witness *witness, struct sfs_outcome *ret_outcome,
	struct sfs_error *err)
{
	struct editor e sfs_auto(editor) = { .db = db, .witness = witness };
	struct sfs_outcome outcome sfs_auto(outcome) = { 0 };
	int r = sfs_lock(db, SFS_LOCK_PLAN, SFS_LOCK_PLAN_MS, err);

	if (r < 0) {
		return r;
	}
	/* Held from the first look on: what is planned is what is found when it is applied. */
	r = prepare_and_apply(&e, edits, n_edits, policy, &outcome, err);
	sfs_unlock(db);
	if (r < 0) {
		return r;
	}
	*ret_outcome = outcome;
	memset(&outcome, 0, sizeof outcome);
	return 0;
}
