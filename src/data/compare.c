// SPDX-License-Identifier: MIT
/* Wanted rows beside those of a database, which may be on its way to another schema. */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "data/data.h"

/* One table's work. */
struct pairing {
	struct sfs_data *data;
	struct sfs_data_table *table;
	enum sfs_dialect dialect;
	const struct sfs_renames *renames;
	struct sfs_shape have, want; /* owned */
	size_t *wanted;              /* of each column of the sheet: its index in `want`; owned */
};

static void
pairing_finish(struct pairing *pairing)
{
	sfs_shape_finish(&pairing->have);
	sfs_shape_finish(&pairing->want);
	free(pairing->wanted);
}
SFS_DEFINE_AUTO_VALUE(pairing, struct pairing, pairing_finish)

/* ---- what the file says, held against the table that it is for ---- */

static int
refuse(const struct sfs_data_table *table, unsigned line, struct sfs_error *err)
{
	sfs_sheet_locate(&table->sheet, &(struct sfs_sheet_row){ .line = line }, err);
	sfs_error_object(err, "table %s.%s", table->namespace, table->name);
	return -EINVAL;
}

static void
hint_columns(const struct sfs_shape *shape, struct sfs_error *err)
{
	struct sfs_str names sfs_auto(str) = SFS_STR_INIT;

	sfs_vec_foreach (column, &shape->columns) {
		if (!column->computed) {
			sfs_str_separate(&names, ", ");
			sfs_str_add(&names, column->name);
		}
	}
	sfs_error_hint(err, "its columns are %s", sfs_str_text(&names));
}

static int
check_columns(struct pairing *pairing, struct sfs_error *err)
{
	const struct sfs_data_table *table = pairing->table;
	const struct sfs_shape *want = &pairing->want;
	unsigned line = table->sheet.rows.len && table->sheet.rows.items[0].line ? 1 : 0;

	pairing->wanted = sfs_alloc((table->sheet.columns.len + 1) * sizeof *pairing->wanted);
	for (size_t i = 0; i < table->sheet.columns.len; i++) {
		const char *name = table->sheet.columns.items[i];
		size_t at = sfs_shape_find(want, pairing->dialect, name);

		if (at == SIZE_MAX) {
			(void)sfs_error_set(err, EINVAL, "table %s.%s has no column %s",
				table->namespace, table->name, name);
			hint_columns(want, err);
			return refuse(table, line ? line : 1, err);
		}
		if (want->columns.items[at].computed) {
			(void)sfs_error_set(err, EINVAL,
				"column %s is computed: no file can say what is in it", name);
			return refuse(table, 1, err);
		}
		pairing->wanted[i] = at;
	}
	return 0;
}

/* The column of the sheet that stands for a column of the wanted table. */
static size_t
sheet_column(const struct pairing *pairing, size_t wanted)
{
	for (size_t i = 0; i < pairing->table->sheet.columns.len; i++) {
		if (pairing->wanted[i] == wanted) {
			return i;
		}
	}
	return SIZE_MAX;
}

static int
check_key(struct pairing *pairing, struct sfs_error *err)
{
	const struct sfs_data_table *table = pairing->table;

	sfs_vec_foreach (key, &pairing->want.key) {
		const char *name = pairing->want.columns.items[*key].name;
		size_t at = sheet_column(pairing, *key);

		if (at == SIZE_MAX) {
			(void)sfs_error_set(err, EINVAL,
				"column %s is missing: it is of the primary key, by which rows are "
				"told apart",
				name);
			return refuse(table, 1, err);
		}
		sfs_vec_foreach (row, &table->sheet.rows) {
			if (!row->fields[at]) {
				(void)sfs_error_set(err, EINVAL,
					"%s is empty, which is NULL: it is of the primary key",
					name);
				return refuse(table, row->line, err);
			}
		}
	}
	return 0;
}

/* ---- the same table before ---- */

