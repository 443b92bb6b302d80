// SPDX-License-Identifier: MIT
/* What `status` tells of a project's reference data and of its optional extensions. */
#include <stdio.h>
#include <string.h>

#include "drivers/rows.h"
#include "verbs/output.h"
#include "verbs/status_project.h"

void
sfs_status_project_finish(struct sfs_status_project *standing)
{
	sfs_data_finish(&standing->data);
	sfs_vec_finish(&standing->missing);
	free(standing->fault);
}

/* ---- reading ---- */

static int
read_extensions(struct sfs_status_project *standing, const struct sfs_project *project,
	struct sfs_db *db, const struct sfs_catalog *catalog, struct sfs_error *err)
{
	sfs_vec_foreach (name, &project->optional_extensions) {
		struct sfs_identity id = { .kind = SFS_EXTENSION, .name = *name };
		struct sfs_status_extension missing = { .name = *name };

		if (sfs_catalog_find(catalog, &id)) {
			continue;
		}
		int r = db->driver->rows->offers(db, *name, &missing.offered, err);
		if (r < 0) {
			return r;
		}
		sfs_vec_push(&standing->missing, missing);
	}
	return 0;
}

/* Puts the tables that the database has first, and tells how many they are. */
static size_t
part(struct sfs_data *data, const struct sfs_catalog *catalog)
{
	size_t n = 0;

	for (size_t i = 0; i < data->tables.len; i++) {
		struct sfs_data_table table = data->tables.items[i];

		if (sfs_catalog_relation(catalog, table.namespace, table.name)) {
			memmove(&data->tables.items[n + 1], &data->tables.items[n],
				(i - n) * sizeof table);
			data->tables.items[n++] = table;
		}
	}
	return n;
}

static int
read_rows(struct sfs_data *data, const struct sfs_project *project, struct sfs_db *db,
	const struct sfs_catalog *catalog, struct sfs_error *err)
{
	int r = sfs_data_load(project, project->tree, db->driver, data, err);

	if (r < 0) {
		return r;
	}
	size_t all = data->tables.len;
	data->tables.len = part(data, catalog);
	r = sfs_data_compare(data, db, catalog, catalog, NULL, err);
	data->tables.len = all;
	return r;
}

int
sfs_status_project_read(struct sfs_status_project *standing, const struct sfs_project *project,
	struct sfs_db *db, const struct sfs_catalog *catalog, struct sfs_error *err)
{
	struct sfs_error fault sfs_auto(error) = SFS_ERROR_INIT;

	if (project->reference.len &&
		read_rows(&standing->data, project, db, catalog, &fault) < 0) {
		standing->fault = sfs_error_format(&fault);
		sfs_data_finish(&standing->data);
	}
	return read_extensions(standing, project, db, catalog, err);
}

/* ---- telling ---- */

struct counts {
	size_t same, different, missing, extra;
};

static struct counts
count(const struct sfs_data_table *table)
{
	struct counts counts = { .extra = table->extra.len };

	if (!table->compared) {
		counts.missing = table->sheet.rows.len;
		return counts;
	}
	for (size_t i = 0; i < table->sheet.rows.len; i++) {
		enum sfs_rows_state state = table->verdicts[i].state;

		counts.same += state == SFS_ROW_SAME;
		counts.different += state == SFS_ROW_DIFFERENT;
		counts.missing += state == SFS_ROW_MISSING;
	}
	return counts;
}

static bool
differs(const struct sfs_data_table *table)
{
	struct counts counts = count(table);

	return counts.different || counts.missing || counts.extra;
}

bool
sfs_status_project_differs(const struct sfs_status_project *standing)
{
	bool any = standing->fault != NULL;

	sfs_vec_foreach (table, &standing->data.tables) {
		any = any || differs(table);
	}
	return any;
}

static void
print_table(const struct sfs_data_table *table)
{
	struct counts counts = count(table);

	printf("  %s:", table->path);
	if (!differs(table)) {
		printf(" %zu rows, all the same\n", counts.same);
		return;
	}
	printf(" %zu rows differ, %zu are missing, %zu are the same", counts.different,
		counts.missing, counts.same);
	if (table->delete) {
		printf(", %zu are too many", counts.extra);
	}
	printf("%s\n", table->compared ? ""
		       : table->there  ? ", not by this key"
				       : ": no such table");
}

void
sfs_status_project_print(const struct sfs_status_project *standing)
{
	size_t n = 0;

	sfs_vec_foreach (table, &standing->data.tables) {
		n += differs(table);
	}
	if (standing->data.tables.len || standing->data.notes.len || standing->fault) {
		printf("%-22s %zu of %zu tables differ\n", "reference data", n,
			standing->data.tables.len);
	}
	sfs_vec_foreach (table, &standing->data.tables) {
		print_table(table);
	}
	sfs_vec_foreach (note, &standing->data.notes) {
		printf("  note: %s\n", *note);
	}
	if (standing->fault) {
		printf("  %s\n", standing->fault);
	}
	if (standing->missing.len) {
		printf("%-22s %zu\n", "optional, missing", standing->missing.len);
	}
	sfs_vec_foreach (extension, &standing->missing) {
		printf("  extension %s%s\n", extension->name,
			extension->offered ? "" : ", which the server does not offer");
	}
}

static json_t *
table_json(const struct sfs_data_table *table)
{
	struct counts counts = count(table);

	return json_pack("{s:o, s:o, s:o, s:b, s:I, s:I, s:I, s:I}", "namespace",
		sfs_output_string(table->namespace), "table", sfs_output_string(table->name),
		"file", sfs_output_string(table->path), "same", !differs(table), "rows_same",
		(json_int_t)counts.same, "rows_different", (json_int_t)counts.different,
		"rows_missing", (json_int_t)counts.missing, "rows_extra", (json_int_t)counts.extra);
}

json_t *
sfs_status_project_json(const struct sfs_status_project *standing)
{
	json_t *tables = json_array(), *missing = json_array(), *notes = json_array();

	sfs_vec_foreach (table, &standing->data.tables) {
		(void)json_array_append_new(tables, table_json(table));
	}
	sfs_vec_foreach (note, &standing->data.notes) {
		(void)json_array_append_new(notes, sfs_output_string(*note));
	}
	sfs_vec_foreach (extension, &standing->missing) {
		(void)json_array_append_new(
			missing, json_pack("{s:o, s:b}", "name", sfs_output_string(extension->name),
					 "offered", extension->offered));
	}
	return json_pack("{s:o, s:o, s:o, s:o}", "reference", tables, "reference_notes", notes,
		"reference_error", sfs_output_string(standing->fault),
		"optional_extensions_missing", missing);
}
