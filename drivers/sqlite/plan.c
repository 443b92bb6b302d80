// SPDX-License-Identifier: MIT
/*
 * From a diff to statements, in an order in which SQLite takes them: what is in the way goes first
 * (views, triggers, tables), then renames, then tables one after the other, then indexes, views and
 * triggers come.
 */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "base/alloc.h"
#include "catalog/graph.h"
#include "drivers/sqlite/plan.h"
#include "drivers/sqlite/planner.h"
#include "drivers/sqlite/print.h"
#include "drivers/sqlite/read.h"
#include "drivers/sqlite/sandbox.h"
#include "sql/quote.h"

static void
planner_finish(struct lite_planner *planner)
{
	sfs_vec_foreach (pair, &planner->pairs) {
		sfs_str_finish(&pair->alter);
	}
	sfs_vec_finish(&planner->pairs);
	sfs_vec_foreach (aside, &planner->asides) {
		free(aside->name);
		free(aside->sql);
	}
	sfs_vec_finish(&planner->asides);
	free(planner->change_from);
	free(planner->change_to);
	free(planner->pair_from);
	free(planner->pair_to);
	(void)sqlite3_close(planner->sandbox);
	sfs_catalog_destroy(planner->now);
}

SFS_DEFINE_AUTO_VALUE(planner, struct lite_planner, planner_finish)

/* ---- for all stages ---- */

const char *
lite_quoted(const struct lite_planner *planner, const char *name)
{
	struct sfs_str out sfs_auto(str) = SFS_STR_INIT;

	sfs_quote_name(&out, SFS_SQLITE, name);
	return sfs_arena_strndup(planner->plan->arena, sfs_str_text(&out), out.len);
}

int
lite_emit(struct lite_planner *planner, const struct sfs_object *object, const char *sql,
	struct sfs_error *err)
{
	size_t offset;

	(void)sfs_plan_add(planner->plan, object, sql);
	if (!planner->sandbox) {
		return 0;
	}
	int r = lite_sandbox_run(planner->sandbox, sql, strlen(sql), &offset, err);
	if (r < 0 && err && !err->statement) {
		err->statement = sfs_strdup(sql);
	}
	return r;
}

int
lite_emitf(struct lite_planner *planner, const struct sfs_object *object, struct sfs_error *err,
	const char *format, ...)
{
	va_list args;

	va_start(args, format);
	char *sql sfs_auto(free) = sfs_vasprintf(format, args);
	va_end(args);
	return lite_emit(planner, object, sql, err);
}

int
lite_emit_legacy(struct lite_planner *planner, bool on, struct sfs_error *err)
{
	if (planner->legacy == on) {
		return 0;
	}
	planner->legacy = on;
	return lite_emit(planner, NULL,
		on ? "PRAGMA legacy_alter_table = ON" : "PRAGMA legacy_alter_table = OFF", err);
}

bool
lite_is_gone(const struct sfs_change *change)
{
	return change && change->action != SFS_CREATE;
}

int
lite_emit_drop(struct lite_planner *planner, const struct sfs_object *object, const char *word,
	struct sfs_error *err)
{
	return lite_emitf(
		planner, object, err, "DROP %s %s", word, lite_quoted(planner, object->id.name));
}

int
lite_emit_create(
	struct lite_planner *planner, const struct sfs_object *object, struct sfs_error *err)
{
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;

	lite_text(object, &text);
	return lite_emit(planner, object, sfs_str_text(&text), err);
}

/* ---- tables ---- */

static int
drop_tables(struct lite_planner *planner, struct sfs_error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < planner->pairs.len; i++) {
		const struct lite_pair *pair = &planner->pairs.items[i];

		if (pair->from && (!pair->to || pair->replaced)) {
			/* With foreign keys on, this would delete the rows that refer to it. */
			planner->plan->rebuilds = true;
			lite_measure_drop(planner, pair->from);
			r = lite_lacks_module(planner, pair->from)
				    ? lite_forget_virtual(planner, pair->from, err)
				    : lite_emit_drop(planner, pair->from, "TABLE", err);
		}
	}
	return r;
}

/* What the pair's table is at this point: after the renames it is found by its new name. */
static void
find_now(struct lite_planner *planner, struct lite_pair *pair)
{
	if (!pair->from || !pair->to || pair->replaced) {
		return;
	}
	pair->now = planner->now ? sfs_catalog_relation(
					   planner->now, pair->to->id.namespace, pair->to->id.name)
				 : pair->from;
	pair->now = pair->now ? pair->now : pair->from;
}

static bool
is_index_change(const struct sfs_change *change)
{
	const struct sfs_object *any = change->to ? change->to : change->from;

	return any->id.kind == SFS_INDEX;
}

/* An index goes with its table, and so also when that is rebuilt. */
static int
drop_indexes(struct lite_planner *planner, struct sfs_error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < planner->diff->changes.len; i++) {
		const struct sfs_change *change = &planner->diff->changes.items[i];

		if (!is_index_change(change) || !lite_is_gone(change)) {
			continue;
		}
		const struct lite_pair *pair =
			lite_pair_of_from(planner, sfs_object_filed(change->from));
		if (pair->to && !pair->replaced && !pair->rebuilt) {
			r = lite_emit_drop(planner, change->from, "INDEX", err);
		}
	}
	return r;
}

