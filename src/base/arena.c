// SPDX-License-Identifier: MIT
/* Arenas: blocks of memory cut from the front, freed together. */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/map.h"
#include "base/str.h"

#define BLOCK_SIZE ((size_t)64 * 1024)

struct block {
	struct block *next;
	size_t used, size;
	max_align_t data[];
};

struct sfs_arena {
	struct block *blocks;     /* owned; the first is the one in use */
	struct sfs_map *interned; /* owned; NULL until first used */
	size_t size;
};

struct sfs_arena *
sfs_arena_create(void)
{
	return sfs_alloc(sizeof(struct sfs_arena));
}

static void
free_blocks(struct block *block)
{
	while (block) {
		struct block *next = block->next;

		free(block);
		block = next;
	}
}

void
sfs_arena_destroy(struct sfs_arena *arena)
{
	if (!arena) {
		return;
	}
	free_blocks(arena->blocks);
	sfs_map_destroy(arena->interned);
	free(arena);
}

void
sfs_arena_clear(struct sfs_arena *arena)
{
	struct block *block = arena->blocks;

	sfs_map_destroy(arena->interned);
	arena->interned = NULL;
	if (!block) {
		return;
	}
	free_blocks(block->next);
	memset(block->data, 0, block->used);
	block->next = NULL;
	block->used = 0;
	arena->size = sizeof *block + block->size;
}

static struct block *
add_block(struct sfs_arena *arena, size_t size)
{
	struct block *block = sfs_alloc(sizeof *block + size);

	block->size = size;
	arena->size += sizeof *block + size;
	if (size > BLOCK_SIZE && arena->blocks) {
		/* A block for one large piece is full at once: keep filling the former one. */
		block->next = arena->blocks->next;
		arena->blocks->next = block;
	} else {
		block->next = arena->blocks;
		arena->blocks = block;
	}
	return block;
}

static char *
cut(struct sfs_arena *arena, size_t size, size_t align)
{
	struct block *block = arena->blocks;
	size_t start = block ? (block->used + align - 1) / align * align : 0;

	if (!block || start > block->size || size > block->size - start) {
		block = add_block(arena, size > BLOCK_SIZE ? size : BLOCK_SIZE);
		start = 0;
	}
	block->used = start + size;
	return (char *)block->data + start;
}

void *
sfs_arena_alloc(struct sfs_arena *arena, size_t size)
{
	return cut(arena, size, sizeof(void *) > 8 ? sizeof(max_align_t) : 8);
}

const char *
sfs_arena_strndup(struct sfs_arena *arena, const char *text, size_t len)
{
	char *copy = cut(arena, len + 1, 1);

	memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

const char *
sfs_arena_strdup(struct sfs_arena *arena, const char *text)
{
	return text ? sfs_arena_strndup(arena, text, strlen(text)) : NULL;
}

const char *
sfs_arena_lower(struct sfs_arena *arena, const char *text)
{
	size_t len = strlen(text);
	char *copy = sfs_arena_alloc(arena, len + 1);

	for (size_t i = 0; i < len; i++) {
		copy[i] = sfs_lower(text[i]);
	}
	return copy;
}

const char *
sfs_arena_printf(struct sfs_arena *arena, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	char *text sfs_auto(free) = sfs_vasprintf(format, args);
	va_end(args);
	return sfs_arena_strdup(arena, text);
}

const char *
sfs_arena_intern(struct sfs_arena *arena, const char *text)
{
	if (!text) {
		return NULL;
	}
	if (!arena->interned) {
		arena->interned = sfs_map_create();
	}
	const char *known = sfs_map_get(arena->interned, text);
	if (!known) {
		known = sfs_arena_strdup(arena, text);
		sfs_map_set(arena->interned, known, (void *)(uintptr_t)known);
	}
	return known;
}

size_t
sfs_arena_size(const struct sfs_arena *arena)
{
	return arena->size;
}
