// SPDX-License-Identifier: MIT
/* Views and materialized views: a new query where the columns stay, options, files. */
#include <string.h>

#include "drivers/postgres/alter/alter.h"
#include "drivers/postgres/print/print.h"
#include "drivers/postgres/text/tidy.h"

static const struct sfs_object *
next_column(const struct sfs_object *part)
{
	while (part && part->id.kind != SFS_COLUMN) {
		part = part->next_part;
	}
	return part;
}

/* CREATE OR REPLACE takes a query whose columns start with those that are there. */
static bool
columns_extend(const struct sfs_object *from, const struct sfs_object *to)
{
	const struct sfs_object *old = next_column(from->first_part);
	const struct sfs_object *new = next_column(to->first_part);

	while (old) {
		if (!new || strcmp(old->id.name, new->id.name) != 0 ||
			sfs_attribute_differs(old, new, SFS_COLUMN_TYPE) ||
			sfs_attribute_differs(old, new, SFS_COLUMN_COLLATION)) {
			return false;
		}
		old = next_column(old->next_part);
		new = next_column(new->next_part);
	}
	return true;
}

bool
pg_view_can_alter(const struct sfs_diff *diff, const struct sfs_change *change)
{
	(void)diff;
	return !pg_differs(change, SFS_VIEW_QUERY) || columns_extend(change->from, change->to);
}

static void
replace_query(struct pg_writer *writer, const struct sfs_object *view)
{
	const char *options = sfs_object_get(view, SFS_VIEW_OPTIONS);
	const char *check = sfs_object_get(view, SFS_VIEW_CHECK_OPTION);
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	sfs_str_add(&sql, "CREATE OR REPLACE VIEW ");
	pg_qualified(&sql, view->id.namespace, view->id.name);
	if (options) {
		sfs_str_addf(&sql, " WITH (%s)", options);
	}
	sfs_str_add(&sql, " AS\n");
	pg_tidy(&sql, sfs_object_get(view, SFS_VIEW_QUERY), PG_TIDY_QUERY, 0);
	if (check) {
		sfs_str_addf(&sql, "\n WITH %s CHECK OPTION", check);
	}
	(void)sfs_plan_add(writer->plan, view, sfs_str_text(&sql));
}

static const char *
check_option_value(const struct sfs_object *view)
{
	const char *check = sfs_object_get(view, SFS_VIEW_CHECK_OPTION);

	return !check                        ? NULL
	       : strcmp(check, "LOCAL") == 0 ? "check_option=local"
					     : "check_option=cascaded";
}

static void
alter_options(struct pg_writer *writer, const struct sfs_change *change)
{
	struct sfs_str head sfs_auto(str) = SFS_STR_INIT, clauses sfs_auto(str) = SFS_STR_INIT;

	pg_alter_relation(&head, change->to);
	pg_options_alter(&clauses, "", sfs_object_get(change->from, SFS_VIEW_OPTIONS),
		sfs_object_get(change->to, SFS_VIEW_OPTIONS));
	pg_options_alter(
		&clauses, "", check_option_value(change->from), check_option_value(change->to));
	pg_alter_emit(writer, change->to, sfs_str_text(&head), &clauses);
}

void
pg_view_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change)
{
	if (pg_differs(change, SFS_VIEW_QUERY)) {
		replace_query(writer, change->to); /* sets the options, too */
	} else {
		alter_options(writer, change);
	}
	(void)diff;
}

void
pg_materialized_view_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change)
{
	struct sfs_str head sfs_auto(str) = SFS_STR_INIT, clauses sfs_auto(str) = SFS_STR_INIT;
	const struct {
		int attribute;
		const char *verb, *fallback;
	} names[] = {
		{ SFS_VIEW_ACCESS_METHOD, "SET ACCESS METHOD ", "heap" },
		{ SFS_VIEW_TABLESPACE, "SET TABLESPACE ", "pg_default" },
	};

	pg_alter_relation(&head, change->to);
	if (pg_differs(change, SFS_VIEW_OPTIONS)) {
		pg_options_alter(&clauses, "", sfs_object_get(change->from, SFS_VIEW_OPTIONS),
			sfs_object_get(change->to, SFS_VIEW_OPTIONS));
	}
	pg_alter_emit(writer, change->to, sfs_str_text(&head), &clauses);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *value = sfs_object_get(change->to, names[i].attribute);

		if (pg_differs(change, names[i].attribute)) {
			sfs_str_truncate(&clauses, 0);
			sfs_str_add(&clauses, names[i].verb);
			pg_name(&clauses, value ? value : names[i].fallback);
			pg_alter_emit(writer, change->to, sfs_str_text(&head), &clauses);
		}
	}
	pg_alter_system_grants(writer, change);
	(void)diff;
}

void
pg_materialized_view_tie(struct pg_writer *writer, const struct sfs_change *change)
{
	const char *index = sfs_object_get(change->to, SFS_VIEW_CLUSTER_ON);
	struct sfs_str head sfs_auto(str) = SFS_STR_INIT;

	pg_alter_relation(&head, change->to);
	if (index) {
		(void)sfs_plan_addf(
			writer->plan, change->to, "%s CLUSTER ON %s", sfs_str_text(&head), index);
	} else {
		(void)sfs_plan_addf(
			writer->plan, change->to, "%s SET WITHOUT CLUSTER", sfs_str_text(&head));
	}
}
