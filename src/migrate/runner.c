// SPDX-License-Identifier: MIT
/* Runs a migration, and goes on with one that was interrupted. */
#include <errno.h>
#include <string.h>

#include "migrate/running.h"

/* PostgreSQL's codes for what is no fault of the statement's but of where it runs. */
static const char active_transaction[] = "25001", invalid_termination[] = "2D000",
		  unsafe_new_value[] = "55P04";

static void
runner_finish(struct sfs_runner *r)
{
	sfs_script_finish(&r->script);
	sfs_progress_finish(&r->at);
	sfs_vec_foreach (text, &r->before) {
		free((char *)(uintptr_t)*text);
	}
	sfs_vec_finish(&r->before);
}
SFS_DEFINE_AUTO_VALUE(runner, struct sfs_runner, runner_finish)

static int
record(struct sfs_runner *r, struct sfs_error *err)
{
	struct sfs_db *db = r->run->db;
	int result = db->driver->ledger_append(db, &r->run->row, err);

	if (result == 0 && r->resumed) {
		result = sfs_progress_clear(db, r->at.tag, err);
	}
	return result;
}

/* What a statement sets holds in the sessions of those that follow, too. */
static void
remember(struct sfs_runner *r, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		if (r->script.ways.items[i].sets) {
			sfs_vec_push(&r->before, sfs_runner_text(r, i));
		}
	}
}

/* Where the transaction that begins with `first` ends. */
static size_t
end_of_segment(const struct sfs_runner *r, size_t first)
{
	size_t end = first;

	while (end < r->script.ways.len && r->script.ways.items[end].mode == SFS_RUN_INSIDE) {
		if (r->script.ways.items[end++].commits) {
			break;
		}
	}
	return end;
}

static int
run_inside(struct sfs_runner *r, size_t end, struct sfs_error *err)
{
	struct sfs_db *db = r->run->db;
	struct sfs_progress *at = &r->at;
	size_t first = at->done;
	int result = sfs_runner_begin(r, err);

	if (result < 0) {
		return result;
	}
	for (size_t i = first; result == 0 && !r->recorded && i < end; i++) {
		char *sql sfs_auto(free) = sfs_runner_text(r, i);

		r->current = i;
		result = db->driver->exec(db, sql, err);
		result = result < 0 ? sfs_runner_fail(r, i, result, err) : 0;
	}
	if (result == 0 && !r->recorded) {
		at->done = end;
		result = end == r->script.statements.len ? record(r, err)
							 : sfs_runner_write_progress(r, err);
		at->done = result < 0 ? first : end;
	}
	if (result < 0) {
		(void)db->driver->end(db, false, NULL);
		return result;
	}
	result = db->driver->end(db, !r->recorded, err);
	if (result < 0) {
		at->done = first;
		return result;
	}
	r->recorded |= end == r->script.statements.len;
	r->resumed = true;
	return 0;
}

/* ---- the whole ---- */

/* What the server refused for where the statement runs: run in another way from now on. */
static bool
adapt(struct sfs_runner *r, const struct sfs_error *err)
{
	struct sfs_way *ways = r->script.ways.items;
	bool adapted = false;

	if (r->run->db->driver->dialect != SFS_POSTGRES || r->current >= r->script.ways.len ||
		ways[r->current].mode != SFS_RUN_INSIDE) {
		return false;
	}
	if (strcmp(err->sqlstate, active_transaction) == 0 ||
		strcmp(err->sqlstate, invalid_termination) == 0) {
		struct sfs_str head sfs_auto(str) = SFS_STR_INIT;

		/* SET TRANSACTION after a query has this code, too, and means nothing outside. */
		sfs_statement_head(SFS_POSTGRES, r->script.text,
			&r->script.statements.items[r->current], 1, &head);
		adapted = strcmp(sfs_str_text(&head), "SET") != 0;
		ways[r->current].mode = adapted ? SFS_RUN_OUTSIDE : SFS_RUN_INSIDE;
	} else if (strcmp(err->sqlstate, unsafe_new_value) == 0) {
		for (size_t i = r->at.done; i < r->current; i++) {
			adapted |= ways[i].adds && !ways[i].commits;
			ways[i].commits |= ways[i].adds;
		}
	}
	return adapted;
}

static int
run_next(struct sfs_runner *r, struct sfs_error *err)
{
	size_t first = r->at.done, n = r->script.statements.len;
	enum sfs_run_mode mode = first < n ? r->script.ways.items[first].mode : SFS_RUN_INSIDE;
	int result;

	switch (mode) {
	case SFS_RUN_OUTSIDE:
		result = sfs_runner_outside(r, err);
		break;
	case SFS_RUN_BATCHED:
		result = sfs_runner_batched(r, err);
		break;
	case SFS_RUN_INSIDE:
	default:
		result = run_inside(r, end_of_segment(r, first), err);
		break;
	}
	if (result == 0) {
		remember(r, first, r->at.done);
		sfs_runner_report(r);
	}
	return result;
}

static int
run_all(struct sfs_runner *r, struct sfs_error *err)
{
	size_t tries = 0;

	while (!r->recorded) {
		struct sfs_error own sfs_auto(error) = SFS_ERROR_INIT;
		int result = run_next(r, &own);

		if (result == 0) {
			tries = 0;
			continue;
		}
		result = sfs_runner_retry(r, &tries, result, &own);
		if (result < 0 && !adapt(r, &own)) {
			sfs_error_move(err, &own);
			return result;
		}
	}
	return 0;
}

int
sfs_run_migration(const struct sfs_run *run, struct sfs_error *err)
{
	struct sfs_runner r sfs_auto(
		runner) = { .run = run, .at = { .tag = sfs_strdup(run->tag) } };
	const struct sfs_driver *driver = run->db->driver;
	int result =
		sfs_script_parse(driver->dialect, run->name, run->text, run->len, &r.script, err);

	if (result == 0) {
		result = sfs_runner_look_back(&r, err);
	}
	if (result == 0 && driver->dialect == SFS_SQLITE && !r.script.rebuilds) {
		/* As drizzle's own drivers have it: what a migration deletes takes its children along. */
		result = driver->exec(run->db, "PRAGMA foreign_keys = ON", err);
	}
	if (result < 0) {
		return result;
	}
	remember(&r, 0, r.at.done);
	result = run_all(&r, err);
	if (driver->dialect == SFS_SQLITE && !r.script.rebuilds &&
		driver->exec(run->db, "PRAGMA foreign_keys = OFF", NULL) < 0) {
		/* A connection of ours that has them on is no harm. */
		return result;
	}
	return result;
}
