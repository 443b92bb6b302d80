// SPDX-License-Identifier: MIT
/* Types of every variant, and the attributes of composite ones. */
#include "drivers/postgres/kind_functions.h"
#include "drivers/postgres/read/select.h"

static const struct pg_select type = {
	.class = "pg_type",
	.oid = "t.oid",
	.owner = "t.typowner",
	.acl = "t.typacl",
	.acl_type = "'T'",
	.acl_public = "'=ALL'",
};

/*
 * A composite type's comment and labels belong to the type; arrays, multiranges and the row types
 * of tables come with what they are made for.
 */
#define USER_TYPES                                                                                 \
	"\n FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace"                          \
	" LEFT JOIN pg_class c ON c.oid = t.typrelid LEFT JOIN pg_range r ON r.rngtypid = t.oid"
#define IS_USER_TYPE                                                                               \
	"\n WHERE t.oid >= 16384 AND t.typtype IN ('e', 'c', 'r', 'b', 'p')"                       \
	" AND (t.typtype <> 'c' OR c.relkind = 'c')"                                               \
	" AND NOT EXISTS (SELECT FROM pg_type e WHERE e.oid = t.typelem AND e.typarray = t.oid)"

#define LABELS                                                                                     \
	"(SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder)"            \
	" FROM pg_enum e WHERE e.enumtypid = t.oid)"

#define COLLATION_NAME(oid)                                                                        \
	"(SELECT quote_ident(cn.nspname) || '.' || quote_ident(co.collname) FROM pg_collation co"  \
	" JOIN pg_namespace cn ON cn.oid = co.collnamespace WHERE co.oid = " oid ")"

#define OPTION_FUNCTION(name, value)                                                               \
	",\n CASE WHEN " value " <> 0 THEN '" name " = ' || " value "::regproc END"

static void
select_range(int version, struct sfs_str *out)
{
	sfs_str_add(out,
		"concat_ws(E',\\n', 'SUBTYPE = ' || format_type(r.rngsubtype, NULL),"
		"\n (SELECT 'SUBTYPE_OPCLASS = ' || quote_ident(on_.nspname) || '.' ||"
		" quote_ident(o.opcname) FROM pg_opclass o JOIN pg_namespace on_"
		" ON on_.oid = o.opcnamespace WHERE o.oid = r.rngsubopc AND NOT o.opcdefault),"
		"\n CASE WHEN r.rngcollation <> (SELECT s.typcollation FROM pg_type s"
		" WHERE s.oid = r.rngsubtype) THEN 'COLLATION = ' || " COLLATION_NAME(
			"r.rngcollation") " END" OPTION_FUNCTION("CANONICAL", "r.rngcanonical")
			OPTION_FUNCTION("SUBTYPE_DIFF", "r.rngsubdiff"));
	if (version >= 140000) {
		/* The server's own choice of a name: makeMultirangeTypeName() in typecmds.c. */
		sfs_str_add(out,
			",\n (SELECT 'MULTIRANGE_TYPE_NAME = ' || quote_ident(mn.nspname) || '.'"
			" || quote_ident(m.typname) FROM pg_type m JOIN pg_namespace mn"
			" ON mn.oid = m.typnamespace WHERE m.oid = r.rngmultitypid"
			" AND (m.typnamespace <> t.typnamespace OR m.typname <>"
			" CASE WHEN strpos(t.typname, 'range') > 0"
			" THEN regexp_replace(t.typname, 'range', 'multirange')"
			" ELSE t.typname || '_multirange' END))");
	}
	sfs_str_add(out, ")");
}

