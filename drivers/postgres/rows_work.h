/* SPDX-License-Identifier: MIT */
#ifndef SFS_POSTGRES_ROWS_WORK_H
#define SFS_POSTGRES_ROWS_WORK_H

#include "drivers/postgres/connection.h"
#include "drivers/rows.h"

/* What all queries for the rows of a table have in common. */
struct pg_rows_work {
	struct pg_db *db;
	const struct sfs_rows_query *query;
	struct sfs_str table;      /* "ns.name" */
	const char *only;          /* "ONLY " where children would be read as well */
	SFS_VEC(char *) operators; /* of each column of the key */
	SFS_VEC(bool) collated;    /* whether it is sorted by a collation */
	bool own;                  /* the transaction is ours */
};

/*
 * Fills `work`, in a transaction of its own unless there is one. -EINVAL: the table has no key by which
 * rows can be found. Whatever it returns, pg_rows_work_end() has to follow.
 */
int pg_rows_work_begin(struct pg_rows_work *work, struct sfs_db *base,
	const struct sfs_rows_query *query, struct sfs_error *err) SFS_MUST_CHECK;

/* Ends the transaction, by ROLLBACK when `r` is negative; returns `r`, or what went wrong in ending. */
int pg_rows_work_end(struct pg_rows_work *work, int r, struct sfs_error *err) SFS_MUST_CHECK;

/* ---- pieces of queries: `d` are the rows of the table, `f (n, v)` those of the file ---- */

/* "d.a, d.b": the columns that are asked for, but for the key when `but_key`; returns how many. */
size_t pg_rows_add_columns(
	const struct pg_rows_work *work, const char *prefix, bool but_key, struct sfs_str *out);

/* "d.id OPERATOR(pg_catalog.=) (f.v).id AND ..." */
void pg_rows_add_match(const struct pg_rows_work *work, struct sfs_str *out);

/* The same order on every server: texts by their bytes. */
void pg_rows_add_order(const struct pg_rows_work *work, struct sfs_str *out);

/* "WITH f AS ...": the rows of the file, the query's parameter, as values of the table's row type. */
void pg_rows_add_file(const struct pg_rows_work *work, struct sfs_str *out);

/* ---- rows_batch.c: rows of a file as a parameter ---- */

/*
 * Writes the rows from `first` on as an array of texts in place of `out`, up to `end` or until there are
 * `limit` bytes (0: no limit); returns the first one that is not in it.
 */
size_t pg_rows_batch(const struct pg_rows_work *work, const struct sfs_sheet *rows, size_t first,
	size_t end, size_t limit, struct sfs_str *out);

/*
 * Runs a query over rows first .. end - 1, which are its `parameter`. Where the server can not read one
 * of them the error tells its place in the file.
 */
int pg_rows_ask(struct pg_rows_work *work, const char *sql, const struct sfs_sheet *rows,
	size_t first, size_t end, const char *parameter, PGresult **ret_result,
	struct sfs_error *err) SFS_MUST_CHECK;

#endif
