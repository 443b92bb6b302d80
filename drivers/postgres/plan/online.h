/* SPDX-License-Identifier: MIT */
#ifndef SFS_POSTGRES_PLAN_ONLINE_H
#define SFS_POSTGRES_PLAN_ONLINE_H

#include "drivers/postgres/plan/planner.h"

/* Between online.c, which has the table of forms, online_check.c, online_index.c and online_key.c. */

/* The last of the steps that are added is about `object` and takes `lock`. */
struct sfs_step *pg_online_add(struct pg_planner *planner, const struct sfs_object *object,
	const char *lock, const char *sql);

/* Marks a step that runs by itself and in its own time. */
void pg_online_outside(struct sfs_step *step);

/* Adds it behind all other steps of the plan. */
void pg_online_later(struct pg_planner *planner, const struct sfs_object *object, const char *sql);

/* "schemafs_<what>_<digest of the object's name>": for a helper that a broken off plan may leave. */
const char *pg_online_name(
	struct pg_planner *planner, const char *what, const struct sfs_object *object);

/* ---- online_check.c ---- */

void pg_online_check(struct pg_planner *planner, const struct pg_state *state);
void pg_online_validate(struct pg_planner *planner, const struct pg_state *state);
void pg_online_not_null(struct pg_planner *planner, const struct pg_state *state);
void pg_online_attach(struct pg_planner *planner, const struct pg_state *state);

bool pg_online_fits_check(struct pg_planner *planner, const struct pg_state *state);
bool pg_online_fits_validate(struct pg_planner *planner, const struct pg_state *state);
bool pg_online_fits_not_null(struct pg_planner *planner, const struct pg_state *state);
bool pg_online_fits_attach(struct pg_planner *planner, const struct pg_state *state);

/* Whether a constraint of `from` is a helper that the plan will use, and then drop, by itself. */
bool pg_online_keeps(struct pg_planner *planner, const struct pg_state *state);
void pg_online_keep(struct pg_planner *planner, const struct pg_state *state);

/* ---- online_index.c ---- */

void pg_online_index(struct pg_planner *planner, const struct pg_state *state);
void pg_online_parts(struct pg_planner *planner, const struct pg_state *state);
void pg_online_drop_index(struct pg_planner *planner, const struct pg_state *state);

/* Whether the old index or key is dropped when the new one has been made under another name. */
bool pg_online_is_swapped(struct pg_planner *planner, const struct pg_state *state);

/* Adds a step that runs by itself; `made` is the index that it may leave when it fails, or NULL. */
void pg_online_add_outside(struct pg_planner *planner, const struct sfs_object *object,
	const char *sql, const char *made);

/* What the plain form would be followed by: statistics, comments. */
void pg_online_rest(struct pg_planner *planner, const struct pg_state *state);

/* What a plan that was broken off has built to take the place of an index, or of a key's; or NULL. */
const struct sfs_object *pg_online_successor(
	struct pg_planner *planner, const struct sfs_object *wanted);

bool pg_online_fits_index(struct pg_planner *planner, const struct pg_state *state);
bool pg_online_fits_parts(struct pg_planner *planner, const struct pg_state *state);
bool pg_online_fits_more_parts(struct pg_planner *planner, const struct pg_state *state);
bool pg_online_fits_taken(struct pg_planner *planner, const struct pg_state *state);
bool pg_online_fits_drop_index(struct pg_planner *planner, const struct pg_state *state);

/* ---- online_key.c ---- */

void pg_online_key(struct pg_planner *planner, const struct pg_state *state);
bool pg_online_fits_key(struct pg_planner *planner, const struct pg_state *state);

/* Whether an index that is there is the one that the key would get. */
bool pg_online_is_ready_for(const struct sfs_object *index, const struct sfs_object *key);

/* Whether the key is dropped by the statement that gives the table its successor. */
bool pg_online_fits_swap(struct pg_planner *planner, const struct pg_state *state);

#endif
