// SPDX-License-Identifier: MIT
/* What edits ask for: their texts evaluated, and with them the files that they reach. */
#include <errno.h>
#include <string.h>

#include "apply/compose.h"
#include "apply/dependants.h"
#include "apply/goal.h"
#include "apply/reach.h"
#include "diff/hints.h"

void
sfs_goal_finish(struct sfs_goal *goal)
{
	sfs_arena_destroy(goal->arena);
	sfs_catalog_destroy(goal->from);
	sfs_catalog_destroy(goal->evaluated);
	sfs_catalog_destroy(goal->to);
	sfs_vec_finish(&goal->renames);
	sfs_vec_finish(&goal->targets);
	sfs_vec_finish(&goal->parents);
}

/* ---- what the edits are about ---- */

static int
read_scope(struct sfs_goal *goal, struct sfs_error *err)
{
	struct sfs_identity *ids sfs_auto(free) =
		sfs_alloc((2 * goal->targets.len + goal->parents.len + 1) * sizeof *ids);
	struct sfs_scope scope = { .objects = ids, .dependencies = true };

	sfs_vec_foreach (target, &goal->targets) {
		ids[scope.n_objects++] = target->from;
		if (target->edit->renamed) {
			ids[scope.n_objects++] = target->to;
		}
	}
	sfs_vec_foreach (parent, &goal->parents) {
		ids[scope.n_objects++] = *parent;
	}
	sfs_catalog_destroy(goal->from);
	goal->from = NULL;
	return goal->db->driver->read(goal->db, &scope, &goal->from, err);
}

/* Reads what the edits are about, and sees whether it is as was thought. */
static int
look(struct sfs_goal *goal, struct sfs_tree *before, struct sfs_error *err)
{
	int r = read_scope(goal, err);

	sfs_tree_finish(before);
	if (r == 0) {
		r = sfs_tree_render(goal->db->driver, goal->from, before, err);
	}
	return r < 0 ? r : sfs_targets_check(&goal->targets, before, err);
}

/* ---- what shall be ---- */

static int
evaluate(struct sfs_goal *goal, struct sfs_error *err)
{
	struct sfs_source *sources sfs_auto(free) =
		sfs_alloc((goal->targets.len + 1) * sizeof *sources);
	struct sfs_renames renames = { 0 };
	struct sfs_evaluation what = { .sources = sources, .renames = &renames };
	int r = 0;

	sfs_targets_renames(&goal->targets, &goal->renames, &renames);
	sfs_vec_foreach (target, &goal->targets) {
		if (target->evaluated) {
			sources[what.n_sources++] = sfs_target_source(target);
		}
	}
	sfs_catalog_destroy(goal->evaluated);
	goal->evaluated = NULL;
	if (what.n_sources) {
		r = goal->db->driver->evaluate(goal->db, &what, &goal->evaluated, err);
	}
	sfs_vec_finish(&renames);
	return r;
}

static int
find_hints(struct sfs_goal *goal, struct sfs_error *err)
{
	int r = 0;

	sfs_vec_foreach (target, &goal->targets) {
		const struct sfs_edit *edit = target->edit;

		if (r == 0 && target->evaluated) {
			r = sfs_hints_find(goal->db->driver->dialect,
				edit->renamed ? edit->renamed : edit->path, edit->text, edit->len,
				target->to.namespace, goal->arena, &goal->renames, err);
		}
	}
	return r;
}

static struct sfs_catalog *
compose(const struct sfs_goal *goal, const struct sfs_targets *targets, struct sfs_renames *renames)
{
	return sfs_compose(&(struct sfs_composition){
		.from = goal->from,
		.evaluated = goal->evaluated,
		.targets = targets,
		.renames = renames,
	});
}

/* ---- names that follow ---- */

/* The keys of a partition are named after it by the server, and stand in no text. */
static bool
names_others(const struct sfs_goal *goal, const struct sfs_target *target)
{
	const struct sfs_object *object = sfs_catalog_find(goal->from, &target->from);

	return target->edit->renamed && !target->edit->text && object &&
	       object->id.kind == SFS_TABLE && sfs_object_has(object, SFS_TABLE_PARTITION_OF) &&
	       strcmp(target->from.name, target->to.name) != 0;
}

static bool
any_names_others(const struct sfs_goal *goal)
{
	sfs_vec_foreach (target, &goal->targets) {
		if (names_others(goal, target)) {
			return true;
		}
	}
	return false;
}

