// SPDX-License-Identifier: MIT
/*
 * rename(2), which means four things: an object gets another name; an object's file is moved aside; a new
 * text takes the place of an object's file, which is a save; and a file in memory moves.
 */
#include <errno.h>
#include <linux/fs.h>
#include <string.h>

#include "base/alloc.h"
#include "catalog/path.h"
#include "fs/control.h"
#include "fs/notify.h"
#include "fs/ops.h"
#include "fs/pending.h"
#include "fs/refusal.h"
#include "fs/save.h"
#include "fs/view.h"
#include "fs/watch.h"

/* A request to rename, looked up. */
struct move {
	fuse_req_t req;
	struct mnt_node *node; /* what is moved */
	struct mnt_node *new_parent;
	const char *new_name;
	struct mnt_node *target;   /* what stands there now and is seen, NULL when nothing */
	struct mnt_node *standing; /* the same, or what is hidden there */
	enum mnt_role new_role;    /* what a file is at the new place */
	unsigned flags;
};

static struct mnt_job *
create_job(struct mnt *mnt, const struct move *move, void (*run)(struct mnt *, struct mnt_job *))
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

/* Answers that it was refused, with the notes beside `path`. */
static void
refuse(struct mnt *mnt, struct mnt_job *job, const char *path, const struct sfs_error *err,
	const struct mnt_text *text, int verdict)
{
	mnt_save_refuse(mnt, job, path, err, text);
	remember_refusal(mnt, job, verdict);
	mnt_job_reply(mnt, job, verdict);
}

/* Hands the job over, unless its like was refused a moment ago: then 0 or -errno is the answer. */
static int
push(struct mnt *mnt, struct mnt_job *job)
{
	int verdict = recall_refusal(mnt, job);

	if (verdict < 0) {
		mnt_job_drop(mnt, job);
		return verdict;
	}
	mnt_job_push(mnt, job);
	return 1;
}

/* Where a path's last name begins; the directory's node in `ret_parent`. */
static const char *
split(struct mnt *mnt, const char *path, struct mnt_node **ret_parent)
{
	const char *slash = strrchr(path, '/');
	char *directory sfs_auto(free) = sfs_strndup(path, slash ? (size_t)(slash - path) : 0);

	*ret_parent = mnt_view_directory(mnt, directory);
	return slash ? slash + 1 : path;
}

/* Puts a node where the kernel will have it after our answer; what stood there is gone. */
static void
take_place(struct mnt *mnt, struct mnt_node *node, struct mnt_node *parent, const char *name)
{
	struct mnt_node *old = mnt_node_child(parent, name);

	if (old && old != node) {
		mnt_node_detach(&mnt->nodes, old);
	}
	if (node->parent) {
		mnt_node_move(&mnt->nodes, node, parent, name);
	}
}

/* The buffer's bytes are the file now, and were judged with it. */
static void
settle_moved(struct mnt *mnt, struct mnt_node *node)
{
	if (node->buffer) {
		node->buffer->judged = node->buffer->version;
		node->buffer->verdict = 0;
		mnt_settle(mnt, node);
	}
}

/* ---- an object gets another name or another namespace ---- */

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
		refuse(mnt, job, job->path, &err, NULL, r);
		return;
	}
	{
		MNT_LOCK(mnt);
		struct mnt_node *parent;
		const char *name = split(mnt, job->new_path, &parent);

		/* The inode keeps its number under the new name, as the kernel expects. */
		take_place(mnt, job->node, parent, name);
		mnt_save_publish(mnt, &outcome);
	}
	mnt_absolve(mnt, job->path);
	mnt_absolve(mnt, job->new_path);
	mnt_control_update(mnt);
	mnt_job_reply(mnt, job, 0);
}

static int
rename_object(struct mnt *mnt, const struct move *move)
{
	struct mnt_job *job;

	if (move->standing) {
		/* Whatever is there is another object: nobody said that it may go. */
		return -EEXIST;
	}
	if (move->node->locked) {
		return -EACCES;
	}
	job = create_job(mnt, move, run_rename_object);
	job->base = mnt_text_ref(move->node->text);
	return push(mnt, job);
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
		refuse(mnt, job, from, &err, NULL, r);
		return;
	}
	{
		MNT_LOCK(mnt);
		struct mnt_node *parent;
		const char *name = split(mnt, job->new_path, &parent);

		take_place(mnt, job->node, parent, name);
		mnt_save_publish(mnt, &outcome);
	}
	mnt_absolve(mnt, from);
	/* Every text in there, and many elsewhere, say the new name now. */
	mnt_watch_show(mnt, mnt_jobs_db(mnt, NULL));
	mnt_job_reply(mnt, job, 0);
}

static int
rename_directory(struct mnt *mnt, const struct move *move)
{
	struct mnt_node *schema = mnt_node_child(mnt->nodes.root, "schema");

	if (move->node->parent != schema || move->new_parent != schema) {
		return -EXDEV;
	}
	if (move->standing) {
		return -EEXIST;
	}
	return push(mnt, create_job(mnt, move, run_rename_namespace));
}

/* ---- a new text takes the place of an object's file ---- */

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

