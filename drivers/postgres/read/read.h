/* SPDX-License-Identifier: MIT */
#ifndef SFS_POSTGRES_READ_READ_H
#define SFS_POSTGRES_READ_READ_H

#include "base/arena.h"
#include "drivers/postgres/connection.h"

/* A namespace that is read under another's name: a scratch place standing for the real one. */
struct pg_alias {
	const char *actual; /* ours: only [a-z0-9_], unique, so it never needs quotes */
	const char *shown;  /* the name that it stands for, raw */
};

/* What the server calls things: the parts of an object's tag. */
#define PG_TAG(class, oid, sub) ((uint64_t)(class) << 48 | (uint64_t)(oid) << 16 | (uint64_t)(sub))

/* OIDs of the system catalogs, fixed since they exist (src/include/catalog/pg_*.h). */
enum pg_class_oid {
	PG_CLASS_TYPE = 1247,
	PG_CLASS_PROC = 1255,
	PG_CLASS_CLASS = 1259, /* with a sub-id: a column */
	PG_CLASS_ATTRDEF = 2604,
	PG_CLASS_CONSTRAINT = 2606,
	PG_CLASS_LANGUAGE = 2612,
	PG_CLASS_NAMESPACE = 2615,
	PG_CLASS_OPCLASS = 2616,
	PG_CLASS_OPERATOR = 2617,
	PG_CLASS_REWRITE = 2618,
	PG_CLASS_TRIGGER = 2620,
	PG_CLASS_OPFAMILY = 2753,
	PG_CLASS_AM = 2601,
	PG_CLASS_CAST = 2605,
	PG_CLASS_CONVERSION = 2607,
	PG_CLASS_EXTENSION = 3079,
	PG_CLASS_FDW = 2328,
	PG_CLASS_SERVER = 1417,
	PG_CLASS_USER_MAPPING = 1418,
	PG_CLASS_POLICY = 3256,
	PG_CLASS_COLLATION = 3456,
	PG_CLASS_EVENT_TRIGGER = 3466,
	PG_CLASS_STATISTIC_EXT = 3381,
	PG_CLASS_TRANSFORM = 3576,
	PG_CLASS_TS_DICT = 3600,
	PG_CLASS_TS_PARSER = 3601,
	PG_CLASS_TS_CONFIG = 3602,
	PG_CLASS_TS_TEMPLATE = 3764,
	PG_CLASS_DEFAULT_ACL = 826,
	PG_CLASS_INIT_PRIVS = 3394, /* of grants: with the OID of what they are on */
	PG_CLASS_PUBLICATION = 6104,
	PG_CLASS_SUBSCRIPTION = 6100,
};

struct pg_read_options {
	struct sfs_scope scope;
	const struct pg_alias
		*aliases; /* when given, only these namespaces are read, under those names */
	size_t n_aliases;
};

/*
 * Statements for a transaction that asks for a few objects. What the server has planned it forgets with
 * every new schema, so queries are planned again for each save. For a few objects the way through the
 * indexes is right, and to leave the planner no other choice halves what that costs.
 */
#define PG_FEW_SETTINGS                                                                            \
	"; SET LOCAL join_collapse_limit = 1; SET LOCAL from_collapse_limit = 1;"                  \
	" SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off;"                      \
	" SET LOCAL enable_material = off; SET LOCAL enable_bitmapscan = off;"                     \
	" SET LOCAL max_parallel_workers_per_gather = 0"
enum { PG_FEW = 16 };

/* What a read that goes on knows besides its catalog. */
struct pg_load {
	struct pg_db *db;
	struct sfs_catalog *catalog;
	const struct pg_read_options *options;
	struct sfs_arena *arena; /* ends with the read */
	struct pg_keys *keys;    /* keys.h */
	uint64_t present;        /* bit per kind: there may be objects of it */
	struct sfs_str features; /* owned; what the database has, as select.h has it; NULL: all */
	SFS_VEC(struct sfs_object *)
	undefined;            /* indexes and constraints whose text only the server can make */
	const char *vanished; /* what was dropped meanwhile, for messages; NULL: nothing */
};

