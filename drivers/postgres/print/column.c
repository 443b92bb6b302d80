// SPDX-License-Identifier: MIT
/* Writes columns. */
#include <string.h>

#include "drivers/postgres/alter/alter.h"
#include "drivers/postgres/kind_functions.h"
#include "drivers/postgres/print/print.h"
#include "drivers/postgres/text/tidy.h"

void
pg_reference_column(const struct sfs_object *object, struct sfs_str *out)
{
	pg_qualified(out, object->id.namespace, object->id.relation);
	sfs_str_addc(out, '.');
	pg_name(out, object->id.name);
}

static void
write_type(struct sfs_str *out, const struct sfs_object *column)
{
	static const struct {
		const char *type, *serial;
	} serials[] = {
		{ "smallint", "smallserial" },
		{ "integer", "serial" },
		{ "bigint", "bigserial" },
	};
	const char *type = sfs_object_get(column, SFS_COLUMN_TYPE);

	for (size_t i = 0; sfs_object_has(column, SFS_COLUMN_SERIAL) && i < 3; i++) {
		if (strcmp(serials[i].type, type) == 0) {
			type = serials[i].serial;
			break;
		}
	}
	sfs_str_add(out, type);
}

static void
write_value(struct sfs_str *out, const struct sfs_object *column, bool with_default)
{
	const char *value = sfs_object_get(column, SFS_COLUMN_DEFAULT);
	const char *identity = sfs_object_get(column, SFS_COLUMN_IDENTITY);
	const char *generated = sfs_object_get(column, SFS_COLUMN_GENERATED);

	if (value && with_default && !sfs_object_has(column, SFS_COLUMN_SERIAL)) {
		sfs_str_add(out, " DEFAULT ");
		pg_tidy_default(out, value, sfs_object_get(column, SFS_COLUMN_TYPE));
	}
	if (identity) {
		const char *options = sfs_object_get(column, SFS_COLUMN_IDENTITY_OPTIONS);

		sfs_str_addf(out, " GENERATED %s AS IDENTITY", identity);
		if (options) {
			sfs_str_addf(out, " (%s)", options);
		}
	}
	if (generated) {
		sfs_str_add(out, " GENERATED ALWAYS AS (");
		pg_tidy(out, generated, PG_TIDY_CONDITION, 1);
		sfs_str_addf(out, ") %s", sfs_object_get(column, SFS_COLUMN_GENERATED_KIND));
	}
}

static void
write_not_null(struct sfs_str *out, const struct sfs_object *column)
{
	const char *name = sfs_object_get(column, SFS_COLUMN_NULLABLE_NAME);

	const char *how = sfs_object_get(column, SFS_COLUMN_NOT_NULL);

	if (!how || sfs_ends_with(how, "NOT VALID")) {
		return;
	}
	if (name) {
		sfs_str_addf(out, " CONSTRAINT %s", name);
	}
	sfs_str_add(out, " NOT NULL");
	if (sfs_starts_with(how, "NO INHERIT")) {
		sfs_str_add(out, " NO INHERIT");
	}
}

void
pg_write_not_null(struct sfs_str *out, const struct sfs_object *column, bool valid)
{
	const char *name = sfs_object_get(column, SFS_COLUMN_NULLABLE_NAME);
	const char *how = sfs_object_get(column, SFS_COLUMN_NOT_NULL);

	if (name) {
		sfs_str_addf(out, "CONSTRAINT %s ", name);
	}
	sfs_str_add(out, "NOT NULL ");
	pg_name(out, column->id.name);
	sfs_str_add(out, how && sfs_starts_with(how, "NO INHERIT") ? " NO INHERIT" : "");
	sfs_str_add(out, valid && !(how && sfs_ends_with(how, "NOT VALID")) ? "" : " NOT VALID");
}

/* NOT NULL that rows need not keep yet can only be added. */
static void
add_not_valid(struct pg_writer *writer, const struct sfs_object *column)
{
	sfs_auto(str) struct sfs_str sql = SFS_STR_INIT;

	sfs_str_add(&sql, "ALTER TABLE ");
	pg_write_target(column->owner, &sql);
	sfs_str_add(&sql, " ADD ");
	pg_write_not_null(&sql, column, false);
	(void)sfs_plan_add(writer->plan, column, sql.text);
}

