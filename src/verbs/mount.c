// SPDX-License-Identifier: MIT
/* schemafs mount DB DIR: the file system; returns when it is ready. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/redact.h"
#include "fs/mount.h"
#include "verbs/options.h"
#include "verbs/verb.h"

/* What the daemon tells through the pipe: a line "0", or the errno and the lines of the error. */
#define REPORT_LIMIT ((size_t)1 << 20)

struct words {
	char *joined;     /* owned; the arguments of all -o, cut at commas */
	char *target;     /* owned */
	char *mountpoint; /* owned */
};

static void
words_finish(struct words *words)
{
	free(words->joined);
	free(words->target);
	free(words->mountpoint);
}

SFS_DEFINE_AUTO_VALUE(words, struct words, words_finish)

/* ---- options ---- */

static int
set_policy(struct sfs_mount_options *options, const char *value, struct sfs_error *err)
{
	static const struct {
		const char *name;
		enum sfs_policy policy;
	} policies[] = {
		{ "safe", SFS_APPLY_SAFE },
		{ "all", SFS_APPLY_ALL },
		{ "never", SFS_APPLY_NEVER },
	};

	for (size_t i = 0; i < sizeof policies / sizeof policies[0]; i++) {
		if (strcmp(policies[i].name, value) == 0) {
			options->policy = policies[i].policy;
			return 0;
		}
	}
	return sfs_error_set(err, EINVAL, "apply=%s: it is safe, all or never", value);
}

static int
set_option(struct sfs_mount_options *options, char *word, struct sfs_error *err)
{
	if (strcmp(word, "ro") == 0) {
		options->read_only = true;
	} else if (strcmp(word, "rw") == 0) {
		options->read_only = false;
	} else if (strcmp(word, "allow_other") == 0) {
		options->allow_other = true;
	} else if (sfs_starts_with(word, "apply=")) {
		return set_policy(options, word + strlen("apply="), err);
	} else if (sfs_starts_with(word, "project=")) {
		options->project = word + strlen("project=");
	} else {
		return sfs_error_set(err, EINVAL, "mount has no option -o %s", word);
	}
	return 0;
}

/* `-o` may be given more than once. */
static char *
join_options(int argc, char **argv)
{
	struct sfs_str joined = SFS_STR_INIT;

	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		const char *value = NULL;

		if (strcmp(argv[i], "-o") == 0 && i + 1 < argc) {
			value = argv[++i];
		} else if (sfs_starts_with(argv[i], "-o")) {
			value = argv[i] + 2;
		}
		if (value) {
			sfs_str_separate(&joined, ",");
			sfs_str_add(&joined, value);
		}
	}
	return sfs_str_steal(&joined);
}

static int
read_words(char *joined, struct sfs_mount_options *options, struct sfs_error *err)
{
	char *rest = NULL;
	int r = 0;

	for (char *word = strtok_r(joined, ",", &rest); word && r == 0;
		word = strtok_r(NULL, ",", &rest)) {
		r = set_option(options, word, err);
	}
	return r;
}

/* Makes the directory if it is missing; a dead mount of ours there is no obstacle. */
static int
find_mountpoint(const char *given, char **ret_path, struct sfs_error *err)
{
	struct stat found;

	if (stat(given, &found) < 0 && errno == ENOENT) {
		int r = sfs_file_mkdirs(given, 0777, err);

		if (r < 0) {
			return r;
		}
	} else if (stat(given, &found) == 0 && !S_ISDIR(found.st_mode)) {
		return sfs_error_set(err, ENOTDIR, "%s is no directory", given);
	}
	return sfs_mount_resolve(given, ret_path, err);
}

/* The list of processes must not show a password. */
static void
hide_secret(char *argument)
{
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;
	size_t len = strlen(argument);

	sfs_str_add(&text, argument);
	sfs_redact(&text);
	if (strcmp(sfs_str_text(&text), argument) != 0) {
		size_t shown = text.len < len ? text.len : len;

		memset(argument, 0, len);
		memcpy(argument, sfs_str_text(&text), shown);
	}
}

/* ---- the daemon ---- */

struct report {
	int fd; /* the pipe's end to write to; -1 in the foreground */
};

