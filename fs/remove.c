// SPDX-License-Identifier: MIT
/* rm, mkdir and rmdir. */
#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "catalog/path.h"
#include "fs/control.h"
#include "fs/draft_ops.h"
#include "fs/notify.h"
#include "fs/ops.h"
#include "fs/pending.h"
#include "fs/process.h"
#include "fs/refusal.h"
#include "fs/save.h"
#include "fs/view.h"
#include "sql/quote.h"

/* ---- unlink ---- */

/* Notes and pending files are on the disk too, which only a job may wait for. */
static void
run_forget(struct mnt *mnt, struct mnt_job *job)
{
	enum mnt_role role;

	{
		MNT_LOCK(mnt);
		role = job->node->role;
		mnt_view_remove(mnt, job->node);
	}
	if (role == MNT_PENDING) {
		mnt_pending_forget(mnt, job->path);
		mnt_absolve(mnt, job->path);
	} else {
		mnt_refusal_remove(mnt, job->path);
	}
	mnt_job_reply(mnt, job, 0);
}

static void
push_held(struct mnt *mnt, fuse_req_t req, struct mnt_node *node,
	void (*run)(struct mnt *mnt, struct mnt_job *job))
{
	struct mnt_job *job = mnt_job_create(mnt, req, node, run);

	job->held = true;
	mnt_job_push(mnt, job);
}

void
mnt_hide(struct mnt *mnt, struct mnt_node *node, const char *path, bool drop)
{
	const char *slash = strrchr(path, '/');
	char *directory sfs_auto(free) = sfs_strndup(path, (size_t)(slash - path));
	struct mnt_node *parent = mnt_view_directory(mnt, directory);
	struct mnt_node *hidden = mnt_node_add(&mnt->nodes, parent, slash + 1, MNT_OBJECT);

	/* A new inode stands for the object: the old one goes where the kernel takes it. */
	hidden->exists = true;
	hidden->hidden = true;
	hidden->drop = drop;
	hidden->deadline = mnt_now() + MNT_GRACE_MS;
	(void)mnt_node_set_text(hidden, node->text);
	hidden->mtime = node->mtime;
	hidden->error = sfs_strdup(node->error);
	sfs_vec_foreach (reading, &node->readings) {
		mnt_node_note_reading(hidden, reading->thread, reading->text);
	}
	struct mnt_job *job = mnt_job_create(mnt, NULL, hidden, mnt_save_reappear);
	job->due = hidden->deadline;
	mnt_job_push(mnt, job);
}

/* Returns 0 or -errno to be answered, 1 when a job answers. */
static int
unlink_object(struct mnt *mnt, fuse_req_t req, struct mnt_node *node, bool final)
{
	struct sfs_str path sfs_auto(str) = SFS_STR_INIT;

	if (!node->exists) {
		mnt_node_detach(&mnt->nodes, node);
		return 0;
	}
	if (node->locked) {
		return -EACCES;
	}
	mnt_node_path(node, &path);
	if (final && !sfs_ends_with(sfs_str_text(&path), "/schema.sql")) {
		push_held(mnt, req, node, mnt_save_drop);
		return 1;
	}
	/* A namespace is dropped by rmdir: its own file comes back unless that follows. */
	bool drop = !sfs_ends_with(sfs_str_text(&path), "/schema.sql");
	mnt_node_detach(&mnt->nodes, node);
	mnt_hide(mnt, node, sfs_str_text(&path), drop);
	return 0;
}

static int
do_unlink(struct mnt *mnt, fuse_req_t req, fuse_ino_t parent_ino, const char *name, bool final)
{
	MNT_LOCK(mnt);
	struct mnt_node *parent = mnt_node_by_ino(&mnt->nodes, parent_ino);
	int r = mnt_may_change(mnt, parent, name);
	if (r < 0) {
		return r;
	}
	struct mnt_node *node = mnt_visible_child(parent, name);
	if (!node) {
		return -ENOENT;
	}
	switch (node->role) {
	case MNT_DIRECTORY:
		return -EISDIR;
	case MNT_OBJECT:
		mnt_node_ref(node);
		r = unlink_object(mnt, req, node, final);
		mnt_node_unref(&mnt->nodes, node);
		return r;
	case MNT_NOTE:
	case MNT_PENDING:
		if (node->in_folder) {
			/* It is the project's, and would come back. */
			return -EPERM;
		}
		push_held(mnt, req, node, run_forget);
		return 1;
	case MNT_SCRATCH:
		mnt_node_detach(&mnt->nodes, node);
		return 0;
	case MNT_CONTROL:
	case MNT_BACKED:
		break;
	}
	return -EPERM;
}

