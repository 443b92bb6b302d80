// SPDX-License-Identifier: MIT
/* A table of the catalog, with its columns and constraints, from its stored text. */
#include "drivers/sqlite/parse.h"
#include "drivers/sqlite/read.h"
#include "drivers/sqlite/stored.h"

struct reader {
	struct sfs_catalog *catalog;
	const struct lite_table *parsed;
	struct sfs_object *table;
};

static const char *
text(const struct reader *r, size_t offset)
{
	return lite_table_text(r->parsed, offset);
}

static void
add_column(const struct reader *r, const struct lite_column *column, uint32_t position)
{
	const char *values[64] = { NULL };
	struct sfs_identity id = {
		.kind = SFS_COLUMN,
		.namespace = LITE_NAMESPACE,
		.relation = r->table->id.name,
		.name = text(r, column->name),
	};

	values[SFS_COLUMN_TYPE] = text(r, column->type);
	values[SFS_COLUMN_COLLATION] = text(r, column->collation);
	values[SFS_COLUMN_NOT_NULL] = column->not_null ? "true" : NULL;
	values[SFS_COLUMN_DEFAULT] = text(r, column->value);
	values[SFS_COLUMN_GENERATED] = text(r, column->generated);
	values[SFS_COLUMN_GENERATED_KIND] =
		column->generated ? (column->stored ? "STORED" : "VIRTUAL") : NULL;
	values[SFS_COLUMN_DEFINITION] = text(r, column->definition);
	values[SFS_COLUMN_CONSTRAINTS] = text(r, column->clauses);
	struct sfs_object *part =
		id.name ? sfs_catalog_add(r->catalog, &id, r->table, values) : NULL;
	if (part) {
		part->position = position;
	}
}

/*
 * A constraint without a name is called by what it says; a foreign key without its target, so that
 * it is the same one when that is renamed. What says the same twice is numbered.
 */
static void
add_constraint(const struct reader *r, const struct lite_constraint *constraint, uint32_t position)
{
	const char *values[64] = { NULL };
	struct sfs_str numbered sfs_auto(str) = SFS_STR_INIT;
	struct sfs_identity id = {
		.kind = SFS_CONSTRAINT,
		.namespace = LITE_NAMESPACE,
		.relation = r->table->id.name,
		.name = text(r, constraint->name ? constraint->name : constraint->brief),
	};
	const char *name = id.name;

	values[SFS_CONSTRAINT_TYPE] = lite_constraint_name(constraint->type);
	values[SFS_CONSTRAINT_DEFINITION] = text(r, constraint->definition);
	values[SFS_CONSTRAINT_COLUMNS] = text(r, constraint->columns);
	values[SFS_CONSTRAINT_REFERENCES] = text(r, constraint->references);
	values[SFS_CONSTRAINT_DEFERRABLE] =
		constraint->deferred ? "DEFERRABLE INITIALLY DEFERRED" : NULL;
	struct sfs_object *part = sfs_catalog_add(r->catalog, &id, r->table, values);
	for (unsigned n = 2; !part; n++) {
		sfs_str_truncate(&numbered, 0);
		sfs_str_addf(&numbered, "%s #%u", name, n);
		id.name = sfs_str_text(&numbered);
		part = sfs_catalog_add(r->catalog, &id, r->table, values);
	}
	part->position = position;
}

struct sfs_object *
lite_read_table(
	struct sfs_catalog *catalog, struct lite_table *parsed, const struct lite_stored *row)
{
	const char *values[64] = { NULL };
	struct sfs_identity id = {
		.kind = SFS_TABLE, .namespace = LITE_NAMESPACE, .name = row->name
	};

	values[SFS_TABLE_SQL] = row->sql;
	if (parsed) {
		lite_table_parse(parsed, row->sql);
		values[SFS_TABLE_VIRTUAL] = lite_table_text(parsed, parsed->module);
		values[SFS_TABLE_WITHOUT_ROWID] = parsed->without_rowid ? "true" : NULL;
		values[SFS_TABLE_STRICT] = parsed->strict ? "true" : NULL;
		values[SFS_TABLE_OPTIONS] = lite_table_text(parsed, parsed->options);
	}
	struct sfs_object *table = sfs_catalog_add(catalog, &id, NULL, values);
	struct reader r = { .catalog = catalog, .parsed = parsed, .table = table };
	for (size_t i = 0; table && parsed && i < parsed->columns.len; i++) {
		add_column(&r, &parsed->columns.items[i], (uint32_t)i + 1);
	}
	for (size_t i = 0; table && parsed && i < parsed->constraints.len; i++) {
		add_constraint(&r, &parsed->constraints.items[i], (uint32_t)i + 1);
	}
	return table;
}
