// SPDX-License-Identifier: MIT
/* What the rename of a part of a parent table, or of a type, does to the tables made after it. */
#include <string.h>

#include "diff/renames.h"
#include "sql/quote.h"

/* Whether the list of qualified names, as attributes have it, names the table. */
static bool
lists_table(const char *list, const struct sfs_identity *table)
{
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT;
	size_t len;

	sfs_quote_qualified(&name, SFS_POSTGRES, table->namespace, table->name);
	len = name.len;
	for (const char *at = list; at; at = strstr(at, ", ")) {
		at += at == list ? 0 : 2;
		if (strncmp(at, sfs_str_text(&name), len) == 0 &&
			(!at[len] || sfs_starts_with(at + len, ", "))) {
			return true;
		}
	}
	return false;
}

static bool
is_child_of(const struct sfs_object *table, const struct sfs_identity *parent)
{
	return (table->id.kind == SFS_TABLE || table->id.kind == SFS_FOREIGN_TABLE) &&
	       (lists_table(sfs_object_get(table, SFS_TABLE_INHERITS), parent) ||
		       lists_table(sfs_object_get(table, SFS_TABLE_PARTITION_OF), parent));
}

/* One that leaves its parent gets the new name before that; it may want to keep the old one. */
static bool
was_child_of(const struct sfs_catalog *from, const struct sfs_renames *renames,
	const struct sfs_object *table, const struct sfs_identity *parent)
{
	struct sfs_identity part = { SFS_COLUMN, table->id.namespace, table->id.name, "", NULL };
	struct sfs_identity former = sfs_former_place(renames, &part);
	struct sfs_identity id = { table->id.kind, former.namespace, NULL, former.relation, NULL };
	const struct sfs_object *old = sfs_catalog_find(from, &id);

	return old && is_child_of(old, parent);
}

static bool
is_check(const struct sfs_object *object)
{
	return object && object->id.kind == SFS_CONSTRAINT &&
	       sfs_streq(sfs_object_get(object, SFS_CONSTRAINT_TYPE), "CHECK");
}

/* Whether a table's columns are those of a composite type. */
static bool
is_of_type(const struct sfs_object *table, const struct sfs_identity *type)
{
	return table->id.kind == SFS_TABLE &&
	       lists_table(sfs_object_get(table, SFS_TABLE_OF_TYPE), type);
}

void
sfs_renames_add_children(const struct sfs_catalog *from, const struct sfs_catalog *to,
	struct sfs_renames *renames, size_t index)
{
	const struct sfs_rename parent = renames->items[index];
	struct sfs_identity table = { SFS_TABLE, parent.to.namespace, NULL, parent.to.relation,
		NULL };
	struct sfs_identity old_table = { SFS_TABLE, parent.from.namespace, NULL,
		parent.from.relation, NULL };
	bool typed = parent.to.kind == SFS_TYPE_ATTRIBUTE;

	if (to->dialect != SFS_POSTGRES || parent.to_label ||
		(parent.to.kind != SFS_COLUMN && !typed &&
			!is_check(sfs_catalog_find(to, &parent.to)))) {
		return;
	}
	sfs_vec_foreach (child, &to->objects) {
		struct sfs_rename rename = parent;

		if ((*child)->owner ||
			!(typed ? is_of_type(*child, &table)
				: is_child_of(*child, &table) ||
						was_child_of(from, renames, *child, &old_table))) {
			continue;
		}
		rename.to.kind = rename.from.kind = typed ? SFS_COLUMN : parent.to.kind;
		rename.to.namespace = (*child)->id.namespace;
		rename.to.relation = (*child)->id.name;
		rename.from.namespace = rename.to.namespace;
		rename.from.relation = rename.to.relation;
		rename.from = sfs_former_place(renames, &rename.from);
		rename.follows = index + 1;
		if (!sfs_rename_find(renames, NULL, &rename.to, true) &&
			sfs_catalog_find(to, &rename.to) && sfs_catalog_find(from, &rename.from)) {
			sfs_vec_push(renames, rename);
		}
	}
}
