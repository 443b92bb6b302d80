// SPDX-License-Identifier: MIT
/* What the statements of a migration touch, as far as they say so themselves. */
#include <string.h>

#include "migrate/touched.h"
#include "sql/quote.h"
#include "sql/statement.h"

struct scan {
	struct sfs_lexer lexer;
	struct sfs_token token; /* the present one; of type END past the last */
	struct sfs_arena *arena;
	struct sfs_touches *touches;
};

static void
next(struct scan *s)
{
	(void)sfs_lexer_word(&s->lexer, &s->token);
}

static bool
at(const struct scan *s, const char *word)
{
	return sfs_token_is(s->lexer.text, &s->token, word);
}

static bool
take(struct scan *s, const char *word)
{
	bool there = at(s, word);

	if (there) {
		next(s);
	}
	return there;
}

static void
skip(struct scan *s, const char *const *words)
{
	for (bool found = true; found;) {
		found = false;
		for (const char *const *word = words; *word && !found; word++) {
			found = take(s, *word);
		}
	}
}

/* Goes on to the word outside of parentheses; false when the statement ends before it. */
static bool
seek(struct scan *s, const char *word)
{
	int depth = 0;

	while (s->token.type != SFS_TOKEN_END && (depth || !at(s, word))) {
		depth += at(s, "(") ? 1 : at(s, ")") ? -1 : 0;
		next(s);
	}
	return s->token.type != SFS_TOKEN_END;
}

/* ---- names ---- */

static const char *
usual_namespace(const struct scan *s)
{
	return s->lexer.dialect == SFS_SQLITE ? "main" : "public";
}

static void
add(struct scan *s, const char *what, const char *name, bool rows)
{
	sfs_vec_foreach (touch, s->touches) {
		if (strcmp(touch->name, name) == 0 && strcmp(touch->what, what) == 0) {
			touch->rows &= rows;
			return;
		}
	}
	sfs_vec_push(
		s->touches, (struct sfs_touch){ what, sfs_arena_strdup(s->arena, name), rows });
}

/* The name at the present token as "namespace.name"; empty when there is none. */
static void
read_name(struct scan *s, bool has_namespace, struct sfs_str *out)
{
	size_t n = 0;

	while (s->token.type == SFS_TOKEN_WORD || s->token.type == SFS_TOKEN_QUOTED ||
		(s->lexer.dialect == SFS_SQLITE && s->token.type == SFS_TOKEN_STRING)) {
		if (n++) {
			sfs_str_addc(out, '.');
		}
		sfs_unquote_name(
			out, s->lexer.dialect, s->lexer.text + s->token.offset, s->token.len);
		next(s);
		if (!take(s, ".")) {
			break;
		}
	}
	if (n == 1 && has_namespace) {
		char *name sfs_auto(free) = sfs_str_steal(out);

		sfs_str_addf(out, "%s.%s", usual_namespace(s), name);
	}
}

static void
add_name(struct scan *s, const char *what, bool has_namespace, bool rows)
{
	static const char *const before[] = { "IF", "NOT", "EXISTS", "ONLY", "CONCURRENTLY", NULL };
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT;

	skip(s, before);
	read_name(s, has_namespace, &name);
	if (name.len) {
		add(s, what, sfs_str_text(&name), rows);
	}
}

/* ---- kinds ---- */

static const char relation[] = "relation", routine[] = "function", type[] = "type";

/* What stands behind CREATE, ALTER and DROP; the first that fits is it. */
static const struct kind {
	const char *words; /* the last one of the kind's name */
	const char *what;  /* NULL: it is its table's, which stands behind ON */
	bool global;       /* its name has no namespace */
} kinds[] = {
	{ "TABLE", relation, false },
	{ "VIEW", relation, false },
	{ "SEQUENCE", relation, false },
	{ "INDEX", NULL, false },
	{ "TRIGGER", NULL, false },
	{ "POLICY", NULL, false },
	{ "RULE", NULL, false },
	{ "TYPE", type, false },
	{ "DOMAIN", type, false },
	{ "FUNCTION", routine, false },
	{ "PROCEDURE", routine, false },
	{ "AGGREGATE", routine, false },
	{ "ROUTINE", routine, false },
	{ "COLLATION", "collation", false },
	{ "STATISTICS", "statistics", false },
	{ "SCHEMA", "schema", true },
	{ "EXTENSION", "extension", true },
	{ "PUBLICATION", "publication", true },
	{ "SUBSCRIPTION", "subscription", true },
	{ "ROLE", "role", true },
	{ "USER", "role", true },
	{ "LANGUAGE", "language", true },
	{ "SERVER", "server", true },
};

