// SPDX-License-Identifier: MIT
/* Casts and transforms: what has no name of its own. */
#include "drivers/postgres/kind_functions.h"
#include "drivers/postgres/read/select.h"

void
pg_read_cast(int version, struct sfs_str *out)
{
	static const struct pg_select cast = { .class = "pg_cast", .oid = "c.oid" };

	sfs_str_add(out,
		"SELECT c.oid, format_type(c.castsource, NULL) || ' AS ' || format_type(c.casttarget, NULL)"
		" AS name,"
		"\n CASE c.castmethod WHEN 'f' THEN 'WITH FUNCTION ' || c.castfunc::regprocedure"
		" WHEN 'i' THEN 'WITH INOUT' ELSE 'WITHOUT FUNCTION' END"
		" || CASE c.castcontext WHEN 'a' THEN ' AS ASSIGNMENT' WHEN 'i' THEN ' AS IMPLICIT'"
		" ELSE '' END AS definition");
	pg_select_common(out, &cast);
	sfs_str_add(out, "\n FROM pg_cast c");
	pg_select_joins(out, &cast);
	/* A range's cast to its multirange comes and goes with the type. */
	sfs_str_add(out,
		"\n WHERE c.oid >= 16384 AND $2::name[] IS NULL"
		" AND NOT EXISTS (SELECT FROM pg_depend i WHERE i.classid = 'pg_cast'::regclass"
		" AND i.objid = c.oid AND i.deptype = 'i')");
	pg_select_no_extension(out, "pg_cast", "c.oid");
	pg_select_scope(out, "c.oid", NULL);
}

void
pg_read_transform(int version, struct sfs_str *out)
{
	static const struct pg_select transform = { .class = "pg_transform", .oid = "t.oid" };

	sfs_str_add(out,
		"SELECT t.oid, format_type(t.trftype, NULL) || ' LANGUAGE ' || quote_ident(l.lanname)"
		" AS name,\n concat_ws(', ',"
		" CASE WHEN t.trffromsql <> 0 THEN 'FROM SQL WITH FUNCTION '"
		" || t.trffromsql::oid::regprocedure END,"
		" CASE WHEN t.trftosql <> 0 THEN 'TO SQL WITH FUNCTION '"
		" || t.trftosql::oid::regprocedure END) AS definition");
	pg_select_common(out, &transform);
	sfs_str_add(out, "\n FROM pg_transform t JOIN pg_language l ON l.oid = t.trflang");
	pg_select_joins(out, &transform);
	sfs_str_add(out, "\n WHERE t.oid >= 16384 AND $2::name[] IS NULL");
	pg_select_no_extension(out, "pg_transform", "t.oid");
	pg_select_scope(out, "t.oid", NULL);
}
