// SPDX-License-Identifier: MIT
/* What the texts of keys are made from while a catalog is read. */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/vec.h"
#include "drivers/postgres/read/keys.h"
#include "drivers/postgres/kind.h"

struct relation {
	uint32_t oid; /* 0: a free slot */
	SFS_VEC(struct pg_key_column) columns;
};

struct pg_keys {
	SFS_VEC(uint64_t)
	defaults;               /* operator class in the upper half, type in the lower; sorted */
	struct relation *slots; /* owned; open addressing, at most half full */
	size_t size, len;
};

struct pg_keys *
pg_keys_create(void)
{
	struct pg_keys *keys = sfs_alloc(sizeof *keys);

	keys->size = 256;
	keys->slots = sfs_alloc(keys->size * sizeof *keys->slots);
	return keys;
}

void
pg_keys_destroy(struct pg_keys *keys)
{
	if (!keys) {
		return;
	}
	for (size_t i = 0; i < keys->size; i++) {
		sfs_vec_finish(&keys->slots[i].columns);
	}
	free(keys->slots);
	sfs_vec_finish(&keys->defaults);
	free(keys);
}

const char *
pg_keys_query(void)
{
	/* A varchar is text to its operators: the one default that is not of the type itself. */
	return "SELECT o.oid, t.type FROM pg_opclass o,"
	       " LATERAL (SELECT o.opcintype AS type UNION ALL SELECT 'varchar'::regtype"
	       " WHERE o.opcintype = 'text'::regtype) t WHERE o.opcdefault ORDER BY 1, 2";
}

static int
compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static uint64_t
pair(uint32_t opclass, uint32_t type)
{
	return (uint64_t)opclass << 32 | type;
}

void
pg_keys_load(struct pg_keys *keys, const PGresult *result)
{
	for (int row = 0; row < PQntuples(result); row++) {
		sfs_vec_push(&keys->defaults,
			pair((uint32_t)strtoul(PQgetvalue(result, row, 0), NULL, 10),
				(uint32_t)strtoul(PQgetvalue(result, row, 1), NULL, 10)));
	}
	if (keys->defaults.len) {
		qsort(keys->defaults.items, keys->defaults.len, sizeof(uint64_t), compare);
	}
}

bool
pg_keys_is_default(const struct pg_keys *keys, uint32_t opclass, uint32_t type)
{
	uint64_t key = pair(opclass, type);

	return keys->defaults.len &&
	       bsearch(&key, keys->defaults.items, keys->defaults.len, sizeof(uint64_t), compare);
}

/* The slot of a relation, or the free one where it belongs. */
static struct relation *
slot(const struct pg_keys *keys, uint32_t oid)
{
	size_t at = (oid * UINT32_C(2654435769)) & (keys->size - 1);

	while (keys->slots[at].oid && keys->slots[at].oid != oid) {
		at = (at + 1) & (keys->size - 1);
	}
	return &keys->slots[at];
}

static void
grow(struct pg_keys *keys)
{
	sfs_auto(free) struct relation *old = keys->slots;
	size_t size = keys->size;

	keys->size *= 2;
	keys->slots = sfs_alloc(keys->size * sizeof *keys->slots);
	for (size_t i = 0; i < size; i++) {
		if (old[i].oid) {
			*slot(keys, old[i].oid) = old[i];
		}
	}
}

void
pg_keys_add(struct pg_keys *keys, uint32_t relation, const struct pg_key_column *column)
{
	struct relation *found = slot(keys, relation);

	if (!found->oid) {
		if (++keys->len * 2 > keys->size) {
			grow(keys);
			found = slot(keys, relation);
		}
		found->oid = relation;
	}
	sfs_vec_push(&found->columns, *column);
}

const struct pg_key_column *
pg_keys_column(const struct pg_keys *keys, uint32_t relation, uint32_t number)
{
	const struct relation *found = slot(keys, relation);

	/* Nearly always in order and without gaps. */
	if (number && number <= found->columns.len &&
		found->columns.items[number - 1].number == number) {
		return &found->columns.items[number - 1];
	}
	sfs_vec_foreach (column, &found->columns) {
		if (column->number == number) {
			return column;
		}
	}
	return NULL;
}

bool
pg_keys_next(const char **list, uint32_t *ret_number)
{
	const char *at = *list;
	char *end;

	while (at && *at && (*at < '0' || *at > '9')) {
		at++;
	}
	if (!at || !*at) {
		return false;
	}
	*ret_number = (uint32_t)strtoul(at, &end, 10);
	*list = end;
	return true;
}

bool
pg_keys_names(const struct pg_keys *keys, uint32_t relation, const char *list, unsigned skip,
	unsigned limit, struct sfs_str *out)
{
	uint32_t number;

	for (unsigned i = 0; i < skip + limit && pg_keys_next(&list, &number); i++) {
		if (i < skip) {
			continue;
		}
		const struct pg_key_column *column = pg_keys_column(keys, relation, number);

		if (!column) {
			return false;
		}
		sfs_str_add(out, i > skip ? ", " : "");
		pg_name(out, column->name);
	}
	return true;
}
