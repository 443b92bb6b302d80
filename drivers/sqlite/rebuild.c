// SPDX-License-Identifier: MIT
/*
 * What ALTER TABLE can not do: the table is put aside, made anew under its name, filled and the old
 * one dropped. Under legacy_alter_table, with foreign keys off, putting it aside changes nothing
 * that names it: foreign keys, views and triggers of others go on to mean the new one, and the text
 * that is kept of it is to the byte the one that was asked for.
 */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "drivers/sqlite/guard.h"
#include "drivers/sqlite/parse.h"
#include "drivers/sqlite/planner.h"
#include "drivers/sqlite/print.h"
#include "drivers/sqlite/read.h"
#include "sql/quote.h"

struct rebuild {
	struct lite_planner *planner;
	struct lite_pair *pair;
	struct lite_table old, new;
	const char *name;          /* of the table, quoted */
	const char *aside;         /* where the old one is, quoted */
	struct sfs_str into, from; /* what is copied to where */
};

static void
rebuild_finish(struct rebuild *r)
{
	lite_table_finish(&r->old);
	lite_table_finish(&r->new);
	sfs_str_finish(&r->into);
	sfs_str_finish(&r->from);
}

SFS_DEFINE_AUTO_VALUE(rebuild, struct rebuild, rebuild_finish)

/* ---- which columns ---- */

static const struct lite_column *
column_of(const struct lite_table *table, const char *name)
{
	sfs_vec_foreach (column, &table->columns) {
		if (strcasecmp(lite_table_text(table, column->name), name) == 0) {
			return column;
		}
	}
	return NULL;
}

/* The column that stands for the rowid: INTEGER PRIMARY KEY, and of no other type. */
static const struct lite_column *
rowid_alias(const struct lite_table *table)
{
	sfs_vec_foreach (constraint, &table->constraints) {
		if (constraint->type != LITE_PRIMARY_KEY || table->without_rowid) {
			continue;
		}
		const char *columns = lite_table_text(table, constraint->columns);
		const char *definition = lite_table_text(table, constraint->definition);

		sfs_vec_foreach (column, &table->columns) {
			struct sfs_str key sfs_auto(str) = SFS_STR_INIT;
			const char *name = lite_table_text(table, column->name);
			const char *type = lite_table_text(table, column->type);

			lite_normal_name(name,
				&(struct sfs_token){ SFS_TOKEN_QUOTED, 0, strlen(name) }, &key);
			if (type && strcmp(type, "INTEGER") == 0 &&
				strcmp(sfs_str_text(&key), columns) == 0 &&
				!(constraint->column &&
					sfs_starts_with(strchr(definition, ')'), ") DESC"))) {
				return column;
			}
		}
	}
	return NULL;
}

/* One of the three names of the rowid that is no column of either table. */
static const char *
rowid_name(const struct rebuild *r)
{
	static const char *const names[] = { "rowid", "_rowid_", "oid" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (!column_of(&r->old, names[i]) && !column_of(&r->new, names[i])) {
			return names[i];
		}
	}
	return NULL;
}

static void
copy(struct rebuild *r, const char *into, const char *from)
{
	sfs_str_separate(&r->into, ", ");
	sfs_str_add(&r->into, into);
	sfs_str_separate(&r->from, ", ");
	sfs_str_add(&r->from, from);
}

static void
list_columns(struct rebuild *r)
{
	const struct lite_column *alias = rowid_alias(&r->new);
	const char *rowid = rowid_name(r);
	bool keep = !r->old.without_rowid && !r->new.without_rowid &&rowid;

	if (keep && !alias) {
		copy(r, rowid, rowid);
	}
	sfs_vec_foreach (column, &r->new.columns) {
		const char *name = lite_table_text(&r->new, column->name);
		const char *quoted = lite_quoted(r->planner, name);
		const struct lite_column *old = column_of(&r->old, name);

		if (column->generated) {
			continue;
		}
		if (old) {
			copy(r, quoted,
				lite_quoted(r->planner, lite_table_text(&r->old, old->name)));
		} else if (column == alias && keep) {
			copy(r, quoted, rowid);
		}
	}
}

