// SPDX-License-Identifier: MIT
/* What a migration that a person wrote risks. */
#include <string.h>

#include "migrate/lint.h"
#include "migrate/lint_file.h"
#include "migrate/touched.h"
#include "sql/statement.h"

enum { PG = 1 << SFS_POSTGRES, LITE = 1 << SFS_SQLITE, BOTH = PG | LITE };

#define DROPS_MORE        "drops what depends on it, too"
#define USED_BY_PROGRAMS  "goes: first let no program that runs use it any more"
#define WAITS_FOR_WRITERS "comes when no writer is at work, and new ones wait for that"

/* `phrase` stands outside of parentheses, in one go; "?" is any word that is not a keyword below. */
static const struct rule {
	unsigned dialects;
	const char *head;    /* how the statement begins */
	const char *phrase;  /* what it holds besides; NULL: nothing */
	const char *without; /* what takes the hazard away; NULL: nothing does */
	unsigned number;
	enum sfs_severity severity;
	const char *message;
} rules[] = {
	{ BOTH, "DROP TABLE", NULL, NULL, 1, SFS_LOSS, "drops a table with its rows" },
	{ PG, "DROP SCHEMA", NULL, NULL, 1, SFS_LOSS, "drops a schema" },
	{ PG, "DROP MATERIALIZED VIEW", NULL, NULL, 1, SFS_LOSS,
		"drops a materialized view with its rows" },
	{ BOTH, "ALTER TABLE", "DROP COLUMN", NULL, 2, SFS_LOSS, "drops a column with its values" },
	{ BOTH, "ALTER TABLE", "DROP ?", NULL, 2, SFS_LOSS, "drops a column with its values" },
	{ PG, "TRUNCATE", NULL, NULL, 3, SFS_LOSS, "deletes all rows" },
	{ BOTH, "DELETE", NULL, "WHERE", 3, SFS_LOSS, "deletes all rows" },
	{ PG, "DROP DATABASE", NULL, NULL, 3, SFS_LOSS, "drops a database" },
	{ PG, "TRUNCATE", "CASCADE", NULL, 4, SFS_LOSS, "empties tables that refer to it, too" },
	{ PG, "DROP", "CASCADE", NULL, 4, SFS_LOSS, "drops what depends on it, too" },
	{ PG, "ALTER TABLE", "DROP ? CASCADE", NULL, 4, SFS_LOSS, DROPS_MORE },
	{ PG, "ALTER TABLE", "DROP COLUMN ? CASCADE", NULL, 4, SFS_LOSS, DROPS_MORE },
	{ PG, "ALTER TABLE", "DROP COLUMN IF EXISTS ? CASCADE", NULL, 4, SFS_LOSS, DROPS_MORE },
	{ PG, "ALTER TABLE", "DROP CONSTRAINT ? CASCADE", NULL, 4, SFS_LOSS, DROPS_MORE },
	{ PG, "ALTER TABLE", "DROP CONSTRAINT IF EXISTS ? CASCADE", NULL, 4, SFS_LOSS, DROPS_MORE },
	{ PG, "ALTER TABLE", "SET DATA TYPE", NULL, 5, SFS_LOSS,
		"values may be cut or changed by the new type" },
	{ PG, "ALTER TABLE", "TYPE", "DATA", 5, SFS_LOSS,
		"values may be cut or changed by the new type" },
	{ PG, "DROP OWNED", NULL, NULL, 7, SFS_LOSS, "drops all that a role owns" },
	{ PG, "DROP EXTENSION", NULL, NULL, 7, SFS_LOSS, "drops all that belongs to it" },
	{ PG, "DROP SEQUENCE", NULL, NULL, 6, SFS_LOSS, "drops a sequence with its value" },
	{ PG, "ALTER TABLE", "DISABLE ROW LEVEL SECURITY", NULL, 8, SFS_LOSS,
		"switches row security off" },
	{ PG, "ALTER TABLE", "NO FORCE ROW LEVEL SECURITY", NULL, 8, SFS_LOSS,
		"row security no longer holds for the owner" },
	{ PG, "DROP POLICY", NULL, NULL, 8, SFS_LOSS, "changes who may see or write rows" },
	{ PG, "ALTER POLICY", NULL, NULL, 8, SFS_LOSS, "changes who may see or write rows" },
	{ PG, "CREATE POLICY", NULL, NULL, 8, SFS_LOSS, "changes who may see or write rows" },
	{ PG, "GRANT", NULL, NULL, 8, SFS_LOSS, "grants privileges" },
	{ PG, "CREATE FUNCTION", "SECURITY DEFINER", "search_path", 9, SFS_WARN,
		"has its owner's rights, with a search_path that the caller chooses" },
	{ PG, "CREATE OR REPLACE FUNCTION", "SECURITY DEFINER", "search_path", 9, SFS_WARN,
		"has its owner's rights, with a search_path that the caller chooses" },
	{ PG, "ALTER TABLE", "DROP CONSTRAINT", NULL, 10, SFS_WARN, "drops a constraint" },
	{ PG, "ALTER TABLE", "DISABLE TRIGGER", NULL, 10, SFS_WARN, "switches a trigger off" },
	{ BOTH, "DROP TRIGGER", NULL, NULL, 10, SFS_WARN, "drops a trigger" },
	{ PG, "DROP RULE", NULL, NULL, 10, SFS_WARN, "drops a rule" },
	{ PG, "CREATE INDEX", NULL, "CONCURRENTLY", 20, SFS_WARN,
		"writers wait while the index is built; CONCURRENTLY does without" },
	{ PG, "CREATE UNIQUE INDEX", NULL, "CONCURRENTLY", 20, SFS_WARN,
		"writers wait while the index is built; CONCURRENTLY does without" },
	{ PG, "DROP INDEX", NULL, "CONCURRENTLY", 21, SFS_WARN,
		"locks the table; CONCURRENTLY does without" },
	{ PG, "REINDEX", NULL, "CONCURRENTLY", 21, SFS_WARN,
		"locks the table; CONCURRENTLY does without" },
	{ PG, "REFRESH MATERIALIZED VIEW", NULL, "CONCURRENTLY", 21, SFS_WARN,
		"readers wait; CONCURRENTLY does without" },
	{ PG, "ALTER TABLE", "DETACH PARTITION", "CONCURRENTLY", 21, SFS_WARN,
		"locks the table; CONCURRENTLY does without" },
	{ PG, "ALTER TABLE", "PRIMARY KEY", "USING INDEX", 24, SFS_WARN,
		"builds an index while the table is locked" },
	{ PG, "ALTER TABLE", "UNIQUE", "USING INDEX", 24, SFS_WARN,
		"builds an index while the table is locked" },
	{ PG, "ALTER TABLE", "EXCLUDE", NULL, 25, SFS_WARN,
		"builds an index while the table is locked" },
	{ PG, "ALTER TABLE", "FOREIGN KEY", "NOT VALID", 26, SFS_WARN,
		"checks all rows while writers of both tables wait; NOT VALID and VALIDATE do not" },
	{ PG, "ALTER TABLE", "CHECK", "NOT VALID", 28, SFS_WARN,
		"checks all rows while the table is locked; NOT VALID and VALIDATE do not" },
	{ PG, "ALTER TABLE", "SET NOT NULL", NULL, 29, SFS_WARN,
		"looks at all rows while the table is locked" },
	{ BOTH, "ALTER TABLE", "ADD COLUMN & NOT NULL", "DEFAULT", 30, SFS_WARN,
		"a column that is NOT NULL and has no default: fails where there are rows" },
	{ BOTH, "ALTER TABLE", "ADD ? & NOT NULL", "DEFAULT", 30, SFS_WARN,
		"a column that is NOT NULL and has no default: fails where there are rows" },
	{ PG, "ALTER TABLE", "SERIAL", NULL, 31, SFS_WARN, "rewrites the table" },
	{ PG, "ALTER TABLE", "BIGSERIAL", NULL, 31, SFS_WARN, "rewrites the table" },
	{ PG, "ALTER TABLE", "ADD COLUMN & GENERATED", NULL, 31, SFS_WARN, "rewrites the table" },
	{ PG, "CLUSTER", NULL, NULL, 36, SFS_WARN, "rewrites the table while it is locked" },
	{ PG, "VACUUM", "FULL", NULL, 36, SFS_WARN, "rewrites the table while it is locked" },
	{ PG, "CREATE TRIGGER", NULL, NULL, 37, SFS_INFO, WAITS_FOR_WRITERS },
	{ PG, "CREATE OR REPLACE TRIGGER", NULL, NULL, 37, SFS_INFO, WAITS_FOR_WRITERS },
	{ PG, "CREATE CONSTRAINT TRIGGER", NULL, NULL, 37, SFS_INFO, WAITS_FOR_WRITERS },
	{ PG, "ALTER TABLE", "ATTACH PARTITION", NULL, 39, SFS_WARN,
		"the partition's rows are checked against its bound" },
	{ BOTH, "ALTER TABLE", "RENAME", NULL, 60, SFS_WARN,
		"programs that use the old name fail" },
	{ PG, "ALTER TYPE", "RENAME", NULL, 60, SFS_WARN, "programs that use the old name fail" },
	{ PG, "DROP VIEW", NULL, NULL, 61, SFS_INFO, USED_BY_PROGRAMS },
	{ PG, "DROP FUNCTION", NULL, NULL, 61, SFS_INFO, USED_BY_PROGRAMS },
	{ PG, "DROP PROCEDURE", NULL, NULL, 61, SFS_INFO, USED_BY_PROGRAMS },
	{ PG, "DROP TYPE", NULL, NULL, 61, SFS_INFO, USED_BY_PROGRAMS },
	{ PG, "ALTER TYPE", "ADD VALUE", NULL, 62, SFS_INFO,
		"the value can be used once this is committed" },
	{ PG, "ALTER EXTENSION", "UPDATE", NULL, 66, SFS_WARN,
		"brings an extension to another version" },
	{ PG, "ALTER TABLE", "REPLICA IDENTITY", NULL, 67, SFS_INFO,
		"subscribers see other old rows" },
};