/* The moved inode is the object's from now on. */
static void
become_object(struct mnt *mnt, struct mnt_job *job, const struct sfs_outcome *outcome)
{
	struct mnt_node *parent, *node = job->node;
	const char *name = split(mnt, job->new_path, &parent);
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
	take_place(mnt, node, parent, name);
	mnt_save_publish(mnt, outcome);
	mnt_node_note_reading(node, job->who.thread, node->text);
	settle_moved(mnt, node);
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
		refuse(mnt, job, job->new_path, &err, job->text, r);
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
place_unsaid(struct mnt *mnt, const struct move *move)
{
	struct mnt_node *node = move->node;
	struct mnt_node *old = move->standing;

	node->role = MNT_OBJECT;
	if (old && old->exists) {
		node->exists = true;
		(void)mnt_node_set_text(node, old->text);
		node->mtime = old->mtime;
		settle_moved(mnt, node);
		mnt_notify_node(mnt, node);
	}
	take_place(mnt, node, move->new_parent, move->new_name);
	return 0;
}

static int
rename_to_object(struct mnt *mnt, const struct move *move)
{
	struct mnt_text *text sfs_auto(mnt_text) = mnt_node_contents(move->node);
	bool exists = move->standing && move->standing->exists;

	if (move->standing && move->standing->locked) {
		return -EACCES;
	}
	if (mnt_is_blank(text->bytes, text->len) ||
		(!exists && mnt_says_nothing(mnt, text->bytes, text->len))) {
		return place_unsaid(mnt, move);
	}
	struct mnt_job *job = create_job(mnt, move, run_save_over);
	job->creates = !exists;
	if (exists) {
		job->base = mnt_text_ref(mnt_base_of(move->standing, fuse_req_ctx(move->req)->pid));
	}
	return push(mnt, job);
}

/* ---- a file becomes a migration ---- */

/* What was moved to pending/ and failed waits there, although the move itself is told to have failed. */
static void
wait_in_pending(struct mnt *mnt, struct mnt_job *job)
{
	MNT_LOCK(mnt);
	struct mnt_node *parent;
	const char *name = split(mnt, job->new_path, &parent);
	struct mnt_node *node = mnt_node_child(parent, name);

	if (!node) {
		node = mnt_node_add(&mnt->nodes, parent, name, MNT_PENDING);
		mnt_notify_name(mnt, parent, name);
	}
	node->exists = true;
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
		refuse(mnt, job, job->new_path, &err, NULL, r);
		return;
	}
	{
		MNT_LOCK(mnt);
		struct mnt_node *parent;
		const char *name = split(mnt, job->new_path, &parent);

		/* It stands in migrations/ already; the kernel puts it into pending/ when it is told so. */
		settle_moved(mnt, job->node);
		take_place(mnt, job->node, parent, name);
		mnt_node_detach(&mnt->nodes, job->node);
	}
	mnt_absolve(mnt, job->new_path);
	absolve_origin(mnt, job->path);
	if (sfs_starts_with(job->path, "pending/")) {
		mnt_pending_forget(mnt, job->path);
		mnt_absolve(mnt, job->path);
	} else {
		mnt_refusal_remove(mnt, job->path);
	}
	mnt_job_reply(mnt, job, 0);
	{
		MNT_LOCK(mnt);
		struct mnt_node *parent;
		const char *name = split(mnt, job->new_path, &parent);

		mnt_notify_name(mnt, parent, name);
	}
	mnt_control_update(mnt);
}

static int
rename_to_pending(struct mnt *mnt, const struct move *move)
{
	struct mnt_text *text sfs_auto(mnt_text) = mnt_node_contents(move->node);

	if (mnt_says_nothing(mnt, text->bytes, text->len)) {
		move->node->role = MNT_PENDING;
		take_place(mnt, move->node, move->new_parent, move->new_name);
		return 0;
	}
	return push(mnt, create_job(mnt, move, run_move_to_pending));
}

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

static int
rename_to_scratch(struct mnt *mnt, const struct move *move)
{
	struct mnt_node *node = move->node;
	struct sfs_str path sfs_auto(str) = SFS_STR_INIT;
	bool aside = node->role == MNT_OBJECT && node->exists;

	if (aside && node->locked) {
		return -EACCES;
	}
	if (node->role == MNT_NOTE || node->role == MNT_PENDING) {
		mnt_job_push(mnt, mnt_job_create(mnt, NULL, node, run_forget_copy));
	}
	mnt_node_path(node, &path);
	take_place(mnt, node, move->new_parent, move->new_name);
	node->role = MNT_SCRATCH;
	node->exists = false;
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
may_move(const struct mnt *mnt, const struct move *move)
{
	const struct mnt_node *node = move->node;

	if (node->role == MNT_CONTROL || node->role == MNT_BACKED) {
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
dispatch(struct mnt *mnt, const struct move *move)
{
	const struct mnt_node *node = move->node;
	bool object = node->role == MNT_OBJECT && node->exists;

	if (node->role == MNT_DIRECTORY) {
		return rename_directory(mnt, move);
	}
	switch (move->new_role) {
	case MNT_OBJECT:
		return object ? rename_object(mnt, move) : rename_to_object(mnt, move);
	case MNT_PENDING:
		return object ? -EXDEV : rename_to_pending(mnt, move);
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
	if (flags & ~(unsigned)RENAME_NOREPLACE) {
		/* Two files can not change places: each would have to become the other object. */
		return -EINVAL;
	}
	struct move move = { .req = req,
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
	r = may_move(mnt, &move);
	return r < 0 ? r : dispatch(mnt, &move);
}

void
mnt_op_rename(fuse_req_t req, fuse_ino_t parent, const char *name, fuse_ino_t new_parent,
	const char *new_name, unsigned flags)
{
	int r = do_rename(req, parent, name, new_parent, new_name, flags);

	if (r <= 0) {
		(void)fuse_reply_err(req, -r);
	}
}
