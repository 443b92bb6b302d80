/* SPDX-License-Identifier: MIT */
#ifndef SFS_DIFF_DIFF_H
#define SFS_DIFF_DIFF_H

#include "base/error.h"
#include "base/vec.h"
#include "catalog/catalog.h"

/* That the object called `from` in one catalog is the one called `to` in the other. */
struct sfs_rename {
	struct sfs_identity from, to; /* same kind; texts borrowed from the caller */
	/* Of an enum's label, then `from` and `to` are both the type under its new name; else NULL: */
	const char *from_label, *to_label;
	const char *file; /* where the person said so, for errors; NULL if by other means */
	unsigned line, column;
	bool sure; /* by its file's place: nobody need find out whether it was carried out before */
	bool over; /* what had the new name until now goes */
	bool done; /* carried out before: it renames nothing any more */
	size_t follows; /* 1 + the index of the rename that brings it about; 0: none does */
};

struct sfs_renames SFS_VEC_OF(struct sfs_rename);

enum sfs_action {
	SFS_CREATE,
	SFS_DROP,
	SFS_ALTER,  /* attributes differ */
	SFS_RENAME, /* name, namespace or relation differ by a rename; attributes may differ too */
};

/* One object that differs. Parts are objects of their own: a new column is a CREATE of a column. */
struct sfs_change {
	enum sfs_action action;
	const struct sfs_object *from; /* NULL for CREATE */
	const struct sfs_object *to;   /* NULL for DROP */
	uint64_t attributes;           /* ALTER, RENAME: bit i set when attribute i differs */
};

/* A drop beside an add of a like thing, which may be a rename: told to the person, never guessed. */
struct sfs_question {
	const struct sfs_object *from, *to;
	const char *from_label, *to_label; /* of an enum, in the diff's arena; else NULL */
};

/* An enum's label that gets another text. */
struct sfs_relabel {
	const struct sfs_object *type; /* of `from` */
	const char *from, *to;         /* borrowed from the renames, or in the diff's arena */
	const char *was; /* what programs know it by; NULL: it only makes place for another */
};

/*
 * What has to change to make `from` equal `to`. A part of a created or dropped object has a change
 * of its own as well; drivers that create a table with its columns skip those.
 */
struct sfs_diff {
	const struct sfs_catalog *from, *to; /* borrowed */
	const struct sfs_renames *renames;   /* borrowed; those that the person told of, or NULL */
	SFS_VEC(struct sfs_change)
	changes; /* by sfs_identity_compare of `to`, or of `from` for drops */
	SFS_VEC(struct sfs_question) questions;
	SFS_VEC(struct sfs_relabel) labels; /* `from` has the new ones already */
	struct sfs_arena *arena;            /* owned; NULL while nothing lives in it */
	/* Every object of `from` and its counterpart, renames followed: */
	const struct sfs_object **counterpart; /* owned; by index in from; NULL when dropped */
	const struct sfs_object **origin;      /* owned; by index in to; NULL when created */
};

void sfs_diff_finish(struct sfs_diff *diff);
SFS_DEFINE_AUTO_VALUE(diff, struct sfs_diff, sfs_diff_finish)

/*
 * Compares two sealed catalogs, which must outlive the diff, as must the renames. A rename whose
 * `from` is not in `from`, or whose `to` is not in `to`, is -EINVAL: a hint that fits nothing is an
 * error (unless it was carried out before: `from` gone and `to` present on both sides). Renamed
 * labels of enums are given to `from` before it is compared. Functions in `renames` that have no
 * signature get one. Unmodeled objects and subscriptions, which no text can make, are never changed.
 */
int sfs_diff_make(struct sfs_catalog *from, const struct sfs_catalog *to,
	struct sfs_renames *renames, struct sfs_diff *ret_diff,
	struct sfs_error *err) SFS_MUST_CHECK;

/* Whether nothing has to change. */
bool sfs_diff_is_empty(const struct sfs_diff *diff);

/* Whether values of an attribute differ between two objects of one kind. */
bool sfs_attribute_differs(const struct sfs_object *a, const struct sfs_object *b, int attribute);

/*
 * Whether the catalog that was read back after a change says what was wanted. Values that another
 * object's rename runs through (the query of a view over a renamed table) are equal with the old
 * name or the new one. Appends a line for each difference to `residue`.
 */
bool sfs_diff_equal(const struct sfs_catalog *got, const struct sfs_catalog *wanted,
	const struct sfs_renames *renames, struct sfs_str *residue);

/* "changed column public.users.email: type, default": one line, without newline. */
void sfs_change_describe(const struct sfs_change *change, struct sfs_str *out);

#endif
