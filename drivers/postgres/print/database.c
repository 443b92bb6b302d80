// SPDX-License-Identifier: MIT
/* The SQL that makes what belongs to no namespace, but for foreign data and replication. */
#include <string.h>

#include "drivers/postgres/kind_functions.h"
#include "drivers/postgres/print/statements.h"

/* "CREATE <keyword> <name> <definition>". */
static void
print_definition(struct pg_writer *writer, const struct sfs_object *object, const char *keyword)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	sfs_str_addf(&sql, "CREATE %s ", keyword);
	pg_name(&sql, object->id.name);
	sfs_str_addf(&sql, " %s", sfs_object_get(object, SFS_ATTR_COMMON));
	sfs_plan_add(writer->plan, object, sfs_str_text(&sql));
}

/*
 * What the role grants by default it would grant on the members, too; what is granted on those is
 * said by itself. So the defaults of the extension's schema are put aside while it is made.
 */
static void
set_defaults(struct pg_writer *writer, const struct sfs_object *extension, bool aside)
{
	const char *schema = sfs_object_get(extension, SFS_EXTENSION_SCHEMA);

	for (size_t i = 0; writer->defaults && i < writer->defaults->len; i++) {
		const struct pg_default_privileges *privileges = &writer->defaults->items[i];
		sfs_auto(str) struct sfs_str namespace = SFS_STR_INIT;
		const char *values[] = { privileges->definition };
		const struct sfs_object defaults = {
			.id = { .kind = SFS_DEFAULT_PRIVILEGES,
				.namespace = privileges->namespace,
				.name = privileges->objects },
			.present = UINT64_C(1) << SFS_DEFAULT_PRIVILEGES_DEFINITION,
			.values = values,
		};

		if (privileges->namespace) {
			pg_name(&namespace, privileges->namespace);
		}
		if ((namespace.len && strcmp(namespace.text, schema) != 0) ||
			strcmp(privileges->objects, "schemas") == 0) {
			continue;
		}
		pg_write_default_privileges(writer, extension, &defaults, aside);
	}
}

/* One that the database has already, perhaps by its template, is as good. */
void
pg_print_extension(struct pg_writer *writer, const struct sfs_object *object)
{
	const char *version = sfs_object_get(object, SFS_EXTENSION_VERSION);
	const struct sfs_object *part;
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	sfs_str_add(&sql, "CREATE EXTENSION IF NOT EXISTS ");
	pg_name(&sql, object->id.name);
	sfs_str_addf(&sql, " WITH SCHEMA %s", sfs_object_get(object, SFS_EXTENSION_SCHEMA));
	if (version) {
		sfs_str_addf(&sql, " VERSION %s", version);
	}
	set_defaults(writer, object, true);
	sfs_plan_add(writer->plan, object, sfs_str_text(&sql));
	set_defaults(writer, object, false);
	pg_write_common(writer, object);
	/* In a plan the grants on its members are changes of their own. */
	sfs_parts_foreach (part, object) {
		if (writer->file && part->id.kind == SFS_GRANTS) {
			pg_print_grants(writer, part);
		}
	}
}

void
pg_language_write(struct sfs_str *sql, const struct sfs_object *object, bool replace)
{
	sfs_str_addf(sql, "CREATE %s%sLANGUAGE ", replace ? "OR REPLACE " : "",
		sfs_object_has(object, SFS_LANGUAGE_TRUSTED) ? "TRUSTED " : "");
	pg_name(sql, object->id.name);
	sfs_str_addf(sql, " %s", sfs_object_get(object, SFS_LANGUAGE_DEFINITION));
}

void
pg_print_language(struct pg_writer *writer, const struct sfs_object *object)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	pg_language_write(&sql, object, false);
	sfs_plan_add(writer->plan, object, sfs_str_text(&sql));
	pg_write_common(writer, object);
}

