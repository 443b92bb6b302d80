// SPDX-License-Identifier: MIT
/* Runs a migration, and goes on with one that was interrupted. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/digest.h"
#include "migrate/backfill.h"
#include "migrate/runner.h"

/* Waits between tries for a lock, in milliseconds. */
static const unsigned retry_waits[] = { 50, 100, 200, 400, 800, 1600, 3200, 5000, 5000 };

enum { N_RETRIES = sizeof retry_waits / sizeof *retry_waits };

/* PostgreSQL's codes for what is no fault of the statement's but of where it runs. */
static const char lock_not_available[] = "55P03", active_transaction[] = "25001",
		  invalid_termination[] = "2D000", unsafe_new_value[] = "55P04";

struct runner {
	const struct sfs_run *run;
	struct sfs_script script;     /* owned */
	struct sfs_progress at;       /* owned */
	SFS_VEC(const char *) before; /* settings in force, each owned */
	size_t current;               /* the statement that runs, or ran last */
	bool resumed;                 /* `at` is from an earlier try that was committed */
	bool recorded;                /* the ledger has it */
};

static void
runner_finish(struct runner *r)
{
	sfs_script_finish(&r->script);
	sfs_progress_finish(&r->at);
	sfs_vec_foreach (text, &r->before) {
		free((char *)(uintptr_t)*text);
	}
	sfs_vec_finish(&r->before);
}
SFS_DEFINE_AUTO_VALUE(runner, struct runner, runner_finish)

static void
wait_ms(int64_t ms)
{
	(void)nanosleep(&(struct timespec){ ms / 1000, (long)(ms % 1000) * 1000000 }, NULL);
}

static char *
text_of(const struct runner *r, size_t i)
{
	const struct sfs_statement *statement = &r->script.statements.items[i];

	return sfs_strndup(r->script.text + statement->offset, statement->len);
}

static void
report(const struct runner *r)
{
	if (r->run->report) {
		r->run->report(r->run->data, &r->at, r->script.statements.len);
	}
}

/* ---- errors ---- */

/* From a position in the statement to one in the file. */
static void
locate(const struct runner *r, size_t i, struct sfs_error *err)
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
		err->statement = text_of(r, i);
	}
}

static int
fail(const struct runner *r, size_t i, int result, struct sfs_error *err)
{
	if (err) {
		locate(r, i, err);
	}
	return result;
}

/* ---- where it stands ---- */

/* Of the statements that are done, and of the next one if it was begun. */
static void
make_digest(const struct runner *r, size_t done, bool begun, char ret_digest[65])
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

static int
write_progress(struct runner *r, struct sfs_error *err)
{
	make_digest(r, r->at.done, r->at.begun || r->at.place, r->at.digest);
	memcpy(r->at.hash, r->run->row.hash, sizeof r->at.hash);
	return sfs_progress_write(r->run->db, &r->at, err);
}

static int
adopt(struct runner *r, struct sfs_progress *found, struct sfs_error *err)
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
static int
look_back(struct runner *r, struct sfs_error *err)
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
look_again(struct runner *r, struct sfs_error *err)
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

static int
begin(struct runner *r, struct sfs_error *err)
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

static int
record(struct runner *r, struct sfs_error *err)
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
remember(struct runner *r, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		if (r->script.ways.items[i].sets) {
			sfs_vec_push(&r->before, text_of(r, i));
		}
	}
}

