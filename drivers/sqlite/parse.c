// SPDX-License-Identifier: MIT
/* CREATE TABLE cut into columns and constraints, by the grammar of SQLite's parse.y. */
#include <string.h>
#include <strings.h>

#include "drivers/sqlite/parse.h"
#include "sql/quote.h"

/* Deep enough for any column list; a text that repeats more is left whole. */
struct parser {
	struct lite_table *t;
	size_t at;      /* the next token */
	size_t end;     /* past the last token of the body */
	size_t pending; /* a name given by CONSTRAINT for what comes next */
	bool lost;      /* something was not understood */
};

void
lite_table_init(struct lite_table *table)
{
	memset(table, 0, sizeof *table);
}

void
lite_table_finish(struct lite_table *table)
{
	sfs_str_finish(&table->pool);
	sfs_vec_finish(&table->tokens);
	sfs_vec_finish(&table->columns);
	sfs_vec_finish(&table->constraints);
}

const char *
lite_table_text(const struct lite_table *table, size_t offset)
{
	return offset ? table->pool.text + offset : NULL;
}

const char *
lite_constraint_name(enum lite_constraint_type type)
{
	static const char *const names[] = {
		[LITE_PRIMARY_KEY] = "PRIMARY KEY",
		[LITE_UNIQUE] = "UNIQUE",
		[LITE_CHECK] = "CHECK",
		[LITE_FOREIGN_KEY] = "FOREIGN KEY",
	};

	return names[type];
}

/* ---- tokens and texts ---- */

static bool
is_at(const struct parser *p, size_t at, const char *word)
{
	return at < p->end && sfs_token_is(p->t->text, &p->t->tokens.items[at], word);
}

static bool
is(const struct parser *p, const char *word)
{
	return is_at(p, p->at, word);
}

static bool
take(struct parser *p, const char *word)
{
	if (!is(p, word)) {
		return false;
	}
	p->at++;
	return true;
}

/* Begins a text in the pool; text is added there until keep(). */
static size_t
begin(struct parser *p)
{
	return p->t->pool.len;
}

static size_t
keep(struct parser *p, size_t begun)
{
	if (p->t->pool.len == begun) {
		return 0;
	}
	sfs_str_addc(&p->t->pool, '\0');
	return begun;
}

static size_t
keep_text(struct parser *p, const char *text)
{
	size_t begun = begin(p);

	sfs_str_add(&p->t->pool, text);
	return keep(p, begun);
}

static void
fold_upper(struct parser *p, size_t from)
{
	for (size_t i = from; i < p->t->pool.len; i++) {
		char *c = &p->t->pool.text[i];

		if (*c >= 'a' && *c <= 'z') {
			*c &= ~32;
		}
	}
}

static bool
is_column(const void *data, const char *name)
{
	const struct lite_table *t = data;

	sfs_vec_foreach (column, &t->columns) {
		if (strcasecmp(lite_table_text(t, column->name), name) == 0) {
			return true;
		}
	}
	return t->name && strcasecmp(lite_table_text(t, t->name), name) == 0;
}

/*
 * Adds tokens to the pool, normalised. The table's own name is compared while the pool grows, so it
 * is copied.
 */
static void
add_normal(struct parser *p, size_t first, size_t end)
{
	struct lite_table *t = p->t;
	struct sfs_str out sfs_auto(str) = SFS_STR_INIT;
	struct lite_normal normal = {
		.text = t->text,
		.tokens = t->tokens.items,
		.fold = true,
		.is_name = is_column,
		.data = t,
		.table = lite_table_text(t, t->name),
	};

	lite_normal_add(&normal, first, end, &out);
	sfs_str_addn(&t->pool, sfs_str_text(&out), out.len);
}

/* The index past the parenthesis that closes the one at `at`; the end when none does. */
static size_t
close_of(const struct parser *p, size_t at)
{
	size_t depth = 0;

	for (; at < p->end; at++) {
		if (is_at(p, at, "(")) {
			depth++;
		} else if (is_at(p, at, ")") && --depth == 0) {
			return at + 1;
		}
	}
	return p->end;
}

