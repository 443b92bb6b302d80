// SPDX-License-Identifier: MIT
/* Goes through the files of a tree on disk. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/vec.h"
#include "tree/walk.h"

/* A tree is three directories deep. What lies deeper names no object, and is told of to here. */
#define MAX_DEPTH 8

struct entries SFS_VEC_OF(char *);

static void
finish_entries(struct entries *entries)
{
	sfs_vec_foreach (name, entries) {
		free(*name);
	}
	sfs_vec_finish(entries);
}

static void
close_directory(DIR **directory)
{
	if (*directory) {
		(void)closedir(*directory);
	}
}

static int
by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int
list(int fd, struct entries *entries)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	DIR *directory __attribute__((cleanup(close_directory))) =
		copy < 0 ? NULL : fdopendir(copy);

	if (!directory) {
		int errnum = errno;

		if (copy >= 0) {
			(void)close(copy);
		}
		return -errnum;
	}
	for (;;) {
		errno = 0;
		struct dirent *entry = readdir(directory);

		if (!entry) {
			break;
		}
		if (entry->d_name[0] == '.') {
			continue;
		}
		/* Of other files nothing is ever wanted: they cost no more than this look. */
		if (entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN ||
			sfs_ends_with(entry->d_name, ".sql")) {
			sfs_vec_push(entries, sfs_strdup(entry->d_name));
		}
	}
	if (errno) {
		return -errno;
	}
	if (entries->len) {
		qsort(entries->items, entries->len, sizeof *entries->items, by_bytes);
	}
	return 0;
}

static bool
is_directory(int parent, const char *name)
{
	struct stat st;

	return fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

static int
fail(struct sfs_error *err, int errnum, const char *path)
{
	return sfs_error_set(err, errnum, "cannot read %s: %s", path, strerror(errnum));
}

/* 0, -errno, or 1 when the directory was removed. */
static int walk(struct sfs_tree_walker *walker, int parent, const char *name, const char *path,
	unsigned depth, struct sfs_error *err);

static int
walk_entry(struct sfs_tree_walker *walker, int fd, const char *name, const char *parent,
	unsigned depth, struct sfs_error *err)
{
	char *path sfs_auto(free) = sfs_file_join(parent, name);

	if (is_directory(fd, name)) {
		return walk(walker, fd, name, path, depth + 1, err);
	}
	return sfs_ends_with(name, ".sql") ? walker->file(walker, fd, name, path, err) : 0;
}

static int
walk(struct sfs_tree_walker *walker, int parent, const char *name, const char *path, unsigned depth,
	struct sfs_error *err)
{
	struct entries entries __attribute__((cleanup(finish_entries))) = { 0 };
	int fd sfs_auto(fd) = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0) {
		return depth == 0 && errno == ENOENT ? -ENOENT : fail(err, errno, path);
	}
	if (depth > MAX_DEPTH) {
		return fail(err, ELOOP, path);
	}
	int rc = list(fd, &entries);
	if (rc < 0) {
		return fail(err, -rc, path);
	}
	bool lost = false;
	sfs_vec_foreach (entry, &entries) {
		rc = walk_entry(walker, fd, *entry, path, depth, err);
		if (rc < 0) {
			return rc;
		}
		lost = lost || rc > 0;
	}
	return lost && walker->left(walker, parent, name) ? 1 : 0;
}

int
sfs_tree_walk(struct sfs_tree_walker *walker, int parent, const char *name, const char *path,
	struct sfs_error *err)
{
	int rc = walk(walker, parent, name, path, 0, err);

	return rc < 0 ? rc : 0;
}
