// SPDX-License-Identifier: MIT
/* Reads rules, but for those that are views. */
#include "drivers/postgres/kind_functions.h"
#include "drivers/postgres/read/select.h"

static const struct pg_select common = {
	.class = "pg_rewrite",
	.oid = "r.oid",
};

void
pg_read_rule(int version, struct sfs_str *out)
{
	(void)version;
	sfs_str_add(out,
		"SELECT r.oid, n.nspname AS namespace, c.relname AS relation, r.rulename AS name"
		",\n rtrim(pg_get_ruledef(r.oid), ';') AS definition"
		",\n CASE r.ev_enabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA'"
		" WHEN 'A' THEN 'ENABLE ALWAYS' END AS enabled"
		",\n CASE WHEN NOT pg_has_role(c.relowner, 'USAGE') THEN 't' END AS locked");
	pg_select_common(out, &common);
	sfs_str_add(out, "\n FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class"
			 " JOIN pg_namespace n ON n.oid = c.relnamespace");
	pg_select_joins(out, &common);
	sfs_str_add(out, "\n WHERE r.rulename <> '_RETURN'");
	pg_select_user_namespace(out, "n.nspname");
	pg_select_no_extension(out, "pg_rewrite", "r.oid");
	pg_select_no_extension(out, "pg_class", "c.oid");
	pg_select_scope(out, "r.oid", "n.nspname");
}
