// SPDX-License-Identifier: MIT
/* The live half of the mount: objects appear, change and go as the database says. */
#include <string.h>

#include "base/alloc.h"
#include "catalog/path.h"
#include "fs/notify.h"
#include "fs/view.h"

/* Where people start: these are there even when nothing is in them. The others come by mkdir. */
static const struct {
	enum sfs_kind kind;
	bool everywhere; /* not only in PostgreSQL */
} standing[] = {
	{ SFS_TABLE, true },
	{ SFS_VIEW, true },
	{ SFS_TRIGGER, true },
	{ SFS_FUNCTION, false },
	{ SFS_TYPE, false },
};

static void
changed_name(struct mnt *mnt, struct mnt_node *parent, const char *name)
{
	mnt_notify_name(mnt, parent, name);
}

struct mnt_node *
mnt_view_directory(struct mnt *mnt, const char *path)
{
	char *copy sfs_auto(free) = sfs_strdup(path);
	struct mnt_node *node = mnt->nodes.root;
	char *rest = NULL;

	for (char *name = strtok_r(copy, "/", &rest); name; name = strtok_r(NULL, "/", &rest)) {
		struct mnt_node *child = mnt_node_child(node, name);

		if (!child) {
			child = mnt_node_add(&mnt->nodes, node, name, MNT_DIRECTORY);
			changed_name(mnt, node, name);
		}
		node = child;
	}
	return node;
}

static void
add_standing(struct mnt *mnt, const char *namespace)
{
	for (size_t i = 0; i < sizeof standing / sizeof standing[0]; i++) {
		const char *directory = sfs_kind_info(standing[i].kind)->directory;

		if (standing[i].everywhere || mnt->driver->dialect == SFS_POSTGRES) {
			char *path sfs_auto(free) =
				sfs_asprintf("schema/%s/%s", namespace, directory);
			mnt_view_directory(mnt, path)->kept = true;
		}
	}
}

void
mnt_view_init(struct mnt *mnt)
{
	mnt_view_directory(mnt, "schema")->kept = true;
	mnt_view_directory(mnt, "pending")->kept = true;
	mnt_view_directory(mnt, "migrations")->kept = true;
	mnt_view_directory(mnt, "generated")->kept = true;
	if (mnt->driver->dialect == SFS_POSTGRES) {
		mnt_view_directory(mnt, "database")->kept = true;
	} else {
		/* The one namespace of such a database is there from the start. */
		mnt_view_directory(mnt, "schema/main")->kept = true;
		add_standing(mnt, "main");
	}
}

bool
mnt_view_is_object(const struct mnt_node *directory, const char *name)
{
	struct sfs_str path sfs_auto(str) = SFS_STR_INIT;
	struct sfs_arena *arena sfs_auto(arena) = sfs_arena_create();
	struct sfs_identity id;

	mnt_node_path(directory, &path);
	if (!sfs_starts_with(sfs_str_text(&path), "schema/") &&
		!sfs_starts_with(sfs_str_text(&path), "database/")) {
		return false;
	}
	sfs_str_addf(&path, "/%s", name);
	return sfs_path_parse(sfs_str_text(&path), arena, &id) == 0;
}

static void
touch(struct mnt *mnt, const char *path)
{
	sfs_vec_push(&mnt->touched, sfs_strdup(path));
}

void
mnt_view_untouch(struct mnt *mnt)
{
	sfs_vec_foreach (path, &mnt->touched) {
		free(*path);
	}
	sfs_vec_finish(&mnt->touched);
}

/* ---- going ---- */

static bool
has_files(const struct mnt_node *directory)
{
	void *value;

	for (size_t i = 0; sfs_map_next(directory->children, &i, NULL, &value);) {
		const struct mnt_node *child = value;

		if (child->role != MNT_DIRECTORY || has_files(child)) {
			return true;
		}
	}
	return false;
}

/* A directory of a kind goes with its last file, a namespace with the last file below it. */
static void
remove_empty(struct mnt *mnt, struct mnt_node *directory)
{
	struct mnt_node *parent = directory->parent;

	if (!parent || directory->kept || has_files(directory)) {
		/* The directory may stay while its namespace goes. */
		if (parent && parent->parent && !parent->kept && !has_files(parent)) {
			remove_empty(mnt, parent);
		}
		return;
	}
	changed_name(mnt, parent, directory->name);
	mnt_node_detach(&mnt->nodes, directory);
	remove_empty(mnt, parent);
}

void
mnt_view_remove(struct mnt *mnt, struct mnt_node *node)
{
	struct mnt_node *parent = node->parent;

	if (!parent) {
		return;
	}
	changed_name(mnt, parent, node->name);
	mnt_notify_node(mnt, node);
	mnt_node_detach(&mnt->nodes, node);
	remove_empty(mnt, parent);
}

static void
withdraw(struct mnt *mnt, struct mnt_node *node)
{
	struct sfs_str path sfs_auto(str) = SFS_STR_INIT;

	mnt_node_path(node, &path);
	touch(mnt, sfs_str_text(&path));
	node->exists = false;
	node->locked = false;
	if (node->buffer || node->writers) {
		/* Somebody writes it, or will: the save will find out that it is gone. */
		(void)mnt_node_set_text(node, NULL);
		node->gone = true;
		mnt_notify_drafts(mnt, node);
		return;
	}
	mnt_view_remove(mnt, node);
}

