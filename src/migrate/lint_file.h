/* SPDX-License-Identifier: MIT */
#ifndef SFS_MIGRATE_LINT_FILE_H
#define SFS_MIGRATE_LINT_FILE_H

#include "diff/plan.h"
#include "migrate/touched.h"
#include "sql/lexer.h"

/*
 * Adds what the statements of a migration risk by standing in one file: locks that are held, where
 * transactions end, time limits that it lifts, names. `made` are the tables that are new in it.
 */
void sfs_lint_file(enum sfs_dialect dialect, const char *text, size_t len,
	const struct sfs_touches *made, struct sfs_plan *plan);

#endif
