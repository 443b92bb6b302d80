// SPDX-License-Identifier: MIT
/* schemafs baseline: takes over a database that has its schema already. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "apply/lock.h"
#include "base/digest.h"
#include "migrate/generate.h"
#include "migrate/kept.h"
#include "migrate/name.h"
#include "tree/overlay.h"
#include "verbs/options.h"
#include "verbs/output.h"
#include "verbs/verb.h"
#include "verbs/workspace.h"

enum { LOCK_TIMEOUT_MS = 30000, EXIT_DIFFERENT = 1 };

struct request {
	const char *directory, *database, *shadow, *name, *to;
	bool dry_run, json;
};

struct job {
	struct request request;
	struct sfs_workspace workspace; /* owned */
	struct sfs_generated generated; /* owned; the first migration, when there was none */
	struct sfs_set set;             /* owned */
	struct sfs_plan plan;           /* owned; what the migrations do not make of the database */
	size_t n;                       /* how many of the folder are taken for applied */
	SFS_VEC(const char *) recorded; /* tags; borrowed */
};

static void
job_finish(struct job *job)
{
	sfs_vec_finish(&job->recorded);
	sfs_plan_finish(&job->plan);
	sfs_set_finish(&job->set);
	sfs_generated_finish(&job->generated);
	sfs_workspace_finish(&job->workspace);
}
SFS_DEFINE_AUTO_VALUE(job, struct job, job_finish)

static int
read_request(int argc, char **argv, struct request *request, struct sfs_error *err)
{
	int first;
	const struct sfs_option options[] = {
		{ .name = "dir", .value = &request->directory },
		{ .name = "dry-run", .letter = 'n', .flag = &request->dry_run },
		{ .name = "json", .flag = &request->json },
		{ .name = "name", .value = &request->name },
		{ .name = "shadow", .value = &request->shadow },
		{ .name = "to", .value = &request->to },
		{ 0 },
	};
	int r = sfs_options_parse(argc, argv, options, 0, 1, &first, err);

	if (r < 0) {
		return r;
	}
	request->database = argv[first];
	return request->name ? sfs_migration_name_check(request->name, err) : 0;
}

static int
open_database(struct job *job, struct sfs_error *err)
{
	struct sfs_workspace *workspace = &job->workspace;

	if (!workspace->target) {
		return sfs_error_set(err, EINVAL, "no database is named");
	}
	return sfs_workspace_database(&workspace->project, workspace->target, job->request.dry_run,
		&workspace->side, err);
}

static int
read_live(struct job *job, struct sfs_catalog **ret_live, struct sfs_error *err)
{
	const struct sfs_workspace *workspace = &job->workspace;

	return workspace->driver->read(
		workspace->side.db, &(struct sfs_scope){ .dependencies = true }, ret_live, err);
}

/* ---- a folder that is empty: its first migration is the schema ---- */

static int
write_first(struct job *job, struct sfs_error *err)
{
	struct sfs_workspace *workspace = &job->workspace;
	struct sfs_catalog *live sfs_auto(catalog) = NULL;
	struct sfs_renames none = { 0 };
	struct sfs_generation how = {
		.project = &workspace->project,
		.db = workspace->side.db,
		.shadow = job->request.shadow,
		.name = job->request.name,
		.prefix = workspace->project.prefix,
		.evaluates = true,
		.dry_run = job->request.dry_run,
	};
	int r = read_live(job, &live, err);

	if (r == 0) {
		r = sfs_generate(&workspace->history, &how, live, &none, &job->generated, err);
	}
	return r;
}

/* ---- a folder that has migrations: the database has to be what they make ---- */

static int
find_end(struct job *job, struct sfs_error *err)
{
	const struct sfs_journal *journal = &job->workspace.history.journal;

	job->n = journal->entries.len;
	if (!job->request.to) {
		return 0;
	}
	const struct sfs_journal_entry *entry = sfs_journal_find(journal, job->request.to);
	if (!entry) {
		return sfs_error_set(err, ENOENT, "%s is not in the journal", job->request.to);
	}
	job->n = (size_t)(entry - journal->entries.items) + 1;
	return 0;
}

/* Returns 1 when the database is not what the migrations make. */
static int
compare(struct job *job, struct sfs_error *err)
{
	struct sfs_workspace *workspace = &job->workspace;
	struct sfs_catalog *live sfs_auto(catalog) = NULL, *made sfs_auto(catalog) = NULL,
				 *overlay sfs_auto(catalog) = NULL;
	struct sfs_diff diff sfs_auto(diff) = { 0 };
	struct sfs_renames none = { 0 };
	int r = find_end(job, err);

	if (r == 0) {
		r = read_live(job, &live, err);
	}
	if (r == 0) {
		r = sfs_history_replay(&workspace->history, workspace->side.db, job->request.shadow,
			&job->n, 1, &made, err);
	}
	if (r == 0) {
		overlay = sfs_project_overlay(&workspace->project, live, made);
		r = sfs_diff_make(live, overlay ? overlay : made, &none, &diff, err);
	}
	if (r < 0) {
		return r;
	}
	if (diff.changes.len) {
		r = workspace->driver->plan(workspace->side.db, &diff, &job->plan, err);
	}
	return r < 0 ? r : job->plan.steps.len > 0;
}

