/* SPDX-License-Identifier: MIT */
#ifndef SFS_CATALOG_ATTRIBUTE_H
#define SFS_CATALOG_ATTRIBUTE_H

/*
 * What an object of each kind is made of. X(KIND, ATTRIBUTE, "name", flags) gives the enum constant
 * SFS_<KIND>_<ATTRIBUTE> and a row of kind.c. The order is that of comparison and of schema.json.
 *
 * Rules for values, so that equal means equal:
 *   - boolean: "true" or absent, never "false";
 *   - what is at the server's default is absent;
 *   - names inside a value are qualified and quoted as the server's quote_ident() would;
 *   - sets are sorted (LC_ALL=C) and joined with ", "; options are `name=value`. Those flagged SFS_ATTR_SET
 *     stand as the database has them, which its other tools show, too.
 *
 * The first five are common to all kinds and have the same index in each: SFS_ATTR_OWNER ...
 */
/* clang-format off */
#define SFS_COMMON_ATTRIBUTES(X, KIND)                                                             \
	X(KIND, OWNER, "owner", 0)                                                                 \
	X(KIND, COMMENT, "comment", SFS_ATTR_VERBATIM)                                                             \
	X(KIND, ACL, "acl", 0) /* lines "GRANTEE=PRIVS/GRANTOR" sorted, joined by "\n" */          \
	X(KIND, SECURITY_LABELS, "security_labels", SFS_ATTR_VERBATIM) /* "PROVIDER 'LABEL'", joined */ \
	X(KIND, EXTENSIONS, "extensions", 0) /* those with which it, or a key's index, goes */

#define SFS_TABLE_ATTRIBUTES(X)                                                                    \
	X(TABLE, SQL, "sql", SFS_ATTR_INFORMATIVE) /* SQLite: the stored text */                   \
	X(TABLE, VIRTUAL, "virtual", 0)         /* SQLite: module and arguments */                 \
	X(TABLE, WITHOUT_ROWID, "without_rowid", 0)                                                \
	X(TABLE, STRICT, "strict", 0)                                                              \
	X(TABLE, PERSISTENCE, "persistence", 0) /* "unlogged" */                                   \
	X(TABLE, OF_TYPE, "of_type", 0)                                                            \
	X(TABLE, INHERITS, "inherits", 0)       /* parents in order, joined with ", " */           \
	X(TABLE, JOINED, "joined", SFS_ATTR_INFORMATIVE) /* made alone; ALTER TABLE ... INHERIT */ \
	X(TABLE, PARTITION_KEY, "partition_key", 0)     /* "RANGE (created_at)" */                 \
	X(TABLE, PARTITION_OF, "partition_of", 0)                                                  \
	X(TABLE, PARTITION_BOUND, "partition_bound", 0) /* "FOR VALUES ..." or "DEFAULT" */        \
	X(TABLE, ACCESS_METHOD, "access_method", 0)                                                \
	X(TABLE, TABLESPACE, "tablespace", 0)                                                      \
	X(TABLE, OPTIONS, "options", SFS_ATTR_SET) /* storage parameters, toast.* among them */       \
	X(TABLE, REPLICA_IDENTITY, "replica_identity", 0) /* "FULL", "NOTHING", "USING INDEX x" */ \
	X(TABLE, ROW_SECURITY, "row_security", 0)                                                  \
	X(TABLE, FORCE_ROW_SECURITY, "force_row_security", 0)                                      \
	X(TABLE, CLUSTER_ON, "cluster_on", 0)                                                      \
	X(TABLE, SERVER, "server", 0)                   /* of a foreign table */                   \
	X(TABLE, FOREIGN_OPTIONS, "foreign_options", SFS_ATTR_VERBATIM) /* "name 'value'" */       \
	X(TABLE, SYSTEM_ACL, "system_acl", 0) /* of ctid and the like: "ctid GRANTEE=PRIVS" */

