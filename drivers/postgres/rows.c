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
#include "drivers/rows.h"

/* Rows that are sent at once: as much text as a server takes without a thought. */
enum { BATCH_BYTES = 16 << 20 };

/* What settles how values are written, and that rows which policies hide are not taken as missing. */
static const char settings[] =
	"SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL IntervalStyle = 'postgres';"
	" SET LOCAL TimeZone = 'UTC'; SET LOCAL extra_float_digits = 1;"
	" SET LOCAL bytea_output = 'hex'; SET LOCAL xmloption = 'content';"
	" SET LOCAL lc_monetary = 'C'; SET LOCAL row_security = off; SET LOCAL search_path = ''";

struct work {
	struct pg_db *db;
	const struct sfs_rows_query *query;
	struct sfs_str table;      /* "ns.name" */
	const char *only;          /* "ONLY " where children would be read as well */
	SFS_VEC(char *) operators; /* of each column of the key */
	SFS_VEC(bool) collated;    /* whether it is sorted by a collation */
	bool own;                  /* the transaction is ours */
};

static void
finish_work(struct work *work)
{
	sfs_vec_foreach (operator, & work->operators) {
		free(*operator);
	}
	sfs_vec_finish(&work->operators);
	sfs_vec_finish(&work->collated);
	sfs_str_finish(&work->table);
}

/* ---- the transaction ---- */

static int
end_work(struct work *work, int r, struct sfs_error *err)
{
	if (work->own) {
		/* After a failure nothing more is to be told. */
		int ended = pg_run(work->db, r < 0 ? "ROLLBACK" : "COMMIT", r < 0 ? NULL : err);

		r = r < 0 ? r : ended;
	}
	finish_work(work);
	return r;
}

/*
 * Keys are compared by the operator of their index, which need not be called `=` in a schema that is
 * looked into. A partitioned table has no rows but its partitions'.
 */
static int
find_facts(struct work *work, struct sfs_error *err)
{
	static const char sql[] =
		"SELECT c.relkind = 'r' AND c.relhassubclass,"
		" 'OPERATOR(' || pg_catalog.quote_ident(n.nspname) || '.' || o.oprname || ')',"
		" t.attcollation <> 0"
		" FROM pg_catalog.pg_class c"
		" JOIN pg_catalog.pg_index i ON i.indrelid = c.oid AND i.indisprimary"
		" CROSS JOIN pg_catalog.generate_series(0, i.indnkeyatts - 1) AS k (n)"
		" JOIN pg_catalog.pg_attribute t ON t.attrelid = c.oid"
		" AND t.attnum = i.indkey[k.n]"
		" JOIN pg_catalog.pg_opclass p ON p.oid = i.indclass[k.n]"
		" JOIN pg_catalog.pg_amop a ON a.amopfamily = p.opcfamily AND a.amopstrategy = 3"
		" AND a.amoplefttype = p.opcintype AND a.amoprighttype = p.opcintype"
		" JOIN pg_catalog.pg_operator o ON o.oid = a.amopopr"
		" JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace"
		" WHERE c.oid = $1::regclass ORDER BY k.n";
	sfs_auto(PQclear) PGresult *facts = NULL;
	const char *params[] = { sfs_str_text(&work->table) };
	int r = pg_query(work->db, sql, 1, params, &facts, err);

	if (r < 0) {
		return r;
	}
	if ((size_t)PQntuples(facts) != work->query->shape->key.len) {
		return sfs_error_set(err, EINVAL,
			"the primary key of %s is none by which rows can be found",
			sfs_str_text(&work->table));
	}
	work->only = *PQgetvalue(facts, 0, 0) == 't' ? "ONLY " : "";
	for (int i = 0; i < PQntuples(facts); i++) {
		sfs_vec_push(&work->operators, sfs_strdup(PQgetvalue(facts, i, 1)));
		sfs_vec_push(&work->collated, *PQgetvalue(facts, i, 2) == 't');
	}
	return 0;
}

static int
begin_work(struct work *work, struct sfs_db *base, const struct sfs_rows_query *query,
	struct sfs_error *err)
{
	const struct sfs_identity *id = &query->shape->object->id;
	sfs_auto(str) struct sfs_str sql = SFS_STR_INIT;
	int r = 0;

