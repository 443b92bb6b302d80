/* SPDX-License-Identifier: MIT */
#ifndef SFS_BASE_NEAREST_H
#define SFS_BASE_NEAREST_H

#include <stddef.h>

/*
 * The name that a misspelt word may have meant: the one that the fewest changes of a letter, two
 * neighbours that swapped places among them, make of it. NULL when none is near. `size` is that of an
 * item of the table, which begins with its name; borrowed.
 */
const char *sfs_nearest(const char *word, const void *table, size_t n, size_t size);

#endif
