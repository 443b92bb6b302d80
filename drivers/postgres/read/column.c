// SPDX-License-Identifier: MIT
/* Reads the columns of tables and views. */
#include <stdlib.h>

#include "drivers/postgres/read/definition.h"
#include "drivers/postgres/read/keys.h"
#include "drivers/postgres/kind_functions.h"
#include "drivers/postgres/read/select.h"

static const struct pg_select common = {
	.class = "pg_class",
	.oid = "a.attrelid",
	.sub = "a.attnum",
	.owner = "c.relowner",
	.acl = "a.attacl",
	.acl_type = "'c'",
	.part = true,
};

/* What a column that comes from a parent would be by that alone. */
#define PARENT(expression)                                                                         \
	PG_WHEN(PG_INHERITED)                                                                      \
	"(SELECT " expression " FROM pg_inherits h JOIN pg_attribute pa"                           \
	" ON pa.attrelid = h.inhparent AND pa.attname = a.attname AND NOT pa.attisdropped"         \
	" LEFT JOIN pg_attrdef pd ON pd.adrelid = pa.attrelid AND pd.adnum = pa.attnum"            \
	" WHERE h.inhrelid = a.attrelid ORDER BY h.inhseqno LIMIT 1)" PG_ELSE "NULL" PG_END

/*
 * Whether the column is made by making the table a child. A partition has its parent's columns and
 * no others, however it came to be one; only when it is made alone and attached it has its own.
 */
#define INHERITED                                                                                  \
	PG_WHEN(PG_INHERITED)                                                                      \
	"(a.attinhcount > 0 AND CASE WHEN c.relispartition THEN attached.id IS NULL"               \
	" ELSE NOT a.attislocal END)" PG_ELSE "false" PG_END

#define STORAGE(letter)                                                                            \
	"CASE " letter " WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL'"                           \
	" WHEN 'x' THEN 'EXTENDED' WHEN 'm' THEN 'MAIN' END"

/*
 * A default names no column, so its text needs no table: the server makes it in a fifth of the time
 * when it is not told of one. A child without its parent's default says so: NULL is a default, too.
 */
#define DEFAULT         "pg_get_expr(d.adbin, 0)"
#define PARENTS_DEFAULT PARENT("CASE WHEN pa.attgenerated = '' THEN pg_get_expr(pd.adbin, 0) END")

/* Since 17 a partition's identity is its parent's; before it was none or the partition's own. */
#define IDENTITY                                                                                   \
	"CASE WHEN c.relispartition AND current_setting('server_version_num')::integer >= 170000"  \
	" THEN '' ELSE a.attidentity::text END"

static void
select_default(struct sfs_str *out, int version)
{
	sfs_str_add(out,
		",\n CASE WHEN d.adbin IS NULL AND a.attinhcount = 0 THEN NULL"
		" WHEN a.attgenerated <> '' THEN NULL WHEN a.attinhcount > 0 AND " INHERITED);
	sfs_str_add(out, " THEN CASE WHEN " DEFAULT " IS DISTINCT FROM " PARENTS_DEFAULT
			 " THEN coalesce(" DEFAULT ", 'NULL') END");
	sfs_str_add(out, " WHEN a.attinhcount > 0 AND d.adbin IS NULL AND NOT c.relispartition"
			 " THEN CASE WHEN " PARENTS_DEFAULT " IS NOT NULL THEN 'NULL' END");
	sfs_str_add(out, " ELSE " DEFAULT " END AS default");
	sfs_str_add(out,
		",\n CASE WHEN a.attgenerated <> '' THEN pg_get_expr(d.adbin, d.adrelid) END"
		" AS generated"
		",\n CASE a.attgenerated WHEN 's' THEN 'STORED' WHEN 'v' THEN 'VIRTUAL' END"
		" AS generated_kind"
		",\n CASE " IDENTITY " WHEN 'a' THEN 'ALWAYS' WHEN 'd' THEN 'BY DEFAULT' END"
		" AS identity"
		",\n CASE WHEN " IDENTITY " <> '' THEN (SELECT NULLIF(concat_ws(' ',"
		" CASE WHEN s.relnamespace <> c.relnamespace OR s.relname <> c.relname || '_'"
		" || a.attname || '_seq' AND octet_length(c.relname || a.attname) <= 58"
		" THEN 'SEQUENCE NAME ' || s.oid::regclass::text END, ");
	pg_select_sequence_options(out);
	/* Before 15 it was not the table's, nor anyone's choice. */
	sfs_str_add(out,
		version < 150000
			? ""
			: ", CASE WHEN s.relpersistence <> c.relpersistence THEN"
			  " CASE s.relpersistence WHEN 'u' THEN 'UNLOGGED' ELSE 'LOGGED' END END");
	sfs_str_add(out, "), '') FROM pg_depend w JOIN pg_sequence q ON q.seqrelid = w.objid"
			 " JOIN pg_class s ON s.oid = w.objid"
			 " WHERE w.refclassid = 'pg_class'::regclass AND w.refobjid = a.attrelid"
			 " AND w.refobjsubid = a.attnum AND w.classid = 'pg_class'::regclass"
			 " AND w.deptype = 'i') END AS identity_options");
}

#define COMPRESSION "CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END"

