// SPDX-License-Identifier: MIT
/* Questions to /proc about the caller of a request. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "fs/process.h"

/* Programs whose unlink is the end of it. What others unlink they may be about to write anew. */
static const char *const removers[] = { "find", "rm", "shred", "unlink" };

static void
auto_dir(DIR **dir)
{
	if (*dir) {
		(void)closedir(*dir);
	}
}

/* Reads a small file of /proc whole; false when it can not be read. */
static bool
read_proc(const char *path, char *buffer, size_t size)
{
	int fd sfs_auto(fd) = open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;

	if (fd < 0) {
		return false;
	}
	for (ssize_t n = 1; n > 0 && len<size - 1; len += n> 0 ? (size_t)n : 0) {
		n = read(fd, buffer + len, size - 1 - len);
	}
	buffer[len] = '\0';
	return len > 0;
}

static bool
read_of(pid_t thread, const char *name, char *buffer, size_t size)
{
	char *path sfs_auto(free) = sfs_asprintf("/proc/%d/%s", (int)thread, name);

	return thread > 0 && read_proc(path, buffer, size);
}

/* The value after `label` in a file of lines "label:\tvalue"; NULL when there is none. */
static const char *
field(const char *text, const char *label)
{
	size_t len = strlen(label);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, label, len) == 0) {
			return line + len;
		}
	}
	return NULL;
}

void
mnt_process_name(pid_t thread, char ret_name[16])
{
	char buffer[64];

	if (!read_of(thread, "comm", buffer, sizeof buffer)) {
		memcpy(ret_name, "?", 2);
		return;
	}
	buffer[strcspn(buffer, "\n")] = '\0';
	(void)snprintf(ret_name, 16, "%.15s", buffer);
}

bool
mnt_process_lives(pid_t thread)
{
	return thread > 0 && (kill(thread, 0) == 0 || errno == EPERM);
}

pid_t
mnt_process_of(pid_t thread)
{
	char buffer[1024];

	if (!read_of(thread, "status", buffer, sizeof buffer)) {
		return 0;
	}
	const char *value = field(buffer, "Tgid:");
	return value ? (pid_t)strtol(value, NULL, 10) : 0;
}

int
mnt_process_killed_by(pid_t thread)
{
	enum {
		FIELD_STATE =
			3, /* proc(5): fields are counted from 1; the name stands in parentheses */
		FIELD_FLAGS = 9,
		FIELD_EXIT_CODE = 52,
		PF_EXITING = 0x4, /* include/linux/sched.h, unchanged since 2.6 */
	};
	char buffer[1024];

	if (!read_of(thread, "stat", buffer, sizeof buffer)) {
		return 0;
	}
	char *rest = strrchr(buffer, ')');
	if (!rest) {
		return 0;
	}
	unsigned long flags = 0, code = 0;
	char *state = NULL;
	rest++;
	int at = FIELD_STATE;
	for (char *word = strtok_r(rest, " \n", &state); word;
		word = strtok_r(NULL, " \n", &state), at++) {
		if (at == FIELD_FLAGS) {
			flags = strtoul(word, NULL, 10);
		} else if (at == FIELD_EXIT_CODE) {
			code = strtoul(word, NULL, 10);
		}
	}
	/* The exit code is set before descriptors are closed; a signal's number is in its low bits. */
	return flags & PF_EXITING ? (int)(code & 0x7f) : 0;
}

static bool
is_writable_of(const char *path, uint64_t ino)
{
	char buffer[512];

	if (!read_proc(path, buffer, sizeof buffer)) {
		return false;
	}
	const char *number = field(buffer, "ino:"), *flags = field(buffer, "flags:");
	return number && flags && strtoull(number, NULL, 10) == ino &&
	       (strtoul(flags, NULL, 8) & O_ACCMODE) != O_RDONLY;
}

static bool
holds(pid_t thread, uint64_t ino)
{
	char *directory sfs_auto(free) = sfs_asprintf("/proc/%d/fdinfo", (int)thread);
	DIR *dir __attribute__((cleanup(auto_dir))) = thread > 0 ? opendir(directory) : NULL;

	if (!dir) {
		return false;
	}
	for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
		if (entry->d_name[0] == '.') {
			continue;
		}
		char *path sfs_auto(free) = sfs_asprintf("%s/%s", directory, entry->d_name);
		if (is_writable_of(path, ino)) {
			return true;
		}
	}
	return false;
}

/* As many as are asked: who has more children than that shares no file with all of them. */
struct family {
	pid_t members[256];
	unsigned n;
};

/* The children of one thread, which /proc lists with a space after each. */
static void
add_children(pid_t process, const char *thread, struct family *family)
{
	const unsigned room = sizeof family->members / sizeof family->members[0];
	char *path sfs_auto(free) = sfs_asprintf("/proc/%d/task/%s/children", (int)process, thread);
	char buffer[4096];
	char *end;

	if (!read_proc(path, buffer, sizeof buffer)) {
		return;
	}
	for (char *at = buffer; family->n < room; at = end) {
		long child = strtol(at, &end, 10);

		if (end == at || *end != ' ') {
			return;
		}
		family->members[family->n++] = (pid_t)child;
	}
}

static void
add_children_of_all(pid_t thread, struct family *family)
{
	pid_t process = mnt_process_of(thread);
	char *directory sfs_auto(free) = sfs_asprintf("/proc/%d/task", (int)process);
	DIR *dir __attribute__((cleanup(auto_dir))) = process ? opendir(directory) : NULL;

	for (struct dirent *entry = dir ? readdir(dir) : NULL; entry; entry = readdir(dir)) {
		if (entry->d_name[0] != '.') {
			add_children(process, entry->d_name, family);
		}
	}
}

bool
mnt_process_holds(pid_t thread, uint64_t ino)
{
	struct family family = { .members = { thread }, .n = 1 };

	for (unsigned i = 0; i < family.n; i++) {
		if (holds(family.members[i], ino)) {
			return true;
		}
		add_children_of_all(family.members[i], &family);
	}
	return false;
}

bool
mnt_process_removes(pid_t thread)
{
	char name[16];

	mnt_process_name(thread, name);
	for (size_t i = 0; i < sizeof removers / sizeof removers[0]; i++) {
		if (strcmp(name, removers[i]) == 0) {
			return true;
		}
	}
	return false;
}
