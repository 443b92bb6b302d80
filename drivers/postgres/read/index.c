// SPDX-License-Identifier: MIT
/* Reads the indexes that no constraint owns. */
#include <stdlib.h>

#include "drivers/postgres/read/definition.h"
#include "drivers/postgres/read/keys.h"
#include "drivers/postgres/kind_functions.h"
#include "drivers/postgres/read/select.h"

static const struct pg_select common = {
	.class = "pg_class",
	.oid = "i.indexrelid",
	.depends = "pg_class",
};

/* The columns that pg_complete_index() finds in row->extra. */
enum extra {
	EXTRA_RELATION,
	EXTRA_KEYS,
	EXTRA_CLASSES,
	EXTRA_COLLATIONS,
	EXTRA_OPTIONS,
	EXTRA_N_KEYS,
	EXTRA_N_COLUMNS,
	EXTRA_CLUSTERED,
	EXTRA_TEXT, /* the whole statement, where only the server can make it */
};

/*
 * Only operator classes with a function for it have options, which is the one support function that
 * returns nothing: without such an index nobody needs to go through all columns there are.
 */
#define METHODS_WITH_OPTIONS                                                                       \
	"ARRAY(SELECT o.opfmethod FROM pg_opfamily o JOIN pg_amproc p ON p.amprocfamily = o.oid"   \
	" JOIN pg_proc f ON f.oid = p.amproc WHERE f.prorettype = 'void'::regtype)"

static void
select_raw(struct sfs_str *out)
{
	sfs_str_add(out,
		", i.indrelid, i.indkey, i.indclass, i.indcollation, i.indoption, i.indnkeyatts"
		", i.indnatts, i.indisclustered"
		",\n CASE WHEN $1::oid[] IS NOT NULL OR $2::name[] IS NOT NULL"
		" OR i.indexprs IS NOT NULL OR i.indpred IS NOT NULL"
		" OR x.relam = ANY (" METHODS_WITH_OPTIONS ")"
		" AND EXISTS (SELECT FROM pg_attribute k WHERE k.attrelid = i.indexrelid"
		" AND k.attoptions IS NOT NULL AND EXISTS (SELECT FROM unnest(k.attoptions) o (text)"
		" WHERE o.text NOT LIKE 'pg\\_attver=%'))"
		" THEN pg_get_indexdef(i.indexrelid) END AS server_text");
}

#define IS_TWIN(index) index " IN (SELECT id FROM twin)"

/* The index that a partition's is a part of, if that holds for it. */
#define PARENT(condition)                                                                          \
	PG_WHEN(PG_INHERITED)                                                                      \
	"CASE WHEN x.relispartition THEN (SELECT h.inhparent::regclass::text FROM pg_inherits h"   \
	" JOIN pg_index i2 ON i2.indexrelid = h.inhparent WHERE h.inhrelid = i.indexrelid"         \
	" AND (" condition ")) END" PG_ELSE "NULL" PG_END

/* What it is a part of; whether it came with that by itself or is attached by its name; and twins. */
static void
select_parents(struct sfs_str *out)
{
	sfs_str_add(out, ",\n " PARENT("true") " AS parent");
	sfs_str_add(out,
		",\n " PARENT("i2.indisvalid AND NOT " IS_TWIN("h.inhparent")) " AS inherited");
	sfs_str_add(
		out, ",\n " PARENT("NOT i2.indisvalid OR " IS_TWIN("h.inhparent")) " AS attached");
	sfs_str_add(out, ",\n " PG_WHEN(PG_INHERITED));
	sfs_str_add(out, "CASE WHEN " IS_TWIN("i.indexrelid") " THEN 'true' END");
	sfs_str_add(out, PG_ELSE "NULL" PG_END " AS twin");
}

