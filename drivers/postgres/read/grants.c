// SPDX-License-Identifier: MIT
/*
 * What was granted on things that nobody here made: the server's own, and members of extensions.
 * The thing is not ours, the grants are: they are read where they differ from those it came with.
 */
#include "drivers/postgres/kind_functions.h"
#include "drivers/postgres/read/select.h"

#define MEMBERS(catalog) "ARRAY(SELECT m.id FROM members m WHERE m.class = '" catalog "'::regclass)"

/* Those of the server have their OIDs from initdb (src/include/access/transam.h). */
#define FOREIGN(catalog, oid) "(" oid " < 16384 OR " oid " = ANY (" MEMBERS(catalog) "))"

#define NAME(namespace, name)                                                                                         \
	"(SELECT quote_ident(n.nspname) FROM pg_namespace n WHERE n.oid = " namespace ") || '.' || quote_ident(" name \
										      ")"

/* clang-format off */
/* How each catalog tells what its rows are, and how they are named in a GRANT. */
static const char *const sources[] = {
	"SELECT 'pg_proc'::regclass::oid, p.oid, 0, 'f'::\"char\", p.proowner, p.proacl,"
	" p.pronamespace, CASE p.prokind WHEN 'p' THEN 'PROCEDURE ' ELSE 'FUNCTION ' END || "
	NAME("p.pronamespace", "p.proname")
	" || '(' || coalesce((SELECT string_agg(format_type(a.type, NULL), ', ' ORDER BY a.i)"
	" FROM unnest(p.proargtypes) WITH ORDINALITY a (type, i)), '') || ')', NULL::text, false"
	" FROM pg_proc p WHERE p.proacl IS NOT NULL AND "
	FOREIGN("pg_proc", "p.oid"),

	/* What is SELECT for everybody there is noted nowhere. */
	"SELECT 'pg_class'::regclass, c.oid, 0, CASE c.relkind WHEN 'S' THEN 's' ELSE 'r'"
	" END::\"char\", c.relowner, c.relacl, c.relnamespace,"
	" CASE c.relkind WHEN 'S' THEN 'SEQUENCE ' ELSE 'TABLE ' END || "
	NAME("c.relnamespace", "c.relname")
	", NULL::text, c.relnamespace = 'information_schema'::regnamespace"
	" AND c.relname NOT LIKE '\\_pg\\_%' AND c.relname NOT IN ('sql_parts', 'transforms')"
	" FROM pg_class c WHERE c.relacl IS NOT NULL AND "
	FOREIGN("pg_class", "c.oid"),

	"SELECT 'pg_class'::regclass, c.oid, a.attnum, 'c'::\"char\", c.relowner, a.attacl,"
	" c.relnamespace, 'TABLE ' || "
	NAME("c.relnamespace", "c.relname")
	", quote_ident(a.attname), false FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
	" WHERE a.attacl IS NOT NULL AND "
	FOREIGN("pg_class", "a.attrelid"),

	"SELECT 'pg_type'::regclass, t.oid, 0, 'T'::\"char\", t.typowner, t.typacl,"
	" t.typnamespace, 'TYPE ' || "
	NAME("t.typnamespace", "t.typname")
	", NULL::text, false FROM pg_type t WHERE t.typacl IS NOT NULL AND "
	FOREIGN("pg_type", "t.oid"),

	/* The one that public was to begin with (src/include/catalog/pg_namespace.dat) is a person's. */
	"SELECT 'pg_namespace'::regclass, n.oid, 0, 'n'::\"char\", n.nspowner, n.nspacl, n.oid,"
	" 'SCHEMA ' || quote_ident(n.nspname), NULL::text, n.nspname = 'information_schema'"
	" FROM pg_namespace n WHERE n.nspacl IS NOT NULL AND n.oid <> 2200 AND "
	FOREIGN("pg_namespace", "n.oid"),

	"SELECT 'pg_language'::regclass, l.oid, 0, 'l'::\"char\", l.lanowner, l.lanacl, 0,"
	" 'LANGUAGE ' || quote_ident(l.lanname), NULL::text, false"
	" FROM pg_language l WHERE l.lanacl IS NOT NULL AND "
	FOREIGN("pg_language", "l.oid"),

	"SELECT 'pg_foreign_data_wrapper'::regclass, w.oid, 0, 'F'::\"char\", w.fdwowner,"
	" w.fdwacl, 0, 'FOREIGN DATA WRAPPER ' || quote_ident(w.fdwname), NULL::text, false"
	" FROM pg_foreign_data_wrapper w WHERE w.fdwacl IS NOT NULL AND "
	FOREIGN("pg_foreign_data_wrapper", "w.oid"),

	"SELECT 'pg_foreign_server'::regclass, s.oid, 0, 'S'::\"char\", s.srvowner, s.srvacl, 0,"
	" 'FOREIGN SERVER ' || quote_ident(s.srvname), NULL::text, false"
	" FROM pg_foreign_server s WHERE s.srvacl IS NOT NULL AND "
	FOREIGN("pg_foreign_server", "s.oid"),
};
/* clang-format on */

