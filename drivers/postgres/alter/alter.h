/* SPDX-License-Identifier: MIT */
#ifndef SFS_POSTGRES_ALTER_ALTER_H
#define SFS_POSTGRES_ALTER_ALTER_H

#include "drivers/postgres/kind.h"

/*
 * The SQL that changes objects of the relation family: what the rows of kind.c point to, and the
 * two steps around a change that the planner asks for by itself.
 *
 * "Untie" loosens what an object holds on to so that the other may go or change (a default, a
 * parent, an owning column), "tie" makes it hold again as `to` says. Neither loses data.
 */

static inline bool
pg_differs(const struct sfs_change *change, int attribute)
{
	return change->attributes & UINT64_C(1) << attribute;
}

#define PG_BIT(attribute) (UINT64_C(1) << (attribute))

/* ---- list.c: values that are lists ---- */

struct pg_list SFS_VEC_OF(char *); /* items owned */

void pg_list_finish(struct pg_list *list);
SFS_DEFINE_AUTO_VALUE(pg_list, struct pg_list, pg_list_finish)

/* Cuts "a, b=c, d(1, 2)" at its outer commas; NULL gives an empty list. */
void pg_list_split(const char *text, struct pg_list *ret_list);
bool pg_list_has(const struct pg_list *list, const char *item);

/*
 * How many of the new parents, from the first on, a table keeps when it gets others: those that come
 * after them it leaves and joins again, since the server keeps them in the order of joining. Those of
 * `renewed` (or NULL) are made anew: it leaves and joins them, too.
 */
size_t pg_kept_parents(
	const struct pg_list *old, const struct pg_list *new, const struct pg_list *renewed);

/*
 * The clauses that turn options `from` into `to`, both "name=value, ...": "SET (...)" and
 * "RESET (...)" are appended to `clauses`, with `verb` before each ("" or "ALTER COLUMN c ").
 */
void pg_options_alter(struct sfs_str *clauses, const char *verb, const char *from, const char *to);

/* "OPTIONS (ADD a '1', SET b '2', DROP c)" from lists of `name 'value'`; adds nothing if equal. */
void pg_foreign_options_alter(
	struct sfs_str *clauses, const char *verb, const char *from, const char *to);

/* ---- table.c ---- */

/* "ALTER TABLE public.t": of the table or view that `object` is or stands in. */
void pg_alter_relation(struct sfs_str *out, const struct sfs_object *object);

/* Adds "<head> <clauses>" as one step, nothing when there are no clauses. */
void pg_alter_emit(struct pg_writer *writer, const struct sfs_object *object, const char *head,
	const struct sfs_str *clauses);

/* What of a table's differences is done by untie and tie; and which of them another table or type holds. */
#define PG_TABLE_HELD                                                                              \
	(PG_BIT(SFS_TABLE_INHERITS) | PG_BIT(SFS_TABLE_PARTITION_OF) |                             \
		PG_BIT(SFS_TABLE_PARTITION_BOUND) | PG_BIT(SFS_TABLE_OF_TYPE))
#define PG_TABLE_TIED                                                                              \
	(PG_TABLE_HELD | PG_BIT(SFS_TABLE_REPLICA_IDENTITY) | PG_BIT(SFS_TABLE_CLUSTER_ON))

void pg_table_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change);
bool pg_table_can_alter(const struct sfs_diff *diff, const struct sfs_change *change);
void pg_table_untie(struct pg_writer *writer, const struct sfs_change *change);
void pg_table_tie(struct pg_writer *writer, const struct sfs_change *change);

/* ---- column.c ---- */

void pg_column_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change);
void pg_column_drop(struct pg_writer *writer, const struct sfs_object *column);
void pg_column_rename(struct pg_writer *writer, const struct sfs_change *change);
void pg_column_untie(struct pg_writer *writer, const struct sfs_change *change);
void pg_column_tie(struct pg_writer *writer, const struct sfs_change *change);

/* ---- not_null.c ---- */

