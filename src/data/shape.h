/* SPDX-License-Identifier: MIT */
#ifndef SFS_DATA_SHAPE_H
#define SFS_DATA_SHAPE_H

#include "base/arena.h"
#include "base/error.h"
#include "base/vec.h"
#include "catalog/catalog.h"

/* A column as far as rows are concerned. Texts are borrowed from the catalog. */
struct sfs_shape_column {
	const char *name;
	const char *type;      /* as the catalog has it; "" when SQLite's has none */
	const char *collation; /* NULL: the type's own */
	bool key;
	bool computed;    /* can not be given a value */
	bool always;      /* GENERATED ALWAYS AS IDENTITY: only with OVERRIDING SYSTEM VALUE */
	bool counted;     /* a sequence gives it numbers */
	bool never_empty; /* NOT NULL */
};

/* A table as far as its rows are concerned. */
struct sfs_shape {
	const struct sfs_object *object;          /* borrowed from its catalog */
	SFS_VEC(struct sfs_shape_column) columns; /* in the table's order */
	SFS_VEC(size_t) key;                      /* of the primary key, in its order */
	bool deferrable;                          /* so is the primary key */
	bool strict;                              /* SQLite */
	bool inherited; /* other tables of the catalog inherit from it; a partitioned one is not */
};

void sfs_shape_finish(struct sfs_shape *shape);
SFS_DEFINE_AUTO_VALUE(shape, struct sfs_shape, sfs_shape_finish)

/*
 * The shape of a table, which must outlive it. -ENOENT when the catalog has none of that name,
 * -EINVAL when it has no primary key: then its rows can not be told apart.
 */
int sfs_shape_read(const struct sfs_catalog *catalog, const char *namespace, const char *name,
	struct sfs_shape *ret_shape, struct sfs_error *err) SFS_MUST_CHECK;

/* The index of a column; SIZE_MAX when there is none. SQLite's names differ in more than case. */
size_t sfs_shape_find(const struct sfs_shape *shape, enum sfs_dialect dialect, const char *name);

/* Whether a foreign key of `child` refers to `parent`. */
bool sfs_shape_refers(
	const struct sfs_shape *child, const struct sfs_shape *parent, enum sfs_dialect dialect);

#endif