/* Skips `( ... )` and says what stands in between. */
static bool
take_parentheses(struct parser *p, size_t *ret_first, size_t *ret_end)
{
	if (!is(p, "(")) {
		p->lost = true;
		return false;
	}
	*ret_first = p->at + 1;
	p->at = close_of(p, p->at);
	*ret_end = p->at > *ret_first ? p->at - 1 : *ret_first;
	return true;
}

/* Whether one pair of parentheses encloses all of these tokens. */
static bool
is_enclosed(const struct parser *p, size_t first, size_t end)
{
	return end > first + 1 && is_at(p, first, "(") && close_of(p, first) == end;
}

static size_t
take_name(struct parser *p)
{
	size_t begun = begin(p);

	if (p->at >= p->end || !lite_token_is_name(&p->t->tokens.items[p->at])) {
		p->lost = true;
		return 0;
	}
	lite_token_name(p->t->text, &p->t->tokens.items[p->at++], &p->t->pool);
	return keep(p, begun);
}

/* ---- pieces of constraints ---- */

/* ON CONFLICT x: " ON CONFLICT x" is added to the pool; ABORT is what happens anyway. */
static void
take_conflict(struct parser *p)
{
	if (!is(p, "ON") || !is_at(p, p->at + 1, "CONFLICT") || p->at + 2 >= p->end) {
		return;
	}
	p->at += 2;
	const struct sfs_token *how = &p->t->tokens.items[p->at++];
	if (sfs_token_is(p->t->text, how, "ABORT")) {
		return;
	}
	sfs_str_add(&p->t->pool, " ON CONFLICT ");
	size_t from = p->t->pool.len;
	sfs_str_addn(&p->t->pool, p->t->text + how->offset, how->len);
	fold_upper(p, from);
}

static struct lite_constraint *
add_constraint(struct parser *p, enum lite_constraint_type type, size_t column)
{
	sfs_vec_push(&p->t->constraints,
		(struct lite_constraint){ .type = type, .column = column, .name = p->pending });
	p->pending = 0;
	return &p->t->constraints.items[p->t->constraints.len - 1];
}

/* [NOT] DEFERRABLE [INITIALLY DEFERRED | IMMEDIATE]; belongs to the last foreign key. */
static bool
take_deferrable(struct parser *p)
{
	bool not = is(p, "NOT") && is_at(p, p->at + 1, "DEFERRABLE");
	bool deferred = false;

	if (!not &&!is(p, "DEFERRABLE")) {
		return false;
	}
	p->at += not ? 2 : 1;
	if (take(p, "INITIALLY")) {
		deferred = is(p, "DEFERRED");
		p->at++;
	}
	if (p->t->constraints.len) {
		p->t->constraints.items[p->t->constraints.len - 1].deferred = deferred && !not ;
	}
	return true;
}

static void
add_upper(struct parser *p, size_t at)
{
	const struct sfs_token *token = &p->t->tokens.items[at];
	size_t from = p->t->pool.len;

	if (p->t->pool.text[from - 1] != ' ') {
		sfs_str_addc(&p->t->pool, ' ');
		from++;
	}
	sfs_str_addn(&p->t->pool, p->t->text + token->offset, token->len);
	fold_upper(p, from);
}

/* ON DELETE x, ON UPDATE x, MATCH x: `ret_action` is where the action's words are, if they matter. */
struct actions {
	size_t on_delete, on_update; /* token indexes, 0 for none */
};

static void
take_actions(struct parser *p, struct actions *ret_actions)
{
	*ret_actions = (struct actions){ 0 };
	for (;;) {
		if (take(p, "MATCH")) {
			/* SQLite reads it and does nothing about it. */
			p->at++;
			continue;
		}
		if (!is(p, "ON") || is_at(p, p->at + 1, "CONFLICT")) {
			return;
		}
		bool delete = is_at(p, p->at + 1, "DELETE");
		bool update = is_at(p, p->at + 1, "UPDATE");
		p->at += 2;
		if (!is(p, "NO") && delete) {
			ret_actions->on_delete = p->at;
		} else if (!is(p, "NO") && update) {
			ret_actions->on_update = p->at;
		}
		p->at += is(p, "NO") || is(p, "SET") ? 2 : 1;
	}
}

