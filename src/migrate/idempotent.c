// SPDX-License-Identifier: MIT
/* Statements that may run twice: IF NOT EXISTS, IF EXISTS, OR REPLACE, and DO blocks for the rest. */
#include <errno.h>
#include <string.h>

#include "migrate/generate.h"
#include "migrate/words.h"
#include "sql/quote.h"

/* Words to put in after the first words of a statement. */
struct guard {
	unsigned dialects;
	const char *head;
	const char *guard; /* put in after them */
};

enum { PG = 1 << SFS_POSTGRES, LITE = 1 << SFS_SQLITE };

static const struct guard guards[] = {
	{ PG | LITE, "CREATE TABLE", "IF NOT EXISTS" },
	{ PG, "CREATE UNLOGGED TABLE", "IF NOT EXISTS" },
	{ LITE, "CREATE VIRTUAL TABLE", "IF NOT EXISTS" },
	{ PG, "CREATE FOREIGN TABLE", "IF NOT EXISTS" },
	{ PG, "CREATE INDEX CONCURRENTLY", "IF NOT EXISTS" },
	{ PG, "CREATE UNIQUE INDEX CONCURRENTLY", "IF NOT EXISTS" },
	{ PG | LITE, "CREATE INDEX", "IF NOT EXISTS" },
	{ PG | LITE, "CREATE UNIQUE INDEX", "IF NOT EXISTS" },
	{ LITE, "CREATE VIEW", "IF NOT EXISTS" },
	{ LITE, "CREATE TRIGGER", "IF NOT EXISTS" },
	{ PG, "CREATE SCHEMA", "IF NOT EXISTS" },
	{ PG, "CREATE SEQUENCE", "IF NOT EXISTS" },
	{ PG, "CREATE EXTENSION", "IF NOT EXISTS" },
	{ PG, "CREATE MATERIALIZED VIEW", "IF NOT EXISTS" },
	{ PG, "CREATE STATISTICS", "IF NOT EXISTS" },
	{ PG, "CREATE SERVER", "IF NOT EXISTS" },
	{ PG, "CREATE COLLATION", "IF NOT EXISTS" },
	{ PG | LITE, "DROP TABLE", "IF EXISTS" },
	{ PG, "DROP INDEX CONCURRENTLY", "IF EXISTS" },
	{ PG | LITE, "DROP INDEX", "IF EXISTS" },
	{ PG | LITE, "DROP VIEW", "IF EXISTS" },
	{ PG | LITE, "DROP TRIGGER", "IF EXISTS" },
	{ PG, "DROP MATERIALIZED VIEW", "IF EXISTS" },
	{ PG, "DROP SCHEMA", "IF EXISTS" },
	{ PG, "DROP SEQUENCE", "IF EXISTS" },
	{ PG, "DROP FUNCTION", "IF EXISTS" },
	{ PG, "DROP PROCEDURE", "IF EXISTS" },
	{ PG, "DROP AGGREGATE", "IF EXISTS" },
	{ PG, "DROP POLICY", "IF EXISTS" },
	{ PG, "DROP TYPE", "IF EXISTS" },
	{ PG, "DROP DOMAIN", "IF EXISTS" },
	{ PG, "DROP EXTENSION", "IF EXISTS" },
	{ PG, "DROP RULE", "IF EXISTS" },
	{ PG, "DROP STATISTICS", "IF EXISTS" },
	{ PG, "DROP COLLATION", "IF EXISTS" },
	{ PG, "DROP PUBLICATION", "IF EXISTS" },
	{ PG, "DROP EVENT TRIGGER", "IF EXISTS" },
};

/* Statements that replace what is there. */
static const char *const replaced[] = { "CREATE VIEW", "CREATE FUNCTION", "CREATE PROCEDURE",
	"CREATE AGGREGATE", "CREATE RULE", NULL };

