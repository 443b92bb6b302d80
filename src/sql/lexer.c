// SPDX-License-Identifier: MIT
/* Cuts SQL into tokens as the servers' own scanners do. */
#include <string.h>
#include <strings.h>

#include "sql/lexer.h"

/* PostgreSQL refuses longer ones; here it keeps a row of signs from being scanned once for each. */
#define OPERATOR_MAX 63

/* Of a variable's index; it keeps open parentheses from being looked past once for each. */
#define INDEX_MAX 255

void
sfs_lexer_init(struct sfs_lexer *lexer, enum sfs_dialect dialect, const char *text, size_t len)
{
	*lexer = (struct sfs_lexer){ .text = text, .len = len, .dialect = dialect };
}

static char
peek(const struct sfs_lexer *lexer, size_t at)
{
	return at < lexer->len ? lexer->text[at] : '\0';
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_hex(char c)
{
	return is_digit(c) || ((c | 32) >= 'a' && (c | 32) <= 'f');
}

static bool
is_word_start(char c)
{
	return ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_' || (unsigned char)c >= 0x80;
}

static bool
is_word(char c)
{
	return is_word_start(c) || is_digit(c) || c == '$';
}

static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool
is_one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

/*
 * The functions below return where the token that starts at `at` ends. `broken` is set, and the end
 * is that of the text, when what closes it is missing.
 */

static size_t
space_end(const struct sfs_lexer *lexer, size_t at)
{
	/* Files from some editors start with a byte order mark. */
	if (at == 0 && lexer->len >= 3 && memcmp(lexer->text, "\xef\xbb\xbf", 3) == 0) {
		at = 3;
	}
	while (is_space(peek(lexer, at))) {
		at++;
	}
	return at;
}

static size_t
line_end(const struct sfs_lexer *lexer, size_t at)
{
	const char *newline = memchr(lexer->text + at, '\n', lexer->len - at);
	size_t end = newline ? (size_t)(newline - lexer->text) : lexer->len;

	if (lexer->dialect == SFS_POSTGRES) {
		const char *cr = memchr(lexer->text + at, '\r', end - at);

		end = cr ? (size_t)(cr - lexer->text) : end;
	}
	return end;
}

/* PostgreSQL's comments nest; SQLite's last one need not be closed. */
static size_t
block_comment_end(const struct sfs_lexer *lexer, size_t at, bool *broken)
{
	size_t depth = 1;

	for (at += 2; at < lexer->len; at++) {
		if (lexer->text[at] == '*' && peek(lexer, at + 1) == '/') {
			at++;
			if (--depth == 0) {
				return at + 1;
			}
		} else if (lexer->dialect == SFS_POSTGRES && lexer->text[at] == '/' &&
			   peek(lexer, at + 1) == '*') {
			at++;
			depth++;
		}
	}
	*broken = lexer->dialect == SFS_POSTGRES;
	return lexer->len;
}

/* What keeps a quote from ending a string. */
enum escape {
	NOTHING = 0,
	DOUBLING = 1,
	BACKSLASH = 2,
};

/* `at` stands on the opening quote. */
static size_t
quoted_end(const struct sfs_lexer *lexer, size_t at, unsigned escapes, bool *broken)
{
	char quote = lexer->text[at];

	for (at++; at < lexer->len; at++) {
		if (escapes & BACKSLASH && lexer->text[at] == '\\') {
			at++;
		} else if (lexer->text[at] == quote) {
			if (!(escapes & DOUBLING) || peek(lexer, at + 1) != quote) {
				return at + 1;
			}
			at++;
		}
	}
	*broken = true;
	return lexer->len;
}

static size_t
bracket_end(const struct sfs_lexer *lexer, size_t at, bool *broken)
{
	const char *close = memchr(lexer->text + at, ']', lexer->len - at);

	*broken = !close;
	return close ? (size_t)(close - lexer->text) + 1 : lexer->len;
}

/*
 * PostgreSQL goes on with a string after white space that has a newline in it (and maybe comments
 * of the -- kind). Returns where the next quote stands, or 0 when the string is over.
 */
static size_t
continued_at(const struct sfs_lexer *lexer, size_t at)
{
	bool newline = false;

	for (; at < lexer->len; at++) {
		char c = lexer->text[at];

		if (c == '-' && peek(lexer, at + 1) == '-') {
			at = line_end(lexer, at) - 1;
		} else if (c == '\n' || c == '\r') {
			newline = true;
		} else if (c == '\'') {
			return newline ? at : 0;
		} else if (!is_space(c)) {
			return 0;
		}
	}
	return 0;
}

static size_t
string_end(const struct sfs_lexer *lexer, size_t at, unsigned escapes, bool *broken)
{
	size_t end = quoted_end(lexer, at, escapes, broken);

	while (lexer->dialect == SFS_POSTGRES && !*broken) {
		size_t next = continued_at(lexer, end);

		if (!next) {
			break;
		}
		end = quoted_end(lexer, next, escapes, broken);
	}
	return end;
}

/* `$tag$ ... $tag$`. Returns `at` when no such string starts there. */
static size_t
dollar_end(const struct sfs_lexer *lexer, size_t at, bool *broken)
{
	size_t open = at + 1;

	if (peek(lexer, open) != '$') {
		if (!is_word_start(peek(lexer, open))) {
			return at;
		}
		while (is_word(peek(lexer, open)) && peek(lexer, open) != '$') {
			open++;
		}
		if (peek(lexer, open) != '$') {
			return at;
		}
	}
	open++;
	const char *close =
		memmem(lexer->text + open, lexer->len - open, lexer->text + at, open - at);
	*broken = !close;
	return close ? (size_t)(close - lexer->text) + (open - at) : lexer->len;
}

/* Digits, which `_` may hold apart. */
static size_t
digits_end(const struct sfs_lexer *lexer, size_t at, bool (*is_digit_of)(char))
{
	while (is_digit_of(peek(lexer, at)) ||
		(peek(lexer, at) == '_' && at && is_digit_of(lexer->text[at - 1]) &&
			is_digit_of(peek(lexer, at + 1)))) {
		at++;
	}
	return at;
}

static size_t
number_end(const struct sfs_lexer *lexer, size_t at)
{
	if (lexer->text[at] == '0' && is_one_of(peek(lexer, at + 1), "xXoObB") &&
		is_hex(peek(lexer, at + 2)) &&
		(lexer->dialect == SFS_POSTGRES || (lexer->text[at + 1] | 32) == 'x')) {
		return digits_end(lexer, at + 2, is_hex);
	}
	at = digits_end(lexer, at, is_digit);
	/* In PostgreSQL `1..2` is a range of PL/pgSQL's: 1, two dots, 2. */
	if (peek(lexer, at) == '.' &&
		!(lexer->dialect == SFS_POSTGRES && peek(lexer, at + 1) == '.')) {
		at = is_digit(peek(lexer, at + 1)) ? digits_end(lexer, at + 1, is_digit) : at + 1;
	}
	if ((peek(lexer, at) | 32) == 'e') {
		size_t exponent = at + 1 + is_one_of(peek(lexer, at + 1), "+-");

		if (is_digit(peek(lexer, exponent))) {
			at = digits_end(lexer, exponent, is_digit);
		}
	}
	return at;
}

static size_t
word_end(const struct sfs_lexer *lexer, size_t at)
{
	while (is_word(peek(lexer, at))) {
		at++;
	}
	return at;
}

/* scan.l: an operator ends where a comment starts, and in + or - only if it holds certain others. */
static size_t
postgres_operator_end(const struct sfs_lexer *lexer, size_t at)
{
	size_t end = at;
	bool free_end = false;

	while (end - at < OPERATOR_MAX && is_one_of(peek(lexer, end), "~!@#^&|`?+-*/%<>=")) {
		char c = lexer->text[end], next = peek(lexer, end + 1);

		if (end > at && ((c == '/' && next == '*') || (c == '-' && next == '-'))) {
			break;
		}
		free_end = free_end || is_one_of(c, "~!@#^&|`?%");
		end++;
	}
	while (!free_end && end > at + 1 && is_one_of(lexer->text[end - 1], "+-")) {
		end--;
	}
	return end > at ? end : at + 1;
}

static size_t
sqlite_operator_end(const struct sfs_lexer *lexer, size_t at)
{
	static const char *const operators[] = { "->>", "->", "==", "<=", "<>", "<<", ">=", ">>",
		"!=", "||" };

	for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
		size_t len = strlen(operators[i]);

		if (len <= lexer->len - at && memcmp(lexer->text + at, operators[i], len) == 0) {
			return at + len;
		}
	}
	return at + 1;
}

