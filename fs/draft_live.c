// SPDX-License-Identifier: MIT
/* The live tree as drafts see it. */
#include <string.h>

#include "base/alloc.h"
#include "fs/draft_live.h"

static const char *const tops[] = { "schema", "database" };

/* A draft's root shows two directories of the mount's. */
static bool
is_shown(const char *path)
{
	for (size_t i = 0; i < sizeof tops / sizeof *tops; i++) {
		size_t len = strlen(tops[i]);

		if (strncmp(path, tops[i], len) == 0 && (!path[len] || path[len] == '/')) {
			return true;
		}
	}
	return false;
}

bool
mnt_live_is_shown(const struct mnt_node *node)
{
	while (node->parent && node->parent->parent) {
		node = node->parent;
	}
	return node->parent && is_shown(node->name);
}

/* Directories with a dot are programs' own, for the time being. */
static bool
is_part(const struct mnt_node *node)
{
	return node->role == MNT_DIRECTORY ? node->name[0] != '.'
					   : node->role == MNT_OBJECT && node->exists;
}

static struct mnt_node *
find(struct mnt *mnt, const char *path)
{
	struct mnt_node *node = is_shown(path) ? mnt_node_find(&mnt->nodes, path) : NULL;

	return node && is_part(node) ? node : NULL;
}

void
mnt_live_finish(struct mnt_live *live)
{
	mnt_text_unref(live->text);
	live->text = NULL;
}

bool
mnt_live_find(struct mnt *mnt, const char *path, struct mnt_live *ret_live)
{
	MNT_LOCK(mnt);
	const struct mnt_node *node = find(mnt, path);

	if (!node) {
		return false;
	}
	*ret_live = (struct mnt_live){ .locked = node->locked, .mtime = node->mtime };
	if (node->role == MNT_OBJECT) {
		ret_live->text = node->text ? mnt_text_ref(node->text) : mnt_text_create("", 0);
	}
	return true;
}

bool
mnt_live_is_file(struct mnt *mnt, const char *path)
{
	MNT_LOCK(mnt);
	const struct mnt_node *node = find(mnt, path);

	return node && node->role == MNT_OBJECT;
}

bool
mnt_live_is_directory(struct mnt *mnt, const char *path)
{
	MNT_LOCK(mnt);
	const struct mnt_node *node = find(mnt, path);

	return node && node->role == MNT_DIRECTORY;
}

struct mnt_text *
mnt_live_text(struct mnt *mnt, const char *path)
{
	struct mnt_live live;

	return mnt_live_find(mnt, path, &live) ? live.text : NULL;
}

void
mnt_live_names_finish(struct mnt_live_names *names)
{
	sfs_vec_foreach (name, names) {
		free(name->name);
	}
	sfs_vec_finish(names);
}

static void
list(struct mnt *mnt, const char *path, struct mnt_live_names *names)
{
	const struct mnt_node *directory = find(mnt, path);
	void *value;

	if (!directory || directory->role != MNT_DIRECTORY) {
		return;
	}
	for (size_t i = 0; sfs_map_next(directory->children, &i, NULL, &value);) {
		const struct mnt_node *node = value;

		if (is_part(node)) {
			sfs_vec_push(names, (struct mnt_live_name){ sfs_strdup(node->name),
						    node->role == MNT_DIRECTORY });
		}
	}
}

void
mnt_live_list(struct mnt *mnt, const char *path, struct mnt_live_names *ret_names)
{
	MNT_LOCK(mnt);
	if (*path) {
		list(mnt, path, ret_names);
		return;
	}
	for (size_t i = 0; i < sizeof tops / sizeof *tops; i++) {
		if (find(mnt, tops[i])) {
			sfs_vec_push(
				ret_names, (struct mnt_live_name){ sfs_strdup(tops[i]), true });
		}
	}
}

/* ---- the whole ---- */

static void
collect(const struct mnt_node *directory, struct sfs_str *path, struct sfs_tree *tree)
{
	size_t len = path->len;
	void *value;

	for (size_t i = 0; sfs_map_next(directory->children, &i, NULL, &value);) {
		const struct mnt_node *node = value;

		if (!is_part(node)) {
			continue;
		}
		sfs_str_addf(path, "/%s", node->name);
		if (node->role == MNT_DIRECTORY) {
			collect(node, path, tree);
		} else {
			struct sfs_file file = { .path = sfs_arena_strdup(
							 tree->arena, sfs_str_text(path)),
				.text = node->text ? node->text->bytes : "",
				.len = node->text ? node->text->len : 0 };
			sfs_vec_push(&tree->files, file);
		}
		sfs_str_truncate(path, len);
	}
}

static int
by_path(const void *a, const void *b)
{
	return strcmp(((const struct sfs_file *)a)->path, ((const struct sfs_file *)b)->path);
}

void
mnt_live_fingerprint(struct mnt *mnt, char ret_fingerprint[SFS_FINGERPRINT_SIZE])
{
	struct sfs_tree tree sfs_auto(tree) = { .arena = sfs_arena_create() };

	/* The texts are the nodes' own: under the lock to the end. */
	MNT_LOCK(mnt);
	for (size_t i = 0; i < sizeof tops / sizeof *tops; i++) {
		const struct mnt_node *top = find(mnt, tops[i]);
		struct sfs_str path sfs_auto(str) = SFS_STR_INIT;

		if (top) {
			sfs_str_add(&path, tops[i]);
			collect(top, &path, &tree);
		}
	}
	if (tree.files.len) {
		qsort(tree.files.items, tree.files.len, sizeof *tree.files.items, by_path);
	}
	sfs_fingerprint_tree(&tree, ret_fingerprint);
}
