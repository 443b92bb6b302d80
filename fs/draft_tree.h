/* SPDX-License-Identifier: MIT */
#ifndef SFS_FS_DRAFT_TREE_H
#define SFS_FS_DRAFT_TREE_H

#include "fs/draft.h"

/*
 * The files and directories of drafts: those that a draft keeps, over those that the live tree has. All
 * need the lock of the drafts, and return 0 or -errno.
 */

/* A path in a draft. */
struct mnt_place {
	struct mnt_draft *draft;
	char *path; /* owned; as in the live tree; "": the draft itself */
	char *file; /* owned; where its file is on the disk when the draft keeps one */
};

void mnt_place_finish(struct mnt_place *place);
SFS_DEFINE_AUTO_VALUE(place, struct mnt_place, mnt_place_finish)

/* Of a node, or of a name in it (NULL: the node itself); -ENOENT when it hangs nowhere any more. */
int mnt_place_of(const struct mnt_drafts *drafts, const struct mnt_node *node, const char *name,
	struct mnt_place *ret_place) SFS_MUST_CHECK;
/* Of a draft itself; -ENOENT when there is none of that name. */
int mnt_place_of_draft(const struct mnt_drafts *drafts, const char *name,
	struct mnt_place *ret_place) SFS_MUST_CHECK;
void mnt_place_below(
	const struct mnt_place *directory, const char *name, struct mnt_place *ret_place);

enum mnt_found_type {
	MNT_NOTHING,
	MNT_KEPT_FILE,
	MNT_KEPT_DIRECTORY, /* the live tree may have it, too: then both are shown */
	MNT_LIVE_FILE,
	MNT_LIVE_DIRECTORY,
	MNT_PLAN_FILE, /* plan.sql, plan.json, status: said by us */
};

struct mnt_found {
	enum mnt_found_type type;
	struct stat stat;      /* as it is shown, but for the number */
	struct mnt_text *text; /* counted; of a live file, and of what was said last; else NULL */
};

void mnt_found_finish(struct mnt_found *found);
SFS_DEFINE_AUTO_VALUE(found, struct mnt_found, mnt_found_finish)

static inline bool
mnt_found_directory(const struct mnt_found *found)
{
	return found->type == MNT_KEPT_DIRECTORY || found->type == MNT_LIVE_DIRECTORY;
}

void mnt_place_look(
	struct mnt_drafts *drafts, const struct mnt_place *place, struct mnt_found *ret_found);

/* Which of them stands at that path; MNT_SAID: none. */
enum mnt_said mnt_place_said(const struct mnt_place *place);

extern const char *const mnt_said_names[MNT_SAID];

/* The names to be seen in a directory, sorted. */
void mnt_place_list(struct mnt_drafts *drafts, const struct mnt_place *directory,
	struct mnt_live_names *ret_names);

/* Makes the draft keep a live file as it is; `base`: what its writer knows of it. */
int mnt_place_own(struct mnt_drafts *drafts, const struct mnt_place *place,
	struct mnt_text *base) SFS_MUST_CHECK;

/* Makes an empty file at a free place, open for reading and writing. */
int mnt_place_create(struct mnt_drafts *drafts, const struct mnt_place *place, mode_t mode,
	int *ret_fd) SFS_MUST_CHECK;
int mnt_place_mkdir(
	struct mnt_drafts *drafts, const struct mnt_place *place, mode_t mode) SFS_MUST_CHECK;
int mnt_place_unlink(struct mnt_drafts *drafts, const struct mnt_place *place) SFS_MUST_CHECK;
int mnt_place_rmdir(struct mnt_drafts *drafts, const struct mnt_place *place) SFS_MUST_CHECK;

/* `base`: what the one who replaces the target knows of it; NULL: what it says now. */
int mnt_place_rename(struct mnt_drafts *drafts, const struct mnt_place *from,
	const struct mnt_place *to, struct mnt_text *base) SFS_MUST_CHECK;

/* A file was written. */
int mnt_place_written(struct mnt_drafts *drafts, const struct mnt_place *place) SFS_MUST_CHECK;

/* Nobody writes it any more: nothing is kept that says what the live one says. */
int mnt_place_settle(struct mnt_drafts *drafts, const struct mnt_place *place) SFS_MUST_CHECK;

/* The text of a file that the draft keeps, counted; NULL when it can not be read. */
struct mnt_text *mnt_place_text(const struct mnt_place *place);

#endif
