// SPDX-License-Identifier: MIT
/* The error object that every layer fills or passes on. */
#include <stdarg.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/redact.h"
#include "base/str.h"

void
sfs_error_finish(struct sfs_error *err)
{
	if (!err) {
		return;
	}
	free(err->message);
	free(err->detail);
	free(err->hint);
	free(err->object);
	free(err->file);
	free(err->statement);
	free(err->plan);
	memset(err, 0, sizeof *err);
}

static void
put(char **field, const char *format, va_list args)
{
	char *text = sfs_vasprintf(format, args);

	free(*field);
	*field = text;
}

int
sfs_error_set(struct sfs_error *err, int errnum, const char *format, ...)
{
	if (err) {
		va_list args;

		/* The arguments may be texts of this very error: they go last. */
		va_start(args, format);
		char *message = sfs_vasprintf(format, args);
		va_end(args);
		sfs_error_finish(err);
		err->errnum = errnum;
		err->message = message;
	}
	return -errnum;
}

void
sfs_error_detail(struct sfs_error *err, const char *format, ...)
{
	if (err) {
		va_list args;

		va_start(args, format);
		put(&err->detail, format, args);
		va_end(args);
	}
}

void
sfs_error_hint(struct sfs_error *err, const char *format, ...)
{
	if (err) {
		va_list args;

		va_start(args, format);
		put(&err->hint, format, args);
		va_end(args);
	}
}

void
sfs_error_object(struct sfs_error *err, const char *format, ...)
{
	if (err) {
		va_list args;

		va_start(args, format);
		put(&err->object, format, args);
		va_end(args);
	}
}

void
sfs_error_sqlstate(struct sfs_error *err, const char *sqlstate)
{
	if (err && sqlstate && strlen(sqlstate) == 5) {
		memcpy(err->sqlstate, sqlstate, 6);
	}
}

void
sfs_error_position(struct sfs_error *err, const char *file, const char *text, size_t offset)
{
	if (!err) {
		return;
	}
	err->line = 1;
	err->column = 1;
	for (size_t i = 0; i < offset && text[i]; i++) {
		if (text[i] == '\n') {
			err->line++;
			err->column = 1;
		} else if (((unsigned char)text[i] & 0xC0) != 0x80) {
			/* Continuation bytes of UTF-8 belong to a character already counted. */
			err->column++;
		}
	}
	if (file) {
		free(err->file);
		err->file = sfs_strdup(file);
	}
}

void
sfs_error_move(struct sfs_error *to, struct sfs_error *from)
{
	if (!to) {
		sfs_error_finish(from);
		return;
	}
	if (to == from) {
		return;
	}
	sfs_error_finish(to);
	*to = *from;
	memset(from, 0, sizeof *from);
}

static void
add_line(struct sfs_str *out, const char *label, const char *text)
{
	if (text && *text) {
		sfs_str_addf(out, "\n%s: %s", label, text);
	}
}

char *
sfs_error_format(const struct sfs_error *err)
{
	struct sfs_str out = SFS_STR_INIT;

	if (err->file) {
		sfs_str_add(&out, err->file);
		if (err->line) {
			sfs_str_addf(&out, ":%u", err->line);
		}
		if (err->line && err->column) {
			sfs_str_addf(&out, ":%u", err->column);
		}
		sfs_str_add(&out, ": ");
	}
	sfs_str_add(&out, err->message ? err->message : strerror(err->errnum));
	if (err->sqlstate[0]) {
		sfs_str_addf(&out, " (SQLSTATE %s)", err->sqlstate);
	}
	add_line(&out, "object", err->object);
	add_line(&out, "detail", err->detail);
	add_line(&out, "hint", err->hint);
	add_line(&out, "statement", err->statement);
	sfs_redact(&out);
	return sfs_str_steal(&out);
}
