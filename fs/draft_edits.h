/* SPDX-License-Identifier: MIT */
#ifndef SFS_FS_DRAFT_EDITS_H
#define SFS_FS_DRAFT_EDITS_H

#include "fs/draft_tree.h"

/* When it is planned, as draft_phases.h says. */
enum mnt_phase {
	MNT_TEXTS,
	MNT_NAMES,
	MNT_SPACES,
	MNT_PHASES, /* how many there are */
};

/* What a draft asks for, object by object. */
struct mnt_wish {
	char *path;            /* owned; of the live object, or of the new one */
	char *renamed;         /* owned; the path that it shall have; NULL: the same */
	char *file;            /* owned; the draft's file that asks for it; NULL: it is removed */
	struct mnt_text *text; /* counted; what it shall say; NULL: as now, or nothing at all */
	struct mnt_text
		*written; /* counted; what the file says, where `text` has former names for it */
	struct mnt_text
		*base; /* counted; what it said when the draft took it; NULL: a new object */
	struct mnt_text *live; /* counted; what it says now; NULL: it is not there */
	enum mnt_phase phase;
	bool split;   /* its text has the former name, and is planned before the rename */
	bool implied; /* not in a file: the namespace of a directory that was made */
	bool follows; /* it comes true with the rename of its namespace */
	bool done;    /* the database has it so already */
	bool refused; /* there is something wrong with it, which was told */
};

struct mnt_wishes {
	SFS_VEC(struct mnt_wish) wishes;
	SFS_VEC(struct sfs_error) problems; /* owned */
};

void mnt_wishes_finish(struct mnt_wishes *wishes);
SFS_DEFINE_AUTO_VALUE(wishes, struct mnt_wishes, mnt_wishes_finish)

/* Whether it was made for another state of the live object than that of now. */
bool mnt_wish_is_late(const struct mnt_wish *wish);

/* Reads what the draft keeps. Needs the lock of the drafts. */
void mnt_wishes_collect(
	struct mnt_drafts *drafts, struct mnt_draft *draft, struct mnt_wishes *ret_wishes);

/* Adds a problem, whose error is moved. */
void mnt_wishes_problem(struct mnt_wishes *wishes, struct sfs_error *err);

/*
 * What a wish asked for is so: the draft keeps nothing of it any more, unless its file says something
 * else by now. Needs the lock of the drafts.
 */
int mnt_wish_fulfil(struct mnt_drafts *drafts, struct mnt_draft *draft, const char *path,
	const char *file, const struct mnt_text *said) SFS_MUST_CHECK;

#endif