static void
add_action(struct parser *p, const char *when, size_t at)
{
	if (!at || at >= p->end) {
		return;
	}
	sfs_str_add(&p->t->pool, when);
	add_upper(p, at);
	if (is_at(p, at, "SET")) {
		add_upper(p, at + 1);
	}
}

/* Names with commas in between. */
static void
add_names(struct parser *p, size_t first, size_t end)
{
	for (size_t at = first; at < end; at++) {
		if (is_at(p, at, ",")) {
			sfs_str_add(&p->t->pool, ", ");
		} else {
			lite_normal_name(p->t->text, &p->t->tokens.items[at], &p->t->pool);
		}
	}
}

/* REFERENCES table [(columns)] actions: the text of all of it becomes the constraint's tail. */
static void
take_references(struct parser *p, struct lite_constraint *constraint)
{
	struct actions actions;
	size_t first = 0, end = 0;

	size_t table = p->at;
	size_t references = take_name(p);
	if (is(p, "(")) {
		(void)take_parentheses(p, &first, &end);
	}
	take_actions(p, &actions);

	size_t tail = begin(p);
	sfs_str_add(&p->t->pool, " REFERENCES ");
	if (references) {
		lite_normal_name(p->t->text, &p->t->tokens.items[table], &p->t->pool);
	}
	if (end > first) {
		sfs_str_add(&p->t->pool, " (");
		add_names(p, first, end);
		sfs_str_addc(&p->t->pool, ')');
	}
	add_action(p, " ON DELETE", actions.on_delete);
	add_action(p, " ON UPDATE", actions.on_update);
	constraint->references = references;
	constraint->tail = keep(p, tail);
}

/* ---- columns ---- */

static bool
starts_clause(const struct parser *p)
{
	static const char *const words[] = { "CONSTRAINT", "DEFAULT", "NULL", "NOT", "PRIMARY",
		"UNIQUE", "CHECK", "REFERENCES", "COLLATE", "AS", "DEFERRABLE", "ON" };

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (is(p, words[i])) {
			return true;
		}
	}
	return is(p, "GENERATED") && is_at(p, p->at + 1, "ALWAYS");
}

/* The words of a type; `VARCHAR ( 10 )` is VARCHAR(10). */
static size_t
take_type(struct parser *p)
{
	size_t begun = begin(p);

	while (p->at < p->end && lite_token_is_name(&p->t->tokens.items[p->at]) &&
		!starts_clause(p)) {
		if (p->t->pool.len > begun) {
			sfs_str_addc(&p->t->pool, ' ');
		}
		lite_token_name(p->t->text, &p->t->tokens.items[p->at++], &p->t->pool);
	}
	if (p->t->pool.len > begun && is(p, "(")) {
		size_t first = 0, end = 0;

		(void)take_parentheses(p, &first, &end);
		sfs_str_addc(&p->t->pool, '(');
		for (; first < end; first++) {
			const struct sfs_token *token = &p->t->tokens.items[first];

			sfs_str_addn(&p->t->pool, p->t->text + token->offset, token->len);
		}
		sfs_str_addc(&p->t->pool, ')');
	}
	if (p->t->pool.len > begun) {
		fold_upper(p, begun);
	}
	return keep(p, begun);
}

/* DEFAULT word and DEFAULT "word" are strings, but for the words that are values. */
static bool
is_bare_string(const struct parser *p, size_t first, size_t end)
{
	enum sfs_token_type type;

	static const char *const values[] = { "NULL", "TRUE", "FALSE", "CURRENT_TIME",
		"CURRENT_DATE", "CURRENT_TIMESTAMP" };

	if (end != first + 1) {
		return false;
	}
	type = p->t->tokens.items[first].type;
	if (type != SFS_TOKEN_WORD) {
		return type == SFS_TOKEN_QUOTED;
	}
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		if (is_at(p, first, values[i])) {
			return false;
		}
	}
	return true;
}

