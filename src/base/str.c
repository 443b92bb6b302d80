// SPDX-License-Identifier: MIT
/* Growable strings. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"

void
sfs_str_finish(struct sfs_str *str)
{
	free(str->text);
	memset(str, 0, sizeof *str);
}

static void
reserve(struct sfs_str *str, size_t more)
{
	size_t need = str->len + more + 1;

	if (need <= str->capacity) {
		return;
	}
	size_t capacity = str->capacity ? str->capacity * 2 : 64;
	if (capacity < need) {
		capacity = need;
	}
	str->text = sfs_realloc(str->text, capacity);
	str->capacity = capacity;
}

void
sfs_str_addn(struct sfs_str *str, const char *text, size_t len)
{
	reserve(str, len);
	if (len) {
		memcpy(str->text + str->len, text, len);
	}
	str->len += len;
	str->text[str->len] = '\0';
}

void
sfs_str_add(struct sfs_str *str, const char *text)
{
	if (text) {
		sfs_str_addn(str, text, strlen(text));
	}
}

void
sfs_str_addc(struct sfs_str *str, char c)
{
	sfs_str_addn(str, &c, 1);
}

void
sfs_str_addf(struct sfs_str *str, const char *format, ...)
{
	va_list args, again;

	va_start(args, format);
	va_copy(again, args);
	int len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len > 0) {
		reserve(str, (size_t)len);
		(void)vsnprintf(str->text + str->len, (size_t)len + 1, format, again);
		str->len += (size_t)len;
	}
	va_end(again);
}

void
sfs_str_truncate(struct sfs_str *str, size_t len)
{
	if (len < str->len) {
		str->len = len;
		str->text[len] = '\0';
	}
}

void
sfs_str_lower(struct sfs_str *str, size_t from)
{
	for (size_t i = from; i < str->len; i++) {
		str->text[i] = sfs_lower(str->text[i]);
	}
}

void
sfs_str_separate(struct sfs_str *str, const char *separator)
{
	if (str->len) {
		sfs_str_add(str, separator);
	}
}

const char *
sfs_str_text(const struct sfs_str *str)
{
	return str->text ? str->text : "";
}

char *
sfs_str_steal(struct sfs_str *str)
{
	char *text = str->text ? str->text : sfs_strdup("");

	memset(str, 0, sizeof *str);
	return text;
}

bool
sfs_starts_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool
sfs_ends_with(const char *text, const char *suffix)
{
	size_t len = strlen(text), tail = strlen(suffix);

	return len >= tail && memcmp(text + len - tail, suffix, tail) == 0;
}

bool
sfs_has_line(const char *lines, const char *line, size_t len)
{
	while (lines && *lines) {
		size_t other = strcspn(lines, "\n");

		if (other == len && memcmp(lines, line, len) == 0) {
			return true;
		}
		lines += other + (lines[other] == '\n');
	}
	return false;
}

bool
sfs_streq(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}