/* ---- coming and changing ---- */

void
mnt_view_set_text(struct mnt *mnt, struct mnt_node *node, struct mnt_text *text)
{
	if (mnt_node_set_text(node, text)) {
		mnt->nodes.changes++;
		mnt_notify_node(mnt, node);
	}
}

void
mnt_view_unhide(struct mnt *mnt, struct mnt_node *node)
{
	node->hidden = false;
	node->drop = false;
	node->deadline = 0;
	changed_name(mnt, node->parent, node->name);
}

static struct mnt_node *
object_at(struct mnt *mnt, const char *path)
{
	const char *slash = strrchr(path, '/');
	char *directory sfs_auto(free) = sfs_strndup(path, slash ? (size_t)(slash - path) : 0);
	const char *name = slash ? slash + 1 : path;
	struct mnt_node *parent = mnt_view_directory(mnt, directory);
	struct mnt_node *node = mnt_node_child(parent, name);

	if (!node) {
		node = mnt_node_add(&mnt->nodes, parent, name, MNT_OBJECT);
		changed_name(mnt, parent, name);
	}
	return node;
}

static struct mnt_node *
publish(struct mnt *mnt, const struct sfs_file *file)
{
	struct mnt_node *node = object_at(mnt, file->path);
	bool known = node->exists, was_locked = node->locked;

	node->exists = true;
	node->locked = file->locked;
	if (!known) {
		mnt_notify_drafts(mnt, node);
	}
	if (!known || !mnt_text_equal(node->text, file->text, file->len)) {
		struct mnt_text *text sfs_auto(mnt_text) = mnt_text_create(file->text, file->len);
		touch(mnt, file->path);
		mnt_view_set_text(mnt, node, text);
	} else if (was_locked != node->locked) {
		mnt_notify_node(mnt, node);
	}
	if (!known && file->id.kind == SFS_NAMESPACE) {
		add_standing(mnt, node->parent->name);
	}
	return node;
}

void
mnt_view_outcome(struct mnt *mnt, const struct sfs_outcome *outcome)
{
	sfs_vec_foreach (file, &outcome->before.files) {
		/* One that was renamed does not stand there any more. */
		touch(mnt, file->path);
		struct mnt_node *node = sfs_tree_find(&outcome->after, file->path)
						? NULL
						: mnt_node_find(&mnt->nodes, file->path);
		if (node && node->role == MNT_OBJECT) {
			withdraw(mnt, node);
		}
	}
	sfs_vec_foreach (file, &outcome->after.files) {
		(void)publish(mnt, file);
	}
}

/* Collects what the last refresh did not find; removing it at once would change the maps walked. */
struct gone SFS_VEC_OF(struct mnt_node *);

static void
collect_gone(struct mnt *mnt, struct mnt_node *directory, struct gone *gone)
{
	void *value;

	for (size_t i = 0; sfs_map_next(directory->children, &i, NULL, &value);) {
		struct mnt_node *child = value;

		if (child->role == MNT_DIRECTORY) {
			collect_gone(mnt, child, gone);
		} else if (child->role == MNT_OBJECT && child->exists &&
			   child->seen != mnt->refresh) {
			sfs_vec_push(gone, child);
		}
	}
}

/* What `status` tells of the tree. */
static void
count(struct mnt *mnt)
{
	mnt->health.n_objects = mnt->health.n_locked = 0;
	for (size_t i = 0; i < mnt->nodes.n_slots; i++) {
		const struct mnt_node *node = mnt->nodes.slots[i];

		if (node && node->role == MNT_OBJECT && node->exists && node->parent) {
			mnt->health.n_objects++;
			mnt->health.n_locked += node->locked;
		}
	}
}

void
mnt_view_changes(struct mnt *mnt, const struct sfs_tree *tree)
{
	sfs_vec_foreach (file, &tree->files) {
		(void)publish(mnt, file);
	}
	count(mnt);
}

void
mnt_view_withdraw(struct mnt *mnt, const char *path)
{
	struct mnt_node *node = mnt_node_find(&mnt->nodes, path);

	if (node && node->role == MNT_OBJECT && node->exists) {
		withdraw(mnt, node);
	}
}

void
mnt_view_refresh(struct mnt *mnt, const struct sfs_tree *tree)
{
	static const char *const tops[] = { "schema", "database" };
	struct gone gone = { 0 };

	mnt->refresh++;
	sfs_vec_foreach (file, &tree->files) {
		publish(mnt, file)->seen = mnt->refresh;
	}
	for (size_t i = 0; i < sizeof tops / sizeof tops[0]; i++) {
		struct mnt_node *top = mnt_node_child(mnt->nodes.root, tops[i]);

		if (top) {
			collect_gone(mnt, top, &gone);
		}
	}
	sfs_vec_foreach (node, &gone) {
		withdraw(mnt, *node);
	}
	sfs_vec_finish(&gone);
	count(mnt);
}
