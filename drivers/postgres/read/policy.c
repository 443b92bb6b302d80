// SPDX-License-Identifier: MIT
/* Reads row security policies. */
#include "drivers/postgres/read/definition.h"
#include "drivers/postgres/kind_functions.h"
#include "drivers/postgres/read/select.h"

static const struct pg_select common = {
	.class = "pg_policy",
	.oid = "p.oid",
};

void
pg_read_policy(int version, struct sfs_str *out)
{
	(void)version;
	sfs_str_add(out,
		"SELECT p.oid, n.nspname AS namespace, c.relname AS relation, p.polname AS name"
		",\n CASE WHEN NOT p.polpermissive THEN 'true' END AS restrictive"
		",\n CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT'"
		" WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' END AS command"
		",\n CASE WHEN p.polroles <> '{0}' THEN (SELECT string_agg(CASE u.oid WHEN 0"
		" THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(u.oid)) END, ', ' ORDER BY"
		" pg_get_userbyid(u.oid) COLLATE \"C\") FROM unnest(p.polroles) u (oid)) END AS roles"
		",\n pg_get_expr(p.polqual, p.polrelid) AS using"
		",\n pg_get_expr(p.polwithcheck, p.polrelid) AS with_check"
		",\n CASE WHEN NOT pg_has_role(c.relowner, 'USAGE') THEN 't' END AS locked");
	pg_select_common(out, &common);
	sfs_str_add(out, "\n FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid"
			 " JOIN pg_namespace n ON n.oid = c.relnamespace");
	pg_select_joins(out, &common);
	sfs_str_add(out, "\n WHERE true");
	pg_select_user_namespace(out, "n.nspname");
	pg_select_no_extension(out, "pg_policy", "p.oid");
	pg_select_no_extension(out, "pg_class", "c.oid");
	pg_select_scope(out, "p.oid", "n.nspname");
}

void
pg_complete_policy(struct pg_row *row)
{
	static const int expressions[] = { SFS_POLICY_USING, SFS_POLICY_WITH_CHECK };

	for (size_t i = 0; i < sizeof expressions / sizeof *expressions; i++) {
		row->values[expressions[i]] =
			pg_bare(row->load->arena, row->values[expressions[i]]);
	}
}
