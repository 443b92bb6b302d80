// SPDX-License-Identifier: MIT
/*
 * Partitions that CREATE TABLE ... PARTITION OF does not make as they are: they are made as tables
 * of their own, with their own indexes and keys, and attached.
 */
#include "drivers/postgres/read/select.h"

/* ---- indexes that the server can not tell apart ---- */

#define FAMILIES(index)                                                                            \
	"ARRAY(SELECT o.opcfamily FROM unnest(" index                                              \
	".indclass::oid[]) WITH ORDINALITY u (id, n)"                                              \
	" JOIN pg_opclass o ON o.oid = u.id ORDER BY u.n)"
#define SAME_TEXT(expression)                                                                      \
	" AND pg_get_expr(i." expression                                                           \
	", i.indrelid) IS NOT DISTINCT FROM pg_get_expr(t." expression ", t.indrelid)"

/*
 * What is equal is as CompareIndexInfo() of PostgreSQL's src/backend/catalog/index.c has it: order and
 * options do not count. What has such a part further down is no better off.
 */
void
pg_with_twins(int version, struct sfs_str *out)
{
	sfs_str_add(out,
		"WITH RECURSIVE twin (id) AS (SELECT i.indexrelid FROM pg_partitioned_table p"
		" JOIN pg_index i ON i.indrelid = p.partrelid"
		" JOIN pg_class x ON x.oid = i.indexrelid"
		"\n WHERE EXISTS (SELECT FROM pg_index t JOIN pg_class tx ON tx.oid = t.indexrelid"
		" WHERE t.indrelid = i.indrelid AND t.indexrelid <> i.indexrelid"
		" AND tx.relam = x.relam AND t.indkey = i.indkey AND t.indnkeyatts = i.indnkeyatts"
		" AND t.indisunique = i.indisunique AND t.indcollation = i.indcollation"
		" AND (t.indclass = i.indclass OR " FAMILIES("t") " = " FAMILIES("i") ")");
	sfs_str_add(out, SAME_TEXT("indexprs") SAME_TEXT("indpred"));
	sfs_str_addf(out,
		"%s)\n UNION SELECT h.inhparent FROM twin JOIN pg_inherits h ON h.inhrelid = twin.id)\n",
		version >= 150000 ? " AND t.indnullsnotdistinct = i.indnullsnotdistinct" : "");
}

/* ---- names that the server gives to the copies of the parent's indexes ---- */

#define LABEL                                                                                      \
	"CASE WHEN k.contype = 'p' THEN 'pkey' WHEN i.indisexclusion THEN 'excl'"                  \
	" WHEN k.contype = 'u' THEN 'key' ELSE 'idx' END"

/*
 * "<table>_<columns>_<label>" in 63 bytes: the longer of the two first parts gives way until it
 * fits. What is cut within characters of several bytes we do not foretell.
 */
#define AUTOMATIC_NAME                                                                             \
	"CASE WHEN octet_length(c.relname || l.columns) <> length(c.relname || l.columns)"         \
	" AND n.table_len + n.columns_len > n.room THEN NULL"                                      \
	" WHEN k.contype = 'p' THEN left(c.relname, 58) || '_pkey'"                                \
	" ELSE left(c.relname, CASE WHEN n.table_len + n.columns_len <= n.room"                    \
	" OR n.table_len <= n.room / 2 THEN n.table_len WHEN n.columns_len <= n.room / 2"          \
	" THEN n.room - n.columns_len ELSE (n.room + 1) / 2 END)"                                  \
	" || '_' || left(l.columns, CASE WHEN n.table_len + n.columns_len <= n.room"               \
	" OR n.columns_len <= n.room / 2 THEN n.columns_len WHEN n.table_len <= n.room / 2"        \
	" THEN n.room - n.table_len ELSE n.room / 2 END) || '_' || l.label END"

/*
 * The name of a column of the parent's index, in a database that is made anew: an index keeps the name
 * that its column had, and would come to have the one that it has. Of an expression, and of what comes
 * twice, the name is the index's own.
 */
#define INDEX_COLUMN                                                                               \
	"coalesce((SELECT ha.attname FROM pg_attribute ha WHERE ha.attrelid = ip.indrelid"         \
	" AND ha.attnum = ip.indkey[xa.attnum - 1] AND ha.attnum > 0"                              \
	" AND array_length(array_positions(ip.indkey::int2[], ha.attnum), 1) = 1), xa.attname)"

