// SPDX-License-Identifier: MIT
/* Names and strings to SQL, and back. */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "sql/quote.h"

/* PostgreSQL's NAMEDATALEN, less its NUL: longer names are cut there without an error. */
#define POSTGRES_NAME_MAX 63

static bool
is_safe(enum sfs_dialect dialect, const char *name)
{
	for (const char *at = name; *at; at++) {
		bool letter = (*at >= 'a' && *at <= 'z') || *at == '_' ||
			      (dialect == SFS_SQLITE && *at >= 'A' && *at <= 'Z');

		if (!letter && (at == name || *at < '0' || *at > '9')) {
			return false;
		}
	}
	return *name && !sfs_is_keyword(dialect, name);
}

static void
add_doubled(struct sfs_str *out, const char *text, char quote, bool backslash)
{
	sfs_str_addc(out, quote);
	for (const char *at = text; *at; at++) {
		if (*at == quote || (backslash && *at == '\\')) {
			sfs_str_addc(out, *at);
		}
		sfs_str_addc(out, *at);
	}
	sfs_str_addc(out, quote);
}

void
sfs_quote_name(struct sfs_str *out, enum sfs_dialect dialect, const char *name)
{
	if (is_safe(dialect, name)) {
		sfs_str_add(out, name);
	} else {
		add_doubled(out, name, '"', false);
	}
}

void
sfs_quote_qualified(
	struct sfs_str *out, enum sfs_dialect dialect, const char *namespace, const char *name)
{
	if (namespace) {
		sfs_quote_name(out, dialect, namespace);
		sfs_str_addc(out, '.');
	}
	sfs_quote_name(out, dialect, name);
}

void
sfs_quote_literal(struct sfs_str *out, enum sfs_dialect dialect, const char *text)
{
	bool backslash = dialect == SFS_POSTGRES && strchr(text, '\\');

	if (backslash) {
		sfs_str_addc(out, 'E');
	}
	add_doubled(out, text, '\'', backslash);
}

void
sfs_quote_dollar(struct sfs_str *out, const char *word, const char *text)
{
	struct sfs_str mark sfs_auto(str) = SFS_STR_INIT;

	sfs_str_addf(&mark, "$%s", word);
	while (strstr(text, sfs_str_text(&mark))) {
		sfs_str_addc(&mark, '_');
	}
	sfs_str_addf(out, "%s$%s%s$", mark.text, text, mark.text);
}

static void
add_utf8(struct sfs_str *out, uint32_t code)
{
	if (code < 0x80) {
		sfs_str_addc(out, (char)code);
	} else if (code < 0x800) {
		sfs_str_addc(out, (char)(0xC0 | code >> 6));
		sfs_str_addc(out, (char)(0x80 | (code & 0x3F)));
	} else if (code < 0x10000) {
		sfs_str_addc(out, (char)(0xE0 | code >> 12));
		sfs_str_addc(out, (char)(0x80 | (code >> 6 & 0x3F)));
		sfs_str_addc(out, (char)(0x80 | (code & 0x3F)));
	} else {
		sfs_str_addc(out, (char)(0xF0 | code >> 18));
		sfs_str_addc(out, (char)(0x80 | (code >> 12 & 0x3F)));
		sfs_str_addc(out, (char)(0x80 | (code >> 6 & 0x3F)));
		sfs_str_addc(out, (char)(0x80 | (code & 0x3F)));
	}
}

/* Reads up to `max` digits of that base; the number read is how many there were. */
static size_t
read_digits(const char *text, size_t len, unsigned base, size_t max, uint32_t *ret_value)
{
	size_t n = 0;
	uint32_t value = 0;

	for (; n < len && n < max; n++) {
		char c = text[n];
		unsigned digit = c >= '0' && c <= '9' ? (unsigned)(c - '0')
				 : (c | 32) >= 'a' && (c | 32) <= 'f'
					 ? (unsigned)((c | 32) - 'a') + 10
					 : 16;

		if (digit >= base) {
			break;
		}
		value = value * base + digit;
	}
	*ret_value = value;
	return n;
}

