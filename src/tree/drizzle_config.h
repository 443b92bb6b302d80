/* SPDX-License-Identifier: MIT */
#ifndef SFS_TREE_DRIZZLE_CONFIG_H
#define SFS_TREE_DRIZZLE_CONFIG_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"

/* What a project that uses drizzle-kit has told it. NULL where it says nothing, or not as a literal. */
struct sfs_drizzle_config {
	const char *file;    /* NULL: there is none */
	const char *out;     /* the folder, as written */
	const char *dialect; /* "postgresql", "sqlite"; drizzle's own aliases are told apart */
	const char *prefix;  /* migrations.prefix */
	const char *table, *schema; /* migrations.table, migrations.schema */
	bool no_breakpoints;
};

/*
 * Reads drizzle.config.ts (.js, .mjs, .cjs, .mts, .json) of a directory: the literals of its first
 * object. It is a program; what that computes is not known. Texts live in the arena.
 */
int sfs_drizzle_config_read(const char *directory, struct sfs_arena *arena,
	struct sfs_drizzle_config *ret_config, struct sfs_error *err) SFS_MUST_CHECK;

#endif
