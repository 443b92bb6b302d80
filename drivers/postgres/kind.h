/* SPDX-License-Identifier: MIT */
#ifndef SFS_POSTGRES_KIND_H
#define SFS_POSTGRES_KIND_H

#include "drivers/driver.h"
#include "sql/quote.h"

/*
 * What PostgreSQL's driver knows of a kind of object: a row in kind.c. Reading stands in
 * read_<family>.c, the SQL that makes an object in print_<family>.c, the SQL that changes one in
 * alter_<family>.c.
 */

struct pg_row;

/* Where SQL goes. */
/* A row of default privileges, those of the role that works here. */
struct pg_default_privileges {
	char *namespace;  /* owned; NULL: of the whole database */
	char *objects;    /* owned; "tables", "sequences", "functions", "types", "schemas" */
	char *definition; /* owned; GRANT and REVOKE clauses, a line each */
};

struct pg_default_acls SFS_VEC_OF(struct pg_default_privileges);

void pg_default_acls_finish(struct pg_default_acls *defaults);
SFS_DEFINE_AUTO_VALUE(pg_default_acls, struct pg_default_acls, pg_default_acls_finish)

struct pg_writer {
	const struct sfs_catalog *catalog; /* the one that the object written belongs to */
	struct sfs_plan *plan;             /* receives one step for each statement */
	bool file; /* the text of a file: a table comes with foreign keys inline and all its parts.
	              * Otherwise a plan: foreign keys, indexes and the like have changes of their own */
	bool only; /* drop(): a column's children keep theirs */
	const char *using; /* alter(): how a column's values get their new type; NULL: by a cast */
	bool restart; /* alter(): the sequence stands outside its new bounds and has to start anew */
	bool columns_together; /* grants on columns are written by pg_write_column_grants() */
	bool script; /* with `file` false: a whole schema for an empty database, so nothing is filled */
	const char *public_acl; /* what namespace public usually grants; NULL: USAGE to PUBLIC */
	const char *
		public_owner; /* of namespace public where nothing is said of it; NULL: as of others */
	const struct pg_default_acls
		*defaults; /* what new objects are granted where the plan runs; NULL: nothing */
	const unsigned char *
		omitted; /* by index of object: defaults and constraints that come later; may be NULL */
	const struct pg_list *
		renewed; /* of a table that is untied or tied: the parents that are made anew; or NULL */
};

struct pg_kind {
	enum sfs_kind kind;
	unsigned class;       /* enum pg_class_oid; the first part of the tag */
	unsigned owner_class; /* of a part: the class of `owner_oid` */
	const char *keyword;  /* as in DROP, COMMENT ON, ALTER ... OWNER TO: "MATERIALIZED VIEW" */
	const char *privilege_keyword; /* as in GRANT ... ON: "TABLE"; NULL: no privileges */
	bool owned;                    /* ALTER ... OWNER TO exists */

	/*
	 * The name as it stands after the keyword: "public.users", "t ON public.users",
	 * "public.f(integer)". NULL: qualified name, with the signature of overloaded kinds.
	 */
	void (*reference)(const struct sfs_object *object, struct sfs_str *out);

	/*
	 * Appends the catalog query for a server of that version. `$1::oid[]` is NULL for everything,
	 * else the OIDs asked for (of the object, or of the relation, type or domain of a part):
	 *     AND ($1::oid[] IS NULL OR c.oid = ANY ($1))
	 * `$2::name[]` likewise restricts namespaces. System objects, members of extensions and
	 * drizzle's own table are left out by the query. Result columns are found by name:
	 *   oid, subid (optional)      the tag
	 *   owner_oid                  of a part: the OID of the object that owns it (optional else)
	 *   namespace, relation, name, signature    the identity, raw; absent columns are NULL
	 *   kind                       when the query reads several: the name as in sfs_kind_info
	 *   position, locked           optional; locked is 't' when the role may not change it
	 *   every attribute of attribute.h by its name, in the form said there; absent ones are NULL
	 * A part without `namespace` or `relation` takes them from its owner; a part whose owner is not
	 * there is left out. Columns of other names are for complete(), in their order.
	 * NULL: the kind is read with another kind's query.
	 */
	void (*query)(int version, struct sfs_str *out);

