/* SPDX-License-Identifier: MIT */
#ifndef SFS_BASE_ARENA_H
#define SFS_BASE_ARENA_H

#include <stddef.h>

#include "base/cleanup.h"

/*
 * Memory that lives and dies together. What a catalog or a plan holds is allocated from its arena
 * and never freed alone.
 */
struct sfs_arena;

struct sfs_arena *sfs_arena_create(void);
void sfs_arena_destroy(struct sfs_arena *arena); /* accepts NULL */
SFS_DEFINE_AUTO(arena, struct sfs_arena, sfs_arena_destroy)

/* Forgets all that is in it, and keeps a block to begin anew with. */
void sfs_arena_clear(struct sfs_arena *arena);

void *sfs_arena_alloc(struct sfs_arena *arena, size_t size); /* zeroed, aligned for any type */
const char *sfs_arena_strdup(struct sfs_arena *arena, const char *text); /* NULL gives NULL */
const char *sfs_arena_strndup(struct sfs_arena *arena, const char *text, size_t len);
const char *sfs_arena_lower(struct sfs_arena *arena, const char *text); /* as sfs_lower() does */
const char *sfs_arena_printf(struct sfs_arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* One copy for equal texts: for what repeats, such as type names. NULL gives NULL. */
const char *sfs_arena_intern(struct sfs_arena *arena, const char *text);

/* Bytes taken from the heap so far. */
size_t sfs_arena_size(const struct sfs_arena *arena);

#endif
