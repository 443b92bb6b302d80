// SPDX-License-Identifier: MIT
/* Domains and their constraints. */
#include "drivers/postgres/read/definition.h"
#include "drivers/postgres/kind_functions.h"
#include "drivers/postgres/read/select.h"

static const struct pg_select domain = {
	.class = "pg_type",
	.oid = "t.oid",
	.owner = "t.typowner",
	.acl = "t.typacl",
	.acl_type = "'T'",
	.acl_public = "'=ALL'",
};

void
pg_read_domain(int version, struct sfs_str *out)
{
	sfs_str_add(out, "SELECT t.oid, n.nspname AS namespace, t.typname AS name,"
			 " format_type(t.typbasetype, t.typtypmod) AS type,"
			 "\n CASE WHEN t.typcollation <> b.typcollation THEN"
			 " (SELECT quote_ident(cn.nspname) || '.' || quote_ident(co.collname)"
			 " FROM pg_collation co JOIN pg_namespace cn ON cn.oid = co.collnamespace"
			 " WHERE co.oid = t.typcollation) END AS collation,"
			 "\n coalesce(pg_get_expr(t.typdefaultbin, 'pg_type'::regclass),"
			 " quote_literal(t.typdefault)) AS \"default\","
			 " CASE WHEN t.typnotnull THEN 'true' END AS not_null");
	if (version >= 170000) {
		sfs_str_add(out, ",\n (SELECT quote_ident(k.conname) FROM pg_constraint k"
				 " WHERE k.contypid = t.oid AND k.contype = 'n'"
				 " AND k.conname <> t.typname || '_not_null') AS not_null_name");
	}
	pg_select_common(out, &domain);
	sfs_str_add(out, "\n FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace"
			 " JOIN pg_type b ON b.oid = t.typbasetype");
	pg_select_joins(out, &domain);
	sfs_str_add(out, "\n WHERE t.oid >= 16384 AND t.typtype = 'd'");
	pg_select_user_namespace(out, "n.nspname");
	pg_select_no_extension(out, "pg_type", "t.oid");
	pg_select_scope(out, "t.oid", "n.nspname");
}

void
pg_read_domain_constraint(int version, struct sfs_str *out)
{
	static const struct pg_select constraint = { .class = "pg_constraint", .oid = "k.oid" };

	/* NOT VALID, last in the server's text, is an attribute of its own. */
	sfs_str_add(out,
		"SELECT k.oid, t.oid AS owner_oid, n.nspname AS namespace, t.typname AS relation,"
		" k.conname AS name,"
		"\n CASE WHEN k.convalidated THEN pg_get_constraintdef(k.oid)"
		" ELSE regexp_replace(pg_get_constraintdef(k.oid), ' NOT VALID$', '') END AS definition,"
		" CASE WHEN NOT k.convalidated THEN 'true' END AS not_valid");
	pg_select_common(out, &constraint);
	sfs_str_add(out, "\n FROM pg_constraint k JOIN pg_type t ON t.oid = k.contypid"
			 " JOIN pg_namespace n ON n.oid = t.typnamespace");
	pg_select_joins(out, &constraint);
	sfs_str_add(out, "\n WHERE k.oid >= 16384 AND k.contype = 'c'");
	pg_select_user_namespace(out, "n.nspname");
	pg_select_no_extension(out, "pg_type", "t.oid");
	pg_select_scope(out, "k.contypid", "n.nspname");
}

void
pg_complete_domain_constraint(struct pg_row *row)
{
	row->values[SFS_DOMAIN_CONSTRAINT_DEFINITION] =
		pg_define_check(row->load->arena, row->values[SFS_DOMAIN_CONSTRAINT_DEFINITION]);
}