/* A row of a kind's query on its way into the catalog. */
struct pg_row {
	struct pg_load *load;
	struct sfs_identity *id;
	struct sfs_object *owner; /* NULL for what is no part */
	uint64_t tag;
	uint32_t position;
	const char **values;      /* one for each attribute; may point to load->arena */
	const char *const *extra; /* the result's columns that nothing else takes, in their order */
	bool undefined;           /* set by complete(): load->undefined gets the object */
	bool taken; /* set by complete(): another object has it, there is none to add */
};

/*
 * Reads the catalog with the query of every kind (kind.h), pipelined, one result at a time, and
 * seals it. Opens a REPEATABLE READ READ ONLY transaction unless one is open, and reads anew what
 * others have spoilt meanwhile: -EAGAIN when they drop objects again and again, -EBUSY when a lock of
 * theirs stays for longer than the session's lock_timeout. (attempt.c)
 */
int pg_read(struct pg_db *db, const struct pg_read_options *options,
	struct sfs_catalog **ret_catalog, struct sfs_error *err) SFS_MUST_CHECK;

/*
 * How long one attempt waits for a lock while it holds those of what it has read. Far less than the
 * server's deadlock_timeout (1 s): who waits for us in a circle is to see us give way, and not be the victim.
 */
enum { PG_READ_LOCK_TIMEOUT_MS = 100 };

/* One attempt of it. */
int pg_read_once(struct pg_db *db, const struct pg_read_options *options,
	struct sfs_catalog **ret_catalog, struct sfs_error *err) SFS_MUST_CHECK;

/*
 * A query of one row that tells pg_present() for which kinds there is anything: a bit for each kind
 * whose query has to be run. Adds the features of select.h that the database has, after a blank: there
 * is a text, even if there are none. `partial`: asks only what is told quickly; everything else may
 * be there. (present.c)
 */
void pg_select_present(bool partial, struct sfs_str *out);
uint64_t pg_present(bool partial, const PGresult *result, struct sfs_str *ret_features);

/* A number for which of the features that are told quickly are among `present`. */
unsigned pg_features_variant(const char *present);

/* The rows of a kind's query, added to the catalog as they come: in one result or in many. (rows.c) */
struct pg_rows {
	enum sfs_kind kind;
	struct pg_map *maps; /* owned; one for each kind */
};
void pg_rows_begin(struct pg_rows *rows, enum sfs_kind kind);
void pg_rows_load(struct pg_rows *rows, struct pg_load *load, const PGresult *result);
void pg_rows_finish(struct pg_rows *rows);
SFS_DEFINE_AUTO_VALUE(pg_rows, struct pg_rows, pg_rows_finish)

/*
 * Finds the OIDs of the objects of a scope and of all that depends on them; `ret_oids` has an array
 * such as "{1,2}" for each class of enum pg_class_oid, NULL when none is of it. (scope.c)
 */
struct pg_class_oids {
	unsigned class;
	const char *oids;
};
struct pg_scope SFS_VEC_OF(struct pg_class_oids);

int pg_resolve_scope(struct pg_db *db, const struct pg_read_options *options,
	struct sfs_arena *arena, struct pg_scope *ret_scope, struct sfs_error *err) SFS_MUST_CHECK;

/* Gives load->undefined what the server makes of them. (definition.c) */
int pg_read_definitions(struct pg_load *load, struct sfs_error *err) SFS_MUST_CHECK;

/* The text as it is to be shown: names of scratch places replaced. In `arena`, or as it was. (alias.c) */
const char *pg_show(
	const struct pg_read_options *options, struct sfs_arena *arena, const char *text);

/* The text with arrays in the form that the server reads as it wrote them. In `arena`, or as it was. (array.c) */
const char *pg_keep_arrays(struct sfs_arena *arena, const char *text);

/* The same for conditions that are nested: (chain.c) */
const char *pg_keep_chains(struct sfs_arena *arena, const char *text);

/* With their lack of a name said where a query's columns have none. (unnamed.c) */
const char *pg_keep_unnamed(struct sfs_arena *arena, const char *text);

/* Adds pg_depend's edges, as objects of the catalog, to its graph. (depend.c) */
int pg_read_dependencies(struct pg_db *db, const struct pg_read_options *options,
	struct sfs_catalog *catalog, struct sfs_error *err) SFS_MUST_CHECK;

/* namespace.c: what the catalog takes as usual in namespace public. */
void pg_usual_namespace(int version, struct sfs_catalog *catalog);

#endif
