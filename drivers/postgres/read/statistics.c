// SPDX-License-Identifier: MIT
/* Reads extended statistics. */
#include "drivers/postgres/kind_functions.h"
#include "drivers/postgres/read/select.h"

static const struct pg_select common = {
	.class = "pg_statistic_ext",
	.oid = "s.oid",
	.owner = "s.stxowner",
};

/*
 * The server lists the columns by their numbers, whatever the statement said: two tables with the same
 * columns in another order would never have the same. So they stand by their names here.
 */
static const char DEFINITION[] =
	",\n left(d.text, d.start) || k.by_name || substr(d.text, d.start + 1 + length(k.by_number))"
	" AS definition";
static const char PARTS[] =
	"\n CROSS JOIN LATERAL (SELECT t.text, strpos(' ' || t.text, ' ON ') + 2 AS start FROM ("
	"SELECT ltrim(substr(pg_get_statisticsobjdef(s.oid), length('CREATE STATISTICS '"
	" || quote_ident(sn.nspname) || '.' || quote_ident(s.stxname)) + 1)) AS text) t) d"
	"\n CROSS JOIN LATERAL (SELECT"
	" coalesce(string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum), '') AS by_number,"
	" coalesce(string_agg(quote_ident(a.attname), ', ' ORDER BY a.attname), '') AS by_name"
	" FROM pg_attribute a WHERE a.attrelid = s.stxrelid AND a.attnum = ANY (s.stxkeys)) k";

void
pg_read_statistics(int version, struct sfs_str *out)
{
	(void)version;
	sfs_str_add(out,
		"SELECT s.oid, s.stxrelid AS owner_oid, s.stxname AS name"
		",\n CASE WHEN s.stxstattarget >= 0 THEN s.stxstattarget END AS target"
		",\n CASE WHEN sn.oid <> n.oid THEN quote_ident(sn.nspname) END AS schema");
	sfs_str_add(out, DEFINITION);
	pg_select_common(out, &common);
	sfs_str_add(out,
		"\n FROM pg_statistic_ext s JOIN pg_namespace sn ON sn.oid = s.stxnamespace"
		" JOIN pg_class c ON c.oid = s.stxrelid JOIN pg_namespace n ON n.oid = c.relnamespace");
	sfs_str_add(out, PARTS);
	pg_select_joins(out, &common);
	sfs_str_add(out, "\n WHERE true");
	pg_select_user_namespace(out, "n.nspname");
	pg_select_no_extension(out, "pg_statistic_ext", "s.oid");
	pg_select_scope(out, "s.stxrelid", "n.nspname");
}
