/* SPDX-License-Identifier: MIT */
#ifndef SFS_POSTGRES_TEXT_PARSE_H
#define SFS_POSTGRES_TEXT_PARSE_H

#include "base/arena.h"
#include "base/map.h"
#include "drivers/driver.h"

/* Which of the server's spaces of names a name is looked up in. */
enum pg_space {
	PG_SPACE_ANY, /* the syntax alone does not tell */
	PG_SPACE_RELATION,
	PG_SPACE_TYPE, /* relations are types, too */
	PG_SPACE_FUNCTION,
};

/* How a statement uses what it refers to. */
enum pg_use {
	PG_USE_PLAIN,  /* reads it; no lock beyond a reader's */
	PG_USE_LOCKS,  /* locks the relation: a foreign key, a trigger, a policy, a rule */
	PG_USE_PARENT, /* partition of it, or child of it */
	PG_USE_MAKES,  /* makes it on the way: the sequence of an identity column */
};

/* A name as it stands in a text. */
struct pg_ref {
	enum pg_space space;
	enum pg_use use;
	const char *namespace; /* NULL when the text gives none */
	const char *name;      /* NULL: there is no such name */
	size_t offset;         /* of its first token in the source; PG_NOWHERE when not known */
};
#define PG_NOWHERE ((size_t)-1)

struct pg_refs SFS_VEC_OF(struct pg_ref);

/* What is to be done with a statement. */
enum pg_role {
	PG_DEFINES,     /* CREATE, ALTER, COMMENT, GRANT and the like */
	PG_RUNS,        /* DO, SELECT: may define something by what it runs */
	PG_SETS,        /* SET, RESET: how what follows is understood */
	PG_DATA,        /* rows, or the cluster's roles: nothing of a schema */
	PG_TRANSACTION, /* BEGIN, COMMIT */
	PG_REFUSED,     /* belongs into no schema */
	PG_UNKNOWN,     /* no statement that we know; the server may */
};

/* What a statement is about, from its first words. */
struct pg_head {
	enum pg_role role;
	const char *verb; /* "CREATE"; NULL when unknown */
	bool creates;     /* CREATE, as opposed to what changes something that is there */
	bool temporary;
	bool exists_ok; /* IF NOT EXISTS or OR REPLACE */
	enum sfs_kind
		kind; /* of the targets; SFS_KIND_COUNT: none, or a kind that we do not know */
	struct pg_refs targets; /* one, or several with GRANT and DROP; in the arena */
	struct pg_ref on;   /* the relation that a trigger, policy, rule, index ... belongs to */
	const char *column; /* COMMENT ON COLUMN */
};

/*
 * What of a CREATE TABLE can be cut out and added later, when what it needs can not be there
 * before: a foreign key, and a check or a default that calls a function.
 */
enum pg_key_type {
	PG_KEY_FOREIGN,
	PG_KEY_CHECK,
	PG_KEY_DEFAULT, /* of a column */
};

struct pg_key {
	enum pg_key_type type;
	size_t element, element_len; /* the table element, or the constraint of a column */
	size_t comma_before;         /* of a table element; PG_NOWHERE: it is the first */
	size_t comma_after;          /* of a table element; PG_NOWHERE: it is the last */
	const char *column;          /* quoted for SQL; of a constraint of a column, else NULL */
	size_t references;           /* where the word REFERENCES stands, of a column's */
	struct pg_ref table;         /* of a foreign key */
};
struct pg_keys SFS_VEC_OF(struct pg_key);

/* The elements of a table, with their parentheses. */
struct pg_list {
	size_t start, end;
	size_t n;      /* elements */
	bool optional; /* of a partition or a table of a type: it is left out, never empty */
};

/* What libpg_query says of a statement; of one that it can not parse, what the tokens say. */
struct pg_tree {
	bool parsed;
	bool base_type;      /* CREATE TYPE of a base type or a shell */
	bool no_data;        /* WITH NO DATA */
	bool runs_query;     /* CREATE TABLE ... AS */
	struct pg_refs refs; /* all that it names, its targets among them */
	struct pg_keys keys;
	struct pg_list list;
	SFS_VEC(size_t)
	columns; /* offsets of columns: what stands before their dot is no namespace */
};

