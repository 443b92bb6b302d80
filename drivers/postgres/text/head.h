/* SPDX-License-Identifier: MIT */
#ifndef SFS_POSTGRES_TEXT_HEAD_H
#define SFS_POSTGRES_TEXT_HEAD_H

#include "drivers/postgres/text/parse.h"

/* How the name of an object follows the words of its kind. */
enum pg_name_style {
	PG_NAME_PLAIN,    /* [namespace.]name */
	PG_NAME_COLUMN,   /* [namespace.]relation.column */
	PG_NAME_OPERATOR, /* [namespace.]sign */
	PG_NAME_NONE,
	PG_NAME_REFUSED, /* belongs to the cluster, or to the database itself */
};

struct pg_kind_words {
	const char *words;
	enum sfs_kind kind;
	enum pg_name_style style;
	enum pg_space space;
	const char *on;     /* the word before the relation that it belongs to */
	const char *create; /* that word in CREATE, when it is another one */
};

/* Everything that reading a head needs at hand. */
struct pg_head_reader {
	struct pg_cursor cursor;
	struct sfs_arena *arena;
	struct pg_head *head;
	const struct pg_kind_words *words;
};

/* Takes the words of a kind; false when none stands here. */
bool pg_head_kind(struct pg_head_reader *r);

/* A name of one or two parts. */
struct pg_ref pg_head_ref(struct pg_head_reader *r, enum pg_space space);

void pg_head_add(struct pg_head_reader *r, struct pg_ref target);

/* Takes the name of the kind that was taken last; of several, as in GRANT and DROP, all of them. */
void pg_head_target(struct pg_head_reader *r);
void pg_head_targets(struct pg_head_reader *r);

/* The relation that stands behind `word`, if there is one. */
void pg_head_on(struct pg_head_reader *r, const char *word);

#endif
