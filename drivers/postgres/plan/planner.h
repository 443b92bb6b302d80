/* SPDX-License-Identifier: MIT */
#ifndef SFS_POSTGRES_PLAN_PLANNER_H
#define SFS_POSTGRES_PLAN_PLANNER_H

#include "base/map.h"
#include "drivers/postgres/alter/alter.h"
#include "drivers/postgres/connection.h"

/* What pg_plan() works with; private to plan.c, replace.c, nodes.c, emit.c and hazards.c. */

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

/* Whether the table joins a parent, or a type: `tied` may be about what it says of its indexes alone. (family.c) */
bool pg_joins(const struct pg_state *table);

/*
 * A partition leaves for a while when a key of its own goes that an index of its parent is made of: neither
 * can be dropped before the other. An index that parts of go is made anew. Returns whether anything was found.
 * (held.c)
 */
bool pg_release_keys(struct pg_planner *planner);

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

/* ---- family.c: tables with parents ---- */

/* The column that the parent has by this name; NULL: none. */
const struct sfs_object *pg_parent_column(
	const struct sfs_catalog *catalog, const struct sfs_object *column);

/* The column as if all it has were its own. */
const struct sfs_object *pg_flatten(struct pg_planner *planner, const struct sfs_catalog *catalog,
	const struct sfs_object *column);

/* The parents of a table of `from` that are made anew: it leaves them, and joins them again. */
void pg_renewed_parents(const struct pg_planner *planner, const struct pg_state *table,
	struct pg_list *ret_parents);

/* Whether the table can get its parents only by being made with them. */
bool pg_needs_new_table(const struct pg_planner *planner, const struct pg_state *table);

/* Whether the table's partition key names the column, which then can not be altered. */
bool pg_is_partitioned_by(const struct sfs_object *table, const struct sfs_object *column);

/* Whether a parent that the table has before, after and all the while brings it the part, of either. */
bool pg_keeps_inherited(const struct pg_planner *planner, const struct pg_state *table,
	const struct sfs_object *part);

/* Whether a column that parent and child get comes to the child when it has joined the parent. */
bool pg_comes_after_joining(const struct pg_planner *planner, const struct pg_state *table,
	const struct sfs_object *column);

/*
 * Whether the columns of a partition stand as its parent's do when some go and others come behind
 * them: attached to a parent that is made anew it is else not as if it had been made with it.
 */
bool pg_keeps_order(const struct pg_planner *planner, const struct pg_state *table);

/* Whether the table stands aside, and leaves its parents before that: they change without it. */
bool pg_leaves_parents(const struct pg_state *table);

/* What a parent brought can be dropped when the table has left it. */
void pg_inherited_edges(
	const struct pg_planner *planner, struct pg_nodes *nodes, const struct pg_state *part);

/* Whether a child keeps the column that its parent drops. */
bool pg_child_keeps(const struct pg_planner *planner, const struct sfs_object *column);

/* Spells out the columns of the tables that change parents. */
void pg_flatten_columns(struct pg_planner *planner);

/* The value that the column has, its own or its parent's. */
const char *pg_effective(
	const struct sfs_catalog *catalog, const struct sfs_object *column, int attribute);

/* ---- not_null.c: the names of NOT NULL ---- */

/* The name, for SQL, that a column's NOT NULL has from a parent; NULL: that which it would get anyway. */
const char *pg_inherited_not_null_name(const struct pg_planner *planner,
	const struct sfs_catalog *catalog, const struct sfs_object *column);

/* The column with its NOT NULL by name, where the server would else choose another one. */
const struct sfs_object *pg_with_not_null_name(
	struct pg_planner *planner, const struct sfs_object *column);

/* ---- generated.c: columns that are computed ---- */

/* Whether the column only gets another expression, and the server can do that. */
bool pg_sets_expression(const struct pg_planner *planner, const struct pg_state *column);

/* Whether a column that shall be generated can be so only by being dropped and added. */
bool pg_is_generated_anew(const struct pg_planner *planner, const struct pg_state *column);

/*
 * Whether it is an exclusion constraint, or a key WITHOUT OVERLAPS, that a partition has from its parent:
 * of those ATTACH PARTITION always makes another one, whatever the table has. (echo.c)
 */
bool pg_comes_by_attaching(const struct sfs_object *constraint);

/* ---- heirs.c: columns that children have from their parents ---- */

/* Has children that keep a value of their own be given it again after their parent changes. */
void pg_spread_columns(struct pg_planner *planner);

