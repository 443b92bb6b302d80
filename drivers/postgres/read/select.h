/* SPDX-License-Identifier: MIT */
#ifndef SFS_POSTGRES_READ_SELECT_H
#define SFS_POSTGRES_READ_SELECT_H

#include "base/str.h"

/*
 * The pieces that all catalog queries are made of (select.c). Every expression given is SQL of ours.
 */
/*
 * What only some databases need costs the others a good part of the server's planning. A query has
 * PG_WHEN(feature) what it needs with that PG_ELSE what does without PG_END; such parts nest.
 * pg_specialise() leaves one of the two. pg_present() tells what a database has.
 */
#define PG_WHEN(feature) "\1" feature
#define PG_ELSE          "\2"
#define PG_END           "\3"

#define PG_INHERITED  "i" /* tables with parents, partitions among them */
#define PG_LABELLED   "l" /* security labels on anything but what databases share */
#define PG_COMMENTED  "c" /* comments on what people have made */
#define PG_EXTENSIONS "x" /* what is marked DEPENDS ON EXTENSION */
#define PG_GRANTED    "g" /* privileges on relations that people have made */

/* Adds the query with the parts for `features`, a list of the letters above; NULL: for all. */
void pg_specialise(const char *query, const char *features, struct sfs_str *out);

struct pg_select {
	const char *class;    /* "pg_class": the catalog that the object is a row of */
	const char *oid;      /* "c.oid" */
	const char *sub;      /* "a.attnum"; NULL: 0 */
	const char *owner;    /* "c.relowner"; NULL: no owner of its own */
	const char *acl;      /* "c.relacl"; NULL: no privileges */
	const char *acl_type; /* as acldefault() wants it, an expression: "'r'" */
	const char *
		acl_public; /* an expression: what PUBLIC has by default, "'=ALL'"; NULL: nothing */
	const char *
		usual_owner; /* an expression: whether the owner is the usual one; where it gives NULL, or is,
				    * the rule below decides */
	const char *
		usual_comment; /* an expression: the comment that is there from the start; NULL: none */
	const char
		*depends; /* the class of what may be marked DEPENDS ON EXTENSION; NULL: nothing */
	const char *depends_oid; /* when that is not `oid` */
	bool relation; /* the acl is a relation's: PG_GRANTED tells whether there is one */
	bool part;     /* the owner is that of another object: used for the acl, not selected */
	bool joined;   /* the query itself refers to what pg_select_joins() adds: that stays */
	bool shared;   /* comments and labels are in pg_shdescription, pg_shseclabel */
};

/*
 * For the select list, each with a comma before it: owner, comment, acl, security_labels, locked.
 *
 * The owner is absent when it is the usual one: the session's role or the database's owner. The acl
 * is absent when it is the server's default. Its lines are GRANTEE=PRIVILEGES, one for each
 * grantee, sorted: PRIVILEGES are the server's letters, or ALL; `*` after each that may be granted
 * on, `ALL*`. The grantee is quoted as a name where that is needed, empty for PUBLIC, `@owner` for
 * the owner when it has less or more than by default.
 */
void pg_select_common(struct sfs_str *out, const struct pg_select *select);

/* An expression: the lines of such an acl, never NULL; `type` and `owner` are expressions, too. */
void pg_select_acl_lines(struct sfs_str *out, const char *acl, const char *type, const char *owner);

/*
 * An expression: the privileges on a relation's system columns, a row of pg_class, as lines "ctid
 * GRANTEE=PRIVILEGES"; NULL: none.
 */
void pg_select_system_acl(struct sfs_str *out, const char *class);

/* For the FROM list: what pg_select_common() refers to. */
void pg_select_joins(struct sfs_str *out, const struct pg_select *select);

/* For WHERE, starts with AND: no member of an extension. */
void pg_select_no_extension(struct sfs_str *out, const char *class, const char *oid);

/* For WHERE, starts with AND: `$1` and `$2` of struct pg_kind; either may be NULL. */
void pg_select_scope(struct sfs_str *out, const char *oid, const char *namespace);

/* For WHERE, starts with AND: no namespace of the server's own. */
void pg_select_user_namespace(struct sfs_str *out, const char *namespace);

/* The same with `$2` for the OID of a namespace: `n` need not be joined for it. */
void pg_select_user_namespace_id(struct sfs_str *out, const char *namespace);

/*
 * The same and `, attached (id) AS (...)`: the partitions that are made as tables of
 * their own and attached, since CREATE TABLE ... PARTITION OF would not make them as they are.
 * (partition.c)
 */
void pg_with_attached(int version, struct sfs_str *out);

/*
 * `WITH RECURSIVE twin (id) AS (...)`, to stand before a query: the indexes of partitioned tables whose table
 * has another one that the server takes for equal when it looks for the parts that partitions have of it.
 */
void pg_with_twins(int version, struct sfs_str *out);

/* Expressions: what a sequence has by default, the row of pg_sequence being called q. */
#define PG_SEQUENCE_MINIMUM                                                                        \
	"CASE WHEN q.seqincrement > 0 THEN 1 ELSE CASE q.seqtypid WHEN 21 THEN -32768"             \
	" WHEN 23 THEN -2147483648 ELSE -9223372036854775808 END END"
#define PG_SEQUENCE_MAXIMUM                                                                        \
	"CASE WHEN q.seqincrement < 0 THEN -1 ELSE CASE q.seqtypid WHEN 21 THEN 32767"             \
	" WHEN 23 THEN 2147483647 ELSE 9223372036854775807 END END"
#define PG_SEQUENCE_START "CASE WHEN q.seqincrement > 0 THEN q.seqmin ELSE q.seqmax END"

/* The same row: what of it is not at its default, as CREATE SEQUENCE says it. */
void pg_select_sequence_options(struct sfs_str *out);

/*
 * An expression: options of an array such as reloptions as "a=1, b='x y'", each after `prefix`, in the order
 * of the array: pg_dump has it, too.
 */
void pg_select_options(struct sfs_str *out, const char *array, const char *prefix);

/* The same for foreign options: "name 'value'". */
void pg_select_foreign_options(struct sfs_str *out, const char *array);

/* Settings of a session that say where the ledger is when that is not as usual. */
#define PG_LEDGER_SCHEMA_SETTING "schemafs.ledger_schema"
#define PG_LEDGER_TABLE_SETTING  "schemafs.ledger_table"

/* The ledger, as usual and as the project says, as a relation of SQL with the columns `namespace` and `name`. */
#define PG_LEDGERS                                                                                 \
	"(VALUES ('drizzle', '__drizzle_migrations'),"                                             \
	" (current_setting('" PG_LEDGER_SCHEMA_SETTING "', true),"                                 \
	" current_setting('" PG_LEDGER_TABLE_SETTING "', true))) l(namespace, name)"

#endif
