// SPDX-License-Identifier: MIT
/* Foreign data: wrappers, servers, user mappings. Secrets stay in the server. */
#include "drivers/postgres/kind_functions.h"
#include "drivers/postgres/read/select.h"

/* As pg_select_foreign_options(), but that what may be a secret is read as '***'. */
#define OPTIONS(array)                                                                             \
	"(SELECT string_agg(quote_ident(o.option_name) || ' ' || CASE WHEN o.option_name ~*"       \
	" '(passw|secret|token|passphrase|private|credential|_key$|^key$)' THEN '''***'''"         \
	" ELSE quote_literal(o.option_value) END, ', ' ORDER BY o.option_name COLLATE \"C\")"      \
	" FROM pg_options_to_table(" array ") o) AS options"

void
pg_read_foreign_data_wrapper(int version, struct sfs_str *out)
{
	static const struct pg_select wrapper = {
		.class = "pg_foreign_data_wrapper",
		.oid = "w.oid",
		.owner = "w.fdwowner",
		.acl = "w.fdwacl",
		.acl_type = "'F'",
	};

	sfs_str_add(out,
		"SELECT w.oid, w.fdwname AS name,"
		" CASE WHEN w.fdwhandler <> 0 THEN w.fdwhandler::regproc END AS handler,"
		" CASE WHEN w.fdwvalidator <> 0 THEN w.fdwvalidator::regproc END AS validator,"
		"\n " OPTIONS("w.fdwoptions"));
	pg_select_common(out, &wrapper);
	sfs_str_add(out, "\n FROM pg_foreign_data_wrapper w");
	pg_select_joins(out, &wrapper);
	sfs_str_add(out, "\n WHERE w.oid >= 16384 AND $2::name[] IS NULL");
	pg_select_no_extension(out, "pg_foreign_data_wrapper", "w.oid");
	pg_select_scope(out, "w.oid", NULL);
}

void
pg_read_server(int version, struct sfs_str *out)
{
	static const struct pg_select server = {
		.class = "pg_foreign_server",
		.oid = "s.oid",
		.owner = "s.srvowner",
		.acl = "s.srvacl",
		.acl_type = "'S'",
	};

	sfs_str_add(out,
		"SELECT s.oid, s.srvname AS name, quote_ident(w.fdwname) AS wrapper,"
		" quote_literal(s.srvtype) AS type, quote_literal(s.srvversion) AS version,"
		"\n " OPTIONS("s.srvoptions"));
	pg_select_common(out, &server);
	sfs_str_add(out, "\n FROM pg_foreign_server s"
			 " JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw");
	pg_select_joins(out, &server);
	sfs_str_add(out, "\n WHERE s.oid >= 16384 AND $2::name[] IS NULL");
	pg_select_no_extension(out, "pg_foreign_server", "s.oid");
	pg_select_scope(out, "s.oid", NULL);
}

/*
 * Only whether there are options is read, never which. Who may not know that much gets a read-only
 * file, as does a mapping with options: its text can not make it again.
 */
void
pg_read_user_mapping(int version, struct sfs_str *out)
{
	sfs_str_add(out,
		"SELECT m.umid AS oid, CASE m.umuser WHEN 0 THEN 'public'"
		" ELSE quote_ident(m.usename) END || '@' || quote_ident(m.srvname) AS name,"
		"\n 'FOR ' || CASE m.umuser WHEN 0 THEN 'PUBLIC' ELSE quote_ident(m.usename) END"
		" || ' SERVER ' || quote_ident(m.srvname) AS definition,"
		"\n CASE WHEN m.umoptions IS NOT NULL OR NOT current_setting('is_superuser')::boolean"
		" THEN 't' END AS locked"
		"\n FROM pg_user_mappings m WHERE m.umid >= 16384 AND $2::name[] IS NULL");
	pg_select_no_extension(out, "pg_user_mapping", "m.umid");
	pg_select_scope(out, "m.umid", NULL);
}