/* Makes the columns anew that go and come with the parent's, which is made anew. */
void pg_replace_heirs(struct pg_planner *planner, const struct pg_state *column);

/* Has a partition whose new column has another name for NOT NULL than its parent's get it alone. */
void pg_keep_new_not_null(struct pg_planner *planner, const struct sfs_object *column);

/* Finds how each child's column is made anew; whether more follows from that. */
bool pg_settle_heirs(struct pg_planner *planner);

/* Keeps changes of a table's columns out of the time in which others hold rows of it. (held.c) */
void pg_row_edges(
	const struct pg_planner *planner, struct pg_nodes *nodes, const struct pg_state *column);

/* Gives a column that goes and comes with its parent's the nodes of that. */
void pg_heir_nodes(struct pg_state *column);

/* Keeps a child's own column behind its parent's when both go, and before it when both come. */
void pg_heir_edges(struct pg_nodes *nodes, const struct pg_state *column);

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

/* ---- order.c: what comes first ---- */

struct pg_node {
	struct pg_state *state;
	enum pg_op op;
	int rank; /* breaks ties */
};

struct pg_edge {
	int before, after;
	bool soft; /* better so, but not at the price of a circle */
};

struct pg_nodes {
	SFS_VEC(struct pg_node) nodes;
	SFS_VEC(struct pg_edge) edges;
};

void pg_nodes_finish(struct pg_nodes *nodes);
SFS_DEFINE_AUTO_VALUE(pg_nodes, struct pg_nodes, pg_nodes_finish)

/* Adds an edge between nodes given as in pg_state.node: nothing happens when either is 0. */
void pg_nodes_edge(struct pg_nodes *nodes, int before, int after, bool soft);

/* Nodes that wait for each other. */
struct pg_circle SFS_VEC_OF(int);

/*
 * Sorts: the nodes' indexes in an order that keeps every edge; where there is a circle soft edges
 * give way first. The nodes of circles that had none are added to `ret_circle`. Both are the caller's.
 */
int *pg_nodes_sort(const struct pg_nodes *nodes, struct pg_circle *ret_circle);

/* ---- nodes.c: the states as nodes with edges ---- */

void pg_nodes_make(struct pg_planner *planner, struct pg_nodes *ret_nodes);

/* Keeps what an attribute goes through between the untying and tying of its typed tables. (held.c) */
void pg_typed_table_edges(
	struct pg_planner *planner, struct pg_nodes *nodes, const struct pg_state *attribute);

void pg_edges_make(struct pg_planner *planner, struct pg_nodes *nodes); /* edges.c */

/* Keeps what takes a name behind what leaves it. (names.c) */
void pg_name_edges(struct pg_planner *planner, struct pg_nodes *nodes);

/* ---- edges_parent.c: a child and its parents, a partition and what it is one of ---- */

/* A child that leaves its parent does so before the parent's columns change under it. */
void pg_parent_leave(const struct pg_planner *planner, struct pg_nodes *nodes,
	const struct pg_state *child, const struct sfs_object *parent);

/* A child joins its parent when the parent has its columns. */
void pg_parent_join(const struct pg_planner *planner, struct pg_nodes *nodes,
	const struct pg_state *child, const struct sfs_object *parent);

/* What of a child, a column or a check, comes before what its parents say of it, and what after. */
void pg_parent_follow(
	const struct pg_planner *planner, struct pg_nodes *nodes, const struct pg_state *mine);

/* ---- echo.c: what follows by itself ---- */

/* Whether the part comes from a parent table, with which it comes and goes. */
bool pg_is_inherited(const struct sfs_object *object);

/* Whether the statement that renames the parent's part reaches this one. */
bool pg_is_renamed_by_parent(const struct pg_planner *planner, const struct pg_state *state);

/* Whether the index, or key, of a partition is made before the one of its parent that takes it over. */
bool pg_index_comes_first(const struct pg_planner *planner, const struct pg_state *index);

/* Leaves to a parent what its change does to the state's object. */
void pg_find_echo(struct pg_planner *planner, struct pg_state *state);

/*
 * A view's columns come and go with its query. What is said of them besides, a comment or a grant,
 * is said of a column that the new query brings as of any other.
 */
void pg_follow_query(struct pg_planner *planner, struct pg_state *column);

/* Whether the part is dropped before its table, though it could go with it. (split.c) */
bool pg_goes_alone(const struct pg_planner *planner, const struct sfs_object *part);

/* Has what makes a circle made in two steps; false when nothing in it can be. (split.c) */
bool pg_split(
	struct pg_planner *planner, const struct pg_nodes *nodes, const struct pg_circle *circle);

