/* SPDX-License-Identifier: MIT */
#ifndef SFS_DIFF_HINTS_H
#define SFS_DIFF_HINTS_H

#include "base/arena.h"
#include "base/str.h"
#include "diff/diff.h"
#include "sql/lexer.h"

/*
 * Finds the renames that a person wrote into a text as comments, and adds them to `renames`:
 *
 *   -- renamed from: old          before a CREATE statement, or behind it on its line: the object
 *                                 that it makes, whatever it is; old may be of another schema
 *       email text NOT NULL,  -- renamed from: mail      in CREATE TABLE, TYPE or DOMAIN: the
 *                                 column, attribute or named constraint on whose line it ends
 *       'closed',  -- renamed from: 'gone'               in CREATE TYPE ... AS ENUM: the label
 *
 * `old` is a name as in SQL, quoted where it has to be. `namespace` is what unqualified names
 * belong to. A hint that stands nowhere of these is -EINVAL. `path` is borrowed by the renames, all
 * other texts live in `arena`.
 */
int sfs_hints_find(enum sfs_dialect dialect, const char *path, const char *text, size_t len,
	const char *namespace, struct sfs_arena *arena, struct sfs_renames *renames,
	struct sfs_error *err) SFS_MUST_CHECK;

/* What a comment says behind "renamed from:", up to its end; NULL: it is no hint. (hint_comment.c) */
const char *sfs_hint_in(const char *text, const struct sfs_token *comment);

/* Whether it is worth while to look for hints in a text. */
bool sfs_hints_may_be(const char *text, size_t len);

/* Appends a text without its hints, and without the lines that were nothing else. */
void sfs_hints_strip(enum sfs_dialect dialect, const char *text, struct sfs_str *out);

#endif
