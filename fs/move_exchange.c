// SPDX-License-Identifier: MIT
/* Two files change places in one call: two objects their names, a new text with the object that it is of. */
#include <errno.h>

#include "base/alloc.h"
#include "fs/control.h"
#include "fs/move.h"
#include "fs/ops.h"
#include "fs/refusal.h"
#include "fs/save.h"

static void
run_exchange(struct mnt *mnt, struct mnt_job *job)
{
	struct sfs_outcome outcome sfs_auto(outcome) = { 0 };
	struct sfs_error err sfs_auto(error) = SFS_ERROR_INIT;
	const struct sfs_edit edits[] = {
		{ .path = job->path, .renamed = job->new_path, .base = job->base->bytes },
		{ .path = job->new_path, .renamed = job->path, .base = job->text->bytes },
	};
	int r = mnt_save_apply_all(mnt, job, edits, 2, &outcome, &err);

	if (r < 0) {
		mnt_move_refuse(mnt, job, job->path, &err, NULL, r);
		return;
	}
	{
		MNT_LOCK(mnt);
		/* Each inode goes with its object, as the kernel expects. */
		if (job->node->parent && job->other->parent) {
			mnt_node_exchange(&mnt->nodes, job->node, job->other);
		}
		mnt_save_publish(mnt, &outcome);
	}
	mnt_absolve(mnt, job->path);
	mnt_absolve(mnt, job->new_path);
	mnt_control_update(mnt);
	mnt_job_reply(mnt, job, 0);
}

static int
exchange_objects(struct mnt *mnt, const struct mnt_move *move)
{
	struct mnt_job *job;

	if (move->node->locked || move->target->locked) {
		return -EACCES;
	}
	job = mnt_move_job(mnt, move, run_exchange);
	mnt_text_unref(job->text);
	job->base = mnt_text_ref(move->node->text);
	job->text = mnt_text_ref(move->target->text);
	return mnt_move_push(mnt, job);
}

static bool
is_object(const struct mnt_node *node)
{
	return node->role == MNT_OBJECT && node->exists;
}

/* Whether it is a file in memory, at a place where nothing else can be. */
static bool
is_scratch(const struct mnt_node *node)
{
	return node->role == MNT_SCRATCH && mnt_role_of(node->parent, node->name) == MNT_SCRATCH;
}

int
mnt_move_exchange(struct mnt *mnt, const struct mnt_move *move)
{
	struct mnt_node *node = move->node, *target = move->target;

	if (!target) {
		return -ENOENT;
	}
	if (is_object(node) && is_object(target)) {
		return exchange_objects(mnt, move);
	}
	if (is_scratch(node) && is_scratch(target)) {
		mnt_node_exchange(&mnt->nodes, node, target);
		return 0;
	}
	if (is_scratch(node) && is_object(target)) {
		return mnt_move_over(mnt, move);
	}
	if (is_object(node) && is_scratch(target)) {
		struct mnt_move back = *move;

		back.node = target;
		back.new_parent = node->parent;
		back.new_name = node->name;
		back.target = back.standing = node;
		back.new_role = MNT_OBJECT;
		return mnt_move_over(mnt, &back);
	}
	/* Directories, migrations, notes: what each would be at the other's place is nobody's guess. */
	return -EINVAL;
}
