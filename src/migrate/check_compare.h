/* SPDX-License-Identifier: MIT */
#ifndef SFS_MIGRATE_CHECK_COMPARE_H
#define SFS_MIGRATE_CHECK_COMPARE_H

#include "migrate/probe.h"

/*
 * Compares what a snapshot says with one that was made of the migrations' outcome. Appends a line for
 * each thing that differs, and to `probes` what only the server can tell. Both have to stay until
 * those have run.
 */
void sfs_check_compare(json_t *said, json_t *made, struct sfs_probes *probes, struct sfs_str *out);

#endif
