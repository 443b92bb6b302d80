/* SPDX-License-Identifier: MIT */
#ifndef SFS_FS_TEXT_H
#define SFS_FS_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"

/* The bytes of a file: never changed, shared by counting, so that a reply needs no lock. */
struct mnt_text {
	unsigned refs; /* atomic */
	size_t len;
	char bytes[]; /* NUL-terminated besides */
};

struct mnt_text *mnt_text_create(const char *bytes, size_t len);
struct mnt_text *mnt_text_ref(struct mnt_text *text); /* NULL gives NULL */
void mnt_text_unref(struct mnt_text *text);           /* accepts NULL */
SFS_DEFINE_AUTO(mnt_text, struct mnt_text, mnt_text_unref)

bool mnt_text_equal(const struct mnt_text *text, const char *bytes, size_t len);

#endif
