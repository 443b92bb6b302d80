// SPDX-License-Identifier: MIT
/* ALTER TABLE ... ATTACH PARTITION: a statement about the parent that belongs to the partition. */
#include "drivers/postgres/text/parse.h"

bool
pg_statement_attaches(
	const struct pg_stmt *statement, struct sfs_arena *arena, struct pg_ref *ret_child)
{
	const char *parts[2] = { 0 };
	struct pg_cursor cursor;
	size_t n, offset;

	if (statement->head.kind != SFS_TABLE || statement->head.creates ||
		!sfs_streq(statement->head.verb, "ALTER") || !statement->head.targets.len) {
		return false;
	}
	pg_cursor_init(&cursor, statement);
	if (!pg_cursor_find(&cursor, "ATTACH") ||
		!pg_cursor_accept_all(&cursor, "ATTACH PARTITION")) {
		return false;
	}
	offset = cursor.token.offset;
	n = pg_cursor_name(&cursor, arena, parts, 2);
	if (!n) {
		return false;
	}
	*ret_child = (struct pg_ref){ .space = PG_SPACE_RELATION,
		.namespace = n == 2 ? parts[0] : statement->namespace,
		.name = parts[n - 1],
		.offset = offset };
	return true;
}
