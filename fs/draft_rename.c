// SPDX-License-Identifier: MIT
/* rename(2) in drafts: files and directories move and change places, drafts get other names, a plan goes out. */
#include <errno.h>
#include <linux/fs.h>
#include <string.h>

#include "base/alloc.h"
#include "fs/draft_ops.h"
#include "fs/draft_plan.h"
#include "fs/draft_told.h"

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

/* A name in a directory that nobody has. */
static void
find_free(struct mnt_drafts *drafts, const struct mnt_node *parent, struct mnt_place *ret_place)
{
	for (unsigned i = 0;; i++) {
		struct mnt_place place sfs_auto(place) = { 0 };
		struct mnt_found found sfs_auto(found) = { 0 };
		char *name sfs_auto(free) = sfs_asprintf(".exchanged~%u", i);

		if (mnt_place_of(drafts, parent, name, &place) < 0) {
			return;
		}
		mnt_place_look(drafts, &place, &found);
		if (found.type == MNT_NOTHING) {
			*ret_place = place;
			memset(&place, 0, sizeof place);
			return;
		}
	}
}

/* By way of a third name; what fails on the way is taken back. */
static int
exchange_places(struct mnt_drafts *drafts, const struct mnt_place *from,
	const struct mnt_place *aside, const struct mnt_place *to)
{
	int r = mnt_place_rename(drafts, from, aside, NULL);

	if (r < 0) {
		return r;
	}
	r = mnt_place_rename(drafts, to, from, NULL);
	if (r == 0) {
		r = mnt_place_rename(drafts, aside, to, NULL);
		if (r < 0) {
			(void)!mnt_place_rename(drafts, from, to, NULL);
		}
	}
	if (r < 0) {
		(void)!mnt_place_rename(drafts, aside, from, NULL);
	}
	return r;
}

static int
exchange_in_draft(struct mnt_drafts *drafts, struct mnt_node *parent, const char *name,
	const struct mnt_place *from, struct mnt_node *new_parent, const char *new_name,
	const struct mnt_place *to)
{
	struct mnt_place aside sfs_auto(place) = { 0 };
	struct mnt_node *node = mnt_node_child(parent, name);
	struct mnt_node *other = mnt_node_child(new_parent, new_name);

	find_free(drafts, parent, &aside);
	int r = aside.draft ? exchange_places(drafts, from, &aside, to) : -ENOENT;
	if (r < 0) {
		mnt_told_changed(from->draft, from->path);
		mnt_told_changed(to->draft, to->path);
		return r;
	}
	if (node && other) {
		mnt_node_exchange(&drafts->nodes, node, other);
	}
	r = settle_moved(drafts, mnt_node_child(parent, name), from);
	return r < 0 ? r : settle_moved(drafts, mnt_node_child(new_parent, new_name), to);
}

static int
rename_in_draft(fuse_req_t req, struct mnt_drafts *drafts, fuse_ino_t parent_ino, const char *name,
	fuse_ino_t new_parent_ino, const char *new_name, unsigned flags)
{
	struct mnt_place from sfs_auto(place) = { 0 }, to sfs_auto(place) = { 0 };
	struct mnt_found target sfs_auto(found) = { 0 };
	struct mnt_node *parent = NULL, *new_parent = NULL;

	int r = mnt_draft_place_in(drafts, parent_ino, name, &parent, &from);
	int s = mnt_draft_place_in(drafts, new_parent_ino, new_name, &new_parent, &to);
	if (r == -EPERM && s == -EPERM) {
		return flags & RENAME_EXCHANGE ? -EINVAL : rename_draft(drafts, name, new_name);
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
	if (flags & RENAME_EXCHANGE) {
		return target.type == MNT_NOTHING ? -ENOENT
						  : exchange_in_draft(drafts, parent, name, &from,
							    new_parent, new_name, &to);
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
		int r = mnt_draft_place_in(mnt->drafts, parent_ino, name, &parent, &place);
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
	int r = mnt->read_only ? -EROFS : 0;

	bool within = mnt_is_stage(mnt, parent) && mnt_is_stage(mnt, new_parent);
	const unsigned known = RENAME_NOREPLACE | (within ? RENAME_EXCHANGE : 0);

	if (r == 0 && flags & ~known) {
		r = -EINVAL;
	} else if (r == 0 && within) {
		MNT_DRAFT_LOCK(mnt->drafts);
		r = rename_in_draft(req, mnt->drafts, parent, name, new_parent, new_name, flags);
	} else if (r == 0) {
		r = rename_out(req, mnt, parent, name, new_parent, new_name);
	}
	if (r <= 0) {
		(void)fuse_reply_err(req, -r);
	}
}
