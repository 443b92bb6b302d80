/* SPDX-License-Identifier: MIT */
#ifndef SFS_MIGRATE_SCRIPT_H
#define SFS_MIGRATE_SCRIPT_H

#include "base/error.h"
#include "sql/statement.h"

/* How a statement of a migration is run. */
enum sfs_run_mode {
	SFS_RUN_INSIDE,  /* in a transaction with its neighbours */
	SFS_RUN_OUTSIDE, /* by itself: it can not, or shall not, run inside one */
	SFS_RUN_BATCHED, /* a backfill: in batches with their own commits */
};

struct sfs_way {
	enum sfs_run_mode mode;
	bool commits;  /* the transaction ends after it, as the file asks or the server needs */
	bool sets;     /* it sets something for the rest of the session */
	bool adds;     /* it adds an enum's value, which others may use only once it is committed */
	int64_t batch; /* of a backfill: rows of the table at a time */
	int64_t pause_ms;
};

/* A migration file cut into what is sent to the database, one by one. */
struct sfs_script {
	const char *name, *text; /* borrowed */
	struct sfs_statements statements;
	SFS_VEC(struct sfs_way) ways; /* as many as statements */
	bool rebuilds;                /* SQLite: foreign keys have to be off around it */
};

/*
 * Cuts at `;` and at drizzle's `--> statement-breakpoint`, where a missing `;` is fine; a file
 * without a statement gives none. BEGIN and COMMIT are left out, and end the transaction where they
 * stand in the middle. SQLite's PRAGMA foreign_keys is left out: it does nothing inside a
 * transaction, so `rebuilds` asks for it to be done around it; so is a COMMIT that is followed by
 * nothing but that pragma and BEGIN. A file that drops a table is taken to want that, too.
 * The comment `-- schemafs: backfill batch=500` before a statement makes it SFS_RUN_BATCHED, and
 * `-- schemafs: alone` makes it SFS_RUN_OUTSIDE.
 * -EINVAL, with the position, for what has no place in a migration.
 */
int sfs_script_parse(enum sfs_dialect dialect, const char *name, const char *text, size_t len,
	struct sfs_script *ret_script, struct sfs_error *err) SFS_MUST_CHECK;
void sfs_script_finish(struct sfs_script *script);
SFS_DEFINE_AUTO_VALUE(script, struct sfs_script, sfs_script_finish)

/* Reads `schemafs:` directives in the comments of a text that stands before a statement. */
int sfs_directive_read(enum sfs_dialect dialect, const struct sfs_script *script, size_t start,
	size_t end, struct sfs_way *way, struct sfs_error *err) SFS_MUST_CHECK;

#endif
