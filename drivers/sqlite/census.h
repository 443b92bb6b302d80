/* SPDX-License-Identifier: MIT */
#ifndef SFS_SQLITE_CENSUS_H
#define SFS_SQLITE_CENSUS_H

#include "drivers/sqlite/connection.h"

/* sfs_driver's census(). */
int lite_census(
	struct sfs_db *db, struct sfs_census *ret_census, struct sfs_error *err) SFS_MUST_CHECK;

/* An object's tag, by its type as in sqlite_schema and its name. Indexes have none. */
uint64_t lite_tag(const char *type, const char *name);

#endif