/* Whether the part comes and goes with its owner's CREATE, or DROP. */
bool pg_is_absorbed(const struct pg_planner *planner, const struct pg_state *state, enum pg_op op);

/* The attributes that UNTIE and TIE see to: they are not ALTER's. */
uint64_t pg_tied_attributes(const struct pg_state *state);

/* ---- defaults.c: what objects are granted when the plan makes them ---- */

/* Finds the default privileges: of the database, or without one of `diff->from`. */
void pg_defaults_load(struct pg_planner *planner);

/* Lets default privileges change after all that is made by the plan. */
void pg_defaults_edges(const struct pg_planner *planner, struct pg_nodes *nodes);

/* What tells the place of a name that objects of several kinds share; NULL: it shares none. (names.c) */
const char *pg_name_key(const struct pg_planner *planner, const struct sfs_object *object);

/* ---- rings.c: names that are exchanged ---- */

/* Orders renames by the names that they leave to each other; where that is a ring one steps aside. */
void pg_rings_break(struct pg_planner *planner, struct pg_nodes *nodes);

/* Writes how they step aside: before all nodes. */
void pg_rings_write(struct pg_planner *planner);

/* ---- implied.c: indexes that partitions have by their parents alone ---- */

/* Before a table is made a partition: its parent's indexes call the columns as they are called. */
void pg_refresh_index_columns(struct pg_planner *planner, const struct sfs_object *partition);

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

/* ---- convert.c: what happens to values ---- */

/* Whether the sequence, or an identity column's, stands outside of its new bounds. */
bool pg_must_restart(struct pg_planner *planner, const struct sfs_change *change);

/* The expression that converts a column's values when no cast does; NULL: none is needed. */
const char *pg_conversion(struct pg_planner *planner, const struct sfs_change *change);

/* ---- column_order.c ---- */

/* What the fields of its rows are: columns, or the attributes of a composite type. */
enum sfs_kind pg_field_kind(const struct sfs_object *object);

struct pg_names SFS_VEC_OF(const char *);

/*
 * The names of the columns of an object of `diff->to`, a table, view or composite type, in the order in
 * which it has them after the plan: columns that are added come behind those there are, and a child has those of
 * its parents first. The names are borrowed, the vector is the caller's.
 */
void pg_column_order(const struct pg_planner *planner, const struct sfs_object *object,
	struct pg_names *ret_order);

/* ---- partition.c ---- */

/* The table that it is, or shall be, a partition of, in `diff->to`; NULL: none that is known. */
const struct sfs_object *pg_partition_parent(
	const struct pg_planner *planner, const struct sfs_object *table);

/*
 * What holds for the rows of a partition with that bound, so that the server need not read them to
 * know; false where it can not be told so: DEFAULT, hashes, keys of several columns.
 */
bool pg_partition_condition(
	const struct sfs_object *parent, const char *bound, struct sfs_str *out);

bool pg_is_default_partition(const struct sfs_object *partition);

/*
 * The rows that a partition takes, as it shall be, whatever the key; and those that no partition of the
 * parent takes (`but`, or NULL, left out of account). False where that can not be told.
 */
bool pg_partition_accepts(const struct pg_planner *planner, const struct sfs_object *parent,
	const struct sfs_object *partition, struct sfs_str *out);
bool pg_partition_refuses(const struct pg_planner *planner, const struct sfs_object *parent,
	const struct sfs_object *but, struct sfs_str *out);

/* ---- resettle.c: rows that change their partition ---- */

/* Finds the partitions whose rows are to be in others, and has them leave their parent for that. */
void pg_resettle(struct pg_planner *planner);

/* Keeps the moving of rows behind what makes room for them. */
void pg_resettle_edges(struct pg_planner *planner, struct pg_nodes *nodes);

/* Moves the rows that the partition gives away, before it is attached again or dropped. */
void pg_emit_moves(
	struct pg_planner *planner, struct pg_writer *writer, const struct pg_state *source);

/* Whether it gives rows away; how many of which nobody knows are not told: -1 in `ret_n`. */
bool pg_gives_rows_away(
	const struct pg_planner *planner, const struct pg_state *source, int64_t *ret_n);

/* How many rows of a partition, as it is, no partition takes that there shall be; -1: unknown. */
int64_t pg_count_homeless(
	struct pg_planner *planner, const struct sfs_object *from, const struct sfs_object *parent);

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

/* ---- facts.c: what is measured in the database; without one the careful answer ---- */

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
