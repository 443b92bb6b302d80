// SPDX-License-Identifier: MIT
/* What is in the database and of no kind that we know: listed, so that it is never an absence. */
#include "drivers/postgres/kind_functions.h"
#include "drivers/postgres/read/select.h"

/* The catalogs whose rows are objects of a kind, or belong to one. */
#define KNOWN_CLASSES                                                                              \
	"SELECT c.oid FROM pg_class c WHERE c.relnamespace = 'pg_catalog'::regnamespace"           \
	" AND c.relname IN ('pg_type', 'pg_proc', 'pg_class', 'pg_attrdef', 'pg_constraint',"      \
	" 'pg_language', 'pg_namespace', 'pg_opclass', 'pg_operator', 'pg_rewrite', 'pg_trigger'," \
	" 'pg_opfamily', 'pg_am', 'pg_amop', 'pg_amproc', 'pg_cast', 'pg_conversion',"             \
	" 'pg_extension', 'pg_foreign_data_wrapper', 'pg_foreign_server', 'pg_user_mapping',"      \
	" 'pg_policy', 'pg_collation', 'pg_event_trigger', 'pg_statistic_ext', 'pg_transform',"    \
	" 'pg_ts_dict', 'pg_ts_parser', 'pg_ts_config', 'pg_ts_template', 'pg_default_acl',"       \
	" 'pg_publication', 'pg_publication_rel', 'pg_publication_namespace', 'pg_subscription',"  \
	" 'pg_enum', 'pg_database', 'pg_authid', 'pg_tablespace', 'pg_parameter_acl')"

/*
 * Objects are found by what the server notes of all of them, who depends on whom: those of
 * catalogs that came after us too. pg_depend is large, its classes few: they are walked by index.
 * A large object is data until somebody was given rights on it or it was described.
 */
void
pg_read_unmodeled(int version, struct sfs_str *out)
{
	sfs_str_add(out,
		"WITH RECURSIVE classes (id) AS (SELECT min(classid) FROM pg_depend UNION ALL"
		" SELECT (SELECT min(d.classid) FROM pg_depend d WHERE d.classid > c.id)"
		" FROM classes c WHERE c.id IS NOT NULL),"
		"\n found (class, id) AS ("
		"SELECT d.classid, d.objid FROM classes c JOIN pg_depend d ON d.classid = c.id"
		" WHERE d.objid >= 16384 AND d.deptype <> 'i' AND c.id NOT IN (" KNOWN_CLASSES ")"
		"\n UNION SELECT 'pg_class'::regclass, c.oid FROM pg_class c WHERE c.oid >= 16384"
		" AND c.relkind NOT IN ('r', 'p', 'v', 'm', 'f', 'S', 'i', 'I', 'c', 't')"
		"\n UNION SELECT 'pg_type'::regclass, t.oid FROM pg_type t WHERE t.oid >= 16384"
		" AND t.typtype NOT IN ('b', 'c', 'd', 'e', 'm', 'p', 'r')"
		"\n UNION SELECT 'pg_constraint'::regclass, k.oid FROM pg_constraint k"
		" WHERE k.oid >= 16384 AND k.contype NOT IN ('c', 'f', 'n', 'p', 't', 'u', 'x')"
		"\n UNION SELECT 'pg_proc'::regclass, p.oid FROM pg_proc p WHERE p.oid >= 16384"
		" AND (p.prokind NOT IN ('a', 'f', 'p', 'w') OR p.pronamespace IN"
		" ('pg_catalog'::regnamespace, 'information_schema'::regnamespace))"
		"\n UNION SELECT 'pg_largeobject'::regclass, l.oid FROM pg_largeobject_metadata l"
		" WHERE l.lomacl IS NOT NULL"
		"\n UNION SELECT 'pg_largeobject'::regclass, d.objoid FROM pg_description d"
		" WHERE d.classoid = 'pg_largeobject'::regclass)"
		"\n SELECT f.id AS oid, i.type || ' ' || i.identity AS name, i.type AS what,"
		" 't' AS locked FROM found f CROSS JOIN LATERAL"
		" pg_identify_object(f.class, f.id, 0) i"
		"\n WHERE i.identity IS NOT NULL AND $2::name[] IS NULL"
		" AND NOT EXISTS (SELECT FROM pg_depend m WHERE m.classid = f.class AND m.objid = f.id"
		" AND m.deptype = 'e')");
	pg_select_scope(out, "f.id", NULL);
}
