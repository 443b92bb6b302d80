// SPDX-License-Identifier: MIT
/* Writes indexes. */
#include <stdlib.h>
#include <string.h>

#include "drivers/postgres/kind_functions.h"
#include "drivers/postgres/print/print.h"
#include "drivers/postgres/text/fold.h"
#include "drivers/postgres/text/tidy.h"

/*
 * A partitioned table's index of which some partition has no part yet, or which has a twin, so that only
 * names tell their parts apart: made with ONLY and attached to one by one until all are there, when the
 * server calls it valid.
 */
static bool
is_incomplete(const struct sfs_object *index)
{
	return (sfs_object_has(index, SFS_INDEX_INVALID) ||
		       sfs_object_has(index, SFS_INDEX_TWIN)) &&
	       index->owner->id.kind == SFS_TABLE &&
	       sfs_object_has(index->owner, SFS_TABLE_PARTITION_KEY);
}

void
pg_write_index(struct sfs_str *out, const struct sfs_object *index, enum pg_index_build build)
{
	const char *include = sfs_object_get(index, SFS_INDEX_INCLUDE);
	const char *method = sfs_object_get(index, SFS_INDEX_METHOD);
	const char *options = sfs_object_get(index, SFS_INDEX_OPTIONS);
	const char *tablespace = sfs_object_get(index, SFS_INDEX_TABLESPACE);
	const char *predicate = sfs_object_get(index, SFS_INDEX_PREDICATE);
	sfs_auto(pg_clauses) struct pg_clauses clauses = { 0 };
	struct sfs_str *clause = pg_clause(&clauses);

	sfs_str_addf(clause, "CREATE %sINDEX %s",
		sfs_object_has(index, SFS_INDEX_UNIQUE) ? "UNIQUE " : "",
		build == PG_INDEX_CONCURRENTLY ? "CONCURRENTLY " : "");
	pg_name(clause, index->id.name);
	clause = pg_clause(&clauses);
	sfs_str_add(clause, build == PG_INDEX_ONLY || is_incomplete(index) ? "ON ONLY " : "ON ");
	pg_qualified(clause, index->id.namespace, index->id.relation);
	if (!sfs_streq(method, "btree")) {
		sfs_str_addf(clause, " USING %s", method);
	}
	sfs_str_add(clause, " (");
	pg_tidy(clause, sfs_object_get(index, SFS_INDEX_KEYS), PG_TIDY_CLAUSE, 0);
	sfs_str_addc(clause, ')');
	if (include) {
		sfs_str_addf(pg_clause(&clauses), "INCLUDE (%s)", include);
	}
	if (sfs_object_has(index, SFS_INDEX_NULLS_NOT_DISTINCT)) {
		sfs_str_add(pg_clause(&clauses), "NULLS NOT DISTINCT");
	}
	if (options) {
		sfs_str_addf(pg_clause(&clauses), "WITH (%s)", options);
	}
	if (tablespace) {
		sfs_str_addf(pg_clause(&clauses), "TABLESPACE %s", tablespace);
	}
	if (predicate) {
		clause = pg_clause(&clauses);
		sfs_str_add(clause, "WHERE ");
		pg_tidy(clause, predicate, PG_TIDY_CONDITION, 0);
	}
	pg_clauses_write(out, &clauses, 1, pg_last_width(out));
}

/* "2=100, 3=50": ALTER INDEX ... ALTER COLUMN 2 SET STATISTICS 100 and so on. */
static void
write_statistics(struct pg_writer *writer, const struct sfs_object *index)
{
	const char *targets = sfs_object_get(index, SFS_INDEX_STATISTICS);

	while (targets && *targets) {
		sfs_auto(str) struct sfs_str sql = SFS_STR_INIT;
		char *end;
		unsigned long column = strtoul(targets, &end, 10);
		unsigned long target = strtoul(*end == '=' ? end + 1 : end, &end, 10);

		sfs_str_add(&sql, "ALTER ");
		pg_write_reference(index, &sql);
		sfs_str_addf(&sql, " ALTER COLUMN %lu SET STATISTICS %lu", column, target);
		(void)sfs_plan_add(writer->plan, index, sql.text);
		targets = end + strspn(end, ", ");
	}
}

void
pg_print_own_index(struct pg_writer *writer, const struct sfs_object *index)
{
	const char *parent = sfs_object_get(index, SFS_INDEX_ATTACHED);
	sfs_auto(str) struct sfs_str sql = SFS_STR_INIT;

	if (writer->file && sfs_object_has(index, SFS_INDEX_INVALID) && !is_incomplete(index)) {
		sfs_str_add(&sql,
			"-- INVALID in the database, left by a CREATE INDEX CONCURRENTLY that did "
			"not end: not used; saved without this line it is built anew\n");
	}
	pg_write_index(&sql, index, PG_INDEX_PLAIN);
	(void)sfs_plan_add(writer->plan, index, sql.text);
	if (parent) {
		sfs_str_truncate(&sql, 0);
		sfs_str_addf(&sql, "ALTER INDEX %s ATTACH PARTITION ", parent);
		pg_write_target(index, &sql);
		(void)sfs_plan_add(writer->plan, index, sql.text);
	}
	write_statistics(writer, index);
	pg_write_common(writer, index);
}

void
pg_print_index(struct pg_writer *writer, const struct sfs_object *object)
{
	/* A partition's came with its parent's, or before it was attached. */
	if (!sfs_object_has(object, SFS_INDEX_INHERITED)) {
		pg_print_own_index(writer, object);
	}
}