void
pg_read_index(int version, struct sfs_str *out)
{
	sfs_str_add(out, PG_WHEN(PG_INHERITED));
	pg_with_twins(version, out);
	sfs_str_add(out, PG_ELSE PG_END
		"SELECT i.indexrelid AS oid, i.indrelid AS owner_oid, x.relname AS name"
		",\n CASE WHEN i.indisunique THEN 'true' END AS unique, am.amname AS method"
		",\n CASE WHEN x.reloptions IS NOT NULL THEN ");
	pg_select_options(out, "x.reloptions", "");
	sfs_str_add(out,
		" END AS options"
		",\n CASE WHEN x.reltablespace <> 0 THEN (SELECT quote_ident(s.spcname)"
		" FROM pg_tablespace s WHERE s.oid = x.reltablespace) END AS tablespace"
		",\n CASE WHEN i.indexprs IS NOT NULL THEN (SELECT string_agg(k.attnum || '=' ||"
		" k.attstattarget, ', ' ORDER BY k.attnum) FROM pg_attribute k"
		" WHERE k.attrelid = i.indexrelid AND k.attstattarget >= 0) END AS statistics"
		",\n CASE WHEN NOT i.indisvalid THEN 'true' END AS invalid");
	select_parents(out);
	if (version >= 150000) {
		sfs_str_add(out,
			",\n CASE WHEN i.indnullsnotdistinct THEN 'true' END AS nulls_not_distinct");
	}
	select_raw(out);
	pg_select_common(out, &common);
	sfs_str_add(out, "\n FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid"
			 " JOIN pg_class c ON c.oid = i.indrelid"
			 " JOIN pg_am am ON am.oid = x.relam");
	pg_select_joins(out, &common);
	sfs_str_add(out,
		"\n WHERE c.relkind IN ('r', 'p', 'm')"
		" AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = i.indrelid"
		" AND k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))");
	pg_select_user_namespace_id(out, "c.relnamespace");
	pg_select_scope(out, "i.indrelid", NULL);
}

/* "name DESC NULLS LAST", as pg_get_indexdef() writes it. */
static void
write_key(struct sfs_str *out, const struct pg_key_column *column, uint32_t options)
{
	enum { DESCENDING = 1, NULLS_FIRST = 2 };

	sfs_str_separate(out, ", ");
	pg_name(out, column->name);
	if (options & DESCENDING) {
		sfs_str_add(out, options & NULLS_FIRST ? " DESC" : " DESC NULLS LAST");
	} else if (options & NULLS_FIRST) {
		sfs_str_add(out, " NULLS FIRST");
	}
}

/* Writes the keys; false when one of them needs the server. */
static bool
write_keys(const struct pg_row *row, unsigned n_keys, struct sfs_str *out)
{
	const char *numbers = row->extra[EXTRA_KEYS], *classes = row->extra[EXTRA_CLASSES];
	const char *collations = row->extra[EXTRA_COLLATIONS], *options = row->extra[EXTRA_OPTIONS];
	uint32_t relation = (uint32_t)strtoul(row->extra[EXTRA_RELATION], NULL, 10);

	for (unsigned i = 0; i < n_keys; i++) {
		uint32_t number, class, collation, option;

		if (!pg_keys_next(&numbers, &number) || !pg_keys_next(&classes, &class) ||
			!pg_keys_next(&collations, &collation) ||
			!pg_keys_next(&options, &option)) {
			return false;
		}
		const struct pg_key_column *column =
			pg_keys_column(row->load->keys, relation, number);

		if (!column || column->collation != collation ||
			!pg_keys_is_default(row->load->keys, class, column->type)) {
			return false;
		}
		write_key(out, column, option);
	}
	return true;
}

static bool
write_index(struct pg_row *row)
{
	sfs_auto(str) struct sfs_str keys = SFS_STR_INIT, include = SFS_STR_INIT;
	unsigned n_keys = (unsigned)strtoul(row->extra[EXTRA_N_KEYS], NULL, 10);
	unsigned n_columns = (unsigned)strtoul(row->extra[EXTRA_N_COLUMNS], NULL, 10);
	uint32_t relation = (uint32_t)strtoul(row->extra[EXTRA_RELATION], NULL, 10);

	if (!write_keys(row, n_keys, &keys) ||
		!pg_keys_names(row->load->keys, relation, row->extra[EXTRA_KEYS], n_keys,
			n_columns - n_keys, &include)) {
		return false;
	}
	row->values[SFS_INDEX_KEYS] = sfs_arena_strndup(row->load->arena, keys.text, keys.len);
	if (include.len) {
		row->values[SFS_INDEX_INCLUDE] =
			sfs_arena_strndup(row->load->arena, include.text, include.len);
	}
	return true;
}

void
pg_complete_index(struct pg_row *row)
{
	const char *text = row->extra[EXTRA_TEXT];

	if (text) {
		pg_define_index(row->load, text, &row->values[SFS_INDEX_KEYS],
			&row->values[SFS_INDEX_INCLUDE], &row->values[SFS_INDEX_PREDICATE]);
	} else if (!write_index(row)) {
		row->undefined = true;
	}
	if (*row->extra[EXTRA_CLUSTERED] == 't' && row->owner) {
		pg_set_cluster(row->load, row->owner, row->id->name);
	}
}
