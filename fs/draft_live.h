/* SPDX-License-Identifier: MIT */
#ifndef SFS_FS_DRAFT_LIVE_H
#define SFS_FS_DRAFT_LIVE_H

#include "apply/fingerprint.h"
#include "fs/state.h"

/*
 * What the live tree has, for drafts to show through: the objects that the database has and the
 * directories that they are in, nothing else. All take the mount's lock.
 */
struct mnt_live {
	struct mnt_text *text; /* counted; of a file; NULL: a directory */
	bool locked;
	struct timespec mtime;
};

void mnt_live_finish(struct mnt_live *live);
SFS_DEFINE_AUTO_VALUE(live, struct mnt_live, mnt_live_finish)

/* Whether a node hangs where drafts look. Needs the mount's lock. */
bool mnt_live_is_shown(const struct mnt_node *node);

/* False when there is nothing at that path. */
bool mnt_live_find(struct mnt *mnt, const char *path, struct mnt_live *ret_live);
bool mnt_live_is_file(struct mnt *mnt, const char *path);
bool mnt_live_is_directory(struct mnt *mnt, const char *path);

/* The text of a file, counted; NULL when there is none. */
struct mnt_text *mnt_live_text(struct mnt *mnt, const char *path);

/* Which schema it is, as apply/fingerprint.h says it. */
void mnt_live_fingerprint(struct mnt *mnt, char ret_fingerprint[SFS_FINGERPRINT_SIZE]);

struct mnt_live_name {
	char *name; /* owned */
	bool directory;
};
struct mnt_live_names SFS_VEC_OF(struct mnt_live_name);

void mnt_live_names_finish(struct mnt_live_names *names);
SFS_DEFINE_AUTO_VALUE(live_names, struct mnt_live_names, mnt_live_names_finish)

/* What is in a directory; nothing when it is none. */
void mnt_live_list(struct mnt *mnt, const char *path, struct mnt_live_names *ret_names);

#endif
