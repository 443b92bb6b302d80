// SPDX-License-Identifier: MIT
/* Long statements on several lines. */
#include <string.h>

#include "base/alloc.h"
#include "drivers/postgres/text/fold.h"
#include "sql/lexer.h"

void
pg_clauses_finish(struct pg_clauses *clauses)
{
	sfs_str_finish(&clauses->text);
	sfs_vec_finish(&clauses->starts);
}

struct sfs_str *
pg_clause(struct pg_clauses *clauses)
{
	sfs_vec_push(&clauses->starts, clauses->text.len);
	return &clauses->text;
}

static size_t
width(const char *text, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		n += ((unsigned char)text[i] & 0xc0) != 0x80;
	}
	return n;
}

size_t
pg_last_width(const struct sfs_str *text)
{
	size_t from = text->len;

	while (from > 0 && text->text[from - 1] != '\n') {
		from--;
	}
	return text->len ? width(text->text + from, text->len - from) : 0;
}

static void
new_line(struct sfs_str *out, unsigned indent)
{
	sfs_str_addc(out, '\n');
	for (unsigned i = 0; i < indent * PG_INDENT_WIDTH; i++) {
		sfs_str_addc(out, ' ');
	}
}

/* ---- one long line ---- */

/* A token that is no space, and how many parentheses and brackets are open around it. */
struct piece {
	size_t from, to;
	unsigned depth;
	bool separates; /* a comma */
	bool connects;  /* AND, OR */
	bool opens, fills;
	size_t match; /* of what opens: the piece that closes */
};
struct pieces SFS_VEC_OF(struct piece);

static bool
is_one(const char *text, const struct sfs_token *token, const char *signs)
{
	return token->type == SFS_TOKEN_OPERATOR && token->len == 1 &&
	       strchr(signs, text[token->offset]);
}

/* False when the parentheses do not come out even, or when there is a comment. */
static bool
cut(const char *text, struct pieces *pieces)
{
	SFS_VEC(size_t) open = { 0 };
	struct sfs_lexer lexer;
	struct sfs_token token;
	bool after_in = false, even = true;

	sfs_lexer_init(&lexer, SFS_POSTGRES, text, strlen(text));
	while (even && sfs_lexer_next(&lexer, &token)) {
		if (token.type == SFS_TOKEN_SPACE) {
			continue;
		}
		bool closes = is_one(text, &token, ")]");

		even = token.type != SFS_TOKEN_COMMENT && token.type != SFS_TOKEN_BROKEN &&
		       (!closes || open.len);
		if (even && closes) {
			pieces->items[open.items[--open.len]].match = pieces->len;
		}
		struct piece piece = { .from = token.offset,
			.to = token.offset + token.len,
			.depth = (unsigned)open.len,
			.separates = is_one(text, &token, ","),
			.connects = sfs_token_is(text, &token, "AND") ||
				    sfs_token_is(text, &token, "OR"),
			.opens = is_one(text, &token, "(["),
			.fills = text[token.offset] == '[' || after_in };
		after_in = sfs_token_is(text, &token, "IN");
		if (piece.opens) {
			sfs_vec_push(&open, pieces->len);
		}
		sfs_vec_push(pieces, piece);
	}
	even = even && !open.len;
	sfs_vec_finish(&open);
	return even;
}

/* Whether something between the pieces, that deep, is `what`. */
static bool
has(const struct pieces *pieces, size_t from, size_t to, unsigned depth, bool commas)
{
	for (size_t i = from; i < to; i++) {
		const struct piece *piece = &pieces->items[i];

		if (piece->depth == depth && (commas ? piece->separates : piece->connects)) {
			return true;
		}
	}
	return false;
}

/* The longest parentheses among the pieces, not within others; `to` when there are none. */
static size_t
longest(const struct pieces *pieces, size_t from, size_t to)
{
	size_t best = to, len = 0;

	for (size_t i = from; i < to; i++) {
		const struct piece *piece = &pieces->items[i];

		if (!piece->opens) {
			continue;
		}
		size_t own = pieces->items[piece->match].to - piece->from;

		if (own > len && piece->match > i + 1) {
			best = i;
			len = own;
		}
		i = piece->match;
	}
	return best;
}

static void write_range(struct sfs_str *out, const char *text, const struct pieces *pieces,
	size_t from, size_t to, unsigned indent);

/* Whether an item ends with the piece at `at`: with a comma, or before AND and OR. */
static bool
ends_item(const struct pieces *pieces, size_t at, size_t to, unsigned depth, bool commas)
{
	const struct piece *piece = &pieces->items[at];

	if (at + 1 == to) {
		return true;
	}
	return commas ? piece->separates && piece->depth == depth
		      : piece[1].connects && piece[1].depth == depth;
}

/* Appends the pieces as items, a line to each, or as many to a line as it takes. */
static void
write_items(struct sfs_str *out, const char *text, const struct pieces *pieces, size_t from,
	size_t to, unsigned indent, bool fills)
{
	unsigned depth = pieces->items[from].depth;
	bool commas = has(pieces, from, to, depth, true);
	size_t start = from;

	for (size_t i = from; i < to; i++) {
		if (!ends_item(pieces, i, to, depth, commas)) {
			continue;
		}
		size_t at = pieces->items[start].from, len = pieces->items[i].to - at;
		bool beside = fills && start > from &&
			      pg_last_width(out) + 1 + width(text + at, len) <= PG_LINE_WIDTH;

		if (beside) {
			sfs_str_addc(out, ' ');
			sfs_str_addn(out, text + at, len);
		} else {
			if (start > from) {
				new_line(out, indent);
			}
			write_range(out, text, pieces, start, i + 1, indent);
		}
		start = i + 1;
	}
}

