// SPDX-License-Identifier: MIT
/* Runs a plan: in transactions, tried again when a lock does not come, checked before the commit. */
#include <errno.h>
#include <time.h>

#include "apply/apply.h"

/* Waits between tries for a lock, in milliseconds: long readers get room, a person gets an answer. */
static const unsigned retry_waits[] = { 50, 100, 200, 400, 800 };

#define N_RETRIES (sizeof retry_waits / sizeof retry_waits[0])

static void
wait_ms(unsigned ms)
{
	struct timespec wait = {
		.tv_sec = ms / 1000,
		.tv_nsec = (long)(ms % 1000) * 1000000,
	};

	(void)nanosleep(&wait, NULL);
}

static int
verify(struct sfs_db *db, const struct sfs_expectation *expect, struct sfs_catalog **ret_after,
	struct sfs_error *err)
{
	struct sfs_catalog *after sfs_auto(catalog) = NULL;
	struct sfs_str residue sfs_auto(str) = SFS_STR_INIT;
	int r = db->driver->read(db, &expect->scope, &after, err);

	if (r < 0) {
		return r;
	}
	if (expect->wanted && !sfs_diff_equal(after, expect->wanted, expect->renames, &residue)) {
		r = sfs_error_set(err, EIO,
			"the database does not say what was asked after the change; nothing was "
			"changed");
		sfs_error_detail(err, "%s", sfs_str_text(&residue));
		sfs_error_hint(err, "this is a defect of schemafs: please report it with the plan");
		return r;
	}
	*ret_after = sfs_steal(after);
	return 0;
}

static int
exec_step(struct sfs_db *db, const struct sfs_step *step, struct sfs_error *err)
{
	int r = db->driver->exec(db, step->sql, err);

	if (r < 0 && err) {
		if (!err->statement) {
			err->statement = sfs_strdup(step->sql);
		}
		if (!err->object && step->object) {
			err->object = sfs_strdup(step->object);
		}
	}
	return r;
}

/* The steps from `first` up to the next one that must stand outside a transaction. */
static size_t
end_of_segment(const struct sfs_plan *plan, size_t first)
{
	size_t end = first;

	while (end < plan->steps.len && !plan->steps.items[end].outside) {
		end++;
	}
	return end;
}

static int
run_segment(struct sfs_db *db, const struct sfs_plan *plan, size_t first, size_t end,
	const struct sfs_expectation *expect, struct sfs_catalog **ret_after, struct sfs_error *err)
{
	int r = db->driver->begin(db, plan->rebuilds, err);

	for (size_t i = first; r == 0 && i < end; i++) {
		r = exec_step(db, &plan->steps.items[i], err);
	}
	if (r == 0 && expect) {
		r = verify(db, expect, ret_after, err);
	}
	if (r < 0) {
		(void)db->driver->end(db, false, NULL);
		return r;
	}
	return db->driver->end(db, true, err);
}

/* Only a lock that did not come in time is worth another try; dependants (2BP01) stay in the way. */
static bool
is_worth_retrying(int r, const struct sfs_error *err)
{
	return r == -EBUSY && sfs_streq(err->sqlstate, "55P03");
}

static int
run_segment_patiently(struct sfs_db *db, const struct sfs_plan *plan, size_t first, size_t end,
	const struct sfs_expectation *expect, struct sfs_catalog **ret_after, struct sfs_error *err)
{
	struct sfs_error own sfs_auto(error) = SFS_ERROR_INIT;
	int r = run_segment(db, plan, first, end, expect, ret_after, &own);

	for (size_t try = 0; is_worth_retrying(r, &own) && try < N_RETRIES; try++) {
		wait_ms(retry_waits[try]);
		r = run_segment(db, plan, first, end, expect, ret_after, &own);
	}
	if (r < 0) {
		sfs_error_move(err, &own);
	}
	return r;
}

int
sfs_apply_plan(struct sfs_db *db, const struct sfs_plan *plan, const struct sfs_expectation *expect,
	struct sfs_catalog **ret_after, struct sfs_error *err)
{
	struct sfs_catalog *after sfs_auto(catalog) = NULL;
	size_t at = 0;

	while (at < plan->steps.len) {
		size_t end = end_of_segment(plan, at);
		bool last = end == plan->steps.len;
		int r = 0;

		if (end > at) {
			r = run_segment_patiently(
				db, plan, at, end, last ? expect : NULL, &after, err);
		}
		for (; r == 0 && end < plan->steps.len && plan->steps.items[end].outside; end++) {
			r = exec_step(db, &plan->steps.items[end], err);
		}
		if (r < 0) {
			return r;
		}
		at = end;
	}
	if (!after) {
		/* The plan was empty or ended outside a transaction: look at what came of it. */
		int r = verify(db, expect, &after, err);
		if (r < 0) {
			return r;
		}
	}
	if (ret_after) {
		*ret_after = sfs_steal(after);
	}
	return 0;
}
