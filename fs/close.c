// SPDX-License-Identifier: MIT
/* Closing and synchronising: who still holds the file, and when it is whole. */
#include <errno.h>

#include "fs/draft_ops.h"
#include "fs/ops.h"
#include "fs/process.h"
#include "fs/save.h"
#include "fs/view.h"

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
	struct mnt_handle *handle = mnt_handle_of(fi);
	pid_t thread = fuse_req_ctx(req)->pid;
	struct suspects suspects = { .n = 0 };
	int verdict = 0;

	if (mnt->no_open) {
		/* Nothing was opened for writing: the kernel then closes without asking, too. */
		(void)fuse_reply_err(req, ENOSYS);
		return;
	}
	if (mnt_is_draft(mnt, ino) || !handle || !handle->writes) {
		(void)fuse_reply_err(req, 0);
		return;
	}
	find_suspects(mnt, handle, thread, &suspects);
	int killed = suspects.n ? mnt_process_killed_by(thread) : 0;
	bool held = suspects.n && is_held(&suspects);
	{
		MNT_LOCK(mnt);
		struct mnt_node *node = handle->node;
		mnt_handle_note(handle, thread);
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
	struct mnt_handle *handle = mnt_handle_of(fi);
	int verdict = 0;

	if (mnt_is_draft(mnt, ino)) {
		mnt_draft_op_fsync(req, fi);
		return;
	}
	/* What is synchronised at each write is not whole at each write. */
	if (handle && handle->writes && !handle->synced) {
		MNT_LOCK(mnt);
		if (mnt_judge(mnt, req, handle->node, handle->wrote, false, &verdict)) {
			return;
		}
	}
	(void)fuse_reply_err(req, -verdict);
}

/* ---- the last one has gone ---- */

static bool
is_emptied(const struct mnt_node *node)
{
	const struct mnt_buffer *buffer = node->buffer;

	return node->role == MNT_OBJECT && node->exists && !node->writers && buffer &&
	       !buffer->broken && !buffer->killed && mnt_buffer_unjudged(buffer) &&
	       mnt_is_blank(sfs_str_text(&buffer->bytes), buffer->bytes.len);
}

/* Nobody wrote a text: it says what it said before. */
static void
run_give_back(struct mnt *mnt, struct mnt_job *job)
{
	MNT_LOCK(mnt);
	struct mnt_node *node = job->node;

	if (!is_emptied(node)) {
		/* Somebody writes, or has: that one's end decides. */
		return;
	}
	if (node->buffer->version != job->version) {
		mnt_wait_for_text(mnt, node);
		return;
	}
	node->buffer->judged = node->buffer->version;
	mnt_settle(mnt, node);
}

bool
mnt_wait_for_text(struct mnt *mnt, struct mnt_node *node)
{
	if (!is_emptied(node)) {
		return false;
	}
	if (node->buffer->awaited <= mnt_now()) {
		struct mnt_job *job = mnt_job_create(mnt, NULL, node, run_give_back);

		job->version = node->buffer->version;
		job->due = node->buffer->awaited = mnt_now() + MNT_GRACE_MS;
		mnt_job_push(mnt, job);
	}
	return true;
}

/* What nobody could judge before is judged now, and nobody hears the verdict. */
static void
end_writing(struct mnt *mnt, struct mnt_node *node)
{
	int verdict = 0;

	if (node->writers) {
		return;
	}
	if (!node->buffer) {
		if (node->gone && !node->exists) {
			/* Gone while it was open, and nobody wrote. */
			mnt_view_remove(mnt, node);
		}
		return;
	}
	if (mnt_judge(mnt, NULL, node, true, true, &verdict)) {
		return;
	}
	if (mnt_wait_for_text(mnt, node)) {
		return;
	}
	/* Nothing new: the file is what it was. */
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
	struct mnt_handle *handle = mnt_handle_of(fi);

	if (mnt_is_draft(mnt, ino)) {
		mnt_draft_op_release(req, fi);
		return;
	}
	if (handle) {
		MNT_LOCK(mnt);
		struct mnt_node *node = handle->node;
		mnt_node_ref(node);
		mnt_handle_close(mnt, handle);
		end_writing(mnt, node);
		mnt_node_unref(&mnt->nodes, node);
	}
	(void)fuse_reply_err(req, 0);
}
