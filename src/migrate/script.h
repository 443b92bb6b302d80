/* SPDX-License-Identifier: MIT */
#ifndef SFS_MIGRATE_SCRIPT_H
#define SFS_MIGRATE_SCRIPT_H

#include "base/error.h"
#include "sql/statement.h"

/* A migration file cut into what is sent to the database, one by one. */
struct sfs_script {
	const char *name, *text; /* borrowed */
	struct sfs_statements statements;
	bool rebuilds; /* SQLite: it wants foreign keys off */
};

/*
 * Cuts at `;` and at drizzle's `--> statement-breakpoint`, where a missing `;` is fine. SQLite's
 * PRAGMA foreign_keys is left out: it does nothing inside a transaction, so `rebuilds` asks for
 * it to be done around it; so is a COMMIT that is followed by nothing but that pragma and BEGIN.
 * -EINVAL, with the position, for what can not be part of a transaction.
 */
int sfs_script_parse(enum sfs_dialect dialect, const char *name, const char *text, size_t len,
	struct sfs_script *ret_script, struct sfs_error *err) SFS_MUST_CHECK;
void sfs_script_finish(struct sfs_script *script);
SFS_DEFINE_AUTO_VALUE(script, struct sfs_script, sfs_script_finish)

#endif
