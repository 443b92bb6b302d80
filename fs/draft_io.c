// SPDX-License-Identifier: MIT
/* Open files of drafts. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/alloc.h"
#include "fs/draft_claim.h"
#include "fs/draft_ops.h"
#include "fs/draft_plan.h"
#include "fs/draft_told.h"

/* ---- opening ---- */

static void
drop_handle(struct mnt *mnt, struct mnt_opened *opened)
{
	mnt_draft_close(mnt->drafts, (struct mnt_draft_handle *)opened);
}

/* Takes `fd` and `text`. Needs the lock. */
static struct mnt_draft_handle *
open_handle(struct mnt_drafts *drafts, struct mnt_node *node, int fd, struct mnt_text *text,
	struct fuse_file_info *fi)
{
	struct mnt_draft_handle *handle = sfs_alloc(sizeof *handle);

	{
		MNT_LOCK(drafts->mnt);
		drafts->mnt->handles++;
	}
	handle->node = node;
	handle->fd = fd;
	handle->text = text;
	handle->writes = (fi->flags & O_ACCMODE) != O_RDONLY || fi->flags & O_TRUNC;
	mnt_node_ref(node);
	node->writers += handle->writes;
	sfs_vec_push(&drafts->open, handle);
	mnt_opened_add(drafts->mnt, &handle->opened, drop_handle);
	fi->fh = (uint64_t)(uintptr_t)handle;
	fi->noflush = 1;
	return handle;
}

static void
close_handle(struct mnt_drafts *drafts, struct mnt_draft_handle *handle)
{
	struct mnt_node *node = handle->node;

	mnt_opened_remove(drafts->mnt, &handle->opened);
	{
		MNT_LOCK(drafts->mnt);
		drafts->mnt->handles--;
	}
	node->writers -= handle->writes;
	sfs_vec_foreach (open, &drafts->open) {
		if (*open == handle) {
			*open = drafts->open.items[--drafts->open.len];
			break;
		}
	}
	if (handle->fd >= 0) {
		(void)close(handle->fd);
	}
	mnt_text_unref(handle->text);
	free(handle);
	node->refs--;
	if (node->parent) {
		mnt_draft_node_settle(drafts, node);
	} else {
		node->refs++;
		mnt_node_unref(&drafts->nodes, node);
	}
}

void
mnt_draft_close(struct mnt_drafts *drafts, struct mnt_draft_handle *handle)
{
	MNT_DRAFT_LOCK(drafts);
	close_handle(drafts, handle);
}

void
mnt_draft_open_text(struct mnt_drafts *drafts, struct mnt_node *node, struct mnt_text *text,
	struct fuse_file_info *fi)
{
	(void)open_handle(drafts, node, -1, mnt_text_ref(text), fi);
}

static int
open_kept(struct mnt_drafts *drafts, const struct mnt_place *place, struct mnt_node *node,
	bool writes, struct fuse_file_info *fi)
{
	int fd = open(place->file, (writes ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NOFOLLOW);
	int r = fd < 0 ? -errno : 0;

	if (r == 0 && fi->flags & O_TRUNC) {
		r = mnt_draft_resize(place->draft, fd, 0);
	}
	if (r < 0) {
		if (fd >= 0) {
			(void)close(fd);
		}
		return r;
	}
	open_handle(drafts, node, fd, NULL, fi)->wrote = fi->flags & O_TRUNC;
	fi->keep_cache = 1;
	return 0;
}

static bool
too_many_open(struct mnt *mnt)
{
	MNT_LOCK(mnt);
	return mnt->handles >= MNT_HANDLES_LIMIT;
}

/* Opens what was found; 1: it is one of the three that a job may have to make. */
static int
open_found(fuse_req_t req, struct mnt_drafts *drafts, struct mnt_node *node,
	const struct mnt_place *place, const struct mnt_found *found, struct fuse_file_info *fi)
{
	bool writes = (fi->flags & O_ACCMODE) != O_RDONLY || fi->flags & O_TRUNC;
	pid_t thread = fuse_req_ctx(req)->pid;
	int r;

	if (writes && drafts->mnt->read_only) {
		return -EROFS;
	}
	if (too_many_open(drafts->mnt)) {
		return -ENFILE;
	}
	switch (found->type) {
	case MNT_NOTHING:
		return -ENOENT;
	case MNT_KEPT_DIRECTORY:
	case MNT_LIVE_DIRECTORY:
		return -EISDIR;
	case MNT_PLAN_FILE:
		return writes ? -EACCES : 1;
	case MNT_LIVE_FILE:
		if (!writes) {
			mnt_node_note_reading(node, thread, node->text ? node->text : found->text);
			(void)open_handle(drafts, node, -1, mnt_text_ref(found->text), fi);
			fi->keep_cache = 1;
			return 0;
		}
		r = mnt_place_own(drafts, place, mnt_told_base(node, thread));
		if (r < 0) {
			return r;
		}
		break;
	case MNT_KEPT_FILE:
		break;
	}
	return open_kept(drafts, place, node, writes, fi);
}

/* As open_found(); `ret_place` says which. */
static int
open_file(fuse_req_t req, struct mnt_drafts *drafts, fuse_ino_t ino, struct mnt_place *ret_place,
	struct fuse_file_info *fi)
{
	struct mnt_found found sfs_auto(found) = { 0 };

	MNT_DRAFT_LOCK(drafts);
	struct mnt_node *node = mnt_node_by_ino(&drafts->nodes, ino);
	int r = node ? mnt_place_of(drafts, node, NULL, ret_place) : -ENOENT;
	if (r < 0) {
		return r;
	}
	mnt_place_look(drafts, ret_place, &found);
	return open_found(req, drafts, node, ret_place, &found, fi);
}

void
mnt_draft_op_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct mnt_place place sfs_auto(place) = { 0 };
	struct mnt_drafts *drafts = mnt_of(req)->drafts;
	int r = open_file(req, drafts, ino, &place, fi);

	if (r < 0) {
		(void)fuse_reply_err(req, -r);
	} else if (r > 0) {
		char *name sfs_auto(free) = NULL;
		{
			MNT_DRAFT_LOCK(drafts);
			const struct mnt_node *node = mnt_node_by_ino(&drafts->nodes, ino);
			name = node && node->parent ? sfs_strdup(node->parent->name) : NULL;
		}
		mnt_draft_open_said(req, ino, name ? name : "", place.path, fi);
	} else if (fuse_reply_open(req, fi) == -ENOENT) {
		mnt_draft_close(drafts, mnt_draft_handle_of(fi));
	}
}

