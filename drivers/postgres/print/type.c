// SPDX-License-Identifier: MIT
/* The SQL that makes types of every variant, and what names their attributes. */
#include <string.h>

#include "catalog/graph.h"
#include "drivers/postgres/kind_functions.h"
#include "drivers/postgres/print/statements.h"
#include "drivers/postgres/text/fold.h"
#include "drivers/postgres/text/tidy.h"

/* "street text COLLATE "C"": as in CREATE TYPE and in ADD ATTRIBUTE. */
void
pg_type_attribute_write(struct sfs_str *sql, const struct sfs_object *attribute)
{
	const char *collation = sfs_object_get(attribute, SFS_TYPE_ATTRIBUTE_COLLATION);

	pg_name(sql, attribute->id.name);
	sfs_str_addf(sql, " %s", sfs_object_get(attribute, SFS_TYPE_ATTRIBUTE_TYPE));
	if (collation) {
		sfs_str_addf(sql, " COLLATE %s", collation);
	}
}

/* Parts that are made with their owner have comments of their own. */
static void
write_parts(struct pg_writer *writer, const struct sfs_object *object)
{
	const struct sfs_object *part;

	sfs_parts_foreach (part, object) {
		pg_write_common(writer, part);
	}
}

static void
add_attributes(struct sfs_str *sql, const struct sfs_object *object)
{
	const struct sfs_object *part;
	const char *separator = "\n    ";

	sfs_str_add(sql, " AS (");
	sfs_parts_foreach (part, object) {
		if (part->id.kind == SFS_TYPE_ATTRIBUTE) {
			sfs_str_add(sql, separator);
			pg_type_attribute_write(sql, part);
			separator = ",\n    ";
		}
	}
	sfs_str_add(sql, object->first_part ? "\n)" : ")");
}

/* Labels stand one below the other, as a list that grows. */
static void
add_labels(struct sfs_str *sql, const char *labels)
{
	struct sfs_lexer lexer;
	struct sfs_token token;

	sfs_str_add(sql, " AS ENUM (");
	if (labels) {
		sfs_lexer_init(&lexer, SFS_POSTGRES, labels, strlen(labels));
		while (sfs_lexer_word(&lexer, &token)) {
			if (token.type == SFS_TOKEN_STRING) {
				sfs_str_add(sql, token.offset ? ",\n    " : "\n    ");
				sfs_str_addn(sql, labels + token.offset, token.len);
			}
		}
		sfs_str_addc(sql, '\n');
	}
	sfs_str_addc(sql, ')');
}

static bool
uses(const struct sfs_catalog *catalog, const struct sfs_object *user,
	const struct sfs_object *used)
{
	struct sfs_objects all = sfs_graph_uses(catalog, user);

	for (size_t i = 0; i < all.len; i++) {
		if (all.items[i] == used) {
			return true;
		}
	}
	return false;
}

const struct sfs_object *
pg_base_type_of(const struct sfs_catalog *catalog, const struct sfs_object *function)
{
	struct sfs_objects used = sfs_graph_uses(catalog, function);

	for (size_t i = 0; function->id.kind == SFS_FUNCTION && i < used.len; i++) {
		const struct sfs_object *type = used.items[i];

		if (type->id.kind == SFS_TYPE &&
			sfs_streq(sfs_object_get(type, SFS_TYPE_VARIANT), "base") &&
			uses(catalog, type, function)) {
			return type;
		}
	}
	return NULL;
}

/* In a file they are missing: they have files of their own. */
static void
create_functions(struct pg_writer *writer, const struct sfs_object *type)
{
	struct sfs_objects used = sfs_graph_uses(writer->catalog, type);

	for (size_t i = 0; !writer->file && i < used.len; i++) {
		if (pg_base_type_of(writer->catalog, used.items[i]) == type) {
			pg_print_function(writer, used.items[i]);
		}
	}
}

void
pg_print_type(struct pg_writer *writer, const struct sfs_object *object)
{
	const char *variant = sfs_object_get(object, SFS_TYPE_VARIANT);
	const char *definition = sfs_object_get(object, SFS_TYPE_DEFINITION);
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	sfs_str_add(&sql, "CREATE TYPE ");
	pg_qualified(&sql, object->id.namespace, object->id.name);
	if (sfs_streq(variant, "base")) {
		sfs_plan_add(writer->plan, object, sfs_str_text(&sql));
		create_functions(writer, object);
	}
	if (sfs_streq(variant, "enum")) {
		add_labels(&sql, sfs_object_get(object, SFS_TYPE_LABELS));
	} else if (sfs_streq(variant, "composite")) {
		add_attributes(&sql, object);
	} else if (definition) {
		sfs_str_add(&sql, sfs_streq(variant, "range") ? " AS RANGE (\n" : " (\n");
		pg_indented(&sql, definition);
		sfs_str_add(&sql, "\n)");
	}
	sfs_plan_add(writer->plan, object, sfs_str_text(&sql));
	pg_write_common(writer, object);
	write_parts(writer, object);
}

