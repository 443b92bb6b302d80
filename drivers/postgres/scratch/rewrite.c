// SPDX-License-Identifier: MIT
/* Statements as they are sent: names moved to scratch places where their tokens stand. */
#include <string.h>

#include "drivers/postgres/scratch/rewrite.h"
#include "sql/quote.h"

void
pg_text_finish(struct pg_text *text)
{
	sfs_str_finish(&text->sql);
	sfs_vec_finish(&text->pieces);
}

size_t
pg_text_source(const struct pg_text *text, size_t at)
{
	size_t source = 0;

	sfs_vec_foreach (piece, &text->pieces) {
		if (piece->at > at) {
			break;
		}
		source = piece->source + (at - piece->at);
	}
	return source;
}

/* What is to be changed in a statement's text; they come in ascending order. */
struct edit {
	size_t offset, len;
	const char *text; /* in `arena` */
};

struct rewriter {
	const struct pg_stmt *statement;
	const struct pg_places *places;
	struct sfs_arena *arena;
	SFS_VEC(struct edit) edits;
};

static void
add_edit(struct rewriter *w, size_t offset, size_t len, const char *text)
{
	struct edit edit = { .offset = offset, .len = len, .text = text };

	sfs_vec_push(&w->edits, edit);
}

static int
compare_edits(const void *a, const void *b)
{
	const struct edit *x = a, *y = b;

	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

static void
copy(const struct rewriter *w, size_t from, size_t to, struct pg_text *out)
{
	struct pg_piece piece = { .at = out->sql.len, .source = from };

	if (to > from) {
		sfs_vec_push(&out->pieces, piece);
		sfs_str_addn(&out->sql, w->statement->text + from, to - from);
	}
}

/* Appends the range with its edits; what an edit puts in comes from where it stands. */
static void
emit(struct rewriter *w, size_t from, size_t to, struct pg_text *out)
{
	sfs_vec_foreach (edit, &w->edits) {
		if (edit->offset < from || edit->offset + edit->len > to) {
			continue;
		}
		copy(w, from, edit->offset, out);
		struct pg_piece piece = { .at = out->sql.len, .source = edit->offset };
		sfs_vec_push(&out->pieces, piece);
		sfs_str_add(&out->sql, edit->text);
		from = edit->offset + edit->len;
	}
	copy(w, from, to, out);
}

/* ---- names ---- */

static bool
is_column(const struct rewriter *w, size_t offset)
{
	for (size_t i = 0; i < w->statement->tree->columns.len; i++) {
		if (w->statement->tree->columns.items[i] == offset) {
			return true;
		}
	}
	return false;
}

/* The space of the name at `offset`: by the parse tree, or by the word before it. */
static enum pg_space
space_at(const struct rewriter *w, size_t offset, const struct sfs_token *before)
{
	static const struct {
		const char *word;
		enum pg_space space;
	} words[] = {
		{ "AGGREGATE", PG_SPACE_FUNCTION },
		{ "DOMAIN", PG_SPACE_TYPE },
		{ "FUNCTION", PG_SPACE_FUNCTION },
		{ "PROCEDURE", PG_SPACE_FUNCTION },
		{ "ROUTINE", PG_SPACE_FUNCTION },
		{ "TABLE", PG_SPACE_RELATION },
		{ "TYPE", PG_SPACE_TYPE },
	};
	const struct pg_head *head = &w->statement->head;

	for (size_t i = 0; i < w->statement->tree->refs.len; i++) {
		const struct pg_ref *ref = &w->statement->tree->refs.items[i];

		if (ref->offset == offset && ref->space != PG_SPACE_ANY) {
			return ref->space;
		}
	}
	for (size_t i = 0; i < head->targets.len; i++) {
		if (head->targets.items[i].offset == offset) {
			return head->targets.items[i].space;
		}
	}
	for (size_t i = 0; before->len && i < sizeof words / sizeof *words; i++) {
		if (sfs_token_is(w->statement->text, before, words[i].word)) {
			return words[i].space;
		}
	}
	return PG_SPACE_ANY;
}

/* What a statement changes must be in the scratch place, and not what the path would find. */
static bool
is_changed(const struct rewriter *w, size_t offset)
{
	const struct pg_head *head = &w->statement->head;
	bool named = head->kind == SFS_KIND_COUNT || head->kind == SFS_INDEX ||
		     head->kind == SFS_COLUMN || head->kind == SFS_STATISTICS ||
		     sfs_kind_info(head->kind)->level == SFS_LEVEL_NAMESPACE;

	if (head->on.name && head->on.offset == offset) {
		return true;
	}
	for (size_t i = 0; named && i < head->targets.len; i++) {
		if (head->targets.items[i].offset == offset) {
			return true;
		}
	}
	return false;
}

static bool
is_namespace(const struct rewriter *w, size_t offset)
{
	const struct pg_head *head = &w->statement->head;

	if (head->kind != SFS_NAMESPACE && head->kind != SFS_DEFAULT_PRIVILEGES) {
		return false;
	}
	for (size_t i = 0; i < head->targets.len; i++) {
		if (head->targets.items[i].offset == offset) {
			return true;
		}
	}
	return false;
}

/* The cursor stands on a name; it is moved past it. */
static void
move_name(struct rewriter *w, struct pg_cursor *cursor, const struct sfs_token *before)
{
	struct sfs_token first = cursor->token;
	const char *parts[2];
	size_t n = pg_cursor_name(cursor, w->arena, parts, 2);
	const char *place = NULL;

	/* `a.b.c`: a column of a relation, or of a row; the rest is no name of ours. */
	bool sign = n == 1 && cursor->token.type == SFS_TOKEN_OPERATOR &&
		    w->statement->text[cursor->token.offset - 1] == '.';
	if (is_namespace(w, first.offset)) {
		place = pg_places_of(w->places, parts[0]);
	} else if (sign) {
		const char *operator= sfs_arena_strndup(
			w->arena, w->statement->text + cursor->token.offset, cursor->token.len);

		place = pg_places_find(w->places, PG_SPACE_ANY, parts[0], operator);
	} else if (n == 2 && !is_column(w, first.offset)) {
		place = pg_places_find(
			w->places, space_at(w, first.offset, before), parts[0], parts[1]);
	} else if (n == 1 && w->statement->namespace && is_changed(w, first.offset)) {
		place = pg_places_find(w->places, space_at(w, first.offset, before),
			w->statement->namespace, parts[0]);
		if (place) {
			add_edit(w, first.offset, 0, sfs_arena_printf(w->arena, "%s.", place));
			place = NULL;
		}
	}
	if (place) {
		add_edit(w, first.offset, first.len, place);
	}
	while (pg_cursor_accept(cursor, ".") && pg_cursor_at_name(cursor)) {
		pg_cursor_next(cursor);
	}
}

/* A literal that is a qualified name and nothing else: 'public.users_id_seq'::regclass. */
static void
move_literal(struct rewriter *w, const struct sfs_token *token)
{
	sfs_auto(str) struct sfs_str value = SFS_STR_INIT, moved = SFS_STR_INIT,
				     quoted = SFS_STR_INIT;
	const char *parts[2];
	struct pg_cursor cursor;

	if (token->len > 300 || sfs_unquote_literal(&value, SFS_POSTGRES,
					w->statement->text + token->offset, token->len)) {
		return;
	}
	struct pg_stmt literal = { .text = sfs_str_text(&value), .len = value.len };
	pg_cursor_init(&cursor, &literal);
	if (pg_cursor_name(&cursor, w->arena, parts, 2) != 2 ||
		cursor.token.type != SFS_TOKEN_END) {
		return;
	}
	const char *place = pg_places_find(w->places, PG_SPACE_ANY, parts[0], parts[1]);
	if (place) {
		sfs_quote_qualified(&moved, SFS_POSTGRES, place, parts[1]);
		sfs_quote_literal(&quoted, SFS_POSTGRES, sfs_str_text(&moved));
		add_edit(w, token->offset, token->len,
			sfs_arena_strdup(w->arena, sfs_str_text(&quoted)));
	}
}

/* Texts of the person's own, in which a name is only words. */
static bool
has_free_texts(const struct pg_head *head)
{
	return strcmp(head->verb, "COMMENT") == 0 || strcmp(head->verb, "SECURITY") == 0 ||
	       head->kind == SFS_TYPE || head->role == PG_RUNS;
}

/* A routine's body is a string after AS; what it holds is not ours to change. */
static bool
is_body(const struct rewriter *w, const struct sfs_token *token, const struct sfs_token *before)
{
	bool routine =
		w->statement->head.kind == SFS_FUNCTION || w->statement->head.kind == SFS_PROCEDURE;

	return w->statement->text[token->offset] == '$' ||
	       (routine && before->len && sfs_token_is(w->statement->text, before, "AS"));
}

static void
move_names(struct rewriter *w)
{
	bool literals = !has_free_texts(&w->statement->head);
	struct sfs_token before = { 0 };
	struct pg_cursor cursor;

	pg_cursor_init(&cursor, w->statement);
	while (cursor.token.type != SFS_TOKEN_END) {
		struct sfs_token token = cursor.token;

		if (pg_cursor_at_name(&cursor)) {
			move_name(w, &cursor, &before);
		} else {
			if (token.type == SFS_TOKEN_STRING && literals &&
				!is_body(w, &token, &before)) {
				move_literal(w, &token);
			}
			pg_cursor_next(&cursor);
		}
		before = token;
	}
}

/* ---- what is not done when a schema is tried out ---- */

static void
drop_concurrently(struct rewriter *w)
{
	struct pg_cursor cursor;

	pg_cursor_init(&cursor, w->statement);
	while (cursor.token.type == SFS_TOKEN_WORD && !pg_cursor_at(&cursor, "CONCURRENTLY") &&
		!pg_cursor_at(&cursor, "ON")) {
		pg_cursor_next(&cursor);
	}
	if (pg_cursor_at(&cursor, "CONCURRENTLY")) {
		add_edit(w, cursor.token.offset, cursor.token.len, "");
	}
}

/* A materialized view without its rows: the query is not run. */
static void
drop_rows(struct rewriter *w)
{
	size_t end = w->statement->offset + w->statement->len, with = PG_NOWHERE;
	unsigned words = 0;
	struct pg_cursor cursor;

	if (w->statement->tree->no_data) {
		return;
	}
	/* WITH [NO] DATA at the end. */
	for (pg_cursor_init(&cursor, w->statement); cursor.token.type != SFS_TOKEN_END;
		pg_cursor_next(&cursor)) {
		if (pg_cursor_at(&cursor, "WITH")) {
			with = cursor.token.offset;
			words = 1;
		} else if (words) {
			bool no = words == 1 && pg_cursor_at(&cursor, "NO");

			words = no || pg_cursor_at(&cursor, "DATA") ? words + 1 : 0;
		}
	}
	if (words >= 2) {
		add_edit(w, with, end - with, "WITH NO DATA");
	} else {
		add_edit(w, end, 0, "\nWITH NO DATA");
	}
}

/* The namespace that every database has. */
static void
tolerate_public(struct rewriter *w)
{
	const struct pg_head *head = &w->statement->head;

	if (!w->places && head->targets.len == 1 && !head->exists_ok &&
		strcmp(head->targets.items[0].name, "public") == 0) {
		add_edit(w, head->targets.items[0].offset, 0, "IF NOT EXISTS ");
	}
}

static void
tolerate_plpgsql(struct rewriter *w)
{
	const struct pg_head *head = &w->statement->head;

	if (head->targets.len == 1 && !head->exists_ok &&
		strcmp(head->targets.items[0].name, "plpgsql") == 0) {
		add_edit(w, head->targets.items[0].offset, 0, "IF NOT EXISTS ");
	}
}

static void
drop_local(struct rewriter *w)
{
	struct pg_cursor cursor;

	pg_cursor_init(&cursor, w->statement);
	pg_cursor_next(&cursor);
	if (pg_cursor_at(&cursor, "LOCAL")) {
		add_edit(w, cursor.token.offset, cursor.token.len, "SESSION");
	}
}

static void
adapt(struct rewriter *w)
{
	static const struct {
		enum sfs_kind kind;
		void (*adapt)(struct rewriter *w);
	} creates[] = {
		{ SFS_EXTENSION, tolerate_plpgsql },
		{ SFS_INDEX, drop_concurrently },
		{ SFS_MATERIALIZED_VIEW, drop_rows },
		{ SFS_NAMESPACE, tolerate_public },
	};
	const struct pg_head *head = &w->statement->head;

	if (head->role == PG_SETS && strcmp(head->verb, "SET") == 0) {
		drop_local(w);
	}
	if (head->kind == SFS_INDEX && strcmp(head->verb, "DROP") == 0) {
		drop_concurrently(w);
	}
	for (size_t i = 0; head->creates && i < sizeof creates / sizeof *creates; i++) {
		if (creates[i].kind == head->kind) {
			creates[i].adapt(w);
		}
	}
}

static void
start(struct rewriter *w, const struct pg_stmt *statement, const struct pg_places *places)
{
	*w = (struct rewriter){
		.statement = statement, .places = places, .arena = sfs_arena_create()
	};
	adapt(w);
	if (places) {
		move_names(w);
	}
}

static void
finish(struct rewriter *w)
{
	sfs_vec_finish(&w->edits);
	sfs_arena_destroy(w->arena);
}

static void
sort_edits(struct rewriter *w)
{
	if (w->edits.len > 1) {
		qsort(w->edits.items, w->edits.len, sizeof *w->edits.items, compare_edits);
	}
}

void
pg_rewrite(const struct pg_stmt *statement, const struct pg_places *places, bool without_keys,
	struct pg_text *out)
{
	struct pg_cuts cuts = { 0 };
	struct rewriter w;

	start(&w, statement, places);
	sort_edits(&w);
	size_t from = statement->offset;
	if (without_keys) {
		pg_keys_cuts(statement->tree, &cuts);
	}
	sfs_vec_foreach (cut, &cuts) {
		emit(&w, from, cut->from, out);
		from = cut->to;
	}
	emit(&w, from, statement->offset + statement->len, out);
	sfs_vec_finish(&cuts);
	finish(&w);
}

void
pg_rewrite_key(const struct pg_stmt *statement, const struct pg_places *places,
	const struct pg_key *key, struct pg_text *out)
{
	const struct pg_ref *table = &statement->head.targets.items[0];
	const char *namespace = table->namespace ? table->namespace : statement->namespace;
	const char *place = places && namespace ? pg_places_find(places, PG_SPACE_RELATION,
							  namespace, table->name)
						: NULL;
	size_t end = key->element + key->element_len;
	struct rewriter w;

	start(&w, statement, places);
	sort_edits(&w);
	sfs_str_add(&out->sql, "ALTER TABLE ");
	sfs_quote_qualified(&out->sql, SFS_POSTGRES, place ? place : table->namespace, table->name);
	sfs_str_add(&out->sql, key->type == PG_KEY_DEFAULT ? " ALTER " : " ADD ");
	if (key->type == PG_KEY_DEFAULT) {
		sfs_str_addf(&out->sql, "%s SET ", key->column);
		emit(&w, key->element, end, out);
	} else if (key->column && key->type == PG_KEY_FOREIGN) {
		emit(&w, key->element, key->references, out);
		sfs_str_addf(&out->sql, " FOREIGN KEY (%s) ", key->column);
		emit(&w, key->references, end, out);
	} else {
		emit(&w, key->element, end, out);
	}
	finish(&w);
}
