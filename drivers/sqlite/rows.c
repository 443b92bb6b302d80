// SPDX-License-Identifier: MIT
/*
 * Rows of tables as texts. SQLite's values carry their class with them: a text stands for what its
 * column makes of it, and where that is not the value it is marked (value.h).
 */
#include <errno.h>
#include <string.h>

#include "drivers/rows.h"
#include "drivers/sqlite/connection.h"
#include "drivers/sqlite/rows_mirror.h"

/* ---- reading ---- */

/* The texts of the row at hand. */
struct texts {
	struct sfs_str *items;
	const char **fields;
	size_t n;
};

static void
texts_init(struct texts *texts, size_t n)
{
	texts->items = sfs_alloc((n + 1) * sizeof *texts->items);
	texts->fields = sfs_alloc((n + 1) * sizeof *texts->fields);
	texts->n = n;
}

static void
texts_finish(struct texts *texts)
{
	for (size_t i = 0; i < texts->n; i++) {
		sfs_str_finish(&texts->items[i]);
	}
	free(texts->items);
	free(texts->fields);
}
SFS_DEFINE_AUTO_VALUE(row_texts, struct texts, texts_finish)

static int
read_texts(struct lite_values *values, const struct sfs_rows_query *query, sqlite3_stmt *row,
	struct texts *texts, struct sfs_error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < texts->n; i++) {
		bool null = sqlite3_column_type(row, (int)i) == SQLITE_NULL;

		sfs_str_truncate(&texts->items[i], 0);
		if (!null) {
			r = lite_value_write(values, lite_rows_column(query, i),
				query->shape->strict, sqlite3_column_value(row, (int)i),
				&texts->items[i], err);
		}
		texts->fields[i] = null ? NULL : sfs_str_text(&texts->items[i]);
	}
	return r;
}

/* Names do for a row with a null in its key what they do for one without: it has none. */
static int
check_key(const struct sfs_rows_query *query, const struct texts *texts, struct sfs_error *err)
{
	for (size_t i = 0; i < texts->n; i++) {
		if (lite_rows_column(query, i)->key && !texts->fields[i]) {
			return sfs_error_set(err, EINVAL,
				"table %s has a row whose key is null: it can not be told apart",
				query->shape->object->id.name);
		}
	}
	return 0;
}

static int
prepare_all(sqlite3 *conn, const struct sfs_rows_query *query, sqlite3_stmt **ret_statement,
	struct sfs_error *err)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	sfs_str_add(&sql, "SELECT ");
	lite_rows_add_columns(query, &sql);
	sfs_str_add(&sql, " FROM ");
	lite_rows_add_table(query, &sql);
	sfs_str_add(&sql, " ORDER BY ");
	lite_rows_add_key(query, ", ", " COLLATE BINARY", &sql);
	return lite_prepare(conn, sfs_str_text(&sql), ret_statement, err);
}

static int
read_rows(struct sfs_db *base, const struct sfs_rows_query *query, sfs_rows_take *take, void *data,
	struct sfs_error *err)
{
	struct lite_db *db = lite_of(base);
	struct lite_values values sfs_auto(lite_values) = { 0 };
	struct texts texts sfs_auto(row_texts) = { 0 };
	sqlite3_stmt *all sfs_auto(sqlite3_stmt) = NULL;
	int r = lite_follow_file(db, err), rc = SQLITE_DONE;

	texts_init(&texts, query->n_columns);
	r = r < 0 ? r : lite_values_open(&values, err);
	r = r < 0 ? r : prepare_all(db->conn, query, &all, err);
	while (r == 0 && (rc = sqlite3_step(all)) == SQLITE_ROW) {
		r = read_texts(&values, query, all, &texts, err);
		r = r < 0 ? r : check_key(query, &texts, err);
		r = r < 0 ? r : take(data, texts.fields, err);
	}
	return r == 0 && rc != SQLITE_DONE ? lite_error(db->conn, NULL, err) : r;
}

/* ---- comparing ---- */

static const char *const *
keep(const struct texts *texts, struct sfs_arena *arena)
{
	const char **fields = sfs_arena_alloc(arena, texts->n * sizeof *fields);

	for (size_t i = 0; i < texts->n; i++) {
		fields[i] = sfs_arena_strdup(arena, texts->fields[i]);
	}
	return fields;
}

/* What is compared: the file's row as SQLite holds it, and the table's with that key. */
struct pair {
	struct texts want, have;
};

static void
pair_finish(struct pair *pair)
{
	texts_finish(&pair->want);
	texts_finish(&pair->have);
}
SFS_DEFINE_AUTO_VALUE(pair, struct pair, pair_finish)

static bool
differs(const struct sfs_rows_query *query, const struct pair *pair)
{
	for (size_t i = 0; i < query->n_columns; i++) {
		if (!lite_rows_column(query, i)->key &&
			!sfs_streq(pair->want.fields[i], pair->have.fields[i])) {
			return true;
		}
	}
	return false;
}

