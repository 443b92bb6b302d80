// SPDX-License-Identifier: MIT
/* What extends the server: extensions, languages, access methods. */
#include "drivers/postgres/kind_functions.h"
#include "drivers/postgres/read/select.h"

/*
 * The comment and the version are absent when they are those that the server's own packages give.
 * plpgsql is in every new database, so it is no more shown than the schema pg_catalog is.
 */
void
pg_read_extension(int version, struct sfs_str *out)
{
	static const struct pg_select extension = {
		.class = "pg_extension", .oid = "e.oid", .joined = true
	};

	sfs_str_add(out, "SELECT e.oid, e.extname AS name, quote_ident(n.nspname) AS schema,"
			 "\n CASE WHEN e.extversion IS DISTINCT FROM v.default_version"
			 " THEN quote_literal(e.extversion) END AS version,"
			 " CASE WHEN e.extrelocatable THEN 'true' END AS relocatable,"
			 " CASE WHEN NOT pg_has_role(e.extowner, 'USAGE') THEN 't' END AS locked,"
			 "\n CASE WHEN description.description IS DISTINCT FROM v.comment"
			 " THEN coalesce(description.description, '') END AS comment,"
			 " label.lines AS security_labels"
			 "\n FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace"
			 " LEFT JOIN pg_available_extensions() v ON v.name = e.extname");
	pg_select_joins(out, &extension);
	sfs_str_add(
		out, "\n WHERE e.oid >= 16384 AND e.extname <> 'plpgsql' AND $2::name[] IS NULL");
	pg_select_scope(out, "e.oid", NULL);
}

void
pg_read_language(int version, struct sfs_str *out)
{
	static const struct pg_select language = {
		.class = "pg_language",
		.oid = "l.oid",
		.owner = "l.lanowner",
		.acl = "l.lanacl",
		.acl_type = "'l'",
		.acl_public = "'=ALL'",
	};

	sfs_str_add(out,
		"SELECT l.oid, l.lanname AS name,"
		"\n concat_ws(' ', 'HANDLER ' || l.lanplcallfoid::regproc,"
		" CASE WHEN l.laninline <> 0 THEN 'INLINE ' || l.laninline::regproc END,"
		" CASE WHEN l.lanvalidator <> 0 THEN 'VALIDATOR ' || l.lanvalidator::regproc END)"
		" AS definition, CASE WHEN l.lanpltrusted THEN 'true' END AS trusted");
	pg_select_common(out, &language);
	sfs_str_add(out, "\n FROM pg_language l");
	pg_select_joins(out, &language);
	sfs_str_add(out, "\n WHERE l.oid >= 16384 AND l.lanispl AND $2::name[] IS NULL");
	pg_select_no_extension(out, "pg_language", "l.oid");
	pg_select_scope(out, "l.oid", NULL);
}

void
pg_read_access_method(int version, struct sfs_str *out)
{
	static const struct pg_select method = { .class = "pg_am", .oid = "a.oid" };

	sfs_str_add(out,
		"SELECT a.oid, a.amname AS name, 'TYPE ' || CASE a.amtype WHEN 't' THEN 'TABLE'"
		" ELSE 'INDEX' END || ' HANDLER ' || a.amhandler::regproc AS definition");
	pg_select_common(out, &method);
	sfs_str_add(out, "\n FROM pg_am a");
	pg_select_joins(out, &method);
	sfs_str_add(out, "\n WHERE a.oid >= 16384 AND $2::name[] IS NULL");
	pg_select_no_extension(out, "pg_am", "a.oid");
	pg_select_scope(out, "a.oid", NULL);
}