/* A literal, with a sign perhaps: ADD COLUMN takes no value that would have to be computed. */
static bool
is_constant(const struct parser *p, size_t first, size_t end)
{
	static const char *const moving[] = { "CURRENT_TIME", "CURRENT_DATE", "CURRENT_TIMESTAMP" };
	size_t sign = is_at(p, first, "-") || is_at(p, first, "+");

	for (size_t i = 0; i < sizeof moving / sizeof *moving; i++) {
		if (is_at(p, first, moving[i])) {
			return false;
		}
	}
	return end == first + sign + 1;
}

/* DEFAULT takes a literal with or without a sign, a word, or an expression in parentheses. */
static void
take_default(struct parser *p, struct lite_column *column)
{
	size_t first = p->at, end;
	bool bare = !is(p, "(");

	if (bare) {
		p->at += is(p, "-") || is(p, "+") ? 2 : 1;
	} else {
		p->at = close_of(p, p->at);
	}
	end = p->at < p->end ? p->at : p->end;
	while (is_enclosed(p, first, end)) {
		first++;
		end--;
	}
	column->constant = is_constant(p, first, end);
	size_t begun = begin(p);
	if (bare && is_bare_string(p, first, end)) {
		struct sfs_str word sfs_auto(str) = SFS_STR_INIT;

		lite_token_name(p->t->text, &p->t->tokens.items[first], &word);
		sfs_quote_literal(&p->t->pool, SFS_SQLITE, sfs_str_text(&word));
	} else {
		add_normal(p, first, end);
	}
	column->value = keep(p, begun);
}

static void
take_column_key(struct parser *p, size_t column)
{
	struct lite_constraint *constraint = add_constraint(p, LITE_PRIMARY_KEY, column);

	(void)take(p, "KEY");
	bool descending = is(p, "DESC");
	p->at += descending || is(p, "ASC");
	size_t tail = begin(p);
	/* INTEGER PRIMARY KEY DESC is, for history's sake, no alias of the rowid: a thing of its own. */
	sfs_str_add(&p->t->pool, descending ? " DESC" : "");
	take_conflict(p);
	if (take(p, "AUTOINCREMENT")) {
		p->t->autoincrement = true;
		sfs_str_add(&p->t->pool, " AUTOINCREMENT");
	}
	constraint->tail = keep(p, tail);
}

static void
take_not_null(struct parser *p, struct lite_column *column)
{
	size_t begun = begin(p);

	column->not_null = true;
	sfs_str_add(&p->t->pool, "NOT NULL");
	size_t plain = p->t->pool.len;
	take_conflict(p);
	if (p->t->pool.len == plain) {
		sfs_str_truncate(&p->t->pool, begun);
	} else {
		column->clauses = keep(p, begun);
	}
}

static void
take_generated(struct parser *p, struct lite_column *column)
{
	size_t first, end;

	if (!take_parentheses(p, &first, &end)) {
		return;
	}
	/* Columns may be named that come later: where it stands is kept until all are known. */
	column->generated = first;
	if (take(p, "STORED")) {
		column->stored = true;
	} else {
		(void)take(p, "VIRTUAL");
	}
}

