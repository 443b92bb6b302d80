// SPDX-License-Identifier: MIT
/* Makes a directory hold a tree, touching nothing that is right already. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "catalog/path.h"
#include "tree/tree.h"
#include "tree/walk.h"

struct writer {
	struct sfs_tree_walker walker;   /* first: what the walk hands back is this */
	struct sfs_tree *tree;           /* borrowed; changed only if it is an outline */
	struct sfs_tree_printer printer; /* of an outline's texts; without a driver: of none */
	int root;
	int directory;       /* the open one, -1 for none; the files come sorted, so it lasts */
	struct sfs_str open; /* its path */
	bool fresh;          /* there was no tree before: all that is there is ours */
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
	sfs_tree_printer_finish(&w->printer);
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
write_text(struct writer *w, const struct sfs_file *file, struct sfs_error *err)
{
	const char *slash = strrchr(file->path, '/');

	if (!slash) {
		return sfs_error_set(err, EINVAL, "%s is not a path of the tree", file->path);
	}
	if (open_directory(w, file->path, (size_t)(slash - file->path)) < 0) {
		return fail(err, "open the directory of", file->path);
	}
	if (!w->fresh && is_right(w, slash + 1, file)) {
		w->written.unchanged++;
		return 0;
	}
	if (put(w->directory, slash + 1, file) < 0) {
		return fail(err, "write", file->path);
	}
	w->written.written++;
	return 0;
}

static int
write_file(struct writer *w, struct sfs_file *file, struct sfs_error *err)
{
	struct sfs_file whole = *file;

	if (!w->printer.driver) {
		return write_text(w, file, err);
	}
	int r = sfs_tree_print(&w->printer, file, err);
	whole.text = w->printer.text.text;
	whole.len = file->len = w->printer.text.len;
	return r < 0 || !whole.len ? r : write_text(w, &whole, err);
}

static int
write_files(struct writer *w, size_t from, size_t to, struct sfs_error *err)
{
	for (size_t i = from; i < to; i++) {
		int rc = write_file(w, &w->tree->files.items[i], err);

		if (rc < 0) {
			return rc;
		}
	}
	return 0;
}

/* ---- several at once ---- */

/* A part of the files, written by a thread of its own. */
struct part {
	struct writer writer;
	size_t from, to;
	pthread_t thread;
	bool started;
	int rc;
	struct sfs_error err;
};

enum {
	MAX_PARTS = 4,
	WORTH_A_THREAD = 256, /* files */
};

static void *
run_part(void *data)
{
	struct part *part = data;

	part->rc = write_files(&part->writer, part->from, part->to, &part->err);
	return NULL;
}

static size_t
count_parts(const struct sfs_tree *tree)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	size_t n = tree->files.len / WORTH_A_THREAD;

	n = processors > 0 && (size_t)processors < n ? (size_t)processors : n;
	return n > MAX_PARTS ? MAX_PARTS : n ? n : 1;
}

/* Begins a part in a thread; where there is none to be had it is done at once. */
static void
start_part(struct part *part, const struct writer *w, size_t i, size_t n)
{
	const size_t len = w->tree->files.len;

	part->writer = (struct writer){
		.tree = w->tree,
		.printer = { .driver = w->printer.driver, .catalog = w->printer.catalog },
		.root = fcntl(w->root, F_DUPFD_CLOEXEC, 0),
		.directory = -1,
		.fresh = w->fresh,
	};
	part->from = len * i / n;
	part->to = len * (i + 1) / n;
	part->started = pthread_create(&part->thread, NULL, run_part, part) == 0;
	if (!part->started) {
		(void)run_part(part);
	}
}

/* Adds up what the part has done; the first error is the one that is told. */
static int
end_part(struct part *part, struct writer *w, int rc, struct sfs_error *err)
{
	if (part->started) {
		(void)pthread_join(part->thread, NULL);
	}
	w->written.written += part->writer.written.written;
	w->written.unchanged += part->writer.written.unchanged;
	finish_writer(&part->writer);
	if (rc == 0 && part->rc < 0) {
		sfs_error_move(err, &part->err);
	}
	sfs_error_finish(&part->err);
	return rc < 0 ? rc : part->rc;
}

static int
write_all(struct writer *w, struct sfs_error *err)
{
	struct part parts[MAX_PARTS] = { 0 };
	size_t n = count_parts(w->tree);

	for (size_t i = 1; i < n; i++) {
		start_part(&parts[i], w, i, n);
	}
	int rc = write_files(w, 0, w->tree->files.len / n, err);
	for (size_t i = 1; i < n; i++) {
		rc = end_part(&parts[i], w, rc, err);
	}
	return rc;
}

/* ---- what is gone ---- */

/* Removes a file that stands where the file of an object would, when there is no such object. */
static int
remove_stale(struct sfs_tree_walker *walker, int directory, const char *name, const char *path,
	struct sfs_error *err)
{
	struct writer *w = (struct writer *)walker;
	struct sfs_arena *arena sfs_auto(arena) = NULL;
	struct sfs_identity id;

	const struct sfs_file *file = sfs_tree_find(w->tree, path);
	if (file && (file->text || file->len)) {
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

static int
write_tree(struct sfs_tree *tree, const struct sfs_driver *driver,
	const struct sfs_catalog *catalog, const char *directory,
	struct sfs_tree_written *ret_written, struct sfs_error *err)
{
	static const char *const tops[] = { "schema", "database" };
	struct writer w __attribute__((cleanup(finish_writer))) = {
		.walker = { .file = remove_stale, .left = leave },
		.tree = tree,
		.printer = { .driver = driver, .catalog = catalog },
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
	w.fresh = faccessat(w.root, tops[0], F_OK, AT_SYMLINK_NOFOLLOW) < 0 &&
		  faccessat(w.root, tops[1], F_OK, AT_SYMLINK_NOFOLLOW) < 0;
	rc = write_all(&w, err);
	if (rc < 0) {
		return rc;
	}
	for (size_t i = 0; !w.fresh && i < sizeof tops / sizeof *tops; i++) {
		rc = sfs_tree_walk(&w.walker, w.root, tops[i], tops[i], err);
		if (rc < 0 && rc != -ENOENT) {
			return rc;
		}
	}
	/* That there is nothing is a schema as well, and not the same as no tree. */
	if (!w.written.written && !w.written.unchanged && mkdirat(w.root, "schema", 0777) < 0 &&
		errno != EEXIST) {
		return fail(err, "make schema/ in", directory);
	}
	if (ret_written) {
		*ret_written = w.written;
	}
	return 0;
}

int
sfs_tree_write(const struct sfs_tree *tree, const char *directory,
	struct sfs_tree_written *ret_written, struct sfs_error *err)
{
	struct sfs_tree whole = *tree;

	return write_tree(&whole, NULL, NULL, directory, ret_written, err);
}

int
sfs_tree_write_outline(const struct sfs_driver *driver, const struct sfs_catalog *catalog,
	struct sfs_tree *outline, const char *directory, struct sfs_tree_written *ret_written,
	struct sfs_error *err)
{
	return write_tree(outline, driver, catalog, directory, ret_written, err);
}
