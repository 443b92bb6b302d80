// SPDX-License-Identifier: MIT
/* Writes views and materialized views. */
#include "drivers/postgres/kind_functions.h"
#include "drivers/postgres/print/print.h"
#include "drivers/postgres/text/tidy.h"

static void
create_view(struct pg_writer *writer, const struct sfs_object *view)
{
	const char *method = sfs_object_get(view, SFS_VIEW_ACCESS_METHOD);
	const char *options = sfs_object_get(view, SFS_VIEW_OPTIONS);
	const char *tablespace = sfs_object_get(view, SFS_VIEW_TABLESPACE);
	const char *check = sfs_object_get(view, SFS_VIEW_CHECK_OPTION);
	sfs_auto(str) struct sfs_str sql = SFS_STR_INIT;

	sfs_str_add(&sql, "CREATE ");
	pg_write_reference(view, &sql);
	if (method) {
		sfs_str_addf(&sql, " USING %s", method);
	}
	if (options) {
		sfs_str_addf(&sql, " WITH (%s)", options);
	}
	if (tablespace) {
		sfs_str_addf(&sql, " TABLESPACE %s", tablespace);
	}
	sfs_str_add(&sql, " AS\n");
	pg_tidy(&sql, sfs_object_get(view, SFS_VIEW_QUERY), PG_TIDY_QUERY, 0);
	if (check) {
		sfs_str_addf(&sql, "\nWITH %s CHECK OPTION", check);
	}
	/* Whether it holds rows is state; but the query of one that has none may fail when it is run. */
	if (view->id.kind == SFS_MATERIALIZED_VIEW &&
		(writer->script || sfs_object_has(view, SFS_VIEW_UNPOPULATED))) {
		sfs_str_add(&sql, "\nWITH NO DATA");
	}
	(void)sfs_plan_add(writer->plan, view, sql.text);
}

static void
create_indexes(struct pg_writer *writer, const struct sfs_object *view)
{
	sfs_auto(pg_parts) struct pg_parts indexes = { 0 }, statistics = { 0 };

	pg_parts_of(view, SFS_INDEX, &indexes);
	sfs_vec_foreach (index, &indexes) {
		pg_print_index(writer, *index);
	}
	pg_parts_of(view, SFS_STATISTICS, &statistics);
	sfs_vec_foreach (item, &statistics) {
		pg_print_statistics(writer, *item);
	}
	pg_print_after(writer, view);
}

void
pg_print_view(struct pg_writer *writer, const struct sfs_object *view)
{
	sfs_auto(pg_parts) struct pg_parts columns = { 0 };

	create_view(writer, view);
	pg_parts_of(view, SFS_COLUMN, &columns);
	sfs_vec_foreach (column, &columns) {
		pg_write_column_settings(writer, *column);
	}
	if (writer->file) {
		create_indexes(writer, view);
	}
	pg_write_common(writer, view);
	if (view->id.kind == SFS_MATERIALIZED_VIEW) {
		pg_system_columns(writer->plan->arena, view, &columns);
	}
	writer->columns_together = true;
	sfs_vec_foreach (column, &columns) {
		pg_write_common(writer, *column);
	}
	writer->columns_together = false;
	pg_write_column_grants(writer, &columns);
}

void
pg_print_view_columns(struct pg_writer *writer, const struct sfs_object *view)
{
	sfs_auto(pg_parts) struct pg_parts columns = { 0 };
	sfs_auto(str) struct sfs_str sql = SFS_STR_INIT;

	pg_parts_of(view, SFS_COLUMN, &columns);
	sfs_str_add(&sql, "CREATE ");
	pg_write_reference(view, &sql);
	sfs_str_add(&sql, " AS\nSELECT ");
	for (size_t i = 0; i < columns.len; i++) {
		const char *collation = sfs_object_get(columns.items[i], SFS_COLUMN_COLLATION);

		sfs_str_addf(&sql, "%sNULL::%s", i ? ",\n    " : "",
			sfs_object_get(columns.items[i], SFS_COLUMN_TYPE));
		if (collation) {
			sfs_str_addf(&sql, " COLLATE %s", collation);
		}
		sfs_str_add(&sql, " AS ");
		pg_name(&sql, columns.items[i]->id.name);
	}
	(void)sfs_plan_add(writer->plan, view, sql.text);
}
