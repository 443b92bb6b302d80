// SPDX-License-Identifier: MIT
/* The object that a statement names: the words of its kind, then its name in the kind's form. */
#include <string.h>

#include "drivers/postgres/text/head.h"

/* Longer ones stand before those that they start with. */
static const struct pg_kind_words kinds[] = {
	{ "ACCESS METHOD", SFS_ACCESS_METHOD },
	{ "AGGREGATE", SFS_AGGREGATE, PG_NAME_PLAIN, PG_SPACE_FUNCTION },
	{ "CAST", SFS_CAST, PG_NAME_NONE },
	{ "COLLATION", SFS_COLLATION },
	{ "COLUMN", SFS_COLUMN, PG_NAME_COLUMN, PG_SPACE_RELATION },
	{ "CONSTRAINT TRIGGER", SFS_TRIGGER, .on = "ON" },
	{ "CONSTRAINT", SFS_CONSTRAINT, .on = "ON" },
	{ "CONVERSION", SFS_CONVERSION },
	{ "DATABASE", SFS_KIND_COUNT, PG_NAME_REFUSED },
	{ "DEFAULT PRIVILEGES", SFS_DEFAULT_PRIVILEGES, PG_NAME_NONE },
	{ "DOMAIN", SFS_DOMAIN, PG_NAME_PLAIN, PG_SPACE_TYPE },
	{ "EVENT TRIGGER", SFS_EVENT_TRIGGER },
	{ "EXTENSION", SFS_EXTENSION },
	{ "FOREIGN DATA WRAPPER", SFS_FOREIGN_DATA_WRAPPER },
	{ "FOREIGN SERVER", SFS_SERVER },
	{ "FOREIGN TABLE", SFS_FOREIGN_TABLE, PG_NAME_PLAIN, PG_SPACE_RELATION },
	{ "FUNCTION", SFS_FUNCTION, PG_NAME_PLAIN, PG_SPACE_FUNCTION },
	{ "GROUP", SFS_KIND_COUNT, PG_NAME_REFUSED },
	{ "INDEX", SFS_INDEX, PG_NAME_PLAIN, PG_SPACE_RELATION, NULL, "ON" },
	{ "LANGUAGE", SFS_LANGUAGE },
	{ "LARGE OBJECT", SFS_KIND_COUNT, PG_NAME_REFUSED },
	{ "MATERIALIZED VIEW", SFS_MATERIALIZED_VIEW, PG_NAME_PLAIN, PG_SPACE_RELATION },
	{ "OPERATOR CLASS", SFS_OPERATOR_CLASS },
	{ "OPERATOR FAMILY", SFS_OPERATOR_FAMILY },
	{ "OPERATOR", SFS_OPERATOR, PG_NAME_OPERATOR },
	{ "PARAMETER", SFS_KIND_COUNT, PG_NAME_REFUSED },
	{ "POLICY", SFS_POLICY, .on = "ON" },
	{ "PROCEDURAL LANGUAGE", SFS_LANGUAGE },
	{ "PROCEDURE", SFS_PROCEDURE, PG_NAME_PLAIN, PG_SPACE_FUNCTION },
	{ "PUBLICATION", SFS_PUBLICATION },
	{ "ROLE", SFS_KIND_COUNT, PG_NAME_REFUSED },
	{ "ROUTINE", SFS_FUNCTION, PG_NAME_PLAIN, PG_SPACE_FUNCTION },
	{ "RULE", SFS_RULE, .on = "ON", .create = "TO" },
	{ "SCHEMA", SFS_NAMESPACE },
	{ "SEQUENCE", SFS_SEQUENCE, PG_NAME_PLAIN, PG_SPACE_RELATION },
	{ "SERVER", SFS_SERVER },
	{ "STATISTICS", SFS_STATISTICS, .create = "FROM" },
	{ "SUBSCRIPTION", SFS_SUBSCRIPTION },
	{ "SYSTEM", SFS_KIND_COUNT, PG_NAME_REFUSED },
	{ "TABLE", SFS_TABLE, PG_NAME_PLAIN, PG_SPACE_RELATION },
	{ "TABLESPACE", SFS_KIND_COUNT, PG_NAME_REFUSED },
	{ "TEXT SEARCH CONFIGURATION", SFS_TEXT_SEARCH_CONFIGURATION },
	{ "TEXT SEARCH DICTIONARY", SFS_TEXT_SEARCH_DICTIONARY },
	{ "TEXT SEARCH PARSER", SFS_TEXT_SEARCH_PARSER },
	{ "TEXT SEARCH TEMPLATE", SFS_TEXT_SEARCH_TEMPLATE },
	{ "TRANSFORM", SFS_TRANSFORM, PG_NAME_NONE },
	{ "TRIGGER", SFS_TRIGGER, .on = "ON" },
	{ "TYPE", SFS_TYPE, PG_NAME_PLAIN, PG_SPACE_TYPE },
	{ "USER MAPPING", SFS_USER_MAPPING, PG_NAME_NONE },
	{ "USER", SFS_KIND_COUNT, PG_NAME_REFUSED },
	{ "VIEW", SFS_VIEW, PG_NAME_PLAIN, PG_SPACE_RELATION },
};