/* Where the transaction that begins with `first` ends. */
static size_t
end_of_segment(const struct runner *r, size_t first)
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
run_inside(struct runner *r, size_t end, struct sfs_error *err)
{
	struct sfs_db *db = r->run->db;
	struct sfs_progress *at = &r->at;
	size_t first = at->done;
	int result = begin(r, err);

	if (result < 0) {
		return result;
	}
	for (size_t i = first; result == 0 && !r->recorded && i < end; i++) {
		char *sql sfs_auto(free) = text_of(r, i);

		r->current = i;
		result = db->driver->exec(db, sql, err);
		result = result < 0 ? fail(r, i, result, err) : 0;
	}
	if (result == 0 && !r->recorded) {
		at->done = end;
		result = end == r->script.statements.len ? record(r, err) : write_progress(r, err);
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

/* ---- outside ---- */

/* In a transaction of its own: how far it has come. */
static int
note(struct runner *r, struct sfs_error *err)
{
	struct sfs_db *db = r->run->db;
	int result = db->driver->begin(db, false, err);

	if (result < 0) {
		return result;
	}
	result = write_progress(r, err);
	r->resumed = true;
	if (result < 0) {
		(void)db->driver->end(db, false, NULL);
		return result;
	}
	return db->driver->end(db, true, err);
}

/* Of one that was sent before: that there is nothing left to do is what was wanted. */
static bool
was_done(const struct runner *r, size_t i, int result)
{
	struct sfs_str head sfs_auto(str) = SFS_STR_INIT;

	sfs_statement_head(r->run->db->driver->dialect, r->script.text,
		&r->script.statements.items[i], 1, &head);
	return strcmp(sfs_str_text(&head), "DROP") == 0 ? result == -ENOENT : result == -EEXIST;
}

static int
run_outside(struct runner *r, struct sfs_error *err)
{
	const struct sfs_migrator *migrator = r->run->db->driver->migrator;
	size_t i = r->current = r->at.done;
	char *sql sfs_auto(free) = text_of(r, i);
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
		result = result < 0 ? fail(r, i, result, err) : 0;
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

/* ---- backfills ---- */

static int
run_batch(struct runner *r, const struct sfs_backfill *backfill, struct sfs_error *err)
{
	struct sfs_db *db = r->run->db;
	const struct sfs_way *way = &r->script.ways.items[r->at.done];
	struct sfs_progress before = r->at;
	char *place = NULL;
	int result = begin(r, err);

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
		result = write_progress(r, err);
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
prepare_batches(struct runner *r, struct sfs_backfill *backfill, struct sfs_error *err)
{
	struct sfs_db *db = r->run->db;
	char *sql sfs_auto(free) = text_of(r, r->at.done);
	int result = begin(r, err);

	if (result < 0) {
		return result;
	}
	result = sfs_backfill_init(backfill, db, sql, err);
	if (result == 0) {
		result = sfs_backfill_total(backfill, db, &r->at.total, err);
	}
	(void)db->driver->end(db, false, NULL);
	return result < 0 ? fail(r, r->at.done, result, err) : 0;
}

static int
run_batched(struct runner *r, struct sfs_error *err)
{
	struct sfs_backfill backfill sfs_auto(backfill) = { 0 };
	size_t i = r->current = r->at.done, tries = 0;
	int result = prepare_batches(r, &backfill, err);

	while (result == 0 && r->at.done == i && !r->recorded) {
		struct sfs_error own sfs_auto(error) = SFS_ERROR_INIT;

		result = run_batch(r, &backfill, &own);
		if (result == 0) {
			tries = 0;
			report(r);
			wait_ms(r->script.ways.items[i].pause_ms);
		} else if (sfs_streq(own.sqlstate, lock_not_available) && tries < N_RETRIES) {
			wait_ms(retry_waits[tries++]);
			result = 0;
		} else {
			sfs_error_move(err, &own);
			return fail(r, i, result, err);
		}
	}
	return result;
}

/* ---- the whole ---- */

/* What the server refused for where the statement runs: run in another way from now on. */
static bool
adapt(struct runner *r, const struct sfs_error *err)
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
run_next(struct runner *r, struct sfs_error *err)
{
	size_t first = r->at.done, n = r->script.statements.len;
	enum sfs_run_mode mode = first < n ? r->script.ways.items[first].mode : SFS_RUN_INSIDE;
	int result;

	switch (mode) {
	case SFS_RUN_OUTSIDE:
		result = run_outside(r, err);
		break;
	case SFS_RUN_BATCHED:
		result = run_batched(r, err);
		break;
	case SFS_RUN_INSIDE:
	default:
		result = run_inside(r, end_of_segment(r, first), err);
		break;
	}
	if (result == 0) {
		remember(r, first, r->at.done);
		report(r);
	}
	return result;
}

static int
run_all(struct runner *r, struct sfs_error *err)
{
	size_t tries = 0;

	while (!r->recorded) {
		struct sfs_error own sfs_auto(error) = SFS_ERROR_INIT;
		int result = run_next(r, &own);

		if (result == 0) {
			tries = 0;
		} else if (strcmp(own.sqlstate, lock_not_available) == 0 && tries < N_RETRIES) {
			wait_ms(retry_waits[tries++]);
		} else if (!adapt(r, &own)) {
			sfs_error_move(err, &own);
			return result;
		}
	}
	return 0;
}

int
sfs_run_migration(const struct sfs_run *run, struct sfs_error *err)
{
	struct runner r sfs_auto(runner) = { .run = run, .at = { .tag = sfs_strdup(run->tag) } };
	const struct sfs_driver *driver = run->db->driver;
	int result =
		sfs_script_parse(driver->dialect, run->name, run->text, run->len, &r.script, err);

	if (result == 0) {
		result = look_back(&r, err);
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
