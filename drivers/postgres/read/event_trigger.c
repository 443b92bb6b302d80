// SPDX-License-Identifier: MIT
/* Event triggers. */
#include "drivers/postgres/kind_functions.h"
#include "drivers/postgres/read/select.h"

void
pg_read_event_trigger(int version, struct sfs_str *out)
{
	static const struct pg_select trigger = {
		.class = "pg_event_trigger", .oid = "e.oid", .owner = "e.evtowner"
	};

	sfs_str_add(out,
		"SELECT e.oid, e.evtname AS name, 'ON ' || quote_ident(e.evtevent)"
		" || coalesce(E'\\n    WHEN TAG IN (' || (SELECT string_agg(quote_literal(t), ', '"
		" ORDER BY t COLLATE \"C\") FROM unnest(e.evttags) t) || ')', '')"
		" || E'\\n    EXECUTE FUNCTION ' || e.evtfoid::regproc || '()' AS definition,"
		"\n CASE e.evtenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA'"
		" WHEN 'A' THEN 'ENABLE ALWAYS' END AS enabled");
	pg_select_common(out, &trigger);
	sfs_str_add(out, "\n FROM pg_event_trigger e");
	pg_select_joins(out, &trigger);
	sfs_str_add(out, "\n WHERE e.oid >= 16384 AND $2::name[] IS NULL");
	pg_select_no_extension(out, "pg_event_trigger", "e.oid");
	pg_select_scope(out, "e.oid", NULL);
}