	*work = (struct work){ .db = pg_db_of(base), .query = query };
	work->own = PQtransactionStatus(work->db->conn) == PQTRANS_IDLE;
	sfs_quote_qualified(&work->table, SFS_POSTGRES, id->namespace, id->name);
	if (work->own) {
		r = pg_ready(work->db, err);
		sfs_str_add(&sql, "BEGIN READ ONLY; ");
	}
	sfs_str_add(&sql, settings);
	if (r == 0) {
		r = pg_run(work->db, sql.text, err);
	}
	if (r == 0) {
		r = find_facts(work, err);
	}
	return r;
}

/* ---- pieces of queries ---- */

static const struct sfs_shape_column *
column_at(const struct work *work, size_t i)
{
	return &work->query->shape->columns.items[work->query->columns[i]];
}

/* "d.a, d.b": the columns that are asked for, but for the key when `but_key`. */
static size_t
add_columns(const struct work *work, const char *prefix, bool but_key, struct sfs_str *out)
{
	size_t n = 0;

	for (size_t i = 0; i < work->query->n_columns; i++) {
		if (but_key && column_at(work, i)->key) {
			continue;
		}
		sfs_str_addf(out, "%s%s.", n++ ? ", " : "", prefix);
		pg_name(out, column_at(work, i)->name);
	}
	return n;
}

/* "d.id OPERATOR(pg_catalog.=) (f.v).id AND ..." */
static void
add_match(const struct work *work, struct sfs_str *out)
{
	const struct sfs_shape *shape = work->query->shape;

	for (size_t i = 0; i < shape->key.len; i++) {
		const char *name = shape->columns.items[shape->key.items[i]].name;

		sfs_str_addf(out, "%sd.", i ? " AND " : "");
		pg_name(out, name);
		sfs_str_addf(out, " %s (f.v).", work->operators.items[i]);
		pg_name(out, name);
	}
}

/* The same order on every server: texts by their bytes. */
static void
add_order(const struct work *work, struct sfs_str *out)
{
	const struct sfs_shape *shape = work->query->shape;

	sfs_str_add(out, " ORDER BY ");
	for (size_t i = 0; i < shape->key.len; i++) {
		sfs_str_add(out, i ? ", d." : "d.");
		pg_name(out, shape->columns.items[shape->key.items[i]].name);
		sfs_str_add(out, work->collated.items[i] ? " COLLATE pg_catalog.\"C\"" : "");
	}
}

/* The rows of the file as values of the table's row type: f (n, v). */
static void
add_rows(const struct work *work, struct sfs_str *out)
{
	sfs_str_addf(out,
		"WITH f AS MATERIALIZED (SELECT u.n, u.l::%s AS v"
		" FROM pg_catalog.unnest($1::text[]) WITH ORDINALITY AS u (l, n)) ",
		sfs_str_text(&work->table));
}

/* ---- rows as a parameter ---- */

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
add_row(const struct work *work, const char *const *fields, struct sfs_str *out)
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

/* The rows from `first` on as an array of texts, up to the end or as many as are sent at once. */
static size_t
make_parameter(const struct work *work, const struct sfs_sheet *rows, size_t first, size_t end,
	size_t limit, struct sfs_str *out)
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
find_fault(struct work *work, const struct sfs_sheet *rows, size_t first, size_t end,
	struct sfs_error *err)
{
	struct sfs_str parameter sfs_auto(str) = SFS_STR_INIT, sql sfs_auto(str) = SFS_STR_INIT;

	sfs_str_addf(&sql,
		"SELECT pg_catalog.count(u.l::%s) FROM pg_catalog.unnest($1::text[]) AS u (l)",
		sfs_str_text(&work->table));
	while (end - first > 1) {
		size_t middle = first + (end - first) / 2;
		sfs_auto(PQclear) PGresult *result = NULL;

		(void)make_parameter(work, rows, first, middle, 0, &parameter);
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
	(void)make_parameter(work, rows, first, end, 0, &parameter);
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

/* Runs a query over rows first .. end - 1. */
static int
ask(struct work *work, const char *sql, const struct sfs_sheet *rows, size_t first, size_t end,
	const char *parameter, PGresult **ret_result, struct sfs_error *err)
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

/* ---- reading ---- */

/* The rows of a query as they arrive: a table need not fit into memory. */
static int
stream(struct work *work, const char *sql, const char *parameter, sfs_rows_take *take, void *data,
	struct sfs_error *err)
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
	struct work work;
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;
	int r = begin_work(&work, base, query, err);

	if (r == 0) {
		sfs_str_add(&sql, "SELECT ");
		add_columns(&work, "d", false, &sql);
		sfs_str_addf(&sql, " FROM %s%s AS d", work.only, sfs_str_text(&work.table));
		add_order(&work, &sql);
		r = stream(&work, sql.text, NULL, take, data, err);
	}
	return end_work(&work, r, err);
}

/* ---- comparing ---- */

/* Two rows of the file that are one to the database. */
static int
check_twice(struct work *work, const struct sfs_sheet *rows, const char *parameter,
	struct sfs_error *err)
{
	const struct sfs_shape *shape = work->query->shape;
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;
	sfs_auto(PQclear) PGresult *found = NULL;

