// SPDX-License-Identifier: MIT
/* Reads the constraints of tables; NOT NULL is the column's. */
#include <stdlib.h>
#include <string.h>

#include "drivers/postgres/read/definition.h"
#include "drivers/postgres/read/keys.h"
#include "drivers/postgres/kind_functions.h"
#include "drivers/postgres/read/select.h"

static const struct pg_select common = {
	.class = "pg_constraint",
	.oid = "k.oid",
	.depends = "pg_class",
	.depends_oid = "CASE WHEN k.contype IN ('p', 'u', 'x') THEN k.conindid END",
};

/* The columns that pg_complete_constraint() finds in row->extra. */
enum extra {
	EXTRA_RELATION,
	EXTRA_KEYS,
	EXTRA_REFERENCED,
	EXTRA_REFERENCED_KEYS,
	EXTRA_ACTIONS,  /* letters: on update, on delete, match */
	EXTRA_SET_KEYS, /* of ON DELETE SET NULL (a, b) */
	EXTRA_INDEX_KEYS,
	EXTRA_N_KEYS,
	EXTRA_N_COLUMNS,
	EXTRA_NULLS_NOT_DISTINCT,
	EXTRA_CLUSTERED,
	EXTRA_TEXT, /* the whole definition, where only the server can make it */
};

/*
 * The parent's key that a partition's is a part of, while other partitions have none yet; or the index, where
 * that has a twin.
 */
#define INCOMPLETE_PARENT                                                                          \
	PG_WHEN(PG_INHERITED)                                                                      \
	"CASE WHEN k.contype IN ('p', 'u', 'x') THEN (SELECT h.inhparent::regclass::text"          \
	" FROM pg_inherits h JOIN pg_index i2 ON i2.indexrelid = h.inhparent"                      \
	" WHERE h.inhrelid = k.conindid AND CASE WHEN k.coninhcount > 0 THEN NOT i2.indisvalid"    \
	" ELSE NOT i2.indisvalid OR h.inhparent IN (SELECT id FROM twin) END)"                     \
	" END" PG_ELSE "NULL" PG_END

#define CHECK_OF_PARENT "k.contype = 'c' AND NOT k.conislocal AND k.coninhcount > 0"

/* A check that holds for the rows of a child while its parent's, by which it came, is NOT VALID. */
#define VALIDATED                                                                                  \
	PG_WHEN(PG_INHERITED)                                                                      \
	"CASE WHEN k.convalidated AND " CHECK_OF_PARENT                                            \
	" AND EXISTS (SELECT FROM pg_inherits h JOIN pg_constraint kp"                             \
	" ON kp.conrelid = h.inhparent AND kp.conname = k.conname AND kp.contype = 'c'"            \
	" WHERE h.inhrelid = k.conrelid AND NOT kp.convalidated) THEN 'true'"                      \
	" END" PG_ELSE "NULL" PG_END

static void
select_raw(struct sfs_str *out, int version)
{
	sfs_str_addf(out,
		", k.conrelid, k.conkey, k.confrelid, k.confkey"
		", k.confupdtype::text || k.confdeltype::text || k.confmatchtype::text AS actions"
		", %s AS set_keys, i.indkey, i.indnkeyatts, i.indnatts, %s AS distinct_nulls"
		", i.indisclustered"
		",\n CASE WHEN k.contype = 'c'"
		" THEN 'CHECK (' || pg_get_expr(k.conbin, k.conrelid) || ')'"
		" WHEN k.contype NOT IN ('p', 'u', 'f') OR $1::oid[] IS NOT NULL"
		" OR $2::name[] IS NOT NULL%s THEN pg_get_constraintdef(k.oid) END AS server_text",
		version >= 150000 ? "k.confdelsetcols" : "NULL",
		version >= 150000 ? "i.indnullsnotdistinct" : "false",
		version >= 180000 ? " OR k.conperiod" : "");
}

