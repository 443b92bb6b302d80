// SPDX-License-Identifier: MIT
/* An object or a namespace gets another name; an object goes to another namespace. */
#include <errno.h>
#include <strings.h>

#include "base/alloc.h"
#include "fs/control.h"
#include "fs/move.h"
#include "fs/refusal.h"
#include "fs/save.h"
#include "fs/view.h"
#include "fs/watch.h"

static void
run_rename_object(struct mnt *mnt, struct mnt_job *job)
{
	struct sfs_outcome outcome sfs_auto(outcome) = { 0 };
	struct sfs_error err sfs_auto(error) = SFS_ERROR_INIT;
	struct sfs_edit edit = { .path = job->path,
		.renamed = job->new_path,
		.base = job->base ? job->base->bytes : NULL };
	int r = mnt_save_apply(mnt, job, &edit, &outcome, &err);

	if (r < 0) {
		mnt_move_refuse(mnt, job, job->path, &err, NULL, r);
		return;
	}
	{
		MNT_LOCK(mnt);
		struct mnt_node *parent;
		const char *name = mnt_move_split(mnt, job->new_path, &parent);

		/* The inode keeps its number under the new name, as the kernel expects. */
		mnt_move_place(mnt, job->node, parent, name);
		mnt_save_publish(mnt, &outcome);
	}
	mnt_absolve(mnt, job->path);
	mnt_absolve(mnt, job->new_path);
	mnt_control_update(mnt);
	mnt_job_reply(mnt, job, 0);
}

/* SQLite takes names for one that differ in the case of ASCII letters alone. */
static bool
is_taken(const struct mnt *mnt, const struct mnt_move *move)
{
	const char *name;
	void *value;

	if (mnt->driver->dialect != SFS_SQLITE) {
		return false;
	}
	for (size_t i = 0; sfs_map_next(move->new_parent->children, &i, &name, &value);) {
		const struct mnt_node *node = value;

		if (node != move->node && node->exists && strcasecmp(name, move->new_name) == 0) {
			return true;
		}
	}
	return false;
}

int
mnt_move_object(struct mnt *mnt, const struct mnt_move *move)
{
	struct mnt_job *job;

	if (move->standing || is_taken(mnt, move)) {
		/* Whatever is there is another object: nobody said that it may go. */
		return -EEXIST;
	}
	if (move->node->locked) {
		return -EACCES;
	}
	job = mnt_move_job(mnt, move, run_rename_object);
	job->base = mnt_text_ref(move->node->text);
	return mnt_move_push(mnt, job);
}

/* ---- a namespace gets another name ---- */

static void
run_rename_namespace(struct mnt *mnt, struct mnt_job *job)
{
	struct sfs_outcome outcome sfs_auto(outcome) = { 0 };
	struct sfs_error err sfs_auto(error) = SFS_ERROR_INIT;
	char *from sfs_auto(free) = sfs_asprintf("%s/schema.sql", job->path);
	char *to sfs_auto(free) = sfs_asprintf("%s/schema.sql", job->new_path);
	int r = mnt_save_apply(
		mnt, job, &(struct sfs_edit){ .path = from, .renamed = to }, &outcome, &err);

	if (r < 0) {
		mnt_move_refuse(mnt, job, from, &err, NULL, r);
		return;
	}
	{
		MNT_LOCK(mnt);
		struct mnt_node *parent;
		const char *name = mnt_move_split(mnt, job->new_path, &parent);

		mnt_move_place(mnt, job->node, parent, name);
		mnt_save_publish(mnt, &outcome);
	}
	mnt_refusals_move(mnt, job->path, job->new_path);
	mnt_absolve(mnt, to);
	/* Every text in there, and many elsewhere, say the new name now. */
	mnt_watch_show(mnt, mnt_jobs_db(mnt, NULL));
	mnt_job_reply(mnt, job, 0);
}

int
mnt_move_directory(struct mnt *mnt, const struct mnt_move *move)
{
	struct mnt_node *schema = mnt_node_child(mnt->nodes.root, "schema");

	if (move->node->parent != schema || move->new_parent != schema) {
		return -EXDEV;
	}
	if (move->standing) {
		return -EEXIST;
	}
	return mnt_move_push(mnt, mnt_move_job(mnt, move, run_rename_namespace));
}
