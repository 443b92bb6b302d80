// SPDX-License-Identifier: MIT
/* Queries for rows: their transaction, what of a table they have to know, and their pieces. */
#include <errno.h>
#include <stdlib.h>

#include "drivers/postgres/driver.h"
#include "drivers/postgres/kind.h"
#include "drivers/postgres/rows_work.h"

/* What settles how values are written, and that rows which policies hide are not taken as missing. */
static const char settings[] =
	"SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL IntervalStyle = 'postgres';"
	" SET LOCAL TimeZone = 'UTC'; SET LOCAL extra_float_digits = 1;"
	" SET LOCAL bytea_output = 'hex'; SET LOCAL xmloption = 'content';"
	" SET LOCAL lc_monetary = 'C'; SET LOCAL row_security = off; SET LOCAL search_path = ''";

static void
finish_work(struct pg_rows_work *work)
{
	sfs_vec_foreach (operator, & work->operators) {
		free(*operator);
	}
	sfs_vec_finish(&work->operators);
	sfs_vec_finish(&work->collated);
	sfs_str_finish(&work->table);
}

/* ---- the transaction ---- */

int
pg_rows_work_end(struct pg_rows_work *work, int r, struct sfs_error *err)
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
find_facts(struct pg_rows_work *work, struct sfs_error *err)
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

int
pg_rows_work_begin(struct pg_rows_work *work, struct sfs_db *base,
	const struct sfs_rows_query *query, struct sfs_error *err)
{
	const struct sfs_identity *id = &query->shape->object->id;
	sfs_auto(str) struct sfs_str sql = SFS_STR_INIT;
	int r = 0;

	*work = (struct pg_rows_work){ .db = pg_db_of(base), .query = query };
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
column_at(const struct pg_rows_work *work, size_t i)
{
	return &work->query->shape->columns.items[work->query->columns[i]];
}

size_t
pg_rows_add_columns(
	const struct pg_rows_work *work, const char *prefix, bool but_key, struct sfs_str *out)
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

void
pg_rows_add_match(const struct pg_rows_work *work, struct sfs_str *out)
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

void
pg_rows_add_order(const struct pg_rows_work *work, struct sfs_str *out)
{
	const struct sfs_shape *shape = work->query->shape;

	sfs_str_add(out, " ORDER BY ");
	for (size_t i = 0; i < shape->key.len; i++) {
		sfs_str_add(out, i ? ", d." : "d.");
		pg_name(out, shape->columns.items[shape->key.items[i]].name);
		sfs_str_add(out, work->collated.items[i] ? " COLLATE pg_catalog.\"C\"" : "");
	}
}

void
pg_rows_add_file(const struct pg_rows_work *work, struct sfs_str *out)
{
	sfs_str_addf(out,
		"WITH f AS MATERIALIZED (SELECT u.n, u.l::%s AS v"
		" FROM pg_catalog.unnest($1::text[]) WITH ORDINALITY AS u (l, n)) ",
		sfs_str_text(&work->table));
}
