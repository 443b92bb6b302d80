/* SPDX-License-Identifier: MIT */
#ifndef SFS_DIFF_COMPARE_H
#define SFS_DIFF_COMPARE_H

#include "diff/diff.h"

/* How two values are compared. */
struct sfs_reading {
	enum sfs_dialect dialect;
	const struct sfs_renames
		*renames; /* a name may stand for what it is renamed to; NULL: none */
	bool both_ways;   /* and for what it was renamed from */
	bool query;       /* they are queries of PostgreSQL's, whose columns keep their names */
};

/* Whether two values say the same although things were renamed, token by token. */
bool sfs_values_equal(const struct sfs_reading *reading, const char *a, const char *b);

/* The same of two lists whose order says nothing (SFS_ATTR_SET). */
bool sfs_sets_equal(const struct sfs_reading *reading, const char *a, const char *b);

/*
 * Appends a text in which qualified names are those after the renames, or (`back`) before them: the
 * types in a function's signature.
 */
void sfs_renames_rewrite(enum sfs_dialect dialect, const char *text,
	const struct sfs_renames *renames, bool back, struct sfs_str *out);

/*
 * An identity whose signature, or name where that is made of others' (a cast's, a user mapping's), is as
 * after the renames, or (`back`) as before them; what differs lives in `arena`.
 */
struct sfs_identity sfs_identity_rewrite(enum sfs_dialect dialect, const struct sfs_identity *id,
	const struct sfs_renames *renames, bool back, struct sfs_arena *arena);

/* The attributes of two objects of one kind that differ: bit i for attribute i. */
uint64_t sfs_objects_compare(enum sfs_dialect dialect, const struct sfs_object *a,
	const struct sfs_object *b, const struct sfs_renames *renames, bool both_ways);

/*
 * The same for an object of `from` and its counterpart: a name stands for another only where `from`
 * says that the object needs what was renamed (without a graph: everywhere).
 */
uint64_t sfs_objects_compare_renamed(const struct sfs_catalog *from, const struct sfs_object *a,
	const struct sfs_object *b, const struct sfs_renames *renames);

#endif
