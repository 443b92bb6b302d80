// SPDX-License-Identifier: MIT
/* The SQL that makes operators with their families and classes, collations, conversions. */
#include "drivers/postgres/kind_functions.h"
#include "drivers/postgres/print/statements.h"

/* An operator's name is never quoted. */
static void
add_operator(struct sfs_str *sql, const struct sfs_object *object)
{
	pg_name(sql, object->id.namespace);
	sfs_str_addf(sql, ".%s", object->id.name);
}

void
pg_reference_operator(const struct sfs_object *object, struct sfs_str *out)
{
	add_operator(out, object);
	sfs_str_addf(out, " (%s)", object->id.signature);
}

void
pg_print_operator(struct pg_writer *writer, const struct sfs_object *object)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	sfs_str_add(&sql, "CREATE OPERATOR ");
	add_operator(&sql, object);
	sfs_str_add(&sql, " (\n");
	pg_indented(&sql, sfs_object_get(object, SFS_OPERATOR_DEFINITION));
	sfs_str_add(&sql, "\n)");
	sfs_plan_add(writer->plan, object, sfs_str_text(&sql));
	pg_write_common(writer, object);
}

/* Of a family and of a class: the signature is the access method. */
void
pg_reference_operator_class(const struct sfs_object *object, struct sfs_str *out)
{
	pg_qualified(out, object->id.namespace, object->id.name);
	sfs_str_add(out, " USING ");
	pg_name(out, object->id.signature);
}

void
pg_print_operator_family(struct pg_writer *writer, const struct sfs_object *object)
{
	const char *members = sfs_object_get(object, SFS_OPERATOR_FAMILY_MEMBERS);
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	sfs_str_add(&sql, "CREATE OPERATOR FAMILY ");
	pg_reference_operator_class(object, &sql);
	sfs_plan_add(writer->plan, object, sfs_str_text(&sql));
	if (members) {
		sfs_str_truncate(&sql, 0);
		sfs_str_add(&sql, "ALTER OPERATOR FAMILY ");
		pg_reference_operator_class(object, &sql);
		sfs_str_add(&sql, " ADD\n");
		pg_indented(&sql, members);
		sfs_plan_add(writer->plan, object, sfs_str_text(&sql));
	}
	pg_write_common(writer, object);
}

void
pg_print_operator_class(struct pg_writer *writer, const struct sfs_object *object)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	sfs_str_add(&sql, "CREATE OPERATOR CLASS ");
	pg_qualified(&sql, object->id.namespace, object->id.name);
	sfs_str_addc(&sql, '\n');
	pg_indented(&sql, sfs_object_get(object, SFS_OPERATOR_CLASS_DEFINITION));
	sfs_plan_add(writer->plan, object, sfs_str_text(&sql));
	pg_write_common(writer, object);
}

void
pg_print_collation(struct pg_writer *writer, const struct sfs_object *object)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	sfs_str_add(&sql, "CREATE COLLATION ");
	pg_qualified(&sql, object->id.namespace, object->id.name);
	sfs_str_addf(&sql, " (%s)", sfs_object_get(object, SFS_COLLATION_DEFINITION));
	sfs_plan_add(writer->plan, object, sfs_str_text(&sql));
	pg_write_common(writer, object);
}

void
pg_print_conversion(struct pg_writer *writer, const struct sfs_object *object)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	sfs_str_addf(&sql, "CREATE %sCONVERSION ",
		sfs_object_has(object, SFS_CONVERSION_DEFAULT) ? "DEFAULT " : "");
	pg_qualified(&sql, object->id.namespace, object->id.name);
	sfs_str_addf(&sql, " %s", sfs_object_get(object, SFS_CONVERSION_DEFINITION));
	sfs_plan_add(writer->plan, object, sfs_str_text(&sql));
	pg_write_common(writer, object);
}
