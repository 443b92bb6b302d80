// SPDX-License-Identifier: MIT
/* The next migration: what a schema has and the migrations do not make yet. */
#include <errno.h>
#include <string.h>

#include "base/file.h"
#include "migrate/generate.h"
#include "migrate/name.h"
#include "migrate/snapshot.h"
#include "tree/overlay.h"

static const char breakpoint_text[] = "--> statement-breakpoint\n";

void
sfs_generated_init(struct sfs_generated *generated)
{
	memset(generated, 0, sizeof *generated);
	sfs_plan_init(&generated->plan);
}

void
sfs_generated_finish(struct sfs_generated *generated)
{
	free(generated->tag);
	sfs_str_finish(&generated->text);
	sfs_plan_finish(&generated->plan);
	memset(generated, 0, sizeof *generated);
}

/* ---- the text ---- */

static void
end_statement(const char *sql, bool last, bool breakpoints, struct sfs_str *out)
{
	sfs_str_add(out, ";");
	if (last) {
		sfs_str_add(out, strchr(sql, '\n') ? "\n" : "");
		return;
	}
	/* drizzle puts the marker of a long statement on a line of its own. */
	sfs_str_add(out, !breakpoints || strchr(sql, '\n') ? "\n" : "");
	sfs_str_add(out, breakpoints ? breakpoint_text : "");
}

/* One line of a comment. */
static void
add_line(struct sfs_str *out, const char *text)
{
	for (; *text; text++) {
		sfs_str_addc(out, *text == '\n' || *text == '\r' ? ' ' : *text);
	}
	sfs_str_addc(out, '\n');
}

static void
add_losses(const struct sfs_plan *plan, struct sfs_str *out)
{
	sfs_vec_foreach (hazard, &plan->hazards) {
		if (hazard->severity == SFS_LOSS) {
			sfs_str_addf(out, "-- H%02u: %s: ", hazard->rule,
				hazard->object ? hazard->object : "");
			add_line(out, hazard->message);
		}
	}
}

static void
add_impossible(const struct sfs_undo *undo, struct sfs_str *out)
{
	sfs_str_add(out, "-- undoes ");
	add_line(out, undo->tag);
	sfs_vec_foreach (line, &undo->impossible) {
		sfs_str_add(out, "-- impossible: ");
		add_line(out, *line);
	}
}

/* What the statement that follows brings back. */
static void
add_grade(const struct sfs_undo *undo, enum sfs_dialect dialect, const struct sfs_step *step,
	struct sfs_str *out)
{
	const struct sfs_undo_loss *loss = sfs_undo_loss_of(undo, dialect, step);

	if (loss) {
		sfs_str_add(out, "-- structure only, what was in it is gone: ");
		add_line(out, loss->object);
	} else if (!step->scaffolding) {
		sfs_str_add(out, "-- exact\n");
	}
}

void
sfs_generate_text(const struct sfs_plan *plan, enum sfs_dialect dialect, bool breakpoints,
	const struct sfs_undo *undo, struct sfs_str *out)
{
	size_t last = plan->steps.len;

	while (last && plan->steps.items[--last].check) {
		/* The last one that is written. */
	}
	if (undo) {
		add_impossible(undo, out);
	}
	add_losses(plan, out);
	for (size_t i = 0; i < plan->steps.len; i++) {
		const char *sql = plan->steps.items[i].sql;

		if (plan->steps.items[i].check) {
			continue;
		}
		if (undo) {
			add_grade(undo, dialect, &plan->steps.items[i], out);
		}
		sfs_str_addf(out, "%s%s", sfs_step_directive(&plan->steps.items[i]), sql);
		end_statement(sql, i == last, breakpoints, out);
	}
}

/* ---- checking ---- */

/* -EIO unless what the history makes now is what was wanted. */
static int
verify(struct sfs_catalog *after, const struct sfs_catalog *want, struct sfs_error *err)
{
	struct sfs_diff diff sfs_auto(diff) = { 0 };
	struct sfs_str residue sfs_auto(str) = SFS_STR_INIT;
	struct sfs_renames none = { 0 };
	int r = sfs_diff_make(after, want, &none, &diff, err);

	if (r < 0) {
		return r;
	}
	if (!diff.changes.len) {
		return 0;
	}
	sfs_vec_foreach (change, &diff.changes) {
		sfs_change_describe(change, &residue);
		sfs_str_addc(&residue, '\n');
	}
	r = sfs_error_set(
		err, EIO, "the migration does not make what was asked; it was not written");
	sfs_error_detail(err, "%s", sfs_str_text(&residue));
	sfs_error_hint(err, "this is a defect of schemafs: please report it with the plan");
	return r;
}

