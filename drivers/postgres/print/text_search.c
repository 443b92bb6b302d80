// SPDX-License-Identifier: MIT
/* The SQL that makes text search parsers, templates, dictionaries and configurations. */
#include <string.h>

#include "drivers/postgres/kind_functions.h"
#include "drivers/postgres/print/statements.h"

/* "CREATE TEXT SEARCH <what> <name> (" with the options and, when given, a first one. */
static void
print(struct pg_writer *writer, const struct sfs_object *object, const char *what,
	const char *option, const char *value, const char *options)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	sfs_str_addf(&sql, "CREATE TEXT SEARCH %s ", what);
	pg_qualified(&sql, object->id.namespace, object->id.name);
	sfs_str_add(&sql, " (\n");
	if (value) {
		sfs_str_addf(&sql, "    %s = %s", option, value);
		sfs_str_add(&sql, options ? ",\n" : "");
	}
	if (options) {
		pg_indented(&sql, options);
	}
	sfs_str_add(&sql, "\n)");
	sfs_plan_add(writer->plan, object, sfs_str_text(&sql));
}

void
pg_print_text_search_parser(struct pg_writer *writer, const struct sfs_object *object)
{
	print(writer, object, "PARSER", NULL, NULL,
		sfs_object_get(object, SFS_TEXT_SEARCH_PARSER_DEFINITION));
	pg_write_common(writer, object);
}

void
pg_print_text_search_template(struct pg_writer *writer, const struct sfs_object *object)
{
	print(writer, object, "TEMPLATE", NULL, NULL,
		sfs_object_get(object, SFS_TEXT_SEARCH_TEMPLATE_DEFINITION));
	pg_write_common(writer, object);
}

void
pg_print_text_search_dictionary(struct pg_writer *writer, const struct sfs_object *object)
{
	print(writer, object, "DICTIONARY", "TEMPLATE",
		sfs_object_get(object, SFS_TEXT_SEARCH_DICTIONARY_TEMPLATE),
		sfs_object_get(object, SFS_TEXT_SEARCH_DICTIONARY_OPTIONS));
	pg_write_common(writer, object);
}

void
pg_print_text_search_configuration(struct pg_writer *writer, const struct sfs_object *object)
{
	const char *line = sfs_object_get(object, SFS_TEXT_SEARCH_CONFIGURATION_MAPPINGS);

	print(writer, object, "CONFIGURATION", "PARSER",
		sfs_object_get(object, SFS_TEXT_SEARCH_CONFIGURATION_PARSER), NULL);
	while (line && *line) {
		size_t len = strcspn(line, "\n");
		struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

		sfs_str_add(&sql, "ALTER TEXT SEARCH CONFIGURATION ");
		pg_qualified(&sql, object->id.namespace, object->id.name);
		sfs_str_add(&sql, "\n    ADD MAPPING FOR ");
		sfs_str_addn(&sql, line, len);
		sfs_plan_add(writer->plan, object, sfs_str_text(&sql));
		line += len + (line[len] == '\n');
	}
	pg_write_common(writer, object);
}
