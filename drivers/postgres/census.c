// SPDX-License-Identifier: MIT
/* Which objects there are, and a sign of each that changes with its definition: one query for all. */
#include <stdlib.h>

#include "base/alloc.h"
#include "drivers/postgres/driver.h"
#include "drivers/postgres/read/read.h"

/* What people make has OIDs from here on (src/include/access/transam.h). */
#define MADE ">= 16384"

#define TAG(class, oid) "((" #class "::int8 << 48) | ((" oid ")::int8 << 16))"

/* Of the server, or a member of an extension. */
#define NOT_OURS(oid)                                                                              \
	"(" oid " < 16384 OR " oid " = ANY (ARRAY(SELECT m.objid FROM pg_depend m"                 \
	" WHERE m.refclassid = 3079 AND m.deptype = 'e')))"

/* A comment or the like on any of these stands in a file of its own object, or of its relation. */
#define FILED "1255, 1247, 2620, 3256, 2618"

/*
 * Rows of catalogs, each with the tag of the object in whose file it shows and with its age. What
 * is told apart is what changes from day to day; the rest has the tag 0 and is read whole.
 */
static const char *const told_apart[] = {
	"SELECT CASE c.relkind WHEN 'c' THEN " TAG(1247, "c.reltype") " ELSE " TAG(1259,
		"coalesce(i.indrelid, c.oid)") " END, c.xmin FROM pg_class c"
					       " LEFT JOIN pg_index i ON i.indexrelid = c.oid"
					       " WHERE c.oid " MADE
					       " AND c.relkind <> 't' AND c.relpersistence <> 't'",

	"SELECT CASE c.relkind WHEN 'c' THEN " TAG(1247, "c.reltype") " ELSE " TAG(1259,
		"c.oid") " END, a.xmin FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
			 " WHERE c.oid " MADE
			 " AND a.attnum > 0 AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c')"
			 " AND c.relpersistence <> 't'",

	"SELECT " TAG(1259, "adrelid") ", xmin FROM pg_attrdef WHERE adrelid " MADE,
	"SELECT " TAG(1259, "conrelid") ", xmin FROM pg_constraint WHERE conrelid " MADE,
	"SELECT " TAG(1247, "contypid") ", xmin FROM pg_constraint WHERE contypid " MADE,
	"SELECT " TAG(1259, "indrelid") ", xmin FROM pg_index WHERE indrelid " MADE,
	"SELECT " TAG(1259,
		"coalesce(i.indrelid, h.inhrelid)") ", h.xmin FROM pg_inherits h"
						    " LEFT JOIN pg_index i ON i.indexrelid = h.inhrelid",
	"SELECT " TAG(1259, "ftrelid") ", xmin FROM pg_foreign_table",
	"SELECT " TAG(1259, "partrelid") ", xmin FROM pg_partitioned_table",
	"SELECT " TAG(1259, "seqrelid") ", xmin FROM pg_sequence WHERE seqrelid " MADE,
	"SELECT " TAG(1259, "stxrelid") ", xmin FROM pg_statistic_ext",
	"SELECT " TAG(2620, "oid") ", xmin FROM pg_trigger"
				   " WHERE NOT tgisinternal OR tgparentid <> 0",
	"SELECT " TAG(3256, "oid") ", xmin FROM pg_policy",
	"SELECT CASE rulename WHEN '_RETURN' THEN " TAG(1259, "ev_class") " ELSE " TAG(
		2618, "oid") " END, xmin FROM pg_rewrite WHERE oid " MADE,
	"SELECT " TAG(1255, "oid") ", xmin FROM pg_proc WHERE oid " MADE,
	"SELECT " TAG(1255, "aggfnoid::oid") ", xmin FROM pg_aggregate WHERE aggfnoid::oid " MADE,
	/* Neither the types of rows nor those of arrays. */
	"SELECT " TAG(1247,
		"t.oid") ", t.xmin FROM pg_type t"
			 " LEFT JOIN pg_class c ON c.oid = t.typrelid WHERE t.oid " MADE
			 " AND coalesce(c.relkind = 'c', NOT (t.typelem <> 0 AND t.typcategory = 'A'))",
	"SELECT " TAG(1247, "enumtypid") ", xmin FROM pg_enum WHERE enumtypid " MADE,
	"SELECT " TAG(1247, "rngtypid") ", xmin FROM pg_range WHERE rngtypid " MADE,

	"SELECT CASE WHEN d.classoid IN (" FILED
	") THEN (d.classoid::int8 << 48) | (d.objoid::int8 << 16)"
	" WHEN c.relkind = 'c' THEN " TAG(1247, "c.reltype") " WHEN d.classoid = 1259 THEN " TAG(
		1259, "coalesce(i.indrelid, d.objoid)") " WHEN k.conrelid <> 0 THEN " TAG(1259,
		"k.conrelid") " WHEN k.contypid <> 0 THEN " TAG(1247,
		"k.contypid") " WHEN s.oid <> 0 THEN " TAG(1259,
		"s.stxrelid") " ELSE 0 END, d.xmin FROM pg_description d"
			      " LEFT JOIN pg_class c ON d.classoid = 1259 AND c.oid = d.objoid"
			      " LEFT JOIN pg_index i ON d.classoid = 1259 AND i.indexrelid = d.objoid"
			      " LEFT JOIN pg_constraint k ON d.classoid = 2606 AND k.oid = d.objoid"
			      " LEFT JOIN pg_statistic_ext s ON d.classoid = 3381 AND s.oid = d.objoid"
			      " WHERE d.objoid " MADE,

	/* Members of extensions are not shown; a sequence may belong to a column. */
	"SELECT CASE WHEN classid IN (1259, " FILED
	") THEN (classid::int8 << 48) | (objid::int8 << 16)"
	" ELSE 0 END, xmin FROM pg_depend WHERE deptype IN ('e', 'x') AND objid " MADE,
	/* What is granted on what is not shown. */
	"SELECT 0, xmin FROM pg_proc WHERE proacl IS NOT NULL AND " NOT_OURS("oid"),
	"SELECT 0, xmin FROM pg_class WHERE relacl IS NOT NULL AND " NOT_OURS("oid"),
	"SELECT 0, xmin FROM pg_attribute WHERE attacl IS NOT NULL AND " NOT_OURS("attrelid"),
	"SELECT 0, xmin FROM pg_type WHERE typacl IS NOT NULL AND " NOT_OURS("oid"),
	"SELECT v.tag, d.xmin FROM pg_sequence s JOIN pg_depend d ON d.classid = 1259"
	" AND d.objid = s.seqrelid AND d.refclassid = 1259 AND d.refobjsubid > 0"
	" CROSS JOIN LATERAL (VALUES (" TAG(1259, "d.objid") "), (" TAG(
		1259, "d.refobjid") ")) v (tag) WHERE s.seqrelid " MADE,
};

