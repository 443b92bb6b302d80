// SPDX-License-Identifier: MIT
/* Statements that wait for the children of a table, and those that its children wait for. */
#include "drivers/postgres/scratch/load.h"

/* ALTER TABLE ONLY ... ADD ... PRIMARY KEY: of a partitioned table. */
static bool
adds_key_alone(const struct pg_stmt *statement)
{
	struct pg_cursor cursor;
	const char *name;

	pg_cursor_init(&cursor, statement);
	if (!pg_cursor_accept_all(&cursor, "ALTER TABLE ONLY") || !pg_cursor_find(&cursor, "ADD")) {
		return false;
	}
	pg_cursor_next(&cursor);
	if (pg_cursor_accept(&cursor, "CONSTRAINT")) {
		struct sfs_arena *arena sfs_auto(arena) = sfs_arena_create();

		(void)pg_cursor_name(&cursor, arena, &name, 1);
	}
	return pg_cursor_at(&cursor, "PRIMARY") || pg_cursor_at(&cursor, "UNIQUE") ||
	       pg_cursor_at(&cursor, "EXCLUDE");
}

bool
pg_adds_unchecked(const struct pg_stmt *statement)
{
	struct pg_cursor cursor;

	pg_cursor_init(&cursor, statement);
	if (!pg_cursor_accept_all(&cursor, "ALTER TABLE") || !pg_cursor_find(&cursor, "ADD")) {
		return false;
	}
	while (pg_cursor_find(&cursor, "NOT")) {
		if (pg_cursor_accept_all(&cursor, "NOT VALID")) {
			return true;
		}
		pg_cursor_next(&cursor);
	}
	return false;
}

bool
pg_waits_for_partitions(const struct pg_stmt *statement)
{
	struct pg_cursor cursor;

	if (statement->head.kind != SFS_INDEX) {
		return adds_key_alone(statement);
	}
	for (pg_cursor_init(&cursor, statement);
		cursor.token.type != SFS_TOKEN_END && !pg_cursor_at(&cursor, "(");
		pg_cursor_next(&cursor)) {
		if (pg_cursor_at(&cursor, statement->head.creates ? "ONLY" : "ATTACH")) {
			return true;
		}
	}
	return false;
}

bool
pg_is_incomplete(const struct pg_stmt *statement)
{
	return pg_waits_for_partitions(statement) &&
	       (statement->head.kind != SFS_INDEX || statement->head.creates);
}

/* Whether it is an ALTER TABLE that goes on with this word behind the table's name. */
static bool
alters_by(const struct pg_stmt *statement, const char *word)
{
	struct pg_cursor cursor;

	if (statement->head.kind != SFS_TABLE || !sfs_streq(statement->head.verb, "ALTER") ||
		!statement->head.targets.len) {
		return false;
	}
	pg_cursor_init(&cursor, statement);
	pg_cursor_next(&cursor);
	return pg_cursor_find(&cursor, word);
}

bool
pg_validates(const struct pg_stmt *statement)
{
	return alters_by(statement, "VALIDATE");
}

bool
pg_settles_columns(const struct pg_stmt *statement)
{
	return alters_by(statement, "ALTER");
}
