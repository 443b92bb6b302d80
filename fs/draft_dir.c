// SPDX-License-Identifier: MIT
/*
 * Directories of drafts. A name has its place in a listing by its hash: so a program that reads on finds the
 * rest, whatever came and went meanwhile, and names need be taken only when the kernel has none.
 */
#include <errno.h>

#include "base/alloc.h"
#include "fs/draft_ops.h"
#include "fs/opened.h"

/* The drafts. */
static void
list_stage(const struct mnt_drafts *drafts, struct mnt_live_names *names)
{
	const char *name;

	for (size_t i = 0; sfs_map_next(drafts->byname, &i, &name, NULL);) {
		sfs_vec_push(names, (struct mnt_live_name){ sfs_strdup(name), true });
	}
}

struct listed {
	char *name; /* owned */
	bool directory;
	off_t at;
};

struct listing {
	struct mnt_opened opened;
	SFS_VEC(struct listed) names; /* ascending by place */
	bool taken;
	size_t charged;
};

static void
drop_names(struct listing *listing)
{
	sfs_vec_foreach (listed, &listing->names) {
		free(listed->name);
	}
	sfs_vec_finish(&listing->names);
}

static void
drop_listing(struct mnt *mnt, struct mnt_opened *opened)
{
	struct listing *listing = (struct listing *)opened;

	mnt_opened_remove(mnt, opened);
	{
		MNT_LOCK(mnt);
		mnt->listed -= listing->charged;
	}
	drop_names(listing);
	free(listing);
}

/* ---- opening ---- */

/* Whether the kernel may keep what it is told of it: the three that we say come and go by themselves. */
static int
open_directory(struct mnt_drafts *drafts, fuse_ino_t ino, bool *ret_steady)
{
	MNT_DRAFT_LOCK(drafts);
	const struct mnt_node *node = mnt_draft_node(drafts, ino);

	if (!node || node->role != MNT_DIRECTORY) {
		return -ENOENT;
	}
	*ret_steady = node->parent != drafts->nodes.root;
	return 0;
}

static int
create_listing(struct mnt *mnt, struct listing **ret_listing)
{
	size_t charged = 0;

	MNT_LOCK(mnt);
	int r = mnt_listed_charge(mnt, &charged, 1);
	if (r < 0) {
		return r;
	}
	*ret_listing = sfs_alloc(sizeof **ret_listing);
	(*ret_listing)->charged = charged;
	mnt_opened_add(mnt, &(*ret_listing)->opened, drop_listing);
	return 0;
}

void
mnt_draft_op_opendir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct mnt *mnt = mnt_of(req);
	struct listing *listing = NULL;
	bool steady = false;
	int r = open_directory(mnt->drafts, ino, &steady);

	r = r < 0 ? r : create_listing(mnt, &listing);
	if (r < 0) {
		(void)fuse_reply_err(req, -r);
		return;
	}
	fi->fh = (uint64_t)(uintptr_t)listing;
	fi->cache_readdir = steady;
	fi->keep_cache = steady;
	if (fuse_reply_open(req, fi) == -ENOENT) {
		drop_listing(mnt, &listing->opened);
	}
}

void
mnt_draft_op_releasedir(fuse_req_t req, const struct fuse_file_info *fi)
{
	drop_listing(mnt_of(req), (struct mnt_opened *)(uintptr_t)fi->fh);
	(void)fuse_reply_err(req, 0);
}

/* ---- reading ---- */

/* Behind "." and ".."; no two are in one place but by the rarest chance. */
static off_t
place_of(const char *name)
{
	return (off_t)(sfs_hash_string(SFS_HASH_INIT, name) >> 2) | 4;
}

static int
by_place(const void *a, const void *b)
{
	off_t x = ((const struct listed *)a)->at, y = ((const struct listed *)b)->at;

	return x < y ? -1 : x > y;
}

static void
keep_names(struct listing *listing, struct mnt_live_names *names)
{
	drop_names(listing);
	sfs_vec_foreach (name, names) {
		sfs_vec_push(&listing->names,
			(struct listed){ name->name, name->directory, place_of(name->name) });
		name->name = NULL;
	}
	if (listing->names.len) {
		qsort(listing->names.items, listing->names.len, sizeof *listing->names.items,
			by_place);
	}
	listing->taken = true;
}

static int
take_names(struct mnt_drafts *drafts, const struct mnt_node *directory, struct listing *listing)
{
	struct mnt_place place sfs_auto(place) = { 0 };
	struct mnt_live_names names sfs_auto(live_names) = { 0 };

	if (directory == drafts->nodes.root) {
		list_stage(drafts, &names);
	} else if (mnt_place_of(drafts, directory, NULL, &place) == 0) {
		mnt_place_list(drafts, &place, &names);
	}
	{
		MNT_LOCK(drafts->mnt);
		int r = mnt_listed_charge(drafts->mnt, &listing->charged, names.len + 1);
		if (r < 0) {
			return r;
		}
	}
	keep_names(listing, &names);
	return 0;
}

