// SPDX-License-Identifier: MIT
/* How many rows a hazard is about: counted where that takes a moment, else not said or estimated. */
#include <string.h>

#include "drivers/postgres/plan/facts.h"
#include "drivers/postgres/plan/hazards.h"
#include "sql/quote.h"

/* A count that takes longer is not worth it, and three such are enough for a plan. */
enum { COUNT_MS = 2000, MAX_FAILED = 3 };

static bool
count(struct pg_planner *planner, const struct sfs_str *sql, int64_t *ret_n)
{
	sfs_auto(PQclear) PGresult *result = NULL;
	bool counted;

	if (!pg_facts_begin(planner) || planner->failed_counts >= MAX_FAILED ||
		pg_runf(planner->db, NULL, "SET statement_timeout = %d", COUNT_MS) < 0) {
		return false;
	}
	counted = pg_facts_query(planner, sfs_str_text(sql), &result) && PQntuples(result) == 1 &&
		  !PQgetisnull(result, 0, 0);
	if (pg_runf(planner->db, NULL, "RESET statement_timeout") < 0) {
		return false;
	}
	planner->failed_counts += !counted;
	if (counted) {
		*ret_n = strtoll(PQgetvalue(result, 0, 0), NULL, 10);
	}
	return counted;
}

static void
write_from(const struct sfs_object *relation, const char *what, struct sfs_str *sql)
{
	sfs_str_addf(sql, "SELECT %s FROM ", what);
	pg_qualified(sql, relation->id.namespace, relation->id.name);
}

const char *
pg_tell_rows(struct pg_planner *planner, const struct sfs_object *relation)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;
	int64_t n;

	write_from(relation, "count(*)", &sql);
	if (!count(planner, &sql, &n)) {
		return "the rows";
	}
	return sfs_arena_printf(planner->arena, n == 1 ? "%lld row" : "%lld rows", (long long)n);
}

const char *
pg_tell_values(struct pg_planner *planner, const struct sfs_object *column, bool null)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;
	int64_t n;

	write_from(column->owner, "count(*)", &sql);
	sfs_str_add(&sql, " WHERE ");
	pg_name(&sql, column->id.name);
	sfs_str_add(&sql, null ? " IS NULL" : " IS NOT NULL");
	if (!count(planner, &sql, &n)) {
		return "rows";
	}
	return sfs_arena_printf(planner->arena, n == 1 ? "%lld row" : "%lld rows", (long long)n);
}

const char *
pg_tell_size(struct pg_planner *planner, const struct sfs_object *relation)
{
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT, sql sfs_auto(str) = SFS_STR_INIT;
	sfs_auto(PQclear) PGresult *result = NULL;

	if (!pg_facts_begin(planner)) {
		return NULL;
	}
	pg_qualified(&name, relation->id.namespace, relation->id.name);
	sfs_str_add(&sql, "WITH RECURSIVE part (oid) AS (SELECT ");
	pg_literal(&sql, sfs_str_text(&name));
	sfs_str_add(&sql,
		"::regclass::oid UNION ALL SELECT h.inhrelid FROM pg_catalog.pg_inherits h"
		" JOIN part p ON h.inhparent = p.oid)"
		" SELECT pg_size_pretty(coalesce(sum(pg_table_size(c.oid)), 0)),"
		" sum(greatest(c.reltuples, 0))::bigint"
		" FROM part JOIN pg_catalog.pg_class c USING (oid)");
	if (!pg_facts_query(planner, sfs_str_text(&sql), &result) || PQntuples(result) != 1) {
		return NULL;
	}
	const char *size = PQgetvalue(result, 0, 0), *rows = PQgetvalue(result, 0, 1);

	return strcmp(rows, "0") == 0
		       ? sfs_arena_printf(planner->arena, "%s", size)
		       : sfs_arena_printf(planner->arena, "%s, about %s rows", size, rows);
}

/* ---- what a constraint would find ---- */

int64_t
pg_count_duplicates(struct pg_planner *planner, const struct sfs_object *table, const char *keys,
	const char *predicate, bool nulls_too)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;
	int64_t n;

	if (!keys) {
		return -1;
	}
	sfs_str_add(&sql, "SELECT count(*) FROM (");
	write_from(table, "1", &sql);
	sfs_str_addf(&sql, " WHERE %s", predicate ? predicate : "true");
	if (!nulls_too) {
		sfs_str_addf(&sql, " AND ROW(%s) IS NOT NULL", keys);
	}
	sfs_str_addf(&sql, " GROUP BY %s HAVING count(*) > 1) d", keys);
	return count(planner, &sql, &n) ? n : -1;
}

