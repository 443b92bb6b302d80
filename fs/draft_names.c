// SPDX-License-Identifier: MIT
/* Names in drafts, for the kernel: found, made and removed. */
#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "fs/control.h"
#include "fs/draft_ops.h"
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

int
mnt_draft_place_in(struct mnt_drafts *drafts, fuse_ino_t parent, const char *name,
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
	int r = mnt_draft_place_in(drafts, parent_ino, name, &parent, &place);
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
	r = r < 0 ? r : mnt_draft_place_in(drafts, parent_ino, name, &parent, &place);
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
	r = r < 0 ? r : mnt_draft_place_in(drafts, parent_ino, name, &parent, &place);
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
