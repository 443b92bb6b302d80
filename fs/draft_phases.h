/* SPDX-License-Identifier: MIT */
#ifndef SFS_FS_DRAFT_PHASES_H
#define SFS_FS_DRAFT_PHASES_H

#include "apply/edit.h"
#include "fs/draft_edits.h"

/*
 * Who renames and edits in one draft leaves texts behind that use the former names. They are planned
 * by these names, before anything is called otherwise; then objects get their new names, and last the
 * namespaces, which take along what is in them.
 */

/* Finds the phase of each wish, and says it by the names that hold then. */
void mnt_wishes_sort(struct mnt *mnt, struct mnt_wishes *wishes);

/*
 * The edits of a phase into `edits`, which has room for each wish; returns how many. They borrow from
 * the wishes. Those that are done, refused or follow are left out.
 */
size_t mnt_wishes_edits(
	const struct mnt_wishes *wishes, enum mnt_phase phase, struct sfs_edit *edits);

/* Whether an error's file is the one by which a wish is known in that phase. */
bool mnt_wish_is_known_as(const struct mnt_wish *wish, enum mnt_phase phase, const char *path);

#endif
