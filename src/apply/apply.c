// SPDX-License-Identifier: MIT
/*
 * Runs a plan: in transactions, tried again when a lock does not come, checked before the commit. What
 * stands outside of transactions cuts it: each part before is kept, and a failure says what was.
 */
#include <errno.h>
#include <string.h>

#include "apply/apply.h"
#include "base/pause.h"

/* Waits between tries for a lock, in milliseconds: long readers get room, a person gets an answer. */
static const unsigned retry_waits[] = { 50, 100, 200, 400, 800 };

#define N_RETRIES (sizeof retry_waits / sizeof retry_waits[0])

/* A plan under way. */
struct run {
	struct sfs_db *db;
	const struct sfs_plan *plan;
	const struct sfs_expectation *expect;
	struct sfs_catalog *after; /* owned; what was read back in the last transaction */
	size_t kept;               /* steps that are committed */
	const char *left;          /* what a statement that failed may have left; NULL: nothing */
};

static void
run_finish(struct run *run)
{
	sfs_catalog_destroy(run->after);
}
SFS_DEFINE_AUTO_VALUE(run, struct run, run_finish)

/* ---- what is said of a failure ---- */

enum { TOLD_AT_MOST = 20 };

/* The first line of each statement of a part of the plan. */
static void
list_steps(const struct sfs_plan *plan, size_t first, size_t end, struct sfs_str *out)
{
	size_t told = 0, more = 0;

	for (size_t i = first; i < end; i++) {
		const struct sfs_step *step = &plan->steps.items[i];

		if (step->scaffolding) {
			continue;
		}
		if (told == TOLD_AT_MOST) {
			more++;
			continue;
		}
		size_t line = strcspn(step->sql, "\n");

		sfs_str_add(out, "\n  ");
		sfs_str_addn(out, step->sql, line);
		sfs_str_add(out, step->sql[line] ? " ..." : "");
		told++;
	}
	if (more) {
		sfs_str_addf(out, "\n  and %zu more", more);
	}
}

/* Nothing to say where all was one transaction: then nothing was changed. */
static void
tell_what_stays(const struct run *run, struct sfs_error *err)
{
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;

	if (!err || (!run->kept && !run->left)) {
		return;
	}
	if (err->detail) {
		sfs_str_addf(&text, "%s\n", err->detail);
	}
	if (run->left) {
		sfs_str_addf(&text, "not taken back: %s\n", run->left);
	}
	sfs_str_addf(&text, "carried out and kept:%s", run->kept ? "" : " nothing");
	list_steps(run->plan, 0, run->kept, &text);
	if (run->kept < run->plan->steps.len) {
		sfs_str_add(&text, "\nnot carried out:");
		list_steps(run->plan, run->kept, run->plan->steps.len, &text);
	}
	sfs_error_detail(err, "%s", sfs_str_text(&text));
	if (!err->hint) {
		sfs_error_hint(err, "ask for the same again: it goes on from where it stopped");
	}
}

/* ---- running ---- */

static int
verify(struct run *run, bool open, struct sfs_error *err)
{
	const struct sfs_expectation *expect = run->expect;
	struct sfs_catalog *after sfs_auto(catalog) = NULL;
	struct sfs_str residue sfs_auto(str) = SFS_STR_INIT;
	int r = run->db->driver->read(run->db, &expect->scope, &after, err);

	if (r < 0) {
		return r;
	}
	if (expect->wanted && !sfs_diff_equal(after, expect->wanted, expect->renames, &residue)) {
		r = sfs_error_set(err, EIO,
			"the database does not say what was asked after the change%s",
			open && !run->kept ? "; nothing was changed" : "");
		while (residue.len && residue.text[residue.len - 1] == '\n') {
			sfs_str_truncate(&residue, residue.len - 1);
		}
		sfs_error_detail(err, "%s", sfs_str_text(&residue));
		sfs_error_hint(err, "this is a defect of schemafs: please report it with the plan");
		return r;
	}
	if (expect->check) {
		r = expect->check(expect->check_data, run->db, err);
		if (r < 0) {
			return r;
		}
	}
	sfs_catalog_destroy(run->after);
	run->after = sfs_steal(after);
	return 0;
}

static int
tell_witness(const struct run *run, struct sfs_error *err)
{
	const struct sfs_witness *witness = run->expect->witness;

	return witness ? witness->see(witness->data, run->plan, err) : 0;
}

