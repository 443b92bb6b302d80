// SPDX-License-Identifier: MIT
/* Changes of types and of the attributes of composite ones. */
#include <string.h>

#include "drivers/postgres/alter/alter.h"
#include "drivers/postgres/kind_functions.h"
#include "drivers/postgres/print/statements.h"

/* ---- labels of an enum ---- */

/* Labels can be added anywhere, and never be taken away or moved. */
static bool
labels_fit(const char *from, const char *to)
{
	struct pg_list old sfs_auto(pg_list), new sfs_auto(pg_list);
	size_t found = 0;

	pg_list_split(from, &old);
	pg_list_split(to, &new);
	sfs_vec_foreach (label, &new) {
		if (found < old.len && strcmp(*label, old.items[found]) == 0) {
			found++;
		}
	}
	return found == old.len;
}

/*
 * One statement for each new label. They run inside a transaction, but a label can not be used
 * (in a default, a check, a row) before it is committed, unless the type is as young as it is.
 */
static void
add_labels(
	struct pg_writer *writer, const struct sfs_object *type, const char *from, const char *to)
{
	struct pg_list old sfs_auto(pg_list), new sfs_auto(pg_list);
	size_t found = 0;

	pg_list_split(from, &old);
	pg_list_split(to, &new);
	for (size_t i = 0; i < new.len; i++) {
		struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

		if (found < old.len && strcmp(new.items[i], old.items[found]) == 0) {
			found++;
			continue;
		}
		sfs_str_add(&sql, "ALTER TYPE ");
		pg_qualified(&sql, type->id.namespace, type->id.name);
		sfs_str_addf(&sql, " ADD VALUE %s", new.items[i]);
		if (found < old.len) {
			sfs_str_addf(&sql, " BEFORE %s", old.items[found]);
		}
		sfs_plan_add(writer->plan, type, sfs_str_text(&sql));
	}
}

/* ---- options of a base type ---- */

/* The options that ALTER TYPE ... SET takes; the others decide how values are kept. */
static bool
is_loose(const char *option)
{
	static const char *const loose[] = { "RECEIVE = ", "SEND = ", "TYPMOD_IN = ",
		"TYPMOD_OUT = ", "ANALYZE = ", "SUBSCRIPT = " };

	for (size_t i = 0; i < sizeof loose / sizeof *loose; i++) {
		if (sfs_starts_with(option, loose[i])) {
			return true;
		}
	}
	return false;
}

static bool
only_loose_missing(const struct pg_list *from, const struct pg_list *to)
{
	sfs_vec_foreach (option, from) {
		if (!pg_list_has(to, *option) && !is_loose(*option)) {
			return false;
		}
	}
	return true;
}

static bool
has_option(const struct pg_list *options, const char *like)
{
	size_t len = strcspn(like, "=") + 1;

	sfs_vec_foreach (option, options) {
		if (strncmp(*option, like, len) == 0) {
			return true;
		}
	}
	return false;
}

static void
set_options(
	struct pg_writer *writer, const struct sfs_object *type, const char *from, const char *to)
{
	struct pg_list old sfs_auto(pg_list), new sfs_auto(pg_list);
	struct sfs_str options sfs_auto(str) = SFS_STR_INIT, sql sfs_auto(str) = SFS_STR_INIT;

	pg_list_split(from, &old);
	pg_list_split(to, &new);
	sfs_vec_foreach (option, &new) {
		if (!pg_list_has(&old, *option)) {
			sfs_str_separate(&options, ", ");
			sfs_str_add(&options, *option);
		}
	}
	sfs_vec_foreach (option, &old) {
		if (!has_option(&new, *option)) {
			sfs_str_separate(&options, ", ");
			sfs_str_addn(&options, *option, strcspn(*option, "="));
			sfs_str_add(&options, "= NONE");
		}
	}
	sfs_str_add(&sql, "ALTER TYPE ");
	pg_qualified(&sql, type->id.namespace, type->id.name);
	sfs_str_addf(&sql, " SET (%s)", sfs_str_text(&options));
	sfs_plan_add(writer->plan, type, sfs_str_text(&sql));
}

bool
pg_type_can_alter(const struct sfs_diff *diff, const struct sfs_change *change)
{
	struct pg_list old sfs_auto(pg_list), new sfs_auto(pg_list);

	pg_list_split(sfs_object_get(change->from, SFS_TYPE_DEFINITION), &old);
	pg_list_split(sfs_object_get(change->to, SFS_TYPE_DEFINITION), &new);
	return labels_fit(sfs_object_get(change->from, SFS_TYPE_LABELS),
		       sfs_object_get(change->to, SFS_TYPE_LABELS)) &&
	       (!pg_differs(change, SFS_TYPE_DEFINITION) ||
		       (sfs_streq(sfs_object_get(change->to, SFS_TYPE_VARIANT), "base") &&
			       only_loose_missing(&old, &new) && only_loose_missing(&new, &old)));
}

void
pg_type_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change)
{
	if (pg_differs(change, SFS_TYPE_LABELS)) {
		add_labels(writer, change->to, sfs_object_get(change->from, SFS_TYPE_LABELS),
			sfs_object_get(change->to, SFS_TYPE_LABELS));
	}
	if (pg_differs(change, SFS_TYPE_DEFINITION)) {
		set_options(writer, change->to, sfs_object_get(change->from, SFS_TYPE_DEFINITION),
			sfs_object_get(change->to, SFS_TYPE_DEFINITION));
	}
}

/* ---- attributes of a composite type ---- */

static void
attribute_head(struct sfs_str *sql, const struct sfs_object *attribute, const char *action)
{
	sfs_str_add(sql, "ALTER TYPE ");
	pg_qualified(sql, attribute->id.namespace, attribute->id.relation);
	sfs_str_addf(sql, " %s ATTRIBUTE ", action);
}

void
pg_type_attribute_drop(struct pg_writer *writer, const struct sfs_object *object)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	attribute_head(&sql, object, "DROP");
	pg_name(&sql, object->id.name);
	sfs_plan_add(writer->plan, object, sfs_str_text(&sql));
}

void
pg_type_attribute_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change)
{
	const char *collation = sfs_object_get(change->to, SFS_TYPE_ATTRIBUTE_COLLATION);
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	attribute_head(&sql, change->to, "ALTER");
	pg_name(&sql, change->to->id.name);
	sfs_str_addf(&sql, " TYPE %s", sfs_object_get(change->to, SFS_TYPE_ATTRIBUTE_TYPE));
	if (collation) {
		sfs_str_addf(&sql, " COLLATE %s", collation);
	}
	sfs_plan_add(writer->plan, change->to, sfs_str_text(&sql));
}

/* The type already has its new name. */
void
pg_type_attribute_rename(struct pg_writer *writer, const struct sfs_change *change)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	attribute_head(&sql, change->to, "RENAME");
	pg_name(&sql, change->from->id.name);
	sfs_str_add(&sql, " TO ");
	pg_name(&sql, change->to->id.name);
	sfs_plan_add(writer->plan, change->to, sfs_str_text(&sql));
}