/* What only moves, but names others after itself, is evaluated as it reads by its new name. */
static int
restate_moved(struct sfs_goal *goal, struct sfs_error *err)
{
	struct sfs_renames renames = { 0 };
	struct sfs_catalog *moved sfs_auto(catalog) = NULL;
	struct sfs_tree tree sfs_auto(tree) = { 0 };
	int r;

	if (!any_names_others(goal)) {
		return 0;
	}
	moved = compose(goal, &goal->targets, &renames);
	sfs_vec_finish(&renames);
	r = sfs_tree_render(goal->db->driver, moved, &tree, err);
	sfs_vec_foreach (target, &goal->targets) {
		const struct sfs_file *file =
			r == 0 ? sfs_tree_find(&tree, target->edit->renamed) : NULL;

		if (file && names_others(goal, target)) {
			struct sfs_edit *edit = sfs_arena_alloc(goal->arena, sizeof *edit);

			*edit = *target->edit;
			edit->text = sfs_arena_strdup(goal->arena, file->text);
			edit->len = file->len;
			target->edit = edit;
			target->evaluated = true;
		}
	}
	return r;
}

/* A text that was evaluated must have defined what its path names. */
static int
check_defined(const struct sfs_goal *goal, const struct sfs_catalog *to, struct sfs_error *err)
{
	sfs_vec_foreach (target, &goal->targets) {
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
target_at(const struct sfs_goal *goal, const struct sfs_object *object)
{
	return sfs_targets_at(&goal->targets, &sfs_object_filed(object)->id);
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
widen(struct sfs_goal *goal, const struct sfs_tree *before, bool *ret_more)
{
	struct sfs_reached_list list = { 0 };
	struct sfs_renames renames = { 0 };

	sfs_targets_renames(&goal->targets, &goal->renames, &renames);
	sfs_reach_find(
		&(struct sfs_reach){
			.from = goal->from,
			.evaluated = goal->evaluated,
			.renames = &renames,
			.is_read = is_read,
			.is_shaken = is_shaken,
			.data = goal,
		},
		&list);
	*ret_more = false;
	sfs_vec_foreach (reached, &list) {
		/* An operator or a cast says nothing else for what it uses having changed. */
		if (sfs_kind_is_bounded(reached->object->id.kind)) {
			*ret_more |= sfs_targets_follow(&goal->targets, reached->object,
				reached->shaken, before, goal->arena);
		}
	}
	sfs_vec_finish(&list);
	sfs_vec_finish(&renames);
}

/* What nobody edited and can not be made any more is in the way of the edit. */
static void
blame_follower(const struct sfs_goal *goal, struct sfs_error *err)
{
	sfs_vec_foreach (target, &goal->targets) {
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
check_dependants(const struct sfs_goal *goal, size_t n_edited, struct sfs_error *err)
{
	const struct sfs_targets edited = { .items = goal->targets.items, .len = n_edited };
	const struct sfs_targets none = { 0 };
	struct sfs_renames renames = { 0 };
	struct sfs_diff diff sfs_auto(diff) = { 0 };
	struct sfs_catalog *to sfs_auto(catalog) = NULL;
	/* On copies: a diff settles labels and renames in what it is given. */
	struct sfs_catalog *copy sfs_auto(catalog) =
		sfs_compose(&(struct sfs_composition){ .from = goal->from, .targets = &none });

	sfs_vec_foreach (rename, &goal->renames) {
		sfs_vec_push(&renames, *rename);
	}
	to = compose(goal, &edited, &renames);
	int r = sfs_diff_make(copy, to, &renames, &diff, err);
	r = r < 0 ? r : sfs_dependants_check(&diff, err);
	sfs_vec_finish(&renames);
	return r;
}

/* Evaluates again, together with what the edits reach, and with what that reaches. */
static int
follow(struct sfs_goal *goal, const struct sfs_tree *before, struct sfs_error *err)
{
	bool more = goal->evaluated && goal->db->driver->restates;
	size_t n_edited = goal->targets.len;
	bool first = true;
	int r = 0;

	while (r == 0 && more) {
		widen(goal, before, &more);
		if (more && first) {
			r = check_dependants(goal, n_edited, err);
			first = false;
		}
		if (r == 0 && more) {
			r = evaluate(goal, err);
			if (r == -EINVAL) {
				blame_follower(goal, err);
				r = err ? -err->errnum : r;
			}
		}
	}
	return r;
}

/* ---- all of it ---- */

int
sfs_goal_find(struct sfs_goal *goal, struct sfs_db *db, const struct sfs_edit *edits,
	size_t n_edits, struct sfs_tree *before, struct sfs_error *err)
{
	int r;

	memset(goal, 0, sizeof *goal);
	goal->db = db;
	goal->arena = sfs_arena_create();
	r = sfs_targets_find(goal->db, edits, n_edits, goal->arena, &goal->targets, err);
	if (r == 0) {
		r = look(goal, before, err);
	}
	if (r == 0) {
		r = restate_moved(goal, err);
	}
	if (r == 0) {
		r = find_hints(goal, err);
	}
	if (r == 0) {
		r = evaluate(goal, err);
	}
	if (r == 0 && goal->evaluated &&
		sfs_parents_add(goal->evaluated, goal->from, goal->arena, &goal->parents)) {
		r = look(goal, before, err);
	}
	if (r == 0) {
		r = follow(goal, before, err);
	}
	if (r == 0) {
		goal->to = compose(goal, &goal->targets, &goal->renames);
		r = check_defined(goal, goal->to, err);
	}
	return r;
}