/* The parentheses to break: the longest that have several items, else what is in them. */
static bool
find_group(const struct pieces *pieces, size_t from, size_t to, size_t *ret_open)
{
	for (size_t at = longest(pieces, from, to); at < to; at = longest(pieces, from, to)) {
		const struct piece *open = &pieces->items[at];

		from = at + 1;
		to = open->match;
		if (has(pieces, from, to, open->depth + 1, true) ||
			has(pieces, from, to, open->depth + 1, false)) {
			*ret_open = at;
			return true;
		}
	}
	return false;
}

/* Appends the pieces behind a line's indentation, on several lines if they are too long for one. */
static void
write_range(struct sfs_str *out, const char *text, const struct pieces *pieces, size_t from,
	size_t to, unsigned indent)
{
	const struct piece *first = &pieces->items[from], *last = &pieces->items[to - 1];
	size_t len = width(text + first->from, last->to - first->from), open;

	if (len + indent * PG_INDENT_WIDTH < PG_LINE_WIDTH) {
		sfs_str_addn(out, text + first->from, last->to - first->from);
	} else if (has(pieces, from + 1, to, first->depth, false)) {
		write_items(out, text, pieces, from, to, indent + 1, false);
	} else if (find_group(pieces, from, to, &open)) {
		size_t close = pieces->items[open].match;

		sfs_str_addn(out, text + first->from, pieces->items[open].to - first->from);
		new_line(out, indent + 1);
		write_items(
			out, text, pieces, open + 1, close, indent + 1, pieces->items[open].fills);
		new_line(out, indent);
		sfs_str_addn(out, text + pieces->items[close].from,
			last->to - pieces->items[close].from);
	} else {
		sfs_str_addn(out, text + first->from, last->to - first->from);
	}
}

void
pg_fold(struct sfs_str *out, const char *text, unsigned indent)
{
	struct pieces pieces = { 0 };

	if (strchr(text, '\n') || !cut(text, &pieces) || !pieces.len) {
		sfs_str_add(out, text);
	} else {
		/* One character less is a line: something comes behind it, a comma or a semicolon. */
		write_range(out, text, &pieces, 0, pieces.len, indent);
	}
	sfs_vec_finish(&pieces);
}

/* ---- clauses ---- */

void
pg_clauses_add(struct pg_clauses *clauses, const char *definition)
{
	static const char *const words[] = { "REFERENCES", "MATCH", "ON", "INCLUDE", "WHERE" };
	struct pieces pieces = { 0 };
	size_t start = 0;
	bool actions = false; /* MATCH and what follows stand together */

	if (!cut(definition, &pieces)) {
		pieces.len = 0;
	}
	for (size_t i = 1; i < pieces.len; i++) {
		const struct piece *piece = &pieces.items[i];
		const struct sfs_token token = { .type = SFS_TOKEN_WORD,
			.offset = piece->from,
			.len = piece->to - piece->from };
		size_t word = 0;

		while (word < 5 &&
			(piece->depth || !sfs_token_is(definition, &token, words[word]))) {
			word++;
		}
		if (word == 5 || (actions && (word == 1 || word == 2))) {
			continue;
		}
		actions = word == 1 || word == 2;
		sfs_str_addn(
			pg_clause(clauses), definition + start, pieces.items[i - 1].to - start);
		start = piece->from;
	}
	sfs_str_add(pg_clause(clauses), definition + start);
	sfs_vec_finish(&pieces);
}

static void
write_clause(struct sfs_str *out, const struct pg_clauses *clauses, size_t i, unsigned indent)
{
	size_t from = clauses->starts.items[i];
	size_t to = i + 1 < clauses->starts.len ? clauses->starts.items[i + 1] : clauses->text.len;
	char *text sfs_auto(free) = sfs_strndup(clauses->text.text + from, to - from);

	pg_fold(out, text, indent);
}

void
pg_clauses_write(
	struct sfs_str *out, const struct pg_clauses *clauses, unsigned indent, size_t column)
{
	const struct sfs_str *text = &clauses->text;
	size_t n = clauses->starts.len, all = width(sfs_str_text(text), text->len) + n - 1;
	size_t first = n > 1 ? width(text->text, clauses->starts.items[1]) + 1 : 0;
	bool lines = strchr(sfs_str_text(text), '\n') != NULL;
	bool fits = lines || column + all < PG_LINE_WIDTH;
	bool rest = all - first + indent * PG_INDENT_WIDTH < PG_LINE_WIDTH;

	for (size_t i = 0; i < n; i++) {
		if (i > 0 && (fits || (rest && i > 1))) {
			sfs_str_addc(out, ' ');
		} else if (i > 0) {
			new_line(out, indent);
		}
		if (i == 0 || fits) {
			size_t to = i + 1 < n ? clauses->starts.items[i + 1] : text->len;

			sfs_str_addn(out, text->text + clauses->starts.items[i],
				to - clauses->starts.items[i]);
		} else {
			write_clause(out, clauses, i, indent);
		}
	}
}
