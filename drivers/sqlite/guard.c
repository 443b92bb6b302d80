// SPDX-License-Identifier: MIT
/* Sees to it that a rebuild of tables takes no row away and leaves no reference dangling. */
#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "base/vec.h"
#include "drivers/sqlite/connection.h"
#include "drivers/sqlite/guard.h"
#include "drivers/sqlite/normal.h"
#include "sql/quote.h"

/* How often the foreign keys of one table to another are violated. */
struct violation {
	char *child, *parent;
	int64_t count;
};
struct violations SFS_VEC_OF(struct violation);

/* A table that refers to one that is rebuilt. */
struct child {
	char *name;
	int64_t rows;
};

struct lite_guard {
	struct violations before;
	SFS_VEC(struct child) children;
};

static void
violations_finish(struct violations *violations)
{
	sfs_vec_foreach (violation, violations) {
		free(violation->child);
		free(violation->parent);
	}
	sfs_vec_finish(violations);
}

SFS_DEFINE_AUTO_VALUE(violations, struct violations, violations_finish)

void
lite_guard_destroy(struct lite_guard *guard)
{
	if (!guard) {
		return;
	}
	violations_finish(&guard->before);
	sfs_vec_foreach (child, &guard->children) {
		free(child->name);
	}
	sfs_vec_finish(&guard->children);
	free(guard);
}

/* ---- foreign keys ---- */

static void
count(struct violations *violations, const char *child, const char *parent)
{
	sfs_vec_foreach (known, violations) {
		if (sfs_streq(known->child, child) && sfs_streq(known->parent, parent)) {
			known->count++;
			return;
		}
	}
	struct violation violation = { sfs_strdup(child), sfs_strdup(parent), 1 };
	sfs_vec_push(violations, violation);
}

static int
check_with(sqlite3 *conn, const char *sql, struct violations *violations, struct sfs_error *err)
{
	sqlite3_stmt *statement sfs_auto(sqlite3_stmt) = NULL;
	int r = lite_prepare(conn, sql, &statement, err), rc;

	if (r < 0) {
		return r;
	}
	while ((rc = sqlite3_step(statement)) == SQLITE_ROW) {
		count(violations, (const char *)sqlite3_column_text(statement, 0),
			(const char *)sqlite3_column_text(statement, 2));
	}
	return rc == SQLITE_DONE ? 0 : lite_error(conn, sql, err);
}

/*
 * A foreign key to columns that are no key makes the check of the whole database fail. Then each
 * table is looked at by itself, and those that can not be checked are left out.
 */
static int
check_each(sqlite3 *conn, struct violations *violations, struct sfs_error *err)
{
	static const char query[] =
		"SELECT name FROM main.sqlite_schema WHERE type = 'table' AND rootpage > 0";
	sqlite3_stmt *statement sfs_auto(sqlite3_stmt) = NULL;
	int r = lite_prepare(conn, query, &statement, err);

	while (r == 0 && sqlite3_step(statement) == SQLITE_ROW) {
		struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

		sfs_str_add(&sql, "PRAGMA main.foreign_key_check(");
		sfs_quote_literal(
			&sql, SFS_SQLITE, (const char *)sqlite3_column_text(statement, 0));
		sfs_str_addc(&sql, ')');
		(void)check_with(conn, sfs_str_text(&sql), violations, NULL);
	}
	return r;
}

static int
check(sqlite3 *conn, struct violations *ret_violations, struct sfs_error *err)
{
	struct violations violations sfs_auto(violations) = { 0 };

	if (check_with(conn, "PRAGMA main.foreign_key_check", &violations, NULL) < 0) {
		violations_finish(&violations);
		int r = check_each(conn, &violations, err);
		if (r < 0) {
			return r;
		}
	}
	*ret_violations = violations;
	violations = (struct violations){ 0 };
	return 0;
}

static int64_t
count_of(const struct violations *violations, const struct violation *like)
{
	for (size_t i = 0; i < violations->len; i++) {
		const struct violation *known = &violations->items[i];

		if (sfs_streq(known->child, like->child) &&
			sfs_streq(known->parent, like->parent)) {
			return known->count;
		}
	}
	return 0;
}

static int64_t
total_of(const struct violations *violations)
{
	int64_t total = 0;

	for (size_t i = 0; i < violations->len; i++) {
		total += violations->items[i].count;
	}
	return total;
}

/* A renamed table takes its violations with it: what counts is whether there are more of them. */
static int
compare(const struct violations *before, const struct violations *after, struct sfs_error *err)
{
	if (total_of(after) <= total_of(before)) {
		return 0;
	}
	for (size_t i = 0; i < after->len; i++) {
		const struct violation *now = &after->items[i];
		int64_t more = now->count - count_of(before, now);

		if (more > 0) {
			(void)sfs_error_set(err, EINVAL,
				"foreign key violated: %lld rows of %s refer to rows that %s does "
				"not have",
				(long long)more, now->child, now->parent);
			sfs_error_hint(err, "nothing was changed; mend the rows first");
			return -EINVAL;
		}
	}
	return 0;
}

/* ---- rows ---- */

static int
count_rows(sqlite3 *conn, const char *table, int64_t *ret_rows, struct sfs_error *err)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	sfs_str_add(&sql, "SELECT count(*) FROM main.");
	sfs_quote_name(&sql, SFS_SQLITE, table);
	return lite_number(conn, sfs_str_text(&sql), 0, ret_rows, err);
}