/* The kernel looked a moment ago, and found nothing. */
static int
open_instead(fuse_req_t req, struct mnt_drafts *drafts, struct mnt_node *parent, const char *name,
	const struct mnt_place *place, const struct mnt_found *found, struct fuse_file_info *fi,
	struct fuse_entry_param *entry)
{
	struct mnt_node *node = mnt_draft_node_in(drafts, parent, name, found);
	int r = fi->flags & O_EXCL ? -EEXIST : open_found(req, drafts, node, place, found, fi);

	if (r == 0) {
		mnt_draft_entry(node, found, entry);
	} else {
		mnt_draft_node_settle(drafts, node);
	}
	return r;
}

static int
create(fuse_req_t req, struct mnt_drafts *drafts, fuse_ino_t parent_ino, const char *name,
	mode_t mode, struct fuse_file_info *fi, struct fuse_entry_param *entry)
{
	struct mnt_place place sfs_auto(place) = { 0 };
	struct mnt_found found sfs_auto(found) = { 0 };
	int fd = -1;

	MNT_DRAFT_LOCK(drafts);
	struct mnt_node *parent = mnt_draft_node(drafts, parent_ino);
	if (drafts->mnt->read_only) {
		return -EROFS;
	}
	if (!parent || parent == drafts->nodes.root) {
		return parent ? -EPERM : -ENOENT;
	}
	int r = mnt_place_of(drafts, parent, name, &place);
	if (r < 0) {
		return r;
	}
	mnt_place_look(drafts, &place, &found);
	if (found.type == MNT_KEPT_FILE || found.type == MNT_LIVE_FILE) {
		return open_instead(req, drafts, parent, name, &place, &found, fi, entry);
	}
	if (found.type != MNT_NOTHING) {
		return -EEXIST;
	}
	if (mnt_place_said(&place) != MNT_SAID) {
		return -EACCES;
	}
	r = too_many_open(drafts->mnt) ? -ENFILE : mnt_place_create(drafts, &place, mode, &fd);
	if (r < 0) {
		return r;
	}
	mnt_place_look(drafts, &place, &found);
	struct mnt_node *node = mnt_draft_node_in(drafts, parent, name, &found);
	mnt_draft_entry(node, &found, entry);
	open_handle(drafts, node, fd, NULL, fi)->wrote = true;
	return 0;
}

void
mnt_draft_op_create(
	fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode, struct fuse_file_info *fi)
{
	struct mnt_drafts *drafts = mnt_of(req)->drafts;
	struct fuse_entry_param entry;
	int r = create(req, drafts, parent, name, mode, fi, &entry);

	if (r < 0) {
		(void)fuse_reply_err(req, -r);
	} else if (fuse_reply_create(req, &entry, fi) == -ENOENT) {
		mnt_draft_close(drafts, mnt_draft_handle_of(fi));
		mnt_draft_untake(drafts, entry.ino);
	}
}