/* One clause of a column; false when there is none that is known. */
static bool
take_clause(struct parser *p, struct lite_column *column, size_t number)
{
	struct lite_constraint *constraint;

	if (take(p, "CONSTRAINT")) {
		p->pending = take_name(p);
		return !p->lost;
	}
	if (take(p, "DEFAULT")) {
		take_default(p, column);
	} else if (take_deferrable(p)) {
		/* of the foreign key before */
	} else if (take(p, "NOT")) {
		if (!take(p, "NULL")) {
			return false;
		}
		take_not_null(p, column);
	} else if (take(p, "NULL")) {
		size_t len = p->t->pool.len;

		take_conflict(p);
		sfs_str_truncate(&p->t->pool, len);
	} else if (take(p, "PRIMARY")) {
		take_column_key(p, number);
	} else if (take(p, "UNIQUE")) {
		constraint = add_constraint(p, LITE_UNIQUE, number);
		size_t tail = begin(p);
		take_conflict(p);
		constraint->tail = keep(p, tail);
	} else if (take(p, "CHECK")) {
		constraint = add_constraint(p, LITE_CHECK, number);
		(void)take_parentheses(p, &constraint->first, &constraint->end);
		size_t tail = begin(p);
		take_conflict(p);
		constraint->tail = keep(p, tail);
	} else if (take(p, "REFERENCES")) {
		take_references(p, add_constraint(p, LITE_FOREIGN_KEY, number));
	} else if (take(p, "COLLATE")) {
		size_t name = take_name(p);

		if (name) {
			fold_upper(p, name);
		}
		column->collation = name;
	} else if (take(p, "GENERATED")) {
		if (!take(p, "ALWAYS") || !take(p, "AS")) {
			return false;
		}
		take_generated(p, column);
	} else if (take(p, "AS")) {
		take_generated(p, column);
	} else {
		return false;
	}
	p->pending = 0;
	return !p->lost;
}

static void
take_column(struct parser *p)
{
	struct lite_column column = { .constant = true };
	size_t first = p->at;

	column.name = take_name(p);
	column.type = take_type(p);
	size_t number = p->t->columns.len + 1;
	while (p->at < p->end && !is(p, ",")) {
		if (!take_clause(p, &column, number)) {
			p->lost = true;
			break;
		}
	}
	if (p->at > first) {
		const struct sfs_token *from = &p->t->tokens.items[first];
		size_t past = p->at < p->end ? p->at : p->end;
		const struct sfs_token *last = &p->t->tokens.items[past - 1];
		size_t begun = begin(p);

		sfs_str_addn(&p->t->pool, p->t->text + from->offset,
			last->offset + last->len - from->offset);
		column.definition = keep(p, begun);
	}
	p->pending = 0;
	sfs_vec_push(&p->t->columns, column);
}

/* ---- constraints of the table ---- */

static void
take_table_key(struct parser *p, enum lite_constraint_type type)
{
	struct lite_constraint *constraint = add_constraint(p, type, 0);
	bool autoincrement = false;

	if (!take_parentheses(p, &constraint->first, &constraint->end)) {
		return;
	}
	if (constraint->end > constraint->first && is_at(p, constraint->end - 1, "AUTOINCREMENT")) {
		constraint->end--;
		autoincrement = p->t->autoincrement = true;
	}
	size_t tail = begin(p);
	take_conflict(p);
	sfs_str_add(&p->t->pool, autoincrement ? " AUTOINCREMENT" : "");
	constraint->tail = keep(p, tail);
}

static void
take_table_check(struct parser *p)
{
	struct lite_constraint *constraint = add_constraint(p, LITE_CHECK, 0);

	(void)take_parentheses(p, &constraint->first, &constraint->end);
	size_t tail = begin(p);
	take_conflict(p);
	constraint->tail = keep(p, tail);
}

static void
take_table_foreign_key(struct parser *p)
{
	struct lite_constraint *constraint = add_constraint(p, LITE_FOREIGN_KEY, 0);

	if (!take(p, "KEY") || !take_parentheses(p, &constraint->first, &constraint->end) ||
		!take(p, "REFERENCES")) {
		p->lost = true;
		return;
	}
	take_references(p, constraint);
	(void)take_deferrable(p);
}

static bool
starts_table_constraint(const struct parser *p)
{
	return is(p, "CONSTRAINT") || is(p, "CHECK") || is(p, "UNIQUE") ||
	       (is(p, "PRIMARY") && is_at(p, p->at + 1, "KEY")) ||
	       (is(p, "FOREIGN") && is_at(p, p->at + 1, "KEY"));
}

/* One constraint; commas between them are optional in SQLite. */
static void
take_table_constraint(struct parser *p)
{
	if (take(p, "CONSTRAINT")) {
		p->pending = take_name(p);
	} else if (take(p, "PRIMARY")) {
		(void)take(p, "KEY");
		take_table_key(p, LITE_PRIMARY_KEY);
	} else if (take(p, "UNIQUE")) {
		take_table_key(p, LITE_UNIQUE);
	} else if (take(p, "CHECK")) {
		take_table_check(p);
	} else if (take(p, "FOREIGN")) {
		take_table_foreign_key(p);
	} else if (!take(p, ",")) {
		p->lost = true;
	}
}

