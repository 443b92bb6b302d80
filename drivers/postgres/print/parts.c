// SPDX-License-Identifier: MIT
/* The parts of a table: in which order they are written, and by which statement. */
#include <stdlib.h>
#include <string.h>

#include "drivers/postgres/kind_functions.h"
#include "drivers/postgres/print/print.h"

/* Constraints by what they are, so that the primary key stands first; the rest is by name, mostly. */
static unsigned
rank(const struct sfs_object *part)
{
	static const char *const types[] = { "PRIMARY KEY", "UNIQUE", "EXCLUDE", "CHECK",
		"FOREIGN KEY" };
	const char *type =
		part->id.kind == SFS_CONSTRAINT ? sfs_object_get(part, SFS_CONSTRAINT_TYPE) : NULL;
	unsigned i = 0;

	if (part->id.kind == SFS_INDEX) {
		/* The server takes the oldest that fits in place of the parent's. */
		return !sfs_object_has(part, SFS_INDEX_INHERITED);
	}
	while (type && i < 5 && strcmp(types[i], type) != 0) {
		i++;
	}
	return i;
}

/* Where the digits start in which a name ends. */
static size_t
stem_len(const char *name)
{
	size_t len = strlen(name);

	while (len && name[len - 1] >= '0' && name[len - 1] <= '9') {
		len--;
	}
	return len;
}

int
pg_compare_numbered(const char *a, const char *b)
{
	size_t len = stem_len(a), digits_a = strlen(a) - len, digits_b = strlen(b) - len;

	if (len != stem_len(b) || memcmp(a, b, len) != 0 || digits_a == digits_b) {
		return strcmp(a, b);
	}
	return digits_a < digits_b ? -1 : 1;
}

static int
compare(const void *a, const void *b)
{
	const struct sfs_object *x = *(const struct sfs_object *const *)a;
	const struct sfs_object *y = *(const struct sfs_object *const *)b;
	unsigned rank_x = rank(x), rank_y = rank(y);

	if (x->id.kind == SFS_COLUMN || x->id.kind == SFS_TYPE_ATTRIBUTE) {
		return x->position < y->position ? -1 : x->position > y->position;
	}
	if (rank_x != rank_y) {
		return rank_x < rank_y ? -1 : 1;
	}
	return x->id.kind == SFS_CONSTRAINT && pg_is_foreign_key(x)
		       ? pg_compare_numbered(x->id.name, y->id.name)
		       : strcmp(x->id.name, y->id.name);
}

void
pg_parts_of(const struct sfs_object *owner, enum sfs_kind kind, struct pg_parts *ret_parts)
{
	const struct sfs_object *part;

	sfs_parts_foreach (part, owner) {
		if (part->id.kind == kind) {
			sfs_vec_push(ret_parts, part);
		}
	}
	if (ret_parts->len > 1) {
		qsort(ret_parts->items, ret_parts->len, sizeof *ret_parts->items, compare);
	}
}

bool
pg_is_foreign_key(const struct sfs_object *constraint)
{
	return sfs_streq(sfs_object_get(constraint, SFS_CONSTRAINT_TYPE), "FOREIGN KEY");
}

bool
pg_is_unchecked(const struct sfs_object *constraint)
{
	return sfs_object_has(constraint, SFS_CONSTRAINT_NOT_VALID) &&
	       !sfs_object_has(constraint, SFS_CONSTRAINT_NOT_ENFORCED) &&
	       !sfs_object_has(constraint, SFS_CONSTRAINT_NO_INHERIT) &&
	       !sfs_object_has(constraint, SFS_CONSTRAINT_INHERITED) &&
	       sfs_streq(sfs_object_get(constraint, SFS_CONSTRAINT_TYPE), "CHECK");
}

bool
pg_waits_for_children(const struct sfs_object *part)
{
	if (part->id.kind == SFS_CONSTRAINT) {
		return sfs_object_has(part, SFS_CONSTRAINT_INVALID) ||
		       sfs_object_has(part, SFS_CONSTRAINT_ATTACHED) || pg_is_unchecked(part);
	}
	return part->id.kind == SFS_INDEX && (sfs_object_has(part, SFS_INDEX_INVALID) ||
						     sfs_object_has(part, SFS_INDEX_ATTACHED) ||
						     sfs_object_has(part, SFS_INDEX_TWIN));
}

bool
pg_is_made_with_owner(const struct sfs_object *part)
{
	if (part->id.kind == SFS_CONSTRAINT) {
		return !pg_is_foreign_key(part) && !pg_waits_for_children(part);
	}
	return part->id.kind == SFS_COLUMN || (part->id.kind == SFS_SEQUENCE && pg_is_serial(part));
}

bool
pg_is_made_as_partition(const struct sfs_object *table)
{
	const struct sfs_object *part;

	if (!sfs_object_has(table, SFS_TABLE_PARTITION_OF)) {
		return false;
	}
	sfs_parts_foreach (part, table) {
		if (part->id.kind == SFS_COLUMN && !sfs_object_has(part, SFS_COLUMN_INHERITED)) {
			return false;
		}
	}
	return true;
}

bool
pg_comes_after_table(const struct pg_parts *constraints, size_t at)
{
	const struct sfs_object *constraint = constraints->items[at];
	const char *columns = sfs_object_get(constraint, SFS_CONSTRAINT_COLUMNS);

	if ((sfs_object_has(constraint, SFS_CONSTRAINT_NOT_VALID) &&
		    !sfs_object_has(constraint, SFS_CONSTRAINT_NOT_ENFORCED)) ||
		sfs_object_has(constraint, SFS_CONSTRAINT_UNCHECKED)) {
		return true;
	}
	if (sfs_streq(sfs_object_get(constraint, SFS_CONSTRAINT_TYPE), "PRIMARY KEY")) {
		/* From PostgreSQL 18 on it would name a partition's NOT NULL, which is its parent's. */
		return pg_is_made_as_partition(constraint->owner);
	}
	if (!sfs_streq(sfs_object_get(constraint, SFS_CONSTRAINT_TYPE), "UNIQUE")) {
		return false;
	}
	for (size_t i = 0; i < at; i++) {
		if (rank(constraints->items[i]) <= 1 &&
			sfs_streq(sfs_object_get(constraints->items[i], SFS_CONSTRAINT_COLUMNS),
				columns)) {
			return true;
		}
	}
	return false;
}

bool
pg_is_attached(const struct sfs_object *table)
{
	return sfs_object_has(table, SFS_TABLE_PARTITION_OF) && !pg_is_made_as_partition(table);
}

bool
pg_comes_from_parent(const struct sfs_object *constraint)
{
	return sfs_object_has(constraint, SFS_CONSTRAINT_INHERITED) &&
	       !pg_is_attached(constraint->owner);
}
