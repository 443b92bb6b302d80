/* SPDX-License-Identifier: MIT */
#ifndef SFS_BASE_FILE_H
#define SFS_BASE_FILE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/str.h"

/* Whole files. Every function fills `err` and returns -errno on failure. */

/* Appends the contents of `path`; -EFBIG past `limit` bytes. */
int sfs_file_read(
	const char *path, size_t limit, struct sfs_str *out, struct sfs_error *err) SFS_MUST_CHECK;

/*
 * Makes `path` hold exactly these bytes, or leaves it as it was: a temporary file beside it, fsync,
 * rename, fsync of the directory. Missing directories are made with mode 0777 & ~umask.
 */
int sfs_file_write(const char *path, const char *text, size_t len, mode_t mode,
	struct sfs_error *err) SFS_MUST_CHECK;

/* The same without the two fsyncs: for what can be made again. */
int sfs_file_write_fast(const char *path, const char *text, size_t len, mode_t mode,
	struct sfs_error *err) SFS_MUST_CHECK;

/* The same in an open directory, which `sync` syncs too. Sets errno and returns -1 on failure. */
int sfs_file_write_at(int directory, const char *name, const char *text, size_t len, mode_t mode,
	bool sync) SFS_MUST_CHECK;

/*
 * Makes a new file in an open directory, without a temporary one: half the work where thousands are
 * made, but it can be seen before it is whole. Sets errno (EEXIST ...) and returns -1 on failure.
 */
int sfs_file_create_at(
	int directory, const char *name, const char *text, size_t len, mode_t mode) SFS_MUST_CHECK;

int sfs_file_mkdirs(const char *path, mode_t mode, struct sfs_error *err) SFS_MUST_CHECK;

/* Removes a file or a directory with all in it; nothing there is success. Follows no symlink. */
int sfs_file_remove(const char *path, struct sfs_error *err) SFS_MUST_CHECK;

/* `$XDG_STATE_HOME/schemafs`, or `~/.local/state/schemafs`; owned by the caller. */
int sfs_file_state_home(char **ret_path, struct sfs_error *err) SFS_MUST_CHECK;

/* "a/b" from "a" and "b"; owned by the caller. */
char *sfs_file_join(const char *directory, const char *name);

#endif
