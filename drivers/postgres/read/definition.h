/* SPDX-License-Identifier: MIT */
#ifndef SFS_POSTGRES_READ_DEFINITION_H
#define SFS_POSTGRES_READ_DEFINITION_H

#include "drivers/postgres/read/read.h"

/*
 * Cuts what pg_get_indexdef() gives: what stands between the parentheses of the keys, of INCLUDE,
 * and what follows WHERE; NULL where there is none. In load->arena, names shown.
 */
void pg_define_index(struct pg_load *load, const char *text, const char **ret_keys,
	const char **ret_include, const char **ret_predicate);

/*
 * What pg_get_constraintdef() gives, without the words that have attributes of their own: `values`
 * are those of the constraint.
 */
const char *pg_define_constraint(struct pg_load *load, const char *text, const char *const *values);

/*
 * An expression without the parentheses around the whole of it that the server writes and people do
 * not: "((a > 0))" gives "a > 0". In `arena`, or the text itself; NULL gives NULL.
 */
const char *pg_bare(struct sfs_arena *arena, const char *expression);

/* "CHECK ((a > 0))" as "CHECK (a > 0)"; other constraints as they are. */
const char *pg_define_check(struct sfs_arena *arena, const char *text);

/* Says in the table or materialized view that it is clustered on an index of this name. */
void pg_set_cluster(struct pg_load *load, struct sfs_object *relation, const char *index);

#endif
