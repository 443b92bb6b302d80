// SPDX-License-Identifier: MIT
/* Constraints of columns and tables, brought into one form. */
#include <string.h>

#include "base/alloc.h"
#include "drivers/sqlite/parser.h"

/* ---- pieces ---- */

/* ON CONFLICT x: " ON CONFLICT x" is added to the pool; ABORT is what happens anyway. */
void
lite_parser_conflict(struct lite_parser *p)
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
	lite_parser_upper(p, from);
}

struct lite_constraint *
lite_parser_constraint(struct lite_parser *p, enum lite_constraint_type type, size_t column)
{
	sfs_vec_push(&p->t->constraints,
		(struct lite_constraint){ .type = type, .column = column, .name = p->pending });
	p->pending = 0;
	return &p->t->constraints.items[p->t->constraints.len - 1];
}

/* [NOT] DEFERRABLE [INITIALLY DEFERRED | IMMEDIATE]; belongs to the last foreign key. */
bool
lite_parser_deferrable(struct lite_parser *p)
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
add_upper(struct lite_parser *p, size_t at)
{
	const struct sfs_token *token = &p->t->tokens.items[at];
	size_t from = p->t->pool.len;

	if (p->t->pool.text[from - 1] != ' ') {
		sfs_str_addc(&p->t->pool, ' ');
		from++;
	}
	sfs_str_addn(&p->t->pool, p->t->text + token->offset, token->len);
	lite_parser_upper(p, from);
}

/* Where the words of ON DELETE and ON UPDATE stand; NO ACTION is what happens anyway. */
struct actions {
	size_t on_delete, on_update; /* token indexes, 0 for none */
};

static void
take_actions(struct lite_parser *p, struct actions *ret_actions)
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
add_action(struct lite_parser *p, const char *when, size_t at)
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
add_names(struct lite_parser *p, size_t first, size_t end)
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
void
lite_parser_references(struct lite_parser *p, struct lite_constraint *constraint)
{
	struct actions actions;
	size_t first = 0, end = 0;

	size_t table = p->at;
	size_t references = lite_parser_name(p);
	if (is(p, "(")) {
		(void)lite_parser_parentheses(p, &first, &end);
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

/* ---- constraints of the table ---- */

static void
take_table_key(struct lite_parser *p, enum lite_constraint_type type)
{
	struct lite_constraint *constraint = lite_parser_constraint(p, type, 0);
	bool autoincrement = false;

	if (!lite_parser_parentheses(p, &constraint->first, &constraint->end)) {
		return;
	}
	if (constraint->end > constraint->first && is_at(p, constraint->end - 1, "AUTOINCREMENT")) {
		constraint->end--;
		autoincrement = p->t->autoincrement = true;
	}
	size_t tail = begin(p);
	lite_parser_conflict(p);
	sfs_str_add(&p->t->pool, autoincrement ? " AUTOINCREMENT" : "");
	constraint->tail = keep(p, tail);
}

static void
take_table_check(struct lite_parser *p)
{
	struct lite_constraint *constraint = lite_parser_constraint(p, LITE_CHECK, 0);

	(void)lite_parser_parentheses(p, &constraint->first, &constraint->end);
	size_t tail = begin(p);
	lite_parser_conflict(p);
	constraint->tail = keep(p, tail);
}

static void
take_table_foreign_key(struct lite_parser *p)
{
	struct lite_constraint *constraint = lite_parser_constraint(p, LITE_FOREIGN_KEY, 0);

	if (!take(p, "KEY") || !lite_parser_parentheses(p, &constraint->first, &constraint->end) ||
		!take(p, "REFERENCES")) {
		p->lost = true;
		return;
	}
	lite_parser_references(p, constraint);
	(void)lite_parser_deferrable(p);
}

bool
lite_parser_at_constraint(const struct lite_parser *p)
{
	return is(p, "CONSTRAINT") || is(p, "CHECK") || is(p, "UNIQUE") ||
	       (is(p, "PRIMARY") && is_at(p, p->at + 1, "KEY")) ||
	       (is(p, "FOREIGN") && is_at(p, p->at + 1, "KEY"));
}

/* One constraint; commas between them are optional in SQLite. */
void
lite_parser_table_constraint(struct lite_parser *p)
{
	if (take(p, "CONSTRAINT")) {
		p->pending = lite_parser_name(p);
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
key_columns(struct lite_parser *p, const struct lite_constraint *constraint)
{
	size_t begun = begin(p), item = constraint->first;

	for (size_t at = constraint->first; at <= constraint->end; at++) {
		if (at < constraint->end && !is_at(p, at, ",")) {
			at = is_at(p, at, "(") ? lite_parser_close(p, at) - 1 : at;
			continue;
		}
		size_t end = at > item && is_at(p, at - 1, "ASC") ? at - 1 : at;
		if (item > constraint->first) {
			sfs_str_add(&p->t->pool, ", ");
		}
		if (end == item + 1 && lite_token_is_name(&p->t->tokens.items[item])) {
			lite_normal_name(p->t->text, &p->t->tokens.items[item], &p->t->pool);
		} else {
			lite_parser_normal(p, item, end);
		}
		item = at + 1;
	}
	return keep(p, begun);
}

/* The name of a column, as the columns of a key are written. */
static size_t
column_key(struct lite_parser *p, size_t number)
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
add_pool(struct lite_parser *p, size_t offset)
{
	if (offset) {
		/* Adding may move the pool, so not from a pointer into it. */
		char *copy sfs_auto(free) = sfs_strdup(lite_table_text(p->t, offset));

		sfs_str_add(&p->t->pool, copy);
	}
}

void
lite_parser_finish_constraint(struct lite_parser *p, struct lite_constraint *constraint)
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
		lite_parser_normal(p, constraint->first, constraint->end);
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
