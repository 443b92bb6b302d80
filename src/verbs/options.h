/* SPDX-License-Identifier: MIT */
#ifndef SFS_VERBS_OPTIONS_H
#define SFS_VERBS_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* An option of a verb. A table of them ends with a row without a name. */
struct sfs_option {
	const char *name;   /* "dry-run"; the letter alone when it is one character */
	char letter;        /* 0: none */
	bool *flag;         /* set when it is given; NULL when it takes a value */
	const char **value; /* receives its value, which is borrowed from argv */
};

/*
 * Reads the options of argv by the table; what is left are the operands, moved to the end.
 * `ret_first` receives the index of the first one, of which there must be `min` to `max`.
 */
int sfs_options_parse(int argc, char **argv, const struct sfs_option *options, int min, int max,
	int *ret_first, struct sfs_error *err) SFS_MUST_CHECK;

/* The database that a verb is about: `given`, or DATABASE_URL when that is NULL. Borrowed. */
int sfs_options_target(
	const char *given, const char **ret_target, struct sfs_error *err) SFS_MUST_CHECK;

/* The value of --online-above: "64MB", "0", "never"; NULL, not given, becomes -1. */
int sfs_options_online_above(
	const char *value, int64_t *ret_bytes, struct sfs_error *err) SFS_MUST_CHECK;

/* The value of --lock-timeout in milliseconds, from 1 on; NULL, not given, becomes 0. */
int sfs_options_lock_timeout(
	const char *value, unsigned *ret_ms, struct sfs_error *err) SFS_MUST_CHECK;

#endif
