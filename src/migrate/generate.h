/* SPDX-License-Identifier: MIT */
#ifndef SFS_MIGRATE_GENERATE_H
#define SFS_MIGRATE_GENERATE_H

#include <jansson.h>

#include "data/data.h"
#include "migrate/history.h"
#include "migrate/undo.h"
#include "tree/project.h"

/* How a migration is to be written. */
struct sfs_generation {
	const struct sfs_project *project; /* filters, breakpoints */
	struct sfs_db *db;                 /* evaluates; SQLite: may be NULL */
	const char *shadow;                /* as for sfs_history_replay() */
	bool evaluates;                    /* there is a place in which to run the history */
	const char *name;                  /* NULL: called by what changes */
	enum sfs_prefix prefix;
	struct sfs_data *data;       /* borrowed; the rows that are wanted; NULL: none */
	bool idempotent;             /* each statement may run twice */
	const struct sfs_undo *undo; /* NULL; else what is generated undoes a migration */
	bool dry_run;                /* nothing is written */
};

/* What came of it; init and finish it whether or not it worked. */
struct sfs_generated {
	char *tag;           /* owned; NULL: there was nothing to do, and nothing was written */
	struct sfs_str text; /* of the .sql file */
	struct sfs_plan plan;
};
void sfs_generated_init(struct sfs_generated *generated);
void sfs_generated_finish(struct sfs_generated *generated);
SFS_DEFINE_AUTO_VALUE(generated, struct sfs_generated, sfs_generated_finish)

/*
 * Writes the migration that makes `want` of what the history makes, with its snapshot and its entry
 * in the journal. Before that the history is run with it once more: unless that then equals `want`,
 * it is -EIO and nothing was written.
 */
int sfs_generate(struct sfs_history *history, const struct sfs_generation *how,
	const struct sfs_catalog *want, struct sfs_renames *renames,
	struct sfs_generated *ret_generated, struct sfs_error *err) SFS_MUST_CHECK;

/*
 * Writes an empty migration for a person to fill in. The snapshot says what the one before it says,
 * with what migrations without one have made since, if the history can be run.
 */
int sfs_generate_custom(struct sfs_history *history, const struct sfs_generation *how,
	struct sfs_generated *ret_generated, struct sfs_error *err) SFS_MUST_CHECK;

/*
 * What a plan reads like as a migration, with breakpoints and, unless `undo` is NULL, before each
 * statement what it brings back.
 */
void sfs_generate_text(const struct sfs_plan *plan, enum sfs_dialect dialect, bool breakpoints,
	const struct sfs_undo *undo, struct sfs_str *out);

/* Appends a statement so that it may run twice; false where the engine has no way to. (idempotent.c) */
bool sfs_idempotent_add(enum sfs_dialect dialect, const char *sql, struct sfs_str *out);

/* Guards each step of a plan; -EOPNOTSUPP, with the statement, for one that can not be. */
int sfs_idempotent_plan(
	enum sfs_dialect dialect, struct sfs_plan *plan, struct sfs_error *err) SFS_MUST_CHECK;

/*
 * Lets the steps of a plan that are about external objects, which may be there, and about optional
 * extensions, which may not be had, run on any database. `repeatable`: each step may run twice
 * already. (generate_guard.c)
 */
void sfs_generate_guard(const struct sfs_project *project, const struct sfs_diff *diff,
	enum sfs_dialect dialect, bool repeatable, struct sfs_plan *plan);

/* Notes what the migration leaves to do: rows that a new default does not reach. (generate_notes.c) */
void sfs_generate_notes(
	const struct sfs_diff *diff, enum sfs_dialect dialect, struct sfs_plan *plan);

/* ---- generate_rows.c ---- */

/* Rows beside what a history makes: compared at its first stop, checked at those behind it. */
struct sfs_generate_rows {
	struct sfs_data *data; /* NULL: none are wanted */
	const struct sfs_project *project;
	const struct sfs_catalog *want;
	const struct sfs_renames *renames;
	bool check; /* the stops but the first have to hold what is wanted */
};

/* Has the replays of the history look at the rows until it is called with NULL. */
void sfs_generate_watch(struct sfs_history *history, struct sfs_generate_rows *rows);

/* ---- publish.c ---- */

/* The newest snapshot of a folder that a new one can be made of. */
struct sfs_base {
	json_t *snapshot; /* owned; NULL: there is none */
	size_t n;         /* how many files of the history it stands for */
	bool current;     /* its version is the one that is written now */
};
int sfs_base_find(const struct sfs_history *history, struct sfs_base *ret_base,
	struct sfs_error *err) SFS_MUST_CHECK;
void sfs_base_finish(struct sfs_base *base);
SFS_DEFINE_AUTO_VALUE(base, struct sfs_base, sfs_base_finish)

/* Its id, or the one that stands for none. */
const char *sfs_base_id(const struct sfs_base *base);

/* Writes TAG.sql, its snapshot, and last its entry in the journal. */
int sfs_publish(struct sfs_history *history, const char *tag, const struct sfs_str *text,
	json_t *snapshot, bool breakpoints, int64_t when, struct sfs_error *err) SFS_MUST_CHECK;

#endif
