// SPDX-License-Identifier: MIT
/* The rows that a project wants: from its files, or from a database. */
#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "catalog/path.h"
#include "data/data.h"

void
sfs_data_finish(struct sfs_data *data)
{
	sfs_vec_foreach (table, &data->tables) {
		sfs_sheet_finish(&table->sheet);
		sfs_vec_finish(&table->extra);
	}
	sfs_vec_finish(&data->tables);
	sfs_vec_finish(&data->notes);
	sfs_arena_destroy(data->arena);
	memset(data, 0, sizeof *data);
}

void
sfs_data_note(struct sfs_data *data, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	char *text sfs_auto(free) = sfs_vasprintf(format, args);
	va_end(args);
	sfs_vec_push(&data->notes, sfs_arena_strdup(data->arena, text));
}

const char *
sfs_data_namespace(const struct sfs_reference *reference, const struct sfs_driver *driver)
{
	if (reference->namespace) {
		return reference->namespace;
	}
	return driver->dialect == SFS_SQLITE ? "main" : "public";
}

void
sfs_data_path(const char *namespace, const char *name, struct sfs_str *out)
{
	sfs_str_add(out, "data/");
	sfs_path_encode(out, namespace, false);
	sfs_str_addc(out, '/');
	sfs_path_encode(out, name, false);
	sfs_str_add(out, ".csv");
}

struct sfs_identity *
sfs_data_identities(
	const struct sfs_project *project, const struct sfs_driver *driver, size_t *ret_n)
{
	struct sfs_identity *ids = sfs_alloc((project->reference.len + 1) * sizeof *ids);
	size_t n = 0;

	sfs_vec_foreach (reference, &project->reference) {
		ids[n++] = (struct sfs_identity){ .kind = SFS_TABLE,
			.namespace = sfs_data_namespace(reference, driver),
			.name = reference->name };
	}
	*ret_n = n;
	return ids;
}

static int
by_name(const void *a, const void *b)
{
	const struct sfs_data_table *x = a, *y = b;
	int order = strcmp(x->namespace, y->namespace);

	return order ? order : strcmp(x->name, y->name);
}

static void
begin(struct sfs_data *data, const struct sfs_driver *driver)
{
	memset(data, 0, sizeof *data);
	data->arena = sfs_arena_create();
	data->driver = driver;
}

static struct sfs_data_table
table_of(struct sfs_data *data, const struct sfs_reference *reference)
{
	struct sfs_str path sfs_auto(str) = SFS_STR_INIT;
	const char *namespace = sfs_data_namespace(reference, data->driver);

	sfs_data_path(namespace, reference->name, &path);
	return (struct sfs_data_table){
		.namespace = sfs_arena_strdup(data->arena, namespace),
		.name = sfs_arena_strdup(data->arena, reference->name),
		.path = sfs_arena_strdup(data->arena, sfs_str_text(&path)),
		.delete = reference->delete,
	};
}

static void
sort(struct sfs_data *data)
{
	if (data->tables.len) {
		qsort(data->tables.items, data->tables.len, sizeof *data->tables.items, by_name);
	}
}

/* ---- from files ---- */

static bool
is_named(const struct sfs_project *project, const struct sfs_driver *driver, const char *path)
{
	sfs_vec_foreach (reference, &project->reference) {
		struct sfs_str own sfs_auto(str) = SFS_STR_INIT;

		sfs_data_path(sfs_data_namespace(reference, driver), reference->name, &own);
		if (strcmp(sfs_str_text(&own), path) == 0) {
			return true;
		}
	}
	return false;
}

static void
close_directory(DIR **directory)
{
	if (*directory) {
		(void)closedir(*directory);
	}
}

