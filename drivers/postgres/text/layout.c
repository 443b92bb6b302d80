// SPDX-License-Identifier: MIT
/* Queries with a clause to a line. */
#include <string.h>

#include "drivers/postgres/text/tidy_words.h"

/* What is open where a line begins: a CASE, or what has clauses, and how far in these stand. */
struct level {
	bool is_case;
	size_t indent;
};
struct levels SFS_VEC_OF(struct level);

/* Gives a query that has several lines lines of its own within its parentheses. */
static void
find_blocks(struct pg_words *words)
{
	for (size_t at = 0; at + 1 < words->list.len; at++) {
		struct pg_word *word = &words->list.items[at];

		if (!pg_word_is(words, at, "(") || word->removed ||
			!pg_word_is_one_of(words, at + 1, pg_query_words)) {
			continue;
		}
		for (size_t inner = at + 1; inner <= word->match && !word->block; inner++) {
			word->block = words->list.items[inner].starts;
		}
		if (word->block) {
			words->list.items[word->match].block = true;
			words->list.items[word->match].starts = true;
			words->list.items[at + 1].starts = true;
		}
	}
}

/* How far in a line stands that begins with this word. */
static size_t
indent_of(const struct pg_words *words, const struct levels *levels, size_t at)
{
	static const char *const branches[] = { "WHEN", "ELSE", NULL };
	static const char *const clauses[] = { "SELECT", "FROM", "WHERE", "GROUP", "HAVING",
		"WINDOW", "ORDER", "LIMIT", "OFFSET", "FETCH", "FOR", "UNION", "INTERSECT",
		"EXCEPT", "VALUES", "WITH", "INSERT", "UPDATE", "DELETE", "MERGE", "RETURNING",
		"RETURN", "SET", "ON", "NOTIFY", "BEGIN", NULL };
	const struct level *level = &levels->items[levels->len - 1];

	if (pg_word_is(words, at, "END") ||
		(words->list.items[at].block && pg_word_is(words, at, ")"))) {
		return level->indent - (level->indent > 0);
	}
	return level->indent + !pg_word_is_one_of(words, at, level->is_case ? branches : clauses);
}

/* Keeps account of what the word opens or closes, in a line that stands that far in. */
static void
follow(const struct pg_words *words, struct levels *levels, size_t at, size_t indent)
{
	bool block = words->list.items[at].block;

	if ((block && pg_word_is(words, at, "(")) || pg_word_is(words, at, "CASE") ||
		(at > 0 && pg_word_is(words, at, "ATOMIC") && pg_word_is(words, at - 1, "BEGIN"))) {
		sfs_vec_push(levels, (struct level){ pg_word_is(words, at, "CASE"), indent + 1 });
	} else if (levels->len > 1 && (block || pg_word_is(words, at, "END"))) {
		levels->len--;
	}
}

static void
begin_line(struct sfs_str *out, size_t indent)
{
	sfs_str_addc(out, '\n');
	while (indent-- > 0) {
		sfs_str_add(out, "    ");
	}
}

void
pg_lay_out(struct pg_words *words, unsigned indent, struct sfs_str *out)
{
	struct levels levels = { 0 };
	size_t start = out->len, line = indent;
	bool spaced = false, starts = false, opened = true;

	find_blocks(words);
	sfs_vec_push(&levels, (struct level){ false, indent });
	for (size_t at = 0; at < words->list.len; at++) {
		const struct pg_word *word = &words->list.items[at];

		spaced |= word->spaced;
		starts |= word->starts;
		if (word->removed) {
			continue;
		}
		if (starts && out->len > start) {
			line = indent_of(words, &levels, at);
			begin_line(out, line);
		} else if (spaced && !opened && !pg_word_is(words, at, ")")) {
			sfs_str_addc(out, ' ');
		}
		sfs_str_addn(out, words->text + word->token.offset, word->token.len);
		follow(words, &levels, at, line);
		opened = pg_word_is(words, at, "(");
		spaced = starts = false;
	}
	sfs_vec_finish(&levels);
}
