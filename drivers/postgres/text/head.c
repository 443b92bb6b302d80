// SPDX-License-Identifier: MIT
/* What a statement is about, from its first words. */
#include <string.h>

#include "drivers/postgres/text/parse.h"
#include "sql/quote.h"

/* How the name of an object follows the words of its kind. */
enum style {
	PLAIN,    /* [namespace.]name */
	COLUMN,   /* [namespace.]relation.column */
	OPERATOR, /* [namespace.]sign */
	NONE,
	REFUSED, /* belongs to the cluster, or to the database itself */
};

struct kind_words {
	const char *words;
	enum sfs_kind kind;
	enum style style;
	enum pg_space space;
	const char *on;     /* the word before the relation that it belongs to */
	const char *create; /* that word in CREATE, when it is another one */
};

/* Longer ones stand before those that they start with. */
static const struct kind_words kinds[] = {
	{ "ACCESS METHOD", SFS_ACCESS_METHOD },
	{ "AGGREGATE", SFS_AGGREGATE, PLAIN, PG_SPACE_FUNCTION },
	{ "CAST", SFS_CAST, NONE },
	{ "COLLATION", SFS_COLLATION },
	{ "COLUMN", SFS_COLUMN, COLUMN, PG_SPACE_RELATION },
	{ "CONSTRAINT TRIGGER", SFS_TRIGGER, .on = "ON" },
	{ "CONSTRAINT", SFS_CONSTRAINT, .on = "ON" },
	{ "CONVERSION", SFS_CONVERSION },
	{ "DATABASE", SFS_KIND_COUNT, REFUSED },
	{ "DEFAULT PRIVILEGES", SFS_DEFAULT_PRIVILEGES, NONE },
	{ "DOMAIN", SFS_DOMAIN, PLAIN, PG_SPACE_TYPE },
	{ "EVENT TRIGGER", SFS_EVENT_TRIGGER },
	{ "EXTENSION", SFS_EXTENSION },
	{ "FOREIGN DATA WRAPPER", SFS_FOREIGN_DATA_WRAPPER },
	{ "FOREIGN SERVER", SFS_SERVER },
	{ "FOREIGN TABLE", SFS_FOREIGN_TABLE, PLAIN, PG_SPACE_RELATION },
	{ "FUNCTION", SFS_FUNCTION, PLAIN, PG_SPACE_FUNCTION },
	{ "GROUP", SFS_KIND_COUNT, REFUSED },
	{ "INDEX", SFS_INDEX, PLAIN, PG_SPACE_RELATION, NULL, "ON" },
	{ "LANGUAGE", SFS_LANGUAGE },
	{ "LARGE OBJECT", SFS_KIND_COUNT, REFUSED },
	{ "MATERIALIZED VIEW", SFS_MATERIALIZED_VIEW, PLAIN, PG_SPACE_RELATION },
	{ "OPERATOR CLASS", SFS_OPERATOR_CLASS },
	{ "OPERATOR FAMILY", SFS_OPERATOR_FAMILY },
	{ "OPERATOR", SFS_OPERATOR, OPERATOR },
	{ "PARAMETER", SFS_KIND_COUNT, REFUSED },
	{ "POLICY", SFS_POLICY, .on = "ON" },
	{ "PROCEDURAL LANGUAGE", SFS_LANGUAGE },
	{ "PROCEDURE", SFS_PROCEDURE, PLAIN, PG_SPACE_FUNCTION },
	{ "PUBLICATION", SFS_PUBLICATION },
	{ "ROLE", SFS_KIND_COUNT, REFUSED },
	{ "ROUTINE", SFS_FUNCTION, PLAIN, PG_SPACE_FUNCTION },
	{ "RULE", SFS_RULE, .on = "ON", .create = "TO" },
	{ "SCHEMA", SFS_NAMESPACE },
	{ "SEQUENCE", SFS_SEQUENCE, PLAIN, PG_SPACE_RELATION },
	{ "SERVER", SFS_SERVER },
	{ "STATISTICS", SFS_STATISTICS, .create = "FROM" },
	{ "SUBSCRIPTION", SFS_SUBSCRIPTION },
	{ "SYSTEM", SFS_KIND_COUNT, REFUSED },
	{ "TABLE", SFS_TABLE, PLAIN, PG_SPACE_RELATION },
	{ "TABLESPACE", SFS_KIND_COUNT, REFUSED },
	{ "TEXT SEARCH CONFIGURATION", SFS_TEXT_SEARCH_CONFIGURATION },
	{ "TEXT SEARCH DICTIONARY", SFS_TEXT_SEARCH_DICTIONARY },
	{ "TEXT SEARCH PARSER", SFS_TEXT_SEARCH_PARSER },
	{ "TEXT SEARCH TEMPLATE", SFS_TEXT_SEARCH_TEMPLATE },
	{ "TRANSFORM", SFS_TRANSFORM, NONE },
	{ "TRIGGER", SFS_TRIGGER, .on = "ON" },
	{ "TYPE", SFS_TYPE, PLAIN, PG_SPACE_TYPE },
	{ "USER MAPPING", SFS_USER_MAPPING, NONE },
	{ "USER", SFS_KIND_COUNT, REFUSED },
	{ "VIEW", SFS_VIEW, PLAIN, PG_SPACE_RELATION },
};