/* What stands between the quotes of a token, and how it is to be read. */
struct quoted {
	const char *text; /* from the opening quote on */
	size_t len;
	char close;
	bool doubled;   /* a doubled quote stands for one */
	bool backslash; /* E'...' */
	bool unicode;   /* U&'...' and U&"...": escapes \XXXX and \+XXXXXX */
	uint32_t high;  /* the first half of a surrogate pair, waiting for the other */
};

/* Takes a code point in; halves of a pair are joined, and invalid ones dropped. */
static void
add_code(struct sfs_str *out, struct quoted *q, uint32_t code)
{
	if (code >= 0xD800 && code < 0xDC00) {
		q->high = code;
	} else if (code >= 0xDC00 && code < 0xE000) {
		if (q->high) {
			add_utf8(out, 0x10000 + ((q->high - 0xD800) << 10) + (code - 0xDC00));
		}
		q->high = 0;
	} else if (code && code <= 0x10FFFF) {
		add_utf8(out, code);
		q->high = 0;
	}
}

/* `text` follows a backslash; returns how many bytes of it belong to the escape. */
static size_t
add_unicode_escape(struct sfs_str *out, struct quoted *q, const char *text, size_t len)
{
	uint32_t code;

	if (len && text[0] == '\\') {
		sfs_str_addc(out, '\\');
		return 1;
	}
	if (len && text[0] == '+' && read_digits(text + 1, len - 1, 16, 6, &code) == 6) {
		add_code(out, q, code);
		return 7;
	}
	if (read_digits(text, len, 16, 4, &code) == 4) {
		add_code(out, q, code);
		return 4;
	}
	sfs_str_addc(out, '\\');
	return 0;
}

static size_t
add_backslash_escape(struct sfs_str *out, struct quoted *q, const char *text, size_t len)
{
	static const char from[] = "bfnrtv", to[] = "\b\f\n\r\t\v";
	uint32_t code;
	size_t n;

	if (!len) {
		return 0;
	}
	const char *simple = text[0] ? strchr(from, text[0]) : NULL;
	if (simple) {
		sfs_str_addc(out, to[simple - from]);
		return 1;
	}
	if (text[0] == 'x' && (n = read_digits(text + 1, len - 1, 16, 2, &code))) {
		sfs_str_addc(out, (char)code);
		return n + 1;
	}
	if (text[0] == 'u' && read_digits(text + 1, len - 1, 16, 4, &code) == 4) {
		add_code(out, q, code);
		return 5;
	}
	if (text[0] == 'U' && read_digits(text + 1, len - 1, 16, 8, &code) == 8) {
		add_code(out, q, code);
		return 9;
	}
	if ((n = read_digits(text, len, 8, 3, &code))) {
		sfs_str_addc(out, (char)code);
		return n;
	}
	sfs_str_addc(out, text[0]);
	return 1;
}

/* Adds what one quoted piece stands for; returns where it ends, past the closing quote. */
static size_t
add_piece(struct sfs_str *out, struct quoted *q)
{
	size_t at = 1;

	while (at < q->len) {
		char c = q->text[at];

		if (c == q->close) {
			if (!q->doubled || at + 1 >= q->len || q->text[at + 1] != c) {
				return at + 1;
			}
			sfs_str_addc(out, c);
			at += 2;
		} else if (c == '\\' && q->unicode) {
			at += 1 + add_unicode_escape(out, q, q->text + at + 1, q->len - at - 1);
		} else if (c == '\\' && q->backslash) {
			at += 1 + add_backslash_escape(out, q, q->text + at + 1, q->len - at - 1);
		} else {
			sfs_str_addc(out, c);
			at++;
		}
	}
	return q->len;
}

static void
unquote(struct sfs_str *out, struct quoted q)
{
	/* A string of PostgreSQL's may go on on another line, after comments even. */
	for (;;) {
		size_t end = add_piece(out, &q);

		q.text += end;
		q.len -= end;
		while (q.len && q.text[0] != q.close) {
			const char *newline = q.len > 1 && memcmp(q.text, "--", 2) == 0
						      ? memchr(q.text, '\n', q.len)
						      : q.text;
			size_t skip = newline ? (size_t)(newline - q.text) + 1 : q.len;

			q.text += skip;
			q.len -= skip;
		}
		if (!q.len) {
			return;
		}
	}
}

