// SPDX-License-Identifier: MIT
/* The list of our mounts, and the end of one. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <poll.h>
#include <spawn.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "base/file.h"
#include "fs/mount.h"
#include "fs/registry.h"

enum {
	POLL_MS = 20,
	END_MS = 60000, /* how long an unmount may take to finish what is being saved */
};

#define ENTRY_LIMIT ((size_t)64 * 1024)

extern char **environ;

static int
registry_folder(char **ret_path, struct sfs_error *err)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");

	if (runtime && *runtime == '/') {
		*ret_path = sfs_file_join(runtime, "schemafs");
		return 0;
	}
	char *state sfs_auto(free) = NULL;
	int r = sfs_file_state_home(&state, err);
	if (r == 0) {
		*ret_path = sfs_file_join(state, "mounts");
	}
	return r;
}

static int
entry_path(const char *mountpoint, char **ret_path, struct sfs_error *err)
{
	char *folder sfs_auto(free) = NULL;
	char hash[65];
	int r = registry_folder(&folder, err);

	if (r == 0) {
		sfs_sha256(mountpoint, strlen(mountpoint), hash);
		*ret_path = sfs_asprintf("%s/%.16s.json", folder, hash);
	}
	return r;
}

/* ---- entering and leaving ---- */

int
mnt_registry_enter(const char *mountpoint, const char *database, int *ret_fd, struct sfs_error *err)
{
	char *path sfs_auto(free) = NULL;
	int r = entry_path(mountpoint, &path, err);

	if (r < 0) {
		return r;
	}
	char *folder sfs_auto(free) = sfs_strndup(path, (size_t)(strrchr(path, '/') - path));
	r = sfs_file_mkdirs(folder, 0700, err);
	if (r < 0) {
		return r;
	}
	int fd sfs_auto(fd) = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0) {
		return sfs_error_set(err, errno, "cannot write %s: %s", path, strerror(errno));
	}
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		return sfs_error_set(err, EBUSY, "%s is mounted already", mountpoint);
	}
	json_t *entry = json_object();
	json_object_set_new(entry, "version", json_integer(1));
	json_object_set_new(entry, "mountpoint", json_string(mountpoint));
	json_object_set_new(entry, "database", json_string(database));
	json_object_set_new(entry, "pid", json_integer(getpid()));
	char *text sfs_auto(free) = json_dumps(entry, JSON_COMPACT);
	json_decref(entry);
	if (!text || ftruncate(fd, 0) < 0 || write(fd, text, strlen(text)) < 0) {
		return sfs_error_set(err, EIO, "cannot write %s", path);
	}
	*ret_fd = fd;
	fd = -1;
	return 0;
}

void
mnt_registry_leave(const char *mountpoint, int fd)
{
	char *path sfs_auto(free) = NULL;

	if (entry_path(mountpoint, &path, NULL) == 0) {
		(void)unlink(path);
	}
	(void)close(fd);
}

/* ---- listing ---- */

void
sfs_mount_list_finish(struct sfs_mount_list *list)
{
	sfs_vec_foreach (entry, list) {
		free(entry->mountpoint);
		free(entry->database);
	}
	sfs_vec_finish(list);
}

static bool
is_locked(const char *path)
{
	int fd sfs_auto(fd) = open(path, O_RDONLY | O_CLOEXEC);

	return fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) < 0;
}

static void
read_entry(const char *path, struct sfs_mount_list *list)
{
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;

	if (sfs_file_read(path, ENTRY_LIMIT, &text, NULL) < 0) {
		return;
	}
	json_t *entry = json_loads(sfs_str_text(&text), 0, NULL);
	const char *mountpoint = json_string_value(json_object_get(entry, "mountpoint"));
	const char *database = json_string_value(json_object_get(entry, "database"));
	if (mountpoint && database) {
		sfs_vec_push(list,
			(struct sfs_mount_entry){ .mountpoint = sfs_strdup(mountpoint),
				.database = sfs_strdup(database),
				.pid = (pid_t)json_integer_value(json_object_get(entry, "pid")),
				.alive = is_locked(path) });
	}
	json_decref(entry);
}

static int
by_mountpoint(const void *a, const void *b)
{
	return strcmp(((const struct sfs_mount_entry *)a)->mountpoint,
		((const struct sfs_mount_entry *)b)->mountpoint);
}

int
sfs_mount_list(struct sfs_mount_list *ret_list, struct sfs_error *err)
{
	char *folder sfs_auto(free) = NULL;
	int r = registry_folder(&folder, err);

	if (r < 0) {
		return r;
	}
	DIR *dir = opendir(folder);
	if (!dir) {
		return errno == ENOENT ? 0
				       : sfs_error_set(err, errno, "cannot read %s: %s", folder,
						 strerror(errno));
	}
	for (struct dirent *file = readdir(dir); file; file = readdir(dir)) {
		if (sfs_ends_with(file->d_name, ".json")) {
			char *path sfs_auto(free) = sfs_file_join(folder, file->d_name);
			read_entry(path, ret_list);
		}
	}
	(void)closedir(dir);
	if (ret_list->len) {
		qsort(ret_list->items, ret_list->len, sizeof *ret_list->items, by_mountpoint);
	}
	return 0;
}

/* ---- ending ---- */

