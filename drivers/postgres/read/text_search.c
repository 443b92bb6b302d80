// SPDX-License-Identifier: MIT
/* Text search: parsers, templates, dictionaries, configurations. */
#include "drivers/postgres/kind_functions.h"
#include "drivers/postgres/read/select.h"

/* FROM and WHERE of a kind whose rows are `x` and whose namespace is in `column`. */
static void
select_from(struct sfs_str *out, const struct pg_select *select, const char *column)
{
	sfs_str_addf(
		out, "\n FROM %s x JOIN pg_namespace n ON n.oid = x.%s", select->class, column);
	pg_select_joins(out, select);
	sfs_str_add(out, "\n WHERE x.oid >= 16384");
	pg_select_user_namespace(out, "n.nspname");
	pg_select_no_extension(out, select->class, "x.oid");
	pg_select_scope(out, "x.oid", "n.nspname");
}

void
pg_read_text_search_parser(int version, struct sfs_str *out)
{
	static const struct pg_select parser = { .class = "pg_ts_parser", .oid = "x.oid" };

	sfs_str_add(out,
		"SELECT x.oid, n.nspname AS namespace, x.prsname AS name,"
		"\n concat_ws(E',\\n', 'START = ' || x.prsstart, 'GETTOKEN = ' || x.prstoken,"
		" 'END = ' || x.prsend, 'LEXTYPES = ' || x.prslextype,"
		" CASE WHEN x.prsheadline <> 0 THEN 'HEADLINE = ' || x.prsheadline END) AS definition");
	pg_select_common(out, &parser);
	select_from(out, &parser, "prsnamespace");
}

void
pg_read_text_search_template(int version, struct sfs_str *out)
{
	static const struct pg_select template = { .class = "pg_ts_template", .oid = "x.oid" };

	sfs_str_add(out,
		"SELECT x.oid, n.nspname AS namespace, x.tmplname AS name,"
		"\n concat_ws(E',\\n', CASE WHEN x.tmplinit <> 0 THEN 'INIT = ' || x.tmplinit END,"
		" 'LEXIZE = ' || x.tmpllexize) AS definition");
	pg_select_common(out, &template);
	select_from(out, &template, "tmplnamespace");
}

/* The options are kept by the server as the text that stood between the parentheses. */
void
pg_read_text_search_dictionary(int version, struct sfs_str *out)
{
	static const struct pg_select dictionary = {
		.class = "pg_ts_dict", .oid = "x.oid", .owner = "x.dictowner"
	};

	sfs_str_add(out, "SELECT x.oid, n.nspname AS namespace, x.dictname AS name,"
			 "\n (SELECT quote_ident(tn.nspname) || '.' || quote_ident(t.tmplname)"
			 " FROM pg_ts_template t JOIN pg_namespace tn ON tn.oid = t.tmplnamespace"
			 " WHERE t.oid = x.dicttemplate) AS template, x.dictinitoption AS options");
	pg_select_common(out, &dictionary);
	select_from(out, &dictionary, "dictnamespace");
}

/*
 * Kinds of tokens that go to the same dictionaries share a line. Their names come from the parser
 * itself: there is no catalog of them.
 */
#define MAPPINGS                                                                                   \
	"(SELECT string_agg(g.tokens || ' WITH ' || g.dictionaries, E'\\n' ORDER BY g.first) FROM" \
	" (SELECT string_agg(quote_ident(t.alias), ', ' ORDER BY t.tokid) AS tokens,"              \
	" min(t.tokid) AS first, k.dictionaries FROM ts_token_type(x.cfgparser) t JOIN"            \
	" (SELECT m.maptokentype, string_agg(quote_ident(dn.nspname) || '.'"                       \
	" || quote_ident(d.dictname), ', ' ORDER BY m.mapseqno) AS dictionaries"                   \
	" FROM pg_ts_config_map m JOIN pg_ts_dict d ON d.oid = m.mapdict"                          \
	" JOIN pg_namespace dn ON dn.oid = d.dictnamespace WHERE m.mapcfg = x.oid GROUP BY 1) k"   \
	" ON k.maptokentype = t.tokid GROUP BY k.dictionaries) g)"

void
pg_read_text_search_configuration(int version, struct sfs_str *out)
{
	static const struct pg_select configuration = {
		.class = "pg_ts_config", .oid = "x.oid", .owner = "x.cfgowner"
	};

	sfs_str_add(out, "SELECT x.oid, n.nspname AS namespace, x.cfgname AS name,"
			 "\n (SELECT quote_ident(pn.nspname) || '.' || quote_ident(p.prsname)"
			 " FROM pg_ts_parser p JOIN pg_namespace pn ON pn.oid = p.prsnamespace"
			 " WHERE p.oid = x.cfgparser) AS parser,\n " MAPPINGS " AS mappings");
	pg_select_common(out, &configuration);
	select_from(out, &configuration, "cfgnamespace");
}
