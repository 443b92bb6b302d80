/* SPDX-License-Identifier: MIT */
#ifndef SFS_MIGRATE_PROBE_H
#define SFS_MIGRATE_PROBE_H

#include <jansson.h>

#include "drivers/driver.h"

/*
 * A value of a snapshot that is SQL of its writer, where the migrations make something that reads
 * differently: it is given to the server, and what the server makes of both is compared.
 */
enum sfs_probe_kind {
	SFS_PROBE_TYPE,
	SFS_PROBE_DEFAULT,
	SFS_PROBE_GENERATED,
	SFS_PROBE_CHECK,
	SFS_PROBE_INDEX,
	SFS_PROBE_POLICY,
	SFS_PROBE_VIEW,
};

struct sfs_probe {
	enum sfs_probe_kind kind;
	const char *path;   /* where it stands in the snapshot, for people; in the arena */
	const json_t *said; /* what the snapshot has: the column, or the thing itself; borrowed */
	const json_t
		*holder;  /* the table, or the view itself, as the migrations make it; borrowed */
	const char *name; /* of the part, or policy, as they make it; NULL: a view; borrowed */
	const json_t *internal; /* the snapshot's `internal`; SQLite's, or NULL */
};

struct sfs_probes {
	struct sfs_arena *arena; /* owned */
	enum sfs_dialect dialect;
	SFS_VEC(struct sfs_probe) list;
};

void sfs_probes_finish(struct sfs_probes *probes);
SFS_DEFINE_AUTO_VALUE(probes, struct sfs_probes, sfs_probes_finish)

/*
 * Tries all in `scratch`, which has what `made` says and is left as it was, and appends a line for
 * each that the server takes for something else, or not at all.
 */
int sfs_probes_run(const struct sfs_probes *probes, struct sfs_db *scratch,
	const struct sfs_catalog *made, struct sfs_str *out, struct sfs_error *err) SFS_MUST_CHECK;

/* ---- within this room: probe_postgres.c, probe_sqlite.c ---- */

/*
 * Appends the statements that have the server understand a value, joined by `;`, and, in `id`, what
 * then is to be compared with the object that the migrations make. Names in `id` are in the arena.
 */
typedef void sfs_probe_write(const struct sfs_probes *probes, const struct sfs_probe *probe,
	const struct sfs_object *made, const char *alias, struct sfs_str *sql,
	struct sfs_identity *id);
sfs_probe_write sfs_probe_postgres, sfs_probe_sqlite;

/* The text of a member that is a string; "" when it is none. */
const char *sfs_probe_text(const json_t *object, const char *key);

/* A default as SQL: a string is SQL already. */
void sfs_probe_default(const json_t *value, struct sfs_str *out);

#endif
