/* SPDX-License-Identifier: MIT */
#ifndef SFS_DIFF_RENAMES_H
#define SFS_DIFF_RENAMES_H

#include "base/arena.h"
#include "diff/diff.h"

/*
 * Reads renames from a file of JSON, as plans ask for them in `questions`, and adds them:
 *
 *   {"renames": [{"kind": "column", "from": "public.users.mail", "to": "public.users.email"}]}
 *
 * `kind` is a word of the table of kinds, or "enum value". Names are as in SQL, from the outermost
 * in; where the namespace is missing it is `namespace`; a function may have its signature. Texts
 * live in `arena`, `path` is borrowed. -EINVAL tells line and column of what is no such thing.
 */
int sfs_renames_read(enum sfs_dialect dialect, const char *path, const char *namespace,
	struct sfs_arena *arena, struct sfs_renames *renames, struct sfs_error *err) SFS_MUST_CHECK;

/* "public.users.mail": what such a file calls an object, or (label not NULL) an enum's label. */
void sfs_renames_write_name(enum sfs_dialect dialect, const struct sfs_identity *id,
	const char *label, struct sfs_str *out);

/* ---- for diff.c ---- */

/*
 * Makes sure that every rename fits the catalogs, and completes it: functions without a signature
 * get that of the function meant, labels go into `from` and into the diff.
 */
int sfs_renames_settle(struct sfs_catalog *from, const struct sfs_catalog *to,
	struct sfs_renames *renames, struct sfs_diff *diff, struct sfs_error *err) SFS_MUST_CHECK;

/* -EINVAL with the place where the person said so, and why it can not be. */
int sfs_rename_unfit(const struct sfs_rename *rename, const char *why, struct sfs_error *err);

/* The rename, but for `except`, of which that is the former name, or (`to`) the new one; NULL: there is none. */
const struct sfs_rename *sfs_rename_find(const struct sfs_renames *renames,
	const struct sfs_rename *except, const struct sfs_identity *id, bool to);

/*
 * A column or check that a table shares with its parent, or has from its type, gets its new name with the
 * rename of that index: adds those renames, which follow it. (rename_children.c)
 */
void sfs_renames_add_children(const struct sfs_catalog *from, const struct sfs_catalog *to,
	struct sfs_renames *renames, size_t index);

/*
 * The same for all labels of the type whose label the rename of that index is the first to tell of;
 * they may be passed on, or exchanged. (relabels.c)
 */
int sfs_labels_settle(struct sfs_catalog *from, const struct sfs_catalog *to,
	struct sfs_renames *renames, size_t first, struct sfs_diff *diff,
	struct sfs_error *err) SFS_MUST_CHECK;

/* Where an object of `to` was: a part moves with its relation, everything with its namespace. */
struct sfs_identity sfs_former_place(
	const struct sfs_renames *renames, const struct sfs_identity *id);

/* Where texts of the diff's own live; made when it is first asked for. */
struct sfs_arena *sfs_diff_arena(struct sfs_diff *diff);

/* Fills the diff's questions. (questions.c) */
void sfs_diff_ask(struct sfs_diff *diff);

#endif
