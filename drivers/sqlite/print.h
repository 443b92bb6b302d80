/* SPDX-License-Identifier: MIT */
#ifndef SFS_SQLITE_PRINT_H
#define SFS_SQLITE_PRINT_H

#include "drivers/driver.h"

/* sfs_driver's print() and print_all(). */
int lite_print(const struct sfs_catalog *catalog, const struct sfs_object *object,
	struct sfs_str *out, struct sfs_error *err) SFS_MUST_CHECK;
int lite_print_all(const struct sfs_catalog *catalog, struct sfs_str *out,
	struct sfs_error *err) SFS_MUST_CHECK;

/* The text that the catalog keeps of a table, index, view or trigger; NULL for all else. */
const char *lite_stored(const struct sfs_object *object);

/* Whether a text ends in a `--` comment, which would swallow what comes behind it on the line. */
bool lite_ends_in_comment(const char *text);

#endif
