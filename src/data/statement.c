// SPDX-License-Identifier: MIT
/* Rows as SQL. */
#include <stdint.h>
#include <string.h>

#include "data/statement.h"
#include "sql/quote.h"

/* Rows in one statement: enough that it does not matter, few enough to be read. */
enum { MAX_ROWS = 500 };

void
sfs_data_change_finish(struct sfs_data_change *change)
{
	sfs_shape_finish(&change->shape);
	sfs_vec_finish(&change->inserts);
	sfs_vec_finish(&change->deletes);
	sfs_vec_finish(&change->updates);
	sfs_arena_destroy(change->arena);
}

/* ---- pieces ---- */

static const struct sfs_shape_column *
column_at(const struct sfs_data_change *change, size_t i)
{
	return &change->shape.columns.items[change->columns[i]];
}

static size_t
n_columns(const struct sfs_data_change *change)
{
	return change->table->sheet.columns.len;
}

static enum sfs_dialect
dialect_of(const struct sfs_data_change *change)
{
	return change->driver->dialect;
}

static void
add_table(const struct sfs_data_change *change, struct sfs_str *out)
{
	const struct sfs_identity *id = &change->shape.object->id;
	bool lite = dialect_of(change) == SFS_SQLITE;

	sfs_quote_qualified(out, dialect_of(change), lite ? NULL : id->namespace, id->name);
}

/* Where other tables inherit from it, their rows are none of its own. */
static const char *
only(const struct sfs_data_change *change)
{
	return change->shape.inherited ? "ONLY " : "";
}

static void
add_name(const struct sfs_data_change *change, size_t i, struct sfs_str *out)
{
	sfs_quote_name(out, dialect_of(change), column_at(change, i)->name);
}

static void
add_value(const struct sfs_data_change *change, size_t i, const char *field, struct sfs_str *out)
{
	change->driver->rows->literal(&change->shape, column_at(change, i), field, out);
}

/* "id" or "(a, b)": of the key, as names, or as the values of a row. */
static void
add_key(const struct sfs_data_change *change, const char *const *fields, struct sfs_str *out)
{
	const struct sfs_shape *shape = &change->shape;

	sfs_str_add(out, shape->key.len > 1 ? "(" : "");
	for (size_t k = 0; k < shape->key.len; k++) {
		sfs_str_add(out, k ? ", " : "");
		for (size_t i = 0; i < n_columns(change); i++) {
			if (change->columns[i] != shape->key.items[k]) {
				continue;
			}
			if (fields) {
				add_value(change, i, fields[i], out);
			} else {
				add_name(change, i, out);
			}
		}
	}
	sfs_str_add(out, shape->key.len > 1 ? ")" : "");
}

/* "id = 1 AND tenant = 'a'" */
static void
add_condition(const struct sfs_data_change *change, const char *const *fields, struct sfs_str *out)
{
	bool first = true;

	for (size_t i = 0; i < n_columns(change); i++) {
		if (column_at(change, i)->key) {
			sfs_str_add(out, first ? "" : " AND ");
			add_name(change, i, out);
			sfs_str_add(out, " = ");
			add_value(change, i, fields[i], out);
			first = false;
		}
	}
}

/* ---- inserts ---- */

/* What is done to a row that came meanwhile, or that is there in another database. */
static void
add_conflict(const struct sfs_data_change *change, struct sfs_str *out)
{
	bool first = true;

	if (change->shape.deferrable) {
		return; /* no arbiter to the server */
	}
	sfs_str_add(out, "\nON CONFLICT (");
	for (size_t k = 0; k < change->shape.key.len; k++) {
		sfs_str_add(out, k ? ", " : "");
		sfs_quote_name(out, dialect_of(change),
			change->shape.columns.items[change->shape.key.items[k]].name);
	}
	sfs_str_add(out, ") DO ");
	for (size_t i = 0; i < n_columns(change); i++) {
		if (column_at(change, i)->key || column_at(change, i)->always) {
			continue;
		}
		sfs_str_add(out, first ? "UPDATE SET " : ", ");
		add_name(change, i, out);
		sfs_str_add(out, " = excluded.");
		add_name(change, i, out);
		first = false;
	}
	sfs_str_add(out, first ? "NOTHING" : "");
}