void
pg_read_constraint(int version, struct sfs_str *out)
{
	const char *came =
		version >= 180000 ? CHECK_OF_PARENT " AND k.conenforced" : CHECK_OF_PARENT;

	sfs_str_add(out, PG_WHEN(PG_INHERITED));
	pg_with_twins(version, out);
	sfs_str_add(out, PG_ELSE PG_END
		"SELECT k.oid, k.conrelid AS owner_oid, k.conname AS name"
		",\n CASE k.contype WHEN 'p' THEN 'PRIMARY KEY' WHEN 'u' THEN 'UNIQUE'"
		" WHEN 'c' THEN 'CHECK' WHEN 'f' THEN 'FOREIGN KEY' ELSE 'EXCLUDE' END AS type"
		",\n CASE WHEN k.contype = 'f' THEN k.confrelid::regclass::text END AS references"
		",\n CASE WHEN NOT k.convalidated AND NOT (");
	sfs_str_add(out, came);
	sfs_str_add(out, ") THEN 'true' END AS not_valid"
			 ",\n CASE WHEN NOT k.convalidated AND ");
	sfs_str_add(out, came);
	sfs_str_add(out,
		" THEN 'true' END AS unchecked"
		",\n " VALIDATED " AS validated"
		",\n CASE WHEN k.condeferred THEN 'DEFERRABLE INITIALLY DEFERRED'"
		" WHEN k.condeferrable THEN 'DEFERRABLE' END AS deferrable"
		",\n CASE WHEN k.contype = 'c' AND k.connoinherit THEN 'true' END AS no_inherit"
		",\n CASE WHEN NOT k.conislocal AND k.coninhcount > 0 AND " INCOMPLETE_PARENT
		" IS NULL THEN 'true' END AS inherited"
		",\n " INCOMPLETE_PARENT " AS attached"
		",\n CASE WHEN k.contype <> 'f' AND NOT i.indisvalid THEN 'true' END AS invalid"
		",\n CASE WHEN k.contype IN ('p', 'u') AND x.reloptions IS NOT NULL THEN ");
	pg_select_options(out, "x.reloptions", "");
	sfs_str_add(out,
		" END AS options"
		",\n CASE WHEN x.reltablespace <> 0 AND k.contype <> 'f' THEN"
		" (SELECT quote_ident(s.spcname) FROM pg_tablespace s WHERE s.oid = x.reltablespace)"
		" END AS tablespace, " PG_WHEN(PG_COMMENTED) "xd.description" PG_ELSE "NULL" PG_END
							     " AS index_comment");
	if (version >= 180000) {
		sfs_str_add(out, ",\n CASE WHEN NOT k.conenforced THEN 'true' END AS not_enforced");
	}
	select_raw(out, version);
	pg_select_common(out, &common);
	/* Of indexes only those that a constraint can have, and of those only what is told of one. */
	sfs_str_add(out,
		"\n FROM pg_constraint k"
		"\n LEFT JOIN pg_index i ON i.indexrelid = k.conindid AND k.contype <> 'f'"
		" AND (i.indisunique OR i.indisexclusion)"
		"\n LEFT JOIN pg_class x ON x.oid = i.indexrelid"
		" AND (x.reloptions IS NOT NULL OR x.reltablespace <> 0)" PG_WHEN(
			PG_COMMENTED) "\n LEFT JOIN pg_description xd ON xd.classoid = 'pg_class'::regclass"
				      " AND xd.objoid = i.indexrelid AND xd.objsubid = 0" PG_ELSE
					      PG_END);
	pg_select_joins(out, &common);
	/* A foreign key to a partitioned table has one more row for each partition referred to. */
	sfs_str_add(out,
		"\n WHERE k.conrelid <> 0 AND k.contype IN ('p', 'u', 'c', 'f', 'x')" PG_WHEN(
			PG_INHERITED) " AND NOT (k.contype = 'f' AND k.conparentid <> 0 AND EXISTS (SELECT"
				      " FROM pg_constraint kp WHERE kp.oid = k.conparentid AND kp.conrelid = k.conrelid))" PG_ELSE
					      PG_END);
	pg_select_user_namespace_id(out, "k.connamespace");
	pg_select_scope(out, "k.conrelid", NULL);
}

/* "(a, b)" of a list of numbers. */
static bool
write_columns(const struct pg_row *row, enum extra relation, const char *list, struct sfs_str *out)
{
	bool known;

	sfs_str_addc(out, '(');
	known = pg_keys_names(row->load->keys, (uint32_t)strtoul(row->extra[relation], NULL, 10),
		list, 0, 1600, out);
	sfs_str_addc(out, ')');
	return known;
}

static const char *
action(char letter)
{
	switch (letter) {
	case 'r':
		return "RESTRICT";
	case 'c':
		return "CASCADE";
	case 'n':
		return "SET NULL";
	case 'd':
		return "SET DEFAULT";
	default:
		return NULL; /* no action, which is not said */
	}
}

