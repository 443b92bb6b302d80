/* SPDX-License-Identifier: MIT */
#ifndef SFS_POSTGRES_PRINT_STATEMENTS_H
#define SFS_POSTGRES_PRINT_STATEMENTS_H

#include "drivers/postgres/kind.h"

/* What print/ and alter/ of the kinds that are no relations share. */

/* The whole CREATE, with OR REPLACE or without. That of a function serves procedures too. */
void pg_function_write(struct sfs_str *sql, const struct sfs_object *object, bool replace);
void pg_aggregate_write(struct sfs_str *sql, const struct sfs_object *object, bool replace);
void pg_language_write(struct sfs_str *sql, const struct sfs_object *object, bool replace);
void pg_transform_write(struct sfs_str *sql, const struct sfs_object *object, bool replace);

/*
 * The base type that a function takes or gives and is itself a part of, NULL for others: neither
 * can be made without the other, so type and functions are made together, after the type's shell.
 */
const struct sfs_object *pg_base_type_of(
	const struct sfs_catalog *catalog, const struct sfs_object *function);

/* "street text COLLATE pg_catalog."C"", as in CREATE TYPE and in ADD ATTRIBUTE. */
void pg_type_attribute_write(struct sfs_str *sql, const struct sfs_object *attribute);

/* "ALTER EVENT TRIGGER watch ENABLE ALWAYS", as the object has it. */
void pg_event_trigger_enable(struct pg_writer *writer, const struct sfs_object *object);

/* Steps for `subject` that set these default privileges; with `inverse` that take them back. */
void pg_write_default_privileges(struct pg_writer *writer, const struct sfs_object *subject,
	const struct sfs_object *defaults, bool inverse);

/* "ALTER DEFAULT PRIVILEGES FOR ROLE a IN SCHEMA b\n    ", before GRANT or REVOKE. */
void pg_default_privileges_head(struct sfs_str *sql, const struct sfs_object *object);

/* Appends SQL with four spaces before each of its lines, but not inside a literal. */
void pg_indented(struct sfs_str *sql, const char *lines);

#endif