struct linter {
	enum sfs_dialect dialect;
	const char *text;
	struct sfs_statements statements;
	struct sfs_arena *arena;    /* owned */
	struct sfs_touches made;    /* tables that are new in this file */
	struct sfs_touches rebuilt; /* SQLite: names that a new table takes over later */
	struct sfs_plan *plan;
};

/* ---- phrases ---- */

static bool
is_keyword(const char *text, const struct sfs_token *token)
{
	static const char *const words[] = { "COLUMN", "CONSTRAINT", "DEFAULT", "NOT", "IDENTITY",
		"EXPRESSION", "IF", "CHECK", "PRIMARY", "UNIQUE", "FOREIGN", "EXCLUDE" };

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (sfs_token_is(text, token, words[i])) {
			return true;
		}
	}
	return token->type != SFS_TOKEN_WORD && token->type != SFS_TOKEN_QUOTED;
}

/* Whether the words of the phrase, up to its end or " &", stand here. */
static bool
stands_at(struct sfs_lexer lexer, struct sfs_token token, const char *phrase)
{
	for (;;) {
		size_t len = strcspn(phrase, " ");
		char *word sfs_auto(free) = sfs_strndup(phrase, len);
		bool fits = strcmp(word, "?") == 0 ? !is_keyword(lexer.text, &token)
						   : sfs_token_is(lexer.text, &token, word);

		if (!fits) {
			return false;
		}
		phrase += len + (phrase[len] == ' ');
		if (!*phrase || *phrase == '&') {
			return true;
		}
		if (!sfs_lexer_word(&lexer, &token)) {
			return false;
		}
	}
}