#define SFS_COLUMN_ATTRIBUTES(X)                                                                   \
	X(COLUMN, TYPE, "type", 0)                                                                 \
	X(COLUMN, COLLATION, "collation", 0) /* when it is not the type's own */                   \
	X(COLUMN, NOT_NULL, "not_null", 0) /* "true"; PG 18: "NO INHERIT" "NOT VALID" */           \
	X(COLUMN, DEFAULT, "default", 0)                                                           \
	X(COLUMN, IDENTITY, "identity", 0)   /* "ALWAYS" or "BY DEFAULT" */                        \
	X(COLUMN, IDENTITY_OPTIONS, "identity_options", 0)                                         \
	X(COLUMN, IDENTITY_COMMENT, "identity_comment", SFS_ATTR_VERBATIM) /* on its sequence */   \
	X(COLUMN, IDENTITY_ACL, "identity_acl", 0)   /* as acl */                                  \
	X(COLUMN, IDENTITY_LABELS, "identity_labels", SFS_ATTR_VERBATIM) /* as security_labels */  \
	X(COLUMN, GENERATED, "generated", 0) /* the expression */                                  \
	X(COLUMN, GENERATED_KIND, "generated_kind", 0) /* "STORED" or "VIRTUAL" */                 \
	X(COLUMN, STORAGE, "storage", 0)                                                           \
	X(COLUMN, COMPRESSION, "compression", 0)                                                   \
	X(COLUMN, STATISTICS, "statistics", 0)                                                     \
	X(COLUMN, OPTIONS, "options", SFS_ATTR_SET) /* n_distinct, n_distinct_inherited */                \
	X(COLUMN, FOREIGN_OPTIONS, "foreign_options", SFS_ATTR_VERBATIM)                                           \
	X(COLUMN, INHERITED, "inherited", 0) /* comes from a parent alone */                       \
	X(COLUMN, SERIAL, "serial", SFS_ATTR_INFORMATIVE) /* name of the sequence it owns, plain */ \
	X(COLUMN, NULLABLE_NAME, "not_null_name", 0) /* PG 18: a NOT NULL with a name of its own */ \
	X(COLUMN, DEFINITION, "definition", SFS_ATTR_INFORMATIVE) /* SQLite: its text */           \
	X(COLUMN, CONSTRAINTS, "constraints", 0) /* SQLite: its normalised clauses */

#define SFS_CONSTRAINT_ATTRIBUTES(X)                                                               \
	X(CONSTRAINT, TYPE, "type", 0) /* "PRIMARY KEY", "UNIQUE", "CHECK", "FOREIGN KEY", "EXCLUDE" */ \
	X(CONSTRAINT, DEFINITION, "definition", 0)  /* what stands after CONSTRAINT <name> */      \
	X(CONSTRAINT, COLUMNS, "columns", SFS_ATTR_INFORMATIVE)                                    \
	X(CONSTRAINT, REFERENCES, "references", SFS_ATTR_INFORMATIVE) /* "ns.table" of a foreign key */ \
	X(CONSTRAINT, NOT_VALID, "not_valid", 0)                                                   \
	X(CONSTRAINT, UNCHECKED, "unchecked", SFS_ATTR_FAULT) /* NOT VALID as the parent's is */   \
	X(CONSTRAINT, VALIDATED, "validated", SFS_ATTR_INFORMATIVE) /* and that it is not, here */ \
	X(CONSTRAINT, DEFERRABLE, "deferrable", 0)  /* "DEFERRABLE" or "DEFERRABLE INITIALLY DEFERRED" */ \
	X(CONSTRAINT, NO_INHERIT, "no_inherit", 0)                                                 \
	X(CONSTRAINT, NOT_ENFORCED, "not_enforced", 0)                                             \
	X(CONSTRAINT, INHERITED, "inherited", 0)                                                   \
	X(CONSTRAINT, OPTIONS, "options", SFS_ATTR_SET) /* of its index */                             \
	X(CONSTRAINT, TABLESPACE, "tablespace", 0)  /* of its index */                             \
	X(CONSTRAINT, INDEX_COMMENT, "index_comment", 0)                                           \
	X(CONSTRAINT, ATTACHED, "attached", 0) /* the parent's key, of which parts are missing yet */ \
	X(CONSTRAINT, INVALID, "invalid", SFS_ATTR_FAULT) /* a partitioned table's: parts are missing */

