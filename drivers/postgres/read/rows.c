// SPDX-License-Identifier: MIT
/* Rows of catalog queries into the catalog, by the names of their columns. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "catalog/fold.h"
#include "drivers/postgres/kind.h"
#include "drivers/postgres/read/read.h"

/* What a query's column holds besides attributes. */
enum field {
	FIELD_OID,
	FIELD_SUBID,
	FIELD_OWNER_OID,
	FIELD_NAMESPACE,
	FIELD_RELATION,
	FIELD_NAME,
	FIELD_SIGNATURE,
	FIELD_POSITION,
	FIELD_LOCKED,
	FIELD_KIND,
	FIELD_COUNT,
};

static const char *const field_names[FIELD_COUNT] = {
	[FIELD_OID] = "oid",
	[FIELD_SUBID] = "subid",
	[FIELD_OWNER_OID] = "owner_oid",
	[FIELD_NAMESPACE] = "namespace",
	[FIELD_RELATION] = "relation",
	[FIELD_NAME] = "name",
	[FIELD_SIGNATURE] = "signature",
	[FIELD_POSITION] = "position",
	[FIELD_LOCKED] = "locked",
	[FIELD_KIND] = "kind",
};

enum { MAX_ATTRIBUTES = 64, MAX_EXTRA = 32 };

/* Where each of a result's columns goes, for one kind. */
struct pg_map {
	bool made;
	int fields[FIELD_COUNT];        /* -1: not there */
	int attributes[MAX_ATTRIBUTES]; /* likewise */
	int extra[MAX_EXTRA];
	int n_extra;
};

static void
make_map(struct pg_map *map, enum sfs_kind kind, const PGresult *result)
{
	map->made = true;
	memset(map->fields, -1, sizeof map->fields);
	memset(map->attributes, -1, sizeof map->attributes);
	for (int column = 0; column < PQnfields(result); column++) {
		const char *name = PQfname(result, column);
		int attribute = sfs_kind_attribute(kind, name);
		int field = 0;

		while (field < FIELD_COUNT && strcmp(field_names[field], name) != 0) {
			field++;
		}
		if (field < FIELD_COUNT) {
			map->fields[field] = column;
		} else if (attribute >= 0) {
			map->attributes[attribute] = column;
		} else if (map->n_extra < MAX_EXTRA) {
			map->extra[map->n_extra++] = column;
		}
	}
}

static const char *
value(const PGresult *result, int row, int column)
{
	return column < 0 || PQgetisnull(result, row, column) ? NULL
							      : PQgetvalue(result, row, column);
}

static uint64_t
number(const char *text)
{
	return text ? strtoull(text, NULL, 10) : 0;
}

/* The name that a namespace is to have in the catalog. */
static const char *
shown_namespace(const struct pg_read_options *options, const char *namespace)
{
	for (size_t i = 0; namespace && i < options->n_aliases; i++) {
		if (strcmp(options->aliases[i].actual, namespace) == 0) {
			return options->aliases[i].shown;
		}
	}
	return namespace;
}

static void
set_identity(struct pg_load *load, const char *const *fields, struct sfs_object *owner,
	struct sfs_identity *id)
{
	id->namespace = shown_namespace(load->options, fields[FIELD_NAMESPACE]);
	id->relation = fields[FIELD_RELATION];
	id->name = fields[FIELD_NAME];
	id->signature = pg_show(load->options, load->arena, fields[FIELD_SIGNATURE]);
	if (owner && !id->namespace) {
		id->namespace = owner->id.namespace;
	}
	if (owner && !id->relation) {
		id->relation = owner->id.name;
	}
	if (id->kind == SFS_NAMESPACE) {
		id->name = shown_namespace(load->options, id->name);
		id->namespace = id->name;
	}
}

/*
 * What the server's functions say is of now, and not of the snapshot that the rows are of: for an
 * object that somebody dropped meanwhile they give nothing.
 */
static bool
has_vanished(enum sfs_kind kind, const struct pg_row *row)
{
	static const int texts[SFS_KIND_COUNT] = {
		[SFS_CONSTRAINT] = SFS_CONSTRAINT_DEFINITION,
		[SFS_INDEX] = SFS_INDEX_KEYS,
		[SFS_MATERIALIZED_VIEW] = SFS_VIEW_QUERY,
		[SFS_RULE] = SFS_RULE_DEFINITION,
		[SFS_STATISTICS] = SFS_STATISTICS_DEFINITION,
		[SFS_TRIGGER] = SFS_TRIGGER_DEFINITION,
		[SFS_VIEW] = SFS_VIEW_QUERY,
	};

	return texts[kind] && !row->undefined && !row->values[texts[kind]];
}

