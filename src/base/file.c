// SPDX-License-Identifier: MIT
/* Whole files: read, replaced atomically, removed. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"

#define MAX_DEPTH 128 /* of directories removed; each level holds a descriptor */

static int
fail(struct sfs_error *err, const char *what, const char *path)
{
	int errnum = errno;

	return sfs_error_set(err, errnum, "cannot %s %s: %s", what, path, strerror(errnum));
}

int
sfs_file_read(const char *path, size_t limit, struct sfs_str *out, struct sfs_error *err)
{
	int fd sfs_auto(fd) = open(path, O_RDONLY | O_CLOEXEC);
	char chunk[16384];
	size_t total = 0;

	if (fd < 0) {
		return fail(err, "open", path);
	}
	for (;;) {
		ssize_t n = read(fd, chunk, sizeof chunk);

		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n < 0) {
			return fail(err, "read", path);
		}
		if (n == 0) {
			return 0;
		}
		total += (size_t)n;
		if (total > limit) {
			return sfs_error_set(
				err, EFBIG, "%s is larger than %zu bytes", path, limit);
		}
		sfs_str_addn(out, chunk, (size_t)n);
	}
}

static int
write_all(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n < 0) {
			return -1;
		}
		text += n;
		len -= (size_t)n;
	}
	return 0;
}

/* Makes a file that no other process uses; `ret_name` is its name, owned by the caller. */
static int
open_temporary(int directory, mode_t mode, char **ret_name)
{
	static atomic_uint counter;

	for (unsigned tries = 0; tries < 1000; tries++) {
		char *name = sfs_asprintf(
			".schemafs-%ld-%u.tmp", (long)getpid(), atomic_fetch_add(&counter, 1));
		int fd = openat(directory, name,
			O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);

		if (fd >= 0) {
			*ret_name = name;
			return fd;
		}
		free(name);
		if (errno != EEXIST) {
			return -1;
		}
	}
	return -1;
}

/* Closes `fd` and says what close() said: on some file systems a write fails only there. */
static int
finish_writing(int fd, bool written, bool sync)
{
	int rc = written && (!sync || fsync(fd) == 0) ? 0 : -1;
	int errnum = errno;

	if (close(fd) < 0 && rc == 0) {
		return -1;
	}
	errno = errnum;
	return rc;
}

int
sfs_file_write_at(
	int directory, const char *name, const char *text, size_t len, mode_t mode, bool sync)
{
	char *temporary sfs_auto(free) = NULL;
	int fd = open_temporary(directory, mode, &temporary);

	if (fd < 0) {
		return -1;
	}
	if (finish_writing(fd, write_all(fd, text, len) == 0, sync) < 0 ||
		renameat(directory, temporary, directory, name) < 0) {
		int errnum = errno;

		(void)unlinkat(directory, temporary, 0);
		errno = errnum;
		return -1;
	}
	return sync ? fsync(directory) : 0;
}

int
sfs_file_create_at(int directory, const char *name, const char *text, size_t len, mode_t mode)
{
	int fd =
		openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);

	if (fd < 0) {
		return -1;
	}
	if (finish_writing(fd, write_all(fd, text, len) == 0, false) < 0) {
		int errnum = errno;

		(void)unlinkat(directory, name, 0);
		errno = errnum;
		return -1;
	}
	return 0;
}

/* The directory that `path` stands in, owned by the caller; `ret_base` points into `path`. */
static char *
split(const char *path, const char **ret_base)
{
	const char *slash = strrchr(path, '/');

	*ret_base = slash ? slash + 1 : path;
	if (!slash) {
		return sfs_strdup(".");
	}
	return slash == path ? sfs_strdup("/") : sfs_strndup(path, (size_t)(slash - path));
}

static int
write_file(const char *path, const char *text, size_t len, mode_t mode, bool sync,
	struct sfs_error *err)
{
	const char *base;
	char *directory sfs_auto(free) = split(path, &base);
	int fd sfs_auto(fd) = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT) {
		int rc = sfs_file_mkdirs(directory, 0777, err);

		if (rc < 0) {
			return rc;
		}
		fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	if (fd < 0) {
		return fail(err, "open", directory);
	}
	return sfs_file_write_at(fd, base, text, len, mode, sync) < 0 ? fail(err, "write", path)
								      : 0;
}

