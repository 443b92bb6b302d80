/* SPDX-License-Identifier: MIT */
#ifndef SFS_BASE_MAP_H
#define SFS_BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

/*
 * A hash map from strings to pointers, in insertion order when walked. Keys are borrowed and must
 * outlive their entry; values are borrowed too.
 */
struct sfs_map;

struct sfs_map *sfs_map_create(void);
void sfs_map_destroy(struct sfs_map *map); /* accepts NULL */
SFS_DEFINE_AUTO(map, struct sfs_map, sfs_map_destroy)

void *sfs_map_get(const struct sfs_map *map, const char *key); /* NULL when absent */
bool sfs_map_has(const struct sfs_map *map, const char *key);
void sfs_map_set(struct sfs_map *map, const char *key, void *value); /* adds or replaces */
void *sfs_map_remove(struct sfs_map *map, const char *key); /* the value, NULL when absent */
size_t sfs_map_len(const struct sfs_map *map);

/* `size_t i = 0; while (sfs_map_next(map, &i, &key, &value))`; key and value may be NULL. */
bool sfs_map_next(const struct sfs_map *map, size_t *cursor, const char **key, void **value);

/* FNV-1a, for tables with keys of their own; pass the former result to go on with more bytes. */
#define SFS_HASH_INIT UINT64_C(0xcbf29ce484222325)
uint64_t sfs_hash(uint64_t hash, const void *data, size_t len);
uint64_t sfs_hash_string(
	uint64_t hash, const char *text); /* hashes the NUL too; NULL differs from "" */

#endif
