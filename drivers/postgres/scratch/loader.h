/* SPDX-License-Identifier: MIT */
#ifndef SFS_POSTGRES_SCRATCH_LOADER_H
#define SFS_POSTGRES_SCRATCH_LOADER_H

#include "drivers/postgres/scratch/load.h"

/* Between load.c, which tries, load_send.c and load_receive.c: a script on its way. */

/* What a unit of the pipeline is for. */
enum pg_unit_type {
	PG_UNIT_TASK,
	PG_UNIT_SETTING, /* of the person's; one that this server does not know is of no effect */
	PG_UNIT_OWN,     /* of ours: must succeed */
};

struct pg_unit {
	enum pg_unit_type type;
	size_t task; /* index; of a setting: in script->settings */
};

/* Under which settings the next statement would run. */
struct pg_in_force {
	bool known;
	const char *base;
	size_t from, to;
};

/* Which default privileges are in force. */
enum pg_defaults_state {
	PG_DEFAULTS_UNKNOWN,
	PG_DEFAULTS_EXISTING,
	PG_DEFAULTS_FRESH,
};

struct pg_loader {
	struct pg_db *db;
	struct pg_script *script;
	const struct pg_load_options *options;
	struct pg_tasks tasks;
	struct pg_in_force current;
	enum pg_defaults_state defaults;
	SFS_VEC(struct pg_unit) units; /* sent, their results not taken yet */
	struct pg_order failed;
	bool sorted;    /* the statements come in an order of ours */
	size_t stopped; /* in a transaction: the place in the order of the one that failed */
};

/* ---- load_send.c ---- */

/* The task's statement as it is sent. */
void pg_load_rewrite(struct pg_loader *l, const struct pg_task *task, struct pg_text *text);

/* Sends a unit of the pipeline; `index` is of the task, or of the setting. */
int pg_load_send(struct pg_loader *l, enum pg_unit_type type, size_t index, const char *sql,
	struct sfs_error *err) SFS_MUST_CHECK;

/* Sends a task, and before it what settings and default privileges it wants. Adds to `bytes`. */
int pg_load_task(
	struct pg_loader *l, size_t index, size_t *bytes, struct sfs_error *err) SFS_MUST_CHECK;

/* ---- load_receive.c ---- */

/*
 * Takes the result of one unit; keeps the failure of a task with it, and `failed` says whether there
 * was one. An error is what no other order would mend.
 */
int pg_load_take(struct pg_loader *l, const struct pg_unit *unit, bool *failed,
	struct sfs_error *err) SFS_MUST_CHECK;

int pg_load_take_sync(struct pg_loader *l, struct sfs_error *err) SFS_MUST_CHECK;

/* Takes what is still to come after an error that ends everything, so that the connection is usable. */
void pg_load_drain(struct pg_loader *l);

/* A task's failure in the server's words, with the person's file, position and names. */
int pg_load_error(struct pg_loader *l, const struct pg_task *task, const PGresult *result,
	struct sfs_error *err);

#endif
