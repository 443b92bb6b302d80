/* SPDX-License-Identifier: MIT */
#ifndef SFS_FS_OPS_H
#define SFS_FS_OPS_H

#include "fs/opened.h"
#include "fs/job.h"
#include "fs/state.h"

/*
 * The requests of the kernel. Each handler answers its request exactly once, at once from memory or by
 * a job. An open file or directory is found in `fi->fh`.
 */

/* An open file. */
struct mnt_handle {
	struct mnt_opened opened;
	struct mnt_node *node; /* referred to */
	bool writes;           /* open for writing */
	bool synced;           /* with O_SYNC or O_DSYNC: the kernel asks for fsync at each write */
	bool wrote;            /* something was changed through it */
	pid_t threads[8]; /* who opened, wrote and closed: where a shared descriptor may still be */
	unsigned n_threads; /* counts on past the array, which is then reused from its start */
};

static inline struct mnt *
mnt_of(fuse_req_t req)
{
	return fuse_req_userdata(req);
}

/* What a request is about; NULL where the kernel opened by itself. */
static inline struct mnt_handle *
mnt_handle_of(const struct fuse_file_info *fi)
{
	return fi ? (struct mnt_handle *)(uintptr_t)fi->fh : NULL;
}

/* open.c: that a thread uses it; the end of it. Both need the lock. */
void mnt_handle_note(struct mnt_handle *handle, pid_t thread);
void mnt_handle_close(struct mnt *mnt, struct mnt_handle *handle);

/*
 * dir.c: what an open directory holds, as far as it was charged, becomes so many names; -ENFILE when
 * all of them together hold too many. Needs the lock.
 */
int mnt_listed_charge(struct mnt *mnt, size_t *charged, size_t names) SFS_MUST_CHECK;

/* attr.c: what stat(2) shows; needs the lock. */
void mnt_stat(const struct mnt *mnt, const struct mnt_node *node, struct stat *ret_stat);

/* The entry for an answer, which the kernel then holds: counts a lookup; needs the lock. */
void mnt_entry(const struct mnt *mnt, struct mnt_node *node, struct fuse_entry_param *ret_entry);

/* lookup.c: the node of a number in a request, and the child that people see; both need the lock. */
struct mnt_node *mnt_visible_child(const struct mnt_node *parent, const char *name);

/* Whether files and directories may be made, removed and renamed in here: 0, -EROFS, -EPERM, -ENAMETOOLONG. */
int mnt_may_change(const struct mnt *mnt, const struct mnt_node *directory, const char *name);

/* What a file of that name in that directory is before the database knows of it. */
enum mnt_role mnt_role_of(const struct mnt_node *directory, const char *name);

/* Starts writing a node; needs the lock. */
void mnt_begin_writing(struct mnt *mnt, struct mnt_node *node, pid_t thread, bool truncate);

/*
 * An object's file that was emptied and closed stays so for a while: the text may come through another
 * open. Then it says again what it said. False when it is no such file. Needs the lock.
 */
bool mnt_wait_for_text(struct mnt *mnt, struct mnt_node *node);

/* The text that the process of `thread` has read last, else the current one; borrowed; needs the lock. */
struct mnt_text *mnt_base_of(struct mnt_node *node, pid_t thread);

/*
 * Leaves a hidden node at `path`, where the object's file `node` was a moment ago, and sees to it that it
 * comes back, or is dropped, when its time is over; needs the lock.
 */
void mnt_hide(struct mnt *mnt, struct mnt_node *node, const char *path, bool drop);

/* io.c: whether memory for unsaved files is used up; needs the lock. */
bool mnt_overlay_full(const struct mnt *mnt);

void mnt_op_init(void *userdata, struct fuse_conn_info *conn);
void mnt_op_lookup(fuse_req_t req, fuse_ino_t parent, const char *name);
void mnt_op_forget(fuse_req_t req, fuse_ino_t ino, uint64_t nlookup);
void mnt_op_forget_multi(fuse_req_t req, size_t count, struct fuse_forget_data *forgets);

void mnt_op_getattr(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);
void mnt_op_setattr(
	fuse_req_t req, fuse_ino_t ino, struct stat *attr, int to_set, struct fuse_file_info *fi);
void mnt_op_statfs(fuse_req_t req, fuse_ino_t ino);
void mnt_op_getxattr(fuse_req_t req, fuse_ino_t ino, const char *name, size_t size);
void mnt_op_listxattr(fuse_req_t req, fuse_ino_t ino, size_t size);

void mnt_op_opendir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);
void mnt_op_readdir(
	fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset, struct fuse_file_info *fi);
void mnt_op_readdirplus(
	fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset, struct fuse_file_info *fi);
void mnt_op_releasedir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);

void mnt_op_create(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode,
	struct fuse_file_info *fi);
void mnt_op_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);
void mnt_op_read(
	fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset, struct fuse_file_info *fi);
void mnt_op_write(fuse_req_t req, fuse_ino_t ino, const char *bytes, size_t len, off_t offset,
	struct fuse_file_info *fi);
void mnt_op_flush(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);
void mnt_op_fsync(fuse_req_t req, fuse_ino_t ino, int datasync, struct fuse_file_info *fi);
void mnt_op_release(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);

void mnt_op_unlink(fuse_req_t req, fuse_ino_t parent, const char *name);
void mnt_op_mkdir(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode);
void mnt_op_rmdir(fuse_req_t req, fuse_ino_t parent, const char *name);
void mnt_op_rename(fuse_req_t req, fuse_ino_t parent, const char *name, fuse_ino_t new_parent,
	const char *new_name, unsigned flags);
void mnt_op_mknod(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode, dev_t device);
void mnt_op_symlink(fuse_req_t req, const char *target, fuse_ino_t parent, const char *name);
void mnt_op_link(fuse_req_t req, fuse_ino_t ino, fuse_ino_t new_parent, const char *new_name);

#endif
