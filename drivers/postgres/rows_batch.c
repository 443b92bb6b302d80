// SPDX-License-Identifier: MIT
/* Rows of a file as the parameter of a query. */
#include <errno.h>
#include <stdlib.h>

#include "drivers/postgres/driver.h"
#include "drivers/postgres/rows_work.h"

/* A field inside of "(a,b)" inside of {"..."}: quoted for the row, then for the array. */
static void
add_field(struct sfs_str *out, const char *field)
{
	sfs_str_add(out, "\\\"");
	for (; *field; field++) {
		if (*field == '"') {
			sfs_str_add(out, "\\\"\\\"");
		} else if (*field == '\\') {
			sfs_str_add(out, "\\\\\\\\");
		} else {
			sfs_str_addc(out, *field);
		}
	}
	sfs_str_add(out, "\\\"");
}

/* All columns of the table in their order; those that are not asked about are null. */
static void
add_row(const struct pg_rows_work *work, const char *const *fields, struct sfs_str *out)
{
	const struct sfs_shape *shape = work->query->shape;

	sfs_str_addf(out, "%s\"(", out->len > 1 ? "," : "");
	for (size_t i = 0; i < shape->columns.len; i++) {
		sfs_str_add(out, i ? "," : "");
		for (size_t j = 0; j < work->query->n_columns; j++) {
			if (work->query->columns[j] == i && fields[j]) {
				add_field(out, fields[j]);
			}
		}
	}
	sfs_str_add(out, ")\"");
}

size_t
pg_rows_batch(const struct pg_rows_work *work, const struct sfs_sheet *rows, size_t first,
	size_t end, size_t limit, struct sfs_str *out)
{
	sfs_str_truncate(out, 0);
	sfs_str_addc(out, '{');
	for (; first < end && (out->len < limit || !limit); first++) {
		add_row(work, rows->rows.items[first].fields, out);
	}
	sfs_str_addc(out, '}');
	return first;
}

/*
 * Which of the rows the server could not read: found by halves, since it tells the value but not its
 * place. What it says of that row is what the error says.
 */
static int
find_fault(struct pg_rows_work *work, const struct sfs_sheet *rows, size_t first, size_t end,
	struct sfs_error *err)
{
	struct sfs_str parameter sfs_auto(str) = SFS_STR_INIT, sql sfs_auto(str) = SFS_STR_INIT;

	sfs_str_addf(&sql,
		"SELECT pg_catalog.count(u.l::%s) FROM pg_catalog.unnest($1::text[]) AS u (l)",
		sfs_str_text(&work->table));
	while (end - first > 1) {
		size_t middle = first + (end - first) / 2;
		sfs_auto(PQclear) PGresult *result = NULL;

		(void)pg_rows_batch(work, rows, first, middle, 0, &parameter);
		const char *params[] = { parameter.text };
		if (pg_run(work->db, "ROLLBACK TO SAVEPOINT schemafs_rows", NULL) < 0) {
			return -EIO;
		}
		if (pg_query(work->db, sql.text, 1, params, &result, err) < 0) {
			end = middle;
		} else {
			first = middle;
		}
	}
	sfs_auto(PQclear) PGresult *last = NULL;
	(void)pg_rows_batch(work, rows, first, end, 0, &parameter);
	const char *params[] = { parameter.text };
	int r = pg_run(work->db, "ROLLBACK TO SAVEPOINT schemafs_rows", NULL);
	r = r < 0 ? r : pg_query(work->db, sql.text, 1, params, &last, err);
	if (r < 0) {
		sfs_sheet_locate(rows, &rows->rows.items[first], err);
		if (err) {
			free(err->statement);
			err->statement = NULL;
		}
	}
	return r;
}

int
pg_rows_ask(struct pg_rows_work *work, const char *sql, const struct sfs_sheet *rows, size_t first,
	size_t end, const char *parameter, PGresult **ret_result, struct sfs_error *err)
{
	const char *params[] = { parameter };
	int r = pg_run(work->db, "SAVEPOINT schemafs_rows", err);

	if (r == 0) {
		r = pg_query(work->db, sql, 1, params, ret_result, err);
	}
	if (r == 0) {
		return pg_run(work->db, "RELEASE SAVEPOINT schemafs_rows", err);
	}
	/* Class 22 and 23: the data. Whatever else has nothing to do with a row. */
	if (err && (sfs_starts_with(err->sqlstate, "22") || sfs_starts_with(err->sqlstate, "23")) &&
		find_fault(work, rows, first, end, err) == 0) {
		return sfs_error_set(
			err, EIO, "the server read rows that it could not read before");
	}
	return r;
}
