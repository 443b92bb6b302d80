// SPDX-License-Identifier: MIT
/* A new text takes the place of an object's file: a save. */
#include <errno.h>
#include <linux/fs.h>

#include "base/alloc.h"
#include "fs/control.h"
#include "fs/move.h"
#include "fs/notify.h"
#include "fs/ops.h"
#include "fs/refusal.h"
#include "fs/save.h"

static int
save_over(struct mnt *mnt, struct mnt_job *job, struct sfs_outcome *outcome, struct sfs_error *err)
{
	struct sfs_edit edit = {
		.path = job->new_path,
		.text = job->text->bytes,
		.len = job->text->len,
		.base = job->base ? job->base->bytes : NULL,
		.create = job->creates,
	};
	return mnt_save_apply(mnt, job, &edit, outcome, err);
}

/* The object's former inode, with the former text, takes the place of the one that becomes the object's. */
static void
step_aside(struct mnt *mnt, struct mnt_node *node, struct mnt_node *old)
{
	mnt_node_exchange(&mnt->nodes, node, old);
	old->role = MNT_SCRATCH;
	old->exists = false;
	old->locked = false;
	mnt_notify_node(mnt, old);
}

/* The moved inode is the object's from now on. */
static void
become_object(struct mnt *mnt, struct mnt_job *job, const struct sfs_outcome *outcome)
{
	struct mnt_node *parent, *node = job->node;
	const char *name = mnt_move_split(mnt, job->new_path, &parent);
	struct mnt_node *old = mnt_node_child(parent, name);
	bool existed = old && old != node && old->exists;

	node->role = MNT_OBJECT;
	if (existed) {
		/* Where the text meant what was there already, that is what it says. */
		node->exists = true;
		node->locked = old->locked;
		(void)mnt_node_set_text(node, old->text);
		node->mtime = old->mtime;
	}
	if (job->exchanges && existed) {
		step_aside(mnt, node, old);
	} else {
		mnt_move_place(mnt, node, parent, name);
	}
	mnt_save_publish(mnt, outcome);
	mnt_node_note_reading(node, job->who.thread, node->text);
	mnt_move_settle(mnt, node);
	node->stale_pages = true;
	mnt_notify_node(mnt, node);
}

static void
run_save_over(struct mnt *mnt, struct mnt_job *job)
{
	struct sfs_outcome outcome sfs_auto(outcome) = { 0 };
	struct sfs_error err sfs_auto(error) = SFS_ERROR_INIT;
	int r = save_over(mnt, job, &outcome, &err);

	if (r < 0) {
		mnt_move_refuse(mnt, job, job->new_path, &err, job->text, r);
		return;
	}
	{
		MNT_LOCK(mnt);
		become_object(mnt, job, &outcome);
	}
	mnt_absolve(mnt, job->path);
	mnt_absolve(mnt, job->new_path);
	mnt_control_update(mnt);
	mnt_job_reply(mnt, job, 0);
}

/* Nothing is said about the object: what it is stays, and so does a file that is none yet. */
static int
place_unsaid(struct mnt *mnt, const struct mnt_move *move)
{
	struct mnt_node *node = move->node;
	struct mnt_node *old = move->standing;

	node->role = MNT_OBJECT;
	if (old && old->exists) {
		node->exists = true;
		(void)mnt_node_set_text(node, old->text);
		node->mtime = old->mtime;
		mnt_move_settle(mnt, node);
		mnt_notify_node(mnt, node);
	}
	mnt_move_place(mnt, node, move->new_parent, move->new_name);
	return 0;
}

int
mnt_move_over(struct mnt *mnt, const struct mnt_move *move)
{
	struct mnt_text *text sfs_auto(mnt_text) = mnt_node_contents(move->node);
	bool exists = move->standing && move->standing->exists;

	if (move->standing && move->standing->locked) {
		return -EACCES;
	}
	bool exchanges = move->flags & RENAME_EXCHANGE;
	if (mnt_is_blank(text->bytes, text->len) ||
		(!exists && mnt_says_nothing(mnt, text->bytes, text->len))) {
		return exchanges ? -EINVAL : place_unsaid(mnt, move);
	}
	struct mnt_job *job = mnt_move_job(mnt, move, run_save_over);
	job->exchanges = exchanges;
	job->creates = !exists;
	if (exists) {
		job->base = mnt_text_ref(mnt_base_of(move->standing, fuse_req_ctx(move->req)->pid));
	}
	return mnt_move_push(mnt, job);
}
