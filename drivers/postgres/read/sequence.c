// SPDX-License-Identifier: MIT
/* Reads sequences; those of identity columns are the column's own. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "catalog/fold.h"
#include "drivers/postgres/read/keys.h"
#include "drivers/postgres/kind_functions.h"
#include "drivers/postgres/read/select.h"

static const struct pg_select common = {
	.class = "pg_class",
	.oid = "c.oid",
	.owner = "c.relowner",
	.acl = "c.relacl",
	.acl_type = "'s'",
	.relation = true,
};

void
pg_read_sequence(int version, struct sfs_str *out)
{
	(void)version;
	sfs_str_add(out,
		"SELECT c.oid, n.nspname AS namespace, c.relname AS name, w.refobjid AS owner_oid"
		",\n CASE WHEN q.seqtypid <> 20 THEN format_type(q.seqtypid, NULL) END AS type"
		",\n CASE WHEN q.seqstart <> " PG_SEQUENCE_START " THEN q.seqstart END AS start"
		",\n CASE WHEN q.seqincrement <> 1 THEN q.seqincrement END AS increment"
		",\n CASE WHEN q.seqmin <> " PG_SEQUENCE_MINIMUM " THEN q.seqmin END AS minimum"
		",\n CASE WHEN q.seqmax <> " PG_SEQUENCE_MAXIMUM " THEN q.seqmax END AS maximum"
		",\n CASE WHEN q.seqcache <> 1 THEN q.seqcache END AS cache"
		",\n CASE WHEN q.seqcycle THEN 'true' END AS cycle"
		",\n CASE WHEN c.relpersistence = 'u' THEN 'unlogged' END AS persistence"
		", w.refobjsubid, w.deptype = 'i'");
	pg_select_common(out, &common);
	sfs_str_add(out,
		"\n FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
		" JOIN pg_sequence q ON q.seqrelid = c.oid"
		"\n LEFT JOIN pg_depend w ON w.classid = 'pg_class'::regclass AND w.objid = c.oid"
		" AND w.objsubid = 0 AND w.refclassid = 'pg_class'::regclass AND w.refobjsubid > 0"
		" AND w.deptype IN ('a', 'i')");
	pg_select_joins(out, &common);
	/* That of an identity is its column's, and so is what else is said of it. */
	sfs_str_add(out,
		"\n WHERE (w.deptype IS DISTINCT FROM 'i' OR c.relacl IS NOT NULL" PG_WHEN(
			PG_COMMENTED) " OR description.description IS NOT NULL" PG_ELSE PG_END
			PG_WHEN(PG_LABELLED) " OR label.lines IS NOT NULL" PG_ELSE PG_END ")");
	pg_select_user_namespace(out, "n.nspname");
	pg_select_no_extension(out, "pg_class", "c.oid");
	pg_select_scope(out, "c.oid", "n.nspname");
}

static bool
is_type_of(const struct sfs_object *column, const struct sfs_object *sequence)
{
	const char *type = sfs_object_get(sequence, SFS_SEQUENCE_TYPE);

	return sfs_streq(sfs_object_get(column, SFS_COLUMN_TYPE), type ? type : "bigint");
}

/* "nextval('public.users_id_seq'::regclass)" */
static bool
is_default_of(const struct sfs_object *column, const struct sfs_object *sequence)
{
	sfs_auto(str) struct sfs_str name = SFS_STR_INIT, text = SFS_STR_INIT;

	pg_qualified(&name, sequence->id.namespace, sequence->id.name);
	sfs_str_add(&text, "nextval('");
	for (const char *c = name.text; *c; c++) {
		sfs_str_add(&text, *c == '\'' ? "''" : (char[]){ *c, 0 });
	}
	sfs_str_add(&text, "'::regclass)");
	return sfs_streq(sfs_object_get(column, SFS_COLUMN_DEFAULT), text.text);
}

