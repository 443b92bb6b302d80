/* SPDX-License-Identifier: MIT */
#ifndef SFS_BASE_STR_H
#define SFS_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"

/* A growable string. `text` is NUL-terminated once anything was added, and owned by the string. */
struct sfs_str {
	char *text; /* NULL while nothing was added */
	size_t len;
	size_t capacity;
};

#define SFS_STR_INIT                                                                               \
	{                                                                                          \
		0                                                                                  \
	}

void sfs_str_finish(struct sfs_str *str);
SFS_DEFINE_AUTO_VALUE(str, struct sfs_str, sfs_str_finish)

void sfs_str_add(struct sfs_str *str, const char *text); /* NULL adds nothing */
void sfs_str_addn(struct sfs_str *str, const char *text, size_t len);
void sfs_str_addc(struct sfs_str *str, char c);
void sfs_str_addf(struct sfs_str *str, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void sfs_str_truncate(struct sfs_str *str, size_t len); /* no effect when already shorter */

/* Letters of ASCII in lower case, as the databases fold names, whatever the locale. */
static inline char
sfs_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 32) : c;
}
void sfs_str_lower(struct sfs_str *str, size_t from); /* what stands from there on */

/* Appends `separator` unless the string is empty: for lists. */
void sfs_str_separate(struct sfs_str *str, const char *separator);

/* The text, "" when nothing was added; borrowed until the next change. */
const char *sfs_str_text(const struct sfs_str *str);

/* The text as the caller's own, never NULL; the string is empty afterwards. */
char *sfs_str_steal(struct sfs_str *str);

bool sfs_starts_with(const char *text, const char *prefix);
bool sfs_ends_with(const char *text, const char *suffix);

/* Whether one of the lines, NULL has none, is `line`, of `len` bytes. */
bool sfs_has_line(const char *lines, const char *line, size_t len);

/* Equality where NULL equals only NULL. */
bool sfs_streq(const char *a, const char *b);

#endif