/* Tcl's array index after a variable's name: its end, or `at` when it is none. */
static size_t
index_end(const struct sfs_lexer *lexer, size_t at)
{
	size_t end = at + 1;

	while (end - at < INDEX_MAX && peek(lexer, end) && peek(lexer, end) != ')' &&
		!is_space(peek(lexer, end))) {
		end++;
	}
	return peek(lexer, end) == ')' ? end + 1 : at;
}

/* SQLite's `:a`, `@a`, `#a` and `$a`, which may hold `::` and end in `(...)`, as Tcl has it. */
static size_t
variable_end(const struct sfs_lexer *lexer, size_t start)
{
	size_t at = start + 1, n = 0;

	for (; at < lexer->len; at++) {
		if (is_word(lexer->text[at])) {
			n++;
		} else if (lexer->text[at] == '(' && n) {
			return index_end(lexer, at);
		} else if (lexer->text[at] == ':' && peek(lexer, at + 1) == ':') {
			at++;
		} else {
			break;
		}
	}
	return n ? at : start;
}

/*
 * A token that starts with a letter but is a string or a quoted name: sets `type` and returns its
 * end, or `at` when it is a word.
 */
static size_t
prefixed_end(const struct sfs_lexer *lexer, size_t at, enum sfs_token_type *type, bool *broken)
{
	char c = lexer->text[at] | 32, next = peek(lexer, at + 1);

	*type = SFS_TOKEN_STRING;
	if (lexer->dialect == SFS_SQLITE) {
		return c == 'x' && next == '\'' ? quoted_end(lexer, at + 1, NOTHING, broken) : at;
	}
	if (next == '\'' && is_one_of(c, "bexn") && lexer->text[at] != '_') {
		unsigned escapes = c == 'e' ? DOUBLING | BACKSLASH : c == 'n' ? DOUBLING : NOTHING;

		return string_end(lexer, at + 1, escapes, broken);
	}
	if (c == 'u' && next == '&' && peek(lexer, at + 2) == '\'') {
		return string_end(lexer, at + 2, DOUBLING, broken);
	}
	if (c == 'u' && next == '&' && peek(lexer, at + 2) == '"') {
		*type = SFS_TOKEN_QUOTED;
		return quoted_end(lexer, at + 2, DOUBLING, broken);
	}
	return at;
}

