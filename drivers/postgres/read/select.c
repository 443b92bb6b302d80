// SPDX-License-Identifier: MIT
/* The pieces that all catalog queries are made of. */
#include "drivers/postgres/read/select.h"

#include <string.h>

static const char *
specialise(const char *at, const char *features, bool wanted, struct sfs_str *out)
{
	while (*at && *at != *PG_ELSE && *at != *PG_END) {
		if (*at == *PG_WHEN("")) {
			bool has = !features || strchr(features, at[1]);

			at = specialise(at + 2, features, wanted && has, out);
			at = specialise(*at ? at + 1 : at, features, wanted && !has, out);
			at += *at != '\0';
		} else {
			if (wanted) {
				sfs_str_addc(out, *at);
			}
			at++;
		}
	}
	return at;
}

void
pg_specialise(const char *query, const char *features, struct sfs_str *out)
{
	(void)specialise(query, features, true, out);
}

/* Who owns things usually: written once into a query, worked out once by the server. */
#define USUAL_OWNERS                                                                               \
	"ARRAY(SELECT r.oid FROM pg_roles r WHERE r.rolname = current_user"                        \
	" UNION ALL SELECT b.datdba FROM pg_database b WHERE b.datname = current_database())"

/* The letter that the server writes in an aclitem for a privilege of aclexplode(). */
#define LETTER                                                                                     \
	"CASE e.privilege_type WHEN 'INSERT' THEN 'a' WHEN 'SELECT' THEN 'r' WHEN 'UPDATE' THEN"   \
	" 'w' WHEN 'DELETE' THEN 'd' WHEN 'TRUNCATE' THEN 'D' WHEN 'REFERENCES' THEN 'x'"          \
	" WHEN 'TRIGGER' THEN 't' WHEN 'EXECUTE' THEN 'X' WHEN 'USAGE' THEN 'U' WHEN 'CREATE'"     \
	" THEN 'C' WHEN 'CONNECT' THEN 'c' WHEN 'TEMPORARY' THEN 'T' WHEN 'MAINTAIN' THEN 'm'"     \
	" WHEN 'SET' THEN 's' WHEN 'ALTER SYSTEM' THEN 'A' ELSE '?' END"

/* One row for each grantee, and for the owner in any case: its letters with and without stars. */
static void
select_grants(struct sfs_str *out, const char *acl, const char *owner)
{
	sfs_str_addf(out,
		"SELECT x.grantee, string_agg(x.letter || x.star, '' ORDER BY x.letter COLLATE \"C\")"
		" AS given, string_agg(x.letter, '' ORDER BY x.letter COLLATE \"C\") AS plain,"
		" bool_and(x.star = '*') FILTER (WHERE x.letter <> '') AS starred FROM ("
		"SELECT e.grantee, " LETTER " AS letter,"
		" CASE WHEN bool_or(e.is_grantable) THEN '*' ELSE '' END AS star"
		" FROM aclexplode(%s) e GROUP BY 1, 2 UNION ALL SELECT %s, '', '') x"
		" GROUP BY x.grantee",
		acl, owner);
}

void
pg_select_acl_lines(struct sfs_str *out, const char *acl, const char *type, const char *owner)
{
	sfs_str_addf(out,
		"(SELECT coalesce(string_agg(l.line, E'\\n' ORDER BY l.line COLLATE \"C\"), '')"
		" FROM (SELECT CASE p.grantee WHEN 0 THEN ''"
		" WHEN %s THEN '@owner' ELSE quote_ident(pg_get_userbyid(p.grantee)) END || '='"
		" || CASE WHEN p.plain IS DISTINCT FROM o.privileges THEN p.given"
		" WHEN p.given = p.plain THEN 'ALL'"
		" WHEN p.starred THEN 'ALL*' ELSE p.given END"
		" AS line FROM (",
		owner);
	select_grants(out, acl, owner);
	sfs_str_addf(out,
		") p, (SELECT string_agg(" LETTER ", '' ORDER BY " LETTER " COLLATE \"C\")"
		" AS privileges FROM aclexplode(acldefault(%s, %s)) e WHERE e.grantee = %s) o"
		" WHERE NOT (p.grantee = %s AND p.given = coalesce(o.privileges, ''))) l)",
		type, owner, owner, owner);
}

static void
select_acl(struct sfs_str *out, const struct pg_select *select)
{
	sfs_str_addf(out, ",\n CASE WHEN %s IS NOT NULL THEN NULLIF(", select->acl);
	pg_select_acl_lines(out, select->acl, select->acl_type, select->owner);
	sfs_str_addf(out, ", %s) END AS acl", select->acl_public ? select->acl_public : "''");
}