/* The number that an inode has, or will have: that of its path, but for the rarest. */
static ino_t
number_of(const struct mnt_node *directory, const char *name)
{
	const struct mnt_node *node = mnt_node_child(directory, name);
	struct sfs_str path sfs_auto(str) = SFS_STR_INIT;

	if (node) {
		return node->ino;
	}
	mnt_node_path(directory, &path);
	sfs_str_separate(&path, "/");
	sfs_str_add(&path, name);
	return sfs_hash_string(SFS_HASH_INIT, sfs_str_text(&path)) >> 1 | MNT_DRAFT_MARK;
}

/* An answer that is being written. */
struct page {
	fuse_req_t req;
	char *room;
	size_t size, used;
	bool full;
};

static void
add_plain(struct page *page, const char *name, ino_t ino, bool directory, off_t next)
{
	const struct stat found = { .st_ino = ino, .st_mode = directory ? S_IFDIR : S_IFREG };
	size_t rest = page->size - page->used;
	size_t taken =
		fuse_add_direntry(page->req, page->room + page->used, rest, name, &found, next);

	page->full = taken > rest;
	page->used += page->full ? 0 : taken;
}

/* With no inode the kernel is told the name alone, and asks for the rest when somebody does. */
static void
add_plus(struct page *page, const char *name, const struct fuse_entry_param *entry, off_t next)
{
	size_t rest = page->size - page->used;
	size_t taken =
		fuse_add_direntry_plus(page->req, page->room + page->used, rest, name, entry, next);

	page->full = taken > rest;
	page->used += page->full ? 0 : taken;
}

static void
add_whole(struct page *page, struct mnt_drafts *drafts, struct mnt_node *directory,
	const char *name, off_t next)
{
	struct mnt_place place sfs_auto(place) = { 0 };
	struct mnt_found found sfs_auto(found) = { 0 };
	struct fuse_entry_param entry;

	int r = directory == drafts->nodes.root ? mnt_place_of_draft(drafts, name, &place)
						: mnt_place_of(drafts, directory, name, &place);
	if (r < 0) {
		return;
	}
	mnt_place_look(drafts, &place, &found);
	if (found.type == MNT_NOTHING) {
		/* It went since the names were taken. */
		return;
	}
	struct mnt_node *node = mnt_draft_node_in(drafts, directory, name, &found);
	mnt_draft_entry(node, &found, &entry);
	add_plus(page, name, &entry, next);
	if (page->full) {
		/* It was not sent, so the kernel holds nothing. */
		node->lookups--;
		mnt_draft_node_settle(drafts, node);
	}
}

static void
add_dots(struct page *page, fuse_ino_t ino, off_t offset, bool plus)
{
	static const char *const names[] = { ".", ".." };
	const struct fuse_entry_param entry = { .attr = { .st_ino = ino, .st_mode = S_IFDIR } };

	for (off_t i = offset; i < 2; i++) {
		if (plus) {
			add_plus(page, names[i], &entry, i + 1);
		} else {
			add_plain(page, names[i], ino, true, i + 1);
		}
	}
}

static size_t
first_after(const struct listing *listing, off_t offset)
{
	size_t low = 0, high = listing->names.len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (listing->names.items[middle].at > offset) {
			high = middle;
		} else {
			low = middle + 1;
		}
	}
	return low;
}

static int
fill(struct page *page, struct mnt_drafts *drafts, fuse_ino_t ino, off_t offset,
	struct listing *listing, bool plus)
{
	MNT_DRAFT_LOCK(drafts);
	struct mnt_node *directory = mnt_draft_node(drafts, ino);
	int r = directory ? 0 : -ENOENT;

	if (r == 0 && (!offset || !listing->taken)) {
		r = take_names(drafts, directory, listing);
	}
	if (r < 0) {
		return r;
	}
	add_dots(page, ino, offset, plus);
	for (size_t i = first_after(listing, offset); i < listing->names.len && !page->full; i++) {
		const struct listed *listed = &listing->names.items[i];

		if (plus) {
			add_whole(page, drafts, directory, listed->name, listed->at);
		} else {
			add_plain(page, listed->name, number_of(directory, listed->name),
				listed->directory, listed->at);
		}
	}
	return 0;
}

void
mnt_draft_op_readdir(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset,
	const struct fuse_file_info *fi, bool plus)
{
	char *room sfs_auto(free) = sfs_alloc(size);
	struct page page = { .req = req, .room = room, .size = size };
	int r = fill(
		&page, mnt_of(req)->drafts, ino, offset, (struct listing *)(uintptr_t)fi->fh, plus);

	(void)(r < 0 ? fuse_reply_err(req, -r) : fuse_reply_buf(req, room, page.used));
}
