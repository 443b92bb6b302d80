// SPDX-License-Identifier: MIT
/* What running migrations asks of PostgreSQL. */
#include <errno.h>

#include "base/alloc.h"
#include "drivers/postgres/driver.h"
#include "drivers/postgres/kind.h"
#include "drivers/postgres/migrator.h"

static int
rows(struct sfs_db *base, const char *sql, struct sfs_texts *out, struct sfs_error *err)
{
	struct pg_db *db = pg_db_of(base);
	sfs_auto(PQclear) PGresult *result = NULL;
	int r = db->in_transaction ? 0 : pg_ready(db, err);

	if (r == 0) {
		r = pg_query(db, sql, 0, NULL, &result, err);
	}
	for (int i = 0; r == 0 && i < PQntuples(result); i++) {
		for (int j = 0; j < PQnfields(result); j++) {
			bool null = PQgetisnull(result, i, j);

			sfs_vec_push(out, null ? NULL : sfs_strdup(PQgetvalue(result, i, j)));
		}
	}
	return r;
}

/*
 * Ranges of the columns' values part the rows, whether or not they are unique; an index makes it
 * cheap. Arrays of several columns are compared by their own collations.
 */
static int
key(struct sfs_db *base, const char *table, struct sfs_texts *ret_columns, struct sfs_error *err)
{
	struct sfs_str query sfs_auto(str) = SFS_STR_INIT;

	sfs_str_add(&query, "SELECT a.attname FROM (SELECT i.indrelid, i.indkey, i.indnkeyatts"
			    " FROM pg_catalog.pg_index i"
			    " JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid"
			    " JOIN pg_catalog.pg_am m ON m.oid = c.relam"
			    " WHERE i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL"
			    " AND m.amname = 'btree' AND i.indrelid = ");
	pg_literal(&query, table);
	sfs_str_add(&query, "::regclass AND NOT EXISTS (SELECT FROM pg_catalog.pg_attribute n"
			    " WHERE n.attrelid = i.indrelid AND NOT n.attnotnull"
			    " AND n.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1]))"
			    " ORDER BY i.indisprimary DESC, i.indisunique DESC, i.indnkeyatts,"
			    " i.indexrelid LIMIT 1) AS k,"
			    " pg_catalog.unnest((k.indkey::int2[])[0:k.indnkeyatts - 1])"
			    " WITH ORDINALITY AS u (attnum, n)"
			    " JOIN pg_catalog.pg_attribute a ON true"
			    " WHERE a.attrelid = k.indrelid AND a.attnum = u.attnum ORDER BY u.n");
	int r = rows(base, sfs_str_text(&query), ret_columns, err);
	if (r == 0 && !ret_columns->len) {
		r = sfs_error_set(err, EINVAL,
			"%s has no primary key, nor an index of columns that are never null",
			table);
	}
	return r;
}

static int
combines(struct sfs_db *base, const struct sfs_texts *functions, bool *ret_combines,
	struct sfs_error *err)
{
	struct sfs_str query sfs_auto(str) = SFS_STR_INIT;
	struct sfs_texts found sfs_auto(texts) = { 0 };

	*ret_combines = false;
	if (!functions->len) {
		return 0;
	}
	sfs_str_add(&query, "SELECT proname FROM pg_catalog.pg_proc WHERE prokind <> 'f'"
			    " AND proname IN (");
	for (size_t i = 0; i < functions->len; i++) {
		sfs_str_add(&query, i ? ", " : "");
		pg_literal(&query, functions->items[i]);
	}
	sfs_str_add(&query, ") LIMIT 1");
	int r = rows(base, sfs_str_text(&query), &found, err);
	*ret_combines = found.len > 0;
	return r;
}

const struct sfs_migrator pg_migrator = {
	.place = pg_ledger_place,
	.make = pg_ledger_make,
	.beside = pg_ledger_beside,
	.exists = pg_ledger_exists,
	.rows = rows,
	.key = key,
	.combines = combines,
	.revisit = pg_outside_revisit,
	.run_outside = pg_outside_run,
};