#define SFS_INDEX_ATTRIBUTES(X)                                                                    \
	X(INDEX, SQL, "sql", SFS_ATTR_INFORMATIVE) /* SQLite: the stored text */                   \
	X(INDEX, UNIQUE, "unique", 0)                                                              \
	X(INDEX, METHOD, "method", 0)                                                              \
	X(INDEX, KEYS, "keys", 0)                  /* what stands between the parentheses */       \
	X(INDEX, INCLUDE, "include", 0)                                                            \
	X(INDEX, NULLS_NOT_DISTINCT, "nulls_not_distinct", 0)                                      \
	X(INDEX, PREDICATE, "predicate", 0)                                                        \
	X(INDEX, OPTIONS, "options", SFS_ATTR_SET)                                                         \
	X(INDEX, TABLESPACE, "tablespace", 0)                                                      \
	X(INDEX, STATISTICS, "statistics", 0)      /* "2=100": targets of expression columns */    \
	X(INDEX, PARENT, "parent", 0)              /* the parent's index that it is a part of */   \
	X(INDEX, INHERITED, "inherited", SFS_ATTR_INFORMATIVE) /* the same, which brings it */     \
	X(INDEX, ATTACHED, "attached", SFS_ATTR_INFORMATIVE) /* or to which it is attached by name */ \
	X(INDEX, INVALID, "invalid", SFS_ATTR_FAULT) /* not built to its end, or parts are missing */ \
	X(INDEX, TWIN, "twin", SFS_ATTR_INFORMATIVE) /* a partitioned table has another like it */

#define SFS_SEQUENCE_ATTRIBUTES(X)                                                                 \
	X(SEQUENCE, TYPE, "type", 0)                                                               \
	X(SEQUENCE, START, "start", 0)                                                             \
	X(SEQUENCE, INCREMENT, "increment", 0)                                                     \
	X(SEQUENCE, MINIMUM, "minimum", 0)                                                         \
	X(SEQUENCE, MAXIMUM, "maximum", 0)                                                         \
	X(SEQUENCE, CACHE, "cache", 0)                                                             \
	X(SEQUENCE, CYCLE, "cycle", 0)                                                             \
	X(SEQUENCE, PERSISTENCE, "persistence", 0)                                                 \
	X(SEQUENCE, OWNED_BY, "owned_by", 0) /* "ns.table.column" */

#define SFS_VIEW_ATTRIBUTES(X)                                                                     \
	X(VIEW, SQL, "sql", SFS_ATTR_INFORMATIVE) /* SQLite: the stored text; query: normalised */ \
	X(VIEW, QUERY, "query", 0)                                                                 \
	X(VIEW, OPTIONS, "options", SFS_ATTR_SET)                                                          \
	X(VIEW, CHECK_OPTION, "check_option", 0)                                                   \
	X(VIEW, ACCESS_METHOD, "access_method", 0)                                                 \
	X(VIEW, TABLESPACE, "tablespace", 0)                                                       \
	X(VIEW, CLUSTER_ON, "cluster_on", 0)                                                       \
	X(VIEW, UNPOPULATED, "unpopulated", SFS_ATTR_INFORMATIVE)                                  \
	X(VIEW, RECURSIVE, "recursive", SFS_ATTR_INFORMATIVE)                                      \
	X(VIEW, SYSTEM_ACL, "system_acl", 0) /* as a table's */

