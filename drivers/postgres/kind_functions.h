/* SPDX-License-Identifier: MIT */
#ifndef SFS_POSTGRES_KIND_FUNCTIONS_H
#define SFS_POSTGRES_KIND_FUNCTIONS_H

#include "drivers/postgres/kind.h"
#include "drivers/postgres/read.h"

/* The functions that the rows of kind.c name; what each does is said in kind.h. */

/* read_*.c: catalog queries */
void pg_read_namespace(int version, struct sfs_str *out);
void pg_read_table(int version, struct sfs_str *out);
void pg_read_column(int version, struct sfs_str *out);
void pg_read_constraint(int version, struct sfs_str *out);
void pg_read_index(int version, struct sfs_str *out);
void pg_read_sequence(int version, struct sfs_str *out);
void pg_read_view(int version, struct sfs_str *out);
void pg_read_rule(int version, struct sfs_str *out);
void pg_read_trigger(int version, struct sfs_str *out);
void pg_read_policy(int version, struct sfs_str *out);
void pg_read_statistics(int version, struct sfs_str *out);

/* read_*.c: completion of rows */
void pg_complete_column(struct pg_row *row);
void pg_complete_constraint(struct pg_row *row);
void pg_complete_index(struct pg_row *row);
void pg_complete_sequence(struct pg_row *row);

/* print_*.c: names */
void pg_reference_namespace(const struct sfs_object *object, struct sfs_str *out);
void pg_reference_column(const struct sfs_object *object, struct sfs_str *out);
void pg_reference_part(const struct sfs_object *object, struct sfs_str *out); /* "name ON relation" */
void pg_reference_statistics(const struct sfs_object *object, struct sfs_str *out);

/* print_*.c: creation */
void pg_print_namespace(struct pg_writer *writer, const struct sfs_object *object);
void pg_print_table(struct pg_writer *writer, const struct sfs_object *object);
void pg_print_column(struct pg_writer *writer, const struct sfs_object *object);
void pg_print_constraint(struct pg_writer *writer, const struct sfs_object *object);
void pg_print_index(struct pg_writer *writer, const struct sfs_object *object);
void pg_print_sequence(struct pg_writer *writer, const struct sfs_object *object);
void pg_print_view(struct pg_writer *writer, const struct sfs_object *object);
void pg_print_rule(struct pg_writer *writer, const struct sfs_object *object);
void pg_print_trigger(struct pg_writer *writer, const struct sfs_object *object);
void pg_print_policy(struct pg_writer *writer, const struct sfs_object *object);
void pg_print_statistics(struct pg_writer *writer, const struct sfs_object *object);

#endif
