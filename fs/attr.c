// SPDX-License-Identifier: MIT
/* Attributes: stat, statfs, what programs try to set, and the error of a file as an attribute. */
#include <errno.h>
#include <string.h>

#include "fs/draft_ops.h"
#include "fs/notify.h"
#include "fs/ops.h"

enum {
	BLOCK = 512, /* st_blocks counts these, whatever st_blksize says */
	PAGE = 4096,
};

#define ERROR_ATTRIBUTE "user.schemafs.error"

static mode_t
mode_of(const struct mnt *mnt, const struct mnt_node *node)
{
	const struct sfs_mount_options *options = mnt->options;
	mode_t writable = mnt->read_only || node->locked ? 0 : 0222;

	if (node->role == MNT_DIRECTORY) {
		return S_IFDIR | ((0555 | writable) & ~options->dmask);
	}
	return S_IFREG | ((0444 | writable) & ~options->fmask);
}

static off_t
size_of(const struct mnt_node *node)
{
	if (node->role == MNT_BACKED) {
		return node->backing_size;
	}
	if (mnt_node_shows_buffer(node)) {
		return (off_t)node->buffer->bytes.len;
	}
	return node->text ? (off_t)node->text->len : 0;
}

void
mnt_stat(const struct mnt *mnt, const struct mnt_node *node, struct stat *ret_stat)
{
	*ret_stat = (struct stat){
		.st_ino = node->ino,
		.st_mode = mode_of(mnt, node),
		.st_nlink = 1,
		.st_uid = mnt->options->uid,
		.st_gid = mnt->options->gid,
		.st_blksize = PAGE,
		.st_mtim = mnt_node_shows_buffer(node) ? node->buffer->changed : node->mtime,
	};
	if (node->role == MNT_DIRECTORY) {
		ret_stat->st_nlink = 2 + node->subdirectories;
	} else {
		ret_stat->st_nlink = node->parent ? 1 : 0;
		ret_stat->st_size = size_of(node);
		ret_stat->st_blocks = (ret_stat->st_size + BLOCK - 1) / BLOCK;
	}
	ret_stat->st_atim = ret_stat->st_ctim = ret_stat->st_mtim;
}

void
mnt_entry(const struct mnt *mnt, struct mnt_node *node, struct fuse_entry_param *ret_entry)
{
	memset(ret_entry, 0, sizeof *ret_entry);
	ret_entry->ino = node->ino;
	ret_entry->attr_timeout = MNT_FOREVER;
	ret_entry->entry_timeout = MNT_FOREVER;
	mnt_stat(mnt, node, &ret_entry->attr);
	node->lookups++;
}

static int
getattr(struct mnt *mnt, fuse_ino_t ino, struct stat *ret_stat)
{
	MNT_LOCK(mnt);
	const struct mnt_node *node = mnt_node_by_ino(&mnt->nodes, ino);

	if (!node) {
		return -ENOENT;
	}
	mnt_stat(mnt, node, ret_stat);
	return 0;
}

void
mnt_op_getattr(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct stat found;

	if (mnt_is_draft(mnt_of(req), ino)) {
		mnt_draft_op_getattr(req, ino, fi);
		return;
	}
	int r = getattr(mnt_of(req), ino, &found);
	(void)(r < 0 ? fuse_reply_err(req, -r) : fuse_reply_attr(req, &found, MNT_FOREVER));
}

/* truncate(2) by path: what follows is an open, a write and a close; cutting text has no meaning. */
static int
truncate_closed(struct mnt *mnt, struct mnt_node *node, pid_t thread, off_t size)
{
	if (size == size_of(node)) {
		return 0;
	}
	if (size != 0 && node->role != MNT_SCRATCH) {
		return -EPERM;
	}
	mnt_begin_writing(mnt, node, thread, size == 0);
	(void)mnt_wait_for_text(mnt, node);
	return size ? mnt_buffer_resize(node->buffer, size) : 0;
}

static int
set_size(
	struct mnt *mnt, struct mnt_node *node, pid_t thread, off_t size, struct mnt_handle *handle)
{
	if (mnt->read_only) {
		return -EROFS;
	}
	if (node->role == MNT_DIRECTORY) {
		return -EISDIR;
	}
	if (node->locked) {
		return -EACCES;
	}
	if (!handle && !node->parent) {
		/* Gone since the kernel looked it up: to this errno it looks once more. */
		return -ESTALE;
	}
	if (!node->buffer || (!handle && !node->writers)) {
		return truncate_closed(mnt, node, thread, size);
	}
	if (handle) {
		handle->wrote = true;
	}
	if ((size_t)size > node->buffer->bytes.len && mnt_overlay_full(mnt)) {
		return -ENOSPC;
	}
	return mnt_buffer_resize(node->buffer, size);
}

