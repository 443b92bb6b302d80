/* SPDX-License-Identifier: MIT */
#ifndef SFS_CATALOG_OBJECT_H
#define SFS_CATALOG_OBJECT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "catalog/attribute.h"
#include "catalog/kind.h"

/*
 * What an object is called. Names are raw, as the catalog holds them, without quotes. Two objects
 * of a catalog never have the same identity.
 */
struct sfs_identity {
	enum sfs_kind kind;
	const char
		*namespace; /* NULL at database level; "main" in SQLite. Of a namespace: its own name */
	const char *
		relation; /* the table, view, domain or type that a part, trigger, policy or rule belongs to; else NULL */
	const char *name;
	const char *signature; /* of overloaded kinds: argument types joined with ", "; else NULL */
};

/* An object of a catalog. Lives in the catalog's arena; everything it points to does too. */
struct sfs_object {
	struct sfs_identity id;
	struct sfs_object
		*owner; /* the object in whose file this part stands, NULL for other levels */
	struct sfs_object *first_part,
		*last_part;           /* parts: by kind, position and name once sealed */
	struct sfs_object *next_part; /* the next part of the same owner */
	uint64_t present;             /* bit i: attribute i has a value */
	const char **values;          /* one for each bit set, in order */
	uint64_t tag;      /* the driver's own name for it (PostgreSQL: class and oid), 0 if none */
	uint32_t position; /* among its siblings: attnum of a column; not compared */
	uint32_t index : 28; /* place in the catalog's list */
	bool locked : 1;     /* the role may not alter it: a read-only file */
	bool unasked : 1; /* new databases have it, and no text speaks of it: nobody asks for it to be there */
	bool follows : 1;  /* no text was read for it: it stays, and names in it follow renames */
	bool unfolded : 1; /* a part that is there until sfs_refold() */
	struct sfs_folded *folded; /* further parts, private to fold.c; NULL: none */
	const char *written; /* its name in the text it was made from, when that was cut; or NULL */
};

/* `struct sfs_object *part; sfs_parts_foreach (part, table) if (part->id.kind == SFS_COLUMN) ...` */
#define sfs_parts_foreach(part, object)                                                            \
	for (part = (object)->first_part; part; part = part->next_part)

/* The value of an attribute, NULL when absent; borrowed from the catalog. */
const char *sfs_object_get(const struct sfs_object *object, int attribute);
bool sfs_object_has(const struct sfs_object *object, int attribute);

/* The part of that kind and name, or NULL. */
struct sfs_object *sfs_object_part(
	const struct sfs_object *object, enum sfs_kind kind, const char *name);

/* Adds a part after the others; and puts all of them in order: by kind, position and name. */
void sfs_object_append(struct sfs_object *owner, struct sfs_object *part);
void sfs_object_sort_parts(struct sfs_object *owner);

/* The object whose file `object` stands in: itself unless it is a part. */
const struct sfs_object *sfs_object_filed(const struct sfs_object *object);

bool sfs_identity_equal(const struct sfs_identity *a, const struct sfs_identity *b);
uint64_t sfs_identity_hash(const struct sfs_identity *id);

/* A total order: by kind, namespace, relation, name, signature; bytes compared. */
int sfs_identity_compare(const struct sfs_identity *a, const struct sfs_identity *b);

/* "table public.users", "column public.users.email", "function public.f(integer)". For messages. */
void sfs_identity_describe(const struct sfs_identity *id, struct sfs_str *out);

#endif