/* What starts with a character that only one of the dialects knows; `at` when nothing does. */
static size_t
own_end(const struct sfs_lexer *lexer, size_t at, enum sfs_token_type *type, bool *broken)
{
	char c = lexer->text[at];

	if (lexer->dialect == SFS_POSTGRES) {
		if (c != '$') {
			return at;
		}
		*type = is_digit(peek(lexer, at + 1)) ? SFS_TOKEN_PARAMETER : SFS_TOKEN_STRING;
		return *type == SFS_TOKEN_PARAMETER ? digits_end(lexer, at + 1, is_digit)
						    : dollar_end(lexer, at, broken);
	}
	*type = SFS_TOKEN_QUOTED;
	if (c == '`') {
		return quoted_end(lexer, at, DOUBLING, broken);
	}
	if (c == '[') {
		return bracket_end(lexer, at, broken);
	}
	*type = SFS_TOKEN_PARAMETER;
	if (c == '?') {
		return digits_end(lexer, at + 1, is_digit);
	}
	return is_one_of(c, ":@#$") ? variable_end(lexer, at) : at;
}

static size_t
operator_end(const struct sfs_lexer *lexer, size_t at)
{
	if (is_one_of(lexer->text[at], "(),;.[]:")) {
		/* Two dots are one operator of PostgreSQL's, or `1..10` would end in a `.10`. */
		bool range = lexer->dialect == SFS_POSTGRES && lexer->text[at] == '.' &&
			     peek(lexer, at + 1) == '.';

		return at + 1 + range;
	}
	return lexer->dialect == SFS_POSTGRES ? postgres_operator_end(lexer, at)
					      : sqlite_operator_end(lexer, at);
}

