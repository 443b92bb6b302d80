/* SPDX-License-Identifier: MIT */
#ifndef SFS_DIFF_HINTS_H
#define SFS_DIFF_HINTS_H

#include "base/arena.h"
#include "diff/diff.h"
#include "sql/lexer.h"

/*
 * Finds the renames that a person wrote into a text as comments, and adds them to `renames`:
 *
 *   -- renamed from: old          before a CREATE statement: the object that it makes
 *       email text NOT NULL,  -- renamed from: mail      in a CREATE TABLE: the column, or the
 *                                 constraint that has a name, on whose line it ends
 *
 * `old` is a name as in SQL, quoted where it has to be. `namespace` is what unqualified names
 * belong to. A hint that stands nowhere of these is -EINVAL. `path` is borrowed by the renames, all
 * other texts live in `arena`.
 */
int sfs_hints_find(enum sfs_dialect dialect, const char *path, const char *text, size_t len,
	const char *namespace, struct sfs_arena *arena, struct sfs_renames *renames,
	struct sfs_error *err) SFS_MUST_CHECK;

#endif
