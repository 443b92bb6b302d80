/* SPDX-License-Identifier: MIT */
#ifndef SFS_MIGRATE_REBASE_H
#define SFS_MIGRATE_REBASE_H

#include "migrate/generate.h"

/* A migration that goes to the end of its folder, under another number. */
struct sfs_move {
	char *from; /* owned; its tag */
	char *to;   /* owned; the new one */
	char *text; /* owned; of its file, which does not change */
	size_t len;
	bool breakpoints; /* what the journal says of it */
	json_t *snapshot; /* owned; the new one */
};

struct sfs_rebase {
	const struct sfs_generation *how; /* borrowed: db, shadow, prefix, dry_run */
	SFS_VEC(struct sfs_move) moves;   /* in their new order */
	bool needless;                    /* they stand at the end already, rightly numbered */
};

/*
 * Puts the migrations of those tags behind all others, numbered and stamped anew, with snapshots that
 * follow the others' (a snapshot of another that a merge has overwritten is made again). A tag whose
 * file is there and that the journal does not name is taken in. Before anything is written the folder
 * is run in its new order; the journal is written when the new files are there, the old ones go last.
 */
int sfs_rebase_run(struct sfs_history *history, const struct sfs_generation *how,
	const char *const *tags, size_t n_tags, struct sfs_rebase *ret_rebase,
	struct sfs_error *err) SFS_MUST_CHECK;
void sfs_rebase_finish(struct sfs_rebase *rebase);
SFS_DEFINE_AUTO_VALUE(rebase, struct sfs_rebase, sfs_rebase_finish)

#endif
