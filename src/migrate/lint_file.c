// SPDX-License-Identifier: MIT
/* What the statements of a migration risk together: by the transactions that they are run in. */
#include <string.h>

#include "migrate/lint_file.h"
#include "migrate/script.h"
#include "migrate/touched.h"
#include "sql/quote.h"

enum { PG_NAME_BYTES = 63 };

struct file {
	enum sfs_dialect dialect;
	struct sfs_script script;
	struct sfs_arena *arena;        /* owned */
	const struct sfs_touches *made; /* borrowed */
	struct sfs_plan *plan;
};

static void
tell(struct file *file, unsigned rule, enum sfs_severity severity, const char *object,
	const char *message)
{
	if (!file->plan->arena) {
		sfs_plan_init(file->plan);
	}
	sfs_vec_push(&file->plan->hazards,
		(struct sfs_hazard){
			.rule = rule,
			.severity = severity,
			.object = sfs_arena_strdup(file->plan->arena, object),
			.message = sfs_arena_strdup(file->plan->arena, message),
		});
}

static const char *
head_of(const struct file *file, size_t index, unsigned words)
{
	struct sfs_str head sfs_auto(str) = SFS_STR_INIT;

	sfs_statement_head(file->dialect, file->script.text, &file->script.statements.items[index],
		words, &head);
	return sfs_arena_strdup(file->arena, sfs_str_text(&head));
}

/* What the statement is about, NULL when that is new in this file, or nothing. */
static const char *
table_of(const struct file *file, size_t index)
{
	const struct sfs_statement *statement = &file->script.statements.items[index];
	struct sfs_touches touched = { 0 };
	const char *name = NULL;

	sfs_touches_find(file->dialect, file->script.text + statement->offset, statement->len,
		file->arena, &touched);
	if (touched.len) {
		name = touched.items[0].name;
	}
	sfs_vec_finish(&touched);
	for (size_t i = 0; name && i < file->made->len; i++) {
		name = strcmp(file->made->items[i].name, name) == 0 ? NULL : name;
	}
	return name;
}

/* ---- transactions ---- */

/* Whether the transaction that the statement runs in is another than the one before it ran in. */
static bool
starts_anew(const struct file *file, size_t index)
{
	const struct sfs_way *ways = file->script.ways.items;

	return !index || ways[index - 1].commits || ways[index - 1].mode != SFS_RUN_INSIDE ||
	       ways[index].mode != SFS_RUN_INSIDE;
}

static bool
is_one_of(const char *head, const char *const *heads)
{
	for (; *heads; heads++) {
		size_t len = strlen(*heads);

		if (strncmp(head, *heads, len) == 0 && (!head[len] || head[len] == ' ')) {
			return true;
		}
	}
	return false;
}

/* H33, H40: what an ALTER TABLE holds until its transaction ends. */
static void
look_at_locks(struct file *file)
{
	static const char *const slow[] = { "UPDATE", "DELETE", "INSERT", "CREATE INDEX",
		"CREATE UNIQUE INDEX", "REFRESH", "MERGE", "CLUSTER", NULL };
	const char *locked = NULL;
	bool waits = false, together = false;

	for (size_t i = 0; i < file->script.statements.len; i++) {
		const char *head = head_of(file, i, 3);
		const char *table;

		locked = starts_anew(file, i) ? NULL : locked;
		if (locked && is_one_of(head, slow) && !waits) {
			tell(file, 33, SFS_WARN, locked,
				"stays locked while later statements work on rows");
			waits = true;
		}
		if (strncmp(head, "ALTER TABLE", strlen("ALTER TABLE")) != 0 ||
			file->script.ways.items[i].mode != SFS_RUN_INSIDE) {
			continue;
		}
		table = table_of(file, i);
		if (table && locked && strcmp(table, locked) != 0 && !together) {
			tell(file, 40, SFS_INFO, locked,
				"is locked together with other tables until the transaction ends");
			together = true;
		}
		locked = locked ? locked : table;
	}
}

/* H22, H69: what the file does not do in one transaction. */
static void
look_at_ends(struct file *file)
{
	bool told = false;

	for (size_t i = 0; i < file->script.statements.len; i++) {
		const struct sfs_way *way = &file->script.ways.items[i];

		if (way->mode == SFS_RUN_OUTSIDE && file->script.statements.len > 1 && !told) {
			tell(file, 22, SFS_INFO, head_of(file, i, 3),
				"can not run in a transaction: what stands before it is committed");
			told = true;
		}
		if (way->commits && i + 1 < file->script.statements.len) {
			tell(file, 69, SFS_WARN, head_of(file, i, 3),
				"is committed before the rest: what fails later does not undo it");
			return;
		}
	}
}

/* ---- words ---- */