/* ---- reading and writing ---- */

/* Somebody else may have made it the draft's own since it was opened. */
static void
follow(struct mnt_drafts *drafts, struct mnt_draft_handle *handle)
{
	struct mnt_place place sfs_auto(place) = { 0 };

	if (handle->fd < 0 && mnt_place_of(drafts, handle->node, NULL, &place) == 0 &&
		mnt_place_said(&place) == MNT_SAID) {
		handle->fd = open(place.file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	}
}

void
mnt_draft_op_read(
	fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset, const struct fuse_file_info *fi)
{
	struct mnt_drafts *drafts = mnt_of(req)->drafts;
	struct mnt_draft_handle *handle = mnt_draft_handle_of(fi);
	struct mnt_text *text sfs_auto(mnt_text) = NULL;
	int fd;

	{
		MNT_DRAFT_LOCK(drafts);
		follow(drafts, handle);
		fd = handle->fd;
		/* As the kernel was told how long it is. */
		text = mnt_text_ref(handle->node->text ? handle->node->text : handle->text);
	}
	if (fd >= 0) {
		char *room sfs_auto(free) = sfs_alloc(size);
		ssize_t n = pread(fd, room, size, offset);

		(void)(n < 0 ? fuse_reply_err(req, errno) : fuse_reply_buf(req, room, (size_t)n));
		return;
	}
	size_t rest = (size_t)offset < text->len ? text->len - (size_t)offset : 0;
	(void)fuse_reply_buf(req, rest ? text->bytes + offset : NULL, rest < size ? rest : size);
}

static int
write_whole(int fd, const char *bytes, size_t len, off_t offset)
{
	while (len) {
		ssize_t n = pwrite(fd, bytes, len, offset);

		if (n <= 0) {
			return n < 0 ? -errno : -EIO;
		}
		bytes += n;
		len -= (size_t)n;
		offset += n;
	}
	return 0;
}

static int
write_file(struct mnt_drafts *drafts, struct mnt_draft_handle *handle, const char *bytes,
	size_t len, off_t offset, bool append)
{
	struct stat kept;

	MNT_DRAFT_LOCK(drafts);
	if (handle->fd < 0 || !handle->writes) {
		return -EBADF;
	}
	if (fstat(handle->fd, &kept) < 0) {
		return -errno;
	}
	offset = append ? kept.st_size : offset;
	off_t end = offset + (off_t)len;
	struct mnt_draft *draft = mnt_draft_of_node(drafts, handle->node);
	int r = draft && end > kept.st_size ? mnt_draft_charge(draft, end - kept.st_size, 0) : 0;
	handle->wrote = true;
	if (draft) {
		mnt_draft_changed(draft);
	}
	return r < 0 ? r : write_whole(handle->fd, bytes, len, offset);
}

void
mnt_draft_op_write(fuse_req_t req, const char *bytes, size_t len, off_t offset,
	const struct fuse_file_info *fi)
{
	bool append = fi->flags & O_APPEND && !fi->writepage;
	int r = write_file(
		mnt_of(req)->drafts, mnt_draft_handle_of(fi), bytes, len, offset, append);

	(void)(r < 0 ? fuse_reply_err(req, -r) : fuse_reply_write(req, len));
}

void
mnt_draft_op_fsync(fuse_req_t req, const struct fuse_file_info *fi)
{
	struct mnt_drafts *drafts = mnt_of(req)->drafts;
	const struct mnt_draft_handle *handle = mnt_draft_handle_of(fi);
	int r = handle->fd >= 0 && fsync(handle->fd) < 0 ? -errno : 0;

	if (r == 0) {
		MNT_DRAFT_LOCK(drafts);
		struct mnt_draft *draft = mnt_draft_of_node(drafts, handle->node);
		r = draft ? mnt_claims_sync(draft) : 0;
	}
	(void)fuse_reply_err(req, -r);
}

void
mnt_draft_op_release(fuse_req_t req, const struct fuse_file_info *fi)
{
	struct mnt_drafts *drafts = mnt_of(req)->drafts;
	struct mnt_draft_handle *handle = mnt_draft_handle_of(fi);

	{
		MNT_DRAFT_LOCK(drafts);
		struct mnt_place place sfs_auto(place) = { 0 };
		struct mnt_node *node = handle->node;

		int r = handle->writes ? mnt_place_of(drafts, node, NULL, &place) : -ENOENT;
		if (r == 0 && handle->wrote) {
			r = mnt_place_written(drafts, &place);
		}
		/* Should it fail, one copy more is kept than there has to be. */
		if (r == 0 && node->writers == 1) {
			(void)!mnt_place_settle(drafts, &place);
		}
		close_handle(drafts, handle);
	}
	(void)fuse_reply_err(req, 0);
}
