/* SPDX-License-Identifier: MIT */
#ifndef SFS_MIGRATE_TOUCHED_H
#define SFS_MIGRATE_TOUCHED_H

#include "base/arena.h"
#include "base/vec.h"
#include "sql/lexer.h"

/* An object that a migration makes, changes or drops, or whose rows it changes. */
struct sfs_touch {
	const char
		*what; /* "relation", "type", "function" ...: names of different ones do not meet */
	const char *name; /* "public.users": always with its namespace where it has one */
	bool rows;        /* its rows alone */
};
struct sfs_touches SFS_VEC_OF(struct sfs_touch);

/*
 * What the statements of a text touch, each once, by what stands in them. A trigger, a policy or an
 * index is taken for its table. What a DO block or a function does is not seen. Texts live in the
 * arena; the vector is the caller's.
 */
void sfs_touches_find(enum sfs_dialect dialect, const char *text, size_t len,
	struct sfs_arena *arena, struct sfs_touches *touches);

#endif
