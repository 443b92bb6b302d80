/* SPDX-License-Identifier: MIT */
#ifndef SFS_DATA_SHEET_H
#define SFS_DATA_SHEET_H

#include "base/arena.h"
#include "base/error.h"
#include "base/vec.h"

/* Rows as texts, NULL for NULL: a CSV file, or what a table has. All texts live in its arena. */
struct sfs_sheet_row {
	const char *const *fields; /* as many as there are columns */
	unsigned line;             /* of the file; 0: it is none */
};

struct sfs_sheet {
	struct sfs_arena *arena; /* owned; NULL while it is empty */
	const char *path;
	SFS_VEC(const char *) columns;
	SFS_VEC(struct sfs_sheet_row) rows;
};

void sfs_sheet_finish(struct sfs_sheet *sheet);
SFS_DEFINE_AUTO_VALUE(sheet, struct sfs_sheet, sfs_sheet_finish)

void sfs_sheet_init(struct sfs_sheet *sheet, const char *path);

/* Adds a copy of a row. */
void sfs_sheet_add(struct sfs_sheet *sheet, const char *const *fields, unsigned line);

/*
 * Reads a file: the first record names the columns, each other one is a row. -ENOENT when it is not
 * there, -EINVAL with file and line when a name stands twice or a row has not as many fields.
 */
int sfs_sheet_read(const char *path, const char *shown, struct sfs_sheet *ret_sheet,
	struct sfs_error *err) SFS_MUST_CHECK;

/* "FILE:LINE" into an error that is about a row. */
void sfs_sheet_locate(
	const struct sfs_sheet *sheet, const struct sfs_sheet_row *row, struct sfs_error *err);

#endif
