/* SPDX-License-Identifier: MIT */
#ifndef SFS_VERBS_VERB_H
#define SFS_VERBS_VERB_H

#include <stdbool.h>

#include "base/error.h"

/*
 * A verb of the command line: one file in this folder, one row in main.c. `argv[0]` is the verb.
 * Returns the exit code (0 done or the same, 1 differences), or -errno with `err` filled: main
 * prints it and exits with 2.
 */
struct sfs_verb {
	const char *name;
	const char *synopsis; /* "pull DB DIR" */
	const char *summary;  /* one line */
	const char *options;  /* what --help says of them, a line each; NULL when there are none */
	int (*run)(int argc, char **argv, struct sfs_error *err);
};

int sfs_verb_baseline(int argc, char **argv, struct sfs_error *err);
int sfs_verb_check(int argc, char **argv, struct sfs_error *err);
int sfs_verb_diff(int argc, char **argv, struct sfs_error *err);
int sfs_verb_init(int argc, char **argv, struct sfs_error *err);
int sfs_verb_generate(int argc, char **argv, struct sfs_error *err);
int sfs_verb_migrate(int argc, char **argv, struct sfs_error *err);
int sfs_verb_mount(int argc, char **argv, struct sfs_error *err); /* argv[0] may be a helper's */
int sfs_verb_mounts(int argc, char **argv, struct sfs_error *err);
int sfs_verb_pull(int argc, char **argv, struct sfs_error *err);
int sfs_verb_push(int argc, char **argv, struct sfs_error *err);
int sfs_verb_status(int argc, char **argv, struct sfs_error *err);
int sfs_verb_umount(int argc, char **argv, struct sfs_error *err);

/* Whether a program of that name is mount(8)'s helper for us: mount.schemafs, mount.fuse.schemafs. */
bool sfs_is_mount_helper(const char *program);

#endif