/* What most of a large catalog is, and nothing that is read later looks for by its tag. */
static bool
can_be_folded(const struct pg_row *row)
{
	static const bool kinds[SFS_KIND_COUNT] = {
		[SFS_COLUMN] = true,
		[SFS_CONSTRAINT] = true,
		[SFS_INDEX] = true,
	};

	return row->load->options->scope.folded && row->owner && kinds[row->id->kind] &&
	       !row->undefined;
}

static void
load_row(struct pg_load *load, enum sfs_kind kind, const struct pg_map *map, const PGresult *result,
	int row)
{
	const struct pg_kind *driver = pg_kind(kind);
	const struct sfs_kind_info *info = sfs_kind_info(kind);
	const char *fields[FIELD_COUNT], *values[MAX_ATTRIBUTES], *extra[MAX_EXTRA];
	struct sfs_identity id = { .kind = kind };
	struct pg_row complete = { .load = load, .id = &id, .values = values, .extra = extra };

	for (int i = 0; i < FIELD_COUNT; i++) {
		fields[i] = value(result, row, map->fields[i]);
	}
	if (fields[FIELD_OWNER_OID]) {
		complete.owner = sfs_catalog_by_tag(load->catalog,
			PG_TAG(driver->owner_class, number(fields[FIELD_OWNER_OID]), 0));
		if (!complete.owner) {
			return;
		}
	}
	for (size_t i = 0; i < info->n_attributes; i++) {
		values[i] =
			pg_show(load->options, load->arena, value(result, row, map->attributes[i]));
	}
	for (int i = 0; i < map->n_extra; i++) {
		extra[i] = value(result, row, map->extra[i]);
	}
	set_identity(load, fields, complete.owner, &id);
	complete.tag =
		PG_TAG(driver->class, number(fields[FIELD_OID]), number(fields[FIELD_SUBID]));
	complete.position = (uint32_t)number(fields[FIELD_POSITION]);
	if (driver->complete) {
		driver->complete(&complete);
	}
	for (size_t i = 0; i < info->n_attributes; i++) {
		if (!(info->attributes[i].flags & SFS_ATTR_VERBATIM)) {
			values[i] = pg_keep_unnamed(
				load->arena, pg_keep_chains(load->arena,
						     pg_keep_arrays(load->arena, values[i])));
		}
	}
	if (complete.taken) {
		return;
	}
	if (has_vanished(kind, &complete)) {
		load->vanished = sfs_arena_strdup(load->arena, id.name);
	}
	bool locked = fields[FIELD_LOCKED] && *fields[FIELD_LOCKED] == 't';
	if (can_be_folded(&complete)) {
		sfs_fold(load->catalog, &id, complete.owner, values, complete.position, locked);
		return;
	}
	struct sfs_object *object = sfs_catalog_add(load->catalog, &id, complete.owner, values);
	if (!object) {
		return;
	}
	object->position = complete.position;
	object->locked = locked;
	if (fields[FIELD_OID]) {
		sfs_catalog_tag(load->catalog, object, complete.tag);
	}
	if (complete.undefined) {
		sfs_vec_push(&load->undefined, object);
	}
	if (driver->added) {
		driver->added(&complete, object);
	}
}

static enum sfs_kind
kind_by_name(const char *name)
{
	for (int kind = 0; kind < SFS_KIND_COUNT; kind++) {
		if (strcmp(sfs_kind_info((enum sfs_kind)kind)->name, name) == 0) {
			return (enum sfs_kind)kind;
		}
	}
	return SFS_KIND_COUNT;
}

void
pg_rows_begin(struct pg_rows *rows, enum sfs_kind kind)
{
	*rows = (struct pg_rows){ .kind = kind,
		.maps = sfs_alloc(SFS_KIND_COUNT * sizeof *rows->maps) };
}

void
pg_rows_finish(struct pg_rows *rows)
{
	free(rows->maps);
}

void
pg_rows_load(struct pg_rows *rows, struct pg_load *load, const PGresult *result)
{
	int kind_column = PQfnumber(result, "kind");

	for (int row = 0; row < PQntuples(result); row++) {
		enum sfs_kind kind = rows->kind;

		if (kind_column >= 0) {
			kind = kind_by_name(PQgetvalue(result, row, kind_column));
			if (kind == SFS_KIND_COUNT) {
				continue;
			}
		}
		if (!rows->maps[kind].made) {
			make_map(&rows->maps[kind], kind, result);
		}
		load_row(load, kind, &rows->maps[kind], result, row);
	}
}
