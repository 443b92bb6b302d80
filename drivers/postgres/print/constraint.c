// SPDX-License-Identifier: MIT
/* Writes constraints. */
#include <string.h>

#include "drivers/postgres/kind_functions.h"
#include "drivers/postgres/print/print.h"
#include "drivers/postgres/text/fold.h"
#include "drivers/postgres/text/tidy.h"

void
pg_reference_part(const struct sfs_object *object, struct sfs_str *out)
{
	pg_name(out, object->id.name);
	sfs_str_add(out, " ON ");
	pg_qualified(out, object->id.namespace, object->id.relation);
}

void
pg_write_constraint(
	struct sfs_str *out, const struct sfs_object *constraint, bool add, size_t column)
{
	const char *options = sfs_object_get(constraint, SFS_CONSTRAINT_OPTIONS);
	const char *tablespace = sfs_object_get(constraint, SFS_CONSTRAINT_TABLESPACE);
	const char *deferrable = sfs_object_get(constraint, SFS_CONSTRAINT_DEFERRABLE);
	sfs_auto(pg_clauses) struct pg_clauses clauses = { 0 };
	sfs_auto(str) struct sfs_str text = SFS_STR_INIT;

	sfs_str_add(pg_clause(&clauses), "CONSTRAINT ");
	pg_name(&clauses.text, constraint->id.name);
	pg_tidy(&text, sfs_object_get(constraint, SFS_CONSTRAINT_DEFINITION), PG_TIDY_CLAUSE, 1);
	pg_clauses_add(&clauses, sfs_str_text(&text));
	if (options) {
		sfs_str_addf(pg_clause(&clauses), "WITH (%s)", options);
	}
	if (tablespace) {
		sfs_str_addf(pg_clause(&clauses), "USING INDEX TABLESPACE %s", tablespace);
	}
	if (sfs_object_has(constraint, SFS_CONSTRAINT_NO_INHERIT)) {
		sfs_str_add(pg_clause(&clauses), "NO INHERIT");
	}
	if (deferrable) {
		sfs_str_add(pg_clause(&clauses), deferrable);
	}
	if (sfs_object_has(constraint, SFS_CONSTRAINT_NOT_ENFORCED)) {
		sfs_str_add(pg_clause(&clauses), "NOT ENFORCED");
	} else if (add && (sfs_object_has(constraint, SFS_CONSTRAINT_NOT_VALID) ||
				  sfs_object_has(constraint, SFS_CONSTRAINT_UNCHECKED))) {
		sfs_str_add(pg_clause(&clauses), "NOT VALID");
	}
	pg_clauses_write(out, &clauses, 2, column);
}

void
pg_write_index_comment(struct pg_writer *writer, const struct sfs_object *constraint)
{
	const char *comment = sfs_object_get(constraint, SFS_CONSTRAINT_INDEX_COMMENT);
	sfs_auto(str) struct sfs_str sql = SFS_STR_INIT;

	sfs_str_add(&sql, "COMMENT ON INDEX ");
	pg_qualified(&sql, constraint->id.namespace, constraint->id.name);
	sfs_str_add(&sql, " IS ");
	if (comment) {
		pg_literal(&sql, comment);
	} else {
		sfs_str_add(&sql, "NULL");
	}
	(void)sfs_plan_add(writer->plan, constraint, sql.text);
}

void
pg_write_constraint_common(struct pg_writer *writer, const struct sfs_object *constraint)
{
	pg_write_common(writer, constraint);
	if (sfs_object_has(constraint, SFS_CONSTRAINT_INDEX_COMMENT)) {
		pg_write_index_comment(writer, constraint);
	}
}

void
pg_attach_key(struct pg_writer *writer, const struct sfs_object *constraint)
{
	const char *parent = sfs_object_get(constraint, SFS_CONSTRAINT_ATTACHED);
	sfs_auto(str) struct sfs_str sql = SFS_STR_INIT;

	if (parent) {
		sfs_str_addf(&sql, "ALTER INDEX %s ATTACH PARTITION ", parent);
		pg_qualified(&sql, constraint->id.namespace, constraint->id.name);
		(void)sfs_plan_add(writer->plan, constraint, sql.text);
	}
}

void
pg_print_own_constraint(struct pg_writer *writer, const struct sfs_object *constraint)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT, line sfs_auto(str) = SFS_STR_INIT;

	sfs_str_addf(&sql, "ALTER %s %s", pg_kind(constraint->owner->id.kind)->keyword,
		sfs_object_has(constraint, SFS_CONSTRAINT_INVALID) ? "ONLY " : "");
	pg_write_target(constraint->owner, &sql);
	pg_write_constraint(&line, constraint, true, sql.len + strlen(" ADD "));
	if (strchr(sfs_str_text(&line), '\n')) {
		/* Too long for one line, but not for two, maybe. */
		sfs_str_truncate(&line, 0);
		pg_write_constraint(&line, constraint, true, strlen("    ADD "));
		sfs_str_add(&sql, "\n   ");
	}
	sfs_str_addf(&sql, " ADD %s", sfs_str_text(&line));
	(void)sfs_plan_add(writer->plan, constraint, sql.text);
	pg_attach_key(writer, constraint);
	pg_write_constraint_common(writer, constraint);
}

void
pg_print_constraint(struct pg_writer *writer, const struct sfs_object *object)
{
	if (!sfs_object_has(object, SFS_CONSTRAINT_INHERITED)) {
		pg_print_own_constraint(writer, object);
	} else if (!pg_is_attached(object->owner)) {
		/* It came with the parent's. */
		pg_write_constraint_common(writer, object);
	}
}