static bool
has_phrase(const struct linter *l, const struct sfs_statement *statement, const char *phrase)
{
	struct sfs_lexer lexer;
	struct sfs_token token;
	const char *more = strstr(phrase, "& ");
	int depth = 0;

	sfs_lexer_init(&lexer, l->dialect, l->text + statement->offset, statement->len);
	while (sfs_lexer_word(&lexer, &token)) {
		depth += sfs_token_is(lexer.text, &token, "(")   ? 1
			 : sfs_token_is(lexer.text, &token, ")") ? -1
								 : 0;
		if (!depth && stands_at(lexer, token, phrase)) {
			return !more || has_phrase(l, statement, more + 2);
		}
	}
	return false;
}

static bool
begins(const char *words, const char *head)
{
	size_t len = strlen(head);

	return strncmp(words, head, len) == 0 && (words[len] == ' ' || words[len] == '\0');
}

/* ---- what is new, and what only seems to be lost ---- */

static bool
is_among(const struct sfs_touches *touches, const char *name)
{
	sfs_vec_foreach (touch, touches) {
		if (strcmp(touch->name, name) == 0) {
			return true;
		}
	}
	return false;
}

/* ALTER TABLE __new_t RENAME TO t: what DROP TABLE t loses was copied before. */
static void
find_made(struct linter *l)
{
	sfs_vec_foreach (statement, &l->statements) {
		struct sfs_str head sfs_auto(str) = SFS_STR_INIT;
		const char *sql = l->text + statement->offset;

		sfs_statement_head(l->dialect, l->text, statement, 4, &head);
		const char *words = sfs_str_text(&head);
		if (begins(words, "CREATE TABLE") || begins(words, "CREATE UNLOGGED TABLE") ||
			begins(words, "CREATE TEMP TABLE") ||
			begins(words, "CREATE TEMPORARY TABLE")) {
			sfs_touches_find(l->dialect, sql, statement->len, l->arena, &l->made);
		} else if (begins(words, "ALTER TABLE") && l->dialect == SFS_SQLITE &&
			   has_phrase(l, statement, "RENAME TO")) {
			struct sfs_touches names = { 0 };

			sfs_touches_find(l->dialect, sql, statement->len, l->arena, &names);
			if (names.len == 2 && is_among(&l->made, names.items[0].name)) {
				sfs_vec_push(&l->rebuilt, names.items[1]);
			}
			sfs_vec_finish(&names);
		}
	}
}