void
mnt_op_unlink(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	bool final = mnt_process_removes(fuse_req_ctx(req)->pid);

	if (mnt_is_stage(mnt_of(req), parent)) {
		mnt_draft_op_unlink(req, parent, name);
		return;
	}
	int r = do_unlink(mnt_of(req), req, parent, name, final);

	if (r <= 0) {
		(void)fuse_reply_err(req, -r);
	}
}

/* ---- mkdir ---- */

/* A namespace, which the database has to make; its directory comes with its file. */
static void
run_mkdir(struct mnt *mnt, struct mnt_job *job)
{
	struct sfs_outcome outcome sfs_auto(outcome) = { 0 };
	struct sfs_error err sfs_auto(error) = SFS_ERROR_INIT;
	char *file sfs_auto(free) = sfs_asprintf("%s/schema.sql", job->path);
	struct sfs_edit edit = {
		.path = file, .text = job->text->bytes, .len = job->text->len, .create = true
	};
	struct fuse_entry_param entry;
	fuse_req_t req = job->req;
	int r = mnt_save_apply(mnt, job, &edit, &outcome, &err);

	if (r < 0) {
		/* The notes stand where the directory would be. */
		mnt_save_refuse(mnt, job, job->path, &err, NULL);
		mnt_job_reply(mnt, job, r);
		return;
	}
	{
		MNT_LOCK(mnt);
		mnt_save_publish(mnt, &outcome);
		mnt_entry(mnt, mnt_view_directory(mnt, job->path), &entry);
	}
	mnt_absolve(mnt, job->path);
	mnt_control_update(mnt);
	job->req = NULL;
	(void)fuse_reply_entry(req, &entry);
}

/* `CREATE SCHEMA name`: the name as the database holds it, from the directory's. */
static int
namespace_text(const struct mnt *mnt, const char *name, struct sfs_str *out)
{
	struct sfs_str raw sfs_auto(str) = SFS_STR_INIT;
	int r = sfs_path_decode(&raw, name, strlen(name), false);

	if (r < 0) {
		return r;
	}
	sfs_str_add(out, "CREATE SCHEMA ");
	sfs_quote_name(out, mnt->driver->dialect, sfs_str_text(&raw));
	sfs_str_add(out, ";\n");
	return 0;
}

static int
mkdir_namespace(struct mnt *mnt, fuse_req_t req, const char *name)
{
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;
	/* SQLite's are files that somebody attaches. */
	int r = mnt->driver->dialect == SFS_SQLITE ? -EPERM : namespace_text(mnt, name, &text);

	if (r < 0) {
		return r;
	}
	struct mnt_job *job = mnt_job_create(mnt, req, NULL, run_mkdir);
	free(job->path);
	job->path = sfs_asprintf("schema/%s", name);
	job->text = mnt_text_create(sfs_str_text(&text), text.len);
	job->held = true;
	mnt_job_push(mnt, job);
	return 1;
}

/* Whether a directory of that name can hold objects here. */
static bool
is_kind(const struct mnt_node *parent, const char *name)
{
	bool database = strcmp(parent->name, "database") == 0 && !parent->parent->parent;
	bool namespace = parent->parent && parent->parent->parent &&
			 !parent->parent->parent->parent &&
			 strcmp(parent->parent->name, "schema") == 0;

	if (database) {
		return sfs_kind_by_directory(name, SFS_LEVEL_DATABASE) != SFS_KIND_COUNT;
	}
	return namespace &&
	       (sfs_kind_by_directory(name, SFS_LEVEL_NAMESPACE) != SFS_KIND_COUNT ||
		       sfs_kind_by_directory(name, SFS_LEVEL_RELATION) != SFS_KIND_COUNT);
}

/* Beside objects and migrations programs may keep directories for the time being (rsync does). */
static bool
is_scratch(const struct mnt_node *parent, const char *name)
{
	bool beside = (parent->parent->parent && is_kind(parent->parent, parent->name)) ||
		      strcmp(parent->name, "pending") == 0;

	return name[0] == '.' && beside && strcmp(name, ".git") != 0;
}

static int
do_mkdir(struct mnt *mnt, fuse_req_t req, fuse_ino_t parent_ino, const char *name,
	struct fuse_entry_param *entry)
{
	MNT_LOCK(mnt);
	struct mnt_node *parent = mnt_node_by_ino(&mnt->nodes, parent_ino);
	int r = mnt_may_change(mnt, parent, name);

