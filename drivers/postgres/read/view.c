// SPDX-License-Identifier: MIT
/* Reads views and materialized views. */
#include "drivers/postgres/kind_functions.h"
#include "drivers/postgres/read/select.h"

static const struct pg_select common = {
	.class = "pg_class",
	.oid = "c.oid",
	.owner = "c.relowner",
	.acl = "c.relacl",
	.acl_type = "'r'",
	.relation = true,
	.depends = "pg_class",
};

void
pg_read_view(int version, struct sfs_str *out)
{
	(void)version;
	sfs_str_add(out,
		"SELECT c.oid, n.nspname AS namespace, c.relname AS name"
		",\n CASE c.relkind WHEN 'v' THEN 'view' ELSE 'materialized view' END AS kind"
		",\n rtrim(ltrim(pg_get_viewdef(c.oid)), ';') AS query"
		",\n CASE WHEN c.reloptions IS NOT NULL THEN (SELECT ");
	pg_select_options(out, "r.options", "");
	sfs_str_add(out,
		" FROM (SELECT array_agg(u.text) AS options FROM unnest(c.reloptions) u (text)"
		" WHERE u.text NOT LIKE 'check\\_option=%') r) END AS options"
		",\n CASE WHEN c.reloptions IS NOT NULL THEN"
		" (SELECT upper(o.option_value) FROM pg_options_to_table(c.reloptions) o"
		" WHERE o.option_name = 'check_option') END AS check_option"
		",\n CASE WHEN am.amname <> 'heap' THEN quote_ident(am.amname) END AS access_method"
		",\n CASE WHEN c.reltablespace <> 0 THEN (SELECT quote_ident(s.spcname)"
		" FROM pg_tablespace s WHERE s.oid = c.reltablespace) END AS tablespace"
		",\n CASE WHEN NOT c.relispopulated THEN 'true' END AS unpopulated,\n ");
	pg_select_system_acl(out, "c");
	sfs_str_add(out, " AS system_acl");
	pg_select_common(out, &common);
	sfs_str_add(out, "\n FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
			 "\n LEFT JOIN pg_am am ON am.oid = c.relam");
	pg_select_joins(out, &common);
	sfs_str_add(out, "\n WHERE c.relkind IN ('v', 'm')");
	pg_select_user_namespace(out, "n.nspname");
	pg_select_no_extension(out, "pg_class", "c.oid");
	pg_select_scope(out, "c.oid", "n.nspname");
}
