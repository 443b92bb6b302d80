/* SPDX-License-Identifier: MIT */
#ifndef SFS_VERBS_OUTPUT_H
#define SFS_VERBS_OUTPUT_H

#include <jansson.h>

#include "base/error.h"
#include "diff/plan.h"

/* What verbs print, in the forms that scripts may rely on. */

/*
 * Prints an object on stdout with `"version": 1` as its first key. The reference to `value` is
 * stolen.
 */
void sfs_output_json(json_t *value);

/* A string, or null for NULL; bytes that are not UTF-8 become U+FFFD. A new reference. */
json_t *sfs_output_string(const char *text);

/* New references. Secrets are redacted. */
json_t *sfs_output_error(const struct sfs_error *err);
json_t *sfs_output_plan(const struct sfs_plan *plan);

/* Hazards and questions on stderr, a line each. */
void sfs_output_hazards(const struct sfs_plan *plan);

/* The plan on stdout as a script that can be run. */
void sfs_output_sql(const struct sfs_plan *plan);

/* The line before it, which says what schema the plan is for; nothing for "". */
void sfs_output_header(const char *fingerprint);

/* "schema": the fingerprint of the database that the plan is for, null for "". */
void sfs_output_fingerprint(json_t *value, const char *fingerprint);

#endif