/* Statements that do the same when they run again. */
static const char *const repeatable[] = { "CREATE OR", "COMMENT ON", "GRANT", "REVOKE", "SET",
	"RESET", "SELECT", "ALTER DEFAULT", "INSERT", "UPDATE", "DELETE", "SECURITY", NULL };

/*
 * What an action of ALTER TABLE begins with, `*` for a name, and what is put in after it; NULL where
 * it does the same when it runs again. The first that fits counts.
 */
static const struct {
	const char *head, *guard;
} actions[] = {
	{ "ADD COLUMN", "IF NOT EXISTS" },
	{ "DROP COLUMN", "IF EXISTS" },
	{ "DROP CONSTRAINT", "IF EXISTS" },
	{ "ALTER COLUMN * DROP IDENTITY", "IF EXISTS" },
	{ "ALTER COLUMN * DROP EXPRESSION", "IF EXISTS" },
	{ "ALTER COLUMN * SET", NULL },
	{ "ALTER COLUMN * DROP", NULL },
	{ "ALTER COLUMN * TYPE", NULL },
	{ "ALTER COLUMN * RESET", NULL },
	{ "ENABLE", NULL },
	{ "DISABLE", NULL },
	{ "FORCE", NULL },
	{ "NO FORCE", NULL },
	{ "OWNER TO", NULL },
	{ "REPLICA IDENTITY", NULL },
	{ "CLUSTER ON", NULL },
	{ "VALIDATE CONSTRAINT", NULL },
	{ "SET (", NULL },
	{ "RESET (", NULL },
};

/* The index past the words of `head` at token `at`, `*` being any name; `at` when they are not there. */
static size_t
past_head(const struct sfs_words *words, size_t at, const char *head)
{
	size_t i = at;

	while (*head) {
		size_t len = strcspn(head, " ");
		char *word sfs_auto(free) = sfs_strndup(head, len);

		if (*word == '*' ? !sfs_words_name(words, i) : !sfs_words_are(words, i, word)) {
			return at;
		}
		i++;
		head += len + (head[len] == ' ');
	}
	return i;
}

/* Copies the text up to token `at`, puts the guard in, and leaves the rest to the caller. */
static size_t
put_in(const struct sfs_words *words, size_t from, size_t at, const char *guard,
	struct sfs_str *out)
{
	const struct sfs_token *last = &words->tokens.items[at - 1];
	size_t end = last->offset + last->len;

	sfs_str_addn(out, words->text + from, end - from);
	sfs_str_addf(out, " %s", guard);
	return end;
}

static bool
add_guarded(const struct sfs_words *words, struct sfs_str *out)
{
	for (size_t i = 0; i < sizeof guards / sizeof *guards; i++) {
		size_t at = past_head(words, 0, guards[i].head);

		if (!at || !(guards[i].dialects & 1U << words->dialect)) {
			continue;
		}
		if (sfs_words_are(words, at, "IF")) {
			return false;
		}
		sfs_str_add(out, words->text + put_in(words, 0, at, guards[i].guard, out));
		return true;
	}
	return false;
}

/* Puts the guard of the action at token `at` in; false when it has none and can not be repeated. */
static bool
guard_action(const struct sfs_words *words, size_t at, size_t *from, struct sfs_str *out)
{
	for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
		size_t past = past_head(words, at, actions[i].head);

		if (past > at && actions[i].guard && !sfs_words_are(words, past, "IF")) {
			*from = put_in(words, *from, past, actions[i].guard, out);
		}
		if (past > at) {
			return true;
		}
	}
	return false;
}

/* ALTER TABLE with actions of which each has a guard or needs none. */
static bool
add_guarded_actions(const struct sfs_words *words, struct sfs_str *out)
{
	size_t at = past_head(words, 0, "ALTER TABLE"), from = 0;
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;

	if (!at || words->dialect != SFS_POSTGRES) {
		return false;
	}
	at += sfs_words_are(words, at, "ONLY");
	at += sfs_words_are(words, at + 1, ".") ? 3 : 1;
	while (at < words->tokens.len) {
		if (!guard_action(words, at, &from, &text)) {
			return false;
		}
		at = sfs_words_find(words, at, ",") + 1;
	}
	sfs_str_add(out, sfs_str_text(&text));
	sfs_str_add(out, words->text + from);
	return true;
}