static const struct kind *
take_kind(struct scan *s)
{
	static const char *const between[] = { "OR", "REPLACE", "TEMP", "TEMPORARY", "UNLOGGED",
		"GLOBAL", "LOCAL", "UNIQUE", "MATERIALIZED", "RECURSIVE", "CONSTRAINT", "FOREIGN",
		"VIRTUAL", "TRUSTED", "PROCEDURAL", NULL };

	skip(s, between);
	/* An event trigger stands on no table. */
	if (take(s, "EVENT")) {
		static const struct kind event = { "TRIGGER", "event trigger", true };

		next(s);
		return &event;
	}
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (take(s, kinds[i].words)) {
			return &kinds[i];
		}
	}
	return NULL;
}

/* An index that is dropped or altered is of a table that the statement does not name. */
static void
read_part(struct scan *s)
{
	struct scan before = *s;

	if (!seek(s, "ON")) {
		*s = before;
		add_name(s, relation, true, false);
		return;
	}
	next(s);
	/* CREATE RULE r AS ON INSERT TO t */
	if (at(s, "INSERT") || at(s, "UPDATE") || at(s, "DELETE") || at(s, "SELECT")) {
		next(s);
		(void)take(s, "TO");
	}
	add_name(s, relation, true, false);
}

/* ALTER TABLE a RENAME TO b, ALTER ... SET SCHEMA c: the new name is touched, too. */
static void
read_rename(struct scan *s, const struct kind *kind)
{
	if (s->token.type == SFS_TOKEN_END || !take(s, "RENAME") || !take(s, "TO")) {
		return;
	}
	add_name(s, kind->what, !kind->global, false);
}

static void
read_definition(struct scan *s, bool drop, bool alter)
{
	const struct kind *kind = take_kind(s);

	if (!kind) {
		return;
	}
	if (!kind->what) {
		read_part(s);
		return;
	}
	add_name(s, kind->what, !kind->global, false);
	while (drop && take(s, ",")) {
		add_name(s, kind->what, !kind->global, false);
	}
	if (alter) {
		read_rename(s, kind);
	}
}

/* GRANT SELECT ON TABLE a, b TO c; COMMENT ON TABLE a IS ... */
static void
read_on(struct scan *s)
{
	if (!seek(s, "ON")) {
		return;
	}
	next(s);
	if (at(s, "ALL") || at(s, "DATABASE") || at(s, "COLUMN") || at(s, "CONSTRAINT")) {
		return;
	}
	const struct kind *kind = take_kind(s);
	if (kind && !kind->what) {
		read_part(s);
		return;
	}
	do {
		add_name(s, kind ? kind->what : relation, !kind || !kind->global, false);
	} while (take(s, ","));
}

static void
read_statement(struct scan *s)
{
	next(s);
	if (take(s, "CREATE")) {
		read_definition(s, false, false);
	} else if (take(s, "ALTER")) {
		read_definition(s, false, true);
	} else if (take(s, "DROP")) {
		read_definition(s, true, false);
	} else if (at(s, "GRANT") || at(s, "REVOKE") || at(s, "COMMENT")) {
		read_on(s);
	} else if (at(s, "INSERT") || at(s, "REPLACE")) {
		if (seek(s, "INTO")) {
			next(s);
			add_name(s, relation, true, true);
		}
	} else if (take(s, "UPDATE")) {
		if (take(s, "OR")) {
			next(s);
		}
		add_name(s, relation, true, true);
	} else if (take(s, "DELETE")) {
		(void)take(s, "FROM");
		add_name(s, relation, true, true);
	} else if (take(s, "TRUNCATE")) {
		(void)take(s, "TABLE");
		add_name(s, relation, true, true);
	}
}

void
sfs_touches_find(enum sfs_dialect dialect, const char *text, size_t len, struct sfs_arena *arena,
	struct sfs_touches *touches)
{
	struct sfs_statements statements = { 0 };

	sfs_statements_split(dialect, text, len, &statements);
	sfs_vec_foreach (statement, &statements) {
		struct scan scan = { .arena = arena, .touches = touches };

		sfs_lexer_init(&scan.lexer, dialect, text + statement->offset, statement->len);
		read_statement(&scan);
	}
	sfs_vec_finish(&statements);
}