/* ---- what can be said once all columns are known ---- */

/* The columns of a key: ASC is what it is anyway. */
static size_t
key_columns(struct parser *p, const struct lite_constraint *constraint)
{
	size_t begun = begin(p), item = constraint->first;

	for (size_t at = constraint->first; at <= constraint->end; at++) {
		if (at < constraint->end && !is_at(p, at, ",")) {
			at = is_at(p, at, "(") ? close_of(p, at) - 1 : at;
			continue;
		}
		size_t end = at > item && is_at(p, at - 1, "ASC") ? at - 1 : at;
		if (item > constraint->first) {
			sfs_str_add(&p->t->pool, ", ");
		}
		if (end == item + 1 && lite_token_is_name(&p->t->tokens.items[item])) {
			lite_normal_name(p->t->text, &p->t->tokens.items[item], &p->t->pool);
		} else {
			add_normal(p, item, end);
		}
		item = at + 1;
	}
	return keep(p, begun);
}

/* The name of a column, as the columns of a key are written. */
static size_t
column_key(struct parser *p, size_t number)
{
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT;
	size_t begun;

	sfs_str_add(&name, lite_table_text(p->t, p->t->columns.items[number - 1].name));
	begun = begin(p);
	lite_normal_name(sfs_str_text(&name), &(struct sfs_token){ SFS_TOKEN_QUOTED, 0, name.len },
		&p->t->pool);
	return keep(p, begun);
}

static void
add_pool(struct parser *p, size_t offset)
{
	if (offset) {
		/* Adding may move the pool, so not from a pointer into it. */
		char *copy sfs_auto(free) = sfs_strdup(lite_table_text(p->t, offset));

		sfs_str_add(&p->t->pool, copy);
	}
}

static void
finish_constraint(struct parser *p, struct lite_constraint *constraint)
{
	size_t begun;

	if (constraint->type != LITE_CHECK) {
		constraint->columns = constraint->column ? column_key(p, constraint->column)
							 : key_columns(p, constraint);
	}
	begun = begin(p);
	sfs_str_add(&p->t->pool, lite_constraint_name(constraint->type));
	sfs_str_add(&p->t->pool, " (");
	if (constraint->type == LITE_CHECK) {
		add_normal(p, constraint->first, constraint->end);
	} else {
		add_pool(p, constraint->columns);
	}
	sfs_str_addc(&p->t->pool, ')');
	constraint->brief = keep(p, begun);
	begun = begin(p);
	add_pool(p, constraint->brief);
	add_pool(p, constraint->tail);
	constraint->definition = keep(p, begun);
	if (constraint->type != LITE_FOREIGN_KEY) {
		constraint->brief = constraint->definition;
	}
}

static void
finish_generated(struct parser *p, struct lite_column *column)
{
	if (column->generated) {
		size_t first = column->generated, end = close_of(p, first - 1) - 1;
		size_t begun;

		while (is_enclosed(p, first, end)) {
			first++;
			end--;
		}
		begun = begin(p);
		add_normal(p, first, end);
		column->generated = keep(p, begun);
	}
}

static void
take_options(struct parser *p)
{
	while (p->at < p->end) {
		if (take(p, "STRICT")) {
			p->t->strict = true;
		} else if (is(p, "WITHOUT") && is_at(p, p->at + 1, "ROWID")) {
			p->t->without_rowid = true;
			p->at += 2;
		} else if (!take(p, ",") && !take(p, ";")) {
			p->lost = true;
			return;
		}
	}
}