static bool
has_head(const struct sfs_words *words, const char *const *heads)
{
	for (; *heads; heads++) {
		if (past_head(words, 0, *heads)) {
			return true;
		}
	}
	return false;
}

/* CONCURRENTLY and new enum values can not stand in a block. */
static bool
add_enum_value(const struct sfs_words *words, struct sfs_str *out)
{
	size_t at = sfs_words_find(words, 0, "ADD");

	if (!past_head(words, 0, "ALTER TYPE") || !sfs_words_are(words, at + 1, "VALUE")) {
		return false;
	}
	if (sfs_words_are(words, at + 2, "IF")) {
		sfs_str_add(out, words->text);
	} else {
		sfs_str_add(out, words->text + put_in(words, 0, at + 2, "IF NOT EXISTS", out));
	}
	return true;
}

/* A dollar quote that does not stand in the text. */
static void
add_block(const struct sfs_words *words, struct sfs_str *out)
{
	static const char gone[] = "\n        OR undefined_object OR undefined_table"
				   " OR undefined_column OR undefined_function"
				   " OR invalid_parameter_value";
	/* What a new thing needs must be there; what is renamed or altered may have gone before. */
	bool adds = sfs_words_are(words, 0, "CREATE") ||
		    sfs_words_find(words, 0, "ADD") < words->tokens.len;
	struct sfs_str body sfs_auto(str) = SFS_STR_INIT;

	sfs_str_addf(&body,
		" BEGIN\n%s;\nEXCEPTION\n    WHEN duplicate_object OR duplicate_table"
		" OR duplicate_column OR duplicate_function\n        OR duplicate_schema"
		" OR invalid_table_definition\n        OR object_not_in_prerequisite_state%s"
		" THEN NULL;\nEND ",
		words->text, adds ? "" : gone);
	sfs_str_add(out, "DO ");
	sfs_quote_dollar(out, "do", sfs_str_text(&body));
}

bool
sfs_idempotent_add(enum sfs_dialect dialect, const char *sql, struct sfs_str *out)
{
	struct sfs_words words sfs_auto(words) = { 0 };

	sfs_words_cut(&words, dialect, sql);
	if (add_guarded(&words, out) || add_guarded_actions(&words, out)) {
		return true;
	}
	if (dialect == SFS_SQLITE) {
		return false; /* it has neither blocks nor other guards */
	}
	if (has_head(&words, repeatable)) {
		sfs_str_add(out, sql);
	} else if (has_head(&words, replaced)) {
		sfs_str_add(out, sql + put_in(&words, 0, 1, "OR REPLACE", out));
	} else if (!add_enum_value(&words, out)) {
		add_block(&words, out);
	}
	return true;
}

/* A rebuild copies rows into a new table: done again, it would forget what was written since. */
static int
can_not(const char *sql, struct sfs_error *err)
{
	int r = sfs_error_set(
		err, EOPNOTSUPP, "SQLite has no form of this that may run twice: %s", sql);

	sfs_error_hint(err, "leave --idempotent out: `schemafs migrate` runs a migration once");
	return r;
}

int
sfs_idempotent_plan(enum sfs_dialect dialect, struct sfs_plan *plan, struct sfs_error *err)
{
	sfs_vec_foreach (step, &plan->steps) {
		struct sfs_str guarded sfs_auto(str) = SFS_STR_INIT;

		if ((dialect == SFS_SQLITE && plan->rebuilds) ||
			!sfs_idempotent_add(dialect, step->sql, &guarded)) {
			return can_not(step->sql, err);
		}
		step->sql = sfs_arena_strdup(plan->arena, sfs_str_text(&guarded));
	}
	return 0;
}