#define SFS_FUNCTION_ATTRIBUTES(X)                                                                 \
	X(FUNCTION, ARGUMENTS, "arguments", 0) /* with names and defaults */                       \
	X(FUNCTION, RESULT, "result", 0)                                                           \
	X(FUNCTION, LANGUAGE, "language", 0)                                                       \
	X(FUNCTION, BODY, "body", SFS_ATTR_VERBATIM)                                                               \
	X(FUNCTION, SQL_BODY, "sql_body", 0)   /* BEGIN ATOMIC or RETURN */                        \
	X(FUNCTION, LINK, "link", SFS_ATTR_VERBATIM)           /* the object file of a C function */               \
	X(FUNCTION, WINDOW, "window", 0)                                                           \
	X(FUNCTION, VOLATILITY, "volatility", 0)                                                   \
	X(FUNCTION, PARALLEL, "parallel", 0)                                                       \
	X(FUNCTION, STRICT, "strict", 0)                                                           \
	X(FUNCTION, SECURITY_DEFINER, "security_definer", 0)                                       \
	X(FUNCTION, LEAKPROOF, "leakproof", 0)                                                     \
	X(FUNCTION, COST, "cost", 0)                                                               \
	X(FUNCTION, ROWS, "rows", 0)                                                               \
	X(FUNCTION, SUPPORT, "support", 0)                                                         \
	X(FUNCTION, TRANSFORMS, "transforms", 0)                                                   \
	X(FUNCTION, CONFIGURATION, "configuration", SFS_ATTR_VERBATIM) /* SET clauses, one a line */

#define SFS_AGGREGATE_ATTRIBUTES(X)                                                                \
	X(AGGREGATE, ARGUMENTS, "arguments", 0)                                                    \
	X(AGGREGATE, DEFINITION, "definition", 0) /* the options between the parentheses, a line each */ \
	X(AGGREGATE, PARALLEL, "parallel", 0)

#define SFS_TYPE_ATTRIBUTES(X)                                                                     \
	X(TYPE, VARIANT, "variant", 0) /* "enum", "composite", "range", "base", "shell" */         \
	X(TYPE, LABELS, "labels", SFS_ATTR_VERBATIM)   /* of an enum: quoted literals joined with ", " */          \
	X(TYPE, DEFINITION, "definition", 0) /* range, base: the options, joined with ",\n" */

#define SFS_TYPE_ATTRIBUTE_ATTRIBUTES(X)                                                           \
	X(TYPE_ATTRIBUTE, TYPE, "type", 0)                                                         \
	X(TYPE_ATTRIBUTE, COLLATION, "collation", 0)

#define SFS_DOMAIN_ATTRIBUTES(X)                                                                   \
	X(DOMAIN, TYPE, "type", 0)                                                                 \
	X(DOMAIN, COLLATION, "collation", 0)                                                       \
	X(DOMAIN, DEFAULT, "default", 0)                                                           \
	X(DOMAIN, NOT_NULL, "not_null", 0)                                                         \
	X(DOMAIN, NOT_NULL_NAME, "not_null_name", 0) /* PG 17: when it is not the server's choice */

#define SFS_DOMAIN_CONSTRAINT_ATTRIBUTES(X)                                                        \
	X(DOMAIN_CONSTRAINT, DEFINITION, "definition", 0)                                          \
	X(DOMAIN_CONSTRAINT, NOT_VALID, "not_valid", 0)

#define SFS_TRIGGER_ATTRIBUTES(X)                                                                  \
	X(TRIGGER, SQL, "sql", SFS_ATTR_INFORMATIVE) /* SQLite: the stored text */                 \
	X(TRIGGER, DEFINITION, "definition", 0) /* the whole CREATE TRIGGER */                     \
	X(TRIGGER, CONSTRAINT, "constraint", 0) /* a constraint trigger */                         \
	X(TRIGGER, ENABLED, "enabled", 0)       /* "DISABLE", "ENABLE REPLICA", "ENABLE ALWAYS" */ \
	X(TRIGGER, INHERITED, "inherited", 0) /* "true"; the name that it came with, when another */

#define SFS_POLICY_ATTRIBUTES(X)                                                                   \
	X(POLICY, RESTRICTIVE, "restrictive", 0)                                                   \
	X(POLICY, COMMAND, "command", 0)                                                           \
	X(POLICY, ROLES, "roles", 0)                                                               \
	X(POLICY, USING, "using", 0)                                                               \
	X(POLICY, WITH_CHECK, "with_check", 0)

#define SFS_RULE_ATTRIBUTES(X)                                                                     \
	X(RULE, DEFINITION, "definition", 0)                                                       \
	X(RULE, ENABLED, "enabled", 0)

