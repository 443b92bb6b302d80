// SPDX-License-Identifier: MIT
/* SQLite's values as texts, and back. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "drivers/sqlite/connection.h"
#include "drivers/sqlite/value.h"
#include "sql/quote.h"

int
lite_values_open(struct lite_values *values, struct sfs_error *err)
{
	if (sqlite3_open_v2(":memory:", &values->conn, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK) {
		return lite_error(values->conn, NULL, err);
	}
	int r = lite_prepare(values->conn, "SELECT quote(?)", &values->quote, err);

	return r < 0 ? r : lite_prepare(values->conn, "SELECT CAST(? AS REAL)", &values->real, err);
}

void
lite_values_close(struct lite_values *values)
{
	(void)sqlite3_finalize(values->quote);
	(void)sqlite3_finalize(values->real);
	(void)sqlite3_close(values->conn);
	memset(values, 0, sizeof *values);
}

/* ---- types ---- */

/* What SQLite goes by, in its order: the first word that a type holds. */
static const struct {
	const char *word, *type;
} affinities[] = {
	{ "INT", "INT" },
	{ "CHAR", "TEXT" },
	{ "CLOB", "TEXT" },
	{ "TEXT", "TEXT" },
	{ "BLOB", "BLOB" },
	{ "REAL", "REAL" },
	{ "FLOA", "REAL" },
	{ "DOUB", "REAL" },
};

const char *
lite_value_type(const struct sfs_shape_column *column, bool strict)
{
	/* A key of just this type is the rowid, which takes nothing but whole numbers. */
	if (strict || strcasecmp(column->type, "INTEGER") == 0) {
		return column->type;
	}
	if (!*column->type) {
		return "BLOB";
	}
	for (size_t i = 0; i < sizeof affinities / sizeof *affinities; i++) {
		if (strcasestr(column->type, affinities[i].word)) {
			return affinities[i].type;
		}
	}
	return "NUMERIC";
}

/* Whether the column takes values as they are: then a text does not become a number in it. */
static bool
takes_all(const struct sfs_shape_column *column, bool strict)
{
	const char *type = lite_value_type(column, strict);

	return strcasecmp(type, "BLOB") == 0 || (strict && strcasecmp(type, "ANY") == 0);
}

/* ---- numbers ---- */

/* A whole number as SQLite writes it. */
static bool
is_integer(const char *text)
{
	size_t sign = *text == '-', digits = strspn(text + sign, "0123456789");
	char written[32];
	char *end;

	if (!digits || digits > 19 || text[sign + digits]) {
		return false;
	}
	errno = 0;
	long long number = strtoll(text, &end, 10);
	(void)snprintf(written, sizeof written, "%lld", number);
	return errno == 0 && strcmp(written, text) == 0;
}

/* "1.5", "-2.0e+10": what SQLite reads as a real number in SQL. */
static bool
looks_real(const char *text)
{
	const char *at = text + (*text == '-');
	size_t whole = strspn(at, "0123456789");

	if (!whole || at[whole] != '.') {
		return false;
	}
	at += whole + 1;
	size_t fraction = strspn(at, "0123456789");
	at += fraction;
	if (*at == 'e' || *at == 'E') {
		at += at[1] == '+' || at[1] == '-' ? 2 : 1;
		size_t exponent = strspn(at, "0123456789");
		fraction = exponent ? fraction : 0;
		at += exponent;
	}
	return fraction && !*at;
}

/*
 * The text of a real number with all its digits; borrowed until the next call. Newer versions write
 * infinity as a word, which none reads as a number.
 */
static const char *
write_real(struct lite_values *values, sqlite3_value *value)
{
	(void)sqlite3_reset(values->quote);
	(void)sqlite3_bind_value(values->quote, 1, value);
	if (sqlite3_step(values->quote) != SQLITE_ROW) {
		return NULL;
	}
	const char *text = (const char *)sqlite3_column_text(values->quote, 0);

	if (text && strcmp(text, "Inf") == 0) {
		return "9.0e+999";
	}
	return text && strcmp(text, "-Inf") == 0 ? "-9.0e+999" : text;
}

/* The real number that a text stands for, if SQLite writes it just so; borrowed. */
static sqlite3_value *
read_real(struct lite_values *values, const char *text)
{
	if (!looks_real(text)) {
		return NULL;
	}
	(void)sqlite3_reset(values->real);
	(void)sqlite3_bind_text(values->real, 1, text, -1, SQLITE_TRANSIENT);
	if (sqlite3_step(values->real) != SQLITE_ROW) {
		return NULL;
	}
	sqlite3_value *value = sqlite3_column_value(values->real, 0);
	const char *written = write_real(values, value);
	return written && strcmp(written, text) == 0 ? value : NULL;
}

/* ---- writing ---- */

static void
add_hex(struct sfs_str *out, const void *data, size_t len)
{
	const unsigned char *bytes = data;

	for (size_t i = 0; i < len; i++) {
		sfs_str_addf(out, "%02x", bytes[i]);
	}
}

/* No text file can hold a NUL, nor, to be read by others, what is no UTF-8. */
static bool
is_plain(const char *text, size_t len)
{
	const unsigned char *at = (const unsigned char *)text, *end = at + len;

	while (at < end) {
		size_t more = *at < 0x80 ? 0 : *at >= 0xF0 ? 3 : *at >= 0xE0 ? 2 : 1;

		if (!*at || (*at >= 0x80 && *at < 0xC2) || *at > 0xF4 ||
			(size_t)(end - at) <= more) {
			return false;
		}
		for (at++; more; more--, at++) {
			if ((*at & 0xC0) != 0x80) {
				return false;
			}
		}
	}
	return true;
}