/* Everything that reading a head needs at hand. */
struct reader {
	struct pg_cursor cursor;
	struct sfs_arena *arena;
	struct pg_head *head;
	const struct kind_words *words;
};

static bool
take_kind(struct reader *r)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (pg_cursor_accept_all(&r->cursor, kinds[i].words)) {
			r->words = &kinds[i];
			r->head->kind = kinds[i].kind;
			if (kinds[i].style == REFUSED) {
				r->head->role = PG_REFUSED;
			}
			return true;
		}
	}
	return false;
}

static void
add_target(struct reader *r, struct pg_ref target)
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

/* A name of one or two parts. */
static struct pg_ref
take_ref(struct reader *r, enum pg_space space)
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
take_column(struct reader *r)
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
take_operator(struct reader *r)
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

static void
take_target(struct reader *r)
{
	struct pg_ref ref = { 0 };

	switch (r->words->style) {
	case PLAIN:
		ref = take_ref(r, r->words->space);
		break;
	case COLUMN:
		ref = take_column(r);
		break;
	case OPERATOR:
		ref = take_operator(r);
		break;
	case NONE:
	case REFUSED:
		return;
	}
	if (ref.name) {
		add_target(r, ref);
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

/* Several, as in GRANT and DROP; functions with their arguments. */
static void
take_targets(struct reader *r)
{
	do {
		take_target(r);
		if (pg_cursor_at(&r->cursor, "(")) {
			skip_parentheses(&r->cursor);
		}
	} while (pg_cursor_accept(&r->cursor, ","));
}

static void
take_on(struct reader *r, const char *word)
{
	if (!word || !pg_cursor_find(&r->cursor, word)) {
		return;
	}
	pg_cursor_next(&r->cursor);
	if (r->head->kind == SFS_CONSTRAINT && pg_cursor_accept(&r->cursor, "DOMAIN")) {
		r->head->kind = SFS_DOMAIN_CONSTRAINT;
		r->head->on = take_ref(r, PG_SPACE_TYPE);
		return;
	}
	(void)pg_cursor_accept(&r->cursor, "ONLY");
	r->head->on = take_ref(r, PG_SPACE_RELATION);
	r->head->on.use = PG_USE_LOCKS;
}

static void
read_index(struct reader *r)
{
	(void)pg_cursor_accept(&r->cursor, "CONCURRENTLY");
	r->head->exists_ok = pg_cursor_accept_all(&r->cursor, "IF NOT EXISTS");
	if (!pg_cursor_at(&r->cursor, "ON")) {
		take_target(r);
	}
	take_on(r, "ON");
	/* The index stands beside its table, whose namespace is written with the table. */
	if (r->head->targets.len) {
		r->head->targets.items[0].namespace = r->head->on.namespace;
		r->head->targets.items[0].offset = PG_NOWHERE;
	}
}

static void
read_create(struct reader *r)
{
	static const char *const before[] = { "GLOBAL", "LOCAL", "UNLOGGED", "RECURSIVE", "UNIQUE",
		"TRUSTED", NULL };
	struct pg_head *head = r->head;

	head->creates = true;
	head->role = PG_DEFINES;
	for (;;) {
		const char *const *word = before;

		while (*word && !pg_cursor_accept(&r->cursor, *word)) {
			word++;
		}
		if (*word) {
			continue;
		}
		if (pg_cursor_accept_all(&r->cursor, "OR REPLACE")) {
			head->exists_ok = true;
		} else if (pg_cursor_accept(&r->cursor, "TEMP") ||
			   pg_cursor_accept(&r->cursor, "TEMPORARY")) {
			head->temporary = true;
		} else if (!pg_cursor_at(&r->cursor, "DEFAULT")) {
			break;
		} else {
			pg_cursor_next(&r->cursor);
		}
	}
	if (!take_kind(r) || head->role == PG_REFUSED) {
		return;
	}
	if (head->kind == SFS_INDEX) {
		read_index(r);
		return;
	}
	if (pg_cursor_accept_all(&r->cursor, "IF NOT EXISTS")) {
		head->exists_ok = true;
	}
	if (head->kind == SFS_NAMESPACE && pg_cursor_accept(&r->cursor, "AUTHORIZATION")) {
		take_target(r);
		return;
	}
	take_target(r);
	take_on(r, r->words->create ? r->words->create : r->words->on);
}

static void
read_default_privileges(struct reader *r)
{
	while (r->cursor.token.type != SFS_TOKEN_END && !pg_cursor_at(&r->cursor, "GRANT") &&
		!pg_cursor_at(&r->cursor, "REVOKE")) {
		if (!pg_cursor_accept_all(&r->cursor, "IN SCHEMA")) {
			pg_cursor_next(&r->cursor);
			continue;
		}
		do {
			struct pg_ref ref = take_ref(r, PG_SPACE_ANY);

			if (ref.name) {
				add_target(r, ref);
			}
		} while (pg_cursor_accept(&r->cursor, ","));
	}
}

static void
read_alter(struct reader *r)
{
	r->head->role = PG_DEFINES;
	if (!take_kind(r) || r->head->role == PG_REFUSED) {
		return;
	}
	if (r->head->kind == SFS_DEFAULT_PRIVILEGES) {
		read_default_privileges(r);
		return;
	}
	if (pg_cursor_accept_all(&r->cursor, "ALL IN TABLESPACE")) {
		r->head->role = PG_REFUSED;
		return;
	}
	r->head->exists_ok = pg_cursor_accept_all(&r->cursor, "IF EXISTS");
	(void)pg_cursor_accept(&r->cursor, "ONLY");
	take_target(r);
	take_on(r, r->words->on);
}

static void
read_comment(struct reader *r)
{
	r->head->role = PG_DEFINES;
	if (!pg_cursor_find(&r->cursor, "ON")) {
		return;
	}
	pg_cursor_next(&r->cursor);
	if (!take_kind(r)) {
		return;
	}
	if (r->head->role == PG_REFUSED) {
		r->head->role = PG_DATA; /* says something of the database or the cluster */
		return;
	}
	take_target(r);
	take_on(r, r->words->on);
}

/* GRANT and REVOKE: on objects, or of roles, which belong to the cluster. */
static void
read_grant(struct reader *r)
{
	static const char *const all[] = { "ALL TABLES IN SCHEMA", "ALL SEQUENCES IN SCHEMA",
		"ALL FUNCTIONS IN SCHEMA", "ALL PROCEDURES IN SCHEMA", "ALL ROUTINES IN SCHEMA",
		NULL };
	struct pg_cursor ahead = r->cursor;

	if (!pg_cursor_find(&ahead, "ON")) {
		r->head->role = PG_DATA;
		return;
	}
	r->cursor = ahead;
	pg_cursor_next(&r->cursor);
	r->head->role = PG_DEFINES;
	for (size_t i = 0; all[i]; i++) {
		if (pg_cursor_accept_all(&r->cursor, all[i])) {
			return;
		}
	}
	if (!take_kind(r)) {
		static const struct kind_words table = { "TABLE", SFS_TABLE, PLAIN,
			PG_SPACE_RELATION };

		r->words = &table;
		r->head->kind = SFS_TABLE;
	}
	if (r->head->role == PG_REFUSED) {
		r->head->role = PG_DATA;
		return;
	}
	take_targets(r);
}

static void
read_drop(struct reader *r)
{
	r->head->role = PG_DEFINES;
	if (pg_cursor_at(&r->cursor, "OWNED")) {
		r->head->role = PG_REFUSED;
		return;
	}
	if (!take_kind(r) || r->head->role == PG_REFUSED) {
		return;
	}
	(void)pg_cursor_accept(&r->cursor, "CONCURRENTLY");
	r->head->exists_ok = pg_cursor_accept_all(&r->cursor, "IF EXISTS");
	take_targets(r);
	take_on(r, r->words->on);
}

static void
read_cluster(struct reader *r)
{
	(void)pg_cursor_accept(&r->cursor, "VERBOSE");
	r->head->role = PG_DATA;
	if (pg_cursor_at_name(&r->cursor)) {
		r->head->role = PG_DEFINES;
		r->head->kind = SFS_TABLE;
		add_target(r, take_ref(r, PG_SPACE_RELATION));
	}
}

static void
read_set(struct reader *r)
{
	if (pg_cursor_at(&r->cursor, "TRANSACTION") || pg_cursor_at(&r->cursor, "CONSTRAINTS")) {
		r->head->role = PG_TRANSACTION;
	} else {
		r->head->role = PG_SETS;
	}
}

static void
read_select(struct reader *r)
{
	const char *parts[2];
	size_t n = pg_cursor_name(&r->cursor, r->arena, parts, 2);
	bool set_config = n && strcmp(parts[n - 1], "set_config") == 0;

	r->head->role = set_config && pg_cursor_at(&r->cursor, "(") ? PG_SETS : PG_RUNS;
}

/* What a statement starts with: how it is read on, or its role when that is all. */
static const struct {
	const char *word;
	void (*read)(struct reader *r);
	enum pg_role role;
} verbs[] = {
	{ "ABORT", NULL, PG_REFUSED },
	{ "ALTER", read_alter },
	{ "ANALYSE", NULL, PG_DATA },
	{ "ANALYZE", NULL, PG_DATA },
	{ "BEGIN", NULL, PG_TRANSACTION },
	{ "CALL", NULL, PG_RUNS },
	{ "CHECKPOINT", NULL, PG_DATA },
	{ "CLUSTER", read_cluster },
	{ "COMMENT", read_comment },
	{ "COMMIT", NULL, PG_TRANSACTION },
	{ "COPY", NULL, PG_DATA },
	{ "CREATE", read_create },
	{ "DELETE", NULL, PG_DATA },
	{ "DO", NULL, PG_RUNS },
	{ "DROP", read_drop },
	{ "END", NULL, PG_TRANSACTION },
	{ "GRANT", read_grant },
	{ "IMPORT", NULL, PG_REFUSED },
	{ "INSERT", NULL, PG_DATA },
	{ "LOCK", NULL, PG_DATA },
	{ "MERGE", NULL, PG_DATA },
	{ "NOTIFY", NULL, PG_DATA },
	{ "REASSIGN", NULL, PG_REFUSED },
	{ "REFRESH", NULL, PG_DATA },
	{ "REINDEX", NULL, PG_DATA },
	{ "RELEASE", NULL, PG_REFUSED },
	{ "RESET", NULL, PG_SETS },
	{ "REVOKE", read_grant },
	{ "ROLLBACK", NULL, PG_REFUSED },
	{ "SAVEPOINT", NULL, PG_REFUSED },
	{ "SECURITY", read_comment },
	{ "SELECT", read_select },
	{ "SET", read_set },
	{ "SHOW", NULL, PG_DATA },
	{ "START", NULL, PG_TRANSACTION },
	{ "TRUNCATE", NULL, PG_DATA },
	{ "UPDATE", NULL, PG_DATA },
	{ "VACUUM", NULL, PG_DATA },
	{ "VALUES", NULL, PG_DATA },
	{ "WITH", NULL, PG_DATA },
};

void
pg_head_read(struct sfs_arena *arena, struct pg_stmt *statement)
{
	struct pg_head *head = &statement->head;
	struct reader r = { .arena = arena, .head = head };

	*head = (struct pg_head){ .role = PG_UNKNOWN, .kind = SFS_KIND_COUNT };
	pg_cursor_init(&r.cursor, statement);
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
		if (pg_cursor_accept(&r.cursor, verbs[i].word)) {
			head->verb = verbs[i].word;
			head->role = verbs[i].role;
			if (verbs[i].read) {
				verbs[i].read(&r);
			}
			return;
		}
	}
}

/* The first namespace of a list that names something of the person's own. */
static const char *
first_namespace(struct pg_cursor *cursor, struct sfs_arena *arena)
{
	for (; cursor->token.type != SFS_TOKEN_END; pg_cursor_next(cursor)) {
		sfs_auto(str) struct sfs_str name = SFS_STR_INIT;
		const char *token = cursor->text + cursor->token.offset;

		if (pg_cursor_at_name(cursor)) {
			sfs_unquote_name(&name, SFS_POSTGRES, token, cursor->token.len);
		} else if (cursor->token.type != SFS_TOKEN_STRING ||
			   sfs_unquote_literal(&name, SFS_POSTGRES, token, cursor->token.len)) {
			continue;
		}
		if (name.len && strcmp(name.text, "pg_catalog") && strcmp(name.text, "$user")) {
			return sfs_arena_intern(arena, name.text);
		}
	}
	return "";
}

const char *
pg_head_search_path(struct sfs_arena *arena, const struct pg_stmt *statement)
{
	struct pg_cursor cursor;

	pg_cursor_init(&cursor, statement);
	if (pg_cursor_accept(&cursor, "SELECT")) {
		(void)pg_cursor_find(&cursor, "(");
		pg_cursor_next(&cursor);
		if (cursor.token.type != SFS_TOKEN_STRING ||
			strncasecmp(cursor.text + cursor.token.offset, "'search_path'", 13)) {
			return NULL;
		}
		pg_cursor_next(&cursor);
		/* The value is a list inside a string. */
		pg_cursor_next(&cursor);
		sfs_auto(str) struct sfs_str value = SFS_STR_INIT;
		if (sfs_unquote_literal(&value, SFS_POSTGRES, cursor.text + cursor.token.offset,
			    cursor.token.len)) {
			return NULL;
		}
		struct pg_stmt list = { .text = sfs_str_text(&value), .len = value.len };
		struct pg_cursor inner;
		pg_cursor_init(&inner, &list);
		return first_namespace(&inner, arena);
	}
	pg_cursor_next(&cursor);
	(void)(pg_cursor_accept(&cursor, "SESSION") || pg_cursor_accept(&cursor, "LOCAL"));
	if (!pg_cursor_accept(&cursor, "search_path")) {
		return NULL;
	}
	(void)(pg_cursor_accept(&cursor, "TO") || pg_cursor_accept(&cursor, "="));
	return first_namespace(&cursor, arena);
}