	if (r < 0) {
		return r;
	}
	if (mnt_node_child(parent, name)) {
		return -EEXIST;
	}
	if (parent == mnt_node_child(mnt->nodes.root, "schema")) {
		return mkdir_namespace(mnt, req, name);
	}
	if (!parent->parent || (!is_kind(parent, name) && !is_scratch(parent, name))) {
		return -EPERM;
	}
	struct mnt_node *node = mnt_node_add(&mnt->nodes, parent, name, MNT_DIRECTORY);
	node->kept = true;
	mnt_entry(mnt, node, entry);
	return 0;
}

void
mnt_op_mkdir(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode)
{
	struct fuse_entry_param entry;

	if (mnt_is_stage(mnt_of(req), parent)) {
		mnt_draft_op_mkdir(req, parent, name, mode);
		return;
	}
	int r = do_mkdir(mnt_of(req), req, parent, name, &entry);
	if (r < 0) {
		(void)fuse_reply_err(req, -r);
	} else if (r == 0) {
		(void)fuse_reply_entry(req, &entry);
	}
}

/* ---- rmdir ---- */

/* Whether a namespace's directory holds nothing but its own file and empty directories. */
static bool
is_bare(const struct mnt_node *namespace)
{
	void *value;

	for (size_t i = 0; sfs_map_next(namespace->children, &i, NULL, &value);) {
		const struct mnt_node *child = value;

		if (child->role == MNT_DIRECTORY ? !mnt_node_is_empty(child)
						 : !child->hidden && child->role == MNT_OBJECT &&
							   strcmp(child->name, "schema.sql") != 0) {
			return false;
		}
	}
	return true;
}

static void
run_rmdir(struct mnt *mnt, struct mnt_job *job)
{
	struct sfs_outcome outcome sfs_auto(outcome) = { 0 };
	struct sfs_error err sfs_auto(error) = SFS_ERROR_INIT;
	char *file sfs_auto(free) = sfs_asprintf("%s/schema.sql", job->path);
	int r = mnt_save_apply(mnt, job, &(struct sfs_edit){ .path = file }, &outcome, &err);

	if (r < 0) {
		mnt_save_refuse(mnt, job, file, &err, NULL);
		mnt_job_reply(mnt, job, r);
		return;
	}
	{
		MNT_LOCK(mnt);
		mnt_save_publish(mnt, &outcome);
		mnt_view_remove(mnt, job->node);
	}
	mnt_absolve(mnt, file);
	mnt_control_update(mnt);
	mnt_job_reply(mnt, job, 0);
}

static int
do_rmdir(struct mnt *mnt, fuse_req_t req, fuse_ino_t parent_ino, const char *name)
{
	MNT_LOCK(mnt);
	struct mnt_node *parent = mnt_node_by_ino(&mnt->nodes, parent_ino);
	int r = mnt_may_change(mnt, parent, name);

	if (r < 0) {
		return r;
	}
	struct mnt_node *node = mnt_visible_child(parent, name);
	if (!node) {
		return -ENOENT;
	}
	if (node->role != MNT_DIRECTORY) {
		return -ENOTDIR;
	}
	if (parent == mnt_node_child(mnt->nodes.root, "schema")) {
		if (!is_bare(node)) {
			return -ENOTEMPTY;
		}
		push_held(mnt, req, node, run_rmdir);
		return 1;
	}
	if (!parent->parent || (!is_kind(parent, name) && !is_scratch(parent, name))) {
		return -EPERM;
	}
	if (!mnt_node_is_empty(node)) {
		return -ENOTEMPTY;
	}
	/* It comes back with the first object of its kind; hidden objects are still in it. */
	if (sfs_map_len(node->children)) {
		return -EBUSY;
	}
	mnt_node_detach(&mnt->nodes, node);
	return 0;
}

void
mnt_op_rmdir(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	if (mnt_is_stage(mnt_of(req), parent)) {
		mnt_draft_op_rmdir(req, parent, name);
		return;
	}
	int r = do_rmdir(mnt_of(req), req, parent, name);
	if (r <= 0) {
		(void)fuse_reply_err(req, -r);
	}
}

/* ---- what has no meaning here ---- */

void
mnt_op_mknod(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode, dev_t device)
{
	(void)fuse_reply_err(req, EPERM);
}

void
mnt_op_symlink(fuse_req_t req, const char *target, fuse_ino_t parent, const char *name)
{
	(void)fuse_reply_err(req, EPERM);
}

void
mnt_op_link(fuse_req_t req, fuse_ino_t ino, fuse_ino_t new_parent, const char *new_name)
{
	(void)fuse_reply_err(req, EPERM);
}
