/* SPDX-License-Identifier: MIT */
#ifndef SFS_POSTGRES_PLAN_FACTS_H
#define SFS_POSTGRES_PLAN_FACTS_H

#include "drivers/postgres/plan/planner.h"

/* What is measured in the database; without one the careful answer. */

/* Before a question: sets the session up; false when there is none, or it fails. */
bool pg_facts_begin(struct pg_planner *planner);

/* Asks; a question that fails takes nothing with it. */
bool pg_facts_query(struct pg_planner *planner, const char *question, PGresult **ret_result);

/* The same with the server's words when it fails. */
bool pg_facts_try(struct pg_planner *planner, const char *question, PGresult **ret_result,
	struct sfs_error *err);

/* A yes-or-no question, asked once; yes when there is nobody to ask. */
bool pg_facts_ask(struct pg_planner *planner, const char *question);

/* Puts the session back into the state that it had before the first question. */
void pg_facts_end(struct pg_planner *planner);

/* Whether the table or materialized view, with its partitions, takes more bytes than that. */
bool pg_is_larger(struct pg_planner *planner, const struct sfs_object *relation, int64_t bytes);

/* Whether the table or materialized view has rows: of its own, or its children's as well. */
bool pg_has_own_rows(struct pg_planner *planner, const struct sfs_object *relation);
bool pg_has_rows(struct pg_planner *planner, const struct sfs_object *relation);

/* Whether the database has tables or views at all that are no extension's. */
bool pg_has_relations(struct pg_planner *planner);

/* Whether the column has values other than NULL; and whether it has NULL. */
bool pg_has_values(struct pg_planner *planner, const struct sfs_object *column);
bool pg_has_nulls(struct pg_planner *planner, const struct sfs_object *column);

/* Whether the server knows a way from the version of an extension that is there to the one asked. */
bool pg_can_update(struct pg_planner *planner, const struct pg_state *extension);

/* Whether the sequence has given out a number. */
bool pg_was_called(struct pg_planner *planner, const struct sfs_object *sequence);

/* The number that a sequence, or the one behind an identity column, has reached; false: none yet. */
bool pg_last_value(struct pg_planner *planner, const struct sfs_object *object, int64_t *ret_value);

#endif
