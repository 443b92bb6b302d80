// SPDX-License-Identifier: MIT
/* Statements of a migration that can not run in a transaction. */
#include <errno.h>
#include <string.h>

#include "migrate/running.h"

/* In a transaction of its own: how far it has come. */
static int
note(struct sfs_runner *r, struct sfs_error *err)
{
	struct sfs_db *db = r->run->db;
	int result = db->driver->begin(db, false, err);

	if (result < 0) {
		return result;
	}
	result = sfs_runner_write_progress(r, err);
	r->resumed = true;
	if (result < 0) {
		(void)db->driver->end(db, false, NULL);
		return result;
	}
	return db->driver->end(db, true, err);
}

/* Of one that was sent before: that there is nothing left to do is what was wanted. */
static bool
was_done(const struct sfs_runner *r, size_t i, int result)
{
	struct sfs_str head sfs_auto(str) = SFS_STR_INIT;

	sfs_statement_head(r->run->db->driver->dialect, r->script.text,
		&r->script.statements.items[i], 1, &head);
	return strcmp(sfs_str_text(&head), "DROP") == 0 ? result == -ENOENT : result == -EEXIST;
}

int
sfs_runner_outside(struct sfs_runner *r, struct sfs_error *err)
{
	const struct sfs_migrator *migrator = r->run->db->driver->migrator;
	size_t i = r->current = r->at.done;
	char *sql sfs_auto(free) = sfs_runner_text(r, i);
	struct sfs_outside what = { sql, r->before.items, r->before.len };
	bool begun = r->at.begun, done = false;
	int result = migrator->revisit(r->run->db, &what, begun, &done, err);

	if (result == 0 && !begun) {
		r->at.begun = true;
		result = note(r, err);
	}
	if (result == 0 && !done) {
		result = migrator->run_outside(r->run->db, &what, err);
		if (begun && was_done(r, i, result)) {
			sfs_error_finish(err);
			result = 0;
		}
		result = result < 0 ? sfs_runner_fail(r, i, result, err) : 0;
	}
	/* It failed by the server's word: nothing is open any more. A lost connection tells nothing. */
	r->at.begun = result < 0 && (begun || result == -EIO || result == -ETIMEDOUT);
	if (result == 0) {
		r->at.done++;
		return note(r, err);
	}
	(void)!note(r, NULL);
	return result;
}
