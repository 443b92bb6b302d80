// SPDX-License-Identifier: MIT
/* Constraints: what changes without checking all rows again. */
#include <string.h>

#include "drivers/postgres/alter/alter.h"
#include "drivers/postgres/print/print.h"

#define INDEX_ATTRIBUTES (PG_BIT(SFS_CONSTRAINT_OPTIONS) | PG_BIT(SFS_CONSTRAINT_TABLESPACE))

static bool
is_foreign_key(const struct sfs_object *constraint)
{
	return sfs_streq(sfs_object_get(constraint, SFS_CONSTRAINT_TYPE), "FOREIGN KEY");
}

bool
pg_constraint_can_alter(const struct sfs_diff *diff, const struct sfs_change *change)
{
	bool enforced = !sfs_object_has(change->to, SFS_CONSTRAINT_NOT_ENFORCED);

	(void)diff;
	/* What is not enforced is not valid, and what comes to be enforced is checked. */
	if (sfs_object_has(change->to, SFS_CONSTRAINT_NOT_VALID) && enforced &&
		(pg_differs(change, SFS_CONSTRAINT_NOT_VALID) ||
			pg_differs(change, SFS_CONSTRAINT_NOT_ENFORCED))) {
		return false;
	}
	if (pg_differs(change, SFS_CONSTRAINT_NOT_ENFORCED) && !is_foreign_key(change->to)) {
		return false;
	}
	/* It is whole, or attached, once and for all. */
	if (pg_differs(change, SFS_CONSTRAINT_INVALID) ||
		(pg_differs(change, SFS_CONSTRAINT_ATTACHED) &&
			sfs_object_has(change->from, SFS_CONSTRAINT_ATTACHED) &&
			!sfs_object_has(change->to, SFS_CONSTRAINT_INHERITED))) {
		return false;
	}
	return !pg_differs(change, SFS_CONSTRAINT_DEFERRABLE) || is_foreign_key(change->to);
}

static void
alter_index(struct pg_writer *writer, const struct sfs_change *change)
{
	struct sfs_str head sfs_auto(str) = SFS_STR_INIT, clauses sfs_auto(str) = SFS_STR_INIT;
	const char *tablespace = sfs_object_get(change->to, SFS_CONSTRAINT_TABLESPACE);

	sfs_str_add(&head, "ALTER INDEX ");
	pg_qualified(&head, change->to->id.namespace, change->to->id.name);
	if (pg_differs(change, SFS_CONSTRAINT_OPTIONS)) {
		pg_options_alter(&clauses, "", sfs_object_get(change->from, SFS_CONSTRAINT_OPTIONS),
			sfs_object_get(change->to, SFS_CONSTRAINT_OPTIONS));
	}
	pg_alter_emit(writer, change->to, sfs_str_text(&head), &clauses);
	if (pg_differs(change, SFS_CONSTRAINT_TABLESPACE)) {
		struct sfs_str name sfs_auto(str) = SFS_STR_INIT;

		pg_name(&name, tablespace ? tablespace : "pg_default");
		(void)sfs_plan_addf(writer->plan, change->to, "%s SET TABLESPACE %s",
			sfs_str_text(&head), sfs_str_text(&name));
	}
}

void
pg_constraint_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change)
{
	struct sfs_str head sfs_auto(str) = SFS_STR_INIT, name sfs_auto(str) = SFS_STR_INIT;
	const char *deferrable = sfs_object_get(change->to, SFS_CONSTRAINT_DEFERRABLE);

	pg_alter_relation(&head, change->to);
	pg_name(&name, change->to->id.name);
	bool enforces = pg_differs(change, SFS_CONSTRAINT_NOT_ENFORCED);
	bool enforced = !sfs_object_has(change->to, SFS_CONSTRAINT_NOT_ENFORCED);

	if (pg_differs(change, SFS_CONSTRAINT_DEFERRABLE) || enforces) {
		bool defers = pg_differs(change, SFS_CONSTRAINT_DEFERRABLE);

		(void)sfs_plan_addf(writer->plan, change->to, "%s ALTER CONSTRAINT %s%s%s%s",
			sfs_str_text(&head), sfs_str_text(&name), defers ? " " : "",
			!defers      ? ""
			: deferrable ? deferrable
				     : "NOT DEFERRABLE",
			!enforces  ? ""
			: enforced ? " ENFORCED"
				   : " NOT ENFORCED");
	}
	if ((pg_differs(change, SFS_CONSTRAINT_NOT_VALID) ||
		    pg_differs(change, SFS_CONSTRAINT_UNCHECKED)) &&
		!enforces) {
		(void)sfs_plan_addf(writer->plan, change->to, "%s VALIDATE CONSTRAINT %s",
			sfs_str_text(&head), sfs_str_text(&name));
	}
	if (pg_differs(change, SFS_CONSTRAINT_ATTACHED) &&
		!sfs_object_has(change->from, SFS_CONSTRAINT_INHERITED)) {
		pg_attach_key(writer, change->to);
	}
	if (pg_differs(change, SFS_CONSTRAINT_INDEX_COMMENT)) {
		pg_write_index_comment(writer, change->to);
	}
	if (change->attributes & INDEX_ATTRIBUTES) {
		alter_index(writer, change);
	}
	(void)diff;
}

void
pg_constraint_drop(struct pg_writer *writer, const struct sfs_object *constraint)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	pg_alter_relation(&sql, constraint);
	sfs_str_add(&sql, " DROP CONSTRAINT ");
	pg_name(&sql, constraint->id.name);
	(void)sfs_plan_add(writer->plan, constraint, sfs_str_text(&sql));
}

void
pg_constraint_rename(struct pg_writer *writer, const struct sfs_change *change)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	if (strcmp(change->from->id.name, change->to->id.name) == 0) {
		return;
	}
	pg_alter_relation(&sql, change->to);
	sfs_str_add(&sql, " RENAME CONSTRAINT ");
	pg_name(&sql, change->from->id.name);
	sfs_str_add(&sql, " TO ");
	pg_name(&sql, change->to->id.name);
	(void)sfs_plan_add(writer->plan, change->to, sfs_str_text(&sql));
}
