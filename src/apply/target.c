// SPDX-License-Identifier: MIT
/* What edits are about: the objects that their paths name, and whether they are as was thought. */
#include <errno.h>
#include <string.h>

#include "apply/target.h"
#include "catalog/path.h"
#include "diff/text.h"
#include "sql/quote.h"

/* ---- what the paths name ---- */

static bool
is_path_of(const struct sfs_identity *id, const char *path)
{
	struct sfs_str own sfs_auto(str) = SFS_STR_INIT;

	sfs_path_of(id, &own);
	return strcmp(sfs_str_text(&own), path) == 0;
}

static struct sfs_identity
copy_file_identity(struct sfs_arena *arena, const struct sfs_identity *id)
{
	return (struct sfs_identity){ .kind = id->kind,
		.namespace = sfs_arena_strdup(arena, id->namespace),
		.relation = sfs_arena_strdup(arena, id->relation),
		.name = sfs_arena_strdup(arena, id->name) };
}

/* A name that was cut does not tell the whole of it: it is the one of the object with that path. */
static int
find_cut(struct sfs_db *db, const char *path, struct sfs_arena *arena, struct sfs_identity *id,
	struct sfs_error *err)
{
	struct sfs_catalog *all sfs_auto(catalog) = NULL;
	int r = db->driver->read(db, &(struct sfs_scope){ 0 }, &all, err);

	if (r < 0) {
		return r;
	}
	sfs_vec_foreach (object, &all->objects) {
		const struct sfs_identity *found = &(*object)->id;

		if (!(*object)->owner && found->kind == id->kind && is_path_of(found, path)) {
			*id = copy_file_identity(arena, found);
			break;
		}
	}
	return 0;
}

static int
parse_path(struct sfs_db *db, const char *path, struct sfs_arena *arena,
	struct sfs_identity *ret_id, struct sfs_error *err)
{
	int r = sfs_path_parse(path, arena, ret_id);

	if (r < 0) {
		return sfs_error_set(err, EINVAL, "%s is not the place of any object", path);
	}
	return is_path_of(ret_id, path) ? 0 : find_cut(db, path, arena, ret_id, err);
}

/* A database that keeps less of a name than the path says would do something else than was asked. */
static int
check_kept(struct sfs_db *db, const char *name, struct sfs_error *err)
{
	struct sfs_str quoted sfs_auto(str) = SFS_STR_INIT, kept sfs_auto(str) = SFS_STR_INIT;
	enum sfs_dialect dialect = db->driver->dialect;

	if (!name) {
		return 0;
	}
	sfs_quote_name(&quoted, dialect, name);
	sfs_unquote_name(&kept, dialect, sfs_str_text(&quoted), quoted.len);
	if (sfs_streq(sfs_str_text(&kept), name)) {
		return 0;
	}
	int r = sfs_error_set(err, EINVAL, "the name %s is too long", name);
	sfs_error_hint(err, "the server would cut it to %s", sfs_str_text(&kept));
	return r;
}

