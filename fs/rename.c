// SPDX-License-Identifier: MIT
/*
 * rename(2), which means five things: an object gets another name; an object's file is moved aside; a new
 * text takes the place of an object's file, which is a save; a file in memory moves; and two change places.
 */
#include <errno.h>
#include <linux/fs.h>

#include "base/alloc.h"
#include "fs/control.h"
#include "fs/draft_ops.h"
#include "fs/move.h"
#include "fs/ops.h"
#include "fs/pending.h"
#include "fs/refusal.h"

/* ---- a file in memory moves ---- */

/* The copy on the disk of what was a note or a migration, and now is a file in memory. */
static void
run_forget_copy(struct mnt *mnt, struct mnt_job *job)
{
	if (sfs_starts_with(job->path, "pending/")) {
		mnt_pending_forget(mnt, job->path);
		mnt_absolve(mnt, job->path);
	} else {
		mnt_refusal_remove(mnt, job->path);
	}
	mnt_control_update(mnt);
}

/*
 * A name that says to be an object's, where none can be: nobody keeps a copy under such a one, but in a
 * directory of his own (rsync --backup-dir).
 */
static bool
is_misplaced(const struct mnt_move *move)
{
	const char *name = move->new_name;

	return sfs_ends_with(name, ".sql") && name[0] != '.' && name[0] != '#' &&
	       move->new_parent->name[0] != '.';
}

static int
rename_to_scratch(struct mnt *mnt, const struct mnt_move *move)
{
	struct mnt_node *node = move->node;
	struct sfs_str path sfs_auto(str) = SFS_STR_INIT;
	bool aside = node->role == MNT_OBJECT && node->exists;

	if (aside && node->locked) {
		return -EACCES;
	}
	if (aside && is_misplaced(move)) {
		return -EPERM;
	}
	if (node->role == MNT_NOTE || node->role == MNT_PENDING) {
		mnt_job_push(mnt, mnt_job_create(mnt, NULL, node, run_forget_copy));
	}
	mnt_node_path(node, &path);
	mnt_move_place(mnt, node, move->new_parent, move->new_name);
	node->role = MNT_SCRATCH;
	node->exists = false;
	node->in_folder = false;
	node->locked = false;
	if (aside) {
		/* Editors that keep the old file write the new one next: if none does, it comes back. */
		mnt_hide(mnt, node, sfs_str_text(&path), false);
		free(node->error);
		node->error = NULL;
	}
	return 0;
}

/* ---- which of them it is ---- */

static int
may_move(const struct mnt *mnt, const struct mnt_move *move)
{
	const struct mnt_node *node = move->node;

	bool numbered = node->in_folder && move->new_role == MNT_PENDING;
	if (node->role == MNT_CONTROL || node->role == MNT_BACKED || numbered) {
		return -EPERM;
	}
	if (move->target && move->flags & RENAME_NOREPLACE) {
		return -EEXIST;
	}
	if (move->target &&
		(move->target->role == MNT_CONTROL || move->target->role == MNT_BACKED)) {
		return -EPERM;
	}
	if (move->target && move->target->role == MNT_DIRECTORY) {
		return node->role == MNT_DIRECTORY ? -EEXIST : -EISDIR;
	}
	return 0;
}

static int
dispatch(struct mnt *mnt, const struct mnt_move *move)
{
	const struct mnt_node *node = move->node;
	bool object = node->role == MNT_OBJECT && node->exists;

	if (node->role == MNT_DIRECTORY) {
		return mnt_move_directory(mnt, move);
	}
	switch (move->new_role) {
	case MNT_OBJECT:
		return object ? mnt_move_object(mnt, move) : mnt_move_over(mnt, move);
	case MNT_PENDING:
		return object ? -EXDEV : mnt_move_to_pending(mnt, move);
	case MNT_DIRECTORY:
	case MNT_SCRATCH:
	case MNT_NOTE:
	case MNT_CONTROL:
	case MNT_BACKED:
		break;
	}
	return rename_to_scratch(mnt, move);
}

static int
do_rename(fuse_req_t req, fuse_ino_t parent_ino, const char *name, fuse_ino_t new_parent_ino,
	const char *new_name, unsigned flags)
{
	struct mnt *mnt = mnt_of(req);

	MNT_LOCK(mnt);
	struct mnt_node *parent = mnt_node_by_ino(&mnt->nodes, parent_ino);
	struct mnt_node *new_parent = mnt_node_by_ino(&mnt->nodes, new_parent_ino);
	int r = mnt_may_change(mnt, parent, name);
	r = r < 0 ? r : mnt_may_change(mnt, new_parent, new_name);
	if (r < 0) {
		return r;
	}
	if (flags & ~(unsigned)(RENAME_NOREPLACE | RENAME_EXCHANGE)) {
		return -EINVAL;
	}
	struct mnt_move move = { .req = req,
		.node = mnt_visible_child(parent, name),
		.new_parent = new_parent,
		.new_name = new_name,
		.target = mnt_visible_child(new_parent, new_name),
		.standing = mnt_node_child(new_parent, new_name),
		.new_role = mnt_role_of(new_parent, new_name),
		.flags = flags };
	if (!move.node) {
		return -ENOENT;
	}
	if (move.node == move.target) {
		return 0;
	}
	if (flags & RENAME_EXCHANGE) {
		return mnt_move_exchange(mnt, &move);
	}
	r = may_move(mnt, &move);
	return r < 0 ? r : dispatch(mnt, &move);
}

void
mnt_op_rename(fuse_req_t req, fuse_ino_t parent, const char *name, fuse_ino_t new_parent,
	const char *new_name, unsigned flags)
{
	const struct mnt *mnt = mnt_of(req);

	if (mnt_is_stage(mnt, parent) || mnt_is_stage(mnt, new_parent)) {
		mnt_draft_op_rename(req, parent, name, new_parent, new_name, flags);
		return;
	}
	int r = do_rename(req, parent, name, new_parent, new_name, flags);

	if (r <= 0) {
		(void)fuse_reply_err(req, -r);
	}
}