#define SFS_STATISTICS_ATTRIBUTES(X)                                                               \
	X(STATISTICS, DEFINITION, "definition", 0) /* from the kinds to the relation */            \
	X(STATISTICS, TARGET, "target", 0)                                                         \
	X(STATISTICS, SCHEMA, "schema", 0) /* when it is not the relation's */

#define SFS_EXTENSION_ATTRIBUTES(X)                                                                \
	X(EXTENSION, SCHEMA, "schema", 0)                                                          \
	X(EXTENSION, VERSION, "version", 0)                                                        \
	X(EXTENSION, CONFIGURATION, "configuration", SFS_ATTR_INFORMATIVE)                         \
	X(EXTENSION, RELOCATABLE, "relocatable", SFS_ATTR_INFORMATIVE)

#define SFS_LANGUAGE_ATTRIBUTES(X)                                                                 \
	X(LANGUAGE, DEFINITION, "definition", 0) /* "HANDLER f INLINE g VALIDATOR h" */            \
	X(LANGUAGE, TRUSTED, "trusted", 0)

#define SFS_FOREIGN_DATA_WRAPPER_ATTRIBUTES(X)                                                     \
	X(FOREIGN_DATA_WRAPPER, HANDLER, "handler", 0)                                             \
	X(FOREIGN_DATA_WRAPPER, VALIDATOR, "validator", 0)                                         \
	X(FOREIGN_DATA_WRAPPER, OPTIONS, "options", SFS_ATTR_VERBATIM) /* "name 'value'" */

#define SFS_SERVER_ATTRIBUTES(X)                                                                   \
	X(SERVER, WRAPPER, "wrapper", 0)                                                           \
	X(SERVER, TYPE, "type", 0)                                                                 \
	X(SERVER, VERSION, "version", 0)                                                           \
	X(SERVER, OPTIONS, "options", SFS_ATTR_VERBATIM) /* "name 'value'"; secrets as '***' */

#define SFS_OPERATOR_FAMILY_ATTRIBUTES(X)                                                          \
	X(OPERATOR_FAMILY, MEMBERS, "members", 0) /* those of no class, joined with ",\n" */

#define SFS_CONVERSION_ATTRIBUTES(X)                                                               \
	X(CONVERSION, DEFINITION, "definition", 0)                                                 \
	X(CONVERSION, DEFAULT, "default", 0)

#define SFS_TEXT_SEARCH_DICTIONARY_ATTRIBUTES(X)                                                   \
	X(TEXT_SEARCH_DICTIONARY, TEMPLATE, "template", 0)                                         \
	X(TEXT_SEARCH_DICTIONARY, OPTIONS, "options", 0)

#define SFS_TEXT_SEARCH_CONFIGURATION_ATTRIBUTES(X)                                                \
	X(TEXT_SEARCH_CONFIGURATION, PARSER, "parser", 0)                                          \
	X(TEXT_SEARCH_CONFIGURATION, MAPPINGS, "mappings", 0) /* lines "TOKENS WITH DICTIONARIES" */

#define SFS_PUBLICATION_ATTRIBUTES(X)                                                              \
	X(PUBLICATION, ALL_TABLES, "all_tables", 0)                                                \
	X(PUBLICATION, TABLES, "tables", SFS_ATTR_SET)   /* joined with ",\n" */                   \
	X(PUBLICATION, SCHEMAS, "schemas", SFS_ATTR_SET) /* joined with ", " */                    \
	X(PUBLICATION, OPTIONS, "options", 0)

/* A kind that is one statement and is replaced when that differs. */
#define SFS_DEFINITION_ATTRIBUTES(X, KIND) X(KIND, DEFINITION, "definition", 0)

#define SFS_EVENT_TRIGGER_ATTRIBUTES(X)                                                            \
	X(EVENT_TRIGGER, DEFINITION, "definition", 0)                                              \
	X(EVENT_TRIGGER, ENABLED, "enabled", 0)

#define SFS_GRANTS_ATTRIBUTES(X)                                                                   \
	X(GRANTS, TARGET, "target", SFS_ATTR_INFORMATIVE) /* "FUNCTION a.f(text)" */               \
	X(GRANTS, COLUMN, "column", SFS_ATTR_INFORMATIVE) /* quoted; of a column of the target */  \
	X(GRANTS, HOLDER, "holder", SFS_ATTR_INFORMATIVE) /* who owns it, quoted */                \
	X(GRANTS, INITIAL, "initial", SFS_ATTR_INFORMATIVE) /* lines as in acl: how it came */

