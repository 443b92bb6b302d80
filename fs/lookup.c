// SPDX-License-Identifier: MIT
/* Names to nodes. */
#include <errno.h>
#include <string.h>

#include "fs/draft_ops.h"
#include "fs/ops.h"
#include "fs/view.h"

#define NAME_LIMIT 255

struct mnt_node *
mnt_visible_child(const struct mnt_node *parent, const char *name)
{
	struct mnt_node *child = mnt_node_child(parent, name);

	return child && !child->hidden ? child : NULL;
}

static bool
is_below(const struct mnt_node *directory, const char *top)
{
	const struct mnt_node *node = directory;

	while (node->parent && node->parent->parent) {
		node = node->parent;
	}
	return node->parent && strcmp(node->name, top) == 0;
}

int
mnt_may_change(const struct mnt *mnt, const struct mnt_node *directory, const char *name)
{
	if (mnt->read_only) {
		return -EROFS;
	}
	if (!directory || (!directory->parent && directory != mnt->nodes.root)) {
		return -ENOENT;
	}
	if (is_below(directory, "migrations") || is_below(directory, "generated") ||
		is_below(directory, "stage")) {
		return -EPERM;
	}
	return strlen(name) > NAME_LIMIT ? -ENAMETOOLONG : 0;
}

enum mnt_role
mnt_role_of(const struct mnt_node *directory, const char *name)
{
	if (is_below(directory, "pending")) {
		return name[0] != '.' && name[0] != '#' && sfs_ends_with(name, ".sql")
			       ? MNT_PENDING
			       : MNT_SCRATCH;
	}
	return mnt_view_is_object(directory, name) ? MNT_OBJECT : MNT_SCRATCH;
}

/* That there is nothing may be remembered, but for what appears while a directory is held. */
static double
absence_timeout(const struct mnt_node *parent, const char *name)
{
	bool passing = mnt_node_child(parent, name) != NULL;
	bool pending = is_below(parent, "pending");
	bool note = sfs_ends_with(name, ".error") || sfs_ends_with(name, ".rej") ||
		    sfs_ends_with(name, ".plan");

	return passing || pending || note ? 0 : MNT_FOREVER;
}

static int
lookup(struct mnt *mnt, fuse_ino_t parent_ino, const char *name, struct fuse_entry_param *entry)
{
	MNT_LOCK(mnt);
	struct mnt_node *parent = mnt_node_by_ino(&mnt->nodes, parent_ino);

	if (!parent || parent->role != MNT_DIRECTORY) {
		return -ENOENT;
	}
	if (strlen(name) > NAME_LIMIT) {
		return -ENAMETOOLONG;
	}
	struct mnt_node *child = mnt_visible_child(parent, name);
	if (child) {
		mnt_entry(mnt, child, entry);
	} else {
		memset(entry, 0, sizeof *entry);
		entry->entry_timeout = absence_timeout(parent, name);
	}
	return 0;
}

void
mnt_op_lookup(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	struct mnt *mnt = mnt_of(req);
	struct fuse_entry_param entry;

	if (mnt_is_stage(mnt, parent)) {
		mnt_draft_op_lookup(req, parent, name);
		return;
	}
	int r = lookup(mnt, parent, name, &entry);
	if (r < 0) {
		(void)fuse_reply_err(req, -r);
		return;
	}
	ino_t ino = entry.ino;
	if (fuse_reply_entry(req, &entry) == -ENOENT && ino) {
		/* The caller is gone: the kernel did not take the reference. */
		MNT_LOCK(mnt);
		mnt_node_forget(&mnt->nodes, mnt_node_by_ino(&mnt->nodes, ino), 1);
	}
}

static void
forget(struct mnt *mnt, fuse_ino_t ino, uint64_t nlookup)
{
	if (mnt_is_draft(mnt, ino)) {
		mnt_draft_op_forget(mnt, ino, nlookup);
		return;
	}
	MNT_LOCK(mnt);
	struct mnt_node *node = mnt_node_by_ino(&mnt->nodes, ino);

	if (node) {
		mnt_node_forget(&mnt->nodes, node, nlookup);
	}
}

void
mnt_op_forget(fuse_req_t req, fuse_ino_t ino, uint64_t nlookup)
{
	forget(mnt_of(req), ino, nlookup);
	fuse_reply_none(req);
}

void
mnt_op_forget_multi(fuse_req_t req, size_t count, struct fuse_forget_data *forgets)
{
	for (size_t i = 0; i < count; i++) {
		forget(mnt_of(req), forgets[i].ino, forgets[i].nlookup);
	}
	fuse_reply_none(req);
}
