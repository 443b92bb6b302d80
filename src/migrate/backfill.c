// SPDX-License-Identifier: MIT
/* Statements that are run in parts, each a range of a table's key. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "migrate/backfill.h"
#include "sql/quote.h"

void
sfs_backfill_finish(struct sfs_backfill *backfill)
{
	free(backfill->sql);
	free(backfill->table);
	free(backfill->alias);
	sfs_texts_finish(&backfill->assigned);
	sfs_texts_finish(&backfill->functions);
	sfs_texts_finish(&backfill->key);
	memset(backfill, 0, sizeof *backfill);
}

/* ---- the key ---- */

static int
check_key(struct sfs_backfill *backfill, struct sfs_db *db, struct sfs_error *err)
{
	sfs_vec_foreach (column, &backfill->key) {
		sfs_vec_foreach (assigned, &backfill->assigned) {
			if (strcasecmp(*column, *assigned) == 0) {
				return sfs_error_set(err, EINVAL,
					"this statement can not be run in batches: it changes the "
					"key of the table, column %s",
					*column);
			}
		}
		struct sfs_str quoted = SFS_STR_INIT;
		sfs_quote_name(&quoted, db->driver->dialect, *column);
		free(*column);
		*column = sfs_str_steal(&quoted);
	}
	return 0;
}

static int
check_functions(struct sfs_backfill *backfill, struct sfs_db *db, struct sfs_error *err)
{
	bool combines = false;
	int r = db->driver->migrator->combines(db, &backfill->functions, &combines, err);

	if (r == 0 && combines) {
		return sfs_error_set(err, EINVAL,
			"this statement can not be run in batches: it makes one row of many");
	}
	return r;
}

int
sfs_backfill_init(
	struct sfs_backfill *backfill, struct sfs_db *db, const char *sql, struct sfs_error *err)
{
	backfill->sql = sfs_strdup(sql);
	int r = sfs_backfill_read(backfill, db->driver->dialect, err);

	if (r == 0) {
		r = check_functions(backfill, db, err);
	}
	if (r == 0) {
		r = db->driver->migrator->key(db, backfill->table, &backfill->key, err);
	}
	return r < 0 ? r : check_key(backfill, db, err);
}

/* ---- running parts ---- */

static void
add_columns(const struct sfs_backfill *backfill, const char *qualifier, const char *function,
	const char *separator, struct sfs_str *out)
{
	for (size_t i = 0; i < backfill->key.len; i++) {
		sfs_str_addf(out, "%s%s%s%s%s%s", i ? separator : "", function ? function : "",
			function ? "(" : "", qualifier ? qualifier : "", qualifier ? "." : "",
			backfill->key.items[i]);
		sfs_str_add(out, function ? ")" : "");
	}
}

/* "(a, b) > (1, 'x')" */
static void
add_bound(const struct sfs_backfill *backfill, const char *qualifier, const char *operator,
	const char * place, struct sfs_str *out)
{
	sfs_str_addc(out, '(');
	add_columns(backfill, qualifier, NULL, ", ", out);
	sfs_str_addf(out, ") %s (%s)", operator, place);
}

static int
ask(struct sfs_db *db, const char *query, char **ret_text, struct sfs_error *err)
{
	struct sfs_texts rows sfs_auto(texts) = { 0 };
	int r = db->driver->migrator->rows(db, query, &rows, err);

	if (r == 0) {
		*ret_text = rows.len ? sfs_steal(rows.items[0]) : NULL;
	}
	return r;
}

int
sfs_backfill_total(const struct sfs_backfill *backfill, struct sfs_db *db, int64_t *ret_total,
	struct sfs_error *err)
{
	char *query sfs_auto(free) = sfs_asprintf("SELECT count(*) FROM %s", backfill->table);
	char *count sfs_auto(free) = NULL;
	int r = ask(db, query, &count, err);

	if (r == 0) {
		*ret_total = count ? strtoll(count, NULL, 10) : 0;
	}
	return r;
}

/* The key of the row that is the last of the part, as SQL; NULL when the part is the rest. */
static int
find_end(const struct sfs_backfill *backfill, struct sfs_db *db, const char *place, int64_t batch,
	char **ret_end, struct sfs_error *err)
{
	const char *literal =
		db->driver->dialect == SFS_POSTGRES ? "pg_catalog.quote_literal" : "quote";
	struct sfs_str query sfs_auto(str) = SFS_STR_INIT;

	sfs_str_add(&query, "SELECT ");
	add_columns(backfill, NULL, literal, " || ', ' || ", &query);
	sfs_str_addf(&query, " FROM %s", backfill->table);
	if (place) {
		sfs_str_add(&query, " WHERE ");
		add_bound(backfill, NULL, ">", place, &query);
	}
	sfs_str_add(&query, " ORDER BY ");
	add_columns(backfill, NULL, NULL, ", ", &query);
	sfs_str_addf(&query, " LIMIT 1 OFFSET %lld", (long long)batch - 1);
	return ask(db, sfs_str_text(&query), ret_end, err);
}

static void
add_range(const struct sfs_backfill *backfill, const char *place, const char *end,
	struct sfs_str *out)
{
	if (place) {
		add_bound(backfill, backfill->alias, ">", place, out);
	}
	sfs_str_add(out, place && end ? " AND " : "");
	if (end) {
		add_bound(backfill, backfill->alias, "<=", end, out);
	}
}

/* The statement with the range as a further condition; newlines, since a comment may stand before. */
static void
compose(const struct sfs_backfill *backfill, const char *range, struct sfs_str *out)
{
	size_t from = backfill->where ? backfill->where : backfill->end;

	sfs_str_addn(out, backfill->sql, from);
	if (backfill->where) {
		sfs_str_add(out, " (");
		sfs_str_addn(out, backfill->sql + from, backfill->end - from);
		sfs_str_addf(out, "\n) AND %s\n", range);
	} else {
		sfs_str_addf(out, "\nWHERE %s\n", range);
	}
	sfs_str_add(out, backfill->sql + backfill->end);
}

int
sfs_backfill_step(const struct sfs_backfill *backfill, struct sfs_db *db, const char *place,
	int64_t batch, char **ret_place, struct sfs_error *err)
{
	struct sfs_str range sfs_auto(str) = SFS_STR_INIT, sql sfs_auto(str) = SFS_STR_INIT;
	char *end sfs_auto(free) = NULL;
	int r = find_end(backfill, db, place, batch, &end, err);

	if (r < 0) {
		return r;
	}
	add_range(backfill, place, end, &range);
	if (range.len) {
		compose(backfill, sfs_str_text(&range), &sql);
	} else {
		sfs_str_add(&sql, backfill->sql);
	}
	r = db->driver->exec(db, sfs_str_text(&sql), err);
	if (r == 0) {
		*ret_place = sfs_steal(end);
	}
	return r;
}
