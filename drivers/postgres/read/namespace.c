// SPDX-License-Identifier: MIT
/* Reads namespaces. */
#include "drivers/postgres/kind_functions.h"
#include "drivers/postgres/read/select.h"

void
pg_usual_namespace(int version, struct sfs_catalog *catalog)
{
	catalog->usual_namespace = "public";
	catalog->usual[SFS_ATTR_OWNER] = version >= 150000 ? "pg_database_owner" : NULL;
	catalog->usual[SFS_ATTR_ACL] = version >= 150000 ? "=U" : "=ALL";
	catalog->usual[SFS_ATTR_COMMENT] = "standard public schema";
}

void
pg_read_namespace(int version, struct sfs_str *out)
{
	/*
	 * public comes with every database, its grants to PUBLIC and its comment too. Before there was
	 * a role that stands for the database's owner it could also be its maker's.
	 */
	struct pg_select common = {
		.class = "pg_namespace",
		.oid = "n.oid",
		.owner = "n.nspowner",
		/* Where nothing is said of it, nobody was given what PUBLIC usually has. */
		.acl = "CASE n.nspname WHEN 'public' THEN coalesce(n.nspacl,"
		       " acldefault('n', n.nspowner)) ELSE n.nspacl END",
		.acl_type = "'n'",
		.acl_public = version >= 150000
				      ? "CASE n.nspname WHEN 'public' THEN '=U' ELSE '' END"
				      : "CASE n.nspname WHEN 'public' THEN '=ALL' ELSE '' END",
		.usual_owner = version >= 150000
				       ? "CASE n.nspname WHEN 'public' THEN"
					 " pg_get_userbyid(n.nspowner) = 'pg_database_owner' END"
				       : "CASE n.nspname WHEN 'public' THEN n.nspowner = 10"
					 " OR pg_get_userbyid(n.nspowner) = current_user END",
		.usual_comment = "CASE n.nspname WHEN 'public' THEN 'standard public schema' END",
	};

	sfs_str_add(out, "SELECT n.oid, n.nspname AS namespace, n.nspname AS name");
	pg_select_common(out, &common);
	sfs_str_add(out, "\n FROM pg_namespace n");
	pg_select_joins(out, &common);
	/* The ledger's own namespace is not there unless something else is in it. */
	sfs_str_add(out,
		"\n WHERE NOT EXISTS (SELECT FROM " PG_LEDGERS " WHERE l.namespace = n.nspname"
		" AND n.nspname <> 'public'"
		" AND EXISTS (SELECT FROM pg_class m"
		" WHERE m.relnamespace = n.oid AND m.relname = l.name)"
		" AND NOT EXISTS (SELECT FROM pg_class o WHERE o.relnamespace = n.oid"
		" AND NOT starts_with(o.relname, l.name)"
		" AND o.relname NOT LIKE '\\_\\_schemafs\\_progress%')"
		" AND NOT EXISTS (SELECT FROM pg_proc p WHERE p.pronamespace = n.oid)"
		" AND NOT EXISTS (SELECT FROM pg_type t WHERE t.typnamespace = n.oid"
		" AND strpos(t.typname, l.name) = 0"
		" AND t.typname NOT LIKE '%\\_\\_schemafs\\_progress'))");
	pg_select_user_namespace(out, "n.nspname");
	pg_select_no_extension(out, "pg_namespace", "n.oid");
	pg_select_scope(out, "n.oid", "n.nspname");
}
