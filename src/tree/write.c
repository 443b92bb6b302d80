// SPDX-License-Identifier: MIT
/* Makes a directory hold a tree, touching nothing that is right already. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "catalog/path.h"
#include "tree/tree.h"
#include "tree/walk.h"

struct writer {
	struct sfs_tree_walker walker; /* first: what the walk hands back is this */
	const struct sfs_tree *tree;
	int root;
	int directory;       /* the open one, -1 for none; the files come sorted, so it lasts */
	struct sfs_str open; /* its path */
	struct sfs_tree_written written;
};

static void
finish_writer(struct writer *w)
{
	if (w->directory >= 0) {
		(void)close(w->directory);
	}
	if (w->root >= 0) {
		(void)close(w->root);
	}
	sfs_str_finish(&w->open);
}

static int
fail(struct sfs_error *err, const char *what, const char *path)
{
	int errnum = errno;

	return sfs_error_set(err, errnum, "cannot %s %s: %s", what, path, strerror(errnum));
}

/* Opens a directory inside `parent`, made if it is missing; a symlink is not gone through. */
static int
enter(int parent, const char *name)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(parent, name, flags);

	if (fd < 0 && errno == ENOENT) {
		if (mkdirat(parent, name, 0777) < 0 && errno != EEXIST) {
			return -1;
		}
		fd = openat(parent, name, flags);
	}
	return fd;
}

/* Makes w->directory the one with this path, component by component. */
static int
open_directory(struct writer *w, const char *path, size_t len)
{
	if (w->directory >= 0 && w->open.len == len && memcmp(w->open.text, path, len) == 0) {
		return 0;
	}
	if (w->directory >= 0) {
		(void)close(w->directory);
	}
	w->directory = fcntl(w->root, F_DUPFD_CLOEXEC, 0);
	sfs_str_truncate(&w->open, 0);
	sfs_str_addn(&w->open, path, len);
	for (char *name = w->open.text; name && w->directory >= 0;) {
		char *slash = strchr(name, '/');

		if (slash) {
			*slash = '\0';
		}
		int next = enter(w->directory, name);
		int errnum = errno;
		(void)close(w->directory);
		errno = errnum;
		w->directory = next;
		if (slash) {
			*slash = '/';
		}
		name = slash ? slash + 1 : NULL;
	}
	return w->directory < 0 ? -1 : 0;
}

/* Whether the file holds just these bytes. What can not be read is not right. */
static bool
is_right(struct writer *w, const char *name, const struct sfs_file *file)
{
	struct stat st;
	int fd sfs_auto(fd) =
		openat(w->directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
		st.st_size != (off_t)file->len) {
		return false;
	}
	for (size_t at = 0; at < file->len;) {
		char chunk[16384];
		ssize_t n = read(fd, chunk, sizeof chunk);

		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n <= 0 || (size_t)n > file->len - at ||
			memcmp(chunk, file->text + at, (size_t)n) != 0) {
			return false;
		}
		at += (size_t)n;
	}
	return true;
}

/* A file that is not there yet needs no temporary one: no older text can be lost. */
static int
put(int directory, const char *name, const struct sfs_file *file)
{
	/* What can not be changed through us should not look as if it could. */
	mode_t mode = file->id.kind == SFS_UNMODELED ? 0444 : 0666;

	if (sfs_file_create_at(directory, name, file->text, file->len, mode) == 0) {
		return 0;
	}
	return errno == EEXIST
		       ? sfs_file_write_at(directory, name, file->text, file->len, mode, false)
		       : -1;
}

static int
write_file(struct writer *w, const struct sfs_file *file, struct sfs_error *err)
{
	const char *slash = strrchr(file->path, '/');

	if (!slash) {
		return sfs_error_set(err, EINVAL, "%s is not a path of the tree", file->path);
	}
	if (open_directory(w, file->path, (size_t)(slash - file->path)) < 0) {
		return fail(err, "open the directory of", file->path);
	}
	if (is_right(w, slash + 1, file)) {
		w->written.unchanged++;
		return 0;
	}
	if (put(w->directory, slash + 1, file) < 0) {
		return fail(err, "write", file->path);
	}
	w->written.written++;
	return 0;
}

/* Removes a file that stands where the file of an object would, when there is no such object. */
static int
remove_stale(struct sfs_tree_walker *walker, int directory, const char *name, const char *path,
	struct sfs_error *err)
{
	struct writer *w = (struct writer *)walker;
	struct sfs_arena *arena sfs_auto(arena) = NULL;
	struct sfs_identity id;

	if (sfs_tree_find(w->tree, path)) {
		return 0;
	}
	arena = sfs_arena_create();
	if (sfs_path_parse(path, arena, &id) < 0) {
		return 0;
	}
	if (unlinkat(directory, name, 0) < 0 && errno != ENOENT) {
		return fail(err, "remove", path);
	}
	w->written.removed++;
	return 1;
}

/* A directory that lost its last file goes too; one that was empty before is never asked about. */
static bool
leave(struct sfs_tree_walker *walker, int parent, const char *name)
{
	return unlinkat(parent, name, AT_REMOVEDIR) == 0;
}

int
sfs_tree_write(const struct sfs_tree *tree, const char *directory,
	struct sfs_tree_written *ret_written, struct sfs_error *err)
{
	static const char *const tops[] = { "schema", "database" };
	struct writer w __attribute__((cleanup(finish_writer))) = {
		.walker = { .file = remove_stale, .left = leave },
		.tree = tree,
		.root = -1,
		.directory = -1,
	};
	int rc = sfs_file_mkdirs(directory, 0777, err);

	if (rc < 0) {
		return rc;
	}
	w.root = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (w.root < 0) {
		return fail(err, "open", directory);
	}
	sfs_vec_foreach (file, &tree->files) {
		rc = write_file(&w, file, err);
		if (rc < 0) {
			return rc;
		}
	}
	for (size_t i = 0; i < sizeof tops / sizeof *tops; i++) {
		rc = sfs_tree_walk(&w.walker, w.root, tops[i], tops[i], err);
		if (rc < 0 && rc != -ENOENT) {
			return rc;
		}
	}
	/* That there is nothing is a schema as well, and not the same as no tree. */
	if (!tree->files.len && mkdirat(w.root, "schema", 0777) < 0 && errno != EEXIST) {
		return fail(err, "make schema/ in", directory);
	}
	if (ret_written) {
		*ret_written = w.written;
	}
	return 0;
}