static void
add(struct linter *l, const struct rule *rule, const char *object)
{
	if (!l->plan->arena) {
		sfs_plan_init(l->plan);
	}
	sfs_vec_foreach (hazard, &l->plan->hazards) {
		if (hazard->rule == rule->number && strcmp(hazard->object, object) == 0) {
			return;
		}
	}
	sfs_vec_push(&l->plan->hazards,
		(struct sfs_hazard){
			.rule = rule->number,
			.severity = rule->severity,
			.object = sfs_arena_strdup(l->plan->arena, object),
			.message = sfs_arena_strdup(l->plan->arena, rule->message),
		});
}

static void
lint_statement(struct linter *l, const struct sfs_statement *statement)
{
	struct sfs_str head sfs_auto(str) = SFS_STR_INIT;
	struct sfs_touches touched = { 0 };

	sfs_statement_head(l->dialect, l->text, statement, 4, &head);
	sfs_touches_find(
		l->dialect, l->text + statement->offset, statement->len, l->arena, &touched);
	const char *object = touched.len ? touched.items[0].name : sfs_str_text(&head);
	bool harmless = is_among(&l->made, object) || is_among(&l->rebuilt, object);
	for (size_t i = 0; !harmless && i < sizeof rules / sizeof *rules; i++) {
		const struct rule *rule = &rules[i];

		if (rule->dialects & 1U << l->dialect && begins(sfs_str_text(&head), rule->head) &&
			(!rule->phrase || has_phrase(l, statement, rule->phrase)) &&
			(!rule->without || !has_phrase(l, statement, rule->without))) {
			add(l, rule, object);
		}
	}
	sfs_vec_finish(&touched);
}

void
sfs_lint(enum sfs_dialect dialect, const char *text, size_t len, struct sfs_plan *plan)
{
	struct linter l = {
		.dialect = dialect, .text = text, .arena = sfs_arena_create(), .plan = plan
	};

	sfs_statements_split(dialect, text, len, &l.statements);
	find_made(&l);
	sfs_vec_foreach (statement, &l.statements) {
		lint_statement(&l, statement);
	}
	sfs_lint_file(dialect, text, len, &l.made, plan);
	sfs_vec_finish(&l.statements);
	sfs_vec_finish(&l.made);
	sfs_vec_finish(&l.rebuilt);
	sfs_arena_destroy(l.arena);
}