#define SFS_UNMODELED_ATTRIBUTES(X) X(UNMODELED, WHAT, "what", 0)

enum {
	SFS_ATTR_OWNER,
	SFS_ATTR_COMMENT,
	SFS_ATTR_ACL,
	SFS_ATTR_SECURITY_LABELS,
	SFS_ATTR_EXTENSIONS,
	SFS_ATTR_COMMON, /* how many there are */
};

#define SFS_ATTRIBUTE_ENUM(KIND, ATTRIBUTE, name, flags) SFS_##KIND##_##ATTRIBUTE,
#define SFS_ATTRIBUTES_OF(LIST) enum { SFS_ENUM_START_##LIST = SFS_ATTR_COMMON - 1, LIST##_ATTRIBUTES(SFS_ATTRIBUTE_ENUM) };
#define SFS_DEFINITION_OF(KIND) enum { SFS_##KIND##_DEFINITION = SFS_ATTR_COMMON };

/* clang-format on */

SFS_ATTRIBUTES_OF(SFS_TABLE)
SFS_ATTRIBUTES_OF(SFS_COLUMN)
SFS_ATTRIBUTES_OF(SFS_CONSTRAINT)
SFS_ATTRIBUTES_OF(SFS_INDEX)
SFS_ATTRIBUTES_OF(SFS_SEQUENCE)
SFS_ATTRIBUTES_OF(SFS_VIEW)
SFS_ATTRIBUTES_OF(SFS_FUNCTION)
SFS_ATTRIBUTES_OF(SFS_AGGREGATE)
SFS_ATTRIBUTES_OF(SFS_TYPE)
SFS_ATTRIBUTES_OF(SFS_TYPE_ATTRIBUTE)
SFS_ATTRIBUTES_OF(SFS_DOMAIN)
SFS_ATTRIBUTES_OF(SFS_DOMAIN_CONSTRAINT)
SFS_ATTRIBUTES_OF(SFS_TRIGGER)
SFS_ATTRIBUTES_OF(SFS_POLICY)
SFS_ATTRIBUTES_OF(SFS_RULE)
SFS_ATTRIBUTES_OF(SFS_STATISTICS)
SFS_ATTRIBUTES_OF(SFS_EXTENSION)
SFS_ATTRIBUTES_OF(SFS_LANGUAGE)
SFS_ATTRIBUTES_OF(SFS_FOREIGN_DATA_WRAPPER)
SFS_ATTRIBUTES_OF(SFS_SERVER)
SFS_ATTRIBUTES_OF(SFS_OPERATOR_FAMILY)
SFS_ATTRIBUTES_OF(SFS_CONVERSION)
SFS_ATTRIBUTES_OF(SFS_TEXT_SEARCH_DICTIONARY)
SFS_ATTRIBUTES_OF(SFS_TEXT_SEARCH_CONFIGURATION)
SFS_ATTRIBUTES_OF(SFS_PUBLICATION)
SFS_ATTRIBUTES_OF(SFS_EVENT_TRIGGER)
SFS_ATTRIBUTES_OF(SFS_GRANTS)
SFS_ATTRIBUTES_OF(SFS_UNMODELED)
SFS_DEFINITION_OF(ACCESS_METHOD)
SFS_DEFINITION_OF(USER_MAPPING)
SFS_DEFINITION_OF(COLLATION)
SFS_DEFINITION_OF(OPERATOR)
SFS_DEFINITION_OF(OPERATOR_CLASS)
SFS_DEFINITION_OF(CAST)
SFS_DEFINITION_OF(TRANSFORM)
SFS_DEFINITION_OF(TEXT_SEARCH_PARSER)
SFS_DEFINITION_OF(TEXT_SEARCH_TEMPLATE)
SFS_DEFINITION_OF(SUBSCRIPTION)
SFS_DEFINITION_OF(DEFAULT_PRIVILEGES)

#endif