int
sfs_targets_find(struct sfs_db *db, const struct sfs_edit *edits, size_t n_edits,
	struct sfs_arena *arena, struct sfs_targets *targets, struct sfs_error *err)
{
	for (size_t i = 0; i < n_edits; i++) {
		struct sfs_target target = { .edit = &edits[i] };
		int r = parse_path(db, edits[i].path, arena, &target.from, err);

		target.to = target.from;
		if (r == 0 && edits[i].renamed) {
			r = parse_path(db, edits[i].renamed, arena, &target.to, err);
			r = r < 0 ? r : check_kept(db, target.to.name, err);
			r = r < 0 ? r : check_kept(db, target.to.namespace, err);
		}
		if (r < 0) {
			return r;
		}
		if (target.to.kind != target.from.kind) {
			return sfs_error_set(err, EXDEV, "a %s can not become a %s",
				sfs_kind_info(target.from.kind)->name,
				sfs_kind_info(target.to.kind)->name);
		}
		if (target.to.relation &&
			(!sfs_streq(target.to.relation, target.from.relation) ||
				!sfs_streq(target.to.namespace, target.from.namespace))) {
			return sfs_error_set(err, EINVAL, "a %s stays with %s",
				sfs_kind_info(target.from.kind)->name, target.from.relation);
		}
		sfs_vec_push(targets, target);
	}
	return 0;
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

/* Whether what has the path in the database gets another name by one of the edits, or goes. */
static bool
is_left(const struct sfs_targets *targets, const char *path)
{
	sfs_vec_foreach (target, targets) {
		const struct sfs_edit *edit = target->edit;

		if ((edit->renamed || !edit->text) && strcmp(edit->path, path) == 0) {
			return true;
		}
	}
	return false;
}

static int
check_target(const struct sfs_targets *targets, struct sfs_target *target,
	const struct sfs_tree *before, struct sfs_error *err)
{
	const struct sfs_edit *edit = target->edit;
	const struct sfs_file *file = sfs_tree_find(before, edit->path);

	if (edit->create && file && is_left(targets, edit->path)) {
		file = NULL;
	}
	if (edit->create && file) {
		return sfs_error_set(err, EEXIST, "%s is there already", edit->path);
	}
	if (!file && (edit->renamed || !edit->text)) {
		return sfs_error_set(err, ENOENT, "%s is not in the database", edit->path);
	}
	if (edit->renamed && sfs_tree_find(before, edit->renamed) &&
		!is_left(targets, edit->renamed)) {
		return sfs_error_set(err, EEXIST, "%s is there already", edit->renamed);
	}
	bool same = edit->text && file && file->len == edit->len &&
		    memcmp(file->text, edit->text, edit->len) == 0;
	/* Whatever was read before: who says what is there contradicts nobody. */
	if (edit->base && !(same && !edit->renamed) &&
		(!file || strcmp(edit->base, file->text) != 0)) {
		return report_conflict(edit->path, edit->base, file ? file->text : "", err);
	}
	target->evaluated = edit->text && !same;
	return 0;
}

int
sfs_targets_check(struct sfs_targets *targets, const struct sfs_tree *before, struct sfs_error *err)
{
	sfs_vec_foreach (target, targets) {
		int r = check_target(targets, target, before, err);

		if (r < 0) {
			sfs_error_object(err, "%s", target->edit->path);
			return r;
		}
	}
	return 0;
}

bool
sfs_targets_removes(const struct sfs_targets *targets, const struct sfs_identity *file)
{
	sfs_vec_foreach (target, targets) {
		if (!target->edit->renamed && !target->edit->text &&
			sfs_identity_equal(&target->from, file)) {
			return true;
		}
	}
	return false;
}

void
sfs_targets_renames(const struct sfs_targets *targets, const struct sfs_renames *hints,
	struct sfs_renames *renames)
{
	for (size_t i = 0; hints && i < hints->len; i++) {
		sfs_vec_push(renames, hints->items[i]);
	}
	sfs_vec_foreach (target, targets) {
		if (target->edit->renamed) {
			sfs_vec_push(renames,
				(struct sfs_rename){ .from = target->from,
					.to = target->to,
					.sure = true,
					.over = sfs_targets_removes(targets, &target->to) });
		}
	}
}

struct sfs_source
sfs_target_source(const struct sfs_target *target)
{
	const struct sfs_edit *edit = target->edit;

	return (struct sfs_source){
		.path = edit->renamed ? edit->renamed : edit->path,
		.text = edit->text,
		.len = edit->len,
		.id = &target->to,
		.former = target->follows,
	};
}

/* ---- what follows ---- */

struct sfs_target *
sfs_targets_at(const struct sfs_targets *targets, const struct sfs_identity *file)
{
	struct sfs_identity id = *file;

	id.signature = NULL;
	sfs_vec_foreach (target, targets) {
		if (sfs_identity_equal(&target->from, &id)) {
			return target;
		}
	}
	return NULL;
}

static bool
add_follower(struct sfs_targets *targets, const struct sfs_object *reached, bool shaken,
	const struct sfs_tree *before, struct sfs_arena *arena)
{
	struct sfs_str path sfs_auto(str) = SFS_STR_INIT;

	sfs_path_of(&reached->id, &path);
	const struct sfs_file *file = sfs_tree_find(before, sfs_str_text(&path));
	if (!file) {
		return false;
	}
	struct sfs_edit *edit = sfs_arena_alloc(arena, sizeof *edit);
	edit->path = file->path;
	edit->text = file->text;
	edit->len = file->len;
	struct sfs_identity id = copy_file_identity(arena, &reached->id);
	struct sfs_target target = { .edit = edit,
		.from = id,
		.to = id,
		.evaluated = true,
		.follows = true,
		.shaken = shaken };
	sfs_vec_push(targets, target);
	return true;
}

bool
sfs_targets_follow(struct sfs_targets *targets, const struct sfs_object *reached, bool shaken,
	const struct sfs_tree *before, struct sfs_arena *arena)
{
	struct sfs_target *target = sfs_targets_at(targets, &reached->id);

	if (!target) {
		return add_follower(targets, reached, shaken, before, arena);
	}
	if (!shaken || target->shaken) {
		return false;
	}
	target->shaken = true;
	return true;
}
