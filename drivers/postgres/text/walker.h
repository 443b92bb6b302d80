/* SPDX-License-Identifier: MIT */
#ifndef SFS_POSTGRES_TEXT_WALKER_H
#define SFS_POSTGRES_TEXT_WALKER_H

#include <jansson.h>

#include "drivers/postgres/text/parse.h"

/* What tree.c, keys.c and scan.c collect of one statement; private to them. */
struct pg_walker {
	struct sfs_arena *arena;
	const struct pg_stmt *statement;
	struct pg_refs refs;
	struct pg_keys keys;
	struct pg_list list;
	SFS_VEC(size_t) columns;
};

/* The string in a field of libpg_query's node, NULL when there is none. */
const char *pg_node_text(const json_t *node, const char *key);

/* Where a node stands in the source; PG_NOWHERE when it does not say. */
size_t pg_node_location(const struct pg_walker *walker, const json_t *node);

/* Adds a reference; copies the names, none when `name` is NULL. */
void pg_walker_add(struct pg_walker *walker, enum pg_space space, enum pg_use use,
	const char *namespace, const char *name, size_t offset);

/* An element of a table's list, where it stands. */
struct pg_element {
	size_t start, end;                /* from its first token to its last */
	size_t comma_before, comma_after; /* where the commas stand; PG_NOWHERE: there is none */
};
struct pg_elements SFS_VEC_OF(struct pg_element);

/*
 * The elements of the first list in parentheses, which the statement's tree is told of. `elements` is
 * to be finished by the caller.
 */
void pg_elements_find(struct pg_walker *walker, struct pg_elements *elements);

/* The foreign keys in a CreateStmt. (keys.c) */
void pg_keys_find(struct pg_walker *walker, const json_t *create);

/* Names and foreign keys of a statement that libpg_query can not parse, by its tokens. (scan.c) */
void pg_statement_scan(struct pg_walker *walker);

#endif
