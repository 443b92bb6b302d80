/* SPDX-License-Identifier: MIT */
#ifndef SFS_SQLITE_PARSE_H
#define SFS_SQLITE_PARSE_H

#include "drivers/sqlite/normal.h"

/*
 * A CREATE TABLE text as its parts. Texts are offsets into `pool`, since that grows; 0 is "absent".
 * Made to be used again and again for many tables without new memory.
 */
struct lite_column {
	size_t name;       /* as it is written, without quotes */
	size_t type;       /* upper case, one space between words; absent when none is given */
	size_t collation;  /* upper case */
	size_t value;      /* of DEFAULT, without parentheses around it */
	size_t generated;  /* the expression */
	size_t clauses;    /* what else is said: NOT NULL ON CONFLICT ... */
	size_t definition; /* as it is written, from the name on */
	bool not_null;
	bool stored;   /* of a generated column */
	bool constant; /* there is no default, or a literal */
};

enum lite_constraint_type {
	LITE_PRIMARY_KEY,
	LITE_UNIQUE,
	LITE_CHECK,
	LITE_FOREIGN_KEY,
};

/* Of a column or of the table, in one form. */
struct lite_constraint {
	enum lite_constraint_type type;
	size_t name;       /* given by CONSTRAINT; absent otherwise */
	size_t definition; /* normalised, without the name */
	size_t brief;      /* a foreign key: without what it refers to; else as `definition` */
	size_t columns;    /* lower case, joined by ", " */
	size_t references; /* a foreign key: the table that it names, as written, without quotes */
	bool deferred;     /* DEFERRABLE INITIALLY DEFERRED */
	/* What parse.c keeps until all columns are known: */
	size_t first, end; /* the tokens of the expression */
	size_t column;     /* 1 + the column it stands at, 0 of the table */
	size_t tail;       /* a pool text that follows the columns */
};

struct lite_table {
	struct sfs_str pool;
	struct lite_tokens tokens;
	const char *text; /* borrowed */
	SFS_VEC(struct lite_column) columns;
	SFS_VEC(struct lite_constraint) constraints;
	size_t name;    /* without quotes */
	size_t module;  /* of a virtual table: with its arguments */
	size_t options; /* what was not understood, normalised; then the rest may be incomplete */
	bool without_rowid;
	bool strict;
	bool autoincrement;
	size_t body; /* where the text goes on after the name */
};

void lite_table_init(struct lite_table *table);
void lite_table_finish(struct lite_table *table);
SFS_DEFINE_AUTO_VALUE(lite_table, struct lite_table, lite_table_finish)

/* Reads a text as sqlite_schema keeps it; what is odd in it ends up in `options`. */
void lite_table_parse(struct lite_table *table, const char *text);

/* A text of the pool, valid until the next parse; NULL when absent. */
const char *lite_table_text(const struct lite_table *table, size_t offset);

/* "PRIMARY KEY", "UNIQUE", ... */
const char *lite_constraint_name(enum lite_constraint_type type);

/* A CREATE INDEX text. */
struct lite_index {
	struct sfs_str keys;      /* what stands between the parentheses, normalised */
	struct sfs_str predicate; /* empty when there is none */
	bool unique;
};

void lite_index_finish(struct lite_index *index);
SFS_DEFINE_AUTO_VALUE(lite_index, struct lite_index, lite_index_finish)
void lite_index_parse(struct lite_index *index, const char *text, const char *table);

/* Appends the text of a CREATE VIEW or CREATE TRIGGER after the name, normalised. */
void lite_body_normal(const char *text, bool fold, struct sfs_str *out);

/* Where in a CREATE statement its object's name stands; false when it is none. */
struct lite_head {
	size_t object; /* index of the token that says TABLE, INDEX, VIEW, TRIGGER */
	size_t name;   /* index of the name's token */
	bool temporary, virtual, unique, if_not_exists;
	size_t namespace; /* index of the token before the dot, 0 when there is none */
};
bool lite_head_parse(
	const char *text, const struct lite_tokens *tokens, struct lite_head *ret_head);

#endif