/* The renames that a diff carries out, for the snapshot. */
static void
collect_renames(const struct sfs_diff *diff, struct sfs_renames *renames)
{
	sfs_vec_foreach (change, &diff->changes) {
		if (change->action == SFS_RENAME) {
			sfs_vec_push(renames, (struct sfs_rename){ .from = change->from->id,
						      .to = change->to->id });
		}
	}
}

/* The schema at the newest snapshot, after the new migration, and after that has run twice. */
struct catalogs {
	struct sfs_catalog *items[3]; /* owned */
};

static void
catalogs_finish(struct catalogs *catalogs)
{
	sfs_catalog_destroy(catalogs->items[0]);
	sfs_catalog_destroy(catalogs->items[1]);
	sfs_catalog_destroy(catalogs->items[2]);
}
SFS_DEFINE_AUTO_VALUE(catalogs, struct catalogs, catalogs_finish)

/* The snapshot that follows the newest one, now that the history makes `after`. */
static json_t *
next_snapshot(const struct sfs_base *base, const struct sfs_catalog *then,
	const struct sfs_catalog *after, const struct sfs_diff *diff)
{
	struct sfs_renames renames = { 0 };
	json_t *want = sfs_snapshot_make(after), *snapshot;

	if (base->current && then) {
		json_t *have = sfs_snapshot_make(then);

		collect_renames(diff, &renames);
		snapshot = sfs_snapshot_merge(base->snapshot, have, want, &renames);
		sfs_vec_finish(&renames);
		json_decref(have);
		json_decref(want);
	} else {
		snapshot = want;
	}
	sfs_snapshot_identify(snapshot, sfs_base_id(base));
	return snapshot;
}

/* Adds the new text to the history: twice when it may run twice. */
static int
add_twice(struct sfs_history *history, const struct sfs_generation *how,
	const struct sfs_generated *generated, struct sfs_error *err)
{
	char *file sfs_auto(free) = sfs_asprintf("%s.sql", generated->tag);
	int r = 0;

	for (int i = 0; r == 0 && i < 1 + how->idempotent; i++) {
		r = sfs_history_add(
			history, file, sfs_str_text(&generated->text), generated->text.len, err);
	}
	return r;
}

/* Runs the history with the new text, checks what it makes, and puts it into the folder. */
static int
check_and_publish(struct sfs_history *history, const struct sfs_generation *how,
	const struct sfs_catalog *want, const struct sfs_diff *diff,
	struct sfs_generated *generated, struct sfs_error *err)
{
	struct catalogs catalogs sfs_auto(catalogs) = { { NULL, NULL, NULL } };
	struct sfs_base base sfs_auto(base) = { 0 };
	int r = sfs_base_find(history, &base, err);

	if (r == 0) {
		r = add_twice(history, how, generated, err);
	}
	size_t n = history->files.len, stops[] = { base.n, n - how->idempotent, n };
	struct sfs_generate_rows rows = { .data = how->data, .check = true };
	sfs_generate_watch(history, &rows);
	if (r == 0) {
		r = sfs_history_replay(history, how->db, how->shadow, stops, 2 + how->idempotent,
			catalogs.items, err);
	}
	sfs_generate_watch(history, NULL);
	for (int i = 1; r == 0 && i < 2 + how->idempotent; i++) {
		r = verify(catalogs.items[i], want, err);
	}
	if (r < 0 || how->dry_run) {
		return r;
	}
	json_t *snapshot = next_snapshot(&base, catalogs.items[0], catalogs.items[1], diff);
	r = sfs_publish(history, generated->tag, &generated->text, snapshot,
		how->project->breakpoints, sfs_migration_when(&history->journal), err);
	json_decref(snapshot);
	return r;
}

static char *
choose_tag(const struct sfs_history *history, const struct sfs_generation *how,
	const struct sfs_diff *diff)
{
	bool first = history->journal.entries.len == 0;
	char *own sfs_auto(free) = how->name                         ? sfs_strdup(how->name)
				   : first                           ? sfs_strdup("init")
				   : diff && sfs_diff_is_empty(diff) ? sfs_strdup("data")
				   : diff                            ? sfs_migration_name_of(diff)
								     : sfs_strdup("custom");

	return sfs_migration_tag(&history->journal, how->prefix, own);
}

/* The plan of the schema and of the rows for what the history makes now. */
static int
plan(const struct sfs_driver *driver, const struct sfs_generation *how,
	const struct sfs_catalog *want, const struct sfs_diff *diff, struct sfs_plan *plan,
	struct sfs_error *err)
{
	int r = sfs_diff_is_empty(diff) ? 0 : driver->plan(NULL, diff, plan, err);

