/* SPDX-License-Identifier: MIT */
#ifndef SFS_DATA_STATEMENT_H
#define SFS_DATA_STATEMENT_H

#include "data/data.h"

/* A row that is there, with other values. */
struct sfs_data_update {
	const char *const *fields; /* in the sheet's columns */
	const char *const *former; /* what it has, in the same; NULL: not known */
	bool *changed;             /* which of them are set */
	unsigned line;
};

/* What is to be done to the rows of one table. Texts live in its arena, or in the sheet's. */
struct sfs_data_change {
	struct sfs_arena *arena; /* owned */
	const struct sfs_data_table *table;
	const struct sfs_driver *driver;
	struct sfs_shape shape; /* owned; of the table as it then is */
	bool over;              /* rows may be there, though the table is new */
	size_t *columns;        /* of each column of the sheet: its index in the shape */
	SFS_VEC(const char *const *) inserts; /* rows in the sheet's columns */
	SFS_VEC(const char *const *) deletes;
	SFS_VEC(struct sfs_data_update) updates;
};

void sfs_data_change_finish(struct sfs_data_change *change); /* accepts a zeroed one */

/* INSERT, over what may be there by then; `whole`: in one statement, since rows refer to each other. */
void sfs_data_write_inserts(
	const struct sfs_data_change *change, bool whole, struct sfs_plan *plan);

/* The rows of several tables that refer to each other in a circle. */
void sfs_data_write_circle(
	const struct sfs_data_change *const *changes, size_t n, struct sfs_plan *plan);

/*
 * Before the others: gives rows whose unique values others take, before they are rid of them, another
 * one for a while. `deletes_late`: rows that go do so behind all. -EINVAL, with file and line, where
 * there is no such value. (park.c)
 */
int sfs_data_write_parking(const struct sfs_data_change *change, bool deletes_late,
	struct sfs_plan *plan, struct sfs_error *err) SFS_MUST_CHECK;

/* Appends the UPDATE of one column, by its place in the sheet, of the row with the key of `row`. */
void sfs_data_add_update(const struct sfs_data_change *change, size_t column, const char *value,
	const char *const *row, struct sfs_str *out);

void sfs_data_write_updates(const struct sfs_data_change *change, struct sfs_plan *plan);
void sfs_data_write_deletes(const struct sfs_data_change *change, struct sfs_plan *plan);

/* After rows were written with numbers of their own, sequences go on behind them. PostgreSQL alone. */
void sfs_data_write_sequences(const struct sfs_data_change *change, struct sfs_plan *plan);

#endif
