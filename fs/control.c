// SPDX-License-Identifier: MIT
/* The files in which the mount tells about itself: where they are, and how they get their text. */
#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "fs/control.h"
#include "fs/notify.h"
#include "fs/readme.h"
#include "fs/view.h"

#define SCHEMA_FILE "schema.sql"
#define MODEL_FILE  "schema.json"

static struct mnt_node *
add_file(struct mnt *mnt, const char *directory, const char *name, enum mnt_role role)
{
	struct mnt_node *parent = mnt_view_directory(mnt, directory);
	struct mnt_node *node = mnt_node_add(&mnt->nodes, parent, name, role);

	node->locked = true;
	return node;
}

void
mnt_control_set(struct mnt *mnt, const char *path, const char *bytes, size_t len)
{
	struct mnt_text *text sfs_auto(mnt_text) = mnt_text_create(bytes, len);

	MNT_LOCK(mnt);
	struct mnt_node *node = mnt_node_find(&mnt->nodes, path);
	if (node) {
		mnt_view_set_text(mnt, node, text);
	}
}

void
mnt_control_show(struct mnt *mnt, const char *path, const struct stat *found)
{
	struct mnt_node *node = mnt_node_find(&mnt->nodes, path);

	if (node) {
		node->backing_size = found->st_size;
		node->mtime = found->st_mtim;
		node->stale_pages = true;
		mnt_notify_node(mnt, node);
	}
}

static bool
holds(const char *file, const char *text, size_t len)
{
	struct sfs_str bytes sfs_auto(str) = SFS_STR_INIT;
	struct stat found;

	return stat(file, &found) == 0 && (size_t)found.st_size == len &&
	       sfs_file_read(file, len, &bytes, NULL) == 0 &&
	       memcmp(sfs_str_text(&bytes), text, len) == 0;
}

/* What the disk does not take is shown from memory: what is on it may be of another day. */
static void
show_from_memory(struct mnt *mnt, const char *path, const char *bytes, size_t len)
{
	struct mnt_text *text sfs_auto(mnt_text) = mnt_text_create(bytes, len);

	MNT_LOCK(mnt);
	struct mnt_node *node = mnt_node_find(&mnt->nodes, path);
	if (node) {
		free(sfs_steal(node->backing));
		node->role = MNT_CONTROL;
		mnt_view_set_text(mnt, node, text);
	}
}

static void
show_from_disk(struct mnt *mnt, const char *path, const char *file, const struct stat *found)
{
	MNT_LOCK(mnt);
	struct mnt_node *node = mnt_node_find(&mnt->nodes, path);

	if (node && !node->backing) {
		node->backing = sfs_strdup(file);
		node->role = MNT_BACKED;
		(void)mnt_node_set_text(node, NULL);
	}
	mnt_control_show(mnt, path, found);
}

/* On the disk, since it is as large as all the others together and seldom read. */
static void
show_generated(struct mnt *mnt, const char *name, const char *text, size_t len)
{
	char *file sfs_auto(free) = sfs_file_join(mnt->state, name);
	char *path sfs_auto(free) = sfs_asprintf("generated/%s", name);
	struct stat found;

	if ((holds(file, text, len) || sfs_file_write_fast(file, text, len, 0600, NULL) == 0) &&
		stat(file, &found) == 0) {
		show_from_disk(mnt, path, file, &found);
		return;
	}
	show_from_memory(mnt, path, text, len);
	if (!mnt->read_only) {
		mnt_control_warn(mnt, "cannot write %s", file);
	}
}

void
mnt_control_schema(struct mnt *mnt, const struct sfs_str *sql, const struct sfs_str *json)
{
	show_generated(mnt, SCHEMA_FILE, sfs_str_text(sql), sql->len);
	show_generated(mnt, MODEL_FILE, sfs_str_text(json), json->len);
}

static void
add_backed(struct mnt *mnt, const char *directory, const char *name, const char *file)
{
	char *path sfs_auto(free) = sfs_file_join(mnt->state, file);
	struct stat found = { 0 };
	struct mnt_node *node = add_file(mnt, directory, name, MNT_BACKED);

	if (stat(path, &found) == 0) {
		node->mtime = found.st_mtim;
	}
	node->backing = sfs_steal(path);
	node->backing_size = found.st_size;
}

void
mnt_control_init(struct mnt *mnt)
{
	{
		MNT_LOCK(mnt);
		(void)add_file(mnt, "", "README.md", MNT_CONTROL);
		(void)add_file(mnt, "", "status", MNT_CONTROL);
		(void)add_file(mnt, "", "status.json", MNT_CONTROL);
		add_backed(mnt, "generated", SCHEMA_FILE, SCHEMA_FILE);
		add_backed(mnt, "generated", MODEL_FILE, MODEL_FILE);
		add_backed(mnt, "", "log", MNT_LOG_FILE);
	}
	mnt_control_set(mnt, "README.md", mnt_readme, strlen(mnt_readme));
	mnt_control_update(mnt);
}