/* Few things are marked so: their OIDs are found once. */
static void
select_extensions(struct sfs_str *out, const struct pg_select *select)
{
	const char *oid = select->depends_oid ? select->depends_oid : select->oid;

	sfs_str_addf(out,
		",\n " PG_WHEN(
			PG_EXTENSIONS) "CASE WHEN %s = ANY (ARRAY(SELECT d.objid FROM pg_depend d WHERE d.refclassid ="
				       " 'pg_extension'::regclass AND d.deptype = 'x' AND d.classid = '%s'::regclass))"
				       " THEN (SELECT string_agg(quote_ident(e.extname), ', ' ORDER BY quote_ident(e.extname)"
				       " COLLATE \"C\") FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid"
				       " WHERE d.classid = '%s'::regclass AND d.objid = %s AND d.deptype = 'x'"
				       " AND d.refclassid = 'pg_extension'::regclass) END" PG_ELSE
				       "NULL" PG_END " AS extensions",
		oid, select->depends, select->depends, oid);
}

/* Whether comments on it are all people's: some come with the server, or are noted elsewhere. */
static bool
may_be_silent(const struct pg_select *select)
{
	return !select->shared && !select->joined && !select->usual_comment;
}

static bool
may_be_unlabelled(const struct pg_select *select)
{
	return !select->shared && !select->joined;
}

void
pg_select_common(struct sfs_str *out, const struct pg_select *select)
{
	if (select->owner && !select->part) {
		sfs_str_addf(out,
			",\n CASE WHEN NOT coalesce(%s, %s = ANY (" USUAL_OWNERS
			")) THEN quote_ident(pg_get_userbyid(%s)) END AS owner"
			",\n CASE WHEN NOT pg_has_role(%s, 'USAGE') THEN 't' END AS locked",
			select->usual_owner ? select->usual_owner : "NULL", select->owner,
			select->owner, select->owner);
	}
	if (select->acl && select->relation) {
		sfs_str_add(out, PG_WHEN(PG_GRANTED));
		select_acl(out, select);
		sfs_str_add(out, PG_ELSE ", NULL AS acl" PG_END);
	} else if (select->acl) {
		select_acl(out, select);
	}
	if (select->depends) {
		select_extensions(out, select);
	}
	/* Where there is a comment from the start its absence is an empty one. */
	if (select->usual_comment) {
		sfs_str_addf(out,
			",\n CASE WHEN %s IS NULL THEN description.description"
			" ELSE NULLIF(coalesce(description.description, ''), %s) END AS comment",
			select->usual_comment, select->usual_comment);
	} else {
		sfs_str_addf(out, ",\n %sdescription.description%s AS comment",
			may_be_silent(select) ? PG_WHEN(PG_COMMENTED) : "",
			may_be_silent(select) ? PG_ELSE "NULL" PG_END : "");
	}
	sfs_str_addf(out, ", %slabel.lines%s AS security_labels",
		may_be_unlabelled(select) ? PG_WHEN(PG_LABELLED) : "",
		may_be_unlabelled(select) ? PG_ELSE "NULL" PG_END : "");
}

void
pg_select_joins(struct sfs_str *out, const struct pg_select *select)
{
	const char *sub = select->sub ? select->sub : "0";
	const char *prefix = select->shared ? "sh" : "";

	sfs_str_add(out, may_be_silent(select) ? PG_WHEN(PG_COMMENTED) : "");
	sfs_str_addf(out,
		"\n LEFT JOIN pg_%sdescription description ON description.classoid = '%s'::regclass"
		" AND description.objoid = %s",
		prefix, select->class, select->oid);
	if (!select->shared) {
		sfs_str_addf(out, " AND description.objsubid = %s", sub);
	}
	sfs_str_add(out, may_be_silent(select) ? PG_ELSE PG_END : "");
	sfs_str_add(out, may_be_unlabelled(select) ? PG_WHEN(PG_LABELLED) : "");
	sfs_str_addf(out,
		"\n LEFT JOIN (SELECT s.classoid, s.objoid%s, string_agg(quote_ident(s.provider)"
		" || ' ' || quote_literal(s.label), ', ' ORDER BY s.provider COLLATE \"C\") AS lines"
		" FROM pg_%sseclabel s GROUP BY s.classoid, s.objoid%s) label"
		" ON label.classoid = '%s'::regclass AND label.objoid = %s",
		select->shared ? "" : ", s.objsubid", prefix, select->shared ? "" : ", s.objsubid",
		select->class, select->oid);
	if (!select->shared) {
		sfs_str_addf(out, " AND label.objsubid = %s", sub);
	}
	sfs_str_add(out, may_be_unlabelled(select) ? PG_ELSE PG_END : "");
}

