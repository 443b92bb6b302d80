// SPDX-License-Identifier: MIT
/* What all renames have in common: the job, its refusal, and the place that a node takes. */
#include <string.h>

#include "base/alloc.h"
#include "fs/control.h"
#include "fs/move.h"
#include "fs/notify.h"
#include "fs/refusal.h"
#include "fs/save.h"
#include "fs/view.h"

struct mnt_job *
mnt_move_job(
	struct mnt *mnt, const struct mnt_move *move, void (*run)(struct mnt *, struct mnt_job *))
{
	struct mnt_job *job = mnt_job_create(mnt, move->req, move->node, run);
	struct sfs_str path sfs_auto(str) = SFS_STR_INIT;

	mnt_node_path(move->new_parent, &path);
	sfs_str_separate(&path, "/");
	sfs_str_add(&path, move->new_name);
	job->new_path = sfs_str_steal(&path);
	job->text = mnt_node_contents(move->node);
	job->held = true;
	if (move->standing) {
		mnt_node_ref(move->standing);
		job->other = move->standing;
	}
	return job;
}

/* mv(1) tries a refused rename twice more, in other ways: that is one wish and one verdict. */
static void
remember_refusal(struct mnt *mnt, const struct mnt_job *job, int verdict)
{
	enum { MEMORY_MS = 500 };
	struct mnt_refused *refused = &mnt->refused;

	MNT_LOCK(mnt);
	free(refused->path);
	mnt_text_unref(refused->text);
	*refused = (struct mnt_refused){ .path = sfs_strdup(job->new_path),
		.text = mnt_text_ref(job->text),
		.thread = job->who.thread,
		.verdict = verdict,
		.until = mnt_now() + MEMORY_MS };
}

/* Needs the lock; 0 when it was not refused a moment ago. */
static int
recall_refusal(struct mnt *mnt, const struct mnt_job *job)
{
	const struct mnt_refused *refused = &mnt->refused;

	return job->who.thread && refused->thread == job->who.thread &&
			       mnt_now() < refused->until &&
			       sfs_streq(refused->path, job->new_path) &&
			       mnt_text_equal(refused->text, job->text->bytes, job->text->len)
		       ? refused->verdict
		       : 0;
}

void
mnt_move_refuse(struct mnt *mnt, struct mnt_job *job, const char *path, const struct sfs_error *err,
	const struct mnt_text *text, int verdict)
{
	mnt_save_refuse(mnt, job, path, err, text);
	remember_refusal(mnt, job, verdict);
	mnt_job_reply(mnt, job, verdict);
}

void
mnt_move_applied(struct mnt *mnt, struct mnt_job *job)
{
	mnt_absolve(mnt, job->new_path);
	mnt_job_reply(mnt, job, 0);
	{
		MNT_LOCK(mnt);
		struct mnt_node *parent;
		const char *name = mnt_move_split(mnt, job->new_path, &parent);

		/* The kernel has put it where it was told to. */
		mnt_notify_name(mnt, parent, name);
	}
	mnt_control_update(mnt);
}

int
mnt_move_push(struct mnt *mnt, struct mnt_job *job)
{
	int verdict = recall_refusal(mnt, job);

	if (verdict < 0) {
		mnt_job_drop(mnt, job);
		return verdict;
	}
	mnt_job_push(mnt, job);
	return 1;
}

const char *
mnt_move_split(struct mnt *mnt, const char *path, struct mnt_node **ret_parent)
{
	const char *slash = strrchr(path, '/');
	char *directory sfs_auto(free) = sfs_strndup(path, slash ? (size_t)(slash - path) : 0);

	*ret_parent = mnt_view_directory(mnt, directory);
	return slash ? slash + 1 : path;
}

void
mnt_move_place(struct mnt *mnt, struct mnt_node *node, struct mnt_node *parent, const char *name)
{
	struct mnt_node *old = mnt_node_child(parent, name);

	if (old && old != node) {
		mnt_node_detach(&mnt->nodes, old);
	}
	if (node->parent) {
		mnt_node_move(&mnt->nodes, node, parent, name);
	}
}

void
mnt_move_settle(struct mnt *mnt, struct mnt_node *node)
{
	if (node->buffer) {
		node->buffer->judged = node->buffer->version;
		node->buffer->verdict = 0;
		mnt_settle(mnt, node);
	}
}