int
sfs_file_write(const char *path, const char *text, size_t len, mode_t mode, struct sfs_error *err)
{
	return write_file(path, text, len, mode, true, err);
}

int
sfs_file_write_fast(
	const char *path, const char *text, size_t len, mode_t mode, struct sfs_error *err)
{
	return write_file(path, text, len, mode, false, err);
}

int
sfs_file_mkdirs(const char *path, mode_t mode, struct sfs_error *err)
{
	char *part sfs_auto(free) = sfs_strdup(path);

	for (char *at = part + 1; part[0]; at++) {
		bool last = *at == '\0';

		if (*at != '/' && !last) {
			continue;
		}
		*at = '\0';
		if (mkdir(part, mode) < 0 && errno != EEXIST) {
			return fail(err, "make directory", part);
		}
		if (last) {
			break;
		}
		*at = '/';
	}
	struct stat st;
	if (stat(path, &st) < 0) {
		return fail(err, "open", path);
	}
	return S_ISDIR(st.st_mode) ? 0 : sfs_error_set(err, ENOTDIR, "%s is not a directory", path);
}

static void
close_directory(DIR **directory)
{
	if (*directory) {
		(void)closedir(*directory);
	}
}

static int remove_at(int parent, const char *name, unsigned depth);

static int
remove_contents(int parent, const char *name, unsigned depth)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0) {
		return -1;
	}
	DIR *directory __attribute__((cleanup(close_directory))) = fdopendir(fd);
	if (!directory) {
		(void)close(fd);
		return -1;
	}
	for (;;) {
		errno = 0;
		struct dirent *entry = readdir(directory);

		if (!entry) {
			return errno ? -1 : 0;
		}
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
			continue;
		}
		if (remove_at(fd, entry->d_name, depth + 1) < 0) {
			return -1;
		}
	}
}

static int
remove_at(int parent, const char *name, unsigned depth)
{
	if (unlinkat(parent, name, 0) == 0 || errno == ENOENT || errno == ENOTDIR) {
		/* Removed, or it was not there, and could not be. */
		return 0;
	}
	/* Linux says EISDIR for a directory, POSIX EPERM; what else was meant shows just below. */
	int said = errno;
	struct stat found;
	if (said == EROFS && fstatat(parent, name, &found, AT_SYMLINK_NOFOLLOW) < 0) {
		/* Linux says this first, of what is not there, too. */
		return errno == ENOENT ? 0 : -1;
	}
	if (said != EISDIR && said != EPERM) {
		errno = said;
		return -1;
	}
	if (depth > MAX_DEPTH) {
		errno = ELOOP;
		return -1;
	}
	if (remove_contents(parent, name, depth) < 0) {
		errno = errno == ENOTDIR ? said : errno;
		return -1;
	}
	return unlinkat(parent, name, AT_REMOVEDIR);
}

int
sfs_file_remove(const char *path, struct sfs_error *err)
{
	return remove_at(AT_FDCWD, path, 0) < 0 ? fail(err, "remove", path) : 0;
}

int
sfs_file_state_home(char **ret_path, struct sfs_error *err)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	const struct passwd *user = home ? NULL : getpwuid(getuid());

	/* Who starts mounts from fstab has no HOME. */
	home = user ? user->pw_dir : home;

	/* The specification says that a relative path there is to be ignored. */
	if (state && state[0] == '/') {
		*ret_path = sfs_file_join(state, "schemafs");
		return 0;
	}
	if (home && home[0] == '/') {
		*ret_path = sfs_file_join(home, ".local/state/schemafs");
		return 0;
	}
	return sfs_error_set(
		err, ENOENT, "neither XDG_STATE_HOME nor HOME says where to keep state");
}

char *
sfs_file_join(const char *directory, const char *name)
{
	size_t len = strlen(directory);

	while (len > 1 && directory[len - 1] == '/') {
		len--;
	}
	return sfs_asprintf(
		"%.*s%s%s", (int)len, directory, len && directory[len - 1] != '/' ? "/" : "", name);
}
