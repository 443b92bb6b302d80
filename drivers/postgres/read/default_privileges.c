// SPDX-License-Identifier: MIT
/* Default privileges: of the database, or of a namespace, whose part they are then. */
#include "drivers/postgres/kind_functions.h"
#include "drivers/postgres/read/select.h"

/* The privileges of a role, joined; ALL when they are all that an owner has. */
#define PRIVILEGES                                                                                 \
	" CASE WHEN count(*) = (SELECT count(*) FROM"                                              \
	" aclexplode(acldefault(d.type, d.defaclrole)) o WHERE o.grantee = d.defaclrole)"          \
	" THEN 'ALL' ELSE string_agg(x.privilege_type, ', ' ORDER BY x.privilege_type COLLATE \"C\") END"

/* Who makes the objects is not named where it is the role that looks. */
#define GRANTEE                                                                                    \
	" CASE WHEN x.grantee = 0 THEN 'PUBLIC'"                                                   \
	" WHEN x.grantee = d.defaclrole AND d.rolname = current_user THEN 'CURRENT_USER'"          \
	" ELSE quote_ident(pg_get_userbyid(x.grantee)) END"

/*
 * Those of the database take the place of what the server gives by itself, those of a namespace
 * are added to that: so the former are told as a difference, the latter from nothing.
 */
#define LINES                                                                                      \
	"(SELECT string_agg(l.line, E'\\n' ORDER BY l.line COLLATE \"C\" DESC) FROM ("             \
	"SELECT 'REVOKE ' || " PRIVILEGES " || ' ON ' || d.what || ' FROM ' || " GRANTEE           \
	" AS line"                                                                                 \
	" FROM aclexplode(d.usual) x WHERE NOT EXISTS (SELECT FROM aclexplode(d.defaclacl) y"      \
	" WHERE y.grantee = x.grantee AND y.privilege_type = x.privilege_type) GROUP BY x.grantee" \
	"\n UNION ALL SELECT 'GRANT ' || " PRIVILEGES " || ' ON ' || d.what || ' TO ' || " GRANTEE \
	" || CASE WHEN x.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END"                       \
	" FROM aclexplode(d.defaclacl) x WHERE NOT EXISTS (SELECT FROM aclexplode(d.usual) y"      \
	" WHERE y.grantee = x.grantee AND y.privilege_type = x.privilege_type"                     \
	" AND y.is_grantable = x.is_grantable) GROUP BY x.grantee, x.is_grantable) l)"

void
pg_read_default_privileges(int version, struct sfs_str *out)
{
	sfs_str_add(out,
		"SELECT d.oid, NULLIF(d.defaclnamespace, 0) AS owner_oid, n.nspname AS namespace,"
		" CASE WHEN d.rolname = current_user THEN '' ELSE d.rolname || '.' END"
		" || lower(replace(d.what, ' ', '_')) AS name,"
		" CASE WHEN NOT pg_has_role(d.defaclrole, 'USAGE') THEN 't' END AS locked,"
		"\n " LINES " AS definition"
		"\n FROM (SELECT a.*, r.rolname, k.type, k.what, CASE WHEN a.defaclnamespace = 0"
		" THEN acldefault(k.type, a.defaclrole) END AS usual FROM pg_default_acl a"
		" JOIN pg_roles r ON r.oid = a.defaclrole"
		" JOIN (VALUES ('r', 'TABLES', 'r'::\"char\"), ('S', 'SEQUENCES', 's'),"
		" ('f', 'FUNCTIONS', 'f'), ('T', 'TYPES', 'T'), ('n', 'SCHEMAS', 'n'),"
		" ('L', 'LARGE OBJECTS', 'L')) k (object, what, type) ON k.object = a.defaclobjtype) d"
		" LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace"
		"\n WHERE d.oid >= 16384 AND ($2::name[] IS NULL OR n.nspname = ANY ($2))"
		" AND ($1::oid[] IS NULL OR d.oid = ANY ($1) OR d.defaclnamespace = ANY ($1))");
}
