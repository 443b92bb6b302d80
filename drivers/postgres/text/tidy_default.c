// SPDX-License-Identifier: MIT
/* Defaults without the casts that their columns make anyway. */
#include <string.h>

#include "drivers/postgres/text/tidy.h"
#include "sql/lexer.h"

/*
 * Whether a cast to the one and a column of the other read a literal alike: the column's modifier, as in
 * "numeric(10,2)[]", is a conversion of its own; but not that of an interval, by which it is read.
 */
static bool
same_type(const char *cast, const char *type)
{
	struct sfs_lexer one, other;
	struct sfs_token a, b;

	sfs_lexer_init(&one, SFS_POSTGRES, cast, strlen(cast));
	sfs_lexer_init(&other, SFS_POSTGRES, type, strlen(type));
	for (;;) {
		bool more = sfs_lexer_word(&one, &a);
		bool more_type = sfs_lexer_word(&other, &b);

		while (more_type && sfs_token_is(type, &b, "(") &&
			!sfs_starts_with(type, "interval")) {
			while (more_type && !sfs_token_is(type, &b, ")")) {
				more_type = sfs_lexer_word(&other, &b);
			}
			more_type = more_type && sfs_lexer_word(&other, &b);
		}
		if (!more || !more_type) {
			return more == more_type;
		}
		if (a.len != b.len || memcmp(cast + a.offset, type + b.offset, a.len) != 0) {
			return false;
		}
	}
}

/* '-1' and '-0.5', of which people write the numbers. */
static bool
is_negative_number(const char *text, size_t len, const char *type)
{
	bool numeric = strcmp(type, "numeric") == 0;
	size_t dots = 0;

	if ((strcmp(type, "integer") != 0 && !numeric) || len < 4 || text[1] != '-') {
		return false;
	}
	for (size_t i = 2; i + 1 < len; i++) {
		dots += text[i] == '.';
		if ((text[i] < '0' || text[i] > '9') && (text[i] != '.' || dots > 1 || i == 2)) {
			return false;
		}
	}
	return dots == numeric && text[len - 2] != '.';
}

void
pg_tidy_default(struct sfs_str *out, const char *value, const char *type)
{
	struct sfs_lexer lexer;
	struct sfs_token literal, colon;

	sfs_lexer_init(&lexer, SFS_POSTGRES, value, strlen(value));
	if (!sfs_lexer_word(&lexer, &literal) || literal.type != SFS_TOKEN_STRING ||
		!sfs_lexer_word(&lexer, &colon) || !sfs_token_is(value, &colon, ":") ||
		!sfs_lexer_word(&lexer, &colon) || !sfs_token_is(value, &colon, ":")) {
		pg_tidy(out, value, PG_TIDY_CLAUSE, 1);
		return;
	}
	const char *cast = value + colon.offset + 1;

	if (is_negative_number(value + literal.offset, literal.len, cast)) {
		sfs_str_addn(out, value + literal.offset + 1, literal.len - 2);
	} else if (same_type(cast, type)) {
		sfs_str_addn(out, value + literal.offset, literal.len);
	} else {
		sfs_str_add(out, value);
	}
}
