// SPDX-License-Identifier: MIT
/* Hash map: an ordered array of entries and an open-addressing index into it. */
#include <string.h>

#include "base/alloc.h"
#include "base/map.h"
#include "base/vec.h"

struct entry {
	const char *key; /* NULL when removed */
	void *value;
	uint64_t hash;
};

struct sfs_map {
	SFS_VEC(struct entry) entries;
	uint32_t *index; /* 1 + position in entries, 0 when free; size is a power of two */
	size_t index_size;
	size_t len;
};

uint64_t
sfs_hash(uint64_t hash, const void *data, size_t len)
{
	const unsigned char *byte = data;

	for (size_t i = 0; i < len; i++) {
		hash = (hash ^ byte[i]) * UINT64_C(0x100000001b3);
	}
	return hash;
}

uint64_t
sfs_hash_string(uint64_t hash, const char *text)
{
	return text ? sfs_hash(hash, text, strlen(text) + 1) : sfs_hash(hash, "\xff", 1);
}

struct sfs_map *
sfs_map_create(void)
{
	return sfs_alloc(sizeof(struct sfs_map));
}

void
sfs_map_destroy(struct sfs_map *map)
{
	if (map) {
		sfs_vec_finish(&map->entries);
		free(map->index);
		free(map);
	}
}

static size_t
slot_of(const struct sfs_map *map, const char *key, uint64_t hash)
{
	size_t slot = hash & (map->index_size - 1);

	while (map->index[slot]) {
		const struct entry *entry = &map->entries.items[map->index[slot] - 1];

		if (entry->key && entry->hash == hash && strcmp(entry->key, key) == 0) {
			break;
		}
		slot = (slot + 1) & (map->index_size - 1);
	}
	return slot;
}

static struct entry *
find(const struct sfs_map *map, const char *key)
{
	if (!map->index_size) {
		return NULL;
	}
	uint32_t at = map->index[slot_of(map, key, sfs_hash_string(SFS_HASH_INIT, key))];
	return at ? &map->entries.items[at - 1] : NULL;
}

void *
sfs_map_get(const struct sfs_map *map, const char *key)
{
	const struct entry *entry = find(map, key);

	return entry ? entry->value : NULL;
}

bool
sfs_map_has(const struct sfs_map *map, const char *key)
{
	return find(map, key) != NULL;
}

/* Drops removed entries and rebuilds the index, with room to spare so that this stays rare. */
static void
rebuild(struct sfs_map *map)
{
	size_t kept = 0;

	for (size_t i = 0; i < map->entries.len; i++) {
		if (map->entries.items[i].key) {
			map->entries.items[kept++] = map->entries.items[i];
		}
	}
	map->entries.len = kept;
	size_t size = 16;
	while (size < (kept + 1) * 3) {
		size *= 2;
	}
	free(map->index);
	map->index = sfs_alloc(size * sizeof *map->index);
	map->index_size = size;
	for (size_t i = 0; i < kept; i++) {
		const struct entry *entry = &map->entries.items[i];

		map->index[slot_of(map, entry->key, entry->hash)] = (uint32_t)i + 1;
	}
}

void
sfs_map_set(struct sfs_map *map, const char *key, void *value)
{
	struct entry *known = find(map, key);

	if (known) {
		known->value = value;
		return;
	}
	if ((map->entries.len + 1) * 2 > map->index_size) {
		rebuild(map);
	}
	uint64_t hash = sfs_hash_string(SFS_HASH_INIT, key);
	sfs_vec_push(&map->entries, (struct entry){ key, value, hash });
	map->index[slot_of(map, key, hash)] = (uint32_t)map->entries.len;
	map->len++;
}

void *
sfs_map_remove(struct sfs_map *map, const char *key)
{
	struct entry *entry = find(map, key);

	if (!entry) {
		return NULL;
	}
	/* The index keeps pointing here, so that probes for later keys go on past it. */
	entry->key = NULL;
	map->len--;
	return entry->value;
}

size_t
sfs_map_len(const struct sfs_map *map)
{
	return map->len;
}

bool
sfs_map_next(const struct sfs_map *map, size_t *cursor, const char **key, void **value)
{
	while (*cursor < map->entries.len) {
		const struct entry *entry = &map->entries.items[(*cursor)++];

		if (entry->key) {
			if (key) {
				*key = entry->key;
			}
			if (value) {
				*value = entry->value;
			}
			return true;
		}
	}
	return false;
}
