// SPDX-License-Identifier: MIT
/*
 * Rows of tables as texts. What a file says goes through the input function of the table's own row
 * type, so that each value is read as COPY would read it, and comes back through its output function.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/postgres/driver.h"
#include "drivers/postgres/kind.h"
#include "drivers/postgres/rows_work.h"

/* Rows that are sent at once: as much text as a server takes without a thought. */
enum { BATCH_BYTES = 16 << 20 };

/* ---- reading ---- */

/* The rows of a query as they arrive: a table need not fit into memory. */
static int
stream(struct pg_rows_work *work, const char *sql, const char *parameter, sfs_rows_take *take,
	void *data, struct sfs_error *err)
{
	struct pg_db *db = work->db;
	size_t n = work->query->n_columns;
	const char **fields = sfs_alloc((n + 1) * sizeof *fields);
	const char *params[] = { parameter };
	int r = 0;

	pg_forgive(db);
	db->base.statements++;
	if (!PQsendQueryParams(db->conn, sql, parameter ? 1 : 0, NULL, params, NULL, NULL, 0)) {
		r = pg_error(db, NULL, sql, err);
	} else {
		(void)PQsetSingleRowMode(db->conn);
	}
	for (PGresult *result = r < 0 ? NULL : pg_result(db); result; result = pg_result(db)) {
		ExecStatusType status = PQresultStatus(result);

		if (status != PGRES_SINGLE_TUPLE && status != PGRES_TUPLES_OK && r == 0) {
			r = pg_error(db, result, sql, err);
		}
		for (int i = 0; r == 0 && i < PQntuples(result); i++) {
			for (size_t j = 0; j < n; j++) {
				fields[j] = PQgetisnull(result, i, (int)j)
						    ? NULL
						    : PQgetvalue(result, i, (int)j);
			}
			r = take(data, fields, err);
		}
		PQclear(result);
		if (PQstatus(db->conn) == CONNECTION_BAD) {
			r = r < 0 ? r : pg_error(db, NULL, sql, err);
			break;
		}
	}
	free(fields);
	return r;
}

static int
read_rows(struct sfs_db *base, const struct sfs_rows_query *query, sfs_rows_take *take, void *data,
	struct sfs_error *err)
{
	struct pg_rows_work work;
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;
	int r = pg_rows_work_begin(&work, base, query, err);

	if (r == 0) {
		sfs_str_add(&sql, "SELECT ");
		pg_rows_add_columns(&work, "d", false, &sql);
		sfs_str_addf(&sql, " FROM %s%s AS d", work.only, sfs_str_text(&work.table));
		pg_rows_add_order(&work, &sql);
		r = stream(&work, sql.text, NULL, take, data, err);
	}
	return pg_rows_work_end(&work, r, err);
}

/* ---- comparing ---- */

/* Two rows of the file that are one to the database. */
static int
check_twice(struct pg_rows_work *work, const struct sfs_sheet *rows, const char *parameter,
	struct sfs_error *err)
{
	const struct sfs_shape *shape = work->query->shape;
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;
	sfs_auto(PQclear) PGresult *found = NULL;

	pg_rows_add_file(work, &sql);
	sfs_str_add(&sql, "SELECT (pg_catalog.array_agg(f.n ORDER BY f.n))[1:2] FROM f GROUP BY ");
	for (size_t i = 0; i < shape->key.len; i++) {
		sfs_str_add(&sql, i ? ", (f.v)." : "(f.v).");
		pg_name(&sql, shape->columns.items[shape->key.items[i]].name);
	}
	sfs_str_add(&sql, " HAVING pg_catalog.count(*) > 1 ORDER BY 1 LIMIT 1");
	int r = pg_rows_ask(work, sql.text, rows, 0, rows->rows.len, parameter, &found, err);
	if (r < 0 || !PQntuples(found)) {
		return r;
	}
	char *end;
	size_t first = strtoull(PQgetvalue(found, 0, 0) + 1, &end, 10) - 1;
	size_t second = strtoull(end + 1, NULL, 10) - 1;

	r = sfs_error_set(err, EINVAL, "the row has the key of the one in line %u",
		rows->rows.items[first].line);
	sfs_sheet_locate(rows, &rows->rows.items[second], err);
	return r;
}

/* f.n, whether the row is there, its columns, then those of the file; only where they differ. */
static void
compose(const struct pg_rows_work *work, struct sfs_str *sql)
{
	struct sfs_str have sfs_auto(str) = SFS_STR_INIT, want sfs_auto(str) = SFS_STR_INIT;
	const struct sfs_shape *shape = work->query->shape;
	struct sfs_str key sfs_auto(str) = SFS_STR_INIT;

	pg_name(&key, shape->columns.items[shape->key.items[0]].name);
	pg_rows_add_file(work, sql);
	sfs_str_addf(sql, "SELECT f.n, d.%s IS NOT NULL, ", key.text);
	pg_rows_add_columns(work, "d", false, sql);
	sfs_str_add(sql, ", ");
	pg_rows_add_columns(work, "(f.v)", false, sql);
	sfs_str_addf(
		sql, " FROM f LEFT JOIN %s%s AS d ON ", work->only, sfs_str_text(&work->table));
	pg_rows_add_match(work, sql);
	sfs_str_addf(sql, " WHERE d.%s IS NULL", key.text);
	/* As the output functions write them: json and the like know no equality. */
	if (pg_rows_add_columns(work, "d", true, &have)) {
		pg_rows_add_columns(work, "(f.v)", true, &want);
		sfs_str_addf(sql, " OR ROW(%s)::text IS DISTINCT FROM ROW(%s)::text", have.text,
			want.text);
	}
}