static void
add_insert(const struct sfs_data_change *change, size_t from, size_t end, struct sfs_str *out)
{
	bool always = false;

	sfs_str_add(out, "INSERT INTO ");
	add_table(change, out);
	sfs_str_add(out, " (");
	for (size_t i = 0; i < n_columns(change); i++) {
		sfs_str_add(out, i ? ", " : "");
		add_name(change, i, out);
		always = always || column_at(change, i)->always;
	}
	sfs_str_add(out, always ? ") OVERRIDING SYSTEM VALUE VALUES" : ") VALUES");
	for (size_t row = from; row < end; row++) {
		sfs_str_add(out, row > from ? ",\n\t(" : "\n\t(");
		for (size_t i = 0; i < n_columns(change); i++) {
			sfs_str_add(out, i ? ", " : "");
			add_value(change, i, change->inserts.items[row][i], out);
		}
		sfs_str_addc(out, ')');
	}
	/* Into a table that is made by the same plan nobody can have written. */
	if (change->table->there || change->table->compared || change->over) {
		add_conflict(change, out);
	}
}

void
sfs_data_write_inserts(const struct sfs_data_change *change, bool whole, struct sfs_plan *plan)
{
	size_t n = change->inserts.len, step = whole ? n : MAX_ROWS;

	for (size_t at = 0; at < n; at += step) {
		struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

		add_insert(change, at, at + step < n ? at + step : n, &sql);
		(void)sfs_plan_add(plan, change->shape.object, sfs_str_text(&sql));
	}
}

/* PostgreSQL looks at foreign keys when the statement ends: so it has to be one for all tables. */
static void
write_together(const struct sfs_data_change *const *changes, size_t n, struct sfs_plan *plan)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	for (size_t i = 0; i + 1 < n; i++) {
		sfs_str_addf(&sql, "%srows_%zu AS (\n", i ? ", " : "WITH ", i + 1);
		add_insert(changes[i], 0, changes[i]->inserts.len, &sql);
		sfs_str_add(&sql, "\n)");
	}
	sfs_str_addc(&sql, '\n');
	add_insert(changes[n - 1], 0, changes[n - 1]->inserts.len, &sql);
	(void)sfs_plan_add(plan, changes[0]->shape.object, sfs_str_text(&sql));
}

void
sfs_data_write_circle(const struct sfs_data_change *const *changes, size_t n, struct sfs_plan *plan)
{
	const struct sfs_data_change **busy sfs_auto(free) = sfs_alloc(n * sizeof *busy);
	size_t n_busy = 0;

	for (size_t i = 0; i < n; i++) {
		if (changes[i]->inserts.len) {
			busy[n_busy++] = changes[i];
		}
	}
	if (n_busy > 1 && dialect_of(busy[0]) == SFS_POSTGRES) {
		write_together(busy, n_busy, plan);
		return;
	}
	if (n_busy > 1) {
		/* Until the commit, which puts it back. */
		(void)sfs_plan_add(plan, NULL, "PRAGMA defer_foreign_keys = ON");
	}
	for (size_t i = 0; i < n_busy; i++) {
		sfs_data_write_inserts(busy[i], true, plan);
	}
}

/* ---- updates and deletes ---- */

void
sfs_data_add_update(const struct sfs_data_change *change, size_t column, const char *value,
	const char *const *row, struct sfs_str *out)
{
	sfs_str_addf(out, "UPDATE %s", only(change));
	add_table(change, out);
	sfs_str_add(out, " SET ");
	add_name(change, column, out);
	sfs_str_add(out, " = ");
	add_value(change, column, value, out);
	sfs_str_add(out, " WHERE ");
	add_condition(change, row, out);
}

void
sfs_data_write_updates(const struct sfs_data_change *change, struct sfs_plan *plan)
{
	sfs_vec_foreach (update, &change->updates) {
		struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;
		bool first = true;

		sfs_str_addf(&sql, "UPDATE %s", only(change));
		add_table(change, &sql);
		sfs_str_add(&sql, " SET ");
		for (size_t i = 0; i < n_columns(change); i++) {
			if (update->changed[i]) {
				sfs_str_add(&sql, first ? "" : ", ");
				add_name(change, i, &sql);
				sfs_str_add(&sql, " = ");
				add_value(change, i, update->fields[i], &sql);
				first = false;
			}
		}
		sfs_str_add(&sql, " WHERE ");
		add_condition(change, update->fields, &sql);
		(void)sfs_plan_add(plan, change->shape.object, sfs_str_text(&sql));
	}
}