	if (r == 0 && how->idempotent) {
		r = sfs_idempotent_plan(driver->dialect, plan, err);
	}
	if (r == 0 && !how->undo) {
		sfs_generate_notes(diff, driver->dialect, plan);
		sfs_generate_guard(how->project, diff, driver->dialect, how->idempotent, plan);
	}
	if (r == 0 && how->data) {
		how->data->over = how->idempotent;
		r = sfs_data_plan(how->data, want, plan, err);
	}
	return r;
}

int
sfs_generate(struct sfs_history *history, const struct sfs_generation *how,
	const struct sfs_catalog *want, struct sfs_renames *renames,
	struct sfs_generated *ret_generated, struct sfs_error *err)
{
	const struct sfs_driver *driver = history->driver;
	struct sfs_catalog *have sfs_auto(catalog) = NULL, *overlay sfs_auto(catalog) = NULL;
	struct sfs_diff diff sfs_auto(diff) = { 0 };
	struct sfs_generate_rows rows = {
		.data = how->data, .project = how->project, .want = want, .renames = renames
	};
	size_t all = history->files.len;

	sfs_generate_watch(history, &rows);
	int r = sfs_history_replay(history, how->db, how->shadow, &all, 1, &have, err);
	sfs_generate_watch(history, NULL);
	if (r < 0) {
		return r;
	}
	overlay = sfs_project_overlay(how->project, have, want);
	want = overlay ? overlay : want;
	r = sfs_diff_make(have, want, renames, &diff, err);
	r = r < 0 ? r : plan(driver, how, want, &diff, &ret_generated->plan, err);
	if (r < 0 || !ret_generated->plan.steps.len) {
		return r;
	}
	sfs_generate_text(&ret_generated->plan, driver->dialect, how->project->breakpoints,
		how->undo, &ret_generated->text);
	ret_generated->tag = choose_tag(history, how, &diff);
	return check_and_publish(history, how, want, &diff, ret_generated, err);
}

/* ---- for a person to fill in ---- */

/* drizzle-kit puts id and prevId first in these, on either engine. */
static json_t *
same_snapshot(const struct sfs_base *base)
{
	json_t *out = json_pack("{s:s, s:s}", "id", SFS_SNAPSHOT_NONE, "prevId", SFS_SNAPSHOT_NONE);

	(void)json_object_update(out, base->snapshot);
	sfs_snapshot_identify(out, sfs_base_id(base));
	return out;
}

/* The snapshot of an empty migration: as the newest one, with what came after that. */
static int
snapshot_of_now(const struct sfs_history *history, const struct sfs_generation *how,
	json_t **ret_snapshot, struct sfs_error *err)
{
	struct catalogs catalogs sfs_auto(catalogs) = { { NULL, NULL, NULL } };
	struct sfs_base base sfs_auto(base) = { 0 };
	struct sfs_diff none = { 0 };
	int r = sfs_base_find(history, &base, err);
	size_t stops[] = { base.n, history->files.len };

	if (r < 0) {
		return r;
	}
	if (base.snapshot && (base.n == history->files.len || !how->evaluates)) {
		*ret_snapshot = same_snapshot(&base);
		return 0;
	}
	if (!how->evaluates) {
		stops[1] = 0; /* nothing can be run, so nothing is known: as drizzle-kit has it */
	}
	r = stops[1] ? sfs_history_replay(
			       history, how->db, how->shadow, stops, 2, catalogs.items, err)
		     : 0;
	if (r == 0 && !catalogs.items[1]) {
		catalogs.items[1] = sfs_catalog_create();
		catalogs.items[1]->dialect = history->driver->dialect;
		sfs_catalog_seal(catalogs.items[1]);
	}
	if (r == 0) {
		*ret_snapshot = next_snapshot(&base, catalogs.items[0], catalogs.items[1], &none);
	}
	return r;
}

int
sfs_generate_custom(struct sfs_history *history, const struct sfs_generation *how,
	struct sfs_generated *ret_generated, struct sfs_error *err)
{
	static const char text[] = "-- Custom SQL migration file, put your code below! --";
	json_t *snapshot = NULL;

	sfs_str_add(&ret_generated->text, text);
	ret_generated->tag = choose_tag(history, how, NULL);
	if (how->dry_run) {
		return 0;
	}
	int r = snapshot_of_now(history, how, &snapshot, err);
	if (r == 0) {
		r = sfs_publish(history, ret_generated->tag, &ret_generated->text, snapshot,
			how->project->breakpoints, sfs_migration_when(&history->journal), err);
	}
	json_decref(snapshot);
	return r;
}
