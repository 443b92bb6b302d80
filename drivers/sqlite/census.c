// SPDX-License-Identifier: MIT
/* Which objects there are, and a sign of each that changes with its text. */
#include "drivers/sqlite/census.h"

#include "base/alloc.h"
#include "base/map.h"
#include "drivers/sqlite/read.h"
#include "drivers/sqlite/schema.h"

uint64_t
lite_tag(const char *type, const char *name)
{
	bool trigger = type[0] == 't' && type[1] == 'r';
	uint64_t tag = sfs_hash(SFS_HASH_INIT, trigger ? "t" : "r", 1);

	for (; *name; name++) {
		/* Names that differ in the case of ASCII letters are one. */
		char c = sfs_lower(*name);

		tag = sfs_hash(tag, &c, 1);
	}
	return tag ? tag : 1;
}

static int
by_tag(const void *a, const void *b)
{
	uint64_t x = ((const struct sfs_census_entry *)a)->tag;
	uint64_t y = ((const struct sfs_census_entry *)b)->tag;

	return x < y ? -1 : x > y;
}

/* A table's file holds its indexes too: their signs add up. */
static void
add_up(struct sfs_census *census)
{
	size_t kept = 0;

	qsort(census->items, census->len, sizeof *census->items, by_tag);
	for (size_t i = 0; i < census->len; i++) {
		if (kept && census->items[kept - 1].tag == census->items[i].tag) {
			census->items[kept - 1].sign += census->items[i].sign;
		} else {
			census->items[kept++] = census->items[i];
		}
	}
	census->len = kept;
}

static const char *
column(sqlite3_stmt *statement, int at)
{
	const char *text = (const char *)sqlite3_column_text(statement, at);

	return text ? text : "";
}

static int
read_rows(sqlite3 *conn, struct sfs_census *census, struct sfs_error *err)
{
	static const char query[] =
		"SELECT type, name, tbl_name, sql FROM main.sqlite_schema WHERE sql IS NOT NULL";
	struct lite_virtuals virtuals sfs_auto(lite_virtuals) = { 0 };
	sqlite3_stmt *statement sfs_auto(sqlite3_stmt) = NULL;
	int r = lite_virtuals_read(conn, &virtuals, err), rc;

	if (r == 0) {
		r = lite_schema_prepare(conn, query, &statement, err);
	}
	if (r < 0) {
		return r;
	}
	while ((rc = lite_schema_step(statement)) == SQLITE_ROW) {
		const char *type = column(statement, 0), *name = column(statement, 1);
		const char *relation = column(statement, 2);
		const char *shadowed = lite_shadowed(&virtuals, relation);
		bool index = type[0] == 'i';
		uint64_t sign = sfs_hash_string(SFS_HASH_INIT, type);

		sign = sfs_hash_string(sign, name);
		sign = sfs_hash_string(sign, relation);
		sign = sfs_hash_string(sign, column(statement, 3));
		sfs_vec_push(
			census, (struct sfs_census_entry){ lite_tag(type, !index     ? name
									  : shadowed ? shadowed
										     : relation),
					sign });
	}
	return rc == SQLITE_DONE ? 0 : lite_error(conn, query, err);
}

int
lite_census(struct sfs_db *base, struct sfs_census *ret_census, struct sfs_error *err)
{
	struct lite_db *db = lite_of(base);
	int r = lite_follow_file(db, err);

	r = r < 0 ? r : read_rows(db->conn, ret_census, err);
	if (r == 0 && ret_census->len) {
		add_up(ret_census);
	}
	return r;
}
