// SPDX-License-Identifier: MIT
/* Files that a person changed, made true in the database: evaluate, compare, plan, apply, check. */
#include <errno.h>
#include <string.h>

#include "apply/apply.h"
#include "apply/compose.h"
#include "apply/dependants.h"
#include "apply/edit.h"
#include "apply/lock.h"
#include "catalog/path.h"
#include "diff/hints.h"
#include "diff/text.h"

struct editor {
	struct sfs_db *db;
	const struct sfs_witness *witness; /* borrowed; or NULL */
	struct sfs_arena *arena;           /* owned */
	struct sfs_target *targets;        /* owned */
	size_t n_targets;
	struct sfs_catalog *from;      /* owned: the objects edited and what depends on them */
	struct sfs_catalog *evaluated; /* owned; NULL when no text had to be read */
	struct sfs_catalog *to;        /* owned: what `from` shall become */
	struct sfs_renames renames;    /* owned */
	bool differs;                  /* `to` is not `from` */
};

static void
editor_finish(struct editor *e)
{
	sfs_arena_destroy(e->arena);
	sfs_catalog_destroy(e->from);
	sfs_catalog_destroy(e->evaluated);
	sfs_catalog_destroy(e->to);
	sfs_vec_finish(&e->renames);
	free(e->targets);
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

static bool
is_path_of(const struct sfs_identity *id, const char *path)
{
	struct sfs_str own sfs_auto(str) = SFS_STR_INIT;

	sfs_path_of(id, &own);
	return strcmp(sfs_str_text(&own), path) == 0;
}

/* A name that was cut does not tell the whole of it: it is the one of the object with that path. */
static int
find_cut(struct editor *e, const char *path, struct sfs_identity *id, struct sfs_error *err)
{
	struct sfs_catalog *all sfs_auto(catalog) = NULL;
	int r = e->db->driver->read(e->db, &(struct sfs_scope){ 0 }, &all, err);

	if (r < 0) {
		return r;
	}
	sfs_vec_foreach (object, &all->objects) {
		const struct sfs_identity *found = &(*object)->id;

		if (!(*object)->owner && found->kind == id->kind && is_path_of(found, path)) {
			*id = (struct sfs_identity){ .kind = found->kind,
				.namespace = sfs_arena_strdup(e->arena, found->namespace),
				.relation = sfs_arena_strdup(e->arena, found->relation),
				.name = sfs_arena_strdup(e->arena, found->name) };
			break;
		}
	}
	return 0;
}

static int
parse_path(struct editor *e, const char *path, struct sfs_identity *ret_id, struct sfs_error *err)
{
	int r = sfs_path_parse(path, e->arena, ret_id);

	if (r < 0) {
		return sfs_error_set(err, EINVAL, "%s is not the place of any object", path);
	}
	return is_path_of(ret_id, path) ? 0 : find_cut(e, path, ret_id, err);
}

static int
find_targets(struct editor *e, const struct sfs_edit *edits, size_t n_edits, struct sfs_error *err)
{
	e->arena = sfs_arena_create();
	e->targets = sfs_alloc((n_edits + 1) * sizeof *e->targets);
	e->n_targets = n_edits;
	for (size_t i = 0; i < n_edits; i++) {
		struct sfs_target *target = &e->targets[i];
		int r = parse_path(e, edits[i].path, &target->from, err);

		target->edit = &edits[i];
		target->to = target->from;
		if (r == 0 && edits[i].renamed) {
			r = parse_path(e, edits[i].renamed, &target->to, err);
		}
		if (r < 0) {
			return r;
		}
		if (target->to.kind != target->from.kind) {
			return sfs_error_set(err, EXDEV, "a %s can not become a %s",
				sfs_kind_info(target->from.kind)->name,
				sfs_kind_info(target->to.kind)->name);
		}
	}
	return 0;
}

static int
read_scope(struct editor *e, struct sfs_catalog **ret_catalog, struct sfs_error *err)
{
	struct sfs_identity *ids sfs_auto(free) = sfs_alloc((2 * e->n_targets + 1) * sizeof *ids);
	struct sfs_scope scope = { .objects = ids, .dependencies = true };

	for (size_t i = 0; i < e->n_targets; i++) {
		ids[scope.n_objects++] = e->targets[i].from;
		if (e->targets[i].edit->renamed) {
			ids[scope.n_objects++] = e->targets[i].to;
		}
	}
	return e->db->driver->read(e->db, &scope, ret_catalog, err);
}

/* ---- conflicts ---- */

static int
report_conflict(const char *path, const char *base, const char *now, struct sfs_error *err)
{
	struct sfs_str difference sfs_auto(str) = SFS_STR_INIT;
	int r = sfs_error_set(err, ESTALE, "%s changed in the database since it was read", path);

	sfs_text_difference(base, now, &difference);
	sfs_error_detail(err, "from what was read (-) to what is there now (+):\n%s",
		sfs_str_text(&difference));
	sfs_error_hint(err, "read the file again and make the change there; your text is kept");
	return r;
}

static int
check_target(struct sfs_target *target, const struct sfs_tree *before, struct sfs_error *err)
{
	const struct sfs_edit *edit = target->edit;
	const struct sfs_file *file = sfs_tree_find(before, edit->path);

	if (edit->create && file) {
		return sfs_error_set(err, EEXIST, "%s is there already", edit->path);
	}
	if (!file && (edit->renamed || !edit->text)) {
		return sfs_error_set(err, ENOENT, "%s is not in the database", edit->path);
	}
	if (edit->renamed && sfs_tree_find(before, edit->renamed)) {
		return sfs_error_set(err, EEXIST, "%s is there already", edit->renamed);
	}
	if (edit->base && (!file || strcmp(edit->base, file->text) != 0)) {
		return report_conflict(edit->path, edit->base, file ? file->text : "", err);
	}
	target->evaluated = edit->text && !(file && file->len == edit->len &&
						  memcmp(file->text, edit->text, edit->len) == 0);
	return 0;
}

static int
check_targets(struct editor *e, const struct sfs_tree *before, struct sfs_error *err)
{
	for (size_t i = 0; i < e->n_targets; i++) {
		int r = check_target(&e->targets[i], before, err);

		if (r < 0) {
			sfs_error_object(err, "%s", e->targets[i].edit->path);
			return r;
		}
	}
	return 0;
}

/* ---- what shall be ---- */

static int
evaluate(struct editor *e, struct sfs_error *err)
{
	struct sfs_source *sources sfs_auto(free) = sfs_alloc((e->n_targets + 1) * sizeof *sources);
	struct sfs_evaluation what = { .sources = sources };
	int r = 0;

	for (size_t i = 0; r == 0 && i < e->n_targets; i++) {
		const struct sfs_target *target = &e->targets[i];
		const struct sfs_edit *edit = target->edit;

		if (!target->evaluated) {
			continue;
		}
		struct sfs_source *source = &sources[what.n_sources++];
		source->path = edit->renamed ? edit->renamed : edit->path;
		source->text = edit->text;
		source->len = edit->len;
		source->id = &target->to;
		r = sfs_hints_find(e->db->driver->dialect, source->path, edit->text, edit->len,
			target->to.namespace, e->arena, &e->renames, err);
	}
	if (r < 0 || !what.n_sources) {
		return r;
	}
	return e->db->driver->evaluate(e->db, &what, &e->evaluated, err);
}

/* A text that was evaluated must have defined what its path names. */
static int
check_defined(struct editor *e, struct sfs_error *err)
{
	for (size_t i = 0; i < e->n_targets; i++) {
		const struct sfs_target *target = &e->targets[i];

		if (target->evaluated && !sfs_file_defined(e->to, &target->to)) {
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

static int
compose(struct editor *e, struct sfs_error *err)
{
	e->to = sfs_compose(&(struct sfs_composition){
		.from = e->from,
		.evaluated = e->evaluated,
		.targets = e->targets,
		.n_targets = e->n_targets,
		.renames = &e->renames,
	});
	return check_defined(e, err);
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

/* Everything up to the plan, which is empty when the files say what the database has. */
static int
prepare(struct editor *e, const struct sfs_edit *edits, size_t n_edits, struct sfs_outcome *outcome,
	struct sfs_error *err)
{
	struct sfs_diff diff sfs_auto(diff) = { 0 };
	int r = find_targets(e, edits, n_edits, err);

	sfs_plan_init(&outcome->plan);
	if (r == 0) {
		r = read_scope(e, &e->from, err);
	}
	if (r == 0) {
		r = sfs_tree_render(e->db->driver, e->from, &outcome->before, err);
	}
	if (r == 0) {
		r = check_targets(e, &outcome->before, err);
	}
	if (r == 0) {
		r = evaluate(e, err);
	}
	if (r == 0) {
		r = compose(e, err);
	}
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
	enum sfs_policy policy, struct sfs_outcome *ret_outcome, struct sfs_error *err)
{
	return sfs_edit_apply_seen(db, edits, n_edits, policy, NULL, ret_outcome, err);
}

int
sfs_edit_apply_seen(struct sfs_db *db, const struct sfs_edit *edits, size_t n_edits,
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