/* Cuts what was added since `start` to a name's length, between characters. */
static void
cut_name(struct sfs_str *out, size_t start)
{
	if (out->len - start <= POSTGRES_NAME_MAX) {
		return;
	}
	size_t len = POSTGRES_NAME_MAX;
	while (len && ((unsigned char)out->text[start + len] & 0xC0) == 0x80) {
		len--;
	}
	sfs_str_truncate(out, start + len);
}

void
sfs_unquote_name(struct sfs_str *out, enum sfs_dialect dialect, const char *token, size_t len)
{
	size_t start = out->len;
	bool unicode = dialect == SFS_POSTGRES && len > 2 && (token[0] | 32) == 'u' &&
		       token[1] == '&' && token[2] == '"';

	if (unicode) {
		unquote(out, (struct quoted){ token + 2, len - 2, '"', true, .unicode = true });
	} else if (len && token[0] == '[' && dialect == SFS_SQLITE) {
		unquote(out, (struct quoted){ token, len, ']', false });
	} else if (len && (token[0] == '"' || (dialect == SFS_SQLITE && strchr("`'", token[0])))) {
		unquote(out, (struct quoted){ token, len, token[0], true });
	} else {
		for (size_t i = 0; i < len; i++) {
			bool folded = dialect == SFS_POSTGRES && token[i] >= 'A' && token[i] <= 'Z';

			sfs_str_addc(out, folded ? (char)(token[i] + 32) : token[i]);
		}
	}
	if (dialect == SFS_POSTGRES) {
		cut_name(out, start);
	}
}

void
sfs_unquote_token(struct sfs_str *out, const struct sfs_lexer *lexer, const struct sfs_token *token)
{
	sfs_str_truncate(out, 0);
	if (token->type == SFS_TOKEN_WORD || token->type == SFS_TOKEN_QUOTED) {
		sfs_unquote_name(out, lexer->dialect, lexer->text + token->offset, token->len);
	} else {
		sfs_str_addn(out, lexer->text + token->offset, token->len);
	}
}

static int
unquote_dollar(struct sfs_str *out, const char *token, size_t len)
{
	const char *open = len > 1 ? memchr(token + 1, '$', len - 1) : NULL;
	size_t tag = open ? (size_t)(open - token) + 1 : 0;

	if (!tag || len < 2 * tag || memcmp(token, token + len - tag, tag) != 0) {
		return -EINVAL;
	}
	sfs_str_addn(out, token + tag, len - 2 * tag);
	return 0;
}

int
sfs_unquote_literal(struct sfs_str *out, enum sfs_dialect dialect, const char *token, size_t len)
{
	struct sfs_lexer lexer;
	struct sfs_token whole;

	sfs_lexer_init(&lexer, dialect, token, len);
	if (!sfs_lexer_next(&lexer, &whole) || whole.type != SFS_TOKEN_STRING || whole.len != len) {
		return -EINVAL;
	}
	size_t prefix = 0;
	char kind = token[0] | 32;
	if (token[0] == '$') {
		return unquote_dollar(out, token, len);
	}
	if (token[0] != '\'') {
		prefix = kind == 'u' ? 2 : 1;
	}
	/* The value of b'..' and x'..' is bits and bytes, not text. */
	if (prefix && (kind == 'b' || kind == 'x')) {
		return -EINVAL;
	}
	unquote(out,
		(struct quoted){ token + prefix, len - prefix, '\'', true,
			.backslash = prefix && kind == 'e', .unicode = prefix && kind == 'u' });
	return 0;
}

bool
sfs_same_name(enum sfs_dialect dialect, const char *a, const char *b)
{
	return dialect == SFS_SQLITE && a && b ? strcasecmp(a, b) == 0 : sfs_streq(a, b);
}
