// SPDX-License-Identifier: MIT
/* Operators, their families and classes. */
#include "drivers/postgres/kind_functions.h"
#include "drivers/postgres/read/select.h"

/* The other operator of a pair, by name: its arguments follow from this one's. */
#define OTHER(name, column)                                                                        \
	",\n (SELECT '" name " = OPERATOR(' || quote_ident(xn.nspname) || '.' || x.oprname || ')'" \
	" FROM pg_operator x JOIN pg_namespace xn ON xn.oid = x.oprnamespace"                      \
	" WHERE x.oid = o." column ")"

/* One without a function is only a promise that another operator made. */
void
pg_read_operator(int version, struct sfs_str *out)
{
	static const struct pg_select own_operator = {
		.class = "pg_operator", .oid = "o.oid", .owner = "o.oprowner"
	};

	sfs_str_add(out,
		"SELECT o.oid, n.nspname AS namespace, o.oprname AS name,"
		"\n CASE WHEN o.oprleft = 0 THEN 'NONE' ELSE format_type(o.oprleft, NULL) END || ', '"
		" || CASE WHEN o.oprright = 0 THEN 'NONE' ELSE format_type(o.oprright, NULL) END"
		" AS signature,"
		"\n concat_ws(E',\\n', 'FUNCTION = ' || o.oprcode,"
		" CASE WHEN o.oprleft <> 0 THEN 'LEFTARG = ' || format_type(o.oprleft, NULL) END,"
		" CASE WHEN o.oprright <> 0 THEN 'RIGHTARG = ' || format_type(o.oprright, NULL) END" OTHER(
			"COMMUTATOR", "oprcom") OTHER("NEGATOR",
			"oprnegate") ",\n CASE WHEN o.oprrest <> 0 THEN 'RESTRICT = ' || o.oprrest END,"
				     " CASE WHEN o.oprjoin <> 0 THEN 'JOIN = ' || o.oprjoin END,"
				     " CASE WHEN o.oprcanhash THEN 'HASHES' END,"
				     " CASE WHEN o.oprcanmerge THEN 'MERGES' END) AS definition");
	pg_select_common(out, &own_operator);
	sfs_str_add(out, "\n FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace");
	pg_select_joins(out, &own_operator);
	sfs_str_add(out, "\n WHERE o.oid >= 16384 AND o.oprcode <> 0");
	pg_select_user_namespace(out, "n.nspname");
	pg_select_no_extension(out, "pg_operator", "o.oid");
	pg_select_scope(out, "o.oid", "n.nspname");
}

/* The members that depend on `of`, a family or a class: who depends on what is as pg_dump has it. */
#define MEMBERS(class, of)                                                                                \
	"(SELECT string_agg(m.line, E',\\n' ORDER BY m.what, m.number, m.line COLLATE \"C\") FROM"        \
	" (SELECT 1 AS what, a.amopstrategy AS number, 'OPERATOR ' || a.amopstrategy || ' '"              \
	" || a.amopopr::regoperator || coalesce((SELECT ' FOR ORDER BY ' || quote_ident(n.nspname)"       \
	" || '.' || quote_ident(f.opfname) FROM pg_opfamily f JOIN pg_namespace n"                        \
	" ON n.oid = f.opfnamespace WHERE f.oid = a.amopsortfamily), '') AS line"                         \
	" FROM pg_depend d JOIN pg_amop a ON a.oid = d.objid"                                             \
	" WHERE d.classid = 'pg_amop'::regclass AND d.refclassid = '" class                               \
		"'::regclass"                                                                             \
		" AND d.refobjid = " of " UNION ALL"                                                      \
		" SELECT 2, a.amprocnum, 'FUNCTION ' || a.amprocnum || ' ('"                              \
		" || format_type(a.amproclefttype, NULL) || ', ' || format_type(a.amprocrighttype, NULL)" \
		" || ') ' || a.amproc::regprocedure"                                                      \
		" FROM pg_depend d JOIN pg_amproc a ON a.oid = d.objid"                                   \
		" WHERE d.classid = 'pg_amproc'::regclass AND d.refclassid = '" class                     \
		"'::regclass"                                                                             \
		" AND d.refobjid = " of ") m)"

void
pg_read_operator_family(int version, struct sfs_str *out)
{
	static const struct pg_select family = {
		.class = "pg_opfamily", .oid = "f.oid", .owner = "f.opfowner"
	};

	sfs_str_add(out,
		"SELECT f.oid, n.nspname AS namespace, f.opfname AS name,"
		" a.amname AS signature,\n " MEMBERS("pg_opfamily", "f.oid") " AS members");
	pg_select_common(out, &family);
	sfs_str_add(out, "\n FROM pg_opfamily f JOIN pg_namespace n ON n.oid = f.opfnamespace"
			 " JOIN pg_am a ON a.oid = f.opfmethod");
	pg_select_joins(out, &family);
	sfs_str_add(out, "\n WHERE f.oid >= 16384");
	pg_select_user_namespace(out, "n.nspname");
	pg_select_no_extension(out, "pg_opfamily", "f.oid");
	pg_select_scope(out, "f.oid", "n.nspname");
}

/* The family is always named: by itself the server would make one that has a file of its own. */
void
pg_read_operator_class(int version, struct sfs_str *out)
{
	static const struct pg_select class = {
		.class = "pg_opclass", .oid = "o.oid", .owner = "o.opcowner"
	};

	sfs_str_add(out,
		"SELECT o.oid, n.nspname AS namespace, o.opcname AS name, a.amname AS signature,"
		"\n CASE WHEN o.opcdefault THEN 'DEFAULT ' ELSE '' END || 'FOR TYPE '"
		" || format_type(o.opcintype, NULL) || ' USING ' || quote_ident(a.amname) || ' FAMILY '"
		" || quote_ident(fn.nspname) || '.' || quote_ident(f.opfname) || E' AS\\n'"
		"\n || concat_ws(E',\\n', m.members,"
		" CASE WHEN o.opckeytype <> 0 OR m.members IS NULL THEN 'STORAGE '"
		" || format_type(CASE WHEN o.opckeytype <> 0 THEN o.opckeytype ELSE o.opcintype END, NULL)"
		" END) AS definition");
	pg_select_common(out, &class);
	sfs_str_add(out,
		"\n FROM pg_opclass o JOIN pg_namespace n ON n.oid = o.opcnamespace"
		" JOIN pg_am a ON a.oid = o.opcmethod"
		" JOIN pg_opfamily f ON f.oid = o.opcfamily"
		" JOIN pg_namespace fn ON fn.oid = f.opfnamespace"
		"\n CROSS JOIN LATERAL (SELECT " MEMBERS("pg_opclass", "o.oid") ") m (members)");
	pg_select_joins(out, &class);
	sfs_str_add(out, "\n WHERE o.oid >= 16384");
	pg_select_user_namespace(out, "n.nspname");
	pg_select_no_extension(out, "pg_opclass", "o.oid");
	pg_select_scope(out, "o.oid", "n.nspname");
}
