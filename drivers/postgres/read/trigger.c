// SPDX-License-Identifier: MIT
/* Reads triggers. */
#include "drivers/postgres/kind_functions.h"
#include "drivers/postgres/read/select.h"

static const struct pg_select common = {
	.class = "pg_trigger",
	.oid = "t.oid",
	.depends = "pg_trigger",
};

/*
 * A partition's copy has the name of the trigger that it comes from in the end, but up to 14 either
 * could be renamed alone.
 */
#define FIRST_NAME                                                                                 \
	"(WITH RECURSIVE up (parent, name) AS (SELECT t.tgparentid, t.tgname UNION ALL"            \
	" SELECT a.tgparentid, a.tgname FROM up u JOIN pg_trigger a ON a.oid = u.parent)"          \
	" SELECT u.name FROM up u WHERE u.parent = 0)"

void
pg_read_trigger(int version, struct sfs_str *out)
{
	bool alone = version < 150000;

	sfs_str_add(out,
		"SELECT t.oid, n.nspname AS namespace, c.relname AS relation, t.tgname AS name"
		",\n pg_get_triggerdef(t.oid) AS definition"
		",\n CASE WHEN t.tgconstraint <> 0 THEN 'true' END AS constraint"
		",\n CASE WHEN t.tgenabled = parent.tgenabled THEN NULL ELSE CASE t.tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA'"
		" WHEN 'A' THEN 'ENABLE ALWAYS' WHEN 'O' THEN CASE WHEN t.tgparentid <> 0"
		" THEN 'ENABLE' END END END AS enabled"
		",\n CASE WHEN t.tgparentid <> 0 THEN ");
	sfs_str_add(out, alone ? "coalesce(quote_ident(NULLIF(" FIRST_NAME ", t.tgname)), 'true')"
			       : "'true'");
	sfs_str_add(out,
		" END AS inherited"
		",\n CASE WHEN NOT pg_has_role(c.relowner, 'USAGE') THEN 't' END AS locked");
	pg_select_common(out, &common);
	sfs_str_add(out, "\n FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
			 " JOIN pg_namespace n ON n.oid = c.relnamespace"
			 "\n LEFT JOIN pg_trigger parent ON parent.oid = t.tgparentid");
	pg_select_joins(out, &common);
	/*
	 * A partition's copy of its parent's trigger is none of its own, unless switched otherwise.
	 * Up to 14 copies are internal, as the triggers of foreign keys are, which are no objects.
	 */
	sfs_str_add(out, "\n WHERE (NOT t.tgisinternal OR t.tgparentid <> 0 AND NOT EXISTS (SELECT"
			 " FROM pg_constraint k WHERE k.oid = t.tgconstraint AND k.contype <> 't'))"
			 " AND (t.tgparentid = 0 OR t.tgenabled <> parent.tgenabled");
	sfs_str_add(out, alone ? " OR t.tgname <> " FIRST_NAME ")" : ")");
	pg_select_user_namespace(out, "n.nspname");
	pg_select_no_extension(out, "pg_trigger", "t.oid");
	pg_select_no_extension(out, "pg_class", "c.oid");
	pg_select_scope(out, "t.oid", "n.nspname");
}