static int
tell_witness_outside(const struct run *run, struct sfs_error *err)
{
	int r = run->expect->witness ? run->db->driver->begin(run->db, false, err) : 0;

	if (r < 0 || !run->expect->witness) {
		return r;
	}
	r = tell_witness(run, err);
	if (r < 0) {
		(void)run->db->driver->end(run->db, false, NULL);
		return r;
	}
	return run->db->driver->end(run->db, true, err);
}

static int
exec_step(struct sfs_db *db, const struct sfs_step *step, struct sfs_error *err)
{
	if (db->driver->pace) {
		db->driver->pace(db, step->pace);
	}
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

/* What earlier segments have set ended with them. */
static int
repeat_scaffolding(struct run *run, size_t first, struct sfs_error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < first; i++) {
		const struct sfs_step *step = &run->plan->steps.items[i];

		if (step->scaffolding && !step->outside) {
			r = exec_step(run->db, step, err);
		}
	}
	return r;
}

static int
run_segment(struct run *run, size_t first, size_t end, struct sfs_error *err)
{
	struct sfs_db *db = run->db;
	int r = db->driver->begin(db, run->plan->rebuilds, err);

	if (r == 0) {
		r = repeat_scaffolding(run, first, err);
	}
	for (size_t i = first; r == 0 && i < end; i++) {
		r = exec_step(db, &run->plan->steps.items[i], err);
	}
	if (r == 0 && run->expect && end == run->plan->steps.len) {
		r = verify(run, true, err);
		r = r < 0 ? r : tell_witness(run, err);
	}
	if (r < 0) {
		(void)db->driver->end(db, false, NULL);
		return r;
	}
	return db->driver->end(db, true, err);
}

/* What stands outside cleans up after itself: an index that failed is there, and is not used. */
static int
run_outside(struct run *run, size_t at, struct sfs_error *err)
{
	const struct sfs_step *step = &run->plan->steps.items[at];
	int r = exec_step(run->db, step, err);

	if (r == 0 || !step->undo) {
		return r;
	}
	run->left = run->db->driver->exec(run->db, step->undo, NULL) < 0 ? step->undo : NULL;
	return r;
}

/*
 * Only a lock that did not come in time is worth another try, or one that two had to wait for in a
 * circle; dependants (2BP01) stay in the way.
 */
static bool
is_worth_retrying(int r, const struct sfs_error *err, bool outside)
{
	bool late =
		sfs_streq(err->sqlstate, "55P03") && !outside; /* those wait long by themselves */

	return r < 0 && (late || sfs_streq(err->sqlstate, "40P01"));
}

/* A segment, or, with `end` equal to `first`, the step that stands there outside of any. */
static int
run_patiently(struct run *run, size_t first, size_t end, struct sfs_error *err)
{
	for (size_t try = 0;; try++) {
		struct sfs_error own sfs_auto(error) = SFS_ERROR_INIT;
		int r = first == end ? run_outside(run, first, &own)
				     : run_segment(run, first, end, &own);

		if (!is_worth_retrying(r, &own, first == end) || try == N_RETRIES || run->left) {
			if (r < 0) {
				sfs_error_move(err, &own);
			}
			return r;
		}
		if (!sfs_pause(retry_waits[try], &run->db->interrupted)) {
			return sfs_error_set(err, EINTR, "interrupted while waiting for a lock");
		}
	}
}

static int
run_plan(struct run *run, struct sfs_error *err)
{
	const struct sfs_plan *plan = run->plan;
	int r = 0;

	while (r == 0 && run->kept < plan->steps.len) {
		size_t end = end_of_segment(plan, run->kept);

		r = run_patiently(run, run->kept, end, err);
		if (r == 0) {
			run->kept = end > run->kept ? end : end + 1;
		}
	}
	if (r == 0 && run->expect && !run->after) {
		/* The plan was empty or ended outside a transaction: look at what came of it. */
		r = verify(run, false, err);
		r = r < 0 || !plan->steps.len ? r : tell_witness_outside(run, err);
	}
	return r;
}

int
sfs_apply_plan(struct sfs_db *db, const struct sfs_plan *plan, const struct sfs_expectation *expect,
	struct sfs_catalog **ret_after, struct sfs_error *err)
{
	struct run run sfs_auto(run) = { .db = db, .plan = plan, .expect = expect };
	int r = run_plan(&run, err);

	if (r < 0) {
		tell_what_stays(&run, err);
		return r;
	}
	if (ret_after) {
		*ret_after = sfs_steal(run.after);
	}
	return 0;
}
