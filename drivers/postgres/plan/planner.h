/* SPDX-License-Identifier: MIT */
#ifndef SFS_POSTGRES_PLAN_PLANNER_H
#define SFS_POSTGRES_PLAN_PLANNER_H

#include "base/map.h"
#include "drivers/postgres/alter/alter.h"
#include "drivers/postgres/connection.h"

/* What pg_plan() works with; private to this folder, as family.h, nodes.h, rows.h and facts.h are. */

/* What can be done with an object, in the order in which it happens to one. */
enum pg_op {
	PG_RENAME,
	PG_UNTIE, /* lets go of what it holds on to (alter.h) */
	PG_ASIDE, /* takes another name, to make place for its successor */
	PG_DROP,
	PG_CREATE,
	PG_ALTER,
	PG_TIE,
	PG_OP_COUNT,
};

/* An object that something happens to: in both catalogs, or in one. */
struct pg_state {
	const struct sfs_object *from, *to; /* either may be NULL */
	const struct sfs_object *old, *new; /* as ALTER shall see them, when not as they are */
	const struct sfs_object *stepped;   /* `from` by the name that it steps aside to; or NULL */
	uint64_t spread;                    /* those that its children get from it */
	struct pg_state
		*heir_of; /* of a column that is made anew: the parent's, which is, too; or NULL */
	uint64_t attributes; /* those that ALTER and TIE have to bring from `from` to `to` */
	bool gone;           /* the object of `from` ends to exist */
	bool made; /* the object of `to` is made; with `gone` and `from`: it is replaced */
	bool renamed;
	bool untied, tied;
	bool aside;   /* replaced, and the old one is kept until the new one has taken over */
	bool retyped; /* a column that gets another type */
	bool echo;    /* no statement of its own: the parent table's reaches it */
	bool split;   /* made in two steps, since it is part of a circle */
	bool queued;
	int node[PG_OP_COUNT]; /* 1 + index, 0: none; of an absorbed part: its owner's */
};

/* What a node of the plan locks, and whether it takes long: by locks.c. */
struct pg_hold {
	const struct sfs_object *about; /* what the node is about */
	const struct sfs_object *table; /* of `from`; NULL: none that is there */
	const struct sfs_object *other; /* a second one, of a foreign key; or NULL */
	const char *lock;               /* on `table`; NULL: none */
	size_t pieces;                  /* how many steps wait for the end of the plan by then */
	bool slow;                      /* looks at all rows */
	bool rewrites;                  /* and writes them */
	bool outside;                   /* the transaction ends before it */
	bool merged;                    /* done by the statement before */
};

/* A routine whose body the database keeps as a text: what it needs, nobody knows. (bodies.c) */
struct pg_body {
	const char *routine; /* described */
	const char *text;
};
struct pg_bodies {
	SFS_VEC(struct pg_body) items;
	bool known;
};
void pg_bodies_finish(struct pg_bodies *bodies);

/* Rows of a partition that are to be in another one. (resettle.c) */
struct pg_move {
	struct pg_state *source;
	const struct sfs_object *target; /* of `to` */
	const char *condition;           /* which of the source's rows */
	int64_t n;                       /* how many there are now; -1: unknown */
};

struct pg_node;
struct pg_nodes;

struct pg_planner {
	struct pg_db *db;            /* NULL: facts are assumed */
	const struct sfs_diff *diff; /* with its own renames: pg_pair() */
	struct sfs_plan *plan;
	struct sfs_arena *arena;           /* owned */
	struct pg_state **by_from;         /* owned; by index in diff->from, NULL: untouched */
	struct pg_state **by_to;           /* owned; by index in diff->to */
	SFS_VEC(struct pg_state *) states; /* all, in the order in which they were touched */
	SFS_VEC(struct pg_state *) queue;  /* of replace.c */
	bool split_keys; /* foreign keys go before the tables that they would go with */
	unsigned char
		*omitted; /* owned; by index in diff->to: made after the table that it is in */
	unsigned char *loosened;        /* owned; by index in diff->from: goes before that */
	SFS_VEC(struct sfs_step) later; /* of online.c */
	SFS_VEC(struct pg_hold) holds;  /* in the plan's order */
	SFS_VEC(struct pg_move) moves;  /* of resettle.c */
	struct pg_bodies bodies;        /* owned; texts in the arena */
	struct sfs_map *facts;          /* owned; of facts.c */
	struct sfs_map *not_nulls, *shared_not_nulls; /* owned; of not_null.c, or NULL */
	struct sfs_map *refreshed;       /* owned; of implied.c: the parents that were seen to */
	bool measuring;                  /* the session is set up for questions */
	unsigned failed_counts;          /* of measure.c */
	struct pg_default_acls defaults; /* owned; of defaults.c */
};