/* ---- recording ---- */

static int
record(struct job *job, struct sfs_error *err)
{
	struct sfs_db *db = job->workspace.side.db;
	int r = db->driver->begin(db, false, err);

	if (r < 0) {
		return r;
	}
	for (size_t i = 0; r == 0 && i < job->n; i++) {
		const struct sfs_migration *entry = &job->set.entries.items[i];
		struct sfs_ledger_row row = { .created_at = entry->when };

		if (entry->state == SFS_MIGRATION_PENDING) {
			memcpy(row.hash, entry->hash, sizeof row.hash);
			r = db->driver->ledger_append(db, &row, err);
			sfs_vec_push(&job->recorded, entry->tag);
		}
	}
	if (r < 0) {
		(void)db->driver->end(db, false, NULL);
		return r;
	}
	r = db->driver->end(db, true, err);
	for (size_t i = 0; r == 0 && i < job->n; i++) {
		const struct sfs_migration *entry = &job->set.entries.items[i];

		sfs_kept_write(db, entry->hash, sfs_str_text(&entry->text), entry->text.len);
	}
	return r;
}

static int
read_set(struct job *job, struct sfs_error *err)
{
	const char *folder = job->workspace.project.migrations;
	int r = sfs_set_read(job->workspace.side.db, folder, &job->set, err);

	if (r == 0) {
		r = sfs_set_require_files(&job->set, folder, err);
	}
	if (r == 0 && job->n > job->set.entries.len) {
		r = sfs_error_set(err, ESTALE, "%s was changed meanwhile", folder);
	}
	return r;
}

static int
baseline(struct job *job, struct sfs_error *err)
{
	bool empty = job->workspace.history.journal.entries.len == 0;
	int r = empty ? write_first(job, err) : compare(job, err);

	if (r != 0 || job->request.dry_run) {
		return r;
	}
	if (empty) {
		job->n = job->generated.tag != NULL;
	}
	r = read_set(job, err);
	return r < 0 || !job->n ? r : record(job, err);
}

/* ---- what there is to say ---- */

static void
print_json(const struct job *job, bool different)
{
	json_t *recorded = json_array();
	json_t *value = sfs_output_plan(&job->plan);

	sfs_vec_foreach (tag, &job->recorded) {
		(void)json_array_append_new(recorded, sfs_output_string(*tag));
	}
	(void)json_object_set_new(value, "same", json_boolean(!different));
	(void)json_object_set_new(value, "recorded", recorded);
	(void)json_object_set_new(value, "generated", sfs_output_string(job->generated.tag));
	(void)json_object_set_new(
		value, "migrations", sfs_output_string(job->workspace.project.migrations));
	sfs_output_json(value);
}

static void
print_text(const struct job *job, bool different)
{
	const char *database = job->workspace.driver->describe(job->workspace.side.db);

	if (different) {
		sfs_output_sql(&job->plan);
		fprintf(stderr,
			"%s is not what the migrations make, and nothing was recorded; this would "
			"make it that\n",
			database);
		return;
	}
	if (job->request.dry_run) {
		(void)fputs(sfs_str_text(&job->generated.text), stdout);
		fprintf(stderr, "%s: fits, nothing was recorded\n", database);
		return;
	}
	sfs_vec_foreach (tag, &job->recorded) {
		printf("%s\n", *tag);
	}
	fprintf(stderr, "%s: %zu recorded as applied\n", database, job->recorded.len);
}

int
sfs_verb_baseline(int argc, char **argv, struct sfs_error *err)
{
	struct job job sfs_auto(job) = { 0 };
	struct request *request = &job.request;
	int r = read_request(argc, argv, request, err);

	sfs_plan_init(&job.plan);
	sfs_generated_init(&job.generated);
	if (r == 0) {
		r = sfs_workspace_init(&job.workspace,
			&(struct sfs_workspace_options){ .directory = request->directory,
				.database = request->database,
				.shadow = request->shadow },
			err);
	}
	if (r == 0) {
		r = open_database(&job, err);
	}
	if (r == 0) {
		r = sfs_lock(job.workspace.side.db, SFS_LOCK_SCRIPTS, LOCK_TIMEOUT_MS, err);
	}
	if (r < 0) {
		return r;
	}
	r = sfs_workspace_read(&job.workspace, err);
	if (r == 0) {
		r = baseline(&job, err);
	}
	sfs_unlock(job.workspace.side.db);
	if (r >= 0) {
		(request->json ? print_json : print_text)(&job, r > 0);
	}
	return r < 0 ? r : r > 0 ? EXIT_DIFFERENT : 0;
}
