// SPDX-License-Identifier: MIT
/* Opening and making files, and what a program has read of them before. */
#include <errno.h>
#include <fcntl.h>

#include "base/alloc.h"
#include "fs/draft_ops.h"
#include "fs/ops.h"
#include "fs/process.h"

void
mnt_handle_note(struct mnt_handle *handle, pid_t thread)
{
	const unsigned room = sizeof handle->threads / sizeof handle->threads[0];

	for (unsigned i = 0; i < room && i < handle->n_threads; i++) {
		if (handle->threads[i] == thread) {
			return;
		}
	}
	/* The first, who opened it, is the most likely to hold it still. */
	unsigned at =
		handle->n_threads < room ? handle->n_threads : 1 + handle->n_threads % (room - 1);
	handle->threads[at] = thread;
	handle->n_threads++;
}

struct mnt_text *
mnt_base_of(struct mnt_node *node, pid_t thread)
{
	pid_t process = 0;

	sfs_vec_foreach (reading, &node->readings) {
		if (!reading->text || reading->text == node->text || !thread) {
			continue;
		}
		process = process ? process : mnt_process_of(thread);
		if (process && mnt_process_of(reading->thread) == process) {
			return reading->text;
		}
	}
	return node->text;
}

/*
 * Another thread of the process may have read it before: what this one reads now counts. What other
 * processes have read stays, though it be the same text.
 */
static void
note_reading(struct mnt_node *node, pid_t thread)
{
	pid_t process = 0;

	sfs_vec_foreach (reading, &node->readings) {
		if (!reading->text || reading->text == node->text) {
			continue;
		}
		process = process ? process : mnt_process_of(thread);
		if (process && mnt_process_of(reading->thread) == process) {
			mnt_text_unref(reading->text);
			reading->text = NULL;
		}
	}
	mnt_node_note_reading(node, thread, node->text);
}

void
mnt_begin_writing(struct mnt *mnt, struct mnt_node *node, pid_t thread, bool truncate)
{
	if (!node->buffer) {
		struct mnt_text *base = node->exists ? mnt_base_of(node, thread) : NULL;

		node->buffer = mnt_buffer_create(truncate ? NULL : node->text, base);
		truncate = truncate && node->text && node->text->len;
	}
	if (truncate) {
		(void)!mnt_buffer_resize(node->buffer, 0);
	}
}

static int
may_open(const struct mnt *mnt, const struct mnt_node *node, bool writes)
{
	if (!node) {
		return -ENOENT;
	}
	if (node->role == MNT_DIRECTORY) {
		return -EISDIR;
	}
	if (!node->parent) {
		/* Gone since the kernel looked it up: to this errno it looks once more. */
		return -ESTALE;
	}
	if (writes && mnt->read_only) {
		return -EROFS;
	}
	if (writes && node->locked) {
		return -EACCES;
	}
	if (mnt->handles >= MNT_HANDLES_LIMIT) {
		return -ENFILE;
	}
	return writes && !node->buffer && mnt_overlay_full(mnt) ? -ENOSPC : 0;
}

static void
drop_handle(struct mnt *mnt, struct mnt_opened *opened)
{
	mnt_handle_close(mnt, (struct mnt_handle *)opened);
}

static struct mnt_handle *
open_handle(struct mnt *mnt, struct mnt_node *node, pid_t thread, struct fuse_file_info *fi)
{
	struct mnt_handle *handle = sfs_alloc(sizeof *handle);

	mnt_opened_add(mnt, &handle->opened, drop_handle);
	mnt->handles++;
	handle->node = node;
	handle->writes = (fi->flags & O_ACCMODE) != O_RDONLY || fi->flags & O_TRUNC;
	handle->synced = fi->flags & O_DSYNC;
	mnt_node_ref(node);
	mnt_handle_note(handle, thread);
	if (handle->writes) {
		node->writers++;
		handle->wrote = fi->flags & O_TRUNC;
		mnt_begin_writing(mnt, node, thread, fi->flags & O_TRUNC);
	} else if (node->role == MNT_OBJECT && !mnt->read_only) {
		note_reading(node, thread);
	}
	fi->fh = (uint64_t)(uintptr_t)handle;
	fi->noflush = !handle->writes;
	fi->keep_cache = !node->stale_pages;
	node->stale_pages = false;
	return handle;
}