/* Whether a column written as serial would get exactly this sequence. */
static bool
is_serial(const struct sfs_object *table, const struct sfs_object *column,
	const struct sfs_object *sequence)
{
	static const int plain[] = { SFS_ATTR_COMMENT, SFS_ATTR_ACL, SFS_ATTR_SECURITY_LABELS,
		SFS_SEQUENCE_START, SFS_SEQUENCE_INCREMENT, SFS_SEQUENCE_MINIMUM,
		SFS_SEQUENCE_MAXIMUM, SFS_SEQUENCE_CACHE, SFS_SEQUENCE_CYCLE };
	sfs_auto(free) char *name = sfs_asprintf("%s_%s_seq", table->id.name, column->id.name);

	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
		if (sfs_object_has(sequence, plain[i])) {
			return false;
		}
	}
	return strlen(name) < 64 && strcmp(name, sequence->id.name) == 0 &&
	       sfs_streq(table->id.namespace, sequence->id.namespace) &&
	       sfs_streq(sfs_object_get(table, SFS_ATTR_OWNER),
		       sfs_object_get(sequence, SFS_ATTR_OWNER)) &&
	       sfs_streq(sfs_object_get(table, SFS_TABLE_PERSISTENCE),
		       sfs_object_get(sequence, SFS_SEQUENCE_PERSISTENCE)) &&
	       sfs_object_has(column, SFS_COLUMN_NOT_NULL) &&
	       !sfs_object_has(column, SFS_COLUMN_IDENTITY) &&
	       !sfs_object_has(column, SFS_COLUMN_INHERITED) && is_type_of(column, sequence) &&
	       is_default_of(column, sequence);
}

static const struct pg_key_column *
owning_column(const struct pg_row *row)
{
	const char *number = row->extra[0];

	if (!row->owner || !number) {
		return NULL;
	}
	return pg_keys_column(row->load->keys, (uint32_t)(row->owner->tag >> 16),
		(uint32_t)strtoul(number, NULL, 10));
}

/* What is said of the sequence behind an identity goes to the column. */
static void
give_to_column(struct pg_row *row, const char *name)
{
	static const int given[][2] = {
		{ SFS_ATTR_COMMENT, SFS_COLUMN_IDENTITY_COMMENT },
		{ SFS_ATTR_ACL, SFS_COLUMN_IDENTITY_ACL },
		{ SFS_ATTR_SECURITY_LABELS, SFS_COLUMN_IDENTITY_LABELS },
	};
	struct sfs_object *column = sfs_fold_part(row->load->catalog, row->owner, SFS_COLUMN, name);

	for (size_t i = 0; column && i < sizeof given / sizeof *given; i++) {
		const char *value = row->values[given[i][0]];

		if (value) {
			sfs_catalog_set(row->load->catalog, column, given[i][1], value);
		}
	}
}

void
pg_complete_sequence(struct pg_row *row)
{
	const struct pg_key_column *column = owning_column(row);
	sfs_auto(str) struct sfs_str name = SFS_STR_INIT;

	if (row->extra[1] && *row->extra[1] == 't') {
		row->taken = true;
		if (column) {
			give_to_column(row, column->name);
		}
	} else if (column) {
		pg_qualified(&name, row->owner->id.namespace, row->owner->id.name);
		sfs_str_addc(&name, '.');
		pg_name(&name, column->name);
		row->values[SFS_SEQUENCE_OWNED_BY] =
			sfs_arena_strndup(row->load->arena, name.text, name.len);
	}
}

void
pg_added_sequence(struct pg_row *row, struct sfs_object *object)
{
	const struct pg_key_column *owning = owning_column(row);
	struct sfs_object *column =
		owning ? sfs_fold_part(row->load->catalog, row->owner, SFS_COLUMN, owning->name)
		       : NULL;

	if (column && is_serial(row->owner, column, object)) {
		sfs_catalog_set(row->load->catalog, column, SFS_COLUMN_SERIAL, object->id.name);
	}
}
