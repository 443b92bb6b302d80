/* SPDX-License-Identifier: MIT */
#ifndef SFS_POSTGRES_SCRATCH_REWRITE_H
#define SFS_POSTGRES_SCRATCH_REWRITE_H

#include "drivers/postgres/text/parse.h"
#include "drivers/postgres/read/read.h"

/* SQL made of pieces of a source, so that a place in it can be found again in the source. */
struct pg_text {
	struct sfs_str sql;
	SFS_VEC(struct pg_piece {
		size_t at;     /* in `sql` */
		size_t source; /* in the source's text */
	}) pieces;
};

void pg_text_finish(struct pg_text *text);
SFS_DEFINE_AUTO_VALUE(pg_text, struct pg_text, pg_text_finish)

/* Where in the source the byte at `at` comes from; what was put in comes from where it stands. */
size_t pg_text_source(const struct pg_text *text, size_t at);

/* The names that stand in scratch places, and which those are. */
struct pg_places {
	struct sfs_arena *arena;          /* owned */
	struct sfs_map *names;            /* owned */
	SFS_VEC(struct pg_alias) aliases; /* one for each namespace that has a scratch place */
};

void pg_places_init(struct pg_places *places);
void pg_places_finish(struct pg_places *places);
SFS_DEFINE_AUTO_VALUE(pg_places, struct pg_places, pg_places_finish)

/* Says that `name` is to be found in the scratch place of its namespace. */
void pg_places_add(
	struct pg_places *places, enum pg_space space, const char *namespace, const char *name);

/* The scratch place of a name, NULL when it stands where it says. */
const char *pg_places_find(const struct pg_places *places, enum pg_space space,
	const char *namespace, const char *name);

/* The scratch place of a namespace, NULL when it has none. */
const char *pg_places_of(const struct pg_places *places, const char *namespace);

/* Names of scratch places back to what they stand for, for messages. Owned by the caller; NULL gives NULL. */
char *pg_places_show(const struct pg_places *places, const char *text);

/*
 * The statement as it is to be sent: names moved to their scratch places (`places` may be NULL), and
 * what can not or need not be done while trying a schema out left aside: CONCURRENTLY, the rows of a
 * materialized view, SET LOCAL. The foreign keys are taken out when `without_keys`; then
 * pg_rewrite_key() gives each of them as a statement of its own.
 */
void pg_rewrite(const struct pg_stmt *statement, const struct pg_places *places, bool without_keys,
	struct pg_text *out);
void pg_rewrite_key(const struct pg_stmt *statement, const struct pg_places *places,
	const struct pg_key *key, struct pg_text *out);

#endif