/* SQLite takes a slash and a star that end the text for two operators. */
static bool
is_block_comment(const struct sfs_lexer *lexer, size_t at)
{
	return lexer->text[at] == '/' && peek(lexer, at + 1) == '*' &&
	       (lexer->dialect == SFS_POSTGRES || at + 2 < lexer->len);
}

/* The type of the token at `at`; `ret_end` is where it ends. */
static enum sfs_token_type
scan(const struct sfs_lexer *lexer, size_t at, size_t *ret_end, bool *broken)
{
	enum sfs_token_type type;
	char c = lexer->text[at];

	if ((*ret_end = space_end(lexer, at)) > at) {
		return SFS_TOKEN_SPACE;
	}
	if (c == '-' && peek(lexer, at + 1) == '-') {
		*ret_end = line_end(lexer, at);
		return SFS_TOKEN_COMMENT;
	}
	if (is_block_comment(lexer, at)) {
		*ret_end = block_comment_end(lexer, at, broken);
		return SFS_TOKEN_COMMENT;
	}
	if (c == '\'') {
		*ret_end = string_end(lexer, at, DOUBLING, broken);
		return SFS_TOKEN_STRING;
	}
	if (c == '"') {
		*ret_end = quoted_end(lexer, at, DOUBLING, broken);
		return SFS_TOKEN_QUOTED;
	}
	if (is_digit(c) || (c == '.' && is_digit(peek(lexer, at + 1)))) {
		*ret_end = number_end(lexer, at);
		return SFS_TOKEN_NUMBER;
	}
	if (is_word_start(c)) {
		if ((*ret_end = prefixed_end(lexer, at, &type, broken)) > at) {
			return type;
		}
		*ret_end = word_end(lexer, at);
		return SFS_TOKEN_WORD;
	}
	if ((*ret_end = own_end(lexer, at, &type, broken)) > at) {
		return type;
	}
	*ret_end = operator_end(lexer, at);
	return SFS_TOKEN_OPERATOR;
}

bool
sfs_lexer_next(struct sfs_lexer *lexer, struct sfs_token *ret_token)
{
	bool broken = false;
	size_t end;

	if (lexer->at >= lexer->len) {
		*ret_token = (struct sfs_token){ SFS_TOKEN_END, lexer->len, 0 };
		return false;
	}
	enum sfs_token_type type = scan(lexer, lexer->at, &end, &broken);
	*ret_token =
		(struct sfs_token){ broken ? SFS_TOKEN_BROKEN : type, lexer->at, end - lexer->at };
	lexer->at = end;
	return true;
}

bool
sfs_lexer_word(struct sfs_lexer *lexer, struct sfs_token *ret_token)
{
	while (sfs_lexer_next(lexer, ret_token)) {
		if (ret_token->type != SFS_TOKEN_SPACE && ret_token->type != SFS_TOKEN_COMMENT) {
			return true;
		}
	}
	return false;
}

bool
sfs_token_is(const char *text, const struct sfs_token *token, const char *word)
{
	if (token->type != SFS_TOKEN_WORD && token->type != SFS_TOKEN_OPERATOR) {
		return false;
	}
	return strlen(word) == token->len &&
	       strncasecmp(text + token->offset, word, token->len) == 0;
}
