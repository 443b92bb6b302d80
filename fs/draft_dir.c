// SPDX-License-Identifier: MIT
/* Directories of drafts, listed for the kernel. */
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

static int
open_directory(struct mnt_drafts *drafts, fuse_ino_t ino, struct mnt_live_names *names)
{
	struct mnt_place place sfs_auto(place) = { 0 };

	MNT_DRAFT_LOCK(drafts);
	const struct mnt_node *node = mnt_draft_node(drafts, ino);
	if (!node || node->role != MNT_DIRECTORY) {
		return -ENOENT;
	}
	if (node == drafts->nodes.root) {
		list_stage(drafts, names);
		return 0;
	}
	int r = mnt_place_of(drafts, node, NULL, &place);
	if (r == 0) {
		mnt_place_list(drafts, &place, names);
	}
	return r;
}

struct listing {
	struct mnt_opened opened;
	struct mnt_live_names names;
};

static void
drop_listing(struct mnt *mnt, struct mnt_opened *opened)
{
	struct listing *listing = (struct listing *)opened;

	mnt_opened_remove(mnt, opened);
	mnt_live_names_finish(&listing->names);
	free(listing);
}

void
mnt_draft_op_opendir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct mnt *mnt = mnt_of(req);
	struct listing *listing = sfs_alloc(sizeof *listing);
	int r = open_directory(mnt->drafts, ino, &listing->names);

	mnt_opened_add(mnt, &listing->opened, drop_listing);
	fi->fh = (uint64_t)(uintptr_t)listing;
	if (r < 0) {
		(void)fuse_reply_err(req, -r);
		drop_listing(mnt, &listing->opened);
	} else if (fuse_reply_open(req, fi) == -ENOENT) {
		drop_listing(mnt, &listing->opened);
	}
}

void
mnt_draft_op_releasedir(fuse_req_t req, const struct fuse_file_info *fi)
{
	drop_listing(mnt_of(req), (struct mnt_opened *)(uintptr_t)fi->fh);
	(void)fuse_reply_err(req, 0);
}

/* The number that the inode has, or will have: that of its path, but for the rarest. */
static ino_t
number_of(const struct sfs_str *directory, const char *name)
{
	char *path sfs_auto(free) =
		sfs_asprintf("%s%s%s", sfs_str_text(directory), directory->len ? "/" : "", name);

	return sfs_hash_string(SFS_HASH_INIT, path) >> 1 | MNT_DRAFT_MARK;
}

static void
path_of(struct mnt_drafts *drafts, fuse_ino_t ino, struct sfs_str *out)
{
	MNT_DRAFT_LOCK(drafts);
	const struct mnt_node *node = mnt_draft_node(drafts, ino);

	if (node) {
		mnt_node_path(node, out);
	}
}

/* Names alone, with their types and numbers: the kernel asks for the rest when somebody does. */
void
mnt_draft_op_readdir(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset,
	const struct fuse_file_info *fi, bool plus)
{
	const struct mnt_live_names *names = &((const struct listing *)(uintptr_t)fi->fh)->names;
	struct sfs_str directory sfs_auto(str) = SFS_STR_INIT;
	char *room sfs_auto(free) = sfs_alloc(size);
	size_t used = 0;

	path_of(mnt_of(req)->drafts, ino, &directory);
	for (size_t i = (size_t)offset; i < names->len + 2; i++) {
		const struct mnt_live_name *listed = i < 2 ? NULL : &names->items[i - 2];
		const char *name = listed ? listed->name : i ? ".." : ".";
		struct fuse_entry_param entry = {
			.attr.st_mode = !listed || listed->directory ? S_IFDIR : S_IFREG
		};

		entry.attr.st_ino = listed ? number_of(&directory, name) : ino;
		size_t taken = plus ? fuse_add_direntry_plus(req, room + used, size - used, name,
					      &entry, (off_t)i + 1)
				    : fuse_add_direntry(req, room + used, size - used, name,
					      &entry.attr, (off_t)i + 1);
		if (taken > size - used) {
			break;
		}
		used += taken;
	}
	(void)fuse_reply_buf(req, room, used);
}
