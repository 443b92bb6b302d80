/* SPDX-License-Identifier: MIT */
#ifndef SFS_DIFF_JSON_H
#define SFS_DIFF_JSON_H

#include <jansson.h>

#include "diff/plan.h"

/* Plans as JSON, in the form that scripts may rely on: the same on the command line and in a mount. */

/* A string, or null for NULL; bytes that are not UTF-8 become U+FFFD. A new reference. */
json_t *sfs_json_text(const char *text);

/* An object of `statements` (with their locks), `hazards` and `questions`. A new reference. */
json_t *sfs_plan_json(const struct sfs_plan *plan);

#endif
