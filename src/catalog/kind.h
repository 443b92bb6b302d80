/* SPDX-License-Identifier: MIT */
#ifndef SFS_CATALOG_KIND_H
#define SFS_CATALOG_KIND_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The kinds of object that a database can hold, for all drivers. A kind is a row in kind.c (its
 * words and its place in the tree), a list in attribute.h (what it is made of) and, in each driver
 * that has it, a file that reads it and writes its SQL.
 *
 * The order is the one in which a person would create them; it breaks ties where dependencies say
 * nothing.
 */
enum sfs_kind {
	SFS_EXTENSION,
	SFS_NAMESPACE,
	SFS_LANGUAGE,
	SFS_ACCESS_METHOD,
	SFS_FOREIGN_DATA_WRAPPER,
	SFS_SERVER,
	SFS_USER_MAPPING,
	SFS_COLLATION,
	SFS_TYPE,           /* enum, composite, range, base, shell: attribute "variant" */
	SFS_TYPE_ATTRIBUTE, /* part of a composite type */
	SFS_DOMAIN,
	SFS_DOMAIN_CONSTRAINT, /* part of a domain */
	SFS_SEQUENCE,          /* owned ones are parts of their table */
	SFS_FUNCTION,
	SFS_PROCEDURE,
	SFS_AGGREGATE,
	SFS_OPERATOR_FAMILY,
	SFS_OPERATOR,
	SFS_OPERATOR_CLASS,
	SFS_CAST,
	SFS_TRANSFORM,
	SFS_CONVERSION,
	SFS_TEXT_SEARCH_PARSER,
	SFS_TEXT_SEARCH_TEMPLATE,
	SFS_TEXT_SEARCH_DICTIONARY,
	SFS_TEXT_SEARCH_CONFIGURATION,
	SFS_TABLE,
	SFS_FOREIGN_TABLE,
	SFS_COLUMN,     /* part of a relation */
	SFS_CONSTRAINT, /* part of a table */
	SFS_INDEX,      /* part of a table or materialized view */
	SFS_STATISTICS, /* part of a table or materialized view: extended statistics */
	SFS_VIEW,
	SFS_MATERIALIZED_VIEW,
	SFS_RULE,
	SFS_TRIGGER,
	SFS_POLICY,
	SFS_EVENT_TRIGGER,
	SFS_PUBLICATION,
	SFS_SUBSCRIPTION,
	SFS_DEFAULT_PRIVILEGES, /* part of a namespace, or of the database */
	SFS_GRANTS,    /* on what an extension brought, whose part they are then, or the server */
	SFS_UNMODELED, /* shown read-only: attribute "what" says which kind it is */
	SFS_KIND_COUNT,
};

/* Where an object of a kind stands in the tree. */
enum sfs_level {
	SFS_LEVEL_DATABASE,  /* database/<directory>/<name>.sql */
	SFS_LEVEL_NAMESPACE, /* schema/<namespace>/<directory>/<name>.sql */
	SFS_LEVEL_RELATION,  /* schema/<namespace>/<directory>/<relation>.<name>.sql */
	SFS_LEVEL_PART,      /* inside the file of the object that owns it */
	SFS_LEVEL_SELF,      /* schema/<namespace>/schema.sql: the namespace itself */
};

/*
 * What an attribute is to the diff. The value of every attribute is text, NULL when absent; two
 * values differ when the texts differ.
 */
enum sfs_attribute_flags {
	SFS_ATTR_INFORMATIVE = 1 << 0, /* follows from others or is state: never compared */
	SFS_ATTR_SECRET = 1 << 1,      /* never shown, never compared */
	SFS_ATTR_FAULT =
		1 << 2, /* what has it is to be mended; nobody wants it: compared one way */
	SFS_ATTR_VERBATIM = 1 << 3, /* no rename of another object reaches into it */
	SFS_ATTR_SET = 1 << 4,      /* items between commas, whose order says nothing */
};

struct sfs_attribute {
	const char *name; /* as in schema.json, and the column name in a driver's catalog query */
	unsigned flags;   /* enum sfs_attribute_flags */
};

struct sfs_kind_info {
	const char *name;      /* singular, as a person says it: "materialized view" */
	const char *directory; /* "materialized_views"; NULL for parts */
	enum sfs_level level;
	bool overloaded; /* identity has a signature; all of one name share a file */
	const struct sfs_attribute *attributes;
	size_t n_attributes; /* at most 64 */
};

const struct sfs_kind_info *sfs_kind_info(enum sfs_kind kind);

/* The kind whose directory has this name at this level, or SFS_KIND_COUNT. */
enum sfs_kind sfs_kind_by_directory(const char *directory, enum sfs_level level);

/*
 * Whether what the texts of a kind say reaches no further than to those that need it: false for what
 * every other text may stand on without a word, as a namespace, an extension, a cast, an operator.
 */
bool sfs_kind_is_bounded(enum sfs_kind kind);

/* Whether an object of the kind can get another name: not what is called after what it is about. */
bool sfs_kind_is_named(enum sfs_kind kind);

/* The index of the attribute of that name, or -1. */
int sfs_kind_attribute(enum sfs_kind kind, const char *name);

#endif
