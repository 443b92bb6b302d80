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

/* A column that takes its values from one of the old table; both quoted. */
struct copied {
	const char *into, *from;
};

struct rebuild {
	struct lite_planner *planner;
	struct lite_pair *pair;
	struct lite_table old, new;
	const char *name;  /* of the table, quoted */
	const char *aside; /* where the old one is, quoted */
	SFS_VEC(struct copied) copied;
};

static void
rebuild_finish(struct rebuild *r)
{
	lite_table_finish(&r->old);
	lite_table_finish(&r->new);
	sfs_vec_finish(&r->copied);
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
	sfs_vec_push(&r->copied, (struct copied){ into, from });
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

/* `column` of each copied one, or with `numbered` the name c1, c2 ... that it has aside. */
static void
list(const struct rebuild *r, bool into, bool numbered, struct sfs_str *out)
{
	for (size_t i = 0; i < r->copied.len; i++) {
		const struct copied *copied = &r->copied.items[i];

		sfs_str_add(out, i ? ", " : "");
		if (numbered && !into) {
			sfs_str_addf(out, "c%zu", i + 1);
		} else {
			sfs_str_add(out, into ? copied->into : copied->from);
		}
	}
}

/*
 * ON CONFLICT REPLACE or IGNORE in the new table would drop rows without a word; OR ABORT comes
 * before what constraints say.
 */
static int
fill(struct rebuild *r, bool numbered, struct sfs_error *err)
{
	struct sfs_str into sfs_auto(str) = SFS_STR_INIT, from sfs_auto(str) = SFS_STR_INIT;
	bool conflict = strcasestr(lite_stored(r->pair->to), "conflict") != NULL;

	if (!r->copied.len) {
		/* The guard sees to it that there were no rows. */
		return 0;
	}
	list(r, true, false, &into);
	list(r, false, numbered, &from);
	return lite_emitf(r->planner, r->pair->to, err, "INSERT %sINTO %s (%s)\nSELECT %s\nFROM %s",
		conflict ? "OR ABORT " : "", r->name, sfs_str_text(&into), sfs_str_text(&from),
		r->aside);
}

static const char *
literal(const struct rebuild *r, const char *prefix)
{
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT, out sfs_auto(str) = SFS_STR_INIT;

	sfs_str_add(&name, prefix);
	sfs_str_add(&name, r->pair->to->id.name);
	sfs_quote_literal(&out, SFS_SQLITE, sfs_str_text(&name));
	return sfs_arena_strndup(r->planner->plan->arena, sfs_str_text(&out), out.len);
}

/* AUTOINCREMENT never gives a number twice, not even one whose row is gone. */
static int
keep_counter(struct rebuild *r, struct sfs_error *err)
{
	int rc;

	if (!r->old.autoincrement || !r->new.autoincrement) {
		return 0;
	}
	rc = lite_emitf(r->planner, r->pair->to, err, "DELETE FROM sqlite_sequence WHERE name = %s",
		literal(r, ""));
	if (rc == 0) {
		rc = lite_emitf(r->planner, r->pair->to, err,
			"INSERT INTO sqlite_sequence (name, seq)\nSELECT %s, seq FROM "
			"sqlite_sequence WHERE name = %s",
			literal(r, ""), literal(r, LITE_ASIDE));
	}
	return rc;
}

static int
create(struct rebuild *r, struct sfs_error *err)
{
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;

	lite_text(r->pair->to, &text);
	return lite_emit(r->planner, r->pair->to, sfs_str_text(&text), err);
}

static int
drop_aside(struct rebuild *r, struct sfs_error *err)
{
	return lite_emitf(r->planner, r->pair->to, err, "DROP TABLE %s", r->aside);
}

static int
rebuild_by_rename(struct rebuild *r, struct sfs_error *err)
{
	int rc = lite_emit_legacy(r->planner, true, err);

	if (rc == 0) {
		rc = lite_emitf(r->planner, r->pair->to, err, "ALTER TABLE %s RENAME TO %s",
			r->name, r->aside);
	}
	if (rc == 0) {
		rc = create(r, err);
	}
	if (rc == 0) {
		rc = fill(r, false, err);
	}
	if (rc == 0) {
		rc = keep_counter(r, err);
	}
	return rc == 0 ? drop_aside(r, err) : rc;
}

/* The counter of a table goes with it: under another name it stays until it is needed. */
static int
hide_counter(struct rebuild *r, struct sfs_error *err)
{
	if (!r->old.autoincrement || !r->new.autoincrement) {
		return 0;
	}
	return lite_emitf(r->planner, r->pair->to, err,
		"UPDATE sqlite_sequence SET name = %s WHERE name = %s", literal(r, LITE_ASIDE),
		literal(r, ""));
}

static int
forget_counter(struct rebuild *r, struct sfs_error *err)
{
	if (!r->old.autoincrement || !r->new.autoincrement) {
		return 0;
	}
	return lite_emitf(r->planner, r->pair->to, err,
		"DELETE FROM sqlite_sequence WHERE name = %s", literal(r, LITE_ASIDE));
}

/* Twice the work, for a table that can not be renamed. */
static int
rebuild_by_copy(struct rebuild *r, struct sfs_error *err)
{
	struct sfs_str columns sfs_auto(str) = SFS_STR_INIT;
	int rc;

	for (size_t i = 0; i < r->copied.len; i++) {
		sfs_str_addf(
			&columns, "%s%s AS c%zu", i ? ", " : "", r->copied.items[i].from, i + 1);
	}
	rc = lite_emitf(r->planner, r->pair->to, err, "CREATE TABLE %s AS\nSELECT %s\nFROM %s",
		r->aside, columns.len ? columns.text : "1", r->name);
	if (rc == 0) {
		rc = hide_counter(r, err);
	}
	if (rc == 0) {
		rc = lite_emitf(r->planner, r->pair->to, err, "DROP TABLE %s", r->name);
	}
	if (rc == 0) {
		rc = create(r, err);
	}
	if (rc == 0) {
		rc = fill(r, true, err);
	}
	if (rc == 0) {
		rc = keep_counter(r, err);
	}
	if (rc == 0) {
		rc = forget_counter(r, err);
	}
	return rc == 0 ? drop_aside(r, err) : rc;
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
	return lite_can_rename(planner, pair->now, r.name, r.aside) ? rebuild_by_rename(&r, err)
								    : rebuild_by_copy(&r, err);
}
