// SPDX-License-Identifier: MIT
/* Modification times that survive the mount. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "fs/times.h"

/* A line: hash of the contents, seconds, nanoseconds, path; the path's odd bytes are %XX already. */
#define LINE       "%016" PRIx64 " %" PRId64 " %09ld %s\n"
#define LINE_SCAN  "%16" SCNx64 " %" SCNd64 " %9ld %n"
#define FILE_NAME  "times"
#define FILE_LIMIT ((size_t)256 << 20)

/* What the time of a directory is about: the names in it, in whatever order. */
static uint64_t
hash_names(const struct mnt_node *directory)
{
	uint64_t sum = 0;
	void *value;

	for (size_t i = 0; sfs_map_next(directory->children, &i, NULL, &value);) {
		sum += sfs_hash_string(SFS_HASH_INIT, ((const struct mnt_node *)value)->name);
	}
	return sum;
}

static bool
is_timed(const struct mnt_node *node)
{
	return node->role == MNT_DIRECTORY || node->role == MNT_CONTROL ||
	       (node->role == MNT_OBJECT && node->exists);
}

static uint64_t
hash_contents(const struct mnt_node *node)
{
	if (node->role == MNT_DIRECTORY) {
		return hash_names(node);
	}
	return node->text ? sfs_hash(SFS_HASH_INIT, node->text->bytes, node->text->len) : 0;
}

static void
write_times(const struct mnt_node *node, struct sfs_str *path, struct sfs_str *out)
{
	size_t len = path->len;
	void *value;

	if (is_timed(node)) {
		sfs_str_addf(out, LINE, hash_contents(node), (int64_t)node->mtime.tv_sec,
			node->mtime.tv_nsec, sfs_str_text(path));
	}
	for (size_t i = 0; node->children && sfs_map_next(node->children, &i, NULL, &value);) {
		const struct mnt_node *child = value;

		sfs_str_addf(path, "%s%s", len ? "/" : "", child->name);
		write_times(child, path, out);
		sfs_str_truncate(path, len);
	}
}

void
mnt_times_save(struct mnt *mnt)
{
	char *file sfs_auto(free) = sfs_file_join(mnt->state, FILE_NAME);
	struct sfs_str path sfs_auto(str) = SFS_STR_INIT, out sfs_auto(str) = SFS_STR_INIT;

	{
		MNT_LOCK(mnt);
		write_times(mnt->nodes.root, &path, &out);
	}
	uint64_t hash = sfs_hash(SFS_HASH_INIT, sfs_str_text(&out), out.len);
	if (hash != mnt->times_hash &&
		sfs_file_write_fast(file, sfs_str_text(&out), out.len, 0600, NULL) == 0) {
		mnt->times_hash = hash;
	}
}

/* One that is still to come was written by a clock that was wrong: it is not later than now. */
static struct timespec
no_later(struct timespec time, const struct timespec *now)
{
	bool later = time.tv_sec != now->tv_sec ? time.tv_sec > now->tv_sec
						: time.tv_nsec > now->tv_nsec;

	return later ? *now : time;
}

static void
read_line(struct mnt *mnt, const char *line, const struct timespec *now)
{
	struct timespec mtime = { 0 };
	uint64_t hash;
	int64_t seconds;
	int at = 0;

	if (sscanf(line, LINE_SCAN, &hash, &seconds, &mtime.tv_nsec, &at) < 3 || !at) {
		return;
	}
	struct mnt_node *node = mnt_node_find(&mnt->nodes, line + at);
	if (node && is_timed(node) && hash_contents(node) == hash) {
		mtime.tv_sec = seconds;
		node->mtime = no_later(mtime, now);
	}
}

void
mnt_times_load(struct mnt *mnt)
{
	char *file sfs_auto(free) = sfs_file_join(mnt->state, FILE_NAME);
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;
	struct timespec now;
	char *rest = NULL;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	if (sfs_file_read(file, FILE_LIMIT, &text, NULL) < 0 || !text.len) {
		return;
	}
	MNT_LOCK(mnt);
	for (char *line = strtok_r(text.text, "\n", &rest); line;
		line = strtok_r(NULL, "\n", &rest)) {
		read_line(mnt, line, &now);
	}
}