static void
select_base(int version, struct sfs_str *out)
{
	sfs_str_add(out, "concat_ws(E',\\n', 'INPUT = ' || t.typinput::regproc,"
			 " 'OUTPUT = ' || t.typoutput::regproc" /* both always there */
		OPTION_FUNCTION("RECEIVE", "t.typreceive") OPTION_FUNCTION("SEND", "t.typsend")
			OPTION_FUNCTION("TYPMOD_IN", "t.typmodin") OPTION_FUNCTION("TYPMOD_OUT",
				"t.typmodout") OPTION_FUNCTION("ANALYZE", "t.typanalyze"));
	if (version >= 140000) {
		sfs_str_add(out, OPTION_FUNCTION("SUBSCRIPT", "t.typsubscript"));
	}
	sfs_str_add(out,
		",\n 'INTERNALLENGTH = ' || CASE WHEN t.typlen < 0 THEN 'VARIABLE'"
		" ELSE t.typlen::text END,"
		" CASE WHEN t.typbyval THEN 'PASSEDBYVALUE' END,"
		" 'ALIGNMENT = ' || CASE t.typalign WHEN 'c' THEN 'char' WHEN 's' THEN 'int2'"
		" WHEN 'i' THEN 'int4' ELSE 'double' END,"
		" 'STORAGE = ' || CASE t.typstorage WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external'"
		" WHEN 'm' THEN 'main' ELSE 'extended' END,"
		"\n CASE WHEN t.typcategory <> 'U' THEN 'CATEGORY = ' || quote_literal(t.typcategory::text) END,"
		" CASE WHEN t.typispreferred THEN 'PREFERRED = true' END,"
		" 'DEFAULT = ' || quote_literal(t.typdefault),"
		" CASE WHEN t.typelem <> 0 THEN 'ELEMENT = ' || format_type(t.typelem, NULL) END,"
		" CASE WHEN t.typdelim <> ',' THEN 'DELIMITER = ' || quote_literal(t.typdelim::text) END,"
		" CASE WHEN t.typcollation <> 0 THEN 'COLLATABLE = true' END)");
}

void
pg_read_type(int version, struct sfs_str *out)
{
	sfs_str_add(out,
		"SELECT t.oid, n.nspname AS namespace, t.typname AS name,"
		"\n CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'c' THEN 'composite' WHEN 'r' THEN 'range'"
		" WHEN 'b' THEN 'base' ELSE 'shell' END AS variant,"
		"\n CASE WHEN t.typtype = 'e' THEN " LABELS " END AS labels,"
		"\n CASE t.typtype WHEN 'r' THEN ");
	select_range(version, out);
	sfs_str_add(out, "\n WHEN 'b' THEN ");
	select_base(version, out);
	sfs_str_add(out, "\n END AS definition");
	pg_select_common(out, &type);
	sfs_str_add(out, USER_TYPES);
	pg_select_joins(out, &type);
	sfs_str_add(out, IS_USER_TYPE);
	pg_select_user_namespace(out, "n.nspname");
	pg_select_no_extension(out, "pg_type", "t.oid");
	pg_select_scope(out, "t.oid", "n.nspname");
}

/* The server keeps them as columns of a relation, and knows them by its OID. */
void
pg_read_type_attribute(int version, struct sfs_str *out)
{
	static const struct pg_select attribute = {
		.class = "pg_class", .oid = "a.attrelid", .sub = "a.attnum"
	};

	sfs_str_add(out,
		"SELECT c.oid, a.attnum AS subid, t.oid AS owner_oid, n.nspname AS namespace,"
		" t.typname AS relation, a.attname AS name, a.attnum AS position,"
		"\n format_type(a.atttypid, a.atttypmod) AS type,"
		"\n CASE WHEN a.attcollation <> (SELECT s.typcollation FROM pg_type s"
		" WHERE s.oid = a.atttypid) THEN " COLLATION_NAME(
			"a.attcollation") " END AS collation");
	pg_select_common(out, &attribute);
	sfs_str_add(out,
		"\n FROM pg_class c JOIN pg_type t ON t.typrelid = c.oid"
		" JOIN pg_namespace n ON n.oid = t.typnamespace"
		" JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped");
	pg_select_joins(out, &attribute);
	sfs_str_add(out, "\n WHERE c.oid >= 16384 AND c.relkind = 'c'");
	pg_select_user_namespace(out, "n.nspname");
	pg_select_no_extension(out, "pg_type", "t.oid");
	pg_select_scope(out, "t.oid", "n.nspname");
}