/* H35: SET lock_timeout = 0, RESET lock_timeout. */
static void
look_at_timeouts(struct file *file, size_t index)
{
	const struct sfs_statement *statement = &file->script.statements.items[index];
	struct sfs_token token, last = { 0 };
	struct sfs_lexer lexer;
	bool found = false, reset;

	sfs_lexer_init(
		&lexer, file->dialect, file->script.text + statement->offset, statement->len);
	if (!sfs_lexer_word(&lexer, &token)) {
		return;
	}
	reset = sfs_token_is(lexer.text, &token, "RESET");
	if (!reset && !sfs_token_is(lexer.text, &token, "SET")) {
		return;
	}
	while (sfs_lexer_word(&lexer, &token)) {
		found |= sfs_token_is(lexer.text, &token, "lock_timeout");
		last = token;
	}
	const char *value = lexer.text + last.offset;
	if (found && (reset || sfs_token_is(lexer.text, &last, "DEFAULT") ||
			     (last.len == 1 && *value == '0') ||
			     (last.len > 2 && strncmp(value, "'0", 2) == 0))) {
		tell(file, 35, SFS_WARN, "lock_timeout",
			"is switched off: a statement that waits for a lock keeps all others waiting");
	}
}

enum naming { NAMES_NOTHING, NAMES_WITH_SCHEMA, NAMES_WITHOUT };

/* CREATE TABLE IF NOT EXISTS t: NAMES_WITHOUT. */
static enum naming
naming_of(const struct file *file, size_t index)
{
	static const char *const kinds[] = { "TABLE", "VIEW", "SEQUENCE", "TYPE", "DOMAIN",
		"FUNCTION", "PROCEDURE", "AGGREGATE", NULL };
	static const char *const skipped[] = { "IF", "NOT", "EXISTS", "ONLY", NULL };
	const struct sfs_statement *statement = &file->script.statements.items[index];
	struct sfs_lexer lexer;
	struct sfs_token token;
	bool kind = false;

	sfs_lexer_init(
		&lexer, file->dialect, file->script.text + statement->offset, statement->len);
	if (!sfs_lexer_word(&lexer, &token) || !(sfs_token_is(lexer.text, &token, "CREATE") ||
						       sfs_token_is(lexer.text, &token, "ALTER") ||
						       sfs_token_is(lexer.text, &token, "DROP"))) {
		return false;
	}
	for (size_t words = 0; words < 8 && sfs_lexer_word(&lexer, &token); words++) {
		bool skip = false;

		for (size_t i = 0; kinds[i]; i++) {
			kind |= sfs_token_is(lexer.text, &token, kinds[i]);
			skip |= sfs_token_is(lexer.text, &token, kinds[i]);
		}
		for (size_t i = 0; skipped[i]; i++) {
			skip |= sfs_token_is(lexer.text, &token, skipped[i]);
		}
		if (kind && !skip) {
			return sfs_lexer_word(&lexer, &token) &&
					       sfs_token_is(lexer.text, &token, ".")
				       ? NAMES_WITH_SCHEMA
				       : NAMES_WITHOUT;
		}
	}
	return NAMES_NOTHING;
}

/* H68: a file that never says a schema means one; one that says it here and not there may not. */
static void
look_at_schemas(struct file *file)
{
	size_t n = file->script.statements.len, without = n;
	bool with = false;

	for (size_t i = 0; i < n; i++) {
		enum naming naming = naming_of(file, i);

		with |= naming == NAMES_WITH_SCHEMA;
		without = naming == NAMES_WITHOUT && without == n ? i : without;
	}
	if (with && without < n) {
		tell(file, 68, SFS_INFO, head_of(file, without, 3),
			"names something without its schema, and the file others with theirs: the "
			"search_path says where it is");
	}
}

/* H70: names that the server cuts. */
static void
look_at_names(struct file *file)
{
	struct sfs_lexer lexer;
	struct sfs_token token;

	sfs_lexer_init(&lexer, file->dialect, file->script.text, strlen(file->script.text));
	while (sfs_lexer_word(&lexer, &token)) {
		struct sfs_str name sfs_auto(str) = SFS_STR_INIT;

		if (token.type != SFS_TOKEN_WORD && token.type != SFS_TOKEN_QUOTED) {
			continue;
		}
		/* By SQLite's rules, by which names are as long as they are. */
		sfs_unquote_name(&name, SFS_SQLITE, lexer.text + token.offset, token.len);
		if (name.len > PG_NAME_BYTES) {
			tell(file, 70, SFS_WARN, sfs_str_text(&name), "is cut after 63 bytes");
			return;
		}
	}
}

void
sfs_lint_file(enum sfs_dialect dialect, const char *text, size_t len,
	const struct sfs_touches *made, struct sfs_plan *plan)
{
	char *copy sfs_auto(free) = sfs_strndup(text, len);
	struct file file = {
		.dialect = dialect, .arena = sfs_arena_create(), .made = made, .plan = plan
	};

	/* What is no migration is refused with better words than a hazard's. */
	if (dialect == SFS_POSTGRES &&
		sfs_script_parse(dialect, "", copy, len, &file.script, NULL) == 0) {
		look_at_locks(&file);
		look_at_ends(&file);
		for (size_t i = 0; i < file.script.statements.len; i++) {
			look_at_timeouts(&file, i);
		}
		look_at_schemas(&file);
		look_at_names(&file);
	}
	sfs_script_finish(&file.script);
	sfs_arena_destroy(file.arena);
}