static int
compare_row(struct lite_mirror *mirror, const struct sfs_rows_query *query, sqlite3_stmt *lookup,
	size_t at, struct pair *pair, struct sfs_arena *arena, struct sfs_rows_verdict *verdict,
	struct sfs_error *err)
{
	int r;

	(void)sqlite3_reset(mirror->get);
	(void)sqlite3_bind_int64(mirror->get, 1, (int64_t)at);
	if (sqlite3_step(mirror->get) != SQLITE_ROW) {
		return lite_error(mirror->values.conn, NULL, err);
	}
	r = read_texts(&mirror->values, query, mirror->get, &pair->want, err);
	lite_rows_bind_key(query, mirror->get, lookup);
	int rc = r < 0 ? SQLITE_ERROR : sqlite3_step(lookup);
	if (r == 0 && rc == SQLITE_ROW) {
		r = read_texts(&mirror->values, query, lookup, &pair->have, err);
		verdict->state = differs(query, pair) ? SFS_ROW_DIFFERENT : SFS_ROW_SAME;
	} else if (rc == SQLITE_DONE) {
		verdict->state = SFS_ROW_MISSING;
	} else if (r == 0) {
		r = lite_error(sqlite3_db_handle(lookup), NULL, err);
	}
	if (r == 0 && verdict->state != SFS_ROW_SAME) {
		verdict->want = keep(&pair->want, arena);
		verdict->have = rc == SQLITE_ROW ? keep(&pair->have, arena) : NULL;
	}
	return r;
}

static int
compare_rows(struct sfs_db *base, const struct sfs_rows_query *query, const struct sfs_sheet *rows,
	struct sfs_arena *arena, struct sfs_rows_verdict *verdicts, struct sfs_error *err)
{
	struct lite_db *db = lite_of(base);
	struct lite_mirror mirror sfs_auto(lite_mirror) = { 0 };
	struct pair pair sfs_auto(pair) = { 0 };
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;
	sqlite3_stmt *lookup sfs_auto(sqlite3_stmt) = NULL;
	int r = lite_follow_file(db, err);

	memset(verdicts, 0, rows->rows.len * sizeof *verdicts);
	texts_init(&pair.want, query->n_columns);
	texts_init(&pair.have, query->n_columns);
	sfs_str_add(&sql, "SELECT ");
	lite_rows_add_columns(query, &sql);
	sfs_str_add(&sql, " FROM ");
	lite_rows_add_table(query, &sql);
	sfs_str_add(&sql, " WHERE ");
	lite_rows_add_key(query, " AND ", " = ?", &sql);
	r = r < 0 ? r : lite_mirror_init(&mirror, query, rows, err);
	r = r < 0 ? r : lite_prepare(db->conn, sfs_str_text(&sql), &lookup, err);
	for (size_t i = 0; r == 0 && i < rows->rows.len; i++) {
		r = compare_row(&mirror, query, lookup, i, &pair, arena, &verdicts[i], err);
		if (r < 0 && r != -EBUSY) {
			sfs_sheet_locate(rows, &rows->rows.items[i], err);
		}
	}
	return r;
}

static int
extra_rows(struct sfs_db *base, const struct sfs_rows_query *query, const struct sfs_sheet *rows,
	sfs_rows_take *take, void *data, struct sfs_error *err)
{
	struct lite_db *db = lite_of(base);
	struct lite_mirror mirror sfs_auto(lite_mirror) = { 0 };
	struct texts texts sfs_auto(row_texts) = { 0 };
	sqlite3_stmt *all sfs_auto(sqlite3_stmt) = NULL;
	int r = lite_follow_file(db, err), rc = SQLITE_DONE;

	texts_init(&texts, query->n_columns);
	r = r < 0 ? r : lite_mirror_init(&mirror, query, rows, err);
	r = r < 0 ? r : prepare_all(db->conn, query, &all, err);
	while (r == 0 && (rc = sqlite3_step(all)) == SQLITE_ROW) {
		if (lite_mirror_find(&mirror, query, all) >= 0) {
			continue;
		}
		r = read_texts(&mirror.values, query, all, &texts, err);
		r = r < 0 ? r : check_key(query, &texts, err);
		r = r < 0 ? r : take(data, texts.fields, err);
	}
	return r == 0 && rc != SQLITE_DONE ? lite_error(db->conn, NULL, err) : r;
}

/* ---- the others ---- */

static void
literal(const struct sfs_shape *shape, const struct sfs_shape_column *column, const char *text,
	struct sfs_str *out)
{
	lite_value_literal(column, shape->strict, text, out);
}

/* There are no extensions in a database of SQLite. */
static int
offers(struct sfs_db *db, const char *extension, bool *ret_offers, struct sfs_error *err)
{
	(void)db, (void)extension, (void)err;
	*ret_offers = false;
	return 0;
}

const struct sfs_rows_driver lite_rows = {
	.read = read_rows,
	.compare = compare_rows,
	.extra = extra_rows,
	.literal = literal,
	.offers = offers,
};
