// SPDX-License-Identifier: MIT
/* Whether two objects say the same: attribute by attribute, names followed through renames. */
#include <string.h>

#include "catalog/attribute.h"
#include "catalog/graph.h"
#include "diff/compare.h"
#include "sql/quote.h"

bool
sfs_attribute_differs(const struct sfs_object *a, const struct sfs_object *b, int attribute)
{
	return !sfs_streq(sfs_object_get(a, attribute), sfs_object_get(b, attribute));
}

static bool
is_query(enum sfs_kind kind, int attribute)
{
	return ((kind == SFS_VIEW || kind == SFS_MATERIALIZED_VIEW) &&
		       attribute == SFS_VIEW_QUERY) ||
	       ((kind == SFS_FUNCTION || kind == SFS_PROCEDURE) &&
		       attribute == SFS_FUNCTION_SQL_BODY);
}

static const struct sfs_object *
next_column(const struct sfs_object *part)
{
	while (part && part->id.kind != SFS_COLUMN) {
		part = part->next_part;
	}
	return part;
}

/* No rename reaches a view's own columns: if they differ, so does the query that gives them. */
static bool
has_same_result(const struct sfs_object *a, const struct sfs_object *b)
{
	const struct sfs_object *x = next_column(a->first_part), *y = next_column(b->first_part);

	while (x && y && sfs_streq(x->id.name, y->id.name)) {
		x = next_column(x->next_part);
		y = next_column(y->next_part);
	}
	return !x && !y;
}

/* Nobody wants a fault; but an index of a partitioned table may be asked for without its parts. */
static bool
is_unwanted(const struct sfs_object *b, int attribute, unsigned flags)
{
	return flags & SFS_ATTR_FAULT && sfs_object_get(b, attribute) &&
	       !(b->owner && b->owner->id.kind == SFS_TABLE &&
		       sfs_object_has(b->owner, SFS_TABLE_PARTITION_KEY));
}

uint64_t
sfs_objects_compare(enum sfs_dialect dialect, const struct sfs_object *a,
	const struct sfs_object *b, const struct sfs_renames *renames, bool both_ways)
{
	const struct sfs_kind_info *info = sfs_kind_info(a->id.kind);
	uint64_t differ = 0, either = a->present | b->present;

	for (size_t i = 0; either; i++, either >>= 1) {
		if (!(either & 1) ||
			(info->attributes[i].flags & (SFS_ATTR_INFORMATIVE | SFS_ATTR_SECRET))) {
			continue;
		}
		if (is_unwanted(b, (int)i, info->attributes[i].flags)) {
			continue;
		}
		struct sfs_reading reading = {
			.dialect = dialect,
			.renames = renames,
			.both_ways = both_ways,
			.query = dialect == SFS_POSTGRES && is_query(a->id.kind, (int)i),
		};

		if (info->attributes[i].flags & SFS_ATTR_VERBATIM ||
			(reading.query && !both_ways && !has_same_result(a, b))) {
			reading.renames = NULL;
		}
		bool set = info->attributes[i].flags & SFS_ATTR_SET;
		const char *x = sfs_object_get(a, (int)i), *y = sfs_object_get(b, (int)i);

		if (!(set ? sfs_sets_equal(&reading, x, y) : sfs_values_equal(&reading, x, y))) {
			differ |= UINT64_C(1) << i;
		}
	}
	return differ;
}

/* ---- which renames an object can notice ---- */

static const struct sfs_object *
file_of(const struct sfs_object *object)
{
	return object->owner ? object->owner : object;
}

static bool
uses_file(const struct sfs_catalog *catalog, const struct sfs_object *user,
	const struct sfs_object *file)
{
	struct sfs_objects uses = sfs_graph_uses(catalog, user);

	for (size_t i = 0; i < uses.len; i++) {
		if (file_of(uses.items[i]) == file) {
			return true;
		}
	}
	return false;
}

static bool
is_in_reach(const struct sfs_catalog *catalog, const struct sfs_object *object,
	const struct sfs_rename *rename)
{
	const struct sfs_object *renamed = sfs_catalog_find(catalog, &rename->from);

	if (rename->to_label || rename->to.kind == SFS_NAMESPACE || !renamed) {
		return true;
	}
	const struct sfs_object *file = file_of(renamed);
	bool stands_on = object->id.relation &&
			 sfs_streq(object->id.namespace, file->id.namespace) &&
			 strcmp(object->id.relation, file->id.name) == 0;

	return file_of(object) == file || stands_on || uses_file(catalog, object, file) ||
	       (object->owner && uses_file(catalog, object->owner, file));
}

uint64_t
sfs_objects_compare_renamed(const struct sfs_catalog *from, const struct sfs_object *a,
	const struct sfs_object *b, const struct sfs_renames *renames)
{
	struct sfs_renames near = { 0 };
	uint64_t differ;

	if (!renames || !renames->len || !from->graph) {
		return sfs_objects_compare(from->dialect, a, b, renames, false);
	}
	sfs_vec_foreach (rename, renames) {
		if (is_in_reach(from, a, rename)) {
			sfs_vec_push(&near, *rename);
		}
	}
	differ = sfs_objects_compare(from->dialect, a, b, &near, false);
	sfs_vec_finish(&near);
	return differ;
}
