/* SPDX-License-Identifier: MIT */
#ifndef SFS_SQLITE_SCOPE_H
#define SFS_SQLITE_SCOPE_H

#include "drivers/sqlite/stored.h"

/*
 * Which rows of sqlite_schema a reading of some objects needs: those objects, the tables that refer
 * to one by a foreign key, and the views and triggers that use one, directly or through a view.
 */
struct lite_scope;

int lite_scope_create(const struct lite_stored_from *from, const struct sfs_scope *scope,
	struct lite_scope **ret_scope, struct sfs_error *err) SFS_MUST_CHECK;
void lite_scope_destroy(struct lite_scope *scope); /* accepts NULL */

bool lite_scope_takes(struct lite_scope *scope, const struct lite_stored *row);

#endif
