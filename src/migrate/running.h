/* SPDX-License-Identifier: MIT */
#ifndef SFS_MIGRATE_RUNNING_H
#define SFS_MIGRATE_RUNNING_H

#include "migrate/runner.h"

/* One migration while it runs: the ways to run its statements have a file each. */
struct sfs_runner {
	const struct sfs_run *run;
	struct sfs_script script;     /* owned */
	struct sfs_progress at;       /* owned */
	SFS_VEC(const char *) before; /* settings in force, each owned */
	size_t current;               /* the statement that runs, or ran last */
	bool resumed;                 /* `at` is from an earlier try that was committed */
	bool recorded;                /* the ledger has it */
};

/* The text of a statement; owned by the caller. */
char *sfs_runner_text(const struct sfs_runner *r, size_t i);

void sfs_runner_report(const struct sfs_runner *r);

/* Waits; -EINTR when the run was interrupted meanwhile. `what`: what is waited for. */
int sfs_runner_wait(const struct sfs_runner *r, unsigned ms, const char *what,
	struct sfs_error *err) SFS_MUST_CHECK;

/*
 * After the failure `result`, which `err` tells of: 0 when it was a lock that did not come and shall be
 * tried again, for then it has waited; else what the run fails with. `tries` counts them.
 */
int sfs_runner_retry(const struct sfs_runner *r, size_t *tries, int result,
	struct sfs_error *err) SFS_MUST_CHECK;

/* Gives an error of a statement its place in the file; returns `result`. */
int sfs_runner_fail(const struct sfs_runner *r, size_t i, int result, struct sfs_error *err);

/* Finds what an earlier try has committed; -ESTALE when that was edited since. */
int sfs_runner_look_back(struct sfs_runner *r, struct sfs_error *err) SFS_MUST_CHECK;

/* Inside a transaction: how far it has come. */
int sfs_runner_write_progress(struct sfs_runner *r, struct sfs_error *err) SFS_MUST_CHECK;

/* Begins a transaction with the settings of the file; sets `recorded` when another was faster. */
int sfs_runner_begin(struct sfs_runner *r, struct sfs_error *err) SFS_MUST_CHECK;

/* Run the next statement by itself, or in batches. (runner_outside.c, runner_batched.c) */
int sfs_runner_outside(struct sfs_runner *r, struct sfs_error *err) SFS_MUST_CHECK;
int sfs_runner_batched(struct sfs_runner *r, struct sfs_error *err) SFS_MUST_CHECK;

#endif
