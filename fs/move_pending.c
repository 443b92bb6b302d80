// SPDX-License-Identifier: MIT
/* A file moved to pending/ becomes a migration. */
#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "fs/control.h"
#include "fs/move.h"
#include "fs/notify.h"
#include "fs/pending.h"
#include "fs/refusal.h"
#include "fs/save.h"
#include "fs/view.h"

/* What was moved to pending/ and failed waits there, although the move itself is told to have failed. */
static void
wait_in_pending(struct mnt *mnt, struct mnt_job *job)
{
	MNT_LOCK(mnt);
	struct mnt_node *parent;
	const char *name = mnt_move_split(mnt, job->new_path, &parent);
	struct mnt_node *node = mnt_node_child(parent, name);

	if (!node) {
		node = mnt_node_add(&mnt->nodes, parent, name, MNT_PENDING);
		mnt_notify_name(mnt, parent, name);
	}
	node->exists = true;
	node->in_folder = false;
	mnt_view_set_text(mnt, node, job->text);
}

/* A plan that was refused and is now carried out: the refusal is history. */
static void
absolve_origin(struct mnt *mnt, const char *path)
{
	if (sfs_ends_with(path, ".plan")) {
		char *origin sfs_auto(free) = sfs_strndup(path, strlen(path) - strlen(".plan"));

		mnt_absolve(mnt, origin);
	}
}

static void
run_move_to_pending(struct mnt *mnt, struct mnt_job *job)
{
	struct sfs_error err sfs_auto(error) = SFS_ERROR_INIT;
	int r = mnt_pending_apply(mnt, job, job->new_path, &err);

	if (r < 0) {
		wait_in_pending(mnt, job);
		mnt_move_refuse(mnt, job, job->new_path, &err, NULL, r);
		return;
	}
	{
		MNT_LOCK(mnt);
		struct mnt_node *parent;
		const char *name = mnt_move_split(mnt, job->new_path, &parent);

		/* It stands in migrations/ already; the kernel puts it into pending/ when it is told so. */
		mnt_move_settle(mnt, job->node);
		mnt_move_place(mnt, job->node, parent, name);
		mnt_node_detach(&mnt->nodes, job->node);
	}
	absolve_origin(mnt, job->path);
	if (sfs_starts_with(job->path, "pending/")) {
		mnt_pending_forget(mnt, job->path);
		mnt_absolve(mnt, job->path);
	} else {
		mnt_refusal_remove(mnt, job->path);
	}
	mnt_move_applied(mnt, job);
}

int
mnt_move_to_pending(struct mnt *mnt, const struct mnt_move *move)
{
	struct mnt_text *text sfs_auto(mnt_text) = mnt_node_contents(move->node);

	if (mnt_says_nothing(mnt, text->bytes, text->len)) {
		move->node->role = MNT_PENDING;
		mnt_move_place(mnt, move->node, move->new_parent, move->new_name);
		return 0;
	}
	return mnt_move_push(mnt, mnt_move_job(mnt, move, run_move_to_pending));
}
