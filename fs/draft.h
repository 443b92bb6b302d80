/* SPDX-License-Identifier: MIT */
#ifndef SFS_FS_DRAFT_H
#define SFS_FS_DRAFT_H

#include "fs/draft_live.h"
#include "fs/state.h"

/*
 * Drafts: stage/NAME shows the live schema/ and database/, and over them what was changed there. What
 * was changed are real files on the disk, below "stage/NAME/files" in our state directory; which live
 * objects they stand for is told by claims. Nothing else of a draft is kept anywhere: a file that
 * nobody touched has no more than the inode that the kernel asked for.
 */

/* What one draft may hold, and how many there may be. */
#define MNT_DRAFT_BYTES ((uint64_t)256 << 20)
#define MNT_DRAFT_FILES ((size_t)200000)
#define MNT_DRAFTS      ((size_t)100)

/* Inodes of drafts are told from all others by their highest bit. */
#define MNT_DRAFT_MARK (UINT64_C(1) << 63)

/* That a draft does something with a live file or directory. */
struct mnt_claim {
	char *live;            /* owned; its path */
	char *now;             /* owned; where the draft has it; NULL: it is gone */
	char *was;             /* owned; while loading: the place before */
	struct mnt_text *base; /* counted; what it said when it was claimed; NULL: a directory */
	struct mnt_text *told; /* counted; what it said when a conflict was shown; NULL: none was */
};

/* plan.sql, plan.json and status. */
enum mnt_said {
	MNT_SAID_PLAN,
	MNT_SAID_JSON,
	MNT_SAID_STATUS,
	MNT_SAID, /* how many there are; and: none of them */
};

/* What a plan is about: an object, the file that asks for something, and what that said then. */
struct mnt_draft_part {
	char *path, *file;     /* owned; `file` NULL: the object is removed */
	struct mnt_text *text; /* counted; NULL: as the live one */
};

/* What was last found out about a draft. */
struct mnt_draft_view {
	struct mnt_text *said[MNT_SAID]; /* counted; NULL: nothing yet */
	uint64_t generation;             /* of the draft then */
	uint64_t live;                   /* nodes.changes of the mount then */
	int verdict;                     /* 0, or -errno: there is no plan */
	bool empty;                      /* there is nothing to do */
	struct timespec time;
	SFS_VEC(struct mnt_draft_part) taken; /* owned; what the plan is about */
};

struct mnt_draft {
	struct mnt_drafts *drafts;
	char *name;             /* owned */
	char *folder;           /* owned; on the disk */
	struct sfs_map *bylive; /* owned, with its values: claims by live path */
	struct sfs_map *bynow;  /* owned: claims by the place where the draft has it */
	uint64_t bytes;         /* of all files */
	size_t files;
	uint64_t generation;           /* counts the changes */
	int journal;                   /* open for appending; -1: not yet */
	off_t journal_limit;           /* what it may grow to before it is written anew */
	int64_t quiet_until[MNT_SAID]; /* those of plan.sql and its like were removed until then */
	struct mnt_draft_view view;
};

/* All drafts of a mount. The lock comes before the mount's own, never after it. */
struct mnt_drafts {
	struct mnt *mnt;
	pthread_mutex_t lock;
	char *folder;           /* owned; on the disk */
	int lock_fd;            /* held while the daemon lives: another one keeps off */
	struct sfs_map *byname; /* owned, with its values */
	uint64_t stage;         /* the inode of stage/, which is one of the live tree */
	struct mnt_nodes nodes; /* those of drafts that the kernel knows; the root is stage/ */
	uint64_t trash;         /* numbers what is on its way out */
	SFS_VEC(struct mnt_draft_handle *) open; /* files that somebody has open */
};

static inline void
mnt_auto_draft_unlock(struct mnt_drafts **drafts)
{
	pthread_mutex_unlock(&(*drafts)->lock);
}

/* Holds the lock of the drafts to the end of the scope. */
#define MNT_DRAFT_LOCK(which)                                                                      \
	__attribute__((cleanup(mnt_auto_draft_unlock), unused)) struct mnt_drafts *drafts_held_ =  \
		(pthread_mutex_lock(&(which)->lock), (which))

/* The drafts of a former mount are there again. Shows stage/. */
int mnt_drafts_create(struct mnt *mnt, struct sfs_error *err) SFS_MUST_CHECK;
void mnt_drafts_destroy(struct mnt_drafts *drafts); /* accepts NULL */

/* Whether an inode is one of a draft's; of a directory: or stage/ itself. */
static inline bool
mnt_is_draft(const struct mnt *mnt, fuse_ino_t ino)
{
	return ino & MNT_DRAFT_MARK;
}

static inline bool
mnt_is_stage(const struct mnt *mnt, fuse_ino_t ino)
{
	return mnt_is_draft(mnt, ino) || (mnt->drafts && ino == mnt->drafts->stage);
}

/* All below need the lock of the drafts and return 0 or -errno. */

int mnt_draft_create(struct mnt_drafts *drafts, const char *name) SFS_MUST_CHECK;
int mnt_draft_remove(struct mnt_drafts *drafts, struct mnt_draft *draft) SFS_MUST_CHECK;
int mnt_draft_rename(
	struct mnt_drafts *drafts, struct mnt_draft *draft, const char *name) SFS_MUST_CHECK;
struct mnt_draft *mnt_draft_find(const struct mnt_drafts *drafts, const char *name);

/* Whether a file may grow, or come, by so much; counts it if so. Negative: it shrank, or went. */
int mnt_draft_charge(struct mnt_draft *draft, int64_t bytes, int files) SFS_MUST_CHECK;
void mnt_draft_discharge(struct mnt_draft *draft, uint64_t bytes, size_t files);

/* A draft changed: what was found out about it is old. */
void mnt_draft_changed(struct mnt_draft *draft);

/* Forgets what the plan is about; what is shown stays. */
void mnt_draft_view_forget(struct mnt_draft_view *view);

/* How many live objects a draft has another way, and how many files it keeps. */
size_t mnt_draft_kept(const struct mnt_draft *draft);

#endif