void
pg_print_access_method(struct pg_writer *writer, const struct sfs_object *object)
{
	print_definition(writer, object, "ACCESS METHOD");
	pg_write_common(writer, object);
}

/* The name of a cast is "source AS target", that of a transform "type LANGUAGE language". */
void
pg_reference_cast(const struct sfs_object *object, struct sfs_str *out)
{
	sfs_str_addf(out, "(%s)", object->id.name);
}

void
pg_reference_transform(const struct sfs_object *object, struct sfs_str *out)
{
	sfs_str_addf(out, "FOR %s", object->id.name);
}

void
pg_print_cast(struct pg_writer *writer, const struct sfs_object *object)
{
	sfs_plan_addf(writer->plan, object, "CREATE CAST (%s) %s", object->id.name,
		sfs_object_get(object, SFS_CAST_DEFINITION));
	pg_write_common(writer, object);
}

void
pg_transform_write(struct sfs_str *sql, const struct sfs_object *object, bool replace)
{
	sfs_str_addf(sql, "CREATE %sTRANSFORM FOR %s (%s)", replace ? "OR REPLACE " : "",
		object->id.name, sfs_object_get(object, SFS_TRANSFORM_DEFINITION));
}

void
pg_print_transform(struct pg_writer *writer, const struct sfs_object *object)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	pg_transform_write(&sql, object, false);
	sfs_plan_add(writer->plan, object, sfs_str_text(&sql));
	pg_write_common(writer, object);
}

void
pg_event_trigger_enable(struct pg_writer *writer, const struct sfs_object *object)
{
	const char *enabled = sfs_object_get(object, SFS_EVENT_TRIGGER_ENABLED);
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	sfs_str_add(&sql, "ALTER EVENT TRIGGER ");
	pg_name(&sql, object->id.name);
	sfs_str_addf(&sql, " %s", enabled ? enabled : "ENABLE");
	sfs_plan_add(writer->plan, object, sfs_str_text(&sql));
}

void
pg_print_event_trigger(struct pg_writer *writer, const struct sfs_object *object)
{
	print_definition(writer, object, "EVENT TRIGGER");
	if (sfs_object_has(object, SFS_EVENT_TRIGGER_ENABLED)) {
		pg_event_trigger_enable(writer, object);
	}
	pg_write_common(writer, object);
}

/* Nothing to run: a comment that says what there is. */
void
pg_print_unmodeled(struct pg_writer *writer, const struct sfs_object *object)
{
	sfs_plan_addf(writer->plan, object,
		"-- %s\n-- Objects of this kind (%s) can not be shown as SQL or changed here.",
		object->id.name, sfs_object_get(object, SFS_UNMODELED_WHAT));
}

/* ---- default privileges: "role.tables", or "tables" for those of the role that looks ---- */

void
pg_default_privileges_head(struct sfs_str *sql, const struct sfs_object *object)
{
	const char *dot = strrchr(object->id.name, '.');

	sfs_str_add(sql, "ALTER DEFAULT PRIVILEGES");
	if (dot) {
		char *role sfs_auto(free) =
			sfs_strndup(object->id.name, (size_t)(dot - object->id.name));

		sfs_str_add(sql, " FOR ROLE ");
		pg_name(sql, role);
	}
	if (object->id.namespace) {
		sfs_str_add(sql, " IN SCHEMA ");
		pg_name(sql, object->id.namespace);
	}
	sfs_str_add(sql, "\n    ");
}

void
pg_print_default_privileges(struct pg_writer *writer, const struct sfs_object *object)
{
	const char *line = sfs_object_get(object, SFS_DEFAULT_PRIVILEGES_DEFINITION);

	while (line && *line) {
		struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;
		size_t len = strcspn(line, "\n");

		pg_default_privileges_head(&sql, object);
		sfs_str_addn(&sql, line, len);
		sfs_plan_add(writer->plan, object, sfs_str_text(&sql));
		line += len + (line[len] == '\n');
	}
}