/* What changes seldom, or changes many texts at once: whole catalogs. */
static const struct {
	const char *catalog;
	int since; /* 0: always there */
} together[] = {
	{ "pg_am" },
	{ "pg_amop" },
	{ "pg_amproc" },
	{ "pg_auth_members" },
	{ "pg_cast" },
	{ "pg_collation" },
	{ "pg_conversion" },
	{ "pg_default_acl" },
	{ "pg_event_trigger" },
	{ "pg_extension" },
	{ "pg_foreign_data_wrapper" },
	{ "pg_foreign_server" },
	{ "pg_language" },
	{ "pg_namespace" },
	{ "pg_opclass" },
	{ "pg_operator" },
	{ "pg_opfamily" },
	{ "pg_publication" },
	{ "pg_publication_namespace", 150000 },
	{ "pg_publication_rel" },
	{ "pg_seclabel" },
	{ "pg_shdescription" },
	{ "pg_transform" },
	{ "pg_ts_config" },
	{ "pg_ts_config_map" },
	{ "pg_ts_dict" },
	{ "pg_ts_parser" },
	{ "pg_ts_template" },
};

#define LENGTH(array) (sizeof(array) / sizeof *(array))

/* All rows, as (tag, xid). */
static void
write_rows(int version, struct sfs_str *out)
{
	for (size_t i = 0; i < LENGTH(told_apart); i++) {
		sfs_str_addf(out, "%s%s", i ? "\n UNION ALL " : "", told_apart[i]);
	}
	for (size_t i = 0; i < LENGTH(together); i++) {
		if (version >= together[i].since) {
			sfs_str_addf(
				out, "\n UNION ALL SELECT 0, xmin FROM %s", together[i].catalog);
		}
	}
}