/* The text of the first parentheses from the lexer on, without them. */
static bool
read_group(struct sfs_lexer *lexer, struct sfs_str *out)
{
	struct sfs_token token;
	size_t depth = 0, start = 0;

	while (sfs_lexer_word(lexer, &token)) {
		if (sfs_token_is(lexer->text, &token, "(") && depth++ == 0) {
			start = token.offset + 1;
		} else if (depth && sfs_token_is(lexer->text, &token, ")") && --depth == 0) {
			sfs_str_addn(out, lexer->text + start, token.offset - start);
			return true;
		}
	}
	return false;
}

/* "l1, l2": names for as many columns as the list has. */
static void
write_names(char letter, const char *columns, struct sfs_str *out)
{
	struct pg_list list sfs_auto(pg_list) = { 0 };

	pg_list_split(columns, &list);
	for (size_t i = 0; i < list.len; i++) {
		sfs_str_addf(out, "%s%c%zu", i ? ", " : "", letter, i + 1);
	}
}

static int64_t
count_orphans(struct pg_planner *planner, const struct sfs_object *table,
	const struct sfs_object *key, struct sfs_lexer *lexer)
{
	struct sfs_str columns sfs_auto(str) = SFS_STR_INIT, others sfs_auto(str) = SFS_STR_INIT;
	struct sfs_str l sfs_auto(str) = SFS_STR_INIT, r sfs_auto(str) = SFS_STR_INIT;
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;
	int64_t n;

	if (!read_group(lexer, &columns) || !read_group(lexer, &others) ||
		!sfs_object_has(key, SFS_CONSTRAINT_REFERENCES)) {
		return -1;
	}
	write_names('l', sfs_str_text(&columns), &l);
	write_names('r', sfs_str_text(&others), &r);
	sfs_str_add(&sql, "SELECT count(*) FROM (");
	write_from(table, sfs_str_text(&columns), &sql);
	sfs_str_addf(&sql,
		") x (%s) WHERE ROW(%s) IS NOT NULL AND NOT EXISTS (SELECT FROM (SELECT %s FROM %s)"
		" y (%s) WHERE ROW(%s) = ROW(%s))",
		sfs_str_text(&l), sfs_str_text(&l), sfs_str_text(&others),
		sfs_object_get(key, SFS_CONSTRAINT_REFERENCES), sfs_str_text(&r), sfs_str_text(&r),
		sfs_str_text(&l));
	return count(planner, &sql, &n) ? n : -1;
}

int64_t
pg_count_violations(struct pg_planner *planner, const struct sfs_object *table,
	const struct sfs_object *constraint)
{
	const char *type = sfs_object_get(constraint, SFS_CONSTRAINT_TYPE);
	const char *text = sfs_object_get(constraint, SFS_CONSTRAINT_DEFINITION);
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT, group sfs_auto(str) = SFS_STR_INIT;
	struct sfs_lexer lexer;
	int64_t n;

	sfs_lexer_init(&lexer, SFS_POSTGRES, text, strlen(text));
	if (sfs_streq(type, "FOREIGN KEY")) {
		return count_orphans(planner, table, constraint, &lexer);
	}
	if (!sfs_streq(type, "CHECK") || !read_group(&lexer, &group)) {
		return -1;
	}
	write_from(table, "count(*)", &sql);
	sfs_str_addf(&sql, " WHERE NOT (%s)", sfs_str_text(&group));
	return count(planner, &sql, &n) ? n : -1;
}

/* ---- what goes, and what is converted ---- */

const char *
pg_tell_index(struct pg_planner *planner, const struct sfs_object *index)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT, name sfs_auto(str) = SFS_STR_INIT;
	sfs_auto(PQclear) PGresult *result = NULL;

	if (!pg_facts_begin(planner)) {
		return "";
	}
	pg_qualified(&name, index->id.namespace, index->id.name);
	sfs_str_add(&sql, "SELECT pg_size_pretty(pg_relation_size(i.oid)), s.idx_scan"
			  " FROM (SELECT ");
	pg_literal(&sql, sfs_str_text(&name));
	sfs_str_add(&sql, "::regclass::oid) i (oid) LEFT JOIN"
			  " pg_catalog.pg_stat_all_indexes s ON s.indexrelid = i.oid");
	if (!pg_facts_query(planner, sfs_str_text(&sql), &result) || PQntuples(result) != 1) {
		return "";
	}
	return sfs_arena_printf(planner->arena, "; it has %s and was used %s times",
		PQgetvalue(result, 0, 0),
		PQgetisnull(result, 0, 1) ? "0" : PQgetvalue(result, 0, 1));
}

int64_t
pg_count_where(struct pg_planner *planner, const struct sfs_object *table, const char *condition)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;
	int64_t n;

	write_from(table, "count(*)", &sql);
	sfs_str_addf(&sql, " WHERE %s", condition);
	return count(planner, &sql, &n) ? n : -1;
}