static const struct sfs_rename *
rename_to(const struct sfs_renames *renames, enum sfs_kind kind, const char *namespace,
	const char *relation, const char *name)
{
	for (size_t i = 0; renames && i < renames->len; i++) {
		const struct sfs_identity *to = &renames->items[i].to;

		if (to->kind == kind && sfs_streq(to->namespace, namespace) &&
			sfs_streq(to->relation, relation) && sfs_streq(to->name, name)) {
			return &renames->items[i];
		}
	}
	return NULL;
}

/* 0 and a shape without columns when the database has no such table yet. */
static int
find_have(struct pairing *pairing, const struct sfs_catalog *have, struct sfs_error *err)
{
	struct sfs_data_table *table = pairing->table;
	const char *namespace = table->namespace, *name = table->name;
	struct sfs_error fault sfs_auto(error) = SFS_ERROR_INIT;

	if (!have) {
		return 0;
	}
	if (!sfs_catalog_relation(have, namespace, name)) {
		const struct sfs_rename *rename =
			rename_to(pairing->renames, SFS_TABLE, namespace, NULL, name);

		if (!rename) {
			return 0;
		}
		namespace = rename->from.namespace;
		name = rename->from.name;
	}
	int r = sfs_shape_read(have, namespace, name, &pairing->have, &fault);
	if (r == -ENOENT) {
		return 0;
	}
	/* Without a key, or no table: it gets to be one on the way. */
	table->there = true;
	if (r < 0 && r != -EINVAL) {
		sfs_error_move(err, &fault);
		return r;
	}
	return 0;
}

/* The column as it is before, when its values can be compared with those to come. */
static size_t
before(const struct pairing *pairing, size_t wanted)
{
	const struct sfs_shape_column *column = &pairing->want.columns.items[wanted];
	const struct sfs_data_table *table = pairing->table;
	size_t at = sfs_shape_find(&pairing->have, pairing->dialect, column->name);

	if (at == SIZE_MAX) {
		const struct sfs_rename *rename = rename_to(
			pairing->renames, SFS_COLUMN, table->namespace, table->name, column->name);

		at = rename ? sfs_shape_find(&pairing->have, pairing->dialect, rename->from.name)
			    : SIZE_MAX;
	}
	if (at == SIZE_MAX || pairing->have.columns.items[at].computed ||
		strcmp(pairing->have.columns.items[at].type, column->type) != 0) {
		return SIZE_MAX;
	}
	return at;
}

static bool
has_same_key(const struct pairing *pairing)
{
	const struct sfs_shape *have = &pairing->have, *want = &pairing->want;

	if (have->key.len != want->key.len || !have->key.len) {
		return false;
	}
	sfs_vec_foreach (key, &want->key) {
		size_t at = before(pairing, *key);

		if (at == SIZE_MAX || !have->columns.items[at].key) {
			return false;
		}
	}
	return true;
}

/* ---- comparing ---- */

struct comparable {
	struct sfs_sheet sheet; /* the columns that can be compared, in the query's order */
	SFS_VEC(size_t) columns;
};

static void
comparable_finish(struct comparable *comparable)
{
	sfs_sheet_finish(&comparable->sheet);
	sfs_vec_finish(&comparable->columns);
}
SFS_DEFINE_AUTO_VALUE(comparable, struct comparable, comparable_finish)

static void
comparable_init(struct comparable *comparable, struct pairing *pairing)
{
	struct sfs_data_table *table = pairing->table;
	const struct sfs_sheet *sheet = &table->sheet;
	size_t *sources sfs_auto(free) = sfs_alloc((sheet->columns.len + 1) * sizeof *sources);

	sfs_sheet_init(&comparable->sheet, sheet->path);
	table->places = sfs_arena_alloc(
		pairing->data->arena, (sheet->columns.len + 1) * sizeof *table->places);
	for (size_t i = 0; i < sheet->columns.len; i++) {
		size_t at = before(pairing, pairing->wanted[i]);

		table->places[i] = at == SIZE_MAX ? SIZE_MAX : comparable->columns.len;
		if (at != SIZE_MAX) {
			sources[comparable->columns.len] = i;
			sfs_vec_push(&comparable->columns, at);
			sfs_vec_push(&comparable->sheet.columns, sheet->columns.items[i]);
		}
	}
	sfs_vec_foreach (row, &sheet->rows) {
		size_t n = comparable->columns.len;
		const char **fields =
			sfs_arena_alloc(comparable->sheet.arena, (n + 1) * sizeof *fields);

		for (size_t i = 0; i < n; i++) {
			fields[i] = row->fields[sources[i]];
		}
		sfs_vec_push(&comparable->sheet.rows,
			(struct sfs_sheet_row){ .fields = fields, .line = row->line });
	}
}