int
sfs_mount_resolve(const char *directory, char **ret_path, struct sfs_error *err)
{
	char *whole = realpath(directory, NULL);

	if (whole) {
		*ret_path = whole;
		return 0;
	}
	if (errno != ENOTCONN) {
		return sfs_error_set(err, errno, "%s: %s", directory, strerror(errno));
	}
	/* The root of a dead mount answers nothing; the directory that it stands in does. */
	size_t len = strlen(directory);
	while (len > 1 && directory[len - 1] == '/') {
		len--;
	}
	char *trimmed sfs_auto(free) = sfs_strndup(directory, len);
	char *slash = strrchr(trimmed, '/');
	const char *name = slash ? slash + 1 : trimmed;
	char *above sfs_auto(free) =
		slash ? sfs_strndup(trimmed, slash == trimmed ? 1 : (size_t)(slash - trimmed))
		      : sfs_strdup(".");
	char *parent sfs_auto(free) = realpath(above, NULL);
	if (!parent) {
		return sfs_error_set(err, errno, "%s: %s", directory, strerror(errno));
	}
	*ret_path = sfs_file_join(strcmp(parent, "/") == 0 ? "" : parent, name);
	return 0;
}

/* A field of /proc/self/mountinfo has space, tab, newline and backslash as \ooo. */
static void
unescape(const char *field, size_t len, struct sfs_str *out)
{
	for (size_t i = 0; i < len; i++) {
		unsigned value = 0;

		if (field[i] == '\\' && i + 3 < len + 0 &&
			sscanf(field + i + 1, "%3o", &value) == 1) {
			sfs_str_addc(out, (char)value);
			i += 3;
		} else {
			sfs_str_addc(out, field[i]);
		}
	}
}

/* Whether the kernel has a mount of our type there. */
static bool
is_ours(const char *mountpoint)
{
	enum { FIELD_MOUNTPOINT = 4 };
	FILE *file sfs_auto(file) = fopen("/proc/self/mountinfo", "re");
	char *line sfs_auto(free) = NULL;
	size_t size = 0;
	bool ours = false;

	while (file && getline(&line, &size, file) > 0) {
		struct sfs_str path sfs_auto(str) = SFS_STR_INIT;
		const char *field = line, *type = strstr(line, " - ");

		for (int i = 0; i < FIELD_MOUNTPOINT && field; i++) {
			field = strchr(field, ' ');
			field += field != NULL;
		}
		if (!field || !type) {
			continue;
		}
		unescape(field, strcspn(field, " "), &path);
		if (strcmp(sfs_str_text(&path), mountpoint) == 0) {
			/* The last one is on top. */
			ours = sfs_starts_with(type, " - fuse.schemafs ");
		}
	}
	return ours;
}

static int
run_fusermount(const char *mountpoint, bool lazy)
{
	char *const argv[] = { (char[]){ "fusermount3" }, (char[]){ "-u" },
		lazy ? (char[]){ "-z" } : (char[]){ "-q" }, (char[]){ "--" },
		(char *)(uintptr_t)mountpoint, NULL };
	pid_t pid;
	int status = 0;

	int r = posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ);
	if (r != 0) {
		return -r;
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
		/* again */
	}
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EBUSY;
}

static int
unmount(const char *mountpoint, bool lazy)
{
	if (umount2(mountpoint, UMOUNT_NOFOLLOW | (lazy ? MNT_DETACH : 0)) == 0) {
		return 0;
	}
	return errno == EPERM ? run_fusermount(mountpoint, lazy) : -errno;
}

static int
remove_entry(const char *mountpoint, struct sfs_error *err)
{
	char *path sfs_auto(free) = NULL;
	int r = entry_path(mountpoint, &path, err);

	return r < 0 ? r : sfs_file_remove(path, err);
}

static bool
wait_for_daemon(const char *path)
{
	for (int waited = 0; is_locked(path); waited += POLL_MS) {
		if (waited >= END_MS) {
			return false;
		}
		(void)poll(NULL, 0, POLL_MS);
	}
	return true;
}

/* The kernel remembers what stat(2) says of a dead mount, but not statfs(2). */
static bool
is_dead(const char *mountpoint)
{
	struct statvfs found;

	return statvfs(mountpoint, &found) < 0 && errno == ENOTCONN;
}

int
sfs_mount_clean(const char *mountpoint, struct sfs_error *err)
{
	char *path sfs_auto(free) = NULL;
	int r = entry_path(mountpoint, &path, err);

	if (r < 0) {
		return r;
	}
	/* A daemon whose mount is gone already is about to end. */
	if (is_locked(path) && (is_ours(mountpoint) || !wait_for_daemon(path))) {
		return sfs_error_set(err, EBUSY, "%s is mounted already", mountpoint);
	}
	/* Several can lie on top of each other. */
	while (is_ours(mountpoint)) {
		if (!is_dead(mountpoint)) {
			return sfs_error_set(err, EBUSY, "%s is mounted already", mountpoint);
		}
		r = unmount(mountpoint, true);
		if (r < 0) {
			return sfs_error_set(err, -r, "cannot take away the dead mount at %s: %s",
				mountpoint, strerror(-r));
		}
	}
	return remove_entry(mountpoint, err);
}

int
sfs_mount_end(const char *mountpoint, struct sfs_error *err)
{
	char *path sfs_auto(free) = NULL;
	int r = entry_path(mountpoint, &path, err);

	if (r < 0) {
		return r;
	}
	if (!is_ours(mountpoint)) {
		return sfs_error_set(err, EINVAL, "%s is no mount of ours", mountpoint);
	}
	if (!is_locked(path) && is_dead(mountpoint)) {
		return sfs_mount_clean(mountpoint, err);
	}
	r = unmount(mountpoint, false);
	if (r < 0) {
		(void)sfs_error_set(err, -r, "cannot unmount %s: %s", mountpoint, strerror(-r));
		if (r == -EBUSY) {
			sfs_error_hint(err, "a program has a file open or works in there");
		}
		return r;
	}
	if (!wait_for_daemon(path)) {
		return sfs_error_set(
			err, ETIMEDOUT, "%s is unmounted, but its daemon still works", mountpoint);
	}
	return 0;
}
