/* SPDX-License-Identifier: MIT */
#ifndef SFS_APPLY_APPLY_H
#define SFS_APPLY_APPLY_H

#include "drivers/driver.h"

/*
 * Who writes down what is done: runs last in the plan's transaction, once all was found to be right, and
 * undoes it by failing. A plan that ends outside of one has another for it.
 */
struct sfs_witness {
	int (*see)(void *data, const struct sfs_plan *plan, struct sfs_error *err);
	void *data;
};

/* What the database has to say after a plan was run. */
struct sfs_expectation {
	struct sfs_scope scope;            /* what to read back */
	const struct sfs_catalog *wanted;  /* sealed; NULL: nothing to compare */
	const struct sfs_renames *renames; /* those that the plan carries out; NULL: none */
	const struct sfs_witness *witness; /* NULL: none */
	/* What else has to hold before the commit, asked inside the transaction; NULL: nothing. */
	int (*check)(void *data, struct sfs_db *db, struct sfs_error *err);
	void *check_data;
};

/*
 * Runs a plan and checks what it made: begin, every step, read back, compare, commit. A difference,
 * or any failure, rolls back; a difference is -EIO with the residue in err->detail. A lock that does
 * not come in time is tried for again with growing waits, then -EBUSY. A step marked `outside` ends
 * the transaction before it and runs by itself: what ran before such a step stays, and when
 * something fails after it err->detail lists what was kept and what was not carried out. `ret_after`
 * (may be NULL) receives the catalog that was read back. `expect` NULL: nobody knows what to expect.
 */
int sfs_apply_plan(struct sfs_db *db, const struct sfs_plan *plan,
	const struct sfs_expectation *expect, struct sfs_catalog **ret_after,
	struct sfs_error *err) SFS_MUST_CHECK;

#endif