bool
pg_head_kind(struct pg_head_reader *r)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (pg_cursor_accept_all(&r->cursor, kinds[i].words)) {
			r->words = &kinds[i];
			r->head->kind = kinds[i].kind;
			if (kinds[i].style == PG_NAME_REFUSED) {
				r->head->role = PG_REFUSED;
			}
			return true;
		}
	}
	return false;
}

void
pg_head_add(struct pg_head_reader *r, struct pg_ref target)
{
	struct pg_refs *targets = &r->head->targets;
	struct pg_ref *items = sfs_arena_alloc(r->arena, (targets->len + 1) * sizeof *items);

	if (targets->len) {
		memcpy(items, targets->items, targets->len * sizeof *items);
	}
	items[targets->len] = target;
	targets->items = items;
	targets->len++;
}

struct pg_ref
pg_head_ref(struct pg_head_reader *r, enum pg_space space)
{
	const char *parts[2];
	size_t offset = r->cursor.token.offset;
	size_t n = pg_cursor_name(&r->cursor, r->arena, parts, 2);

	return (struct pg_ref){ .space = space,
		.offset = offset,
		.namespace = n == 2 ? parts[0] : NULL,
		.name = n ? parts[n - 1] : NULL };
}

static struct pg_ref
take_column(struct pg_head_reader *r)
{
	const char *parts[3];
	size_t offset = r->cursor.token.offset;
	size_t n = pg_cursor_name(&r->cursor, r->arena, parts, 3);

	r->head->column = n ? parts[n - 1] : NULL;
	return (struct pg_ref){ .space = PG_SPACE_RELATION,
		.offset = offset,
		.namespace = n == 3 ? parts[0] : NULL,
		.name = n >= 2 ? parts[n - 2] : NULL };
}

static struct pg_ref
take_operator(struct pg_head_reader *r)
{
	struct pg_ref ref = { .offset = r->cursor.token.offset };
	const char *parts[1];

	if (pg_cursor_at_name(&r->cursor) && pg_cursor_name(&r->cursor, r->arena, parts, 1)) {
		ref.namespace = parts[0];
		(void)pg_cursor_accept(&r->cursor, ".");
	}
	if (r->cursor.token.type == SFS_TOKEN_OPERATOR) {
		ref.name = sfs_arena_strndup(
			r->arena, r->cursor.text + r->cursor.token.offset, r->cursor.token.len);
		pg_cursor_next(&r->cursor);
	}
	return ref;
}

void
pg_head_target(struct pg_head_reader *r)
{
	struct pg_ref ref = { 0 };

	switch (r->words->style) {
	case PG_NAME_PLAIN:
		ref = pg_head_ref(r, r->words->space);
		break;
	case PG_NAME_COLUMN:
		ref = take_column(r);
		break;
	case PG_NAME_OPERATOR:
		ref = take_operator(r);
		break;
	case PG_NAME_NONE:
	case PG_NAME_REFUSED:
		return;
	}
	if (ref.name) {
		pg_head_add(r, ref);
	}
}

static void
skip_parentheses(struct pg_cursor *cursor)
{
	size_t depth = 0;

	do {
		if (pg_cursor_at(cursor, "(")) {
			depth++;
		} else if (pg_cursor_at(cursor, ")")) {
			depth--;
		}
		pg_cursor_next(cursor);
	} while (depth && cursor->token.type != SFS_TOKEN_END);
}

/* Functions come with their arguments. */
void
pg_head_targets(struct pg_head_reader *r)
{
	do {
		pg_head_target(r);
		if (pg_cursor_at(&r->cursor, "(")) {
			skip_parentheses(&r->cursor);
		}
	} while (pg_cursor_accept(&r->cursor, ","));
}

void
pg_head_on(struct pg_head_reader *r, const char *word)
{
	if (!word || !pg_cursor_find(&r->cursor, word)) {
		return;
	}
	pg_cursor_next(&r->cursor);
	if (r->head->kind == SFS_CONSTRAINT && pg_cursor_accept(&r->cursor, "DOMAIN")) {
		r->head->kind = SFS_DOMAIN_CONSTRAINT;
		r->head->on = pg_head_ref(r, PG_SPACE_TYPE);
		return;
	}
	(void)pg_cursor_accept(&r->cursor, "ONLY");
	r->head->on = pg_head_ref(r, PG_SPACE_RELATION);
	r->head->on.use = PG_USE_LOCKS;
}