/* What a thing is granted when it is made; SELECT or USAGE for everybody in information_schema. */
#define INITIAL                                                                                    \
	"coalesce(b.initprivs, acldefault(x.type, x.owner) || CASE WHEN x.open THEN"               \
	" ARRAY[makeaclitem(0, x.owner, CASE x.type WHEN 'n' THEN 'USAGE' ELSE 'SELECT' END,"      \
	" false)] ELSE '{}' END)"

/*
 * An extension that is not shown counts as the server's. Two things have the same OID only in
 * different catalogs: the place in the list above keeps their tags apart.
 */
void
pg_read_grants(int version, struct sfs_str *out)
{
	sfs_str_add(out,
		"WITH members (class, id, extension, name) AS MATERIALIZED (SELECT d.classid, d.objid,"
		" CASE WHEN e.oid >= 16384 AND e.extname <> 'plpgsql' THEN e.oid END, e.extname"
		" FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid"
		" WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'),"
		"\n things (class, id, sub, type, owner, acl, namespace, target, part, open, source)"
		" AS (");
	for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
		sfs_str_addf(out, "%sSELECT s.*, %zu FROM (%s) s", i ? "\n UNION ALL " : "", i,
			sources[i]);
	}
	sfs_str_add(out,
		"),\n granted AS (SELECT x.*, m.extension, CASE WHEN m.extension IS NOT NULL THEN"
		" m.name ELSE coalesce(n.nspname, 'pg_catalog') END AS group, " INITIAL
		" AS given FROM things x LEFT JOIN pg_init_privs b ON b.objoid = x.id"
		" AND b.classoid = x.class AND b.objsubid = x.sub"
		" LEFT JOIN members m ON m.class = x.class AND m.id = x.id"
		" LEFT JOIN pg_namespace n ON n.oid = x.namespace"
		" WHERE x.acl IS DISTINCT FROM b.initprivs),"
		"\n lines AS (SELECT g.*, ");
	pg_select_acl_lines(out, "g.acl", "g.type", "g.owner");
	sfs_str_add(out, " AS now, ");
	pg_select_acl_lines(out, "g.given", "g.type", "g.owner");
	sfs_str_add(out,
		" AS initial FROM granted g)"
		"\n SELECT l.id AS oid, l.source * 2048 + l.sub AS subid, l.extension AS owner_oid,"
		" l.group AS name, l.target || coalesce(' (' || l.part || ')', '') AS signature,"
		" l.target, l.part AS column, l.now AS acl, l.initial,"
		" CASE WHEN pg_get_userbyid(l.owner) = current_user THEN 'CURRENT_USER'"
		" ELSE quote_ident(pg_get_userbyid(l.owner)) END AS holder,"
		" CASE WHEN NOT pg_has_role(l.owner, 'USAGE') THEN 't' END AS locked"
		"\n FROM lines l WHERE l.now <> l.initial AND $2::name[] IS NULL"
		" AND ($1::oid[] IS NULL OR l.extension = ANY ($1)"
		" OR l.extension IS NULL AND l.id = ANY ($1))");
}
