/* SPDX-License-Identifier: MIT */
#ifndef SFS_POSTGRES_SCRATCH_SCRATCH_H
#define SFS_POSTGRES_SCRATCH_SCRATCH_H

#include "drivers/postgres/connection.h"
#include "drivers/postgres/scratch/load.h"

/* The two places where texts are tried out, and what evaluate.c chooses by. */

/* ---- database.c ---- */

/*
 * Loads the sources into a database of their own, or into `what->shadow`, and reads all of it. The
 * database is dropped afterwards; one that a killed process left is dropped by the next.
 */
int pg_evaluate_in_database(struct pg_db *db, const struct sfs_evaluation *what,
	struct sfs_catalog **ret_catalog, struct sfs_error *err) SFS_MUST_CHECK;

/* A scratch database while it is there; pg_scratch_finish() drops it. */
struct pg_scratch {
	struct pg_db *admin;  /* holds the lock; owned */
	struct pg_db *inside; /* owned */
	struct sfs_str name;
};
int pg_scratch_open(
	struct pg_db *db, struct pg_scratch *scratch, struct sfs_error *err) SFS_MUST_CHECK;
void pg_scratch_finish(struct pg_scratch *scratch); /* accepts a zeroed one */
SFS_DEFINE_AUTO_VALUE(pg_scratch, struct pg_scratch, pg_scratch_finish)

/* -EINVAL when there is something in a database that was given as a scratch place. */
int pg_require_empty(struct pg_db *shadow, struct sfs_error *err) SFS_MUST_CHECK;

/* ---- replay.c ---- */

/* sfs_driver's replay(). */
int pg_replay(struct sfs_db *db, const struct sfs_replay *what, struct sfs_catalog **ret_catalogs,
	struct sfs_error *err) SFS_MUST_CHECK;

/* ---- schema.c ---- */

/*
 * Makes what the sources define in scratch schemas, inside a transaction that is rolled back, and
 * reads it. `ids` are what the sources' paths name. -ENOTSUP when a schema will not do after all.
 */
int pg_evaluate_in_schemas(struct pg_db *db, const struct sfs_evaluation *what,
	const struct sfs_identity *ids, struct sfs_catalog **ret_catalog,
	struct sfs_error *err) SFS_MUST_CHECK;

/* ---- clone.c: tables that definitions lean on ---- */

/*
 * Makes a copy, without rows, of each relation that the script's statements lock and that is not in
 * a scratch place yet, takes only a reader's lock for it, and enters it into `places`. Partitioned
 * tables and parents come as they are, by the text that they have: their sources are added to the
 * script. A transaction is open; schemas are made for namespaces that come in.
 */
struct pg_clones {
	struct sfs_arena *arena;              /* owned */
	SFS_VEC(struct sfs_source *) sources; /* in the arena: texts of parents */
	SFS_VEC(const struct pg_ref *) made;
};
int pg_clone(struct pg_db *db, struct pg_script *script, struct pg_places *places,
	const char *token, struct pg_clones *clones, struct sfs_error *err) SFS_MUST_CHECK;
void pg_clones_finish(struct pg_clones *clones);
SFS_DEFINE_AUTO_VALUE(pg_clones, struct pg_clones, pg_clones_finish)

/* ---- stand_in.c: partitions that lack a part of their parent's index ---- */

/*
 * Adds to the script, for each index ONLY of a partitioned table in it, one of the partitions that lack a
 * part: without, the index would be whole where only some partitions are.
 */
int pg_add_stand_ins(struct pg_db *db, struct pg_script *script, struct pg_places *places,
	struct pg_clones *clones, struct sfs_error *err) SFS_MUST_CHECK;

/* ---- former.c: names from before a rename ---- */

/*
 * Gives what stands in scratch places the names that it had before the renames, and back: for the
 * time in which texts that were written before are loaded. Relations, their columns, labels of enums.
 */
int pg_take_former_names(struct pg_db *db, struct pg_places *places,
	const struct sfs_renames *renames, struct sfs_error *err) SFS_MUST_CHECK;
int pg_take_new_names(struct pg_db *db, struct pg_places *places, const struct sfs_renames *renames,
	struct sfs_error *err) SFS_MUST_CHECK;

/* ---- defaults.c: default privileges ---- */

/* Finds those of the role, and which sources are new; leaves `defaults` empty when there are none. */
int pg_defaults_find(struct pg_db *db, const struct sfs_evaluation *what,
	const struct sfs_identity *ids, const struct pg_places *places,
	struct pg_defaults *defaults, struct sfs_error *err) SFS_MUST_CHECK;

/* ---- check.c: whether a file defines only what its path names ---- */

/* -EINVAL with the position of the first statement that does not belong there. */
int pg_check_source(struct pg_script *script, const struct sfs_source *source,
	const struct sfs_identity *id, struct sfs_error *err) SFS_MUST_CHECK;

/* Enters the names that the source's statements give. */
void pg_check_places(struct pg_script *script, const struct sfs_source *source,
	const struct sfs_identity *id, struct pg_places *places);

/* Enters a name as one that nothing has outside of its scratch place. */
void pg_check_gone(const struct sfs_identity *id, struct pg_places *places);

/* Whether the object stands in the file that `id` names; also the other way round. */
bool pg_is_filed(const struct sfs_object *object, const struct sfs_identity *id);

/* A copy of those objects of `catalog` that stand in files of `ids`, with their dependencies. */
struct sfs_catalog *pg_pick(
	const struct sfs_catalog *catalog, const struct sfs_identity *ids, size_t n_ids);

/* Materialized views are tried out without rows; here they are again what their texts say. */
void pg_keep_rows(const struct pg_script *script, struct sfs_catalog *catalog);

/* Appends a scratch name that nothing else has: "schemafs_scratch_" and eight hex digits. */
unsigned pg_scratch_name(struct sfs_str *out);

#endif
