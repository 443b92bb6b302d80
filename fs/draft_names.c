// SPDX-License-Identifier: MIT
/* Names in drafts, for the kernel: found, listed, made, moved and removed. */
#include <errno.h>
#include <linux/fs.h>
#include <string.h>

#include "base/alloc.h"
#include "fs/control.h"
#include "fs/draft_ops.h"
#include "fs/draft_plan.h"
#include "fs/draft_told.h"

#define NAME_LIMIT 255

/* ---- nodes ---- */

struct mnt_node *
mnt_draft_node(const struct mnt_drafts *drafts, fuse_ino_t ino)
{
	return ino == drafts->stage ? drafts->nodes.root : mnt_node_by_ino(&drafts->nodes, ino);
}

struct mnt_node *
mnt_draft_node_in(struct mnt_drafts *drafts, struct mnt_node *parent, const char *name,
	const struct mnt_found *found)
{
	enum mnt_role role = mnt_found_directory(found) ? MNT_DIRECTORY : MNT_SCRATCH;
	struct mnt_node *node = mnt_node_child(parent, name);

	if (node && node->role != role) {
		mnt_node_detach(&drafts->nodes, node);
		node = NULL;
	}
	return node ? node : mnt_node_add(&drafts->nodes, parent, name, role);
}

void
mnt_draft_node_settle(struct mnt_drafts *drafts, struct mnt_node *node)
{
	while (node && node->parent && !node->lookups && !node->refs &&
		!(node->children && sfs_map_len(node->children))) {
		struct mnt_node *parent = node->parent;

		mnt_node_detach(&drafts->nodes, node);
		node = parent;
	}
}

void
mnt_draft_entry(
	struct mnt_node *node, const struct mnt_found *found, struct fuse_entry_param *ret_entry)
{
	double timeout = mnt_told_timeout(found);

	*ret_entry = (struct fuse_entry_param){ .ino = node->ino,
		.attr = found->stat,
		.attr_timeout = timeout,
		.entry_timeout = timeout };
	ret_entry->attr.st_ino = node->ino;
	mnt_told_found(node, found);
	node->lookups++;
}

static void
forget(struct mnt_drafts *drafts, struct mnt_node *node, uint64_t nlookup)
{
	mnt_node_ref(node);
	mnt_node_forget(&drafts->nodes, node, nlookup);
	if (node->parent) {
		node->refs--;
		mnt_draft_node_settle(drafts, node);
	} else {
		mnt_node_unref(&drafts->nodes, node);
	}
}

void
mnt_draft_op_forget(struct mnt *mnt, fuse_ino_t ino, uint64_t nlookup)
{
	MNT_DRAFT_LOCK(mnt->drafts);
	struct mnt_node *node = mnt_node_by_ino(&mnt->drafts->nodes, ino);

	if (node) {
		forget(mnt->drafts, node, nlookup);
	}
}

void
mnt_draft_untake(struct mnt_drafts *drafts, fuse_ino_t ino)
{
	mnt_draft_op_forget(drafts->mnt, ino, 1);
}

/* ---- places ---- */

/* The place of a name in a directory of a draft; -EPERM in stage/ itself, where drafts are. */
static int
place_in(struct mnt_drafts *drafts, fuse_ino_t parent, const char *name,
	struct mnt_node **ret_parent, struct mnt_place *ret_place)
{
	struct mnt_node *node = mnt_draft_node(drafts, parent);

	if (!node || node->role != MNT_DIRECTORY) {
		return -ENOENT;
	}
	if (strlen(name) > NAME_LIMIT) {
		return -ENAMETOOLONG;
	}
	*ret_parent = node;
	return node == drafts->nodes.root ? -EPERM : mnt_place_of(drafts, node, name, ret_place);
}

static int
may_change(const struct mnt *mnt)
{
	return mnt->read_only ? -EROFS : 0;
}

/* ---- lookup ---- */

static int
lookup(struct mnt_drafts *drafts, fuse_ino_t parent_ino, const char *name,
	struct fuse_entry_param *ret_entry)
{
	struct mnt_place place sfs_auto(place) = { 0 };
	struct mnt_found found sfs_auto(found) = { 0 };
	struct mnt_node *parent;