/* The state of an object of `from`, or of `to`; made when there is none. */
struct pg_state *pg_state_of(struct pg_planner *planner, const struct sfs_object *from);
struct pg_state *pg_state_of_new(struct pg_planner *planner, const struct sfs_object *to);

/* A copy of the diff in which parts that only change their names are renamed. (pairs.c) */
void pg_pair(const struct sfs_diff *diff, struct sfs_diff *ret_diff);

/* Whether the check says, of all rows, that the column is not null. (hazards_table.c) */
bool pg_says_not_null(const struct sfs_object *check, const struct sfs_object *column);

/* Decides what happens to every object: fills the states. (decide.c) */
void pg_decide(struct pg_planner *planner);

/*
 * A partition does not leave while a foreign key refers to rows in it; `its_own`: nor do its rows, for
 * keys that refer to it alone. (decide.c)
 */
void pg_loosen_references(struct pg_planner *planner, const struct pg_state *table, bool its_own);

/* ---- replace.c: what one object's fate means for others ---- */

/* Drops the object and makes its successor, if there is one. */
void pg_replace(struct pg_planner *planner, struct pg_state *state);

/* Gives a column another type, or collation: `attribute` says which. */
void pg_retype(struct pg_planner *planner, struct pg_state *column, int attribute);

/* Makes those indexes anew that partitions would else get by other names when the column changes. */
void pg_keep_index_names(struct pg_planner *planner, const struct sfs_object *column);

/* Takes the owning column off a sequence, and gives it the new one. */
void pg_own_anew(struct pg_state *sequence);

/* Lets all that depends on what was replaced or retyped react, and what depends on that. */
void pg_close_over(struct pg_planner *planner);

/* Whether `user` needs `used`, directly, in that catalog. */
bool pg_uses(const struct sfs_catalog *catalog, const struct sfs_object *user,
	const struct sfs_object *used);

/* Whether the column is an identity column and will be none: then UNTIE sees to it. */
bool pg_loses_identity(const struct pg_state *column);

/* Whether it is a foreign key that its table has not from a parent. */
bool pg_is_own_foreign_key(const struct sfs_object *constraint);

/* Whether it is one that refers to the table. */
bool pg_refers_to(const struct sfs_object *constraint, const struct sfs_object *table);

/* The table, view or type that a part, trigger, policy or rule belongs to; NULL: none. */
const struct sfs_object *pg_relation_of(
	const struct sfs_catalog *catalog, const struct sfs_object *object);

/* Whether another change needs a label that the enum does not have yet. (labels.c) */
bool pg_uses_new_label(const struct pg_planner *planner, const struct pg_state *type);

/* Gives labels of enums their new texts, before all else. (labels.c) */
void pg_rename_labels(struct sfs_plan *plan, const struct sfs_diff *diff);

/* ---- held.c: what is in the way of a change until it lets go ---- */

/* Has the tables of a composite type be none of its while its attributes change. */
void pg_loosen_typed_tables(struct pg_planner *planner, const struct sfs_object *type);

/* A table that is to be logged waits for those that it refers to, and they for it the other way. */
void pg_persistence_edges(
	const struct pg_planner *planner, struct pg_nodes *nodes, const struct pg_state *table);

/* Whether columns hold values of the type, or rows of the table or view, alone or inside of others. */
bool pg_is_stored(const struct sfs_diff *diff, const struct sfs_object *type);

/* Whether columns hold values of the domain inside of other values: then it gets no new constraint. */
bool pg_is_stored_inside(const struct sfs_catalog *catalog, const struct sfs_object *domain);

/* Keeps changes of a table's columns out of the time in which others hold rows of it. */
void pg_row_edges(
	const struct pg_planner *planner, struct pg_nodes *nodes, const struct pg_state *column);