/* ---- the statements ---- */

/*
 * ON CONFLICT REPLACE or IGNORE in the new table would drop rows without a word; OR ABORT comes
 * before what constraints say.
 */
static int
fill(struct rebuild *r, struct sfs_error *err)
{
	bool conflict = strcasestr(lite_stored(r->pair->to), "conflict") != NULL;

	if (!r->into.len) {
		/* Nothing is kept but the number of rows, which defaults fill. */
		return 0;
	}
	return lite_emitf(r->planner, r->pair->to, err, "INSERT %sINTO %s (%s)\nSELECT %s\nFROM %s",
		conflict ? "OR ABORT " : "", r->name, sfs_str_text(&r->into),
		sfs_str_text(&r->from), r->aside);
}

/* AUTOINCREMENT never gives a number twice, not even one whose row is gone. */
static int
keep_counter(struct rebuild *r, struct sfs_error *err)
{
	struct sfs_str table sfs_auto(str) = SFS_STR_INIT, aside sfs_auto(str) = SFS_STR_INIT;
	int rc;

	if (!r->old.autoincrement || !r->new.autoincrement) {
		return 0;
	}
	sfs_quote_literal(&table, SFS_SQLITE, r->pair->to->id.name);
	sfs_str_add(&aside, LITE_ASIDE);
	sfs_str_add(&aside, r->pair->to->id.name);
	char *plain sfs_auto(free) = sfs_str_steal(&aside);
	sfs_quote_literal(&aside, SFS_SQLITE, plain);
	rc = lite_emitf(r->planner, r->pair->to, err, "DELETE FROM sqlite_sequence WHERE name = %s",
		sfs_str_text(&table));
	if (rc == 0) {
		rc = lite_emitf(r->planner, r->pair->to, err,
			"INSERT INTO sqlite_sequence (name, seq)\nSELECT %s, seq FROM "
			"sqlite_sequence WHERE name = %s",
			sfs_str_text(&table), sfs_str_text(&aside));
	}
	return rc;
}

static int
emit(struct rebuild *r, struct sfs_error *err)
{
	struct sfs_str create sfs_auto(str) = SFS_STR_INIT;
	struct lite_planner *planner = r->planner;
	const struct sfs_object *table = r->pair->to;
	int rc = lite_emit_legacy(planner, true, err);

	lite_text(table, &create);
	if (rc == 0) {
		rc = lite_emitf(
			planner, table, err, "ALTER TABLE %s RENAME TO %s", r->name, r->aside);
	}
	if (rc == 0) {
		rc = lite_emit(planner, table, sfs_str_text(&create), err);
	}
	if (rc == 0) {
		rc = fill(r, err);
	}
	if (rc == 0) {
		rc = keep_counter(r, err);
	}
	if (rc == 0) {
		rc = lite_emitf(planner, table, err, "DROP TABLE %s", r->aside);
	}
	return rc;
}

int
lite_rebuild(struct lite_planner *planner, struct lite_pair *pair, struct sfs_error *err)
{
	struct rebuild r sfs_auto(rebuild) = { .planner = planner, .pair = pair };
	struct sfs_str aside sfs_auto(str) = SFS_STR_INIT;

	lite_table_init(&r.old);
	lite_table_init(&r.new);
	lite_table_parse(&r.old, lite_stored(pair->now));
	lite_table_parse(&r.new, lite_stored(pair->to));
	if (r.old.options || r.new.options) {
		return sfs_error_set(err, ENOTSUP,
			"table %s can not be changed: its definition has a form that schemafs "
			"does not know",
			pair->to->id.name);
	}
	sfs_str_add(&aside, LITE_ASIDE);
	sfs_str_add(&aside, pair->to->id.name);
	r.name = lite_quoted(planner, pair->to->id.name);
	r.aside = lite_quoted(planner, sfs_str_text(&aside));
	list_columns(&r);
	return emit(&r, err);
}
