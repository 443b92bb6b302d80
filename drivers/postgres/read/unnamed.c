// SPDX-License-Identifier: MIT
/* Columns of queries that have no name, and would have one when the server reads its own text. */
#include <string.h>

#include "base/alloc.h"
#include "base/vec.h"
#include "drivers/postgres/read/read.h"
#include "sql/lexer.h"

/*
 * Of `SELECT 'x'` that joins a UNION the server makes `SELECT 'x'::text`, of a column without a name
 * ("?column?"). Reading that it names the column after the type, and says so the next time it
 * writes it. With the name that it has it stays what it is. From PostgreSQL 16 on the server says so itself
 * where the name shows, but not in the later arms of a UNION and in subqueries of expressions.
 */
#define UNNAMED " AS \"?column?\""

/* What stands between two parentheses or brackets, or in none. */
struct place {
	size_t item;  /* where the column begins that is being read */
	bool in_list; /* of columns */
};

struct walk {
	const char *text;
	SFS_VEC(struct sfs_token) tokens;
	SFS_VEC(struct place) places;
	struct sfs_str out;
	size_t copied;
};

static bool
is(const struct walk *walk, size_t at, const char *word)
{
	return at < walk->tokens.len && sfs_token_is(walk->text, &walk->tokens.items[at], word);
}

static bool
is_one_of(const struct walk *walk, size_t at, const char *const *words)
{
	for (; *words; words++) {
		if (is(walk, at, *words)) {
			return true;
		}
	}
	return false;
}

/* Whether the words of a column end in a cast, to a type of which nothing else is said. */
static bool
is_cast(const struct walk *walk, size_t from, size_t to)
{
	static const char *const parts[] = { ".", "(", ")", "[", "]", NULL };
	size_t depth = 0, cast = 0;

	for (size_t i = from; i < to; i++) {
		bool closes = is(walk, i, ")") || is(walk, i, "]");

		depth -= closes;
		if (depth == 0 && is(walk, i, ":") && is(walk, i + 1, ":")) {
			i++;
			cast = i;
		} else if (depth == 0 && !closes &&
			   (is(walk, i, "AS") || is(walk, i, "COLLATE") ||
				   (walk->tokens.items[i].type == SFS_TOKEN_OPERATOR &&
					   !is_one_of(walk, i, parts)))) {
			return false;
		}
		depth += is(walk, i, "(") || is(walk, i, "[");
	}
	return cast > from && cast + 1 < to;
}

/* The column that began last ends before this token. */
static void
end_column(struct walk *walk, struct place *place, size_t to)
{
	if (!place->in_list || !is_cast(walk, place->item, to)) {
		return;
	}
	const struct sfs_token *last = &walk->tokens.items[to - 1];
	size_t end = last->offset + last->len;

	sfs_str_addn(&walk->out, walk->text + walk->copied, end - walk->copied);
	sfs_str_add(&walk->out, UNNAMED);
	walk->copied = end;
}

/* SELECT, and what may follow it before the columns. */
static size_t
begin_columns(struct walk *walk, struct place *place, size_t at)
{
	if (is(walk, at + 1, "ALL") || is(walk, at + 1, "DISTINCT")) {
		at++;
	}
	if (is(walk, at, "DISTINCT") && is(walk, at + 1, "ON") && is(walk, at + 2, "(")) {
		size_t depth = 0;

		for (at += 2; at < walk->tokens.len; at++) {
			depth += is(walk, at, "(");
			depth -= is(walk, at, ")");
			if (!depth) {
				break;
			}
		}
	}
	place->in_list = true;
	place->item = at + 1;
	return at;
}

static void
follow(struct walk *walk, size_t *at)
{
	static const char *const ends[] = { "FROM", "WHERE", "GROUP", "HAVING", "WINDOW", "ORDER",
		"LIMIT", "OFFSET", "FETCH", "FOR", "UNION", "INTERSECT", "EXCEPT", ";", NULL };
	struct place *place = &walk->places.items[walk->places.len - 1];

	if (is(walk, *at, "(") || is(walk, *at, "[")) {
		sfs_vec_push(&walk->places, (struct place){ 0 });
	} else if (is(walk, *at, ")") || is(walk, *at, "]")) {
		end_column(walk, place, *at);
		walk->places.len -= walk->places.len > 1;
	} else if (is(walk, *at, "SELECT") || is(walk, *at, "RETURNING")) {
		*at = begin_columns(walk, place, *at);
	} else if (is(walk, *at, ",")) {
		end_column(walk, place, *at);
		place->item = *at + 1;
	} else if (is_one_of(walk, *at, ends)) {
		end_column(walk, place, *at);
		place->in_list = false;
	}
}

const char *
pg_keep_unnamed(struct sfs_arena *arena, const char *text)
{
	struct walk walk = { .text = text };
	struct sfs_lexer lexer;
	struct sfs_token token;

	if (!text || !strstr(text, "::") ||
		(!strstr(text, "SELECT") && !strstr(text, "RETURNING"))) {
		return text;
	}
	sfs_lexer_init(&lexer, SFS_POSTGRES, text, strlen(text));
	while (sfs_lexer_word(&lexer, &token)) {
		sfs_vec_push(&walk.tokens, token);
	}
	sfs_vec_push(&walk.places, (struct place){ 0 });
	for (size_t at = 0; at < walk.tokens.len; at++) {
		follow(&walk, &at);
	}
	end_column(&walk, &walk.places.items[walk.places.len - 1], walk.tokens.len);
	if (walk.copied) {
		sfs_str_add(&walk.out, text + walk.copied);
		text = sfs_arena_strndup(arena, walk.out.text, walk.out.len);
	}
	sfs_str_finish(&walk.out);
	sfs_vec_finish(&walk.tokens);
	sfs_vec_finish(&walk.places);
	return text;
}