/* A file that nothing names may be a slip of the pen: it is not read, but said. */
static void
note_unnamed(struct sfs_data *data, const struct sfs_project *project, const char *tree,
	const char *folder)
{
	char *place sfs_auto(free) = sfs_file_join(tree, folder);
	DIR *directory __attribute__((cleanup(close_directory))) = opendir(place);
	struct dirent *entry;

	while (directory && (entry = readdir(directory))) {
		char *path sfs_auto(free) = sfs_file_join(folder, entry->d_name);
		char *whole sfs_auto(free) = sfs_file_join(tree, path);
		struct stat st;

		if (*entry->d_name == '.' || lstat(whole, &st) < 0) {
			continue;
		}
		if (S_ISDIR(st.st_mode) && strcmp(folder, "data") == 0) {
			note_unnamed(data, project, tree, path);
		} else if (sfs_ends_with(path, ".csv") && !is_named(project, data->driver, path)) {
			sfs_data_note(data,
				"%s is left alone: `reference` in " SFS_PROJECT_FILE
				" does not name its table",
				path);
		}
	}
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int
sfs_data_load(const struct sfs_project *project, const char *tree, const struct sfs_driver *driver,
	struct sfs_data *ret_data, struct sfs_error *err)
{
	struct sfs_data data sfs_auto(data) = { 0 };

	begin(&data, driver);
	if (project->file) {
		note_unnamed(&data, project, tree, "data");
	}
	sfs_vec_foreach (reference, &project->reference) {
		struct sfs_data_table table = table_of(&data, reference);
		struct sfs_error fault sfs_auto(error) = SFS_ERROR_INIT;
		char *path sfs_auto(free) = sfs_file_join(tree, table.path);
		int r = sfs_sheet_read(path, table.path, &table.sheet, &fault);

		if (r == -ENOENT) {
			sfs_data_note(&data, "there is no %s: the rows of %s.%s are left alone",
				table.path, table.namespace, table.name);
			continue;
		}
		if (r < 0) {
			sfs_error_move(err, &fault);
			return r;
		}
		sfs_vec_push(&data.tables, table);
	}
	if (data.notes.len) {
		qsort(data.notes.items, data.notes.len, sizeof *data.notes.items, by_text);
	}
	sort(&data);
	*ret_data = data;
	memset(&data, 0, sizeof data);
	return 0;
}

/* ---- from a database ---- */

static int
take(void *sheet, const char *const *fields, struct sfs_error *err)
{
	(void)err;
	sfs_sheet_add(sheet, fields, 0);
	return 0;
}

static int
load_rows(struct sfs_data_table *table, struct sfs_db *db, const struct sfs_catalog *catalog,
	struct sfs_error *err)
{
	struct sfs_shape shape sfs_auto(shape) = { 0 };
	SFS_VEC(size_t) columns = { 0 };
	int r = sfs_shape_read(catalog, table->namespace, table->name, &shape, err);

	if (r < 0) {
		return r;
	}
	sfs_sheet_init(&table->sheet, table->path);
	for (size_t i = 0; i < shape.columns.len; i++) {
		if (!shape.columns.items[i].computed) {
			sfs_vec_push(&columns, i);
			sfs_vec_push(&table->sheet.columns,
				sfs_arena_strdup(table->sheet.arena, shape.columns.items[i].name));
		}
	}
	r = db->driver->rows->read(db,
		&(struct sfs_rows_query){ &shape, columns.items, columns.len }, take, &table->sheet,
		err);
	sfs_vec_finish(&columns);
	return r;
}

int
sfs_data_load_rows(const struct sfs_project *project, struct sfs_db *db,
	const struct sfs_catalog *catalog, struct sfs_data *ret_data, struct sfs_error *err)
{
	struct sfs_data data sfs_auto(data) = { 0 };
	int r = 0;

	begin(&data, db->driver);
	sfs_vec_foreach (reference, &project->reference) {
		struct sfs_data_table table = table_of(&data, reference);

		if (!sfs_catalog_relation(catalog, table.namespace, table.name)) {
			sfs_data_note(&data, "there is no table %s.%s: it has no rows to compare",
				table.namespace, table.name);
			continue;
		}
		r = load_rows(&table, db, catalog, err);
		if (r < 0) {
			sfs_sheet_finish(&table.sheet);
			return r;
		}
		sfs_vec_push(&data.tables, table);
	}
	sort(&data);
	*ret_data = data;
	memset(&data, 0, sizeof data);
	return 0;
}