static void
select_index_of_its_own(struct sfs_str *out)
{
	sfs_str_add(out,
		"EXISTS (SELECT FROM pg_index i"
		" JOIN pg_class x ON x.oid = i.indexrelid AND x.relispartition"
		" JOIN pg_inherits xh ON xh.inhrelid = x.oid"
		" JOIN pg_class xp ON xp.oid = xh.inhparent"
		" JOIN pg_index ip ON ip.indexrelid = xp.oid AND ip.indisvalid"
		"\n LEFT JOIN pg_constraint k ON k.conindid = x.oid AND k.conrelid = i.indrelid"
		" AND k.contype IN ('p', 'u', 'x')"
		"\n CROSS JOIN LATERAL (SELECT " LABEL " AS label, string_agg(" INDEX_COLUMN ", '_'"
		" ORDER BY xa.attnum) AS columns FROM pg_attribute xa WHERE xa.attrelid = xp.oid) l"
		"\n CROSS JOIN LATERAL (SELECT octet_length(c.relname) AS table_len,"
		" octet_length(l.columns) AS columns_len, 61 - length(l.label) AS room) n"
		"\n WHERE i.indrelid = c.oid AND (x.relname IS DISTINCT FROM " AUTOMATIC_NAME
		" OR x.reloptions IS DISTINCT FROM xp.reloptions"
		" OR x.reltablespace <> xp.reltablespace"
		" OR EXISTS (SELECT FROM pg_depend xe WHERE xe.classid = 'pg_class'::regclass"
		" AND xe.objid = x.oid AND xe.deptype = 'x')"
		" OR EXISTS (SELECT FROM pg_attribute xa WHERE xa.attrelid = x.oid"
		" AND xa.attstattarget >= 0)"
		" OR k.oid IS NOT NULL AND k.conparentid = 0"
		" OR k.oid IS NULL AND EXISTS (SELECT FROM pg_description xd"
		" WHERE xd.classoid = 'pg_class'::regclass AND xd.objoid = x.oid AND xd.objsubid = 0))"
		/* Such a one is attached by its name when the table is a partition already. */
		"\n AND (coalesce(k.conparentid, 0) <> 0 OR xp.oid NOT IN (SELECT id FROM twin)))");
}

/* ---- other things of its own ---- */

#define COLUMN_NAMES(relation)                                                                     \
	"(SELECT array_agg(o.attname ORDER BY o.attnum) FROM pg_attribute o"                       \
	" WHERE o.attrelid = " relation " AND o.attnum > 0 AND NOT o.attisdropped)"

/* Identity is the parent's since 17, and was the partition's own before. */
static void
select_columns_of_its_own(int version, struct sfs_str *out)
{
	sfs_str_add(out, COLUMN_NAMES("c.oid") " <> " COLUMN_NAMES("p.oid"));
	sfs_str_addf(out,
		"\n OR EXISTS (SELECT FROM pg_attribute o JOIN pg_attribute po"
		" ON po.attrelid = p.oid AND po.attname = o.attname AND NOT po.attisdropped"
		" LEFT JOIN pg_attrdef od ON od.adrelid = o.attrelid AND od.adnum = o.attnum"
		" LEFT JOIN pg_attrdef pd ON pd.adrelid = po.attrelid AND pd.adnum = po.attnum"
		" WHERE o.attrelid = c.oid AND o.attnum > 0 AND NOT o.attisdropped"
		" AND (%s o.attgenerated <> '' AND pg_get_expr(od.adbin, od.adrelid)"
		" IS DISTINCT FROM pg_get_expr(pd.adbin, pd.adrelid)))",
		version < 170000 ? "o.attidentity <> po.attidentity OR" : "");
}

static void
select_keys_of_its_own(int version, struct sfs_str *out)
{
	const char *enforced = version >= 180000 ? " OR k.conenforced <> kp.conenforced" : "";

	sfs_str_addf(out,
		"\n OR EXISTS (SELECT FROM pg_constraint k JOIN pg_constraint kp"
		" ON kp.oid = k.conparentid AND kp.conrelid = p.oid"
		" WHERE k.conrelid = c.oid AND k.contype = 'f' AND (k.conname <> kp.conname"
		" OR k.convalidated <> kp.convalidated%s"
		" OR EXISTS (SELECT FROM pg_description kd WHERE kd.classoid ="
		" 'pg_constraint'::regclass AND kd.objoid = k.oid)))",
		enforced);
	if (version >= 180000) {
		sfs_str_add(out,
			"\n OR EXISTS (SELECT FROM pg_constraint k JOIN pg_attribute o"
			" ON o.attrelid = k.conrelid AND o.attnum = k.conkey[1]"
			" JOIN pg_attribute po ON po.attrelid = p.oid AND po.attname = o.attname"
			" JOIN pg_constraint kp ON kp.conrelid = p.oid AND kp.contype = 'n'"
			" AND kp.conkey[1] = po.attnum"
			" WHERE k.conrelid = c.oid AND k.contype = 'n' AND (k.conname <> kp.conname"
			" OR k.convalidated <> kp.convalidated))");
	}
}

void
pg_with_attached(int version, struct sfs_str *out)
{
	pg_with_twins(version, out);
	sfs_str_add(out,
		", attached (id) AS MATERIALIZED (SELECT c.oid FROM pg_class c"
		" JOIN pg_inherits h ON h.inhrelid = c.oid JOIN pg_class p ON p.oid = h.inhparent"
		"\n WHERE c.relispartition AND c.relkind IN ('r', 'p', 'f') AND (");
	select_columns_of_its_own(version, out);
	sfs_str_add(out, "\n OR ");
	select_index_of_its_own(out);
	select_keys_of_its_own(version, out);
	/* Made as partitions they would be given the parent's, which is not told when it is heap (2). */
	sfs_str_add(out, "\n OR c.reltablespace = 0 AND p.reltablespace <> 0");
	if (version >= 170000) {
		sfs_str_add(out, " OR c.relam <> p.relam AND p.relam NOT IN (0, 2)");
	}
	sfs_str_add(out, ")");
	pg_select_scope(out, "c.oid", NULL);
	sfs_str_add(out, ")\n");
}