struct pg_stmt {
	const struct sfs_source *source;
	const char *text;      /* the source's, rows of COPY and psql's commands blanked */
	size_t offset, len;    /* in the text */
	const char *base;      /* the namespace that unqualified names mean when nothing is SET */
	const char *namespace; /* and what they mean here */
	size_t settings_from, settings_to; /* the script's settings that are in force */
	struct pg_head head;
	const struct pg_tree *tree; /* NULL until pg_statement_parse() */
};

/* Sources cut into statements. All texts and arrays of the statements are in the arena. */
struct pg_script {
	struct sfs_arena *arena; /* owned */
	SFS_VEC(struct pg_stmt) statements;
	SFS_VEC(struct pg_stmt) settings; /* the SETs, in order */
};

void pg_script_init(struct pg_script *script);
void pg_script_finish(struct pg_script *script);
SFS_DEFINE_AUTO_VALUE(pg_script, struct pg_script, pg_script_finish)

/*
 * Cuts a source and looks at the first words of each statement. `namespace` is what an unqualified
 * name means before the first SET search_path. The source and its text must outlive the script.
 * -EINVAL with the position for psql's own commands.
 */
int pg_script_add(struct pg_script *script, const struct sfs_source *source, const char *namespace,
	struct sfs_error *err) SFS_MUST_CHECK;

/* Fills `statement->tree`; cheap when it is there already. Never fails. */
void pg_statement_parse(struct pg_script *script, struct pg_stmt *statement);

/*
 * Whether it is an ALTER TABLE ... ATTACH PARTITION, and which table it attaches to its target; the
 * names are in the arena. (attach.c)
 */
bool pg_statement_attaches(
	const struct pg_stmt *statement, struct sfs_arena *arena, struct pg_ref *ret_child);

/* What libpg_query finds wrong with the statement, as an error with its position. -EINVAL or 0. */
int pg_statement_check(const struct pg_stmt *statement, struct sfs_error *err) SFS_MUST_CHECK;

/* Reads the first words of a statement. (head.c) */
void pg_head_read(struct sfs_arena *arena, struct pg_stmt *statement);

/* The namespace that a SET search_path makes the first; NULL when `statement` sets something else. */
const char *pg_head_search_path(struct sfs_arena *arena, const struct pg_stmt *statement);

/* ---- cursor: significant tokens one by one; for the files that look at a statement ---- */

struct pg_cursor {
	struct sfs_lexer lexer;
	const char *text;
	struct sfs_token token; /* the current one; END past the last */
};

void pg_cursor_init(struct pg_cursor *cursor, const struct pg_stmt *statement);
void pg_cursor_next(struct pg_cursor *cursor);
bool pg_cursor_at(const struct pg_cursor *cursor, const char *word);
bool pg_cursor_accept(struct pg_cursor *cursor, const char *word); /* next when at */
bool pg_cursor_accept_all(
	struct pg_cursor *cursor, const char *words); /* all of "IF NOT EXISTS", or none */
bool pg_cursor_at_name(const struct pg_cursor *cursor);

/* Reads a name of up to `max` parts joined by dots; their number, 0 when there is none here. */
size_t pg_cursor_name(
	struct pg_cursor *cursor, struct sfs_arena *arena, const char **parts, size_t max);

/* Skips tokens, parentheses with what is in them at once; false when there is no such word. */
bool pg_cursor_find(struct pg_cursor *cursor, const char *word);

/* Whether the reference stands in the key; and whether the key is one to cut: it calls something. */
bool pg_key_holds(const struct pg_key *key, const struct pg_ref *ref);
bool pg_key_is_cut(const struct pg_tree *tree, const struct pg_key *key);

/* What is left out of a statement without the keys to cut: from one offset of the text to another. */
struct pg_cut {
	size_t from, to;
};
struct pg_cuts SFS_VEC_OF(struct pg_cut);

/* In the order of the text, commas included; a list that must not be empty goes with them. */
void pg_keys_cuts(const struct pg_tree *tree, struct pg_cuts *cuts);

/* Tells objects of the catalog that the sources make by names that were cut. (cut.c) */
void pg_mark_cut_names(const struct sfs_evaluation *what, struct sfs_catalog *catalog);

#endif
