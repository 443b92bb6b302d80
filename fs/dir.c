// SPDX-License-Identifier: MIT
/* Directories: a listing is taken when one is opened, and stays what it was. */
#include <errno.h>
#include <string.h>

#include "fs/draft_ops.h"
#include "fs/ops.h"

struct listed {
	struct mnt_node *node; /* referred to */
	char *name;            /* owned: the node may move */
};

struct listing {
	struct mnt_opened opened;
	size_t charged;
	SFS_VEC(struct listed) names;
};

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct listed *)a)->name, ((const struct listed *)b)->name);
}

int
mnt_listed_charge(struct mnt *mnt, size_t *charged, size_t names)
{
	size_t others = mnt->listed - *charged;

	/* A directory that everybody may list once is not refused; holding many open is. */
	if (others && others + names > MNT_LISTED_LIMIT) {
		return -ENFILE;
	}
	mnt->listed = others + names;
	*charged = names;
	return 0;
}

static void
drop_listing(struct mnt *mnt, struct mnt_opened *opened)
{
	struct listing *listing = (struct listing *)opened;

	mnt_opened_remove(mnt, opened);
	{
		MNT_LOCK(mnt);
		mnt->listed -= listing->charged;
		sfs_vec_foreach (listed, &listing->names) {
			mnt_node_unref(&mnt->nodes, listed->node);
		}
	}
	sfs_vec_foreach (listed, &listing->names) {
		free(listed->name);
	}
	sfs_vec_finish(&listing->names);
	free(listing);
}

static int
take_listing(struct mnt *mnt, fuse_ino_t ino, struct listing **ret_listing)
{
	MNT_LOCK(mnt);
	struct mnt_node *directory = mnt_node_by_ino(&mnt->nodes, ino);
	void *value;

	if (!directory || directory->role != MNT_DIRECTORY) {
		return -ENOENT;
	}
	/* An empty one takes room too. */
	size_t charged = 0;
	int r = mnt_listed_charge(mnt, &charged, sfs_map_len(directory->children) + 1);
	if (r < 0) {
		return r;
	}
	struct listing *listing = sfs_alloc(sizeof *listing);
	for (size_t i = 0; sfs_map_next(directory->children, &i, NULL, &value);) {
		struct mnt_node *node = value;

		if (!node->hidden) {
			mnt_node_ref(node);
			sfs_vec_push(
				&listing->names, (struct listed){ node, sfs_strdup(node->name) });
		}
	}
	if (listing->names.len) {
		qsort(listing->names.items, listing->names.len, sizeof *listing->names.items,
			by_name);
	}
	listing->charged = charged;
	mnt_opened_add(mnt, &listing->opened, drop_listing);
	*ret_listing = listing;
	return 0;
}

void
mnt_op_opendir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct mnt *mnt = mnt_of(req);

	if (mnt_is_stage(mnt, ino)) {
		mnt_draft_op_opendir(req, ino, fi);
		return;
	}
	struct listing *listing = NULL;
	int r = take_listing(mnt, ino, &listing);
	if (r < 0) {
		(void)fuse_reply_err(req, -r);
		return;
	}
	fi->fh = (uint64_t)(uintptr_t)listing;
	fi->cache_readdir = 1;
	fi->keep_cache = 1;
	if (fuse_reply_open(req, fi) == -ENOENT) {
		/* The caller is gone: there will be no release. */
		drop_listing(mnt, &listing->opened);
	}
}

void
mnt_op_releasedir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	if (mnt_is_stage(mnt_of(req), ino)) {
		mnt_draft_op_releasedir(req, fi);
		return;
	}
	drop_listing(mnt_of(req), (struct mnt_opened *)(uintptr_t)fi->fh);
	(void)fuse_reply_err(req, 0);
}

/* Adds one entry at `room`; the size it takes, or would take. */
static size_t
add_plain(fuse_req_t req, char *room, size_t size, const char *name, const struct stat *found,
	off_t next)
{
	return fuse_add_direntry(req, room, size, name, found, next);
}

static size_t
add_plus(fuse_req_t req, struct mnt *mnt, char *room, size_t size, const struct listed *listed,
	off_t next)
{
	struct fuse_entry_param entry;

	mnt_entry(mnt, listed->node, &entry);
	size_t taken = fuse_add_direntry_plus(req, room, size, listed->name, &entry, next);
	if (taken > size) {
		/* It was not sent, so the kernel holds nothing. */
		listed->node->lookups--;
	}
	return taken;
}

/* "." and "..", which the kernel knows without asking: only their type and number are sent. */
static size_t
add_dots(fuse_req_t req, fuse_ino_t ino, char *room, size_t size, off_t offset, bool plus)
{
	static const char *const names[] = { ".", ".." };
	struct fuse_entry_param entry = { .attr = { .st_ino = ino, .st_mode = S_IFDIR | 0755 } };
	size_t used = 0;

	for (off_t i = offset; i < 2; i++) {
		used += plus ? fuse_add_direntry_plus(
				       req, room + used, size - used, names[i], &entry, i + 1)
			     : add_plain(
				       req, room + used, size - used, names[i], &entry.attr, i + 1);
	}
	return used;
}

static void
readdir_reply(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset, struct fuse_file_info *fi,
	bool plus)
{
	const struct listing *listing = (const struct listing *)(uintptr_t)fi->fh;
	struct mnt *mnt = mnt_of(req);

	if (mnt_is_stage(mnt, ino)) {
		mnt_draft_op_readdir(req, ino, size, offset, fi, plus);
		return;
	}
	char *room sfs_auto(free) = sfs_alloc(size);
	size_t used = offset < 2 ? add_dots(req, ino, room, size, offset, plus) : 0;

	{
		MNT_LOCK(mnt);
		struct mnt_node *directory = mnt_node_by_ino(&mnt->nodes, ino);
		for (size_t i = offset > 2 ? (size_t)offset - 2 : 0; i < listing->names.len; i++) {
			const struct listed *listed = &listing->names.items[i];
			struct stat found;

			if (listed->node->parent != directory || listed->node->hidden ||
				strcmp(listed->node->name, listed->name) != 0) {
				continue;
			}
			mnt_stat(mnt, listed->node, &found);
			size_t taken = plus ? add_plus(req, mnt, room + used, size - used, listed,
						      (off_t)i + 3)
					    : add_plain(req, room + used, size - used, listed->name,
						      &found, (off_t)i + 3);
			if (taken > size - used) {
				break;
			}
			used += taken;
		}
	}
	(void)fuse_reply_buf(req, room, used);
}

void
mnt_op_readdir(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset, struct fuse_file_info *fi)
{
	readdir_reply(req, ino, size, offset, fi, false);
}

void
mnt_op_readdirplus(
	fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset, struct fuse_file_info *fi)
{
	readdir_reply(req, ino, size, offset, fi, true);
}