/* A child takes its parent's, which may be set before or after: where that is odd, both say theirs. */
static void
select_storage(struct sfs_str *out, int version)
{
	sfs_str_add(out, ",\n CASE WHEN c.relkind NOT IN ('r', 'p', 'f', 'm') THEN NULL"
			 " WHEN a.attstorage <> t.typstorage");
	sfs_str_add(out, " OR a.attinhcount > 0 AND t.typstorage <> " PARENT("pa.attstorage"));
	sfs_str_add(out, " THEN " STORAGE("a.attstorage") " END AS storage");
	if (version >= 140000) {
		sfs_str_add(out, ",\n CASE WHEN a.attinhcount > 0 AND " INHERITED);
		sfs_str_add(
			out, " THEN CASE WHEN a.attcompression <> " PARENT("pa.attcompression"));
		sfs_str_add(out, " THEN coalesce(" COMPRESSION ", 'default') END"
				 " ELSE " COMPRESSION " END AS compression");
	}
	sfs_str_add(out,
		",\n CASE WHEN a.attstattarget >= 0 THEN a.attstattarget END AS statistics"
		",\n CASE WHEN a.attoptions::text LIKE '%n\\_distinct%' THEN (SELECT string_agg("
		"o.option_name || '=' || o.option_value, ', ' ORDER BY o.n)"
		" FROM pg_options_to_table(a.attoptions) WITH ORDINALITY o (option_name, option_value, n)"
		" WHERE o.option_name IN ('n_distinct', 'n_distinct_inherited')) END AS options"
		",\n CASE WHEN a.attfdwoptions IS NOT NULL THEN ");
	pg_select_foreign_options(out, "a.attfdwoptions");
	sfs_str_add(out, " END AS foreign_options");
}

/* The constraint behind NOT NULL, of which there is one since PostgreSQL 18. */
#define NOT_NULL_CONSTRAINT(expression, condition)                                                 \
	"(SELECT " expression " FROM pg_constraint k WHERE k.conrelid = a.attrelid"                \
	" AND k.contype = 'n' AND k.conkey[1] = a.attnum AND " condition ")"

static void
select_not_null(struct sfs_str *out, int version)
{
	sfs_str_add(out, ",\n CASE WHEN a.attnotnull AND NOT (a.attinhcount > 0 AND " INHERITED);
	if (version < 180000) {
		sfs_str_add(out, " AND " PARENT("pa.attnotnull") ") THEN 'true' END AS not_null");
		return;
	}
	/* One that is the parent's alone is not the child's. */
	sfs_str_add(
		out, " AND " PARENT("pa.attnotnull AND NOT EXISTS (SELECT FROM pg_constraint k"
				    " WHERE k.conrelid = pa.attrelid AND k.contype = 'n'"
				    " AND k.conkey[1] = pa.attnum AND k.connoinherit)") ") THEN ");
	sfs_str_add(out, "coalesce(");
	sfs_str_add(out,
		NOT_NULL_CONSTRAINT("concat_ws(' ', CASE WHEN k.connoinherit THEN 'NO INHERIT' END,"
				    " CASE WHEN NOT k.convalidated THEN 'NOT VALID' END)",
			"(k.connoinherit OR NOT k.convalidated)"));
	sfs_str_add(out, ", 'true') END AS not_null,\n CASE WHEN a.attnotnull THEN ");
	sfs_str_add(out,
		NOT_NULL_CONSTRAINT("quote_ident(k.conname)",
			"(k.conislocal" PG_WHEN(PG_INHERITED) " OR attached.id IS NOT NULL" PG_ELSE
				PG_END ") AND k.conname <> c.relname || '_' || a.attname || '_not_null'"));
	sfs_str_add(out, " END AS not_null_name");
}

void
pg_read_column(int version, struct sfs_str *out)
{
	sfs_str_add(out, PG_WHEN(PG_INHERITED));
	pg_with_attached(version, out);
	sfs_str_add(out, PG_ELSE PG_END);
	sfs_str_add(out,
		"SELECT a.attrelid AS oid, a.attnum AS subid, a.attrelid AS owner_oid"
		", a.attname AS name, a.attnum AS position, a.atttypid, a.attcollation"
		",\n format_type(a.atttypid, a.atttypmod) AS type"
		",\n CASE WHEN a.attcollation <> t.typcollation AND a.attcollation <> 0"
		" THEN a.attcollation::regcollation::text END AS collation"
		",\n CASE WHEN a.attinhcount > 0 AND " INHERITED " THEN 'true' END AS inherited");
	select_not_null(out, version);
	select_default(out, version);
	select_storage(out, version);
	pg_select_common(out, &common);
	sfs_str_add(out,
		"\n FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
		" JOIN pg_type t ON t.oid = a.atttypid"
		"\n LEFT JOIN pg_attrdef d ON a.atthasdef AND d.adrelid = a.attrelid"
		" AND d.adnum = a.attnum" PG_WHEN(
			PG_INHERITED) "\n LEFT JOIN attached ON attached.id = a.attrelid" PG_ELSE
			PG_END);
	pg_select_joins(out, &common);
	sfs_str_add(out, "\n WHERE a.attnum > 0 AND NOT a.attisdropped"
			 " AND c.relkind IN ('r', 'p', 'f', 'v', 'm')");
	pg_select_user_namespace_id(out, "c.relnamespace");
	pg_select_scope(out, "a.attrelid", NULL);
}

void
pg_complete_column(struct pg_row *row)
{
	/* The columns of indexes and constraints are given by number. */
	pg_keys_add(row->load->keys, (uint32_t)(row->tag >> 16),
		&(struct pg_key_column){
			.number = row->position,
			.type = (uint32_t)strtoul(row->extra[0], NULL, 10),
			.collation = (uint32_t)strtoul(row->extra[1], NULL, 10),
			.name = sfs_arena_intern(row->load->arena, row->id->name),
		});
	row->values[SFS_COLUMN_GENERATED] =
		pg_bare(row->load->arena, row->values[SFS_COLUMN_GENERATED]);
}