	/* Completes the row before it is added (read.h); NULL: it is complete. */
	void (*complete)(struct pg_row *row);

	/* Told of the object once it is there, before the next row; NULL: nobody needs to know. */
	void (*added)(struct pg_row *row, struct sfs_object *object);

	/* Adds the statements that make the object as it is in the writer's catalog. */
	void (*create)(struct pg_writer *writer, const struct sfs_object *object);

	/* Adds the statement that drops it; NULL: DROP keyword reference. Never CASCADE. */
	void (*drop)(struct pg_writer *writer, const struct sfs_object *object);

	/* Attributes that alter() changes in place; a change of any other one replaces the object. */
	uint64_t in_place;

	/* Whether this change, with only in_place attributes, works in place after all; NULL: yes. */
	bool (*can_alter)(const struct sfs_diff *diff, const struct sfs_change *change);

	/*
	 * Adds the statements for the attributes that differ (change->attributes), the common four
	 * left aside: those are print/common.c's. The object already has its new name.
	 */
	void (*alter)(struct pg_writer *writer, const struct sfs_diff *diff,
		const struct sfs_change *change);

	/* Adds the statements for a new name, namespace or relation; NULL: RENAME TO and SET SCHEMA. */
	void (*rename)(struct pg_writer *writer, const struct sfs_change *change);
};

/* The row of a kind, NULL when PostgreSQL has none of it. */
const struct pg_kind *pg_kind(enum sfs_kind kind);

/* ---- print/common.c: what all kinds have, and the helpers of every file of print/ and alter/ ---- */

/* "TABLE public.users", as in COMMENT ON and DROP. */
void pg_write_reference(const struct sfs_object *object, struct sfs_str *out);

/* The same without the keyword. */
void pg_write_target(const struct sfs_object *object, struct sfs_str *out);

/*
 * GRANT and REVOKE that bring the privileges from those of the lines `from` to those of `to`, both
 * as pg_select_common() makes them; NULL is what the server grants by itself. (print/grants.c)
 */
void pg_write_grants(struct pg_writer *writer, const struct sfs_object *object, const char *from,
	const char *to);

/* The same for an object that was just made: from what it was granted by that. */
void pg_write_new_grants(struct pg_writer *writer, const struct sfs_object *object);

/* What the server grants on a new object by itself, to others than its owner. (print/grants.c) */
const char *pg_usual_acl(const struct sfs_object *object);

/* "SELECT, INSERT" as the letters that the attribute has: "ar", or "a*r*". (print/grants.c) */
void pg_privilege_letters(const char *words, size_t len, bool grantable, struct sfs_str *out);

/* Appends the lines that a new object starts with; of `?` only the server knows what it is. */
void pg_default_acl(const struct pg_default_acls *defaults, const struct sfs_object *object,
	struct sfs_str *ret_lines);

/* Quotes by PostgreSQL's rules: a name; `namespace.name`; a literal. */
void pg_name(struct sfs_str *out, const char *name);
void pg_qualified(struct sfs_str *out, const char *namespace, const char *name);
void pg_literal(struct sfs_str *out, const char *text);

/* OWNER TO, COMMENT ON, GRANT/REVOKE from the server's default, SECURITY LABEL: after a create. */
void pg_write_common(struct pg_writer *writer, const struct sfs_object *object);

/*
 * After a rename to public of what has no owner of its own: it gets the one that is usual there.
 */
void pg_settle_owner(struct pg_writer *writer, const struct sfs_change *change);

/* The same as far as two objects differ. */
void pg_alter_common(struct pg_writer *writer, const struct sfs_change *change);

/* The object's statements as one text, each ended by `;\n`, with blank lines between groups. */
void pg_print_object(
	const struct sfs_catalog *catalog, const struct sfs_object *object, struct sfs_str *out);

#endif
