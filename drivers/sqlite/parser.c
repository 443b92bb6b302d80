// SPDX-License-Identifier: MIT
/* Tokens, names and parentheses for the parser of CREATE TABLE. */
#include <strings.h>

#include "drivers/sqlite/parser.h"

void
lite_parser_upper(struct lite_parser *p, size_t from)
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

/* The table's own name is read from the pool meanwhile, so the pool must not grow. */
void
lite_parser_normal(struct lite_parser *p, size_t first, size_t end)
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

size_t
lite_parser_close(const struct lite_parser *p, size_t at)
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

bool
lite_parser_parentheses(struct lite_parser *p, size_t *ret_first, size_t *ret_end)
{
	if (!is(p, "(")) {
		p->lost = true;
		return false;
	}
	*ret_first = p->at + 1;
	p->at = lite_parser_close(p, p->at);
	*ret_end = p->at > *ret_first ? p->at - 1 : *ret_first;
	return true;
}

bool
lite_parser_enclosed(const struct lite_parser *p, size_t first, size_t end)
{
	return end > first + 1 && is_at(p, first, "(") && lite_parser_close(p, first) == end;
}

size_t
lite_parser_name(struct lite_parser *p)
{
	size_t begun = begin(p);

	if (p->at >= p->end || !lite_token_is_name(&p->t->tokens.items[p->at])) {
		p->lost = true;
		return 0;
	}
	lite_token_name(p->t->text, &p->t->tokens.items[p->at++], &p->t->pool);
	/* "" is a name, too. */
	sfs_str_addc(&p->t->pool, '\0');
	return begun;
}
