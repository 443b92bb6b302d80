/* SPDX-License-Identifier: MIT */
#ifndef SFS_DATA_CSV_H
#define SFS_DATA_CSV_H

#include "base/error.h"
#include "base/str.h"
#include "base/vec.h"

/*
 * CSV as RFC 4180 has it, with one rule more, which is PostgreSQL's: an empty field is NULL, "" is an
 * empty text. Read: lines end in LF, CRLF or CR, a byte order mark before the first is skipped, and so
 * are lines without anything. Written: lines end in LF, and quotes stand only where they must.
 */
struct sfs_csv_reader {
	const char *text; /* borrowed */
	size_t len, at;
	unsigned line; /* where the next record begins, from 1 */
	const char *path;
};

/* Fields of a record; NULL is NULL. Borrowed from the record until the next one is read. */
struct sfs_csv_record {
	SFS_VEC(const char *) fields;
	SFS_VEC(size_t) places; /* of each in `texts`; SIZE_MAX: NULL */
	struct sfs_str texts;
	unsigned line; /* where it began */
};

void sfs_csv_record_finish(struct sfs_csv_record *record);
SFS_DEFINE_AUTO_VALUE(csv_record, struct sfs_csv_record, sfs_csv_record_finish)

/* `path` is what errors are told of. */
void sfs_csv_start(struct sfs_csv_reader *reader, const char *path, const char *text, size_t len);

/* 1 and a record, 0 at the end, or -EINVAL with file, line and column. */
int sfs_csv_next(struct sfs_csv_reader *reader, struct sfs_csv_record *record,
	struct sfs_error *err) SFS_MUST_CHECK;

/* Appends one line; `fields` may be NULL for a NULL. */
void sfs_csv_add(struct sfs_str *out, const char *const *fields, size_t n_fields);

#endif
