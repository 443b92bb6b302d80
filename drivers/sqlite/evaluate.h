/* SPDX-License-Identifier: MIT */
#ifndef SFS_SQLITE_EVALUATE_H
#define SFS_SQLITE_EVALUATE_H

#include "drivers/sqlite/connection.h"
#include "drivers/sqlite/parse.h"

/* sfs_driver's evaluate(). */
int lite_evaluate(struct sfs_db *db, const struct sfs_evaluation *what,
	struct sfs_catalog **ret_catalog, struct sfs_error *err) SFS_MUST_CHECK;

/* sfs_driver's replay(). (replay.c) */
int lite_replay(struct sfs_db *db, const struct sfs_replay *what, struct sfs_catalog **ret_catalogs,
	struct sfs_error *err) SFS_MUST_CHECK;

/* A statement of the texts that makes or changes something. */
struct lite_piece {
	const struct sfs_source *source;
	size_t offset, len; /* in the source's text, with the `;` */
	enum sfs_kind kind; /* what it makes; SFS_KIND_COUNT for ALTER and DROP */
	bool virtual, from_select;
	const char *name;     /* lower case; of what it makes */
	const char *relation; /* lower case; of an index or trigger: what it stands on */
	size_t home;          /* the sandbox that it is run in */
	bool done;
};
struct lite_pieces SFS_VEC_OF(struct lite_piece);

/*
 * Cuts the sources into pieces; the texts live in `arena`. What is no definition is left out or
 * refused, as documented in pieces.c.
 */
int lite_pieces_find(const struct sfs_evaluation *what, struct sfs_arena *arena,
	struct lite_pieces *ret_pieces, struct sfs_error *err) SFS_MUST_CHECK;

/* An error about a place in a source; returns -EINVAL. */
int lite_source_error(const struct sfs_source *source, size_t offset, struct sfs_error *err,
	const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