static void
take_body(struct parser *p)
{
	size_t whole = p->end, close = close_of(p, p->at);

	p->at++;
	p->end = close > p->at ? close - 1 : p->at;
	while (p->at < p->end && !p->lost && !starts_table_constraint(p)) {
		take_column(p);
		if (!take(p, ",")) {
			break;
		}
	}
	while (p->at < p->end && !p->lost) {
		take_table_constraint(p);
	}
	for (size_t i = 0; i < p->t->constraints.len && !p->lost; i++) {
		finish_constraint(p, &p->t->constraints.items[i]);
	}
	for (size_t i = 0; i < p->t->columns.len; i++) {
		finish_generated(p, &p->t->columns.items[i]);
	}
	p->end = whole;
	if (!p->lost) {
		p->at = close;
		take_options(p);
	}
}

/* What can not be taken apart is compared as a whole. */
static void
keep_whole(struct parser *p, size_t first)
{
	size_t begun = begin(p);

	p->t->columns.len = p->t->constraints.len = 0;
	add_normal(p, first, p->end);
	p->t->options = keep(p, begun);
}

void
lite_table_parse(struct lite_table *table, const char *text)
{
	struct lite_head head;
	struct parser p = { .t = table };

	sfs_str_truncate(&table->pool, 0);
	table->columns.len = table->constraints.len = 0;
	table->name = table->module = table->options = 0;
	table->without_rowid = table->strict = table->autoincrement = false;
	table->text = text;
	sfs_str_addc(&table->pool, '\0');
	lite_tokens_cut(&table->tokens, text, strlen(text));
	p.end = table->tokens.len;
	if (!lite_head_parse(text, &table->tokens, &head) ||
		!sfs_token_is(text, &table->tokens.items[head.object], "TABLE")) {
		keep_whole(&p, 0);
		return;
	}
	p.at = head.name;
	table->name = take_name(&p);
	table->body = table->tokens.items[head.name].offset + table->tokens.items[head.name].len;
	if (head.virtual) {
		struct lite_normal normal = { .text = text, .tokens = table->tokens.items };
		struct sfs_str out sfs_auto(str) = SFS_STR_INIT;

		lite_normal_add(&normal, p.at + is(&p, "USING"), p.end, &out);
		table->module = keep_text(&p, sfs_str_text(&out));
	} else if (is(&p, "(")) {
		take_body(&p);
		if (p.lost) {
			keep_whole(&p, head.name + 1);
		}
	} else {
		keep_whole(&p, head.name + 1);
	}
}

/* ---- indexes, views, triggers ---- */

void
lite_index_finish(struct lite_index *index)
{
	sfs_str_finish(&index->keys);
	sfs_str_finish(&index->predicate);
}

void
lite_index_parse(struct lite_index *index, const char *text, const char *table)
{
	struct lite_tokens tokens = { 0 };
	struct lite_head head;

	sfs_str_truncate(&index->keys, 0);
	sfs_str_truncate(&index->predicate, 0);
	lite_tokens_cut(&tokens, text, strlen(text));
	struct lite_normal normal = {
		.text = text, .tokens = tokens.items, .fold = true, .table = table
	};
	if (lite_head_parse(text, &tokens, &head)) {
		struct lite_table scratch = { .text = text, .tokens = tokens };
		struct parser p = { .t = &scratch, .at = head.name + 1, .end = tokens.len };
		size_t first, end;

		index->unique = head.unique;
		p.at += 2; /* ON table */
		if (take_parentheses(&p, &first, &end)) {
			lite_normal_add(&normal, first, end, &index->keys);
		}
		if (take(&p, "WHERE")) {
			lite_normal_add(&normal, p.at, p.end, &index->predicate);
		}
	} else {
		lite_normal_add(&normal, 0, tokens.len, &index->keys);
	}
	sfs_vec_finish(&tokens);
}

void
lite_body_normal(const char *text, bool fold, struct sfs_str *out)
{
	struct lite_tokens tokens = { 0 };
	struct lite_head head;

	lite_tokens_cut(&tokens, text, strlen(text));
	bool known = lite_head_parse(text, &tokens, &head);
	lite_normal_add(&(struct lite_normal){ .text = text, .tokens = tokens.items, .fold = fold },
		known ? head.name + 1 : 0, tokens.len, out);
	sfs_vec_finish(&tokens);
}
