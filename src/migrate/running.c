// SPDX-License-Identifier: MIT
/* A migration that runs: how far it has come, and what its statements need around them. */
#include <errno.h>
#include <string.h>

#include "base/digest.h"
#include "base/pause.h"
#include "migrate/running.h"

/* Waits between tries for a lock, in milliseconds. */
static const unsigned retry_waits[] = { 50, 100, 200, 400, 800, 1600, 3200, 5000, 5000 };

enum { N_RETRIES = sizeof retry_waits / sizeof *retry_waits };

static const char lock_not_available[] = "55P03";

int
sfs_runner_wait(const struct sfs_runner *r, unsigned ms, const char *what, struct sfs_error *err)
{
	return sfs_pause(ms, &r->run->db->interrupted)
		       ? 0
		       : sfs_error_set(err, EINTR, "interrupted while waiting for %s", what);
}

char *
sfs_runner_text(const struct sfs_runner *r, size_t i)
{
	const struct sfs_statement *statement = &r->script.statements.items[i];

	return sfs_strndup(r->script.text + statement->offset, statement->len);
}

void
sfs_runner_report(const struct sfs_runner *r)
{
	if (r->run->report) {
		r->run->report(r->run->data, &r->at, r->script.statements.len);
	}
}

int
sfs_runner_retry(const struct sfs_runner *r, size_t *tries, int result, struct sfs_error *err)
{
	if (strcmp(err->sqlstate, lock_not_available) != 0 || *tries >= N_RETRIES) {
		return result;
	}
	return sfs_runner_wait(r, retry_waits[(*tries)++], "a lock", err);
}

/* ---- errors ---- */

/* From a position in the statement to one in the file. */
static void
locate(const struct sfs_runner *r, size_t i, struct sfs_error *err)
{
	unsigned line = err->line, column = err->column;

	sfs_error_position(err, r->run->name, r->run->text, r->script.statements.items[i].offset);
	if (line > 1) {
		err->line += line - 1;
		err->column = column;
	} else if (line == 1) {
		err->column += column - 1;
	}
	if (!err->statement) {
		err->statement = sfs_runner_text(r, i);
	}
}

int
sfs_runner_fail(const struct sfs_runner *r, size_t i, int result, struct sfs_error *err)
{
	if (err) {
		locate(r, i, err);
	}
	return result;
}

/* ---- where it stands ---- */

/* Of the statements that are done, and of the next one if it was begun. */
static void
make_digest(const struct sfs_runner *r, size_t done, bool begun, char ret_digest[65])
{
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;
	size_t n = done + begun;

	for (size_t i = 0; i < n && i < r->script.statements.len; i++) {
		const struct sfs_statement *statement = &r->script.statements.items[i];

		sfs_str_addf(&text, "%zu:", statement->len);
		sfs_str_addn(&text, r->script.text + statement->offset, statement->len);
	}
	sfs_sha256(sfs_str_text(&text), text.len, ret_digest);
}

int
sfs_runner_write_progress(struct sfs_runner *r, struct sfs_error *err)
{
	make_digest(r, r->at.done, r->at.begun || r->at.place, r->at.digest);
	memcpy(r->at.hash, r->run->row.hash, sizeof r->at.hash);
	return sfs_progress_write(r->run->db, &r->at, err);
}

static int
adopt(struct sfs_runner *r, struct sfs_progress *found, struct sfs_error *err)
{
	char digest[65];

	make_digest(r, found->done, found->begun || found->place, digest);
	if (found->done > r->script.statements.len || strcmp(digest, found->digest) != 0) {
		int result = sfs_error_set(err, ESTALE,
			"%s is half done, and what was done of it has been edited since",
			r->run->name);

		sfs_error_detail(err, "%zu statements were carried out", found->done);
		sfs_error_hint(err, "put these statements back as they were; what follows them "
				    "may be edited");
		return result;
	}
	free(r->at.tag);
	r->at = *found;
	*found = (struct sfs_progress){ 0 };
	r->resumed = true;
	return 0;
}

/* By its name, and a file that got another one by what it holds. */
int
sfs_runner_look_back(struct sfs_runner *r, struct sfs_error *err)
{
	struct sfs_progress_list list sfs_auto(progress_list) = { 0 };
	struct sfs_progress *found = NULL;
	int result = sfs_progress_read(r->run->db, &list, err);

	sfs_vec_foreach (progress, &list) {
		if (strcmp(progress->tag, r->run->tag) == 0) {
			found = progress;
		}
	}
	sfs_vec_foreach (progress, &list) {
		if (!found && strcmp(progress->hash, r->run->row.hash) == 0) {
			found = progress;
		}
	}
	return result < 0 || !found ? result : adopt(r, found, err);
}

/* ---- transactions ---- */

/* Another runner may have been faster, where the lock did not keep it out. */
static int
look_again(struct sfs_runner *r, struct sfs_error *err)
{
	struct sfs_ledger_rows rows = { 0 };
	int result = r->run->db->driver->ledger_read(r->run->db, &rows, err);

	sfs_vec_foreach (row, &rows) {
		r->recorded |= strcmp(row->hash, r->run->row.hash) == 0 &&
			       row->created_at == r->run->row.created_at;
	}
	sfs_vec_finish(&rows);
	return result;
}

int
sfs_runner_begin(struct sfs_runner *r, struct sfs_error *err)
{
	struct sfs_db *db = r->run->db;
	int result = db->driver->begin(db, r->script.rebuilds, err);

	if (result < 0) {
		return result;
	}
	/* Once something of ours is there, the others have seen it. */
	result = r->resumed ? 0 : look_again(r, err);
	for (size_t i = 0; result == 0 && i < r->before.len; i++) {
		result = db->driver->exec(db, r->before.items[i], err);
	}
	if (result < 0) {
		(void)db->driver->end(db, false, NULL);
	}
	return result;
}