/* DELETE FROM t WHERE id IN (1, 2): SQLite knows no such list for a key of several columns. */
static void
write_listed(const struct sfs_data_change *change, struct sfs_plan *plan)
{
	size_t n = change->deletes.len;
	bool single = change->shape.key.len == 1 || dialect_of(change) == SFS_POSTGRES;
	size_t step = single ? MAX_ROWS : 1;

	for (size_t at = 0; at < n; at += step) {
		struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;
		size_t end = at + step < n ? at + step : n;

		sfs_str_addf(&sql, "DELETE FROM %s", only(change));
		add_table(change, &sql);
		sfs_str_add(&sql, " WHERE ");
		if (end - at == 1) {
			add_condition(change, change->deletes.items[at], &sql);
		} else {
			add_key(change, NULL, &sql);
			sfs_str_add(&sql, " IN (");
			for (size_t i = at; i < end; i++) {
				sfs_str_add(&sql, i > at ? ", " : "");
				add_key(change, change->deletes.items[i], &sql);
			}
			sfs_str_addc(&sql, ')');
		}
		(void)sfs_plan_add(plan, change->shape.object, sfs_str_text(&sql));
	}
}

/* What could not be compared: all but the rows of the file. */
static void
write_others(const struct sfs_data_change *change, struct sfs_plan *plan)
{
	const struct sfs_sheet *sheet = &change->table->sheet;
	bool list = change->shape.key.len > 1 && dialect_of(change) == SFS_SQLITE;
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	sfs_str_addf(&sql, "DELETE FROM %s", only(change));
	add_table(change, &sql);
	if (sheet->rows.len) {
		sfs_str_add(&sql, " WHERE ");
		add_key(change, NULL, &sql);
		sfs_str_add(&sql, list ? " NOT IN (VALUES " : " NOT IN (");
		for (size_t i = 0; i < sheet->rows.len; i++) {
			sfs_str_add(&sql, i ? ", " : "");
			add_key(change, sheet->rows.items[i].fields, &sql);
		}
		sfs_str_addc(&sql, ')');
	}
	(void)sfs_plan_add(plan, change->shape.object, sfs_str_text(&sql));
}

void
sfs_data_write_deletes(const struct sfs_data_change *change, struct sfs_plan *plan)
{
	const struct sfs_data_table *table = change->table;

	if (!table->compared && table->there && table->delete) {
		write_others(change, plan);
	} else {
		write_listed(change, plan);
	}
}

/* ---- sequences ---- */

static void
write_sequence(const struct sfs_data_change *change, size_t i, struct sfs_plan *plan)
{
	struct sfs_str table sfs_auto(str) = SFS_STR_INIT, column sfs_auto(str) = SFS_STR_INIT;
	struct sfs_str quoted sfs_auto(str) = SFS_STR_INIT, name sfs_auto(str) = SFS_STR_INIT;

	add_table(change, &table);
	add_name(change, i, &column);
	sfs_quote_literal(&quoted, SFS_POSTGRES, sfs_str_text(&table));
	sfs_quote_literal(&name, SFS_POSTGRES, column_at(change, i)->name);
	(void)sfs_plan_addf(plan, change->shape.object,
		"SELECT pg_catalog.setval(s.seqrelid::regclass, t.n)\n"
		"FROM pg_catalog.pg_sequence AS s, LATERAL (\n"
		"\tSELECT CASE WHEN s.seqincrement > 0 THEN max(%s) ELSE min(%s) END FROM %s\n"
		") AS t (n), pg_catalog.pg_sequence_last_value(s.seqrelid) AS last\n"
		"WHERE s.seqrelid = pg_catalog.pg_get_serial_sequence(%s, %s)::regclass\n"
		"AND CASE WHEN s.seqincrement > 0 THEN t.n > coalesce(last, s.seqstart - 1)\n"
		"\tELSE t.n < coalesce(last, s.seqstart + 1) END",
		sfs_str_text(&column), sfs_str_text(&column), sfs_str_text(&table),
		sfs_str_text(&quoted), sfs_str_text(&name));
}

void
sfs_data_write_sequences(const struct sfs_data_change *change, struct sfs_plan *plan)
{
	for (size_t i = 0; i < n_columns(change); i++) {
		bool set = change->inserts.len > 0;

		sfs_vec_foreach (update, &change->updates) {
			set = set || update->changed[i];
		}
		if (set && column_at(change, i)->counted && dialect_of(change) == SFS_POSTGRES) {
			write_sequence(change, i, plan);
		}
	}
}