struct collector {
	struct sfs_data *data;
	struct sfs_data_table *table;
	size_t n;
};

static int
collect(void *data, const char *const *fields, struct sfs_error *err)
{
	struct collector *collector = data;
	struct sfs_arena *arena = collector->data->arena;
	const char **copy = sfs_arena_alloc(arena, collector->n * sizeof *copy);

	(void)err;
	for (size_t i = 0; i < collector->n; i++) {
		copy[i] = sfs_arena_strdup(arena, fields[i]);
	}
	sfs_vec_push(&collector->table->extra, copy);
	return 0;
}

static int
compare_rows(struct pairing *pairing, struct sfs_db *db, struct sfs_error *err)
{
	struct sfs_data *data = pairing->data;
	struct sfs_data_table *table = pairing->table;
	struct comparable comparable sfs_auto(comparable) = { 0 };
	const struct sfs_rows_driver *rows = db->driver->rows;

	comparable_init(&comparable, pairing);
	struct sfs_rows_query query = { &pairing->have, comparable.columns.items,
		comparable.columns.len };
	table->verdicts =
		sfs_arena_alloc(data->arena, (table->sheet.rows.len + 1) * sizeof *table->verdicts);
	int r = rows->compare(db, &query, &comparable.sheet, data->arena, table->verdicts, err);
	if (r == 0 && table->delete) {
		struct collector collector = { data, table, query.n_columns };

		r = rows->extra(db, &query, &comparable.sheet, collect, &collector, err);
	}
	table->compared = r == 0;
	return r;
}

static int
compare_table(struct sfs_data *data, struct sfs_data_table *table, struct sfs_db *db,
	const struct sfs_catalog *have, const struct sfs_catalog *want,
	const struct sfs_renames *renames, struct sfs_error *err)
{
	struct pairing pairing sfs_auto(pairing) = {
		.data = data, .table = table, .dialect = data->driver->dialect, .renames = renames
	};
	int r = sfs_shape_read(want, table->namespace, table->name, &pairing.want, err);

	if (r < 0) {
		if (err) {
			free(err->file);
			err->file = sfs_strdup(table->path);
		}
		return r;
	}
	r = check_columns(&pairing, err);
	r = r < 0 ? r : check_key(&pairing, err);
	r = r < 0 ? r : find_have(&pairing, have, err);
	if (r == 0 && pairing.have.columns.len && has_same_key(&pairing)) {
		r = compare_rows(&pairing, db, err);
	}
	if (r < 0 && err && !err->object) {
		sfs_error_object(err, "table %s.%s", table->namespace, table->name);
	}
	return r;
}

int
sfs_data_compare(struct sfs_data *data, struct sfs_db *db, const struct sfs_catalog *have,
	const struct sfs_catalog *want, const struct sfs_renames *renames, struct sfs_error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < data->tables.len; i++) {
		struct sfs_data_table *table = &data->tables.items[i];

		table->compared = table->there = false;
		table->extra.len = 0;
		r = compare_table(data, table, db, have, want, renames, err);
	}
	return r;
}

bool
sfs_data_same(const struct sfs_data *data)
{
	sfs_vec_foreach (table, &data->tables) {
		if (table->extra.len || (!table->compared && table->sheet.rows.len)) {
			return false;
		}
		for (size_t i = 0; table->compared && i < table->sheet.rows.len; i++) {
			size_t n = table->sheet.columns.len;

			if (table->verdicts[i].state != SFS_ROW_SAME) {
				return false;
			}
			for (size_t j = 0; j < n; j++) {
				if (table->places[j] == SIZE_MAX) {
					return false;
				}
			}
		}
	}
	return true;
}