void
pg_write_column(struct sfs_str *out, const struct sfs_object *column, bool with_default)
{
	const char *compression = sfs_object_get(column, SFS_COLUMN_COMPRESSION);
	const char *options = sfs_object_get(column, SFS_COLUMN_FOREIGN_OPTIONS);
	const char *collation = sfs_object_get(column, SFS_COLUMN_COLLATION);

	pg_name(out, column->id.name);
	sfs_str_addc(out, ' ');
	write_type(out, column);
	if (compression) {
		sfs_str_addf(out, " COMPRESSION %s", compression);
	}
	if (options) {
		sfs_str_addf(out, " OPTIONS (%s)", options);
	}
	if (collation) {
		sfs_str_addf(out, " COLLATE %s", collation);
	}
	write_value(out, column, with_default);
	write_not_null(out, column);
}

void
pg_write_typed_column(struct sfs_str *out, const struct sfs_object *column, bool with_default)
{
	sfs_auto(str) struct sfs_str options = SFS_STR_INIT;

	write_value(&options, column, with_default);
	write_not_null(&options, column);
	if (options.len) {
		pg_name(out, column->id.name);
		sfs_str_addf(out, " WITH OPTIONS%s", options.text);
	}
}

/* "ALTER TABLE ONLY public.t ALTER COLUMN c ": the table, or what else has columns. */
static void
write_alter(struct sfs_str *out, const struct sfs_object *column, const char *what)
{
	const struct sfs_object *owner = column->owner;

	sfs_str_addf(out, "ALTER %s %s", pg_kind(owner->id.kind)->keyword,
		owner->id.kind == SFS_TABLE || owner->id.kind == SFS_FOREIGN_TABLE ? "ONLY " : "");
	pg_write_target(owner, out);
	sfs_str_add(out, " ALTER COLUMN ");
	pg_name(out, column->id.name);
	sfs_str_addf(out, " %s", what);
}

static void
set(struct pg_writer *writer, const struct sfs_object *column, const char *before,
	const char *value, const char *after)
{
	sfs_auto(str) struct sfs_str sql = SFS_STR_INIT;

	if (value) {
		write_alter(&sql, column, before);
		sfs_str_addf(&sql, "%s%s", value, after);
		(void)sfs_plan_add(writer->plan, column, sql.text);
	}
}

void
pg_write_default(struct pg_writer *writer, const struct sfs_object *column)
{
	const char *value = sfs_object_get(column, SFS_COLUMN_DEFAULT);
	const char *type = sfs_object_get(column, SFS_COLUMN_TYPE);
	sfs_auto(str) struct sfs_str tidy = SFS_STR_INIT;

	/* In a plan the column may still get its type. */
	if (value && type && writer->file) {
		pg_tidy_default(&tidy, value, type);
		value = tidy.text;
	}
	set(writer, column, "SET DEFAULT ", value, "");
}

/* A column that comes from a parent, in what it differs from the parent's. */
static void
write_deviations(struct pg_writer *writer, const struct sfs_object *column)
{
	const char *value = sfs_object_get(column, SFS_COLUMN_DEFAULT);

	if (value && strcmp(value, "NULL") == 0) {
		set(writer, column, "DROP DEFAULT", "", "");
	} else {
		pg_write_default(writer, column);
	}
	if (sfs_object_has(column, SFS_COLUMN_NOT_NULL)) {
		set(writer, column, "SET NOT NULL", "", "");
	}
	set(writer, column, "SET COMPRESSION ", sfs_object_get(column, SFS_COLUMN_COMPRESSION), "");
}

void
pg_write_column_settings(struct pg_writer *writer, const struct sfs_object *column)
{
	if (sfs_object_has(column, SFS_COLUMN_INHERITED)) {
		write_deviations(writer, column);
	} else if (column->owner->id.kind == SFS_VIEW) {
		pg_write_default(writer, column);
	}
	if (sfs_object_has(column, SFS_COLUMN_NOT_NULL) &&
		sfs_ends_with(sfs_object_get(column, SFS_COLUMN_NOT_NULL), "NOT VALID")) {
		add_not_valid(writer, column);
	}
	set(writer, column, "SET STORAGE ", sfs_object_get(column, SFS_COLUMN_STORAGE), "");
	if (column->owner->id.kind == SFS_MATERIALIZED_VIEW ||
		(column->owner->id.kind == SFS_TABLE &&
			sfs_object_has(column->owner, SFS_TABLE_OF_TYPE))) {
		/* Its line has no room for that, or it has no line. */
		set(writer, column, "SET COMPRESSION ",
			sfs_object_get(column, SFS_COLUMN_COMPRESSION), "");
	}
	set(writer, column, "SET STATISTICS ", sfs_object_get(column, SFS_COLUMN_STATISTICS), "");
	set(writer, column, "SET (", sfs_object_get(column, SFS_COLUMN_OPTIONS), ")");
}

