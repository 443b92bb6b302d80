// SPDX-License-Identifier: MIT
/* schemafs mount DB DIR, and the same as mount(8)'s helper: returns when the tree is ready. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/alloc.h"
#include "base/file.h"
#include "fs/mount.h"
#include "verbs/mount_options.h"
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

/* Options of mount(8)'s helpers, where -f is not the foreground but a trial. */
struct request {
	bool helper, foreground, trial;
	int first; /* of the operands */
};

static int
read_request(int argc, char **argv, struct request *request, struct sfs_error *err)
{
	bool passed = false;
	const char *ignored = NULL;
	const struct sfs_option own[] = {
		{ "f", 'f', &request->foreground, NULL },
		{ "o", 'o', NULL, &ignored },
		{ 0 },
	};
	const struct sfs_option helper[] = {
		{ "f", 'f', &request->trial, NULL },
		{ "n", 'n', &passed, NULL },
		{ "s", 's', &passed, NULL },
		{ "v", 'v', &passed, NULL },
		{ "N", 'N', NULL, &ignored },
		{ "o", 'o', NULL, &ignored },
		{ "t", 't', NULL, &ignored },
		{ 0 },
	};

	request->helper = sfs_is_mount_helper(argv[0]);
	return sfs_options_parse(argc, argv, request->helper ? helper : own,
		request->helper ? 2 : 1, 2, &request->first, err);
}

bool
sfs_is_mount_helper(const char *program)
{
	const char *slash = strrchr(program, '/');

	return sfs_starts_with(slash ? slash + 1 : program, "mount.");
}

int
sfs_verb_mount(int argc, char **argv, struct sfs_error *err)
{
	struct sfs_mount_options options;
	struct words words sfs_auto(words) = { .joined = join_options(argc, argv) };
	struct request request = { 0 };
	const char *target = NULL;
	int r = read_request(argc, argv, &request, err);

	sfs_mount_defaults(&options);
	r = r < 0 ? r : sfs_mount_options_read(words.joined, &options, err);
	r = r < 0 ? r
		  : sfs_options_target(
			    argc - request.first == 2 ? argv[request.first] : NULL, &target, err);
	if (r < 0 || request.trial) {
		return r;
	}
	r = find_mountpoint(argv[argc - 1], &words.mountpoint, err);
	if (r < 0) {
		return r;
	}
	words.target = sfs_strdup(target);
	options.target = words.target;
	options.mountpoint = words.mountpoint;
	if (request.foreground) {
		struct report nobody = { -1 };

		return sfs_mount_serve(&options, on_ready, &nobody, err);
	}
	return start_daemon(&options, err);
}