/* Whether the server found a value that it can not convert; it may also know no such type or cast. */
static bool
is_about_values(const struct sfs_error *err)
{
	return sfs_starts_with(err->sqlstate, "22") || sfs_starts_with(err->sqlstate, "23");
}

int
pg_try_expression(struct pg_planner *planner, const struct sfs_object *table,
	const char *expression, const char **ret_why)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;
	struct sfs_error err sfs_auto(error) = SFS_ERROR_INIT;
	sfs_auto(PQclear) PGresult *result = NULL;
	int found = -1;

	if (!pg_facts_begin(planner) || planner->failed_counts >= MAX_FAILED ||
		pg_runf(planner->db, NULL, "SET statement_timeout = %d", COUNT_MS) < 0) {
		return -1;
	}
	sfs_str_addf(&sql, "count(%s)", expression);
	char *what sfs_auto(free) = sfs_strdup(sfs_str_text(&sql));

	sfs_str_truncate(&sql, 0);
	write_from(table, what, &sql);
	if (pg_facts_try(planner, sfs_str_text(&sql), &result, &err)) {
		found = 1;
	} else if (is_about_values(&err)) {
		*ret_why = sfs_arena_strdup(planner->arena, err.message);
		found = 0;
	} else {
		planner->failed_counts++;
	}
	return pg_runf(planner->db, NULL, "RESET statement_timeout") < 0 ? -1 : found;
}

bool
pg_is_volatile(struct pg_planner *planner, const char *expression)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;
	struct sfs_lexer lexer;
	struct sfs_token token, last = { 0 };
	size_t n = 0;

	if (!expression || !planner->db) {
		return false;
	}
	sfs_str_add(&sql, "SELECT EXISTS (SELECT FROM pg_catalog.pg_proc WHERE provolatile = 'v'"
			  " AND proname IN (");
	sfs_lexer_init(&lexer, SFS_POSTGRES, expression, strlen(expression));
	while (sfs_lexer_word(&lexer, &token)) {
		bool word = last.type == SFS_TOKEN_WORD || last.type == SFS_TOKEN_QUOTED;

		if (word && sfs_token_is(expression, &token, "(")) {
			struct sfs_str name sfs_auto(str) = SFS_STR_INIT;

			sfs_unquote_name(&name, SFS_POSTGRES, expression + last.offset, last.len);
			sfs_str_add(&sql, n++ ? ", " : "");
			pg_literal(&sql, sfs_str_text(&name));
		}
		last = token;
	}
	sfs_str_add(&sql, "))");
	return n && pg_facts_ask(planner, sfs_str_text(&sql));
}

/* The tables that belong to an extension. */
static bool
find_member_tables(
	struct pg_planner *planner, const struct sfs_object *extension, PGresult **ret_result)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	sfs_str_add(&sql,
		"SELECT n.nspname, c.relname FROM pg_catalog.pg_depend d"
		" JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid"
		" JOIN pg_catalog.pg_class c ON c.oid = d.objid"
		" JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
		" WHERE d.refclassid = 'pg_catalog.pg_extension'::regclass AND d.deptype = 'e'"
		" AND d.classid = 'pg_catalog.pg_class'::regclass AND c.relkind IN ('r', 'p', 'm')"
		" AND e.extname = ");
	pg_literal(&sql, extension->id.name);
	sfs_str_add(&sql, " ORDER BY 1, 2");
	return pg_facts_query(planner, sfs_str_text(&sql), ret_result);
}

bool
pg_count_members(struct pg_planner *planner, const struct sfs_object *extension,
	int64_t *ret_members, struct sfs_str *ret_tables)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;
	sfs_auto(PQclear) PGresult *tables = NULL;

	if (!pg_facts_begin(planner) || !find_member_tables(planner, extension, &tables)) {
		return false;
	}
	for (int i = 0; i < PQntuples(tables); i++) {
		const struct sfs_object table = { .id = { .kind = SFS_TABLE,
							  .namespace = PQgetvalue(tables, i, 0),
							  .name = PQgetvalue(tables, i, 1) } };

		if (pg_has_own_rows(planner, &table)) {
			sfs_str_separate(ret_tables, ", ");
			sfs_identity_describe(&table.id, ret_tables);
		}
	}
	sfs_str_add(&sql, "SELECT count(*) FROM pg_catalog.pg_depend d"
			  " JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid WHERE"
			  " d.refclassid = 'pg_catalog.pg_extension'::regclass AND d.deptype = 'e'"
			  " AND e.extname = ");
	pg_literal(&sql, extension->id.name);
	return count(planner, &sql, ret_members);
}
