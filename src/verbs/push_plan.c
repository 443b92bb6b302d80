// SPDX-License-Identifier: MIT
/* schemafs push --plan FILE: carries out a plan that was saved, if it is for the database as it is. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "apply/apply.h"
#include "apply/fingerprint.h"
#include "apply/lock.h"
#include "base/file.h"
#include "migrate/script.h"
#include "verbs/output.h"
#include "verbs/push_plan.h"
#include "verbs/side.h"

enum { MAX_PLAN = 256 << 20 };

static int
add_step(const struct sfs_script *script, size_t i, struct sfs_plan *plan, struct sfs_error *err)
{
	const struct sfs_statement *statement = &script->statements.items[i];
	const struct sfs_way *way = &script->ways.items[i];

	if (way->mode == SFS_RUN_BATCHED) {
		(void)sfs_error_set(err, EINVAL, "a backfill is a migration's, not a plan's");
		sfs_error_position(err, script->name, script->text, statement->offset);
		return -EINVAL;
	}
	struct sfs_step *step = sfs_plan_addf(
		plan, NULL, "%.*s", (int)statement->len, script->text + statement->offset);
	step->outside = way->mode == SFS_RUN_OUTSIDE;
	step->scaffolding = way->sets;
	return 0;
}

static int
read_plan(const struct sfs_db *db, const char *name, const struct sfs_str *text,
	struct sfs_plan *plan, struct sfs_error *err)
{
	struct sfs_script script sfs_auto(script) = { 0 };
	int r = sfs_script_parse(
		db->driver->dialect, name, sfs_str_text(text), text->len, &script, err);

	for (size_t i = 0; r == 0 && i < script.statements.len; i++) {
		r = add_step(&script, i, plan, err);
	}
	if (r == 0 && !plan->steps.len) {
		r = sfs_error_set(err, EINVAL, "there is no statement in %s", name);
	}
	plan->rebuilds = script.rebuilds;
	return r;
}

static void
print(const char *database, const struct sfs_plan *plan, const struct sfs_saved_plan *what)
{
	if (what->json) {
		json_t *value = sfs_output_plan(plan);

		(void)json_object_set_new(value, "database", sfs_output_string(database));
		(void)json_object_set_new(value, "changed", json_boolean(!what->dry_run));
		sfs_output_json(value);
		return;
	}
	fprintf(stderr, "%s: %zu statements %s\n", database, plan->steps.len,
		what->dry_run ? "would be carried out" : "carried out");
}

static int
check_and_apply(struct sfs_db *db, const struct sfs_saved_plan *what, const struct sfs_str *text,
	struct sfs_error *err)
{
	struct sfs_plan plan sfs_auto(plan) = { 0 };
	int r;

	sfs_plan_init(&plan);
	r = read_plan(db, what->file, text, &plan, err);
	if (r == 0) {
		r = sfs_plan_check_fingerprint(db, what->file, sfs_str_text(text), text->len, err);
	}
	if (r == 0 && !what->dry_run) {
		r = sfs_apply_plan(db, &plan, NULL, NULL, err);
	}
	if (r == 0) {
		print(db->driver->describe(db), &plan, what);
	}
	return r;
}

int
sfs_push_saved_plan(const struct sfs_saved_plan *what, struct sfs_error *err)
{
	struct sfs_side side sfs_auto(side) = { 0 };
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;
	int r = sfs_file_read(what->file, MAX_PLAN, &text, err);

	if (r == 0 && strlen(sfs_str_text(&text)) != text.len) {
		r = sfs_error_set(err, EINVAL, "%s holds a NUL byte: it is no SQL", what->file);
	}
	if (r == 0) {
		r = sfs_side_init_database(&side, what->target, err);
		side.lock_timeout_ms = what->lock_timeout_ms;
	}
	if (r == 0) {
		r = sfs_side_open(&side, what->dry_run, err);
	}
	if (r == 0 && !what->dry_run) {
		r = sfs_lock(side.db, SFS_LOCK_SCRIPTS, SFS_LOCK_PLAN_MS, err);
	}
	if (r < 0) {
		return r;
	}
	r = check_and_apply(side.db, what, &text, err);
	if (!what->dry_run) {
		sfs_unlock(side.db);
	}
	return r;
}
