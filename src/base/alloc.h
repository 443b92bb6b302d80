/* SPDX-License-Identifier: MIT */
#ifndef SFS_BASE_ALLOC_H
#define SFS_BASE_ALLOC_H

#include <stdarg.h>
#include <stddef.h>

/*
 * Memory from the heap. None of these returns NULL: a process that the kernel refuses a few bytes
 * is as good as killed, and every promise about kill -9 covers it (docs/decisions/0001-memory.md).
 * Whatever a user can make large is bounded where it enters, not here.
 */
void *sfs_alloc(size_t size); /* zeroed */
void *sfs_realloc(void *old, size_t size);
char *sfs_strdup(const char *text);              /* NULL gives NULL */
char *sfs_strndup(const char *text, size_t len); /* copies exactly len bytes, adds a NUL */
char *sfs_asprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *sfs_vasprintf(const char *format, va_list args) __attribute__((format(printf, 1, 0)));

#endif
