// SPDX-License-Identifier: MIT
/* Reads and writes CSV. */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "data/csv.h"

static const char mark[] = "\xEF\xBB\xBF";

void
sfs_csv_record_finish(struct sfs_csv_record *record)
{
	sfs_vec_finish(&record->fields);
	sfs_vec_finish(&record->places);
	sfs_str_finish(&record->texts);
}

void
sfs_csv_start(struct sfs_csv_reader *reader, const char *path, const char *text, size_t len)
{
	size_t skip =
		len >= strlen(mark) && memcmp(text, mark, strlen(mark)) == 0 ? strlen(mark) : 0;

	*reader = (struct sfs_csv_reader){
		.text = text, .len = len, .at = skip, .line = 1, .path = path
	};
}

static int
fail(const struct sfs_csv_reader *reader, size_t offset, const char *what, struct sfs_error *err)
{
	int r = sfs_error_set(err, EINVAL, "%s", what);

	sfs_error_position(err, reader->path, reader->text, offset);
	return r;
}

static bool
at_end_of_line(const struct sfs_csv_reader *reader)
{
	return reader->at == reader->len || reader->text[reader->at] == '\n' ||
	       reader->text[reader->at] == '\r';
}

/* CRLF is one end. */
static void
skip_end_of_line(struct sfs_csv_reader *reader)
{
	if (reader->at < reader->len && reader->text[reader->at] == '\r') {
		reader->at++;
		if (reader->at < reader->len && reader->text[reader->at] != '\n') {
			reader->line++;
			return;
		}
	}
	if (reader->at < reader->len) {
		reader->at++;
	}
	reader->line++;
}

/* From the opening quote to behind the closing one. */
static int
read_quoted(struct sfs_csv_reader *reader, struct sfs_str *out, struct sfs_error *err)
{
	size_t start = reader->at++;

	for (;;) {
		const char *rest = reader->text + reader->at;
		const char *quote = memchr(rest, '"', reader->len - reader->at);

		if (!quote) {
			return fail(reader, start, "the quote is never closed", err);
		}
		for (const char *c = rest; c < quote; c++) {
			bool pair = *c == '\r' && c[1] == '\n';

			reader->line += (*c == '\n' || *c == '\r') && !pair;
		}
		sfs_str_addn(out, rest, (size_t)(quote - rest));
		reader->at += (size_t)(quote - rest) + 1;
		if (reader->at == reader->len || reader->text[reader->at] != '"') {
			return 0;
		}
		sfs_str_addc(out, '"');
		reader->at++;
	}
}

static int
read_field(struct sfs_csv_reader *reader, struct sfs_csv_record *record, struct sfs_error *err)
{
	size_t place = record->texts.len, start = reader->at;
	bool quoted = start < reader->len && reader->text[start] == '"';

	if (quoted) {
		int r = read_quoted(reader, &record->texts, err);
		if (r < 0) {
			return r;
		}
	}
	size_t rest = reader->at;
	while (!at_end_of_line(reader) && reader->text[reader->at] != ',') {
		if (quoted || reader->text[reader->at] == '"') {
			return fail(reader, reader->at,
				quoted ? "only a comma can follow a closing quote"
				       : "a field with a quote in it has to be quoted",
				err);
		}
		reader->at++;
	}
	sfs_str_addn(&record->texts, reader->text + rest, reader->at - rest);
	sfs_vec_push(&record->places, quoted || reader->at > rest ? place : SIZE_MAX);
	sfs_str_addc(&record->texts, '\0');
	return 0;
}

int
sfs_csv_next(struct sfs_csv_reader *reader, struct sfs_csv_record *record, struct sfs_error *err)
{
	record->fields.len = record->places.len = 0;
	sfs_str_truncate(&record->texts, 0);
	while (reader->at < reader->len && at_end_of_line(reader)) {
		skip_end_of_line(reader);
	}
	if (reader->at == reader->len) {
		return 0;
	}
	record->line = reader->line;
	for (;;) {
		int r = read_field(reader, record, err);
		if (r < 0) {
			return r;
		}
		if (at_end_of_line(reader)) {
			break;
		}
		reader->at++; /* the comma: a field follows, be it an empty one */
	}
	skip_end_of_line(reader);
	/* Only now the texts stay where they are. */
	sfs_vec_foreach (place, &record->places) {
		sfs_vec_push(
			&record->fields, *place == SIZE_MAX ? NULL : record->texts.text + *place);
	}
	return 1;
}

/* Spaces at an end are easily lost by an editor, unless quotes show them. */
static bool
can_stand_bare(const char *field)
{
	size_t len = strlen(field);

	return len && !strpbrk(field, "\",\r\n") && *field != ' ' && field[len - 1] != ' ';
}

void
sfs_csv_add(struct sfs_str *out, const char *const *fields, size_t n_fields)
{
	for (size_t i = 0; i < n_fields; i++) {
		const char *field = fields[i];

		sfs_str_add(out, i ? "," : "");
		if (!field) {
			continue;
		}
		if (can_stand_bare(field)) {
			sfs_str_add(out, field);
			continue;
		}
		sfs_str_addc(out, '"');
		for (const char *quote; (quote = strchr(field, '"')); field = quote + 1) {
			sfs_str_addn(out, field, (size_t)(quote - field) + 1);
			sfs_str_addc(out, '"');
		}
		sfs_str_add(out, field);
		sfs_str_addc(out, '"');
	}
	sfs_str_addc(out, '\n');
}