static bool
write_foreign_key(const struct pg_row *row, struct sfs_str *out)
{
	const char *actions = row->extra[EXTRA_ACTIONS];
	const char *update = action(actions[0]), *delete = action(actions[1]);

	sfs_str_add(out, "FOREIGN KEY ");
	if (!write_columns(row, EXTRA_RELATION, row->extra[EXTRA_KEYS], out)) {
		return false;
	}
	sfs_str_addf(out, " REFERENCES %s", row->values[SFS_CONSTRAINT_REFERENCES]);
	if (!write_columns(row, EXTRA_REFERENCED, row->extra[EXTRA_REFERENCED_KEYS], out)) {
		return false;
	}
	sfs_str_add(out, actions[2] == 'f' ? " MATCH FULL" : "");
	if (update) {
		sfs_str_addf(out, " ON UPDATE %s", update);
	}
	if (delete) {
		sfs_str_addf(out, " ON DELETE %s", delete);
	}
	if (delete &&row->extra[EXTRA_SET_KEYS]) {
		sfs_str_addc(out, ' ');
		return write_columns(row, EXTRA_RELATION, row->extra[EXTRA_SET_KEYS], out);
	}
	return true;
}

static bool
write_key(const struct pg_row *row, struct sfs_str *out)
{
	unsigned n_keys = (unsigned)strtoul(row->extra[EXTRA_N_KEYS], NULL, 10);
	unsigned n_columns = (unsigned)strtoul(row->extra[EXTRA_N_COLUMNS], NULL, 10);
	sfs_auto(str) struct sfs_str include = SFS_STR_INIT;

	sfs_str_add(out, row->values[SFS_CONSTRAINT_TYPE]);
	if (*row->extra[EXTRA_NULLS_NOT_DISTINCT] == 't') {
		sfs_str_add(out, " NULLS NOT DISTINCT");
	}
	sfs_str_addc(out, ' ');
	if (!write_columns(row, EXTRA_RELATION, row->extra[EXTRA_KEYS], out)) {
		return false;
	}
	if (!pg_keys_names(row->load->keys, (uint32_t)strtoul(row->extra[EXTRA_RELATION], NULL, 10),
		    row->extra[EXTRA_INDEX_KEYS], n_keys, n_columns - n_keys, &include)) {
		return false;
	}
	if (include.len) {
		sfs_str_addf(out, " INCLUDE (%s)", include.text);
	}
	return true;
}

/* Whether its columns tell all of it. */
static bool
is_told_by_columns(const struct pg_row *row)
{
	const char *type = row->values[SFS_CONSTRAINT_TYPE];

	return strcmp(type, "CHECK") != 0 && strcmp(type, "EXCLUDE") != 0;
}

static void
complete_definition(struct pg_row *row)
{
	sfs_auto(str) struct sfs_str text = SFS_STR_INIT;
	bool done = strcmp(row->values[SFS_CONSTRAINT_TYPE], "FOREIGN KEY") == 0
			    ? write_foreign_key(row, &text)
			    : write_key(row, &text);

	if (done) {
		row->values[SFS_CONSTRAINT_DEFINITION] =
			sfs_arena_strndup(row->load->arena, text.text, text.len);
	} else {
		row->undefined = true;
	}
}

void
pg_complete_constraint(struct pg_row *row)
{
	sfs_auto(str) struct sfs_str columns = SFS_STR_INIT;

	if (row->extra[EXTRA_TEXT]) {
		row->values[SFS_CONSTRAINT_DEFINITION] =
			pg_define_constraint(row->load, row->extra[EXTRA_TEXT], row->values);
	} else if (is_told_by_columns(row)) {
		complete_definition(row);
	}
	if (row->extra[EXTRA_KEYS] &&
		pg_keys_names(row->load->keys,
			(uint32_t)strtoul(row->extra[EXTRA_RELATION], NULL, 10),
			row->extra[EXTRA_KEYS], 0, 1600, &columns)) {
		row->values[SFS_CONSTRAINT_COLUMNS] =
			sfs_arena_strndup(row->load->arena, sfs_str_text(&columns), columns.len);
	}
	if (row->extra[EXTRA_CLUSTERED] && *row->extra[EXTRA_CLUSTERED] == 't' && row->owner) {
		pg_set_cluster(row->load, row->owner, row->id->name);
	}
}
