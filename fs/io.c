// SPDX-License-Identifier: MIT
/* Open files: reading, writing, and the closing that decides. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/alloc.h"
#include "fs/notify.h"
#include "fs/ops.h"
#include "fs/process.h"
#include "fs/save.h"
#include "fs/view.h"

static struct mnt_handle *
handle_of(const struct fuse_file_info *fi)
{
	return fi ? (struct mnt_handle *)(uintptr_t)fi->fh : NULL;
}

/* ---- opening ---- */

static void
note_thread(struct mnt_handle *handle, pid_t thread)
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

	for (size_t i = 0; i < MNT_READINGS; i++) {
		const struct mnt_reading *reading = &node->readings[i];

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

/* Another thread of the process may have read it again since: then what that one read counts. */
static void
note_reading(struct mnt_node *node, pid_t thread)
{
	struct mnt_text *old = mnt_base_of(node, thread);

	if (old != node->text) {
		for (size_t i = 0; i < MNT_READINGS; i++) {
			if (node->readings[i].text == old) {
				mnt_text_unref(old);
				node->readings[i] = (struct mnt_reading){ 0 };
			}
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
	if (writes && mnt->read_only) {
		return -EROFS;
	}
	return writes && node->locked ? -EACCES : 0;
}

static struct mnt_handle *
open_handle(struct mnt *mnt, struct mnt_node *node, pid_t thread, struct fuse_file_info *fi)
{
	struct mnt_handle *handle = sfs_alloc(sizeof *handle);

	handle->node = node;
	handle->writes = (fi->flags & O_ACCMODE) != O_RDONLY || fi->flags & O_TRUNC;
	mnt_node_ref(node);
	note_thread(handle, thread);
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

static void
close_handle(struct mnt *mnt, struct mnt_handle *handle)
{
	struct mnt_node *node = handle->node;

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
		close_handle(mnt, handle_of(fi));
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
	int r = do_create(req, parent, name, fi, &entry);

	if (r < 0) {
		(void)fuse_reply_err(req, -r);
	} else if (fuse_reply_create(req, &entry, fi) == -ENOENT) {
		MNT_LOCK(mnt);
		struct mnt_node *node = handle_of(fi)->node;
		mnt_node_ref(node);
		close_handle(mnt, handle_of(fi));
		mnt_node_forget(&mnt->nodes, node, 1);
		mnt_node_unref(&mnt->nodes, node);
	}
}

/* ---- reading and writing ---- */

static void
read_backing(fuse_req_t req, const char *path, size_t size, off_t offset)
{
	int fd sfs_auto(fd) = open(path, O_RDONLY | O_CLOEXEC);
	char *room sfs_auto(free) = sfs_alloc(size);
	ssize_t n = fd < 0 ? -1 : pread(fd, room, size, offset);

	(void)(n < 0 ? fuse_reply_err(req, errno) : fuse_reply_buf(req, room, (size_t)n));
}

void
mnt_op_read(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset, struct fuse_file_info *fi)
{
	struct mnt *mnt = mnt_of(req);
	struct mnt_text *text sfs_auto(mnt_text) = NULL;
	char *backing sfs_auto(free) = NULL;

	{
		MNT_LOCK(mnt);
		const struct mnt_node *node = mnt_node_by_ino(&mnt->nodes, ino);

		if (node && node->role != MNT_DIRECTORY) {
			backing = sfs_strdup(node->backing);
			text = mnt_node_contents(node);
		}
	}
	if (backing) {
		read_backing(req, backing, size, offset);
	} else if (!text) {
		(void)fuse_reply_err(req, EBADF);
	} else if (offset < 0 || (size_t)offset >= text->len) {
		(void)fuse_reply_buf(req, NULL, 0);
	} else {
		size_t rest = text->len - (size_t)offset;
		(void)fuse_reply_buf(req, text->bytes + offset, rest < size ? rest : size);
	}
}

bool
mnt_overlay_full(const struct mnt *mnt)
{
	enum { MAX_FILES = 65536 };
	size_t total = 0, files = 0;

	for (size_t i = 0; i < mnt->nodes.n_slots; i++) {
		const struct mnt_node *node = mnt->nodes.slots[i];

		if (!node) {
			continue;
		}
		total += node->buffer ? node->buffer->bytes.len : 0;
		if (node->role == MNT_SCRATCH) {
			total += node->text ? node->text->len : 0;
			files++;
		}
	}
	return total > MNT_OVERLAY_LIMIT || files > MAX_FILES;
}

static int
do_write(struct mnt *mnt, pid_t thread, const char *bytes, size_t len, off_t offset,
	const struct fuse_file_info *fi)
{
	enum { STEP = 1 << 20 };
	struct mnt_handle *handle = handle_of(fi);

	MNT_LOCK(mnt);
	struct mnt_node *node = handle ? handle->node : NULL;
	if (!node || !handle->writes || !node->buffer) {
		return -EBADF;
	}
	struct mnt_buffer *buffer = node->buffer;
	if (fi->flags & O_APPEND && !fi->writepage) {
		/* The kernel's idea of the end may be older than ours. */
		if ((size_t)offset != buffer->bytes.len) {
			node->stale_pages = true;
			mnt_notify_node(mnt, node);
		}
		offset = (off_t)buffer->bytes.len;
	}
	size_t end = (size_t)offset + len;
	if (end / STEP > buffer->bytes.len / STEP && mnt_overlay_full(mnt)) {
		buffer->broken = ENOSPC;
		return -ENOSPC;
	}
	handle->wrote = true;
	if (thread) {
		note_thread(handle, thread);
	}
	return mnt_buffer_write(buffer, bytes, len, offset);
}

void
mnt_op_write(fuse_req_t req, fuse_ino_t ino, const char *bytes, size_t len, off_t offset,
	struct fuse_file_info *fi)
{
	pid_t thread = fi->writepage ? 0 : fuse_req_ctx(req)->pid;
	int r = do_write(mnt_of(req), thread, bytes, len, offset, fi);

	(void)(r < 0 ? fuse_reply_err(req, -r) : fuse_reply_write(req, len));
}

/* ---- closing ---- */

/* Where a copy of the descriptor may be, besides the one that is being closed. */
struct suspects {
	pid_t threads[9];
	unsigned n;
	uint64_t ino;
};

static bool
is_held(const struct suspects *suspects)
{
	for (unsigned i = 0; i < suspects->n; i++) {
		if (mnt_process_holds(suspects->threads[i], suspects->ino)) {
			return true;
		}
	}
	return false;
}

/* Whom to ask; none when this close decides nothing. */
static void
find_suspects(
	struct mnt *mnt, const struct mnt_handle *handle, pid_t thread, struct suspects *suspects)
{
	MNT_LOCK(mnt);
	const struct mnt_node *node = handle->node;
	const unsigned room = sizeof handle->threads / sizeof handle->threads[0];

	suspects->n = 0;
	suspects->ino = node->ino;
	if (!node->buffer || !mnt_buffer_unjudged(node->buffer) ||
		(node->role != MNT_OBJECT && node->role != MNT_PENDING)) {
		return;
	}
	suspects->threads[suspects->n++] = thread;
	for (unsigned i = 0; i < room && i < handle->n_threads; i++) {
		if (handle->threads[i] != thread) {
			suspects->threads[suspects->n++] = handle->threads[i];
		}
	}
}

/*
 * The kernel sends this for every descriptor that is closed; the file is whole when none is left
 * that could still write. Who is killed closes too: what he wrote is no file.
 */
void
mnt_op_flush(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct mnt *mnt = mnt_of(req);
	struct mnt_handle *handle = handle_of(fi);
	pid_t thread = fuse_req_ctx(req)->pid;
	struct suspects suspects = { .n = 0 };
	int verdict = 0;

	if (!handle || !handle->writes) {
		(void)fuse_reply_err(req, 0);
		return;
	}
	find_suspects(mnt, handle, thread, &suspects);
	int killed = suspects.n ? mnt_process_killed_by(thread) : 0;
	bool held = suspects.n && is_held(&suspects);
	{
		MNT_LOCK(mnt);
		struct mnt_node *node = handle->node;
		note_thread(handle, thread);
		if (node->buffer && killed && handle->wrote) {
			node->buffer->killed = killed;
		}
		if (!held && mnt_judge(mnt, req, node, handle->wrote, true, &verdict)) {
			return;
		}
	}
	(void)fuse_reply_err(req, -verdict);
}

void
mnt_op_fsync(fuse_req_t req, fuse_ino_t ino, int datasync, struct fuse_file_info *fi)
{
	struct mnt *mnt = mnt_of(req);
	struct mnt_handle *handle = handle_of(fi);
	int verdict = 0;

	if (handle && handle->writes) {
		MNT_LOCK(mnt);
		if (mnt_judge(mnt, req, handle->node, handle->wrote, false, &verdict)) {
			return;
		}
	}
	(void)fuse_reply_err(req, -verdict);
}

/* The last one has gone: what nobody could judge before is judged now, and nobody hears the verdict. */
static void
end_writing(struct mnt *mnt, struct mnt_node *node)
{
	int verdict = 0;

	if (node->writers || !node->buffer) {
		return;
	}
	if (mnt_judge(mnt, NULL, node, true, true, &verdict)) {
		return;
	}
	/* Emptied and left so, or nothing new: the file is what it was. */
	node->buffer->judged = node->buffer->version;
	mnt_settle(mnt, node);
	if (node->parent && node->role == MNT_OBJECT && !node->exists && verdict < 0) {
		mnt_view_remove(mnt, node);
	}
}

void
mnt_op_release(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct mnt *mnt = mnt_of(req);
	struct mnt_handle *handle = handle_of(fi);

	if (handle) {
		MNT_LOCK(mnt);
		struct mnt_node *node = handle->node;
		mnt_node_ref(node);
		close_handle(mnt, handle);
		end_writing(mnt, node);
		mnt_node_unref(&mnt->nodes, node);
	}
	(void)fuse_reply_err(req, 0);
}