	add_rows(work, &sql);
	sfs_str_add(&sql, "SELECT (pg_catalog.array_agg(f.n ORDER BY f.n))[1:2] FROM f GROUP BY ");
	for (size_t i = 0; i < shape->key.len; i++) {
		sfs_str_add(&sql, i ? ", (f.v)." : "(f.v).");
		pg_name(&sql, shape->columns.items[shape->key.items[i]].name);
	}
	sfs_str_add(&sql, " HAVING pg_catalog.count(*) > 1 ORDER BY 1 LIMIT 1");
	int r = ask(work, sql.text, rows, 0, rows->rows.len, parameter, &found, err);
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
compose(const struct work *work, struct sfs_str *sql)
{
	struct sfs_str have sfs_auto(str) = SFS_STR_INIT, want sfs_auto(str) = SFS_STR_INIT;
	const struct sfs_shape *shape = work->query->shape;
	struct sfs_str key sfs_auto(str) = SFS_STR_INIT;

	pg_name(&key, shape->columns.items[shape->key.items[0]].name);
	add_rows(work, sql);
	sfs_str_addf(sql, "SELECT f.n, d.%s IS NOT NULL, ", key.text);
	add_columns(work, "d", false, sql);
	sfs_str_add(sql, ", ");
	add_columns(work, "(f.v)", false, sql);
	sfs_str_addf(
		sql, " FROM f LEFT JOIN %s%s AS d ON ", work->only, sfs_str_text(&work->table));
	add_match(work, sql);
	sfs_str_addf(sql, " WHERE d.%s IS NULL", key.text);
	/* As the output functions write them: json and the like know no equality. */
	if (add_columns(work, "d", true, &have)) {
		add_columns(work, "(f.v)", true, &want);
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
take_verdicts(const struct work *work, const PGresult *result, struct sfs_arena *arena,
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
	struct work work;
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT, parameter sfs_auto(str) = SFS_STR_INIT;
	int r = begin_work(&work, base, query, err);
	size_t n = rows->rows.len;

	memset(verdicts, 0, n * sizeof *verdicts);
	if (r == 0) {
		(void)make_parameter(&work, rows, 0, n, 0, &parameter);
		r = check_twice(&work, rows, parameter.text, err);
		compose(&work, &sql);
	}
	for (size_t at = 0, end; r == 0 && at < n; at = end) {
		sfs_auto(PQclear) PGresult *result = NULL;

		end = make_parameter(&work, rows, at, n, BATCH_BYTES, &parameter);
		r = ask(&work, sql.text, rows, at, end, parameter.text, &result, err);
		if (r == 0) {
			take_verdicts(&work, result, arena, verdicts + at);
		}
	}
	return end_work(&work, r, err);
}

static int
extra_rows(struct sfs_db *base, const struct sfs_rows_query *query, const struct sfs_sheet *rows,
	sfs_rows_take *take, void *data, struct sfs_error *err)
{
	struct work work;
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT, parameter sfs_auto(str) = SFS_STR_INIT;
	int r = begin_work(&work, base, query, err);

	if (r == 0) {
		(void)make_parameter(&work, rows, 0, rows->rows.len, 0, &parameter);
		add_rows(&work, &sql);
		sfs_str_add(&sql, "SELECT ");
		add_columns(&work, "d", false, &sql);
		sfs_str_addf(&sql, " FROM %s%s AS d WHERE NOT EXISTS (SELECT FROM f WHERE ",
			work.only, sfs_str_text(&work.table));
		add_match(&work, &sql);
		sfs_str_addc(&sql, ')');
		add_order(&work, &sql);
		r = stream(&work, sql.text, parameter.text, take, data, err);
	}
	return end_work(&work, r, err);
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