static void
report(struct report *report, int errnum, const char *text)
{
	char *line sfs_auto(free) = sfs_asprintf("%d\n%s", errnum, text);

	if (report->fd >= 0) {
		/* Whoever waits may be gone; then nobody needs to know. */
		(void)!write(report->fd, line, strlen(line));
		(void)close(report->fd);
		report->fd = -1;
	}
}

static void
on_ready(void *data)
{
	struct report *pipe_end = data;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (pipe_end->fd >= 0 && null >= 0) {
		/* From here on there is nobody to talk to. */
		(void)dup2(null, STDIN_FILENO);
		(void)dup2(null, STDOUT_FILENO);
		(void)dup2(null, STDERR_FILENO);
	}
	if (null >= 0) {
		(void)close(null);
	}
	report(pipe_end, 0, "");
}

static void __attribute__((noreturn)) run_daemon(const struct sfs_mount_options *options, int fd)
{
	struct sfs_error err sfs_auto(error) = SFS_ERROR_INIT;
	struct report pipe_end = { fd };

	(void)setsid();
	/* The working directory stays: the database may be a relative path. */
	int r = sfs_mount_serve(options, on_ready, &pipe_end, &err);
	if (r < 0) {
		char *text sfs_auto(free) = sfs_error_format(&err);
		report(&pipe_end, -r, text);
	}
	_exit(r < 0 ? 2 : 0);
}

/* What the daemon said before it went its own way. */
static int
read_report(int fd, pid_t pid, struct sfs_error *err)
{
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;
	char chunk[4096];

	for (ssize_t n = 1; n != 0 && text.len < REPORT_LIMIT;) {
		n = read(fd, chunk, sizeof chunk);
		if (n < 0 && errno != EINTR) {
			break;
		}
		sfs_str_addn(&text, chunk, n > 0 ? (size_t)n : 0);
	}
	const char *line = text.len ? strchr(text.text, '\n') : NULL;
	int errnum = line ? (int)strtol(text.text, NULL, 10) : EIO;
	if (line && !errnum) {
		return 0;
	}
	(void)waitpid(pid, NULL, 0);
	return sfs_error_set(err, errnum, "%s", line ? line + 1 : "the daemon died at its start");
}

static int
start_daemon(const struct sfs_mount_options *options, struct sfs_error *err)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0) {
		return sfs_error_set(err, errno, "cannot make a pipe: %s", strerror(errno));
	}
	/* Before any thread or connection is there. */
	pid_t pid = fork();
	if (pid == 0) {
		(void)close(ends[0]);
		run_daemon(options, ends[1]);
	}
	(void)close(ends[1]);
	int r = pid < 0 ? sfs_error_set(err, errno, "cannot fork: %s", strerror(errno))
			: read_report(ends[0], pid, err);
	(void)close(ends[0]);
	return r;
}

int
sfs_verb_mount(int argc, char **argv, struct sfs_error *err)
{
	struct sfs_mount_options options = { .policy = SFS_APPLY_SAFE };
	struct words words sfs_auto(words) = { .joined = join_options(argc, argv) };
	bool foreground = false;
	const char *ignored = NULL, *target = NULL;
	const struct sfs_option table[] = {
		{ "f", 'f', &foreground, NULL },
		{ "o", 'o', NULL, &ignored },
		{ 0 },
	};
	int first;
	int r = sfs_options_parse(argc, argv, table, 1, 2, &first, err);

	r = r < 0 ? r : read_words(words.joined, &options, err);
	r = r < 0 ? r : sfs_options_target(argc - first == 2 ? argv[first] : NULL, &target, err);
	r = r < 0 ? r : find_mountpoint(argv[argc - 1], &words.mountpoint, err);
	if (r < 0) {
		return r;
	}
	words.target = sfs_strdup(target);
	options.target = words.target;
	options.mountpoint = words.mountpoint;
	for (int i = first; i < argc; i++) {
		hide_secret(argv[i]);
	}
	if (foreground) {
		struct report nobody = { -1 };

		return sfs_mount_serve(&options, on_ready, &nobody, err);
	}
	return start_daemon(&options, err);
}
