/* SPDX-License-Identifier: MIT */
#ifndef SFS_MIGRATE_STRINGIFY_H
#define SFS_MIGRATE_STRINGIFY_H

#include <jansson.h>

#include "base/str.h"

/* Appends the bytes that JavaScript's JSON.stringify(value, null, 2) gives: drizzle's files are these. */
void sfs_json_stringify(json_t *value, struct sfs_str *out);

#endif
