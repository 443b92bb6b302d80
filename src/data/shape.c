// SPDX-License-Identifier: MIT
/* What is to be known of a table to compare and write its rows. */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "data/shape.h"
#include "sql/quote.h"

void
sfs_shape_finish(struct sfs_shape *shape)
{
	sfs_vec_finish(&shape->columns);
	sfs_vec_finish(&shape->key);
	memset(shape, 0, sizeof *shape);
}

size_t
sfs_shape_find(const struct sfs_shape *shape, enum sfs_dialect dialect, const char *name)
{
	for (size_t i = 0; i < shape->columns.len; i++) {
		if (sfs_same_name(dialect, shape->columns.items[i].name, name)) {
			return i;
		}
	}
	return SIZE_MAX;
}

static void
add_column(struct sfs_shape *shape, const struct sfs_object *column)
{
	const char *type = sfs_object_get(column, SFS_COLUMN_TYPE);
	const char *identity = sfs_object_get(column, SFS_COLUMN_IDENTITY);

	sfs_vec_push(&shape->columns,
		(struct sfs_shape_column){
			.name = column->id.name,
			.type = type ? type : "",
			.collation = sfs_object_get(column, SFS_COLUMN_COLLATION),
			.computed = sfs_object_has(column, SFS_COLUMN_GENERATED),
			.always = sfs_streq(identity, "ALWAYS"),
			.counted = identity || sfs_object_has(column, SFS_COLUMN_SERIAL),
			.never_empty = sfs_object_has(column, SFS_COLUMN_NOT_NULL),
		});
}

/* The names in "id, \"order\"": what stands behind a name (COLLATE, DESC) is no concern of rows. */
static void
read_key(struct sfs_shape *shape, enum sfs_dialect dialect, const char *columns)
{
	struct sfs_lexer lexer;
	struct sfs_token token;
	bool expected = true;

	sfs_lexer_init(&lexer, dialect, columns, strlen(columns));
	while (sfs_lexer_word(&lexer, &token)) {
		struct sfs_str name sfs_auto(str) = SFS_STR_INIT;

		if (sfs_token_is(columns, &token, ",")) {
			expected = true;
			continue;
		}
		if (!expected) {
			continue;
		}
		expected = false;
		sfs_unquote_name(&name, dialect, columns + token.offset, token.len);
		size_t i = sfs_shape_find(shape, dialect, sfs_str_text(&name));
		if (i != SIZE_MAX) {
			shape->columns.items[i].key = true;
			sfs_vec_push(&shape->key, i);
		}
	}
}

static int
no_table(const char *namespace, const char *name, bool view, struct sfs_error *err)
{
	int r = view ? sfs_error_set(err, EINVAL,
			       "%s.%s is no table: only a table's rows can be reference data",
			       namespace, name)
		     : sfs_error_set(err, ENOENT, "there is no table %s.%s", namespace, name);

	sfs_error_object(err, "table %s.%s", namespace, name);
	return r;
}

/* Whether the qualified name is one of those in "public.a, public.b". */
static bool
lists(const char *names, const char *name)
{
	struct sfs_lexer lexer;
	struct sfs_token token;
	size_t begin = 0, len = strlen(name);

	sfs_lexer_init(&lexer, SFS_POSTGRES, names, strlen(names));
	while (sfs_lexer_word(&lexer, &token)) {
		if (!sfs_token_is(names, &token, ",")) {
			continue;
		}
		if (token.offset - begin == len && strncmp(names + begin, name, len) == 0) {
			return true;
		}
		begin = token.offset + 1 + strspn(names + token.offset + 1, " ");
	}
	return strcmp(names + begin, name) == 0;
}

static bool
is_inherited(const struct sfs_catalog *catalog, const struct sfs_object *table)
{
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT;

	if (catalog->dialect == SFS_SQLITE || sfs_object_has(table, SFS_TABLE_PARTITION_KEY)) {
		return false;
	}
	sfs_quote_qualified(&name, SFS_POSTGRES, table->id.namespace, table->id.name);
	sfs_vec_foreach (object, &catalog->objects) {
		const char *parents = (*object)->id.kind == SFS_TABLE
					      ? sfs_object_get(*object, SFS_TABLE_INHERITS)
					      : NULL;

		if (parents && lists(parents, sfs_str_text(&name))) {
			return true;
		}
	}
	return false;
}

int
sfs_shape_read(const struct sfs_catalog *catalog, const char *namespace, const char *name,
	struct sfs_shape *ret_shape, struct sfs_error *err)
{
	struct sfs_shape shape sfs_auto(shape) = { 0 };
	const struct sfs_object *table = sfs_catalog_relation(catalog, namespace, name), *part;

	if (!table || table->id.kind != SFS_TABLE) {
		return no_table(namespace, name, table != NULL, err);
	}
	shape.object = table;
	shape.strict = sfs_object_has(table, SFS_TABLE_STRICT);
	shape.inherited = is_inherited(catalog, table);
	sfs_parts_foreach (part, table) {
		if (part->id.kind == SFS_COLUMN) {
			add_column(&shape, part);
		}
	}
	sfs_parts_foreach (part, table) {
		if (part->id.kind == SFS_CONSTRAINT &&
			sfs_streq(sfs_object_get(part, SFS_CONSTRAINT_TYPE), "PRIMARY KEY")) {
			const char *columns = sfs_object_get(part, SFS_CONSTRAINT_COLUMNS);

			read_key(&shape, catalog->dialect, columns ? columns : "");
			shape.deferrable = sfs_object_has(part, SFS_CONSTRAINT_DEFERRABLE);
		}
	}
	if (!shape.key.len) {
		int r = sfs_error_set(err, EINVAL,
			"table %s.%s has no primary key: its rows can not be told apart, so they "
			"can not be reference data",
			namespace, name);

		sfs_error_object(err, "table %s.%s", namespace, name);
		return r;
	}
	*ret_shape = shape;
	memset(&shape, 0, sizeof shape);
	return 0;
}

bool
sfs_shape_refers(
	const struct sfs_shape *child, const struct sfs_shape *parent, enum sfs_dialect dialect)
{
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT;
	struct sfs_object *part;

	if (dialect == SFS_SQLITE) {
		sfs_str_add(&name, parent->object->id.name);
	} else {
		sfs_quote_qualified(
			&name, dialect, parent->object->id.namespace, parent->object->id.name);
	}
	sfs_parts_foreach (part, child->object) {
		const char *target = part->id.kind == SFS_CONSTRAINT
					     ? sfs_object_get(part, SFS_CONSTRAINT_REFERENCES)
					     : NULL;

		if (target && sfs_same_name(dialect, target, sfs_str_text(&name))) {
			return true;
		}
	}
	return false;
}
