// SPDX-License-Identifier: MIT
/* The statements that make rows what is wanted, in an order that foreign keys allow. */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "data/data.h"
#include "data/order.h"
#include "data/statement.h"

/* ---- what is to be done ---- */

/* A column that nobody can set but by OVERRIDING, and that only when the row is made. */
static int
check_identity(const struct sfs_data_change *change, const struct sfs_data_update *update,
	struct sfs_error *err)
{
	const struct sfs_data_table *table = change->table;

	for (size_t i = 0; i < table->sheet.columns.len; i++) {
		const struct sfs_shape_column *column =
			&change->shape.columns.items[change->columns[i]];

		if (update->changed[i] && column->always) {
			(void)sfs_error_set(err, EINVAL,
				"column %s is GENERATED ALWAYS AS IDENTITY: what it holds can not be "
				"changed; leave it out of the file",
				column->name);
			sfs_sheet_locate(&table->sheet,
				&(struct sfs_sheet_row){ .line = update->line }, err);
			return -EINVAL;
		}
	}
	return 0;
}

/* Texts in the verdict's columns as one row of the sheet's; what was not compared as the file has it. */
static const char *const *
spread(struct sfs_data_change *change, const char *const *texts, const char *const *fields)
{
	const struct sfs_data_table *table = change->table;
	size_t n = table->sheet.columns.len;
	const char **row = sfs_arena_alloc(change->arena, (n + 1) * sizeof *row);

	for (size_t i = 0; i < n; i++) {
		size_t place = table->places ? table->places[i] : SIZE_MAX;

		row[i] = place != SIZE_MAX && texts ? texts[place] : fields ? fields[i] : NULL;
	}
	return row;
}

/* Which columns an UPDATE sets: those that differ, and those that the database has not yet. */
static bool
find_changed(
	const struct sfs_data_change *change, const struct sfs_rows_verdict *verdict, bool *changed)
{
	const struct sfs_data_table *table = change->table;
	bool any = false;

	for (size_t i = 0; i < table->sheet.columns.len; i++) {
		size_t place = table->places[i];

		if (change->shape.columns.items[change->columns[i]].key) {
			continue;
		}
		changed[i] = place == SIZE_MAX ||
			     (verdict->state == SFS_ROW_DIFFERENT &&
				     !sfs_streq(verdict->want[place], verdict->have[place]));
		any = any || changed[i];
	}
	return any;
}

static int
take_pair(struct sfs_data_change *change, size_t at, bool backwards, struct sfs_error *err)
{
	const struct sfs_data_table *table = change->table;
	const struct sfs_sheet_row *row = &table->sheet.rows.items[at];
	const struct sfs_rows_verdict *verdict = &table->verdicts[at];
	struct sfs_data_update update = {
		.changed = sfs_arena_alloc(change->arena, table->sheet.columns.len + 1),
		.line = row->line,
	};

	if (!find_changed(change, verdict, update.changed)) {
		return 0;
	}
	update.fields = spread(change, backwards ? verdict->have : verdict->want, row->fields);
	if (verdict->state == SFS_ROW_DIFFERENT) {
		update.former = spread(change, backwards ? verdict->want : verdict->have, NULL);
	}
	sfs_vec_push(&change->updates, update);
	return check_identity(change, &update, err);
}

static int
take_row(struct sfs_data_change *change, size_t at, bool backwards, struct sfs_error *err)
{
	const struct sfs_data_table *table = change->table;
	const struct sfs_sheet_row *row = &table->sheet.rows.items[at];

	if (!table->compared) {
		sfs_vec_push(&change->inserts, row->fields);
		return 0;
	}
	if (table->verdicts[at].state != SFS_ROW_MISSING) {
		return take_pair(change, at, backwards, err);
	}
	const char *const *fields = spread(change, table->verdicts[at].want, row->fields);
	if (!backwards) {
		sfs_vec_push(&change->inserts, fields);
	} else {
		sfs_vec_push(&change->deletes, fields);
	}
	return 0;
}

static int
find_change(const struct sfs_data *data, const struct sfs_data_table *table,
	const struct sfs_catalog *want, struct sfs_data_change *change, struct sfs_error *err)
{
	int r = sfs_shape_read(want, table->namespace, table->name, &change->shape, err);

	change->table = table;
	change->driver = data->driver;
	change->over = data->over;
	change->arena = sfs_arena_create();
	if (r < 0) {
		return r;
	}
	change->columns = sfs_arena_alloc(
		change->arena, (table->sheet.columns.len + 1) * sizeof *change->columns);
	for (size_t i = 0; i < table->sheet.columns.len; i++) {
		change->columns[i] = sfs_shape_find(
			&change->shape, data->driver->dialect, table->sheet.columns.items[i]);
		if (change->columns[i] == SIZE_MAX) {
			return sfs_error_set(err, EINVAL, "table %s.%s has no column %s",
				table->namespace, table->name, table->sheet.columns.items[i]);
		}
	}
	for (size_t i = 0; r == 0 && i < table->sheet.rows.len; i++) {
		r = take_row(change, i, data->backwards, err);
	}
	sfs_vec_foreach (extra, &table->extra) {
		const char *const *fields = spread(change, *extra, NULL);

		if (data->backwards) {
			sfs_vec_push(&change->inserts, fields);
		} else {
			sfs_vec_push(&change->deletes, fields);
		}
	}
	return r;
}

