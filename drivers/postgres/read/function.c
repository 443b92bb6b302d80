// SPDX-License-Identifier: MIT
/* Functions, procedures and aggregates out of pg_proc. */
#include "drivers/postgres/kind_functions.h"
#include "drivers/postgres/read/select.h"

static const struct pg_select routine = {
	.class = "pg_proc",
	.oid = "f.oid",
	.owner = "f.proowner",
	.acl = "f.proacl",
	.acl_type = "'f'",
	.acl_public = "'=ALL'",
	.depends = "pg_proc",
};

#define SIGNATURE                                                                                  \
	"coalesce((SELECT string_agg(format_type(a.type, NULL), ', ' ORDER BY a.i)"                \
	" FROM unnest(f.proargtypes) WITH ORDINALITY a (type, i)), '') AS signature"

/*
 * The items of a list of names. What is longer than a name may be (NAMEDATALEN) is not taken for one, and
 * neither is the empty one, which the parser rejects: they are literals.
 */
#define LIST_ITEMS                                                                                         \
	"coalesce((SELECT string_agg(CASE WHEN octet_length(i.bare) BETWEEN 1 AND 63 THEN i.item"          \
	" ELSE quote_literal(i.bare) END, ', ' ORDER BY i.n)"                                              \
	" FROM (SELECT m.found[1], m.n, CASE WHEN m.found[1] LIKE '\"%' THEN"                              \
	" replace(substr(m.found[1], 2, length(m.found[1]) - 2), '\"\"', '\"') ELSE m.found[1] END"        \
	" FROM regexp_matches(s.value, '\"(?:[^\"]|\"\")*\"|[^, \"]+', 'g') WITH ORDINALITY m (found, n))" \
	" i (item, n, bare)), quote_literal(''))"

/*
 * Settings that are lists of names are kept as the text of names, quoted where needed, and are
 * written as they are; all others are one literal. The lists are those of pg_dump's
 * variable_is_guc_list_quote(); an empty one is kept as the name "", which the parser rejects.
 */
#define CONFIGURATION                                                                               \
	"(SELECT string_agg('SET ' || CASE WHEN s.name LIKE '%.%' THEN"                             \
	" (SELECT string_agg(quote_ident(n), '.' ORDER BY i)"                                       \
	" FROM unnest(string_to_array(s.name, '.')) WITH ORDINALITY x (n, i))"                      \
	" WHEN quote_ident(lower(s.name)) = lower(s.name) THEN s.name ELSE quote_ident(s.name) END" \
	" || ' TO ' || CASE WHEN lower(s.name) IN ('local_preload_libraries', 'search_path',"       \
	" 'session_preload_libraries', 'shared_preload_libraries', 'temp_tablespaces',"             \
	" 'unix_socket_directories') THEN " LIST_ITEMS                                              \
	" ELSE quote_literal(s.value) END, E'\\n' ORDER BY s.i)"                                    \
	" FROM (SELECT split_part(c, '=', 1), substr(c, strpos(c, '=') + 1), i"                     \
	" FROM unnest(f.proconfig) WITH ORDINALITY u (c, i)) s (name, value, i)) AS configuration"

static void
select_from(struct sfs_str *out)
{
	sfs_str_add(out, "\n FROM pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace"
			 " JOIN pg_language l ON l.oid = f.prolang");
	pg_select_joins(out, &routine);
	/* A range's constructors come and go with the type. */
	sfs_str_add(out,
		"\n WHERE f.oid >= 16384 AND f.prokind IN ('f', 'p', 'w')"
		" AND NOT EXISTS (SELECT FROM pg_depend i WHERE i.classid = 'pg_proc'::regclass"
		" AND i.objid = f.oid AND i.deptype = 'i')");
	pg_select_user_namespace(out, "n.nspname");
	pg_select_no_extension(out, "pg_proc", "f.oid");
	pg_select_scope(out, "f.oid", "n.nspname");
}

void
pg_read_function(int version, struct sfs_str *out)
{
	sfs_str_add(out,
		"SELECT f.oid, CASE f.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END AS kind,"
		" n.nspname AS namespace, f.proname AS name, " SIGNATURE
		",\n pg_get_function_arguments(f.oid) AS arguments,"
		" pg_get_function_result(f.oid) AS result, quote_ident(l.lanname) AS language");
	sfs_str_add(out,
		version >= 140000
			? ",\n CASE WHEN f.prosqlbody IS NULL THEN f.prosrc END AS body,"
			  " CASE WHEN f.prosqlbody IS NOT NULL THEN pg_get_function_sqlbody(f.oid)"
			  " END AS sql_body"
			: ",\n f.prosrc AS body");
	sfs_str_add(out,
		", f.probin AS link,\n CASE f.prokind WHEN 'w' THEN 'true' END AS window,"
		" CASE f.provolatile WHEN 'i' THEN 'IMMUTABLE' WHEN 's' THEN 'STABLE' END AS volatility,"
		" CASE f.proparallel WHEN 's' THEN 'SAFE' WHEN 'r' THEN 'RESTRICTED' END AS parallel,"
		" CASE WHEN f.proisstrict THEN 'true' END AS strict,"
		" CASE WHEN f.prosecdef THEN 'true' END AS security_definer,"
		" CASE WHEN f.proleakproof THEN 'true' END AS leakproof,"
		"\n CASE WHEN f.procost <> CASE WHEN l.lanname IN ('c', 'internal') THEN 1 ELSE 100 END"
		" THEN f.procost END AS cost,"
		" CASE WHEN f.proretset AND f.prorows <> 1000 THEN f.prorows END AS rows,"
		" CASE WHEN f.prosupport <> 0 THEN f.prosupport::regproc END AS support,"
		"\n (SELECT string_agg('FOR TYPE ' || format_type(t, NULL), ', ' ORDER BY i)"
		" FROM unnest(f.protrftypes) WITH ORDINALITY x (t, i)) AS transforms,"
		"\n " CONFIGURATION);
	pg_select_common(out, &routine);
	select_from(out);
}

