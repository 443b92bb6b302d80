// SPDX-License-Identifier: MIT
/* The SQL that makes foreign-data wrappers, servers, user mappings; publications, subscriptions. */
#include "drivers/postgres/alter/alter.h"
#include "drivers/postgres/kind_functions.h"

static void
add_clause(struct sfs_str *sql, const char *format_before, const char *value, const char *after)
{
	if (value) {
		sfs_str_add(sql, format_before);
		sfs_str_add(sql, value);
		sfs_str_add(sql, after);
	}
}

void
pg_print_foreign_data_wrapper(struct pg_writer *writer, const struct sfs_object *object)
{
	const char *options = sfs_object_get(object, SFS_FOREIGN_DATA_WRAPPER_OPTIONS);
	const char *validator = sfs_object_get(object, SFS_FOREIGN_DATA_WRAPPER_VALIDATOR);
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	sfs_str_add(&sql, "CREATE FOREIGN DATA WRAPPER ");
	pg_name(&sql, object->id.name);
	add_clause(&sql, " HANDLER ", sfs_object_get(object, SFS_FOREIGN_DATA_WRAPPER_HANDLER), "");
	add_clause(&sql, " VALIDATOR ", options ? NULL : validator, "");
	add_clause(&sql, "\n    OPTIONS (", options, ")");
	sfs_plan_add(writer->plan, object, sfs_str_text(&sql));
	/* Options that were there before the validator need not please it. */
	if (options && validator) {
		sfs_str_truncate(&sql, 0);
		sfs_str_add(&sql, "ALTER FOREIGN DATA WRAPPER ");
		pg_name(&sql, object->id.name);
		add_clause(&sql, " VALIDATOR ", validator, "");
		sfs_plan_add(writer->plan, object, sfs_str_text(&sql));
	}
	pg_write_common(writer, object);
}

void
pg_print_server(struct pg_writer *writer, const struct sfs_object *object)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	sfs_str_add(&sql, "CREATE SERVER ");
	pg_name(&sql, object->id.name);
	add_clause(&sql, " TYPE ", sfs_object_get(object, SFS_SERVER_TYPE), "");
	add_clause(&sql, " VERSION ", sfs_object_get(object, SFS_SERVER_VERSION), "");
	add_clause(&sql, "\n    FOREIGN DATA WRAPPER ", sfs_object_get(object, SFS_SERVER_WRAPPER),
		"");
	add_clause(&sql, "\n    OPTIONS (", sfs_object_get(object, SFS_SERVER_OPTIONS), ")");
	sfs_plan_add(writer->plan, object, sfs_str_text(&sql));
	pg_write_common(writer, object);
}

void
pg_reference_user_mapping(const struct sfs_object *object, struct sfs_str *out)
{
	sfs_str_add(out, sfs_object_get(object, SFS_USER_MAPPING_DEFINITION));
}

void
pg_print_user_mapping(struct pg_writer *writer, const struct sfs_object *object)
{
	sfs_plan_addf(writer->plan, object, "%sCREATE USER MAPPING %s",
		object->locked ? "-- its options, which may hold a password, are not visible here\n"
			       : "",
		sfs_object_get(object, SFS_USER_MAPPING_DEFINITION));
}

/* ---- replication ---- */

static void
add_tables(struct sfs_str *sql, const char *tables)
{
	struct pg_list list sfs_auto(pg_list);
	const char *separator = "\n    FOR TABLE ";

	pg_list_split(tables, &list);
	sfs_vec_foreach (table, &list) {
		sfs_str_add(sql, separator);
		sfs_str_add(sql, *table);
		separator = ",\n        ";
	}
}

void
pg_print_publication(struct pg_writer *writer, const struct sfs_object *object)
{
	const char *tables = sfs_object_get(object, SFS_PUBLICATION_TABLES);
	const char *schemas = sfs_object_get(object, SFS_PUBLICATION_SCHEMAS);
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	sfs_str_add(&sql, "CREATE PUBLICATION ");
	pg_name(&sql, object->id.name);
	if (sfs_object_has(object, SFS_PUBLICATION_ALL_TABLES)) {
		sfs_str_add(&sql, " FOR ALL TABLES");
	} else if (tables) {
		add_tables(&sql, tables);
		add_clause(&sql, ",\n    TABLES IN SCHEMA ", schemas, "");
	} else {
		add_clause(&sql, "\n    FOR TABLES IN SCHEMA ", schemas, "");
	}
	add_clause(&sql, "\n    WITH (", sfs_object_get(object, SFS_PUBLICATION_OPTIONS), ")");
	sfs_plan_add(writer->plan, object, sfs_str_text(&sql));
	pg_write_common(writer, object);
}

/* A comment: what is missing is known to the database alone. */
void
pg_print_subscription(struct pg_writer *writer, const struct sfs_object *object)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;
	const char *definition = sfs_object_get(object, SFS_SUBSCRIPTION_DEFINITION);

	sfs_str_add(&sql, "-- The connection, which may hold a password, stays in the database.\n"
			  "-- CREATE SUBSCRIPTION ");
	pg_name(&sql, object->id.name);
	sfs_str_add(&sql, "\n--     CONNECTION '***'\n--     ");
	for (const char *c = definition; c && *c; c++) {
		sfs_str_addc(&sql, *c);
		sfs_str_add(&sql, *c == '\n' ? "-- " : "");
	}
	sfs_plan_add(writer->plan, object, sfs_str_text(&sql));
}