void
mnt_handle_close(struct mnt *mnt, struct mnt_handle *handle)
{
	struct mnt_node *node = handle->node;

	mnt_opened_remove(mnt, &handle->opened);
	mnt->handles--;
	node->writers -= handle->writes;
	mnt_node_unref(&mnt->nodes, node);
	free(handle);
}

static int
do_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct mnt *mnt = mnt_of(req);
	bool writes = (fi->flags & O_ACCMODE) != O_RDONLY || fi->flags & O_TRUNC;

	MNT_LOCK(mnt);
	struct mnt_node *node = mnt_node_by_ino(&mnt->nodes, ino);
	int r = may_open(mnt, node, writes);
	if (r == 0) {
		(void)open_handle(mnt, node, fuse_req_ctx(req)->pid, fi);
	}
	return r;
}

void
mnt_op_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct mnt *mnt = mnt_of(req);

	if (mnt_is_draft(mnt, ino)) {
		mnt_draft_op_open(req, ino, fi);
		return;
	}
	if (mnt->no_open) {
		/* The kernel then opens and closes by itself. */
		(void)fuse_reply_err(req, ENOSYS);
		return;
	}
	int r = do_open(req, ino, fi);
	if (r < 0) {
		(void)fuse_reply_err(req, -r);
	} else if (fuse_reply_open(req, fi) == -ENOENT) {
		MNT_LOCK(mnt);
		mnt_handle_close(mnt, mnt_handle_of(fi));
	}
}

/* The node for a name that is free: a new one, or the object whose file was away. */
static struct mnt_node *
appear(struct mnt *mnt, struct mnt_node *parent, const char *name)
{
	struct mnt_node *node = mnt_node_child(parent, name);

	if (!node) {
		return mnt_node_add(&mnt->nodes, parent, name, mnt_role_of(parent, name));
	}
	/* Unlinked or moved aside a moment ago, and written anew: an edit, and no drop. */
	node->hidden = false;
	node->drop = false;
	node->deadline = 0;
	return node;
}

static int
do_create(fuse_req_t req, fuse_ino_t parent_ino, const char *name, struct fuse_file_info *fi,
	struct fuse_entry_param *entry)
{
	struct mnt *mnt = mnt_of(req);
	pid_t thread = fuse_req_ctx(req)->pid;

	MNT_LOCK(mnt);
	struct mnt_node *parent = mnt_node_by_ino(&mnt->nodes, parent_ino);
	int r = mnt_may_change(mnt, parent, name);
	if (r < 0) {
		return r;
	}
	struct mnt_node *node = mnt_visible_child(parent, name);
	if (node && fi->flags & O_EXCL) {
		return -EEXIST;
	}
	bool fresh = !node;
	if (fresh && mnt->handles >= MNT_HANDLES_LIMIT) {
		return -ENFILE;
	}
	if (fresh && mnt_overlay_full(mnt)) {
		return -ENOSPC;
	}
	node = fresh ? appear(mnt, parent, name) : node;
	r = may_open(mnt, node, true);
	if (r < 0) {
		return r;
	}
	struct mnt_handle *handle = open_handle(mnt, node, thread, fi);
	if (fresh && node->exists && !(fi->flags & O_TRUNC)) {
		/* A created file is empty, whatever the object says. */
		(void)!mnt_buffer_resize(node->buffer, 0);
		handle->wrote = true;
	}
	mnt_entry(mnt, node, entry);
	return 0;
}

void
mnt_op_create(
	fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode, struct fuse_file_info *fi)
{
	struct mnt *mnt = mnt_of(req);
	struct fuse_entry_param entry;

	if (mnt_is_stage(mnt, parent)) {
		mnt_draft_op_create(req, parent, name, mode, fi);
		return;
	}
	int r = do_create(req, parent, name, fi, &entry);
	if (r < 0) {
		(void)fuse_reply_err(req, -r);
	} else if (fuse_reply_create(req, &entry, fi) == -ENOENT) {
		MNT_LOCK(mnt);
		struct mnt_node *node = mnt_handle_of(fi)->node;
		mnt_node_ref(node);
		mnt_handle_close(mnt, mnt_handle_of(fi));
		mnt_node_forget(&mnt->nodes, node, 1);
		mnt_node_unref(&mnt->nodes, node);
	}
}