	MNT_DRAFT_LOCK(drafts);
	int r = place_in(drafts, parent_ino, name, &parent, &place);
	if (r == -EPERM) {
		r = 0;
		if (mnt_place_of_draft(drafts, name, &place) < 0) {
			*ret_entry = (struct fuse_entry_param){ .entry_timeout = MNT_FOREVER };
			return 0;
		}
	}
	if (r < 0) {
		return r;
	}
	mnt_place_look(drafts, &place, &found);
	if (found.type == MNT_NOTHING) {
		/* That there is nothing is remembered, too; what we say ourselves comes back. */
		bool said = mnt_place_said(&place) != MNT_SAID;

		*ret_entry = (struct fuse_entry_param){ .entry_timeout = said ? 0 : MNT_FOREVER };
		return 0;
	}
	mnt_draft_entry(mnt_draft_node_in(drafts, parent, name, &found), &found, ret_entry);
	return 0;
}

static void
reply_entry(fuse_req_t req, struct mnt_drafts *drafts, int r, const struct fuse_entry_param *entry)
{
	if (r < 0) {
		(void)fuse_reply_err(req, -r);
	} else if (fuse_reply_entry(req, entry) == -ENOENT && entry->ino) {
		mnt_draft_untake(drafts, entry->ino);
	}
}

void
mnt_draft_op_lookup(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	struct mnt_drafts *drafts = mnt_of(req)->drafts;
	struct fuse_entry_param entry;

	reply_entry(req, drafts, lookup(drafts, parent, name, &entry), &entry);
}

/* ---- mkdir, unlink, rmdir ---- */

static int
make_directory(struct mnt_drafts *drafts, fuse_ino_t parent_ino, const char *name, mode_t mode,
	struct fuse_entry_param *ret_entry)
{
	struct mnt_place place sfs_auto(place) = { 0 };
	struct mnt_found found sfs_auto(found) = { 0 };
	struct mnt_node *parent = NULL;
	int r = may_change(drafts->mnt);

	MNT_DRAFT_LOCK(drafts);
	r = r < 0 ? r : place_in(drafts, parent_ino, name, &parent, &place);
	if (r == -EPERM) {
		r = mnt_draft_create(drafts, name);
		r = r < 0 ? r : mnt_place_of_draft(drafts, name, &place);
	} else if (r == 0) {
		mnt_place_look(drafts, &place, &found);
		r = found.type != MNT_NOTHING ? -EEXIST : mnt_place_mkdir(drafts, &place, mode);
	}
	if (r < 0) {
		return r;
	}
	mnt_place_look(drafts, &place, &found);
	mnt_draft_entry(mnt_draft_node_in(drafts, parent, name, &found), &found, ret_entry);
	return 0;
}

void
mnt_draft_op_mkdir(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode)
{
	struct mnt_drafts *drafts = mnt_of(req)->drafts;
	struct fuse_entry_param entry;
	int r = make_directory(drafts, parent, name, mode, &entry);

	reply_entry(req, drafts, r, &entry);
	if (r == 0 && parent == drafts->stage) {
		mnt_control_update(drafts->mnt);
	}
}

static int
remove_name(struct mnt_drafts *drafts, fuse_ino_t parent_ino, const char *name, bool directory)
{
	struct mnt_place place sfs_auto(place) = { 0 };
	struct mnt_node *parent = NULL;
	int r = may_change(drafts->mnt);

	MNT_DRAFT_LOCK(drafts);
	r = r < 0 ? r : place_in(drafts, parent_ino, name, &parent, &place);
	if (r == -EPERM) {
		r = mnt_place_of_draft(drafts, name, &place);
	}
	if (r == 0) {
		r = directory ? mnt_place_rmdir(drafts, &place) : mnt_place_unlink(drafts, &place);
	}
	struct mnt_node *node = r == 0 ? mnt_node_child(parent, name) : NULL;
	if (node) {
		mnt_node_detach(&drafts->nodes, node);
	}
	return r;
}

void
mnt_draft_op_unlink(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	(void)fuse_reply_err(req, -remove_name(mnt_of(req)->drafts, parent, name, false));
}

void
mnt_draft_op_rmdir(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	struct mnt_drafts *drafts = mnt_of(req)->drafts;
	int r = remove_name(drafts, parent, name, true);

	(void)fuse_reply_err(req, -r);
	if (r == 0 && parent == drafts->stage) {
		mnt_control_update(drafts->mnt);
	}
}

/* ---- rename ---- */

static int
rename_draft(struct mnt_drafts *drafts, const char *name, const char *new_name)
{
	struct mnt_draft *draft = mnt_draft_find(drafts, name);

	return draft ? mnt_draft_rename(drafts, draft, new_name) : -ENOENT;
}

/* The inode follows its name. What stood at the new one has none any more. */
static void
move_node(struct mnt_drafts *drafts, struct mnt_node *parent, const char *name,
	struct mnt_node *new_parent, const char *new_name)
{
	struct mnt_node *node = mnt_node_child(parent, name);
	struct mnt_node *old = mnt_node_child(new_parent, new_name);