/* ---- writing it ---- */

/* A key of no more use frees what is unique in its row; but not while others refer to it. */
static bool
deletes_first(const struct sfs_data_order *order, size_t at)
{
	return !order->referred[at];
}

static void
add_hazards(const struct sfs_data_change *change, bool backwards, struct sfs_plan *plan)
{
	const struct sfs_object *object = change->shape.object;
	const struct sfs_data_table *table = change->table;
	const char *source = backwards ? "the database" : table->path;

	if (change->updates.len) {
		sfs_plan_hazard(plan, 71, SFS_WARN, object, "%zu %s changed to what %s says",
			change->updates.len, change->updates.len == 1 ? "row is" : "rows are",
			source);
	}
	if (change->deletes.len) {
		sfs_plan_hazard(plan, 72, SFS_LOSS, object,
			"%zu %s deleted that %s does not have, and what refers to %s with ON DELETE "
			"CASCADE",
			change->deletes.len, change->deletes.len == 1 ? "row is" : "rows are",
			source, change->deletes.len == 1 ? "it" : "them");
	}
	if (!table->compared && table->there && table->sheet.rows.len) {
		sfs_plan_hazard(plan, 71, SFS_WARN, object,
			"its key changes, so that its rows can not be compared: all %zu rows of %s "
			"are written",
			table->sheet.rows.len, table->path);
		if (table->delete) {
			sfs_plan_hazard(plan, 72, SFS_LOSS, object,
				"all rows are deleted that %s does not have", table->path);
		}
	}
}

/* Tables that refer to each other in a circle, or one table, in the order of the file. */
static int
write_component(const struct sfs_data_order *order, size_t first, size_t end,
	const struct sfs_data_change *changes, struct sfs_plan *plan, struct sfs_error *err)
{
	int r = 0;

	for (size_t i = first; i < end; i++) {
		if (deletes_first(order, order->items[i])) {
			sfs_data_write_deletes(&changes[order->items[i]], plan);
		}
	}
	for (size_t i = first; r == 0 && i < end; i++) {
		size_t at = order->items[i];

		r = sfs_data_write_parking(&changes[at], !deletes_first(order, at), plan, err);
	}
	if (r < 0) {
		return r;
	}
	if (end - first > 1) {
		const struct sfs_data_change **circle sfs_auto(free) =
			sfs_alloc((end - first) * sizeof *circle);

		for (size_t i = first; i < end; i++) {
			circle[i - first] = &changes[order->items[i]];
		}
		sfs_data_write_circle(circle, end - first, plan);
	} else {
		const struct sfs_data_change *change = &changes[order->items[first]];

		sfs_data_write_inserts(change, order->to_itself[order->items[first]], plan);
	}
	for (size_t i = first; i < end; i++) {
		sfs_data_write_updates(&changes[order->items[i]], plan);
		sfs_data_write_sequences(&changes[order->items[i]], plan);
	}
	return 0;
}

static int
write_all(const struct sfs_data_order *order, const struct sfs_data_change *changes, size_t n,
	bool backwards, struct sfs_plan *plan, struct sfs_error *err)
{
	int r = 0;

	for (size_t i = 0; i < n; i++) {
		add_hazards(&changes[order->items[i]], backwards, plan);
	}
	for (size_t c = 0; r == 0 && c < order->n_components; c++) {
		size_t end = c + 1 < order->n_components ? order->components[c + 1] : n;

		r = write_component(order, order->components[c], end, changes, plan, err);
	}
	for (size_t i = n; r == 0 && i-- > 0;) {
		if (!deletes_first(order, order->items[i])) {
			sfs_data_write_deletes(&changes[order->items[i]], plan);
		}
	}
	return r;
}

int
sfs_data_plan(const struct sfs_data *data, const struct sfs_catalog *want, struct sfs_plan *plan,
	struct sfs_error *err)
{
	size_t n = data->tables.len;
	struct sfs_data_change *changes sfs_auto(free) = sfs_alloc((n + 1) * sizeof *changes);
	struct sfs_data_order order sfs_auto(data_order) = { 0 };
	int r = 0;

	sfs_vec_foreach (note, &data->notes) {
		sfs_plan_note(plan, "%s", *note);
	}
	for (size_t i = 0; r == 0 && i < n; i++) {
		r = find_change(data, &data->tables.items[i], want, &changes[i], err);
	}
	if (r == 0) {
		sfs_data_order_find(changes, n, data->driver->dialect, &order);
		r = write_all(&order, changes, n, data->backwards, plan, err);
	}
	for (size_t i = 0; i < n; i++) {
		sfs_data_change_finish(&changes[i]);
	}
	return r;
}
