// SPDX-License-Identifier: MIT
/* Rows in memory, and how a CSV file becomes some. */
#include <errno.h>
#include <string.h>

#include "base/file.h"
#include "data/csv.h"
#include "data/sheet.h"

/* More than that is a table that lives in the database, not in a folder under git. */
enum { MAX_FILE = 256 << 20 };

void
sfs_sheet_init(struct sfs_sheet *sheet, const char *path)
{
	memset(sheet, 0, sizeof *sheet);
	sheet->arena = sfs_arena_create();
	sheet->path = sfs_arena_strdup(sheet->arena, path);
}

void
sfs_sheet_finish(struct sfs_sheet *sheet)
{
	sfs_vec_finish(&sheet->columns);
	sfs_vec_finish(&sheet->rows);
	sfs_arena_destroy(sheet->arena);
	memset(sheet, 0, sizeof *sheet);
}

void
sfs_sheet_add(struct sfs_sheet *sheet, const char *const *fields, unsigned line)
{
	size_t n = sheet->columns.len;
	const char **copy = sfs_arena_alloc(sheet->arena, n * sizeof *copy);

	for (size_t i = 0; i < n; i++) {
		copy[i] = sfs_arena_strdup(sheet->arena, fields[i]);
	}
	sfs_vec_push(&sheet->rows, (struct sfs_sheet_row){ .fields = copy, .line = line });
}

void
sfs_sheet_locate(
	const struct sfs_sheet *sheet, const struct sfs_sheet_row *row, struct sfs_error *err)
{
	if (err) {
		free(err->file);
		err->file = sfs_strdup(sheet->path);
		err->line = row->line;
		err->column = 0;
	}
}

static int
wrong(const struct sfs_sheet *sheet, unsigned line, struct sfs_error *err)
{
	sfs_sheet_locate(sheet, &(struct sfs_sheet_row){ .line = line }, err);
	return -EINVAL;
}

static int
read_columns(struct sfs_sheet *sheet, const struct sfs_csv_record *record, struct sfs_error *err)
{
	sfs_vec_foreach (field, &record->fields) {
		if (!*field || !**field) {
			(void)sfs_error_set(err, EINVAL,
				"the first line names the columns; one "
				"of the names is empty");
			return wrong(sheet, record->line, err);
		}
		sfs_vec_foreach (known, &sheet->columns) {
			if (strcmp(*known, *field) == 0) {
				(void)sfs_error_set(
					err, EINVAL, "column %s is named twice", *field);
				return wrong(sheet, record->line, err);
			}
		}
		sfs_vec_push(&sheet->columns, sfs_arena_strdup(sheet->arena, *field));
	}
	return 0;
}

static int
read_records(struct sfs_sheet *sheet, struct sfs_csv_reader *reader, struct sfs_error *err)
{
	struct sfs_csv_record record sfs_auto(csv_record) = { 0 };
	int r = sfs_csv_next(reader, &record, err);

	if (r == 0) {
		(void)sfs_error_set(
			err, EINVAL, "the file is empty: its first line names the columns");
		return wrong(sheet, 1, err);
	}
	r = r < 0 ? r : read_columns(sheet, &record, err);
	while (r == 0 && (r = sfs_csv_next(reader, &record, err)) > 0) {
		if (record.fields.len != sheet->columns.len) {
			(void)sfs_error_set(err, EINVAL,
				"the row has %zu fields, the first line names %zu columns",
				record.fields.len, sheet->columns.len);
			return wrong(sheet, record.line, err);
		}
		sfs_sheet_add(sheet, record.fields.items, record.line);
		r = 0;
	}
	return r;
}

int
sfs_sheet_read(
	const char *path, const char *shown, struct sfs_sheet *ret_sheet, struct sfs_error *err)
{
	struct sfs_sheet sheet sfs_auto(sheet) = { 0 };
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;
	struct sfs_csv_reader reader;
	int r = sfs_file_read(path, MAX_FILE, &text, err);

	if (r < 0) {
		return r;
	}
	sfs_sheet_init(&sheet, shown);
	if (strlen(sfs_str_text(&text)) != text.len) {
		(void)sfs_error_set(err, EINVAL, "there is a NUL byte: it is no CSV file");
		sfs_error_position(err, shown, text.text, strlen(text.text));
		return -EINVAL;
	}
	sfs_csv_start(&reader, shown, sfs_str_text(&text), text.len);
	r = read_records(&sheet, &reader, err);
	if (r == 0) {
		*ret_sheet = sheet;
		memset(&sheet, 0, sizeof sheet);
	}
	return r;
}
