// SPDX-License-Identifier: MIT
/* Takes the passwords out of text that a person or a log will see. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/redact.h"

#define MASK "****"

/* What is left to read, and what has been written so far. */
struct redactor {
	const char *text;
	size_t len;
	size_t at;
	size_t run_end, last_at; /* see find_run() */
	struct sfs_str out;
};

static char
peek(const struct redactor *r, size_t at)
{
	return at < r->len ? r->text[at] : '\0';
}

static bool
is_space(char c)
{
	return isspace((unsigned char)c);
}

static bool
is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Copies up to `start` and puts the mask for what stands between `start` and `end`. */
static void
mask(struct redactor *r, size_t start, size_t end)
{
	sfs_str_addn(&r->out, r->text + r->at, start - r->at);
	if (end > start) {
		sfs_str_add(&r->out, MASK);
	}
	r->at = end;
}

/* Finds where the run of text at `at` ends that a URI can be in, and the last `@` in it. */
static void
find_run(struct redactor *r, size_t at)
{
	r->last_at = 0;
	for (; at < r->len && !is_space(r->text[at]) && !strchr("'\"`<>", r->text[at]); at++) {
		if (r->text[at] == '@') {
			r->last_at = at;
		}
	}
	r->run_end = at;
}

/*
 * `://user:SECRET@`. The secret goes up to the last `@` that can end it: a password with an `@` or
 * `/` that nobody encoded must not leak its tail, and a little too much hidden does no harm.
 */
static void
redact_userinfo(struct redactor *r, size_t at)
{
	if (at >= r->run_end) {
		find_run(r, at);
	}
	while (at < r->run_end && !strchr(":@/?#", r->text[at])) {
		at++;
	}
	if (at < r->last_at && r->text[at] == ':') {
		mask(r, at + 1, r->last_at);
	}
}

/* The end of a value in quotes; `at` is its first byte. Both \' and '' stand for a quote. */
static size_t
quoted_end(const struct redactor *r, size_t at, char quote)
{
	for (; at < r->len; at++) {
		if (r->text[at] == '\\') {
			at++;
		} else if (r->text[at] == quote) {
			if (peek(r, at + 1) != quote) {
				return at;
			}
			at++;
		}
	}
	return r->len;
}

/* The same for a value between doubled quotes: a connection string inside an SQL literal. */
static size_t
doubled_end(const struct redactor *r, size_t at)
{
	for (; at < r->len; at++) {
		if (r->text[at] == '\\') {
			at++;
		} else if (r->text[at] == '\'' && peek(r, at + 1) == '\'') {
			return at;
		}
	}
	return r->len;
}

static size_t
bare_end(const struct redactor *r, size_t at, bool query)
{
	for (; at < r->len && !is_space(r->text[at]); at++) {
		if (query && strchr("&#'\"", r->text[at])) {
			break;
		}
		if (r->text[at] == '\\' && !query) {
			at++;
		}
	}
	return at < r->len ? at : r->len;
}

static size_t
skip_space(const struct redactor *r, size_t at)
{
	while (is_space(peek(r, at))) {
		at++;
	}
	return at;
}

static void
redact_value(struct redactor *r, size_t at, bool query)
{
	if (peek(r, at) == '\'' && peek(r, at + 1) == '\'') {
		if (peek(r, at + 2) && !is_space(peek(r, at + 2))) {
			mask(r, at + 2, doubled_end(r, at + 2));
		}
	} else if (peek(r, at) == '\'' || peek(r, at) == '"') {
		mask(r, at + 1, quoted_end(r, at + 1, peek(r, at)));
	} else {
		mask(r, at, bare_end(r, at, query));
	}
}

/*
 * A word that ends in "password", from `start` to `end`: `password=x`, `sslpassword = 'x'`,
 * `?password=x`, `PGPASSWORD=x`, SQL's `PASSWORD 'x'`, and JSON's `"password": "x"`.
 */
static void
redact_keyword(struct redactor *r, size_t start, size_t end)
{
	bool query = start && strchr("?&", r->text[start - 1]);
	size_t at = skip_space(r, end);

	if (peek(r, at) == '=') {
		redact_value(r, query ? at + 1 : skip_space(r, at + 1), query);
	} else if (peek(r, end) == '"' && peek(r, skip_space(r, end + 1)) == ':') {
		at = skip_space(r, skip_space(r, end + 1) + 1);
		if (peek(r, at) == '"') {
			redact_value(r, at, false);
		}
	} else if (peek(r, at) == '\'' && at > end) {
		redact_value(r, at, false);
	} else if ((peek(r, at) == 'E' || peek(r, at) == 'e') && peek(r, at + 1) == '\'') {
		redact_value(r, at + 1, false);
	}
}

static size_t
word_end(const struct redactor *r, size_t at)
{
	while (is_word(peek(r, at))) {
		at++;
	}
	return at;
}

void
sfs_redact(struct sfs_str *text)
{
	static const char key[] = "password";
	const size_t key_len = sizeof key - 1;
	struct redactor r = { .text = sfs_str_text(text), .len = text->len };

	for (size_t at = 0; at < r.len;) {
		size_t end = word_end(&r, at);

		if (end - at >= key_len && strncasecmp(r.text + end - key_len, key, key_len) == 0) {
			redact_keyword(&r, at, end);
		} else if (end == at && r.len - at > 3 && memcmp(r.text + at, "://", 3) == 0) {
			redact_userinfo(&r, at + 3);
			end = at + 3;
		}
		at = end > at ? end : at + 1;
		at = r.at > at ? r.at : at;
	}
	if (r.at) {
		sfs_str_addn(&r.out, r.text + r.at, r.len - r.at);
		sfs_str_finish(text);
		*text = r.out;
	}
}
