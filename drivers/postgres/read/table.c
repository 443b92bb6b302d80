// SPDX-License-Identifier: MIT
/* Reads tables, partitioned and foreign ones among them. */
#include "drivers/postgres/kind_functions.h"
#include "drivers/postgres/read/select.h"

static const struct pg_select common = {
	.class = "pg_class",
	.oid = "c.oid",
	.owner = "c.relowner",
	.acl = "c.relacl",
	.acl_type = "'r'",
	.relation = true,
};

/*
 * A table with its columns in another order than that in which they would be merged with its parents', or,
 * before 16, with computed ones of its own: it was made alone, and inherits since then.
 */
#define IN_OTHER_ORDER                                                                             \
	"(SELECT array_agg(a.attname ORDER BY a.attnum) <> array_agg(a.attname"                    \
	" ORDER BY o.seq NULLS LAST, o.num, a.attnum) FROM pg_attribute a"                         \
	" LEFT JOIN LATERAL (SELECT h.inhseqno AS seq, pa.attnum AS num FROM pg_inherits h"        \
	" JOIN pg_attribute pa ON pa.attrelid = h.inhparent AND pa.attname = a.attname"            \
	" AND pa.attnum > 0 WHERE h.inhrelid = c.oid ORDER BY 1 LIMIT 1) o ON true"                \
	" WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)"

static void
select_joined(int version, struct sfs_str *out)
{
	sfs_str_add(out,
		",\n " PG_WHEN(
			PG_INHERITED) "CASE WHEN NOT c.relispartition AND EXISTS (SELECT FROM pg_inherits h"
				      " WHERE h.inhrelid = c.oid) AND NOT EXISTS (SELECT FROM"
				      " pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0"
				      " AND NOT a.attisdropped AND NOT a.attislocal) AND (");
	if (version < 160000) {
		sfs_str_add(out,
			"EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid"
			" AND NOT a.attisdropped AND a.attgenerated <> '' AND a.attinhcount > 0)"
			" OR ");
	}
	sfs_str_add(out, IN_OTHER_ORDER ") THEN 'true' END" PG_ELSE "NULL" PG_END " AS joined");
}

static void
select_family(struct sfs_str *out)
{
	sfs_str_add(out,
		",\n CASE WHEN c.reloftype <> 0 THEN format_type(c.reloftype, NULL) END AS of_type"
		",\n " PG_WHEN(
			PG_INHERITED) "CASE WHEN NOT c.relispartition THEN"
				      " (SELECT string_agg(h.inhparent::regclass::text, ', ' ORDER BY h.inhseqno)"
				      " FROM pg_inherits h WHERE h.inhrelid = c.oid) END" PG_ELSE
				      "NULL" PG_END " AS inherits"
				      ",\n CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END AS partition_key"
				      ",\n " PG_WHEN(
					      PG_INHERITED) "CASE WHEN c.relispartition THEN"
							    " (SELECT h.inhparent::regclass::text"
							    " FROM pg_inherits h WHERE h.inhrelid = c.oid) END" PG_ELSE
							    "NULL" PG_END " AS partition_of"
							    ",\n CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid)"
							    " END AS partition_bound");
}

static void
select_storage(struct sfs_str *out)
{
	sfs_str_add(out,
		",\n CASE WHEN c.relam <> 0 AND am.amname <> 'heap' THEN quote_ident(am.amname)"
		" END AS access_method"
		",\n CASE WHEN c.reltablespace <> 0 THEN (SELECT quote_ident(s.spcname)"
		" FROM pg_tablespace s WHERE s.oid = c.reltablespace) END AS tablespace"
		",\n CASE WHEN c.relpersistence = 'u' THEN 'unlogged' END AS persistence"
		",\n NULLIF(concat_ws(', ', CASE WHEN c.reloptions IS NOT NULL THEN ");
	pg_select_options(out, "c.reloptions", "");
	sfs_str_add(out, " END, CASE WHEN c.reltoastrelid <> 0 THEN (SELECT ");
	pg_select_options(out, "t.reloptions", "toast.");
	sfs_str_add(out,
		" FROM pg_class t WHERE t.oid = c.reltoastrelid AND t.reloptions IS NOT NULL) END), '')"
		" AS options"
		",\n CASE WHEN c.relkind = 'f' THEN (SELECT quote_ident(s.srvname) FROM"
		" pg_foreign_table f JOIN pg_foreign_server s ON s.oid = f.ftserver"
		" WHERE f.ftrelid = c.oid) END AS server"
		",\n CASE WHEN c.relkind = 'f' THEN (SELECT ");
	pg_select_foreign_options(out, "f.ftoptions");
	sfs_str_add(
		out, " FROM pg_foreign_table f WHERE f.ftrelid = c.oid) END AS foreign_options");
}

void
pg_read_table(int version, struct sfs_str *out)
{
	sfs_str_add(out,
		"SELECT c.oid, n.nspname AS namespace, c.relname AS name"
		",\n CASE c.relkind WHEN 'f' THEN 'foreign table' ELSE 'table' END AS kind"
		",\n CASE CASE WHEN c.relkind <> 'f' THEN c.relreplident END WHEN 'f' THEN 'FULL' WHEN 'n' THEN 'NOTHING' WHEN 'i' THEN"
		" 'USING INDEX ' || (SELECT quote_ident(r.relname) FROM pg_index i JOIN pg_class r"
		" ON r.oid = i.indexrelid WHERE i.indrelid = c.oid AND i.indisreplident)"
		" END AS replica_identity"
		",\n CASE WHEN c.relrowsecurity THEN 'true' END AS row_security"
		",\n CASE WHEN c.relforcerowsecurity THEN 'true' END AS force_row_security");
	select_family(out);
	select_joined(version, out);
	select_storage(out);
	sfs_str_add(out, ",\n ");
	pg_select_system_acl(out, "c");
	sfs_str_add(out, " AS system_acl");
	pg_select_common(out, &common);
	sfs_str_add(out, "\n FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
			 "\n LEFT JOIN pg_am am ON am.oid = c.relam");
	pg_select_joins(out, &common);
	sfs_str_add(out, "\n WHERE c.relkind IN ('r', 'p', 'f')"
			 " AND NOT EXISTS (SELECT FROM " PG_LEDGERS
			 " WHERE l.namespace = n.nspname AND l.name = c.relname)"
			 " AND c.relname <> '__schemafs_progress'");
	pg_select_user_namespace(out, "n.nspname");
	pg_select_no_extension(out, "pg_class", "c.oid");
	pg_select_scope(out, "c.oid", "n.nspname");
}
