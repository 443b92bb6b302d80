/* SPDX-License-Identifier: MIT */
#ifndef SFS_MIGRATE_LINT_H
#define SFS_MIGRATE_LINT_H

#include "diff/plan.h"
#include "sql/lexer.h"

/*
 * What the statements of a migration risk, by what stands in them: adds hazards to `plan`, by the
 * rules of docs/hazards.md, each with the table or object that the statement names. Tables that the
 * migration itself makes have no rows and no readers, and SQLite's rebuild of a table loses nothing.
 * No database is asked, so what would depend on rows is told as if there were some.
 */
void sfs_lint(enum sfs_dialect dialect, const char *text, size_t len, struct sfs_plan *plan);

#endif