static void
write_text(struct lite_values *values, bool all, const char *text, size_t len, struct sfs_str *out)
{
	if (!is_plain(text, len)) {
		sfs_str_add(out, "\\u");
		add_hex(out, text, len);
		return;
	}
	if (*text == '\\') {
		sfs_str_addc(out, '\\');
	} else if (all && (is_integer(text) || read_real(values, text))) {
		sfs_str_add(out, "\\t");
	}
	sfs_str_add(out, text);
}

int
lite_value_write(struct lite_values *values, const struct sfs_shape_column *column, bool strict,
	sqlite3_value *value, struct sfs_str *out, struct sfs_error *err)
{
	const char *real;

	switch (sqlite3_value_type(value)) {
	case SQLITE_BLOB:
		sfs_str_add(out, "\\x");
		add_hex(out, sqlite3_value_blob(value), (size_t)sqlite3_value_bytes(value));
		return 0;
	case SQLITE_TEXT: {
		const char *text = (const char *)sqlite3_value_text(value);

		write_text(values, takes_all(column, strict), text,
			(size_t)sqlite3_value_bytes(value), out);
		return 0;
	}
	case SQLITE_FLOAT:
		real = write_real(values, value);
		if (!real) {
			return lite_error(values->conn, NULL, err);
		}
		sfs_str_add(out, real);
		return 0;
	default:
		sfs_str_addf(out, "%lld", (long long)sqlite3_value_int64(value));
		return 0;
	}
}

/* ---- reading ---- */

static int
digit(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

static bool
read_hex(const char *text, struct sfs_str *out)
{
	for (; *text; text += 2) {
		int high = digit(text[0]), low = high < 0 ? -1 : digit(text[1]);

		if (low < 0) {
			return false;
		}
		sfs_str_addc(out, (char)(high << 4 | low));
	}
	return true;
}

static int
bind_marked(const char *text, sqlite3_stmt *statement, int parameter, struct sfs_error *err)
{
	struct sfs_str bytes sfs_auto(str) = SFS_STR_INIT;

	switch (text[1]) {
	case 't':
		(void)sqlite3_bind_text(statement, parameter, text + 2, -1, SQLITE_TRANSIENT);
		return 0;
	case '\\':
		(void)sqlite3_bind_text(statement, parameter, text + 1, -1, SQLITE_TRANSIENT);
		return 0;
	case 'x':
	case 'u':
		if (!read_hex(text + 2, &bytes)) {
			break;
		}
		if (text[1] == 'x') {
			(void)sqlite3_bind_blob64(statement, parameter, sfs_str_text(&bytes),
				bytes.len, SQLITE_TRANSIENT);
		} else {
			(void)sqlite3_bind_text64(statement, parameter, sfs_str_text(&bytes),
				bytes.len, SQLITE_TRANSIENT, SQLITE_UTF8);
		}
		return 0;
	default:
		break;
	}
	sfs_error_set(err, EINVAL, "no value is written `%s`", text);
	sfs_error_hint(
		err, "\\x and hex digits are a blob, \\\\ is a backslash that begins a text");
	return -EINVAL;
}

int
lite_value_bind(struct lite_values *values, const struct sfs_shape_column *column, bool strict,
	const char *text, sqlite3_stmt *statement, int parameter, struct sfs_error *err)
{
	sqlite3_value *real;

	if (!text) {
		(void)sqlite3_bind_null(statement, parameter);
		return 0;
	}
	if (*text == '\\') {
		return bind_marked(text, statement, parameter, err);
	}
	if (takes_all(column, strict) && is_integer(text)) {
		(void)sqlite3_bind_int64(statement, parameter, strtoll(text, NULL, 10));
	} else if (takes_all(column, strict) && (real = read_real(values, text))) {
		(void)sqlite3_bind_value(statement, parameter, real);
	} else {
		(void)sqlite3_bind_text(statement, parameter, text, -1, SQLITE_TRANSIENT);
	}
	return 0;
}

/* Whether a bare number gives the value that the text stands for. */
static bool
is_number(const struct sfs_shape_column *column, bool strict, const char *text)
{
	struct lite_values values sfs_auto(lite_values) = { 0 };

	if (strcasecmp(lite_value_type(column, strict), "TEXT") == 0) {
		return false;
	}
	if (is_integer(text) || !looks_real(text) || !takes_all(column, strict)) {
		return is_integer(text) || looks_real(text);
	}
	return lite_values_open(&values, NULL) == 0 && read_real(&values, text);
}

void
lite_value_literal(
	const struct sfs_shape_column *column, bool strict, const char *text, struct sfs_str *out)
{

	if (!text) {
		sfs_str_add(out, "NULL");
	} else if (text[0] == '\\' && text[1] == 'x') {
		sfs_str_addf(out, "X'%s'", text + 2);
	} else if (text[0] == '\\' && text[1] == 'u') {
		sfs_str_addf(out, "CAST(X'%s' AS TEXT)", text + 2);
	} else if (text[0] == '\\') {
		sfs_quote_literal(out, SFS_SQLITE, text + (text[1] == 't' ? 2 : 1));
	} else if (is_number(column, strict, text)) {
		sfs_str_add(out, text);
	} else {
		sfs_quote_literal(out, SFS_SQLITE, text);
	}
}
