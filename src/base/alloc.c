// SPDX-License-Identifier: MIT
/* The one place that asks the heap for memory, and the one that gives up when there is none. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static void *
must(void *memory)
{
	if (!memory) {
		/* Nothing can be formatted, logged or returned without memory. */
		abort();
	}
	return memory;
}

void *
sfs_alloc(size_t size)
{
	return must(calloc(1, size ? size : 1));
}

void *
sfs_realloc(void *old, size_t size)
{
	return must(realloc(old, size ? size : 1));
}

char *
sfs_strdup(const char *text)
{
	return text ? sfs_strndup(text, strlen(text)) : NULL;
}

char *
sfs_strndup(const char *text, size_t len)
{
	char *copy = must(malloc(len + 1));

	memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

char *
sfs_vasprintf(const char *format, va_list args)
{
	char *text = NULL;

	if (vasprintf(&text, format, args) < 0) {
		text = NULL;
	}
	return must(text);
}

char *
sfs_asprintf(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	char *text = sfs_vasprintf(format, args);
	va_end(args);
	return text;
}
