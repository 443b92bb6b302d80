// SPDX-License-Identifier: MIT
/* The rows of a file as SQLite would hold them. */
#include <errno.h>

#include "drivers/sqlite/connection.h"
#include "drivers/sqlite/rows_mirror.h"
#include "sql/quote.h"

static const char number_name[] = "__schemafs_n";

/* ---- SQL for rows, and keys ---- */

const struct sfs_shape_column *
lite_rows_column(const struct sfs_rows_query *query, size_t i)
{
	return &query->shape->columns.items[query->columns[i]];
}

void
lite_rows_add_table(const struct sfs_rows_query *query, struct sfs_str *out)
{
	sfs_quote_qualified(out, SFS_SQLITE, "main", query->shape->object->id.name);
}

void
lite_rows_add_columns(const struct sfs_rows_query *query, struct sfs_str *out)
{
	for (size_t i = 0; i < query->n_columns; i++) {
		sfs_str_add(out, i ? ", " : "");
		sfs_quote_name(out, SFS_SQLITE, lite_rows_column(query, i)->name);
	}
}

void
lite_rows_add_key(const struct sfs_rows_query *query, const char *separator, const char *tail,
	struct sfs_str *out)
{
	const struct sfs_shape *shape = query->shape;

	for (size_t i = 0; i < shape->key.len; i++) {
		sfs_str_add(out, i ? separator : "");
		sfs_quote_name(out, SFS_SQLITE, shape->columns.items[shape->key.items[i]].name);
		sfs_str_add(out, tail);
	}
}

void
lite_rows_bind_key(const struct sfs_rows_query *query, sqlite3_stmt *from, sqlite3_stmt *to)
{
	const struct sfs_shape *shape = query->shape;

	(void)sqlite3_reset(to);
	for (size_t i = 0; i < shape->key.len; i++) {
		for (size_t j = 0; j < query->n_columns; j++) {
			if (query->columns[j] == shape->key.items[i]) {
				(void)sqlite3_bind_value(
					to, (int)i + 1, sqlite3_column_value(from, (int)j));
			}
		}
	}
}

/* ---- the table in memory ---- */

void
lite_mirror_finish(struct lite_mirror *mirror)
{
	(void)sqlite3_finalize(mirror->get);
	(void)sqlite3_finalize(mirror->has);
	lite_values_close(&mirror->values);
}
static int
make_mirror(struct lite_mirror *mirror, const struct sfs_rows_query *query, struct sfs_error *err)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;
	sqlite3 *conn = mirror->values.conn;

	sfs_str_add(&sql, "CREATE TABLE r (");
	for (size_t i = 0; i < query->n_columns; i++) {
		const struct sfs_shape_column *column = lite_rows_column(query, i);

		sfs_quote_name(&sql, SFS_SQLITE, column->name);
		sfs_str_addf(&sql, " %s", lite_value_type(column, query->shape->strict));
		if (column->collation) {
			sfs_str_add(&sql, " COLLATE ");
			sfs_quote_name(&sql, SFS_SQLITE, column->collation);
		}
		sfs_str_add(&sql, ", ");
	}
	sfs_str_addf(&sql, "%s INT UNIQUE, PRIMARY KEY (", number_name);
	lite_rows_add_key(query, ", ", "", &sql);
	sfs_str_add(&sql, query->shape->strict ? ")) STRICT" : "))");
	int r = lite_run(conn, sfs_str_text(&sql), err);
	if (r < 0) {
		return r;
	}
	sfs_str_truncate(&sql, 0);
	sfs_str_add(&sql, "SELECT ");
	lite_rows_add_columns(query, &sql);
	sfs_str_addf(&sql, " FROM r WHERE %s = ?", number_name);
	r = lite_prepare(conn, sfs_str_text(&sql), &mirror->get, err);
	sfs_str_truncate(&sql, 0);
	sfs_str_addf(&sql, "SELECT %s FROM r WHERE ", number_name);
	lite_rows_add_key(query, " AND ", " = ?", &sql);
	return r < 0 ? r : lite_prepare(conn, sfs_str_text(&sql), &mirror->has, err);
}

int64_t
lite_mirror_find(struct lite_mirror *mirror, const struct sfs_rows_query *query, sqlite3_stmt *row)
{
	lite_rows_bind_key(query, row, mirror->has);
	return sqlite3_step(mirror->has) == SQLITE_ROW ? sqlite3_column_int64(mirror->has, 0) : -1;
}

/* The row that has the key already which an insert collided with. */
static int
tell_collision(struct lite_mirror *mirror, const struct sfs_rows_query *query,
	const struct sfs_sheet *rows, size_t at, struct sfs_error *err)
{
	const struct sfs_shape *shape = query->shape;
	const struct sfs_sheet_row *row = &rows->rows.items[at];
	int code = sqlite3_extended_errcode(mirror->values.conn);
	int r = lite_error(mirror->values.conn, NULL, err);

	if (code == SQLITE_CONSTRAINT_PRIMARYKEY || code == SQLITE_CONSTRAINT_ROWID) {
		(void)sqlite3_reset(mirror->has);
		for (size_t i = 0; i < shape->key.len; i++) {
			size_t j = 0;

			while (query->columns[j] != shape->key.items[i]) {
				j++;
			}
			r = lite_value_bind(&mirror->values, lite_rows_column(query, j),
				shape->strict, row->fields[j], mirror->has, (int)i + 1, err);
		}
		int64_t other = sqlite3_step(mirror->has) == SQLITE_ROW
					? sqlite3_column_int64(mirror->has, 0)
					: (int64_t)at;
		r = sfs_error_set(err, EINVAL, "the row has the key of the one in line %u",
			rows->rows.items[other].line);
	}
	sfs_sheet_locate(rows, row, err);
	return r;
}

static int
insert_row(struct lite_mirror *mirror, const struct sfs_rows_query *query,
	const struct sfs_sheet *rows, size_t at, sqlite3_stmt *insert, struct sfs_error *err)
{
	const struct sfs_sheet_row *row = &rows->rows.items[at];

	(void)sqlite3_reset(insert);
	for (size_t i = 0; i < query->n_columns; i++) {
		int r = lite_value_bind(&mirror->values, lite_rows_column(query, i),
			query->shape->strict, row->fields[i], insert, (int)i + 1, err);

		if (r < 0) {
			sfs_sheet_locate(rows, row, err);
			return r;
		}
	}
	(void)sqlite3_bind_int64(insert, (int)query->n_columns + 1, (int64_t)at);
	return sqlite3_step(insert) == SQLITE_DONE ? 0
						   : tell_collision(mirror, query, rows, at, err);
}

int
lite_mirror_init(struct lite_mirror *mirror, const struct sfs_rows_query *query,
	const struct sfs_sheet *rows, struct sfs_error *err)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;
	sqlite3_stmt *insert sfs_auto(sqlite3_stmt) = NULL;
	int r = lite_values_open(&mirror->values, err);

	r = r < 0 ? r : make_mirror(mirror, query, err);
	sfs_str_add(&sql, "INSERT INTO r VALUES (");
	for (size_t i = 0; i < query->n_columns; i++) {
		sfs_str_add(&sql, "?, ");
	}
	sfs_str_add(&sql, "?)");
	r = r < 0 ? r : lite_prepare(mirror->values.conn, sfs_str_text(&sql), &insert, err);
	r = r < 0 ? r : lite_run(mirror->values.conn, "BEGIN", err);
	for (size_t i = 0; r == 0 && i < rows->rows.len; i++) {
		r = insert_row(mirror, query, rows, i, insert, err);
	}
	return r;
}
