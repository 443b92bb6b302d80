// SPDX-License-Identifier: MIT
/* Files that a person changed, made true in the database: evaluate, compare, plan, apply, check. */
#include <errno.h>
#include <string.h>

#include "apply/apply.h"
#include "apply/bodies.h"
#include "apply/compose.h"
#include "apply/dependants.h"
#include "apply/edit.h"
#include "apply/lock.h"
#include "apply/reach.h"
#include "apply/target.h"
#include "diff/hints.h"

struct editor {
	struct sfs_db *db;
	const struct sfs_witness *witness; /* borrowed; or NULL */
	struct sfs_arena *arena;           /* owned */
	struct sfs_targets targets;        /* owned */
	struct sfs_catalog *from;          /* owned: the objects edited and what depends on them */
	struct sfs_catalog *evaluated;     /* owned; NULL when no text had to be read */
	struct sfs_catalog *to;            /* owned: what `from` shall become */
	struct sfs_renames renames;        /* owned */
	bool differs;                      /* `to` is not `from` */
};

static void
editor_finish(struct editor *e)
{
	sfs_arena_destroy(e->arena);
	sfs_catalog_destroy(e->from);
	sfs_catalog_destroy(e->evaluated);
	sfs_catalog_destroy(e->to);
	sfs_vec_finish(&e->renames);
	sfs_vec_finish(&e->targets);
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

/* ---- what the edits are about ---- */

static int
read_scope(struct editor *e, struct sfs_catalog **ret_catalog, struct sfs_error *err)
{
	struct sfs_identity *ids sfs_auto(free) = sfs_alloc((2 * e->targets.len + 1) * sizeof *ids);
	struct sfs_scope scope = { .objects = ids, .dependencies = true };

	sfs_vec_foreach (target, &e->targets) {
		ids[scope.n_objects++] = target->from;
		if (target->edit->renamed) {
			ids[scope.n_objects++] = target->to;
		}
	}
	return e->db->driver->read(e->db, &scope, ret_catalog, err);
}

/* ---- what shall be ---- */

/* What goes by another name: by the hints in the texts and by the paths. */
static void
list_renames(const struct editor *e, struct sfs_renames *renames)
{
	sfs_vec_foreach (rename, &e->renames) {
		sfs_vec_push(renames, *rename);
	}
	sfs_vec_foreach (target, &e->targets) {
		if (target->edit->renamed) {
			sfs_vec_push(renames,
				(struct sfs_rename){ .from = target->from, .to = target->to });
		}
	}
}

static int
evaluate(struct editor *e, struct sfs_error *err)
{
	struct sfs_source *sources sfs_auto(free) =
		sfs_alloc((e->targets.len + 1) * sizeof *sources);
	struct sfs_renames renames = { 0 };
	struct sfs_evaluation what = { .sources = sources, .renames = &renames };
	int r = 0;

	list_renames(e, &renames);
	sfs_vec_foreach (target, &e->targets) {
		if (target->evaluated) {
			sources[what.n_sources++] = sfs_target_source(target);
		}
	}
	sfs_catalog_destroy(e->evaluated);
	e->evaluated = NULL;
	if (what.n_sources) {
		r = e->db->driver->evaluate(e->db, &what, &e->evaluated, err);
	}
	sfs_vec_finish(&renames);
	return r;
}

static int
find_hints(struct editor *e, struct sfs_error *err)
{
	int r = 0;

	sfs_vec_foreach (target, &e->targets) {
		const struct sfs_edit *edit = target->edit;

		if (r == 0 && target->evaluated) {
			r = sfs_hints_find(e->db->driver->dialect,
				edit->renamed ? edit->renamed : edit->path, edit->text, edit->len,
				target->to.namespace, e->arena, &e->renames, err);
		}
	}
	return r;
}

static struct sfs_catalog *
compose(const struct editor *e, const struct sfs_targets *targets, struct sfs_renames *renames)
{
	return sfs_compose(&(struct sfs_composition){
		.from = e->from,
		.evaluated = e->evaluated,
		.targets = targets,
		.renames = renames,
	});
}

/* A text that was evaluated must have defined what its path names. */
static int
check_defined(const struct editor *e, const struct sfs_catalog *to, struct sfs_error *err)
{
	sfs_vec_foreach (target, &e->targets) {
		if (target->evaluated && !sfs_file_defined(to, &target->to)) {
			struct sfs_str name sfs_auto(str) = SFS_STR_INIT;
			int r;

			sfs_identity_describe(&target->to, &name);
			r = sfs_error_set(
				err, EINVAL, "the text does not define %s", sfs_str_text(&name));
			sfs_error_position(err, target->edit->path, "", 0);
			return r;
		}
	}
	return 0;
}

/* ---- what follows ---- */

static const struct sfs_target *
target_at(const struct editor *e, const struct sfs_object *object)
{
	return sfs_targets_at(&e->targets, &sfs_object_filed(object)->id);
}

static bool
is_read(void *data, const struct sfs_object *object)
{
	return target_at(data, object) != NULL;
}

static bool
is_shaken(void *data, const struct sfs_object *object)
{
	const struct sfs_target *target = target_at(data, object);

	return target && target->shaken;
}

/* Adds the files that what was evaluated reaches; `ret_more` says whether there are any. */
static void
widen(struct editor *e, const struct sfs_tree *before, bool *ret_more)
{
	struct sfs_reached_list list = { 0 };
	struct sfs_renames renames = { 0 };

	list_renames(e, &renames);
	sfs_reach_find(
		&(struct sfs_reach){
			.from = e->from,
			.evaluated = e->evaluated,
			.renames = &renames,
			.is_read = is_read,
			.is_shaken = is_shaken,
			.data = e,
		},
		&list);
	*ret_more = false;
	sfs_vec_foreach (reached, &list) {
		*ret_more |= sfs_targets_follow(
			&e->targets, reached->object, reached->shaken, before, e->arena);
	}
	sfs_vec_finish(&list);
	sfs_vec_finish(&renames);
}

/* What nobody edited and can not be made any more is in the way of the edit. */
static void
blame_follower(const struct editor *e, struct sfs_error *err)
{
	sfs_vec_foreach (target, &e->targets) {
		if (err && target->follows && sfs_streq(err->file, target->edit->path)) {
			err->errnum = EBUSY;
			sfs_error_hint(err,
				"%s can not be made any more after this change: change both "
				"together, in a draft or in a migration in pending/",
				target->edit->path);
			return;
		}
	}
}

/* What would be dropped under others is told before these are tried without it. */
static int
check_dependants(const struct editor *e, size_t n_edited, struct sfs_error *err)
{
	const struct sfs_targets edited = { .items = e->targets.items, .len = n_edited };
	const struct sfs_targets none = { 0 };
	struct sfs_renames renames = { 0 };
	struct sfs_diff diff sfs_auto(diff) = { 0 };
	struct sfs_catalog *to sfs_auto(catalog) = NULL;
	/* On copies: a diff settles labels and renames in what it is given. */
	struct sfs_catalog *from sfs_auto(catalog) =
		sfs_compose(&(struct sfs_composition){ .from = e->from, .targets = &none });

	sfs_vec_foreach (rename, &e->renames) {
		sfs_vec_push(&renames, *rename);
	}
	to = compose(e, &edited, &renames);
	int r = sfs_diff_make(from, to, &renames, &diff, err);
	r = r < 0 ? r : sfs_dependants_check(&diff, err);
	sfs_vec_finish(&renames);
	return r;
}

/* Evaluates again, together with what the edits reach, and with what that reaches. */
static int
follow(struct editor *e, const struct sfs_tree *before, struct sfs_error *err)
{
	bool more = e->evaluated && e->db->driver->restates;
	size_t n_edited = e->targets.len;
	bool first = true;
	int r = 0;

	while (r == 0 && more) {
		widen(e, before, &more);
		if (more && first) {
			r = check_dependants(e, n_edited, err);
			first = false;
		}
		if (r == 0 && more) {
			r = evaluate(e, err);
			if (r == -EINVAL) {
				blame_follower(e, err);
				r = err ? -err->errnum : r;
			}
		}
	}
	return r;
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

	return sfs_bodies_check(db, e->from, e->to, &e->targets, err);
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
		sfs_alloc((e->from->objects.len + e->to->objects.len + 1) * sizeof *ids);
	struct sfs_expectation expect = {
		.scope = { .objects = ids, .alone = true },
		.wanted = e->to,
		.renames = &e->renames,
		.witness = e->witness,
		.check = check_bodies,
		.check_data = e,
	};
	struct sfs_catalog *after sfs_auto(catalog) = NULL;

	/* All that was there before and all that shall be: what is gone must be seen to be gone. */
	expect.scope.n_objects = add_files(e->from, ids, 0);
	expect.scope.n_objects = add_files(e->to, ids, expect.scope.n_objects);
	int r = sfs_apply_plan(e->db, &outcome->plan, &expect, &after, err);
	if (r < 0) {
		return r;
	}
	outcome->changed = true;
	return sfs_tree_render(e->db->driver, after, &outcome->after, err);
}

/* What the edits make of the database: `from`, `to` and the renames between them. */
static int
find_goal(struct editor *e, const struct sfs_edit *edits, size_t n_edits, struct sfs_tree *before,
	struct sfs_error *err)
{
	int r;

	e->arena = sfs_arena_create();
	r = sfs_targets_find(e->db, edits, n_edits, e->arena, &e->targets, err);
	if (r == 0) {
		r = read_scope(e, &e->from, err);
	}
	if (r == 0) {
		r = sfs_tree_render(e->db->driver, e->from, before, err);
	}
	if (r == 0) {
		r = sfs_targets_check(&e->targets, before, err);
	}
	if (r == 0) {
		r = find_hints(e, err);
	}
	if (r == 0) {
		r = evaluate(e, err);
	}
	if (r == 0) {
		r = follow(e, before, err);
	}
	if (r == 0) {
		e->to = compose(e, &e->targets, &e->renames);
		r = check_defined(e, e->to, err);
	}
	return r;
}

/* Everything up to the plan, which is empty when the files say what the database has. */
static int
prepare(struct editor *e, const struct sfs_edit *edits, size_t n_edits, struct sfs_outcome *outcome,
	struct sfs_error *err)
{
	struct sfs_diff diff sfs_auto(diff) = { 0 };
	int r;

	sfs_plan_init(&outcome->plan);
	r = find_goal(e, edits, n_edits, &outcome->before, err);
	if (r == 0) {
		r = sfs_diff_make(e->from, e->to, &e->renames, &diff, err);
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
		return sfs_tree_render(e->db->driver, e->from, &outcome->after, err);
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
