// SPDX-License-Identifier: MIT
/* Reading and writing open files. */
#include <errno.h>
#include <fcntl.h>

#include "base/alloc.h"
#include "base/file.h"
#include "fs/draft_ops.h"
#include "fs/notify.h"
#include "fs/ops.h"

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

	if (mnt_is_draft(mnt, ino)) {
		mnt_draft_op_read(req, ino, size, offset, fi);
		return;
	}
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
		if (node->role == MNT_SCRATCH || node->role == MNT_NOTE ||
			node->role == MNT_PENDING) {
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
	enum { STEP = 1 << 16 };
	struct mnt_handle *handle = mnt_handle_of(fi);

	if (mnt->read_only) {
		/* The kernel may have opened it by itself. */
		return -EROFS;
	}
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
		mnt_handle_note(handle, thread);
	}
	return mnt_buffer_write(buffer, bytes, len, offset);
}

void
mnt_op_write(fuse_req_t req, fuse_ino_t ino, const char *bytes, size_t len, off_t offset,
	struct fuse_file_info *fi)
{
	pid_t thread = fi->writepage ? 0 : fuse_req_ctx(req)->pid;

	if (mnt_is_draft(mnt_of(req), ino)) {
		mnt_draft_op_write(req, bytes, len, offset, fi);
		return;
	}
	int r = do_write(mnt_of(req), thread, bytes, len, offset, fi);

	(void)(r < 0 ? fuse_reply_err(req, -r) : fuse_reply_write(req, len));
}
