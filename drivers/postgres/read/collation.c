// SPDX-License-Identifier: MIT
/* Collations and conversions. */
#include "drivers/postgres/kind_functions.h"
#include "drivers/postgres/read/select.h"

void
pg_read_collation(int version, struct sfs_str *out)
{
	static const struct pg_select collation = {
		.class = "pg_collation", .oid = "c.oid", .owner = "c.collowner"
	};
	/* What ICU and the built-in provider are asked for has moved twice. */
	const char *locale = version >= 170000   ? "c.colllocale"
			     : version >= 150000 ? "c.colliculocale"
						 : "c.collcollate";

	sfs_str_addf(out,
		"SELECT c.oid, n.nspname AS namespace, c.collname AS name,"
		"\n concat_ws(', ', CASE c.collprovider WHEN 'i' THEN 'PROVIDER = icu'"
		" WHEN 'b' THEN 'PROVIDER = builtin' WHEN 'd' THEN 'PROVIDER = default' END,"
		"\n CASE WHEN c.collprovider <> 'c' THEN 'LOCALE = ' || quote_literal(%s)"
		" WHEN c.collcollate = c.collctype THEN 'LOCALE = ' || quote_literal(c.collcollate)"
		" ELSE 'LC_COLLATE = ' || quote_literal(c.collcollate) || ', LC_CTYPE = '"
		" || quote_literal(c.collctype) END,"
		"\n %s CASE WHEN NOT c.collisdeterministic THEN 'DETERMINISTIC = false' END)"
		" AS definition",
		locale, version >= 160000 ? "'RULES = ' || quote_literal(c.collicurules)," : "");
	pg_select_common(out, &collation);
	sfs_str_add(out, "\n FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace");
	pg_select_joins(out, &collation);
	sfs_str_add(out, "\n WHERE c.oid >= 16384");
	pg_select_user_namespace(out, "n.nspname");
	pg_select_no_extension(out, "pg_collation", "c.oid");
	pg_select_scope(out, "c.oid", "n.nspname");
}

void
pg_read_conversion(int version, struct sfs_str *out)
{
	static const struct pg_select conversion = {
		.class = "pg_conversion", .oid = "c.oid", .owner = "c.conowner"
	};

	sfs_str_add(out, "SELECT c.oid, n.nspname AS namespace, c.conname AS name, 'FOR '"
			 " || quote_literal(pg_encoding_to_char(c.conforencoding)) || ' TO '"
			 " || quote_literal(pg_encoding_to_char(c.contoencoding)) || ' FROM '"
			 " || c.conproc::regproc AS definition,"
			 " CASE WHEN c.condefault THEN 'true' END AS \"default\"");
	pg_select_common(out, &conversion);
	sfs_str_add(out, "\n FROM pg_conversion c JOIN pg_namespace n ON n.oid = c.connamespace");
	pg_select_joins(out, &conversion);
	sfs_str_add(out, "\n WHERE c.oid >= 16384");
	pg_select_user_namespace(out, "n.nspname");
	pg_select_no_extension(out, "pg_conversion", "c.oid");
	pg_select_scope(out, "c.oid", "n.nspname");
}
