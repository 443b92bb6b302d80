// SPDX-License-Identifier: MIT
/* Logical replication: publications and subscriptions. */
#include "drivers/postgres/kind_functions.h"
#include "drivers/postgres/read/select.h"

/* ONLY where it says something: the table has heirs that would come with it. */
static void
select_tables(int version, struct sfs_str *out)
{
	sfs_str_add(out, "(SELECT string_agg(r.line, E',\\n' ORDER BY r.line COLLATE \"C\") FROM"
			 " (SELECT CASE WHEN c.relkind = 'r' AND EXISTS (SELECT FROM pg_inherits i"
			 " WHERE i.inhparent = c.oid) THEN 'ONLY ' ELSE '' END"
			 " || quote_ident(cn.nspname) || '.' || quote_ident(c.relname)");
	if (version >= 150000) {
		sfs_str_add(out,
			"\n || coalesce(' (' || (SELECT string_agg(quote_ident(a.attname), ', '"
			" ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = c.oid"
			" AND a.attnum = ANY (m.prattrs)) || ')', '')"
			" || coalesce(' WHERE (' || pg_get_expr(m.prqual, m.prrelid, true) || ')', '')");
	}
	sfs_str_add(out,
		" AS line FROM pg_publication_rel m JOIN pg_class c ON c.oid = m.prrelid"
		" JOIN pg_namespace cn ON cn.oid = c.relnamespace WHERE m.prpubid = p.oid) r)"
		" AS tables");
	if (version >= 150000) {
		sfs_str_add(out,
			",\n (SELECT string_agg(quote_ident(sn.nspname), ', ' ORDER BY sn.nspname"
			" COLLATE \"C\") FROM pg_publication_namespace m JOIN pg_namespace sn"
			" ON sn.oid = m.pnnspid WHERE m.pnpubid = p.oid) AS schemas");
	}
}

void
pg_read_publication(int version, struct sfs_str *out)
{
	static const struct pg_select publication = {
		.class = "pg_publication", .oid = "p.oid", .owner = "p.pubowner"
	};

	sfs_str_add(out,
		"SELECT p.oid, p.pubname AS name, CASE WHEN p.puballtables THEN 'true' END AS all_tables,"
		"\n NULLIF(concat_ws(', ',"
		" CASE WHEN NOT (p.pubinsert AND p.pubupdate AND p.pubdelete AND p.pubtruncate)"
		" THEN 'publish = ''' || concat_ws(', ', CASE WHEN p.pubinsert THEN 'insert' END,"
		" CASE WHEN p.pubupdate THEN 'update' END, CASE WHEN p.pubdelete THEN 'delete' END,"
		" CASE WHEN p.pubtruncate THEN 'truncate' END) || '''' END,");
	if (version >= 180000) {
		sfs_str_add(out, " CASE p.pubgencols WHEN 's' THEN"
				 " 'publish_generated_columns = stored' END,");
	}
	sfs_str_add(out,
		" CASE WHEN p.pubviaroot THEN 'publish_via_partition_root = true' END), '')"
		" AS options,\n ");
	select_tables(version, out);
	pg_select_common(out, &publication);
	sfs_str_add(out, "\n FROM pg_publication p");
	pg_select_joins(out, &publication);
	sfs_str_add(out, "\n WHERE p.oid >= 16384 AND $2::name[] IS NULL");
	pg_select_no_extension(out, "pg_publication", "p.oid");
	pg_select_scope(out, "p.oid", NULL);
}

/* An option that this version has, when it is not at its default. */
static void
select_option(struct sfs_str *out, bool there, const char *condition, const char *text)
{
	if (there) {
		sfs_str_addf(out, ",\n CASE WHEN %s THEN %s END", condition, text);
	}
}

/*
 * Without the connection string, so the text can not make it again. Some columns, the OID among
 * them before PostgreSQL 14, are for superusers; the statistics view has that for everybody, but for
 * all databases: the one that is described in this one is the right one.
 * The comment is part of the definition: there is nothing to put it on when the text is run.
 */
void
pg_read_subscription(int version, struct sfs_str *out)
{
	static const struct pg_select subscription = {
		.class = "pg_subscription", .oid = "t.subid", .joined = true
	};

	sfs_str_add(out,
		"SELECT t.subid AS oid, s.subname AS name, 't' AS locked, 'PUBLICATION ' || (SELECT"
		" string_agg(quote_ident(b), ', ' ORDER BY b COLLATE \"C\")"
		" FROM unnest(s.subpublications) b)"
		" || coalesce(E'\\n    WITH (' || NULLIF(concat_ws(', ',"
		" CASE WHEN NOT s.subenabled THEN 'enabled = false' END,"
		"\n CASE WHEN s.subslotname IS NULL THEN 'slot_name = NONE'"
		" WHEN s.subslotname <> s.subname THEN 'slot_name = ' || quote_literal(s.subslotname) END");
	select_option(out, version >= 140000, "s.subbinary", "'binary = true'");
	select_option(
		out, version >= 140000 && version < 160000, "s.substream", "'streaming = on'");
	select_option(out, version >= 160000 && version < 180000, "s.substream <> 'f'",
		"'streaming = ' || CASE s.substream WHEN 't' THEN 'on' ELSE 'parallel' END");
	select_option(out, version >= 180000, "s.substream <> 'p'",
		"'streaming = ' || CASE s.substream WHEN 't' THEN 'on' ELSE 'off' END");
	select_option(out, version >= 150000, "s.subtwophasestate <> 'd'", "'two_phase = true'");
	select_option(out, version >= 150000, "s.subdisableonerr", "'disable_on_error = true'");
	select_option(
		out, version >= 160000, "NOT s.subpasswordrequired", "'password_required = false'");
	select_option(out, version >= 160000, "s.subrunasowner", "'run_as_owner = true'");
	select_option(out, version >= 160000, "s.suborigin <> 'any'", "'origin = ' || s.suborigin");
	select_option(out, version >= 170000, "s.subfailover", "'failover = true'");
	select_option(out, version >= 140000, "s.subsynccommit <> 'off'",
		"'synchronous_commit = ' || quote_literal(s.subsynccommit)");
	sfs_str_add(out, "), '') || ')', '')"
			 " || coalesce(E';\nCOMMENT ON SUBSCRIPTION ' || quote_ident(s.subname)"
			 " || ' IS ' || quote_literal(description.description), '') AS definition");
	sfs_str_add(out,
		version >= 140000
			? "\n FROM pg_subscription s CROSS JOIN LATERAL (SELECT s.oid) t (subid)"
			: "\n FROM pg_subscription s JOIN (SELECT DISTINCT ON (v.subname) v.subid, v.subname"
			  " FROM pg_stat_subscription v LEFT JOIN pg_description c ON c.objoid = v.subid"
			  " AND c.classoid = 'pg_subscription'::regclass"
			  " ORDER BY v.subname, c.objoid, v.subid) t ON t.subname = s.subname");
	pg_select_joins(out, &subscription);
	sfs_str_add(out, "\n WHERE s.subdbid = (SELECT b.oid FROM pg_database b"
			 " WHERE b.datname = current_database()) AND $2::name[] IS NULL");
	pg_select_scope(out, "t.subid", NULL);
}
