// SPDX-License-Identifier: MIT
/* CREATE TABLE cut into columns and constraints, by the grammar of SQLite's parse.y. */
#include <string.h>

#include "drivers/sqlite/parser.h"

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

static size_t
keep_text(struct lite_parser *p, const char *text)
{
	size_t begun = begin(p);

	sfs_str_add(&p->t->pool, text);
	return keep(p, begun);
}

static void
take_options(struct lite_parser *p)
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
take_body(struct lite_parser *p)
{
	size_t whole = p->end, close = lite_parser_close(p, p->at);

	p->at++;
	p->end = close > p->at ? close - 1 : p->at;
	while (p->at < p->end && !p->lost && !lite_parser_at_constraint(p)) {
		lite_parser_column(p);
		if (!take(p, ",")) {
			break;
		}
	}
	while (p->at < p->end && !p->lost) {
		lite_parser_table_constraint(p);
	}
	for (size_t i = 0; i < p->t->constraints.len && !p->lost; i++) {
		lite_parser_finish_constraint(p, &p->t->constraints.items[i]);
	}
	for (size_t i = 0; i < p->t->columns.len; i++) {
		lite_parser_finish_column(p, &p->t->columns.items[i]);
	}
	p->end = whole;
	if (!p->lost) {
		p->at = close;
		take_options(p);
	}
}

/* What can not be taken apart is compared as a whole. */
static void
keep_whole(struct lite_parser *p, size_t first)
{
	size_t begun = begin(p);

	p->t->columns.len = p->t->constraints.len = 0;
	lite_parser_normal(p, first, p->end);
	p->t->options = keep(p, begun);
}

void
lite_table_parse(struct lite_table *table, const char *text)
{
	struct lite_head head;
	struct lite_parser p = { .t = table };

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
	table->name = lite_parser_name(&p);
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
