/* SPDX-License-Identifier: MIT */
#ifndef SFS_BASE_VEC_H
#define SFS_BASE_VEC_H

#include <stddef.h>
#include <stdlib.h>

#include "base/alloc.h"

/*
 * A growable array of any type: `SFS_VEC(int) numbers = { 0 };` or, to pass it around,
 * `struct numbers SFS_VEC_OF(int);`. Items are owned by whoever says so; the vector owns its array.
 */
#define SFS_VEC_OF(type)                                                                           \
	{                                                                                          \
		type *items;                                                                       \
		size_t len;                                                                        \
		size_t capacity;                                                                   \
	}
#define SFS_VEC(type) struct SFS_VEC_OF(type)

#define sfs_vec_push(vec, ...)                                                                     \
	do {                                                                                       \
		if ((vec)->len == (vec)->capacity) {                                               \
			(vec)->capacity = (vec)->capacity ? (vec)->capacity * 2 : 8;               \
			(vec)->items =                                                             \
				sfs_realloc((vec)->items, (vec)->capacity * sizeof *(vec)->items); \
		}                                                                                  \
		(vec)->items[(vec)->len++] = (__VA_ARGS__);                                        \
	} while (0)

/* An empty vector has no array, and C knows no sum with a NULL pointer. */
#define sfs_vec_end(vec) ((vec)->len ? (vec)->items + (vec)->len : (vec)->items)

/* Walks the vector with a pointer to each item: `sfs_vec_foreach (item, &vec) { ... }`. */
#define sfs_vec_foreach(item, vec)                                                                 \
	for (__typeof__((vec)->items + 0) item = (vec)->items, item##_end_ = sfs_vec_end(vec);     \
		item != item##_end_; item++)

#define sfs_vec_finish(vec)                                                                        \
	do {                                                                                       \
		free((vec)->items);                                                                \
		(vec)->items = NULL;                                                               \
		(vec)->len = (vec)->capacity = 0;                                                  \
	} while (0)

#endif
