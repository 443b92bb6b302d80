/* SPDX-License-Identifier: MIT */
#ifndef SFS_POSTGRES_READ_KEYS_H
#define SFS_POSTGRES_READ_KEYS_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/str.h"

/*
 * What the texts of keys are made from while a catalog is read: the columns of each relation by
 * number, and which operator classes need not be named. Asking the server for the text of each of
 * ten thousands of indexes costs more than all the rest of the reading.
 */
struct pg_key_column {
	uint32_t number; /* attnum */
	uint32_t type, collation;
	const char *name; /* borrowed */
};

struct pg_keys;

struct pg_keys *pg_keys_create(void);
void pg_keys_destroy(struct pg_keys *keys); /* accepts NULL */
SFS_DEFINE_AUTO(pg_keys, struct pg_keys, pg_keys_destroy)

/* The query for operator classes, and the taking of its result. */
const char *pg_keys_query(void);
void pg_keys_load(struct pg_keys *keys, const PGresult *result);

/* Whether this operator class is the one that a column of this type gets when none is named. */
bool pg_keys_is_default(const struct pg_keys *keys, uint32_t opclass, uint32_t type);

void pg_keys_add(struct pg_keys *keys, uint32_t relation, const struct pg_key_column *column);

/* NULL when it is not known; valid until the next add. */
const struct pg_key_column *pg_keys_column(
	const struct pg_keys *keys, uint32_t relation, uint32_t number);

/*
 * Appends the names of the columns of a "1 2" or "{1,2}" list, joined by ", "; at most `limit`
 * after leaving out `skip`. False when one is not known or is an expression.
 */
bool pg_keys_names(const struct pg_keys *keys, uint32_t relation, const char *list, unsigned skip,
	unsigned limit, struct sfs_str *out);

/* The next number of such a list, false at its end. */
bool pg_keys_next(const char **list, uint32_t *ret_number);

#endif