static const char *const *
take_fields(const PGresult *result, int row, int first, size_t n, struct sfs_arena *arena)
{
	const char **fields = sfs_arena_alloc(arena, n * sizeof *fields);

	for (size_t i = 0; i < n; i++) {
		int at = first + (int)i;

		fields[i] = PQgetisnull(result, row, at)
				    ? NULL
				    : sfs_arena_strdup(arena, PQgetvalue(result, row, at));
	}
	return fields;
}

static void
take_verdicts(const struct pg_rows_work *work, const PGresult *result, struct sfs_arena *arena,
	struct sfs_rows_verdict *verdicts)
{
	size_t n = work->query->n_columns;

	for (int i = 0; i < PQntuples(result); i++) {
		struct sfs_rows_verdict *verdict =
			&verdicts[strtoull(PQgetvalue(result, i, 0), NULL, 10) - 1];
		bool there = *PQgetvalue(result, i, 1) == 't';

		verdict->state = there ? SFS_ROW_DIFFERENT : SFS_ROW_MISSING;
		verdict->have = there ? take_fields(result, i, 2, n, arena) : NULL;
		verdict->want = take_fields(result, i, 2 + (int)n, n, arena);
	}
}

static int
compare_rows(struct sfs_db *base, const struct sfs_rows_query *query, const struct sfs_sheet *rows,
	struct sfs_arena *arena, struct sfs_rows_verdict *verdicts, struct sfs_error *err)
{
	struct pg_rows_work work;
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT, parameter sfs_auto(str) = SFS_STR_INIT;
	int r = pg_rows_work_begin(&work, base, query, err);
	size_t n = rows->rows.len;

	memset(verdicts, 0, n * sizeof *verdicts);
	if (r == 0) {
		(void)pg_rows_batch(&work, rows, 0, n, 0, &parameter);
		r = check_twice(&work, rows, parameter.text, err);
		compose(&work, &sql);
	}
	for (size_t at = 0, end; r == 0 && at < n; at = end) {
		sfs_auto(PQclear) PGresult *result = NULL;

		end = pg_rows_batch(&work, rows, at, n, BATCH_BYTES, &parameter);
		r = pg_rows_ask(&work, sql.text, rows, at, end, parameter.text, &result, err);
		if (r == 0) {
			take_verdicts(&work, result, arena, verdicts + at);
		}
	}
	return pg_rows_work_end(&work, r, err);
}

static int
extra_rows(struct sfs_db *base, const struct sfs_rows_query *query, const struct sfs_sheet *rows,
	sfs_rows_take *take, void *data, struct sfs_error *err)
{
	struct pg_rows_work work;
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT, parameter sfs_auto(str) = SFS_STR_INIT;
	int r = pg_rows_work_begin(&work, base, query, err);

	if (r == 0) {
		(void)pg_rows_batch(&work, rows, 0, rows->rows.len, 0, &parameter);
		pg_rows_add_file(&work, &sql);
		sfs_str_add(&sql, "SELECT ");
		pg_rows_add_columns(&work, "d", false, &sql);
		sfs_str_addf(&sql, " FROM %s%s AS d WHERE NOT EXISTS (SELECT FROM f WHERE ",
			work.only, sfs_str_text(&work.table));
		pg_rows_add_match(&work, &sql);
		sfs_str_addc(&sql, ')');
		pg_rows_add_order(&work, &sql);
		r = stream(&work, sql.text, parameter.text, take, data, err);
	}
	return pg_rows_work_end(&work, r, err);
}

/* ---- literals ---- */

static bool
is_number(const char *text)
{
	size_t sign = *text == '-', digits = strspn(text + sign, "0123456789");

	return digits && (text[sign] != '0' || digits == 1) && !text[sign + digits];
}

/* Whole numbers stand as such where they can mean nothing else, all other values as text. */
static void
literal(const struct sfs_shape *shape, const struct sfs_shape_column *column, const char *text,
	struct sfs_str *out)
{
	(void)shape;
	static const char *const numbers[] = { "smallint", "integer", "bigint" };

	if (!text) {
		sfs_str_add(out, "NULL");
		return;
	}
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		if (strcmp(column->type, numbers[i]) == 0 && is_number(text)) {
			sfs_str_add(out, text);
			return;
		}
	}
	if (strcmp(column->type, "boolean") == 0 && (!strcmp(text, "t") || !strcmp(text, "f"))) {
		sfs_str_add(out, *text == 't' ? "true" : "false");
		return;
	}
	pg_literal(out, text);
}

static int
offers(struct sfs_db *base, const char *extension, bool *ret_offers, struct sfs_error *err)
{
	struct pg_db *db = pg_db_of(base);
	sfs_auto(PQclear) PGresult *found = NULL;
	const char *params[] = { extension };
	int r = db->in_transaction ? 0 : pg_ready(db, err);

	if (r == 0) {
		r = pg_query(db, "SELECT FROM pg_catalog.pg_available_extensions WHERE name = $1",
			1, params, &found, err);
	}
	if (r == 0) {
		*ret_offers = PQntuples(found) > 0;
	}
	return r;
}

const struct sfs_rows_driver pg_rows = {
	.read = read_rows,
	.compare = compare_rows,
	.extra = extra_rows,
	.literal = literal,
	.offers = offers,
};
