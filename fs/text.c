// SPDX-License-Identifier: MIT
/* Immutable, counted texts. */
#include <string.h>

#include "base/alloc.h"
#include "fs/text.h"

struct mnt_text *
mnt_text_create(const char *bytes, size_t len)
{
	struct mnt_text *text = sfs_alloc(sizeof *text + len + 1);

	text->refs = 1;
	text->len = len;
	if (len) {
		memcpy(text->bytes, bytes, len);
	}
	return text;
}

struct mnt_text *
mnt_text_ref(struct mnt_text *text)
{
	if (text) {
		__atomic_add_fetch(&text->refs, 1, __ATOMIC_RELAXED);
	}
	return text;
}

void
mnt_text_unref(struct mnt_text *text)
{
	if (text && __atomic_sub_fetch(&text->refs, 1, __ATOMIC_ACQ_REL) == 0) {
		free(text);
	}
}

bool
mnt_text_equal(const struct mnt_text *text, const char *bytes, size_t len)
{
	return text && text->len == len && memcmp(text->bytes, bytes, len) == 0;
}