/* The name, for SQL, that the constraint has: its own, or the one that the server chooses. */
void pg_not_null_name(struct sfs_str *out, const struct sfs_object *column);

/* Since PostgreSQL 18: whether the constraint behind NOT NULL has another name than before. */
bool pg_not_null_is_renamed(const struct sfs_object *from, const struct sfs_object *to);

/* Gives the constraint its new name. */
void pg_not_null_rename(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change);

/* The clauses that take NOT NULL off, and that bring what is asked instead. */
void pg_not_null_drop(
	struct sfs_str *clauses, const struct sfs_diff *diff, const struct sfs_change *change);
void pg_not_null_set(
	struct sfs_str *clauses, const struct sfs_diff *diff, const struct sfs_change *change);

/* ---- identity.c ---- */

/* "SET INCREMENT BY 5 SET START WITH 10": from one list of sequence options to another. */
void pg_identity_options(struct sfs_str *out, const char *from, const char *to, bool restart);

/* The name, for SQL, of the sequence behind an identity column. */
void pg_identity_sequence(struct sfs_str *out, const struct sfs_object *column);

/* Whether the sequence behind an identity column has another name, said or by default, than before. */
bool pg_identity_is_renamed(const struct sfs_object *from, const struct sfs_object *to);

/* Gives the sequence behind an identity column its new name. */
void pg_identity_rename(struct pg_writer *writer, const struct sfs_change *change);

/* Says whether the sequence is logged, where that is another thing than of its table. */
void pg_identity_persistence(struct pg_writer *writer, const struct sfs_change *change);

/* ---- plan/cast.c: from one type to another ---- */

enum pg_cast {
	PG_CAST_SAME, /* the value stays as it is and the server needs no USING: varchar(9) -> text */
	PG_CAST_WIDER, /* the server converts by itself and nothing can be lost: integer -> bigint */
	PG_CAST_DIRECT,  /* by ::type; values can be cut, rounded or refused */
	PG_CAST_TEXT,    /* only by way of text */
	PG_CAST_ELEMENT, /* a value becomes an array of one */
};

enum pg_cast pg_cast_between(const char *from, const char *to);

/* Whether a value of `from` can fail to have its like in `to`. */
bool pg_cast_is_lossy(const char *from, const char *to);

/* "c::text::public.status", for USING: of a value as SQL has it; and of a column. */
void pg_cast_write_value(struct sfs_str *out, const char *value, enum pg_cast cast, const char *to);
void pg_cast_write(struct sfs_str *out, const char *column, enum pg_cast cast, const char *to);

/* ---- constraint.c, index.c, sequence.c, view.c ... ---- */

void pg_constraint_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change);
bool pg_constraint_can_alter(const struct sfs_diff *diff, const struct sfs_change *change);
void pg_constraint_drop(struct pg_writer *writer, const struct sfs_object *constraint);
void pg_constraint_rename(struct pg_writer *writer, const struct sfs_change *change);

void pg_index_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change);
bool pg_index_can_alter(const struct sfs_diff *diff, const struct sfs_change *change);
void pg_index_rename(struct pg_writer *writer, const struct sfs_change *change);

void pg_sequence_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change);
/* Where the sequence begins, said or by default. */
const char *pg_sequence_start(const struct sfs_object *sequence);

void pg_sequence_untie(struct pg_writer *writer, const struct sfs_change *change);
void pg_sequence_tie(struct pg_writer *writer, const struct sfs_change *change);

void pg_view_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change);
bool pg_view_can_alter(const struct sfs_diff *diff, const struct sfs_change *change);
void pg_materialized_view_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change);

void pg_materialized_view_tie(struct pg_writer *writer, const struct sfs_change *change);

void pg_trigger_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change);
void pg_rule_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change);
void pg_relation_level_rename(struct pg_writer *writer, const struct sfs_change *change);

void pg_policy_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change);
bool pg_policy_can_alter(const struct sfs_diff *diff, const struct sfs_change *change);

void pg_statistics_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change);

#endif