	if (old) {
		mnt_node_detach(&drafts->nodes, old);
	}
	if (node) {
		mnt_node_move(&drafts->nodes, node, new_parent, new_name);
	}
}

/* What the thread read of the file that it replaces; borrowed. NULL: what it says now. */
static struct mnt_text *
known_to(struct mnt_node *parent, const char *name, pid_t thread)
{
	struct mnt_node *node = mnt_node_child(parent, name);

	return node ? mnt_told_base(node, thread) : NULL;
}

/* What was moved is judged where it is now, and looks as it does there. */
static int
settle_moved(struct mnt_drafts *drafts, const struct mnt_node *node, const struct mnt_place *to)
{
	if (node) {
		mnt_told_below(drafts, node);
	}
	int r = mnt_place_written(drafts, to);
	/* While it is open for writing its file on the disk has to stay. */
	return r < 0 || (node && node->writers) ? r : mnt_place_settle(drafts, to);
}

static int
rename_in_draft(fuse_req_t req, struct mnt_drafts *drafts, fuse_ino_t parent_ino, const char *name,
	fuse_ino_t new_parent_ino, const char *new_name, unsigned flags)
{
	struct mnt_place from sfs_auto(place) = { 0 }, to sfs_auto(place) = { 0 };
	struct mnt_found target sfs_auto(found) = { 0 };
	struct mnt_node *parent = NULL, *new_parent = NULL;

	int r = place_in(drafts, parent_ino, name, &parent, &from);
	int s = place_in(drafts, new_parent_ino, new_name, &new_parent, &to);
	if (r == -EPERM && s == -EPERM) {
		return rename_draft(drafts, name, new_name);
	}
	if (r < 0 || s < 0) {
		return r == -EPERM || s == -EPERM ? -EXDEV : r < 0 ? r : s;
	}
	if (from.draft != to.draft) {
		return -EXDEV;
	}
	if (strcmp(from.path, to.path) == 0) {
		return 0;
	}
	mnt_place_look(drafts, &to, &target);
	if (target.type != MNT_NOTHING && flags & RENAME_NOREPLACE) {
		return -EEXIST;
	}
	pid_t thread = fuse_req_ctx(req)->pid;
	r = mnt_place_rename(drafts, &from, &to, known_to(new_parent, new_name, thread));
	if (r < 0) {
		/* Some of it may have happened. */
		mnt_told_changed(from.draft, from.path);
		mnt_told_changed(to.draft, to.path);
		return r;
	}
	move_node(drafts, parent, name, new_parent, new_name);
	return settle_moved(drafts, mnt_node_child(new_parent, new_name), &to);
}

/* Between a draft and the rest of the mount only its plan moves: to pending/, where it is carried out. */
static int
rename_out(fuse_req_t req, struct mnt *mnt, fuse_ino_t parent_ino, const char *name,
	fuse_ino_t new_parent_ino, const char *new_name)
{
	struct mnt_place place sfs_auto(place) = { 0 };
	struct mnt_node *parent = NULL;
	char *draft sfs_auto(free) = NULL;

	if (!mnt_is_stage(mnt, parent_ino)) {
		return -EXDEV;
	}
	{
		MNT_DRAFT_LOCK(mnt->drafts);
		int r = place_in(mnt->drafts, parent_ino, name, &parent, &place);
		if (r < 0) {
			return r == -EPERM ? -EXDEV : r;
		}
		draft = sfs_strdup(place.draft->name);
	}
	if (strcmp(place.path, "plan.sql") != 0) {
		return -EXDEV;
	}
	return mnt_draft_apply(mnt, req, draft, new_parent_ino, new_name);
}

void
mnt_draft_op_rename(fuse_req_t req, fuse_ino_t parent, const char *name, fuse_ino_t new_parent,
	const char *new_name, unsigned flags)
{
	struct mnt *mnt = mnt_of(req);
	int r = may_change(mnt);

	if (r == 0 && flags & ~(unsigned)RENAME_NOREPLACE) {
		r = -EINVAL;
	} else if (r == 0 && mnt_is_stage(mnt, parent) && mnt_is_stage(mnt, new_parent)) {
		MNT_DRAFT_LOCK(mnt->drafts);
		r = rename_in_draft(req, mnt->drafts, parent, name, new_parent, new_name, flags);
	} else if (r == 0) {
		r = rename_out(req, mnt, parent, name, new_parent, new_name);
	}
	if (r <= 0) {
		(void)fuse_reply_err(req, -r);
	}
}