void
pg_select_no_extension(struct sfs_str *out, const char *class, const char *oid)
{
	sfs_str_addf(out,
		"\n AND NOT EXISTS (SELECT FROM pg_depend member WHERE member.classid = '%s'::regclass"
		" AND member.refclassid = 'pg_extension'::regclass"
		" AND member.objid = %s AND member.deptype = 'e')",
		class, oid);
}

void
pg_select_scope(struct sfs_str *out, const char *oid, const char *namespace)
{
	if (oid) {
		sfs_str_addf(out, "\n AND ($1::oid[] IS NULL OR %s = ANY ($1))", oid);
	}
	if (namespace) {
		sfs_str_addf(out, "\n AND ($2::name[] IS NULL OR %s = ANY ($2))", namespace);
	}
}

void
pg_select_user_namespace(struct sfs_str *out, const char *namespace)
{
	sfs_str_addf(out, "\n AND %s NOT LIKE 'pg\\_%%' AND %s <> 'information_schema'", namespace,
		namespace);
}

void
pg_select_user_namespace_id(struct sfs_str *out, const char *namespace)
{
	/* Worked out once, so that what is scanned needs no join. */
	sfs_str_addf(out, "\n AND %s = ANY (ARRAY(SELECT u.oid FROM pg_namespace u WHERE true",
		namespace);
	pg_select_user_namespace(out, "u.nspname");
	pg_select_scope(out, NULL, "u.nspname");
	sfs_str_add(out, "))");
}

void
pg_select_system_acl(struct sfs_str *out, const char *class)
{
	sfs_str_add(out,
		PG_WHEN(PG_GRANTED) "(SELECT string_agg(s.name || ' ' || line, E'\\n' ORDER BY s.name,"
				    " line COLLATE \"C\") FROM (SELECT a.attname AS name, ");
	sfs_str_addf(out,
		"%s.relowner AS owner, a.attacl AS acl FROM pg_attribute a"
		" WHERE a.attrelid = %s.oid AND a.attnum < 0 AND a.attacl IS NOT NULL) s,"
		" unnest(string_to_array(",
		class, class);
	pg_select_acl_lines(out, "s.acl", "'c'", "s.owner");
	sfs_str_add(out, ", E'\\n')) u (line))" PG_ELSE "NULL" PG_END);
}

void
pg_select_options(struct sfs_str *out, const char *array, const char *prefix)
{
	/* A number or a plain word stands as it is; anything else is a literal. */
	sfs_str_addf(out,
		"(SELECT string_agg('%s' || o.option_name || '=' || CASE WHEN o.option_value ~"
		" '^([a-z_]+|-?[0-9]+(\\.[0-9]+)?)$' THEN o.option_value"
		" ELSE quote_literal(o.option_value) END, ', ' ORDER BY o.n)"
		" FROM pg_options_to_table(%s) WITH ORDINALITY o (option_name, option_value, n))",
		prefix, array);
}

void
pg_select_foreign_options(struct sfs_str *out, const char *array)
{
	sfs_str_addf(out,
		"(SELECT string_agg(quote_ident(o.option_name) || ' ' || quote_literal(o.option_value),"
		" ', ' ORDER BY o.option_name COLLATE \"C\") FROM pg_options_to_table(%s) o)",
		array);
}

void
pg_select_sequence_options(struct sfs_str *out)
{
	sfs_str_add(out,
		"NULLIF(concat_ws(' ',"
		" CASE WHEN q.seqstart <> " PG_SEQUENCE_START
		" THEN 'START WITH ' || q.seqstart END,"
		" CASE WHEN q.seqincrement <> 1 THEN 'INCREMENT BY ' || q.seqincrement END,"
		" CASE WHEN q.seqmin <> " PG_SEQUENCE_MINIMUM " THEN 'MINVALUE ' || q.seqmin END,"
		" CASE WHEN q.seqmax <> " PG_SEQUENCE_MAXIMUM " THEN 'MAXVALUE ' || q.seqmax END,"
		" CASE WHEN q.seqcache <> 1 THEN 'CACHE ' || q.seqcache END,"
		" CASE WHEN q.seqcycle THEN 'CYCLE' END), '')");
}
