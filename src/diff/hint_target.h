/* SPDX-License-Identifier: MIT */
#ifndef SFS_DIFF_HINT_TARGET_H
#define SFS_DIFF_HINT_TARGET_H

#include "diff/diff.h"
#include "sql/lexer.h"

/* What a statement makes, as far as a hint can be about it. */
struct sfs_hint_target {
	struct sfs_identity id;   /* texts in the arena; kind SFS_KIND_COUNT: nothing of the sort */
	enum sfs_kind part;       /* of what its parentheses hold; SFS_KIND_COUNT: nothing */
	enum sfs_kind named_part; /* of what CONSTRAINT begins in it; SFS_KIND_COUNT: nothing */
	bool labels;              /* they hold an enum's labels */
};

/*
 * Reads the head of the statement that the lexer stands before: CREATE of anything that can have
 * another name, or ALTER TABLE ... ADD CONSTRAINT. Leaves the lexer behind the name.
 */
void sfs_hint_target_read(struct sfs_lexer *lexer, const char *default_namespace,
	struct sfs_arena *arena, struct sfs_hint_target *ret_target);

/* The name that a word or quoted word stands for. */
const char *sfs_hint_name(
	const struct sfs_lexer *lexer, const struct sfs_token *token, struct sfs_arena *arena);

#endif
