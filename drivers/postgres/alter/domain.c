// SPDX-License-Identifier: MIT
/* Changes of domains and of their constraints. */
#include "drivers/postgres/alter/alter.h"
#include "drivers/postgres/kind_functions.h"

static void
head(struct sfs_str *sql, const char *namespace, const char *name)
{
	sfs_str_add(sql, "ALTER DOMAIN ");
	pg_qualified(sql, namespace, name);
	sfs_str_addc(sql, ' ');
}

static void
emit(struct pg_writer *writer, const struct sfs_object *domain, const char *action,
	const char *rest)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	head(&sql, domain->id.namespace, domain->id.name);
	sfs_str_add(&sql, action);
	sfs_str_add(&sql, rest);
	sfs_plan_add(writer->plan, domain, sfs_str_text(&sql));
}

/* The name of NOT NULL as a constraint: the one given, or the server's own choice. */
static void
not_null_name(struct sfs_str *out, const struct sfs_object *domain)
{
	const char *name = sfs_object_get(domain, SFS_DOMAIN_NOT_NULL_NAME);

	if (name) {
		sfs_str_add(out, name);
	} else {
		char *usual sfs_auto(free) = sfs_asprintf("%s_not_null", domain->id.name);

		pg_name(out, usual);
	}
}

static void
alter_not_null(struct pg_writer *writer, const struct sfs_change *change)
{
	bool was = sfs_object_has(change->from, SFS_DOMAIN_NOT_NULL);
	bool is = sfs_object_has(change->to, SFS_DOMAIN_NOT_NULL);
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;

	if (was && is) {
		not_null_name(&text, change->from);
		sfs_str_add(&text, " TO ");
		not_null_name(&text, change->to);
		emit(writer, change->to, "RENAME CONSTRAINT ", sfs_str_text(&text));
	} else if (!is) {
		emit(writer, change->to, "DROP NOT NULL", "");
	} else if (sfs_object_has(change->to, SFS_DOMAIN_NOT_NULL_NAME)) {
		not_null_name(&text, change->to);
		sfs_str_add(&text, " NOT NULL");
		emit(writer, change->to, "ADD CONSTRAINT ", sfs_str_text(&text));
	} else {
		emit(writer, change->to, "SET NOT NULL", "");
	}
}

void
pg_domain_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change)
{
	const char *value = sfs_object_get(change->to, SFS_DOMAIN_DEFAULT);

	if (pg_differs(change, SFS_DOMAIN_DEFAULT)) {
		emit(writer, change->to, value ? "SET DEFAULT " : "DROP DEFAULT", value);
	}
	if (pg_differs(change, SFS_DOMAIN_NOT_NULL) ||
		pg_differs(change, SFS_DOMAIN_NOT_NULL_NAME)) {
		alter_not_null(writer, change);
	}
}

/* ---- constraints ---- */

static void
emit_constraint(struct pg_writer *writer, const struct sfs_object *constraint, const char *action,
	const char *name, const char *new_name)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	head(&sql, constraint->id.namespace, constraint->id.relation);
	sfs_str_addf(&sql, "%s CONSTRAINT ", action);
	pg_name(&sql, name);
	if (new_name) {
		sfs_str_add(&sql, " TO ");
		pg_name(&sql, new_name);
	}
	sfs_plan_add(writer->plan, constraint, sfs_str_text(&sql));
}

void
pg_domain_constraint_drop(struct pg_writer *writer, const struct sfs_object *object)
{
	emit_constraint(writer, object, "DROP", object->id.name, NULL);
}

/* There is a way to validate and none back. */
bool
pg_domain_constraint_can_alter(const struct sfs_diff *diff, const struct sfs_change *change)
{
	return !sfs_object_has(change->to, SFS_DOMAIN_CONSTRAINT_NOT_VALID);
}

void
pg_domain_constraint_alter(
	struct pg_writer *writer, const struct sfs_diff *diff, const struct sfs_change *change)
{
	emit_constraint(writer, change->to, "VALIDATE", change->to->id.name, NULL);
}

void
pg_domain_constraint_rename(struct pg_writer *writer, const struct sfs_change *change)
{
	emit_constraint(writer, change->to, "RENAME", change->from->id.name, change->to->id.name);
}
