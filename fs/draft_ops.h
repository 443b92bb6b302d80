/* SPDX-License-Identifier: MIT */
#ifndef SFS_FS_DRAFT_OPS_H
#define SFS_FS_DRAFT_OPS_H

#include "fs/draft_tree.h"
#include "fs/ops.h"

/* The requests of the kernel that are about drafts. Each answers exactly once. */

/* An open file of a draft. */
struct mnt_draft_handle {
	struct mnt_opened opened;
	struct mnt_node *node; /* referred to */
	int fd;                /* of a file that the draft keeps; -1: none */
	struct mnt_text *text; /* counted; of one that it does not keep */
	bool writes, wrote;
};

static inline struct mnt_draft_handle *
mnt_draft_handle_of(const struct fuse_file_info *fi)
{
	return fi ? (struct mnt_draft_handle *)(uintptr_t)fi->fh : NULL;
}

/* draft_names.c; the number is that of stage/ or of an inode of a draft */
void mnt_draft_op_lookup(fuse_req_t req, fuse_ino_t parent, const char *name);
void mnt_draft_op_mkdir(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode);
void mnt_draft_op_unlink(fuse_req_t req, fuse_ino_t parent, const char *name);
void mnt_draft_op_rmdir(fuse_req_t req, fuse_ino_t parent, const char *name);
void mnt_draft_op_forget(struct mnt *mnt, fuse_ino_t ino, uint64_t nlookup);

/* The same; draft_rename.c */
void mnt_draft_op_rename(fuse_req_t req, fuse_ino_t parent, const char *name, fuse_ino_t new_parent,
	const char *new_name, unsigned flags);

/* The same; draft_dir.c */
void mnt_draft_op_opendir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);
void mnt_draft_op_readdir(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset,
	const struct fuse_file_info *fi, bool plus);
void mnt_draft_op_releasedir(fuse_req_t req, const struct fuse_file_info *fi);

/* draft_attr.c; the number is that of an inode of a draft */
void mnt_draft_op_getattr(fuse_req_t req, fuse_ino_t ino, const struct fuse_file_info *fi);
void mnt_draft_op_setattr(fuse_req_t req, fuse_ino_t ino, const struct stat *attr, int to_set,
	const struct fuse_file_info *fi);

/* The same; draft_io.c */
void mnt_draft_op_create(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode,
	struct fuse_file_info *fi);
void mnt_draft_op_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);
void mnt_draft_op_read(
	fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset, const struct fuse_file_info *fi);
void mnt_draft_op_write(fuse_req_t req, const char *bytes, size_t len, off_t offset,
	const struct fuse_file_info *fi);
void mnt_draft_op_fsync(fuse_req_t req, const struct fuse_file_info *fi);
void mnt_draft_op_release(fuse_req_t req, const struct fuse_file_info *fi);

/* The draft of a node, NULL when it hangs nowhere any more. Needs the lock of the drafts. */
struct mnt_draft *mnt_draft_of_node(const struct mnt_drafts *drafts, const struct mnt_node *node);

/* Gives an open file of a draft (NULL: of none any more) that size. Needs the lock of the drafts. */
int mnt_draft_resize(struct mnt_draft *draft, int fd, off_t size) SFS_MUST_CHECK;

/* Opens what a draft says of itself; needs the lock of the drafts. */
void mnt_draft_open_text(struct mnt_drafts *drafts, struct mnt_node *node, struct mnt_text *text,
	struct fuse_file_info *fi);

/* Drops a handle; takes the lock of the drafts. */
void mnt_draft_close(struct mnt_drafts *drafts, struct mnt_draft_handle *handle);

/* The node of a number, that of stage/ too; NULL: none. Needs the lock of the drafts. */
struct mnt_node *mnt_draft_node(const struct mnt_drafts *drafts, fuse_ino_t ino);

/*
 * The place of a name in a directory of a draft, and the directory's node; -EPERM in stage/ itself, where
 * drafts are. Needs the lock of the drafts.
 */
int mnt_draft_place_in(struct mnt_drafts *drafts, fuse_ino_t parent, const char *name,
	struct mnt_node **ret_parent, struct mnt_place *ret_place) SFS_MUST_CHECK;

/* The node for a name in a directory, of the type that was found. Needs the lock of the drafts. */
struct mnt_node *mnt_draft_node_in(struct mnt_drafts *drafts, struct mnt_node *parent,
	const char *name, const struct mnt_found *found);

/* The entry for an answer, which the kernel then holds. Needs the lock of the drafts. */
void mnt_draft_entry(
	struct mnt_node *node, const struct mnt_found *found, struct fuse_entry_param *ret_entry);

/* The kernel did not take what it was answered. Takes the lock of the drafts. */
void mnt_draft_untake(struct mnt_drafts *drafts, fuse_ino_t ino);

/* Takes a node that nobody needs out of the tree, and those above it. Needs the lock of the drafts. */
void mnt_draft_node_settle(struct mnt_drafts *drafts, struct mnt_node *node);

#endif
