// SPDX-License-Identifier: MIT
/* Defaults of PostgreSQL's columns in drizzle's snapshots: literals as JavaScript has them. */
#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "migrate/snapshot.h"
#include "migrate/words.h"
#include "sql/quote.h"

static bool
is_one_of(const char *word, const char *const *words)
{
	for (; *words; words++) {
		if (strcmp(word, *words) == 0) {
			return true;
		}
	}
	return false;
}

static json_t *
number_of(const char *text)
{
	char *end;

	errno = 0;
	long long whole = strtoll(text, &end, 10);
	if (*text && !*end && !errno) {
		return json_integer(whole);
	}
	double real = strtod(text, &end);
	return *text && !*end ? json_real(real) : NULL;
}

/* '{"a": 1}' as JSON.stringify() without spaces writes it; as it is when it is no JSON. */
static void
add_compact(const char *value, struct sfs_str *out)
{
	json_t *json = json_loads(value, JSON_DECODE_ANY, NULL);
	char *text sfs_auto(free) =
		json ? json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY) : sfs_strdup(value);

	sfs_str_add(out, text);
	json_decref(json);
}

/* '{a,b}' of text as drizzle writes it: '{"a","b"}'. */
static void
add_array(const char *value, bool quote, struct sfs_str *out)
{
	bool inside = false, fresh = true, own = false;

	for (const char *c = value; *c; c++) {
		bool ends = !inside && (*c == ',' || *c == '}');

		if (ends && own) {
			sfs_str_addc(out, '"');
		}
		own = ends ? false : own;
		if (*c == '"' && (c == value || c[-1] != '\\')) {
			inside = !inside;
		} else if (quote && fresh && !inside && *c != '{' && *c != '}' && *c != ',') {
			sfs_str_addc(out, '"');
			own = true;
		}
		sfs_str_addc(out, *c);
		fresh = !inside && (*c == ',' || *c == '{');
	}
}

static void
add_literal(const char *value, struct sfs_str *out)
{
	sfs_str_addc(out, '\'');
	for (const char *c = value; *c; c++) {
		sfs_str_add(out, *c == '\'' ? "''" : (char[]){ *c, 0 });
	}
	sfs_str_addc(out, '\'');
}

/* A literal, without its cast, by the type of its column. */
static json_t *
literal_of(const char *type, const char *value)
{
	static const char *const numbers[] = { "smallint", "integer", "bigint", "real",
		"double precision", NULL };
	static const char *const unquoted[] = { "smallint[]", "integer[]", "bigint[]", "real[]",
		"double precision[]", "boolean[]", NULL };
	struct sfs_str inner sfs_auto(str) = SFS_STR_INIT, out sfs_auto(str) = SFS_STR_INIT;
	bool json = strcmp(type, "json") == 0 || strcmp(type, "jsonb") == 0;
	json_t *number = is_one_of(type, numbers) ? number_of(value) : NULL;

	if (number) {
		return number;
	}
	if (json) {
		add_compact(value, &inner);
	} else if (sfs_ends_with(type, "[]")) {
		add_array(value, !is_one_of(type, unquoted), &inner);
	} else {
		sfs_str_add(&inner, value);
	}
	add_literal(sfs_str_text(&inner), &out);
	if (json) {
		sfs_str_addf(&out, "::%s", type);
	}
	return sfs_snapshot_string(sfs_str_text(&out));
}

/* The value of 'x', 'x'::type, 1, -1, (-1), or false for what is no literal. */
static bool
read_literal(const struct sfs_words *words, struct sfs_str *value)
{
	size_t n = words->tokens.len, at = 0;

	if (n && words->tokens.items[0].type == SFS_TOKEN_STRING) {
		const struct sfs_token *token = &words->tokens.items[0];

		for (size_t i = 2; i < n; i++) {
			if (words->tokens.items[i].type == SFS_TOKEN_STRING ||
				sfs_words_are(words, i, "::")) {
				return false;
			}
		}
		return (n == 1 || sfs_words_are(words, 1, "::")) &&
		       sfs_unquote_literal(
			       value, words->dialect, words->text + token->offset, token->len) == 0;
	}
	if (sfs_words_are(words, 0, "(") && sfs_words_past(words, 0) == n) {
		at++;
		n--;
	}
	bool negative = sfs_words_are(words, at, "-");
	if (at + negative + 1 != n || words->tokens.items[at + negative].type != SFS_TOKEN_NUMBER) {
		return false;
	}
	sfs_str_add(value, negative ? "-" : "");
	sfs_words_add(words, at + negative, n, value);
	return true;
}

json_t *
sfs_snapshot_postgres_default(const char *type, const char *text)
{
	struct sfs_words words sfs_auto(words) = { 0 };
	struct sfs_str value sfs_auto(str) = SFS_STR_INIT, out sfs_auto(str) = SFS_STR_INIT;

	sfs_words_cut(&words, SFS_POSTGRES, text);
	if (words.tokens.len == 1 &&
		(sfs_words_are(&words, 0, "true") || sfs_words_are(&words, 0, "false"))) {
		return json_boolean(sfs_words_are(&words, 0, "true"));
	}
	if (read_literal(&words, &value)) {
		return literal_of(type, sfs_str_text(&value));
	}
	size_t n = words.tokens.len;
	bool wrapped = sfs_words_are(&words, 0, "(") && sfs_words_past(&words, 0) == n;
	sfs_words_add(&words, wrapped, n - wrapped, &out);
	return sfs_snapshot_expression(SFS_POSTGRES, NULL, sfs_str_text(&out), false);
}