/* As in COMMENT ON COLUMN. */
void
pg_reference_type_attribute(const struct sfs_object *object, struct sfs_str *out)
{
	pg_qualified(out, object->id.namespace, object->id.relation);
	sfs_str_addc(out, '.');
	pg_name(out, object->id.name);
}

/* "ALTER TYPE app.address" and the like: the head of what changes a part. */
static void
add_head(struct sfs_str *sql, const char *head, const struct sfs_object *part)
{
	sfs_str_add(sql, head);
	pg_qualified(sql, part->id.namespace, part->id.relation);
}

void
pg_print_type_attribute(struct pg_writer *writer, const struct sfs_object *object)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	add_head(&sql, "ALTER TYPE ", object);
	sfs_str_add(&sql, " ADD ATTRIBUTE ");
	pg_type_attribute_write(&sql, object);
	sfs_plan_add(writer->plan, object, sfs_str_text(&sql));
	pg_write_common(writer, object);
}

/* ---- domains ---- */

static void
add_constraint(struct sfs_str *sql, const struct sfs_object *constraint)
{
	sfs_auto(pg_clauses) struct pg_clauses clauses = { 0 };

	sfs_str_add(pg_clause(&clauses), "CONSTRAINT ");
	pg_name(&clauses.text, constraint->id.name);
	pg_tidy(pg_clause(&clauses), sfs_object_get(constraint, SFS_DOMAIN_CONSTRAINT_DEFINITION),
		PG_TIDY_CLAUSE, 1);
	pg_clauses_write(sql, &clauses, 2, pg_last_width(sql));
}

/* NOT VALID only exists in ALTER DOMAIN. */
void
pg_print_domain(struct pg_writer *writer, const struct sfs_object *object)
{
	const char *collation = sfs_object_get(object, SFS_DOMAIN_COLLATION);
	const char *default_ = sfs_object_get(object, SFS_DOMAIN_DEFAULT);
	const char *not_null_name = sfs_object_get(object, SFS_DOMAIN_NOT_NULL_NAME);
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;
	const struct sfs_object *part;

	sfs_str_add(&sql, "CREATE DOMAIN ");
	pg_qualified(&sql, object->id.namespace, object->id.name);
	sfs_str_addf(&sql, " AS %s", sfs_object_get(object, SFS_DOMAIN_TYPE));
	if (collation) {
		sfs_str_addf(&sql, " COLLATE %s", collation);
	}
	if (default_) {
		sfs_str_add(&sql, "\n    DEFAULT ");
		pg_tidy_default(&sql, default_, sfs_object_get(object, SFS_DOMAIN_TYPE));
	}
	if (not_null_name) {
		sfs_str_addf(&sql, "\n    CONSTRAINT %s NOT NULL", not_null_name);
	} else if (sfs_object_has(object, SFS_DOMAIN_NOT_NULL)) {
		sfs_str_add(&sql, "\n    NOT NULL");
	}
	sfs_parts_foreach (part, object) {
		if (part->id.kind == SFS_DOMAIN_CONSTRAINT &&
			!sfs_object_has(part, SFS_DOMAIN_CONSTRAINT_NOT_VALID)) {
			sfs_str_add(&sql, "\n    ");
			add_constraint(&sql, part);
		}
	}
	sfs_plan_add(writer->plan, object, sfs_str_text(&sql));
	pg_write_common(writer, object);
	sfs_parts_foreach (part, object) {
		if (sfs_object_has(part, SFS_DOMAIN_CONSTRAINT_NOT_VALID)) {
			pg_print_domain_constraint(writer, part);
		} else {
			pg_write_common(writer, part);
		}
	}
}

void
pg_print_domain_constraint(struct pg_writer *writer, const struct sfs_object *object)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	add_head(&sql, "ALTER DOMAIN ", object);
	sfs_str_add(&sql, " ADD ");
	add_constraint(&sql, object);
	if (sfs_object_has(object, SFS_DOMAIN_CONSTRAINT_NOT_VALID)) {
		sfs_str_add(&sql, " NOT VALID");
	}
	sfs_plan_add(writer->plan, object, sfs_str_text(&sql));
	pg_write_common(writer, object);
}

/* As in COMMENT ON CONSTRAINT. */
void
pg_reference_domain_constraint(const struct sfs_object *object, struct sfs_str *out)
{
	pg_name(out, object->id.name);
	sfs_str_add(out, " ON DOMAIN ");
	pg_qualified(out, object->id.namespace, object->id.relation);
}
