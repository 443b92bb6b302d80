/* SPDX-License-Identifier: MIT */
#ifndef SFS_POSTGRES_PRINT_PRINT_H
#define SFS_POSTGRES_PRINT_PRINT_H

#include "drivers/postgres/kind.h"

/* ---- parts.c: parts of a table, and by which statement they are made ---- */

/* The parts of a kind, as people would look for them: constraints by type, then all by name. */
struct pg_parts SFS_VEC_OF(const struct sfs_object *);
void pg_parts_of(const struct sfs_object *owner, enum sfs_kind kind, struct pg_parts *ret_parts);

static inline void
sfs_auto_pg_parts(struct pg_parts *parts)
{
	sfs_vec_finish(parts);
}

/*
 * Whether the statement that makes a relation makes this part of it as well when the writer is no
 * file's: columns, constraints but for foreign keys, the sequences behind serial columns.
 */
bool pg_is_made_with_owner(const struct sfs_object *part);

bool pg_is_foreign_key(const struct sfs_object *constraint);

/*
 * By name, numbers at the end as numbers. In this order the server has named foreign keys, and the parts
 * of them that it makes for each partition of what they refer to, under names of the same kind.
 */
int pg_compare_numbered(const char *a, const char *b);

/* A check that is NOT VALID: a child that came after it would have it valid. */
bool pg_is_unchecked(const struct sfs_object *constraint);

/*
 * Whether a constraint of the table is made by a statement of its own after it. The server drops a UNIQUE of
 * the columns of another key made by the same statement without a word; and what is NOT VALID a new
 * table would have valid.
 */
bool pg_comes_after_table(const struct pg_parts *constraints, size_t at);

/* Whether the table is made as a partition; else it is made alone and attached. */
bool pg_is_made_as_partition(const struct sfs_object *table);

/*
 * Whether the table is a partition that is made as a table of its own, with what takes the place
 * of its parent's indexes and keys, and then attached. In a plan the attaching is a step of its own.
 */
bool pg_is_attached(const struct sfs_object *table);

/*
 * Whether it can be made only when all children are there: an index or a key of a partitioned table
 * that some partition has no part of, which one that came later would be given, or that has a twin;
 * what is a part of such a one; a check that is NOT VALID, which would be valid in children that came later.
 */
bool pg_waits_for_children(const struct sfs_object *part);

/*
 * Whether the parent brings the constraint. A table that is attached only once it is whole has to have
 * it before.
 */
bool pg_comes_from_parent(const struct sfs_object *constraint);

/* ---- statements, and pieces of them ---- */

/* Whether the sequence is the one behind a column that is written as serial. */
bool pg_is_serial(const struct sfs_object *sequence);

/*
 * NOT NULL as a constraint of the table, which it is since PostgreSQL 18, as it stands after ADD:
 * "CONSTRAINT n NOT NULL c NO INHERIT NOT VALID". Unless `valid` old rows are not looked at.
 */
void pg_write_not_null(struct sfs_str *out, const struct sfs_object *column, bool valid);

/* "id bigserial NOT NULL": as between the parentheses of CREATE TABLE and after ADD COLUMN. */
void pg_write_column(struct sfs_str *out, const struct sfs_object *column, bool with_default);

/*
 * "id WITH OPTIONS NOT NULL": of a table of a type, which says what columns there are; nothing when
 * there is nothing to add.
 */
void pg_write_typed_column(struct sfs_str *out, const struct sfs_object *column, bool with_default);

/* A column's common attributes, and those of the sequence behind its identity; and what changes of these. */
void pg_write_column_common(struct pg_writer *writer, const struct sfs_object *column);
void pg_alter_identity_common(struct pg_writer *writer, const struct sfs_change *change);

/*
 * "CONSTRAINT a_key UNIQUE (a) DEFERRABLE": as there and after ADD. `add`: with NOT VALID. `column` is how
 * long the line is that it will stand behind.
 */
void pg_write_constraint(
	struct sfs_str *out, const struct sfs_object *constraint, bool add, size_t column);

/* What stands after a constraint: its common attributes, and the comment on its index. */
void pg_write_constraint_common(struct pg_writer *writer, const struct sfs_object *constraint);
void pg_write_index_comment(struct pg_writer *writer, const struct sfs_object *constraint);

/*
 * The grants on columns of one relation, the same ones in one statement; what it does not tell comes with
 * the columns themselves while the writer has them `columns_together`.
 */
void pg_write_column_grants(struct pg_writer *writer, const struct pg_parts *columns);

/*
 * The system columns (ctid, tableoid ...) on which something is granted, as columns of which only that is
 * known: added to `columns`, in `arena`. And what changes of these grants.
 */
void pg_system_columns(
	struct sfs_arena *arena, const struct sfs_object *relation, struct pg_parts *columns);
void pg_alter_system_grants(struct pg_writer *writer, const struct sfs_change *change);

/* ALTER statements for what CREATE TABLE can not say of a column: statistics, storage, options. */
void pg_write_column_settings(struct pg_writer *writer, const struct sfs_object *column);

/* What of a table comes after its sequences and indexes: OWNED BY, REPLICA IDENTITY, CLUSTER ON. */
void pg_print_after(struct pg_writer *writer, const struct sfs_object *table);

/* VALIDATE CONSTRAINT for the checks that are valid in this child only. */
void pg_validate_here(struct pg_writer *writer, const struct sfs_object *table);

/* "CREATE VIEW v AS SELECT NULL::integer AS a": others can refer to it until it is made whole. */
void pg_print_view_columns(struct pg_writer *writer, const struct sfs_object *view);

/* ALTER INDEX ... ATTACH PARTITION for a key that is a part of such a one. */
void pg_attach_key(struct pg_writer *writer, const struct sfs_object *constraint);

/* The key, also when it takes the place of the parent's. */
void pg_print_own_constraint(struct pg_writer *writer, const struct sfs_object *constraint);

/* The index, also when it takes the place of the parent's. */
void pg_print_own_index(struct pg_writer *writer, const struct sfs_object *index);

/* ALTER COLUMN ... SET DEFAULT. */
void pg_write_default(struct pg_writer *writer, const struct sfs_object *column);

/* The statement that makes an index: plainly, beside writers, or without those of partitions. */
enum pg_index_build {
	PG_INDEX_PLAIN,
	PG_INDEX_CONCURRENTLY,
	PG_INDEX_ONLY,
};
void pg_write_index(struct sfs_str *out, const struct sfs_object *index, enum pg_index_build build);

/* Appends the steps from `first` on as a text: each ends in `;`, blank lines between groups. */
void pg_write_steps(const struct sfs_plan *plan, size_t first, struct sfs_str *out);

#endif