/* An object for the sequence behind an identity, with what is said of it; lives as long as the plan. */
static struct sfs_object *
identity_said(struct pg_writer *writer, const struct sfs_object *column)
{
	struct sfs_arena *arena = writer->plan->arena;
	const char *owner = sfs_object_get(column->owner, SFS_ATTR_OWNER);
	struct sfs_object *said = sfs_arena_alloc(arena, sizeof *said);
	sfs_auto(str) struct sfs_str target = SFS_STR_INIT;
	const struct {
		int attribute;
		const char *value;
	} all[] = {
		{ SFS_ATTR_COMMENT, sfs_object_get(column, SFS_COLUMN_IDENTITY_COMMENT) },
		{ SFS_ATTR_ACL, sfs_object_get(column, SFS_COLUMN_IDENTITY_ACL) },
		{ SFS_ATTR_SECURITY_LABELS, sfs_object_get(column, SFS_COLUMN_IDENTITY_LABELS) },
		{ SFS_GRANTS_TARGET, NULL },
		{ SFS_GRANTS_HOLDER, owner ? owner : "CURRENT_USER" },
	};
	size_t n = 0;

	sfs_str_add(&target, "SEQUENCE ");
	pg_identity_sequence(&target, column);
	*said = (struct sfs_object){ .id = column->id, .index = column->index };
	said->id.kind = SFS_GRANTS;
	said->id.signature = sfs_arena_strdup(arena, target.text);
	said->values = sfs_arena_alloc(arena, sizeof all);
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		const char *value =
			all[i].attribute == SFS_GRANTS_TARGET ? said->id.signature : all[i].value;

		if (value) {
			said->present |= UINT64_C(1) << all[i].attribute;
			said->values[n++] = value;
		}
	}
	return said;
}

void
pg_write_column_common(struct pg_writer *writer, const struct sfs_object *column)
{
	pg_write_common(writer, column);
	if (sfs_object_has(column, SFS_COLUMN_IDENTITY)) {
		pg_write_common(writer, identity_said(writer, column));
	}
}

void
pg_alter_identity_common(struct pg_writer *writer, const struct sfs_change *change)
{
	struct sfs_change said = { .action = SFS_ALTER };

	if (!sfs_object_has(change->to, SFS_COLUMN_IDENTITY)) {
		return;
	}
	said.to = identity_said(writer, change->to);
	if (!sfs_object_has(change->from, SFS_COLUMN_IDENTITY)) {
		pg_write_common(writer, said.to);
		return;
	}
	said.from = identity_said(writer, change->from);
	said.attributes =
		(pg_differs(change, SFS_COLUMN_IDENTITY_COMMENT) ? PG_BIT(SFS_ATTR_COMMENT) : 0) |
		(pg_differs(change, SFS_COLUMN_IDENTITY_ACL) ? PG_BIT(SFS_ATTR_ACL) : 0) |
		(pg_differs(change, SFS_COLUMN_IDENTITY_LABELS) ? PG_BIT(SFS_ATTR_SECURITY_LABELS)
								: 0);
	pg_alter_common(writer, &said);
}

void
pg_print_column(struct pg_writer *writer, const struct sfs_object *object)
{
	sfs_auto(str) struct sfs_str sql = SFS_STR_INIT;

	sfs_str_addf(&sql, "ALTER %s ", pg_kind(object->owner->id.kind)->keyword);
	pg_write_target(object->owner, &sql);
	sfs_str_add(&sql, " ADD COLUMN ");
	pg_write_column(&sql, object, true);
	(void)sfs_plan_add(writer->plan, object, sql.text);
	pg_write_column_settings(writer, object);
	pg_write_column_common(writer, object);
}
