/* SPDX-License-Identifier: MIT */
#ifndef SFS_FS_BUFFER_H
#define SFS_FS_BUFFER_H

#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "base/str.h"
#include "fs/text.h"

/* What one file may grow to while it is written, and all files that only live in memory together. */
#define MNT_FILE_LIMIT    ((size_t)16 << 20)
#define MNT_OVERLAY_LIMIT ((size_t)128 << 20)

/*
 * What is being written to a file: one for each inode, shared by all its handles. Every change makes
 * a new version; a verdict is about a version, so that a descriptor closed twice is judged once.
 */
struct mnt_buffer {
	struct sfs_str bytes;
	struct mnt_text *base;   /* owned; what the person started from, NULL: nothing */
	struct timespec changed; /* when the bytes last changed */
	uint64_t version;
	uint64_t judged;  /* the version that `verdict` is about; 0: none yet */
	uint64_t judging; /* the version that a job is working on; 0: none */
	int verdict;      /* 0 or -errno */
	int broken;       /* a write that failed: the whole can not be right any more */
	int killed;       /* the signal that ended a writer in the middle */
	char hash[65];    /* of the judged bytes */
	int64_t awaited;  /* milliseconds, monotonic: until then an emptied file may get a text */
};

/* A buffer that starts as `start` (NULL: empty) and remembers `base`; both are counted, not taken. */
struct mnt_buffer *mnt_buffer_create(const struct mnt_text *start, struct mnt_text *base);
void mnt_buffer_destroy(struct mnt_buffer *buffer); /* accepts NULL */

/* -EFBIG past the limit, and then `broken` is set. A gap is filled with NUL bytes. */
int mnt_buffer_write(
	struct mnt_buffer *buffer, const char *bytes, size_t len, off_t offset) SFS_MUST_CHECK;
int mnt_buffer_resize(struct mnt_buffer *buffer, off_t size) SFS_MUST_CHECK;

/* Whether it holds what nobody has judged yet. */
bool mnt_buffer_unjudged(const struct mnt_buffer *buffer);

#endif