enum { ROLES = -1, SNAPSHOT = -2 };

/* As the fingerprint: rows that come are younger than any before, rows that go lessen the count. */
static void
write_query(int version, struct sfs_str *out)
{
	sfs_str_add(out, "SELECT r.tag, count(*), count(r.age) * age('3'::xid)"
			 " - coalesce(sum(r.age), 0) FROM ("
			 "SELECT o.tag, nullif(age(o.xid), 2147483647) AS age FROM (");
	write_rows(version, out);
	sfs_str_addf(out,
		") o (tag, xid)) r GROUP BY r.tag"
		"\n UNION ALL SELECT %d, count(*), sum(hashtext(rolname || oid)) FROM pg_roles"
		"\n UNION ALL SELECT %d, 0, txid_snapshot_xmin(txid_current_snapshot()) & 4294967295"
		" ORDER BY 1",
		ROLES, SNAPSHOT);
}

int
pg_census(struct sfs_db *base, struct sfs_census *ret_census, struct sfs_error *err)
{
	struct pg_db *db = pg_db_of(base);
	sfs_auto(str) struct sfs_str query = SFS_STR_INIT;
	sfs_auto(PQclear) PGresult *result = NULL;

	write_query(db->version, &query);
	int r = db->in_transaction ? 0 : pg_ready(db, err);
	r = r < 0 ? r
		  : pg_query_prepared(db, PG_STATEMENT_CENSUS, query.text, 0, NULL, &result, err);
	if (r < 0) {
		return r;
	}
	uint64_t roles = 0;
	for (int row = 0; row < PQntuples(result); row++) {
		int64_t tag = strtoll(PQgetvalue(result, row, 0), NULL, 10);
		uint64_t count = strtoull(PQgetvalue(result, row, 1), NULL, 10);
		uint64_t ages = (uint64_t)strtoll(PQgetvalue(result, row, 2), NULL, 10);
		uint64_t sign = count << 32 ^ (ages & UINT32_MAX);

		if (tag == SNAPSHOT) {
			free(db->counted);
			db->counted = sfs_strdup(PQgetvalue(result, row, 2));
		} else if (tag == ROLES) {
			roles = count << 32 ^ ages;
		} else {
			sfs_vec_push(ret_census, (struct sfs_census_entry){ (uint64_t)tag,
							 tag ? sign : sign + roles });
		}
	}
	return 0;
}

/*
 * Young rows alone: no sums, and what is joined is joined with few. A range of ages tells the planner
 * that there are few.
 */
static void
write_recent(int version, struct sfs_str *out)
{
	sfs_str_add(out, "SELECT DISTINCT o.tag FROM (");
	write_rows(version, out);
	sfs_str_add(out, ") o (tag, xid) WHERE age(o.xid) BETWEEN 0 AND age($1::xid) ORDER BY 1");
}

int
pg_recent(struct sfs_db *base, struct sfs_census *ret_recent, struct sfs_error *err)
{
	struct pg_db *db = pg_db_of(base);
	sfs_auto(str) struct sfs_str query = SFS_STR_INIT;
	sfs_auto(PQclear) PGresult *result = NULL;

	if (!db->counted) {
		return 0;
	}
	const char *const params[] = { db->counted };
	write_recent(db->version, &query);
	int r = db->in_transaction ? 0 : pg_ready(db, err);
	r = r < 0 ? r
		  : pg_query_prepared(db, PG_STATEMENT_RECENT, query.text, 1, params, &result, err);
	if (r < 0) {
		return r;
	}
	for (int row = 0; row < PQntuples(result); row++) {
		uint64_t tag = strtoull(PQgetvalue(result, row, 0), NULL, 10);

		sfs_vec_push(ret_recent, (struct sfs_census_entry){ .tag = tag });
	}
	return 0;
}
