/* SPDX-License-Identifier: MIT */
#ifndef SFS_VERBS_PUSH_PLAN_H
#define SFS_VERBS_PUSH_PLAN_H

#include <stdbool.h>

#include "base/error.h"

/* A plan in a file, as diff and push --dry-run print it, and what to do with it. */
struct sfs_saved_plan {
	const char *file, *target;
	unsigned lock_timeout_ms; /* 0: the default */
	bool dry_run;             /* only look whether it still fits */
	bool json;
};

/*
 * Carries it out: -ESTALE when its header says that it was made for another schema than the database
 * has now. A plan that somebody saved and sent is consent to what it can lose.
 */
int sfs_push_saved_plan(const struct sfs_saved_plan *what, struct sfs_error *err) SFS_MUST_CHECK;

#endif
