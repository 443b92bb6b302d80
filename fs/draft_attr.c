// SPDX-License-Identifier: MIT
/* Attributes of files and directories of drafts. */
#include <errno.h>
#include <fcntl.h>

#include "fs/draft_ops.h"
#include "fs/draft_told.h"

/* What hangs nowhere any more is still seen by who has it open. */
static int
stat_open_file(const struct mnt_node *node, const struct mnt_draft_handle *handle,
	const struct sfs_mount_options *options, struct stat *ret_stat)
{
	if (!handle || handle->node != node || handle->fd < 0 || fstat(handle->fd, ret_stat) < 0) {
		return -ENOENT;
	}
	ret_stat->st_uid = options->uid;
	ret_stat->st_gid = options->gid;
	ret_stat->st_nlink = 0;
	return 0;
}

static const struct mnt_draft_handle *
any_handle(const struct mnt_drafts *drafts, const struct mnt_node *node)
{
	sfs_vec_foreach (handle, &drafts->open) {
		if ((*handle)->node == node) {
			return *handle;
		}
	}
	return NULL;
}

/* What an answer tells of a node. */
struct told {
	struct stat stat;
	double timeout;
};

/* Needs the lock. */
static int
get_stat(struct mnt_drafts *drafts, struct mnt_node *node, struct told *ret_told)
{
	struct mnt_place place sfs_auto(place) = { 0 };
	struct mnt_found found sfs_auto(found) = { 0 };
	int r = mnt_place_of(drafts, node, NULL, &place);

	if (r == 0) {
		mnt_place_look(drafts, &place, &found);
		mnt_told_found(node, &found);
		*ret_told = (struct told){ found.stat, mnt_told_timeout(&found) };
		r = found.type == MNT_NOTHING ? -ENOENT : 0;
	} else {
		r = stat_open_file(
			node, any_handle(drafts, node), drafts->mnt->options, &ret_told->stat);
	}
	ret_told->stat.st_ino = node->ino;
	return r;
}

static void
reply_attr(fuse_req_t req, int r, const struct told *told)
{
	(void)(r < 0 ? fuse_reply_err(req, -r) : fuse_reply_attr(req, &told->stat, told->timeout));
}

void
mnt_draft_op_getattr(fuse_req_t req, fuse_ino_t ino, const struct fuse_file_info *fi)
{
	struct mnt_drafts *drafts = mnt_of(req)->drafts;
	struct told found = { 0 };
	int r = -ENOENT;

	{
		MNT_DRAFT_LOCK(drafts);
		struct mnt_node *node = mnt_node_by_ino(&drafts->nodes, ino);
		r = node ? get_stat(drafts, node, &found) : -ENOENT;
	}
	reply_attr(req, r, &found);
}

struct mnt_draft *
mnt_draft_of_node(const struct mnt_drafts *drafts, const struct mnt_node *node)
{
	struct mnt_place place sfs_auto(place) = { 0 };

	return mnt_place_of(drafts, node, NULL, &place) < 0 ? NULL : place.draft;
}

int
mnt_draft_resize(struct mnt_draft *draft, int fd, off_t size)
{
	struct stat kept;

	if (fstat(fd, &kept) < 0) {
		return -errno;
	}
	int r = draft ? mnt_draft_charge(draft, (int64_t)size - (int64_t)kept.st_size, 0) : 0;
	if (r == 0 && ftruncate(fd, size) < 0) {
		r = -errno;
	}
	if (draft) {
		mnt_draft_changed(draft);
	}
	return r;
}

/* truncate(2) of a file that nobody has open: what it says then is judged at once. */
static int
resize_closed(struct mnt_drafts *drafts, const struct mnt_node *node, off_t size, pid_t thread)
{
	struct mnt_place place sfs_auto(place) = { 0 };
	int r = mnt_place_of(drafts, node, NULL, &place);

	if (r == 0) {
		r = mnt_place_said(&place) != MNT_SAID
			    ? -EACCES
			    : mnt_place_own(drafts, &place,
				      mnt_told_base((struct mnt_node *)node, thread));
	}
	if (r < 0) {
		return r;
	}
	int fd sfs_auto(fd) = open(place.file, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	r = fd < 0 ? -errno : mnt_draft_resize(place.draft, fd, size);
	r = r < 0 ? r : mnt_place_written(drafts, &place);
	return r == 0 && !node->writers ? mnt_place_settle(drafts, &place) : r;
}

/* Modes and times of what the draft keeps are kept; those of what it shows are the live tree's. */
static int
set_others(
	struct mnt_drafts *drafts, const struct mnt_node *node, const struct stat *attr, int to_set)
{
	struct mnt_place place sfs_auto(place) = { 0 };
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_nsec = UTIME_OMIT } };

	if (mnt_place_of(drafts, node, NULL, &place) < 0 || access(place.file, F_OK) < 0) {
		return 0;
	}
	if (to_set & FUSE_SET_ATTR_MTIME_NOW) {
		times[1].tv_nsec = UTIME_NOW;
	} else if (to_set & FUSE_SET_ATTR_MTIME) {
		times[1] = attr->st_mtim;
	}
	mode_t ours = node->role == MNT_DIRECTORY ? S_IRWXU : S_IRUSR | S_IWUSR;
	if (to_set & FUSE_SET_ATTR_MODE && chmod(place.file, (attr->st_mode & 0777) | ours) < 0) {
		return -errno;
	}
	return utimensat(AT_FDCWD, place.file, times, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
}

static int
set_attributes(fuse_req_t req, struct mnt_drafts *drafts, fuse_ino_t ino, const struct stat *attr,
	int to_set, const struct mnt_draft_handle *handle, struct told *ret_told)
{
	int r = 0;

	MNT_DRAFT_LOCK(drafts);
	struct mnt_node *node = mnt_node_by_ino(&drafts->nodes, ino);
	if (!node || drafts->mnt->read_only) {
		return node ? -EROFS : -ENOENT;
	}
	if (to_set & FUSE_SET_ATTR_SIZE && node->role == MNT_DIRECTORY) {
		return -EISDIR;
	}
	if (to_set & FUSE_SET_ATTR_SIZE) {
		r = handle && handle->fd >= 0
			    ? mnt_draft_resize(
				      mnt_draft_of_node(drafts, node), handle->fd, attr->st_size)
			    : resize_closed(drafts, node, attr->st_size, fuse_req_ctx(req)->pid);
	}
	r = r < 0 ? r : set_others(drafts, node, attr, to_set);
	return r < 0 ? r : get_stat(drafts, node, ret_told);
}

void
mnt_draft_op_setattr(fuse_req_t req, fuse_ino_t ino, const struct stat *attr, int to_set,
	const struct fuse_file_info *fi)
{
	struct mnt_draft_handle *handle = mnt_draft_handle_of(fi);
	struct told now = { 0 };
	int r = set_attributes(req, mnt_of(req)->drafts, ino, attr, to_set, handle, &now);

	if (handle && to_set & FUSE_SET_ATTR_SIZE) {
		handle->wrote = true;
	}
	reply_attr(req, r, &now);
}
