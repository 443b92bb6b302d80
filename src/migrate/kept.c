// SPDX-License-Identifier: MIT
/* What was applied, to be compared with what a file has become. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "diff/text.h"
#include "migrate/kept.h"

enum { MAX_TEXT = 16 << 20, MAX_VERSIONS = 100, COMMIT_LEN = 40 };

extern char **environ;

static char *
path_of(struct sfs_db *db, const char *hash)
{
	char *home sfs_auto(free) = NULL;

	if (sfs_file_state_home(&home, NULL) < 0) {
		return NULL;
	}
	return sfs_asprintf("%s/%s/applied/%s.sql", home, db->driver->identity(db), hash);
}

void
sfs_kept_write(struct sfs_db *db, const char *hash, const char *text, size_t len)
{
	char *path sfs_auto(free) = path_of(db, hash);

	if (path && len <= MAX_TEXT && access(path, F_OK) != 0) {
		(void)!sfs_file_write_fast(path, text, len, 0600, NULL);
	}
}

/* ---- git ---- */

static void
read_all(int fd, struct sfs_str *out)
{
	char buffer[4096];
	ssize_t n;

	while ((n = read(fd, buffer, sizeof buffer)) > 0 || (n < 0 && errno == EINTR)) {
		if (n > 0 && out->len <= MAX_TEXT) {
			sfs_str_addn(out, buffer, (size_t)n);
		}
	}
}

/* What a program says; false when it is not there or fails. */
static bool
run(char *const argv[], struct sfs_str *out)
{
	posix_spawn_file_actions_t actions;
	int ends[2], status = -1;
	pid_t pid = -1;

	if (pipe2(ends, O_CLOEXEC) < 0) {
		return false;
	}
	(void)posix_spawn_file_actions_init(&actions);
	(void)posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	(void)posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	(void)posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	bool started = posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ) == 0;
	(void)posix_spawn_file_actions_destroy(&actions);
	(void)close(ends[1]);
	if (started) {
		read_all(ends[0], out);
	}
	(void)close(ends[0]);
	while (started && waitpid(pid, &status, 0) < 0 && errno == EINTR) {
		continue;
	}
	return started && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool
has_hash(const struct sfs_str *text, const char *hash)
{
	char own[65];

	sfs_sha256(sfs_str_text(text), text->len, own);
	return strcmp(own, hash) == 0;
}

static bool
find_version(const char *directory, const char *commit, const char *name, const char *hash,
	struct sfs_str *out)
{
	char *blob sfs_auto(free) = sfs_asprintf("%.*s:./%s", COMMIT_LEN, commit, name);
	char *folder sfs_auto(free) = sfs_strdup(directory);
	char *argv[] = { (char[]){ "git" }, (char[]){ "-C" }, folder, (char[]){ "cat-file" },
		(char[]){ "blob" }, blob, NULL };

	sfs_str_truncate(out, 0);
	return run(argv, out) && has_hash(out, hash);
}

/* The version of the file that was applied, if it was ever committed. */
static bool
find_in_git(const char *directory, const char *tag, const char *hash, struct sfs_str *out)
{
	char *name sfs_auto(free) = sfs_asprintf("%s.sql", tag);
	char *pathspec sfs_auto(free) = sfs_asprintf(":(literal)%s", name);
	char *folder sfs_auto(free) = sfs_strdup(directory);
	char *limit sfs_auto(free) = sfs_asprintf("-%d", MAX_VERSIONS);
	struct sfs_str commits sfs_auto(str) = SFS_STR_INIT;
	char *argv[] = { (char[]){ "git" }, (char[]){ "-C" }, folder, (char[]){ "log" }, limit,
		(char[]){ "--format=%H" }, (char[]){ "--" }, pathspec, NULL };

	if (!run(argv, &commits)) {
		return false;
	}
	for (size_t at = 0; at + COMMIT_LEN <= commits.len; at += COMMIT_LEN + 1) {
		if (find_version(directory, commits.text + at, name, hash, out)) {
			return true;
		}
	}
	return false;
}

/* ---- the difference ---- */

static bool
find(struct sfs_db *db, const char *directory, const struct sfs_migration *entry,
	struct sfs_str *out)
{
	char *path sfs_auto(free) = path_of(db, entry->applied);

	if (path && sfs_file_read(path, MAX_TEXT, out, NULL) == 0 &&
		has_hash(out, entry->applied)) {
		return true;
	}
	return find_in_git(directory, entry->tag, entry->applied, out);
}

void
sfs_kept_difference(struct sfs_db *db, const char *directory, const struct sfs_migration *entry,
	struct sfs_str *out)
{
	struct sfs_str before sfs_auto(str) = SFS_STR_INIT;

	if (entry->state == SFS_MIGRATION_EDITED && !entry->line_endings &&
		find(db, directory, entry, &before)) {
		sfs_text_difference(sfs_str_text(&before), sfs_str_text(&entry->text), out);
	}
}
