// SPDX-License-Identifier: MIT
/* Reads a tree from disk. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "catalog/path.h"
#include "tree/tree.h"
#include "tree/walk.h"

#define SIZE_LIMIT ((size_t)16 * 1024 * 1024)

struct reader {
	struct sfs_tree_walker walker; /* first: what the walk hands back is this */
	struct sfs_tree tree;
	struct sfs_str text; /* of the file at hand */
};

static void
finish_reader(struct reader *reader)
{
	sfs_tree_finish(&reader->tree);
	sfs_str_finish(&reader->text);
}

static int
fail(struct sfs_error *err, int errnum, const char *path)
{
	return sfs_error_set(err, errnum, "cannot read %s: %s", path, strerror(errnum));
}

static int
read_text(int fd, struct sfs_str *out, const char *path, struct sfs_error *err)
{
	char chunk[16384];

	sfs_str_truncate(out, 0);
	for (;;) {
		ssize_t n = read(fd, chunk, sizeof chunk);

		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n < 0) {
			return fail(err, errno, path);
		}
		if (n == 0) {
			return 0;
		}
		if (out->len + (size_t)n > SIZE_LIMIT) {
			return sfs_error_set(
				err, EFBIG, "%s is larger than %zu bytes", path, SIZE_LIMIT);
		}
		sfs_str_addn(out, chunk, (size_t)n);
	}
}

/* Opens a plain file: neither a symlink out of the tree nor a pipe that never answers. */
static int
open_plain(int directory, const char *name, const char *path, struct sfs_error *err)
{
	int fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	if (fd < 0) {
		return errno == ELOOP ? sfs_error_set(err, EINVAL, "%s is a symbolic link", path)
				      : fail(err, errno, path);
	}
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		(void)close(fd);
		return sfs_error_set(err, EINVAL, "%s is not a regular file", path);
	}
	return fd;
}

static int
read_file(struct sfs_tree_walker *walker, int directory, const char *name, const char *path,
	struct sfs_error *err)
{
	struct reader *reader = (struct reader *)walker;
	struct sfs_arena *arena = reader->tree.arena;
	struct sfs_file file = { 0 };

	if (sfs_path_parse(path, arena, &file.id) < 0) {
		int rc = sfs_error_set(err, EINVAL, "%s is not the path of an object", path);

		sfs_error_hint(err, "a file stands at schema/<namespace>/<kind>/<name>.sql or "
				    "database/<kind>/<name>.sql");
		return rc;
	}
	int fd sfs_auto(fd) = open_plain(directory, name, path, err);
	if (fd < 0) {
		return fd;
	}
	int rc = read_text(fd, &reader->text, path, err);
	if (rc < 0) {
		return rc;
	}
	file.path = sfs_arena_strdup(arena, path);
	file.text = sfs_arena_strndup(arena, sfs_str_text(&reader->text), reader->text.len);
	file.len = reader->text.len;
	file.locked = file.id.kind == SFS_UNMODELED;
	sfs_vec_push(&reader->tree.files, file);
	return 0;
}

static int
by_path(const void *a, const void *b)
{
	return strcmp(((const struct sfs_file *)a)->path, ((const struct sfs_file *)b)->path);
}

int
sfs_tree_read(const char *directory, struct sfs_tree *ret_tree, struct sfs_error *err)
{
	static const char *const tops[] = { "schema", "database" };
	struct reader reader __attribute__((cleanup(finish_reader))) = { .walker.file = read_file,
		.tree.arena = sfs_arena_create() };
	int fd sfs_auto(fd) = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool found = false;

	if (fd < 0) {
		return fail(err, errno, directory);
	}
	for (size_t i = 0; i < sizeof tops / sizeof *tops; i++) {
		int rc = sfs_tree_walk(&reader.walker, fd, tops[i], tops[i], err);

		if (rc < 0 && rc != -ENOENT) {
			return rc;
		}
		found = found || rc == 0;
	}
	if (!found) {
		return sfs_error_set(
			err, ENOENT, "neither schema/ nor database/ is in %s", directory);
	}
	if (reader.tree.files.len) {
		qsort(reader.tree.files.items, reader.tree.files.len,
			sizeof *reader.tree.files.items, by_path);
	}
	*ret_tree = reader.tree;
	reader.tree = (struct sfs_tree){ 0 };
	return 0;
}