/* Remembers how many rows refer to a table that is put aside now. */
static int
watch_children(struct lite_guard *guard, sqlite3 *conn, const char *table, struct sfs_error *err)
{
	static const char query[] =
		"SELECT DISTINCT s.name FROM main.sqlite_schema AS s, "
		"pragma_foreign_key_list(s.name, 'main') AS f WHERE s.type = 'table' AND "
		"s.sql LIKE '%references%' AND f.\"table\" = ? COLLATE NOCASE AND "
		"s.name <> ? COLLATE NOCASE";
	sqlite3_stmt *statement sfs_auto(sqlite3_stmt) = NULL;
	int r = lite_prepare(conn, query, &statement, err);

	if (r < 0) {
		return r;
	}
	(void)sqlite3_bind_text(statement, 1, table, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(statement, 2, table, -1, SQLITE_STATIC);
	while (r == 0 && sqlite3_step(statement) == SQLITE_ROW) {
		struct child child = { .name = sfs_strdup(
					       (const char *)sqlite3_column_text(statement, 0)) };

		r = count_rows(conn, child.name, &child.rows, err);
		sfs_vec_push(&guard->children, child);
	}
	return r;
}

/* Before the old table goes: the new one must have all its rows. */
static int
compare_rows(sqlite3 *conn, const char *aside, struct sfs_error *err)
{
	const char *table = aside + strlen(LITE_ASIDE);
	int64_t old, new;
	int r = count_rows(conn, aside, &old, err);

	if (r == 0) {
		r = count_rows(conn, table, &new, err);
	}
	if (r == 0 && old != new) {
		r = sfs_error_set(err, EIO,
			"the copy of table %s has %lld rows, the table had %lld: nothing was changed",
			table, (long long)new, (long long)old);
	}
	return r;
}

/* A name in a statement, when the words before it are these. */
static bool
name_after(const char *sql, const char *const *words, struct sfs_str *out)
{
	struct sfs_lexer lexer;
	struct sfs_token token;

	sfs_lexer_init(&lexer, SFS_SQLITE, sql, strlen(sql));
	for (; *words; words++) {
		if (!sfs_lexer_word(&lexer, &token) || !sfs_token_is(sql, &token, *words)) {
			return false;
		}
	}
	if (!sfs_lexer_word(&lexer, &token) || !lite_token_is_name(&token)) {
		return false;
	}
	lite_token_name(sql, &token, out);
	return true;
}

int
lite_guard_statement(
	struct lite_guard *guard, sqlite3 *conn, const char *sql, struct sfs_error *err)
{
	static const char *const drop[] = { "DROP", "TABLE", NULL };
	static const char *const alter[] = { "ALTER", "TABLE", NULL };
	static const char *const create[] = { "CREATE", "TABLE", NULL };
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT;

	if (name_after(sql, alter, &name) && strstr(sql, LITE_ASIDE)) {
		return watch_children(guard, conn, sfs_str_text(&name), err);
	}
	sfs_str_truncate(&name, 0);
	if (name_after(sql, create, &name) && sfs_starts_with(sfs_str_text(&name), LITE_ASIDE)) {
		const char *table = sfs_str_text(&name) + strlen(LITE_ASIDE);

		return watch_children(guard, conn, table, err);
	}
	sfs_str_truncate(&name, 0);
	if (name_after(sql, drop, &name) && sfs_starts_with(sfs_str_text(&name), LITE_ASIDE)) {
		return compare_rows(conn, sfs_str_text(&name), err);
	}
	return 0;
}

static bool
is_table(sqlite3 *conn, const char *name)
{
	return sqlite3_table_column_metadata(
		       conn, "main", name, NULL, NULL, NULL, NULL, NULL, NULL) == SQLITE_OK;
}

static int
compare_children(const struct lite_guard *guard, sqlite3 *conn, struct sfs_error *err)
{
	for (size_t i = 0; i < guard->children.len; i++) {
		const struct child *child = &guard->children.items[i];
		int64_t rows;

		/* One that was dropped or renamed since is no concern of the rebuild. */
		if (!is_table(conn, child->name)) {
			continue;
		}
		int r = count_rows(conn, child->name, &rows, err);
		if (r == 0 && rows != child->rows) {
			r = sfs_error_set(err, EIO,
				"table %s has %lld rows, before the change %lld: nothing was "
				"changed",
				child->name, (long long)rows, (long long)child->rows);
		}
		if (r < 0) {
			return r;
		}
	}
	return 0;
}

/* ---- the whole ---- */

int
lite_guard_start(sqlite3 *conn, struct lite_guard **ret_guard, struct sfs_error *err)
{
	struct lite_guard *guard = sfs_alloc(sizeof *guard);
	int r = check(conn, &guard->before, err);

	if (r < 0) {
		lite_guard_destroy(guard);
		return r;
	}
	*ret_guard = guard;
	return 0;
}

int
lite_guard_check(struct lite_guard *guard, sqlite3 *conn, struct sfs_error *err)
{
	struct violations after sfs_auto(violations) = { 0 };
	int r = compare_children(guard, conn, err);

	if (r == 0) {
		r = check(conn, &after, err);
	}
	return r < 0 ? r : compare(&guard->before, &after, err);
}
