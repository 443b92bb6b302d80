// SPDX-License-Identifier: MIT
/* What a statement is about, from its first words. */
#include <string.h>

#include "drivers/postgres/text/head.h"

static void
read_index(struct pg_head_reader *r)
{
	(void)pg_cursor_accept(&r->cursor, "CONCURRENTLY");
	r->head->exists_ok = pg_cursor_accept_all(&r->cursor, "IF NOT EXISTS");
	if (!pg_cursor_at(&r->cursor, "ON")) {
		pg_head_target(r);
	}
	pg_head_on(r, "ON");
	/* The index stands beside its table, whose namespace is written with the table. */
	if (r->head->targets.len) {
		r->head->targets.items[0].namespace = r->head->on.namespace;
		r->head->targets.items[0].offset = PG_NOWHERE;
	}
}

static void
read_create(struct pg_head_reader *r)
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
	if (!pg_head_kind(r) || head->role == PG_REFUSED) {
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
		pg_head_target(r);
		return;
	}
	pg_head_target(r);
	pg_head_on(r, r->words->create ? r->words->create : r->words->on);
}

static void
read_default_privileges(struct pg_head_reader *r)
{
	while (r->cursor.token.type != SFS_TOKEN_END && !pg_cursor_at(&r->cursor, "GRANT") &&
		!pg_cursor_at(&r->cursor, "REVOKE")) {
		if (!pg_cursor_accept_all(&r->cursor, "IN SCHEMA")) {
			pg_cursor_next(&r->cursor);
			continue;
		}
		do {
			struct pg_ref ref = pg_head_ref(r, PG_SPACE_ANY);

			if (ref.name) {
				pg_head_add(r, ref);
			}
		} while (pg_cursor_accept(&r->cursor, ","));
	}
}

static void
read_alter(struct pg_head_reader *r)
{
	r->head->role = PG_DEFINES;
	if (!pg_head_kind(r) || r->head->role == PG_REFUSED) {
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
	pg_head_target(r);
	pg_head_on(r, r->words->on);
}

static void
read_comment(struct pg_head_reader *r)
{
	r->head->role = PG_DEFINES;
	if (!pg_cursor_find(&r->cursor, "ON")) {
		return;
	}
	pg_cursor_next(&r->cursor);
	if (!pg_head_kind(r)) {
		return;
	}
	if (r->head->role == PG_REFUSED) {
		r->head->role = PG_DATA; /* says something of the database or the cluster */
		return;
	}
	pg_head_target(r);
	pg_head_on(r, r->words->on);
}

/* GRANT and REVOKE: on objects, or of roles, which belong to the cluster. */
static void
read_grant(struct pg_head_reader *r)
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
	if (!pg_head_kind(r)) {
		static const struct pg_kind_words table = { "TABLE", SFS_TABLE, PG_NAME_PLAIN,
			PG_SPACE_RELATION };

		r->words = &table;
		r->head->kind = SFS_TABLE;
	}
	if (r->head->role == PG_REFUSED) {
		r->head->role = PG_DATA;
		return;
	}
	pg_head_targets(r);
}

static void
read_drop(struct pg_head_reader *r)
{
	r->head->role = PG_DEFINES;
	if (pg_cursor_at(&r->cursor, "OWNED")) {
		r->head->role = PG_REFUSED;
		return;
	}
	if (!pg_head_kind(r) || r->head->role == PG_REFUSED) {
		return;
	}
	(void)pg_cursor_accept(&r->cursor, "CONCURRENTLY");
	r->head->exists_ok = pg_cursor_accept_all(&r->cursor, "IF EXISTS");
	pg_head_targets(r);
	pg_head_on(r, r->words->on);
}

static void
read_cluster(struct pg_head_reader *r)
{
	(void)pg_cursor_accept(&r->cursor, "VERBOSE");
	r->head->role = PG_DATA;
	if (pg_cursor_at_name(&r->cursor)) {
		r->head->role = PG_DEFINES;
		r->head->kind = SFS_TABLE;
		pg_head_add(r, pg_head_ref(r, PG_SPACE_RELATION));
	}
}

static void
read_set(struct pg_head_reader *r)
{
	if (pg_cursor_at(&r->cursor, "TRANSACTION") || pg_cursor_at(&r->cursor, "CONSTRAINTS")) {
		r->head->role = PG_TRANSACTION;
	} else {
		r->head->role = PG_SETS;
	}
}

static void
read_select(struct pg_head_reader *r)
{
	const char *parts[2];
	size_t n = pg_cursor_name(&r->cursor, r->arena, parts, 2);
	bool set_config = n && strcmp(parts[n - 1], "set_config") == 0;

	r->head->role = set_config && pg_cursor_at(&r->cursor, "(") ? PG_SETS : PG_RUNS;
}

/* What a statement starts with: how it is read on, or its role when that is all. */
static const struct {
	const char *word;
	void (*read)(struct pg_head_reader *r);
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
	struct pg_head_reader r = { .arena = arena, .head = head };

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