/* An option with a function, an operator or a literal for its value; NULL when it is not set. */
#define OPTION_FUNCTION(name, column)                                                              \
	",\n CASE WHEN a." column " <> 0 THEN '" name " = ' || a." column "::regproc END"
#define OPTION_LITERAL(name, column) ",\n '" name " = ' || quote_literal(a." column ")"
#define OPTION_NUMBER(name, column)                                                                \
	",\n CASE WHEN a." column " <> 0 THEN '" name " = ' || a." column " END"
#define OPTION_FLAG(name, column) ",\n CASE WHEN a." column " THEN '" name "' END"

/* What the final function may do to the state: an ordered-set aggregate's may write by default. */
#define OPTION_MODIFY(name, column)                                                                \
	",\n CASE WHEN a." column " <> CASE a.aggkind WHEN 'n' THEN 'r' ELSE 'w' END THEN '" name  \
	" = ' || CASE a." column                                                                   \
	" WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END END"

void
pg_read_aggregate(int version, struct sfs_str *out)
{
	sfs_str_add(out,
		"SELECT f.oid, n.nspname AS namespace, f.proname AS name, " SIGNATURE
		",\n CASE f.pronargs WHEN 0 THEN '*' ELSE pg_get_function_arguments(f.oid) END"
		" AS arguments,"
		" CASE f.proparallel WHEN 's' THEN 'SAFE' WHEN 'r' THEN 'RESTRICTED' END AS parallel,"
		"\n concat_ws(E',\\n', 'SFUNC = ' || a.aggtransfn::regproc,"
		" 'STYPE = ' || format_type(a.aggtranstype, NULL)" /* NULL: no modifier */
		OPTION_NUMBER("SSPACE", "aggtransspace") OPTION_FUNCTION(
			"FINALFUNC", "aggfinalfn") OPTION_FLAG("FINALFUNC_EXTRA",
			"aggfinalextra") OPTION_MODIFY("FINALFUNC_MODIFY",
			"aggfinalmodify") OPTION_FUNCTION("COMBINEFUNC",
			"aggcombinefn") OPTION_FUNCTION("SERIALFUNC",
			"aggserialfn") OPTION_FUNCTION("DESERIALFUNC",
			"aggdeserialfn") OPTION_LITERAL("INITCOND",
			"agginitval") OPTION_FUNCTION("MSFUNC",
			"aggmtransfn") OPTION_FUNCTION("MINVFUNC",
			"aggminvtransfn") ",\n CASE WHEN a.aggmtranstype <> 0 THEN 'MSTYPE = '"
					  " || format_type(a.aggmtranstype, NULL) END" OPTION_NUMBER(
						  "MSSPACE",
						  "aggmtransspace") OPTION_FUNCTION("MFINALFUNC",
						  "aggmfinalfn") OPTION_FLAG("MFINALFUNC_EXTRA",
						  "aggmfinalextra") ",\n CASE WHEN a.aggmtransfn <> 0 AND a.aggmfinalmodify <>"
								    " CASE a.aggkind WHEN 'n' THEN 'r' ELSE 'w' END THEN 'MFINALFUNC_MODIFY = '"
								    " || CASE a.aggmfinalmodify WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE'"
								    " ELSE 'READ_WRITE' END END" OPTION_LITERAL(
									    "MINITCOND",
									    "aggminitval") ",\n (SELECT 'SORTOP = OPERATOR(' || quote_ident(sn.nspname) || '.' || s.oprname || ')'"
											   " FROM pg_operator s JOIN pg_namespace sn ON sn.oid = s.oprnamespace"
											   " WHERE s.oid = a.aggsortop)"
											   ",\n CASE a.aggkind WHEN 'h' THEN 'HYPOTHETICAL' END) AS definition");
	pg_select_common(out, &routine);
	sfs_str_add(out, "\n FROM pg_aggregate a JOIN pg_proc f ON f.oid = a.aggfnoid"
			 " JOIN pg_namespace n ON n.oid = f.pronamespace");
	pg_select_joins(out, &routine);
	sfs_str_add(out, "\n WHERE f.oid >= 16384");
	pg_select_user_namespace(out, "n.nspname");
	pg_select_no_extension(out, "pg_proc", "f.oid");
	pg_select_scope(out, "f.oid", "n.nspname");
}