static int
change_tables(struct lite_planner *planner, struct sfs_error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < planner->pairs.len; i++) {
		struct lite_pair *pair = &planner->pairs.items[i];

		if (pair->now && !pair->rebuilt && pair->alter.len) {
			r = lite_alter(planner, pair, err);
		}
	}
	for (size_t i = 0; r == 0 && i < planner->pairs.len; i++) {
		struct lite_pair *pair = &planner->pairs.items[i];

		if (pair->rebuilt) {
			r = lite_rebuild(planner, pair, err);
		}
	}
	return r == 0 ? lite_emit_legacy(planner, false, err) : r;
}

static int
create_tables(struct lite_planner *planner, struct sfs_error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < planner->pairs.len; i++) {
		const struct lite_pair *pair = &planner->pairs.items[i];

		if (pair->to && (!pair->from || pair->replaced)) {
			r = lite_lacks_module(planner, pair->to)
				    ? lite_store_virtual(planner, pair->to, err)
				    : lite_emit_create(planner, pair->to, err);
		}
	}
	return r;
}

/* All indexes of a table that was made, else those that differ. */
static int
create_indexes(struct lite_planner *planner, const struct lite_pair *pair, struct sfs_error *err)
{
	bool all = !pair->from || pair->replaced || pair->rebuilt;
	const struct sfs_object *part;
	int r = 0;

	sfs_parts_foreach (part, pair->to) {
		if (r == 0 && part->id.kind == SFS_INDEX &&
			(all || planner->change_to[part->index])) {
			r = lite_emit_create(planner, part, err);
		}
	}
	return r;
}

static int
create_all_indexes(struct lite_planner *planner, struct sfs_error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < planner->pairs.len; i++) {
		if (planner->pairs.items[i].to) {
			r = create_indexes(planner, &planner->pairs.items[i], err);
		}
	}
	return r;
}

/* ---- the whole ---- */

static int
check_kinds(const struct sfs_diff *diff, struct sfs_error *err)
{
	sfs_vec_foreach (change, &diff->changes) {
		const struct sfs_identity *id = change->to ? &change->to->id : &change->from->id;

		switch ((int)id->kind) {
		case SFS_TABLE:
		case SFS_COLUMN:
		case SFS_CONSTRAINT:
		case SFS_INDEX:
		case SFS_VIEW:
		case SFS_TRIGGER:
			break;
		default:
			return sfs_error_set(err, EINVAL, "SQLite has no %s of its own",
				sfs_kind_info(id->kind)->name);
		}
	}
	return 0;
}

static bool
is_partial(const struct sfs_diff *diff)
{
	/* A reading of everything has the namespace in it. */
	return !sfs_catalog_find(diff->from, &(struct sfs_identity){ .kind = SFS_NAMESPACE,
						     .namespace = LITE_NAMESPACE,
						     .name = LITE_NAMESPACE });
}

/* What goes, and the renames: in a copy of the schema too, where that tells something. */
static int
plan_drops(struct lite_planner *planner, struct sfs_error *err)
{
	bool renames = lite_needs_rename(planner), drops = lite_drops_columns(planner);
	int r = renames || drops ? lite_rename_start(planner, err) : 0;

	if (r == 0) {
		r = lite_drop_triggers(planner, err);
	}
	if (r == 0) {
		r = lite_drop_views(planner, err);
	}
	if (r == 0) {
		r = drop_tables(planner, err);
	}
	if (r == 0 && renames) {
		r = lite_rename(planner, err);
	}
	if (r == 0 && drops) {
		r = lite_try_drop(planner, err);
	}
	(void)sqlite3_close(planner->sandbox);
	planner->sandbox = NULL;
	return r;
}

static int
plan_tables(struct lite_planner *planner, struct sfs_error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < planner->pairs.len; i++) {
		struct lite_pair *pair = &planner->pairs.items[i];

		find_now(planner, pair);
		if (pair->now) {
			r = lite_choose(planner, pair, err);
			lite_measure_pair(planner, pair);
		}
	}
	if (r == 0) {
		r = lite_refuse_foreign_keys(planner, err);
	}
	if (r == 0) {
		r = drop_indexes(planner, err);
	}
	if (r == 0) {
		r = change_tables(planner, err);
	}
	if (r == 0) {
		r = create_tables(planner, err);
	}
	return r == 0 ? create_all_indexes(planner, err) : r;
}

int
lite_plan(struct sfs_db *db, const struct sfs_diff *diff, struct sfs_plan *plan,
	struct sfs_error *err)
{
	struct lite_planner planner sfs_auto(planner) = {
		.db = db ? lite_of(db) : NULL,
		.diff = diff,
		.plan = plan,
		.partial = is_partial(diff),
	};
	int r = check_kinds(diff, err);

	if (r < 0) {
		return r;
	}
	lite_pairs_find(&planner);
	sfs_plan_ask(plan, diff);
	r = plan_drops(&planner, err);
	if (r == 0) {
		r = plan_tables(&planner, err);
	}
	if (r == 0) {
		r = lite_create_programs(&planner, SFS_VIEW, err);
	}
	if (r == 0) {
		r = lite_create_programs(&planner, SFS_TRIGGER, err);
	}
	if (r == 0) {
		r = lite_check_programs(&planner, err);
	}
	lite_tell_lock(&planner);
	return r == 0 ? lite_frame(&planner, err) : r;
}