/* Times of files that are ours to keep; of an object its text alone decides. */
static void
set_times(struct mnt_node *node, const struct stat *attr, int to_set)
{
	if (node->role == MNT_SCRATCH || node->role == MNT_PENDING) {
		if (to_set & FUSE_SET_ATTR_MTIME_NOW) {
			(void)clock_gettime(CLOCK_REALTIME, &node->mtime);
		} else if (to_set & FUSE_SET_ATTR_MTIME) {
			node->mtime = attr->st_mtim;
		}
	}
}

/* Modes and owners are accepted and not kept: what may be changed follows from the database. */
static int
setattr(struct mnt *mnt, fuse_req_t req, fuse_ino_t ino, const struct stat *attr, int to_set,
	struct mnt_handle *handle, struct stat *ret_stat)
{
	MNT_LOCK(mnt);
	struct mnt_node *node = mnt_node_by_ino(&mnt->nodes, ino);

	if (!node) {
		return -ENOENT;
	}
	if (mnt->read_only) {
		return -EROFS;
	}
	if (to_set & FUSE_SET_ATTR_SIZE) {
		int r = set_size(mnt, node, fuse_req_ctx(req)->pid, attr->st_size, handle);

		if (r < 0) {
			return r;
		}
	}
	set_times(node, attr, to_set);
	mnt_stat(mnt, node, ret_stat);
	return 0;
}

void
mnt_op_setattr(
	fuse_req_t req, fuse_ino_t ino, struct stat *attr, int to_set, struct fuse_file_info *fi)
{
	struct mnt_handle *handle = mnt_handle_of(fi);
	struct stat now;

	if (mnt_is_draft(mnt_of(req), ino)) {
		mnt_draft_op_setattr(req, ino, attr, to_set, fi);
		return;
	}
	int r = setattr(mnt_of(req), req, ino, attr, to_set, handle, &now);

	(void)(r < 0 ? fuse_reply_err(req, -r) : fuse_reply_attr(req, &now, MNT_FOREVER));
}

void
mnt_op_statfs(fuse_req_t req, fuse_ino_t ino)
{
	struct mnt *mnt = mnt_of(req);
	struct statvfs found = { .f_bsize = PAGE, .f_frsize = PAGE, .f_namemax = 255 };

	/* What is in the database is not ours to count; what can be written are unsaved files. */
	found.f_blocks = found.f_bfree = found.f_bavail = MNT_OVERLAY_LIMIT / PAGE;
	{
		MNT_LOCK(mnt);
		found.f_files = mnt->nodes.used;
	}
	found.f_ffree = found.f_favail = 1 << 20;
	(void)fuse_reply_statfs(req, &found);
}

/* Answers with a value as getxattr(2) and listxattr(2) want it: a size of 0 asks for the length. */
static void
reply_value(fuse_req_t req, const char *value, size_t len, size_t size)
{
	if (size == 0) {
		(void)fuse_reply_xattr(req, len);
	} else if (size < len) {
		(void)fuse_reply_err(req, ERANGE);
	} else {
		(void)fuse_reply_buf(req, value, len);
	}
}

static char *
error_of(struct mnt *mnt, fuse_ino_t ino)
{
	MNT_LOCK(mnt);
	const struct mnt_node *node = mnt_node_by_ino(&mnt->nodes, ino);

	return node ? sfs_strdup(node->error) : NULL;
}

void
mnt_op_getxattr(fuse_req_t req, fuse_ino_t ino, const char *name, size_t size)
{
	char *error sfs_auto(free) =
		strcmp(name, ERROR_ATTRIBUTE) == 0 ? error_of(mnt_of(req), ino) : NULL;

	if (error) {
		reply_value(req, error, strlen(error), size);
	} else if (sfs_starts_with(name, "security.")) {
		/* Said once, ls(1) does not ask again for every file. */
		(void)fuse_reply_err(req, EOPNOTSUPP);
	} else {
		(void)fuse_reply_err(req, ENODATA);
	}
}

void
mnt_op_listxattr(fuse_req_t req, fuse_ino_t ino, size_t size)
{
	char *error sfs_auto(free) = error_of(mnt_of(req), ino);

	reply_value(req, ERROR_ATTRIBUTE, error ? sizeof ERROR_ATTRIBUTE : 0, size);
}
