// SPDX-License-Identifier: MIT
/* Statements of a migration that run in batches, each with a commit of its own. */
#include <errno.h>
#include <string.h>

#include "migrate/backfill.h"
#include "migrate/running.h"

static int
run_batch(struct sfs_runner *r, const struct sfs_backfill *backfill, struct sfs_error *err)
{
	struct sfs_db *db = r->run->db;
	const struct sfs_way *way = &r->script.ways.items[r->at.done];
	struct sfs_progress before = r->at;
	char *place = NULL;
	int result = sfs_runner_begin(r, err);

	if (result < 0) {
		return result;
	}
	result = r->recorded
			 ? 0
			 : sfs_backfill_step(backfill, db, before.place, way->batch, &place, err);
	if (result == 0 && !r->recorded) {
		r->at.place = place;
		r->at.done += !place;
		r->at.rows = place ? before.rows + way->batch : 0;
		r->at.total = place ? before.total : 0;
		result = sfs_runner_write_progress(r, err);
	}
	if (result < 0) {
		(void)db->driver->end(db, false, NULL);
	} else {
		result = db->driver->end(db, !r->recorded, err);
	}
	if (result < 0) {
		free(place);
		r->at = before;
		return result;
	}
	if (!r->recorded) {
		free(before.place);
		r->resumed = true;
	}
	return 0;
}

/* The table is found as the file's settings say. */
static int
prepare_batches(struct sfs_runner *r, struct sfs_backfill *backfill, struct sfs_error *err)
{
	struct sfs_db *db = r->run->db;
	char *sql sfs_auto(free) = sfs_runner_text(r, r->at.done);
	int result = sfs_runner_begin(r, err);

	if (result < 0) {
		return result;
	}
	result = sfs_backfill_init(backfill, db, sql, err);
	if (result == 0) {
		result = sfs_backfill_total(backfill, db, &r->at.total, err);
	}
	(void)db->driver->end(db, false, NULL);
	return result < 0 ? sfs_runner_fail(r, r->at.done, result, err) : 0;
}

int
sfs_runner_batched(struct sfs_runner *r, struct sfs_error *err)
{
	struct sfs_backfill backfill sfs_auto(backfill) = { 0 };
	size_t i = r->current = r->at.done, tries = 0;
	int result = prepare_batches(r, &backfill, err);

	while (result == 0 && r->at.done == i && !r->recorded) {
		struct sfs_error own sfs_auto(error) = SFS_ERROR_INIT;

		result = run_batch(r, &backfill, &own);
		if (result == 0) {
			tries = 0;
			sfs_runner_report(r);
			result = sfs_runner_wait(
				r, r->script.ways.items[i].pause_ms, "the next batch", &own);
		} else {
			result = sfs_runner_retry(r, &tries, result, &own);
		}
		if (result < 0) {
			sfs_error_move(err, &own);
			return sfs_runner_fail(r, i, result, err);
		}
	}
	return result;
}