/* Keeps what an attribute goes through between the untying and tying of its typed tables. */
void pg_typed_table_edges(
	struct pg_planner *planner, struct pg_nodes *nodes, const struct pg_state *attribute);

/*
 * A partition leaves for a while when a key of its own goes that an index of its parent is made of: neither
 * can be dropped before the other. An index that parts of go is made anew. Returns whether anything was found.
 *
 */
bool pg_release_keys(struct pg_planner *planner);

/* ---- range.c: ranges with their multiranges and constructors ---- */

/* Lets a range's companions leave their names, when it has got `name`; nothing for other types. */
void pg_range_release(struct pg_planner *planner, struct pg_writer *writer,
	const struct sfs_object *type, const char *name);

/*
 * Lets them follow a range that was renamed or moved, where nobody named them; `now` is what it is called
 * by the renames of others.
 */
void pg_range_follow(struct pg_planner *planner, struct pg_writer *writer,
	const struct sfs_change *change, const struct sfs_object *now);

/* ---- emit.c: the SQL of a node ---- */

struct pg_writer;

/* Gives an object another name, or place. */
void pg_emit_rename(
	struct pg_planner *planner, struct pg_writer *writer, const struct sfs_change *change);

/* The object with a value for one of its attributes, and without one. */
const struct sfs_object *pg_with(struct pg_planner *planner, const struct sfs_object *object,
	int attribute, const char *value);

const struct sfs_object *pg_without(
	struct pg_planner *planner, const struct sfs_object *object, int attribute);

void pg_emit(struct pg_planner *planner, const struct pg_node *node);

/* ---- aside.c: objects under other names ---- */

struct sfs_object *pg_copy(struct pg_planner *planner, const struct sfs_object *object);

/*
 * The part of `old_owner` that a part of its successor was, and its name by now: the new one when its
 * rename was carried out, or its parent's reached it. NULL: there was none.
 */
const struct sfs_object *pg_former_part(struct pg_planner *planner,
	const struct sfs_object *old_owner, const struct sfs_object *to, const char **ret_name);

/* Names in a value of `from`, as what they stand for is called after the renames. */
const char *pg_rewritten(const struct pg_planner *planner, const char *names);

/* A publication of `from` with its tables and schemas as they are called by now. */
const struct sfs_object *pg_with_members_now(
	struct pg_planner *planner, const struct sfs_object *publication);

/* An object of `from` with such values of its attributes. */
const struct sfs_object *pg_with_new_names(struct pg_planner *planner,
	const struct sfs_object *object, const int *attributes, size_t n);

/* What an object of `from` is called by now, when it or what it stands in was renamed. */
const struct sfs_object *pg_by_new_name(
	struct pg_planner *planner, const struct sfs_object *object);

/* The object under the name that it has while it stands aside. */
const struct sfs_object *pg_aside_object(
	struct pg_planner *planner, const struct sfs_object *object);

/* Puts an object aside; brings the rows of one that was put aside into its successor. */
void pg_emit_aside(
	struct pg_planner *planner, struct pg_writer *writer, const struct pg_state *state);
void pg_emit_rows(
	struct pg_planner *planner, struct pg_writer *writer, const struct pg_state *state);

/* ---- hazards.c ---- */

void pg_hazards(struct pg_planner *planner, const struct pg_node *node);

/* Whether `to` gives anybody but the owner more than `from`. (acl.c) */
bool pg_acl_widens(const struct pg_kind *kind, const char *from, const char *to);

/* ---- online.c: changes of large tables in forms that do not keep writers waiting ---- */

/* What is added to the rank of a node that has such a form and stands behind the others. */
int pg_online_rank(struct pg_planner *planner, const struct pg_state *state, enum pg_op op);

/* Writes the node in its online form, with its hazards; false when it has none. */
bool pg_emit_online(struct pg_planner *planner, const struct pg_node *node);

/* Adds the steps that close the plan. */
void pg_online_finish(struct pg_planner *planner);

/* The table, as it is now, that the state changes online; NULL: it is small, new, or goes. */
const struct sfs_object *pg_online_table(struct pg_planner *planner, const struct pg_state *state);

#endif
