// SPDX-License-Identifier: MIT
/* schemafs migrate: applies what of a project's folder is not applied yet. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "apply/lock.h"
#include "migrate/folder.h"
#include "migrate/kept.h"
#include "migrate/lint.h"
#include "migrate/runner.h"
#include "migrate/set.h"
#include "tree/project.h"
#include "verbs/options.h"
#include "verbs/output.h"
#include "verbs/verb.h"
#include "verbs/workspace.h"

/* Another runner may have a long one to do; then there is nothing left for us. */
enum { LOCK_TIMEOUT_MS = 600000, BAR_WIDTH = 30 };

struct request {
	const char *target, *directory;
	bool dry_run, strict, json;
};

struct job {
	struct request request;
	struct sfs_project project; /* owned */
	struct sfs_side side;       /* owned */
	struct sfs_set set;         /* owned; as it was before anything was applied */
	size_t n_applied;           /* of those that were pending */
	size_t n_done;              /* for the progress bar */
	bool bar;                   /* there is one on the terminal */
	const char *tag;            /* borrowed; what runs */
};

static void
job_finish(struct job *job)
{
	sfs_set_finish(&job->set);
	sfs_side_finish(&job->side);
	sfs_project_finish(&job->project);
}
SFS_DEFINE_AUTO_VALUE(job, struct job, job_finish)

static int
read_request(int argc, char **argv, struct job *job, struct sfs_error *err)
{
	struct request *request = &job->request;
	int first;
	const struct sfs_option options[] = {
		{ .name = "dry-run", .letter = 'n', .flag = &request->dry_run },
		{ .name = "strict", .flag = &request->strict },
		{ .name = "json", .flag = &request->json },
		{ .name = "dir", .value = &request->directory },
		{ 0 },
	};
	int r = sfs_options_parse(argc, argv, options, 0, 1, &first, err);

	if (r == 0) {
		r = sfs_workspace_project(request->directory, &job->project, err);
	}
	if (r < 0) {
		return r;
	}
	return sfs_options_target(
		argv[first] ? argv[first] : job->project.database, &request->target, err);
}

/* ---- what there is to say ---- */

static void
add_tags(const struct sfs_set *set, bool late, struct sfs_str *out)
{
	sfs_vec_foreach (entry, &set->entries) {
		if (late ? entry->late : entry->state == SFS_MIGRATION_EDITED) {
			sfs_str_separate(out, ", ");
			sfs_str_add(out, entry->tag);
		}
	}
}

static int
check_strict(const struct job *job, struct sfs_error *err)
{
	struct sfs_str tags sfs_auto(str) = SFS_STR_INIT;
	bool late = job->set.n_late > 0;

	if (!job->request.strict || (!late && !job->set.n_edited)) {
		return 0;
	}
	add_tags(&job->set, late, &tags);
	int r = sfs_error_set(err, EPERM, "%s: %s", sfs_str_text(&tags),
		late ? "not applied, though later migrations are" : "edited since it was applied");
	sfs_error_hint(err, "nothing was applied; without --strict it is only told");
	return r;
}

static void
print_difference(const struct job *job, const struct sfs_migration *entry)
{
	struct sfs_str lines sfs_auto(str) = SFS_STR_INIT;

	sfs_kept_difference(job->side.db, job->project.migrations, entry, &lines);
	fputs(sfs_str_text(&lines), stderr);
}

static void
print_notes(const struct job *job)
{
	sfs_vec_foreach (entry, &job->set.entries) {
		if (entry->state == SFS_MIGRATION_EDITED) {
			fprintf(stderr,
				"%s: edited since it was applied%s (applied %.12s, now %.12s)\n",
				entry->tag,
				entry->line_endings ? ", in its line endings alone" : "",
				entry->applied, entry->hash);
			print_difference(job, entry);
		} else if (entry->state == SFS_MIGRATION_GONE && entry->applied[0]) {
			fprintf(stderr, "%s: applied, but its file is missing\n", entry->tag);
		} else if (entry->late) {
			fprintf(stderr, "%s: late: later migrations are applied already\n",
				entry->tag);
		}
	}
	if (job->set.n_unknown) {
		fprintf(stderr, "%zu applied migrations are not in the journal\n",
			job->set.n_unknown);
	}
}

static json_t *
entry_json(const struct job *job, const struct sfs_migration *entry)
{
	struct sfs_str lines sfs_auto(str) = SFS_STR_INIT;
	struct sfs_plan plan sfs_auto(plan) = { 0 };
	bool pending = entry->state == SFS_MIGRATION_PENDING;

	sfs_kept_difference(job->side.db, job->project.migrations, entry, &lines);
	sfs_lint(job->side.driver->dialect, sfs_str_text(&entry->text),
		pending ? entry->text.len : 0, &plan);
	json_t *told = sfs_output_plan(&plan);
	json_t *hazards = json_incref(json_object_get(told, "hazards"));
	json_decref(told);
	return json_pack("{s:o, s:I, s:I, s:s, s:s, s:b, s:b, s:b, s:o, s:o}", "tag",
		sfs_output_string(entry->tag), "idx", (json_int_t)entry->idx, "when",
		(json_int_t)entry->when, "hash", entry->hash, "state",
		sfs_migration_state_name(entry->state), "late", entry->late, "lineEndings",
		entry->line_endings, "restamped", entry->restamped, "difference",
		sfs_output_string(lines.len ? sfs_str_text(&lines) : NULL), "hazards", hazards);
}

static void
print_json(const struct job *job)
{
	json_t *done = json_array(), *pending = json_array(), *edited = json_array();
	size_t n = 0;

	sfs_vec_foreach (entry, &job->set.entries) {
		if (entry->state == SFS_MIGRATION_EDITED) {
			(void)json_array_append_new(edited, entry_json(job, entry));
		} else if (entry->state == SFS_MIGRATION_PENDING) {
			(void)json_array_append_new(
				n++ < job->n_applied ? done : pending, entry_json(job, entry));
		}
	}
	sfs_output_json(json_pack("{s:o, s:o, s:b, s:o, s:o, s:o, s:I, s:I}", "database",
		sfs_output_string(job->side.driver->describe(job->side.db)), "migrations",
		sfs_output_string(job->project.migrations), "dryRun", job->request.dry_run,
		"applied", done, "pending", pending, "edited", edited, "unknown",
		(json_int_t)job->set.n_unknown, "total", (json_int_t)job->set.entries.len));
}

static void
print_outcome(const struct job *job)
{
	const char *database = job->side.driver->describe(job->side.db);

	if (job->request.json) {
		print_json(job);
	} else if (!job->set.n_pending) {
		fprintf(stderr, "%s: nothing is pending\n", database);
	} else if (job->request.dry_run) {
		fprintf(stderr, "%s: %zu pending, nothing was changed\n", database,
			job->set.n_pending);
	} else {
		fprintf(stderr, "%s: %zu applied\n", database, job->n_applied);
	}
}

/* ---- the bar ---- */

static void
clear_bar(const struct job *job)
{
	if (job->bar) {
		fputs("\r\033[K", stderr);
	}
}

static void
draw_bar(const struct job *job, double part, const struct sfs_progress *progress)
{
	double whole = ((double)job->n_applied + part) / (double)job->set.n_pending;
	int filled = (int)(whole * BAR_WIDTH);

	fprintf(stderr, "\r\033[K[%.*s%*s] %zu/%zu %s", filled, "##############################",
		BAR_WIDTH - filled, "", job->n_applied, job->set.n_pending, job->tag);
	if (progress && progress->place) {
		fprintf(stderr, ", %lld of %lld rows", (long long)progress->rows,
			(long long)progress->total);
	}
	(void)fflush(stderr);
}

static void
on_progress(void *data, const struct sfs_progress *progress, size_t n_statements)
{
	const struct job *job = data;
	double part = n_statements ? (double)progress->done / (double)n_statements : 1;

	if (job->bar) {
		draw_bar(job, part < 1 ? part : 0.99, progress);
	}
}

/* ---- applying ---- */

static int
apply_one(struct job *job, const struct sfs_migration *entry, struct sfs_error *err)
{
	char *name sfs_auto(free) = sfs_asprintf("%s.sql", entry->tag);
	struct sfs_run run = {
		.db = job->side.db,
		.tag = entry->tag,
		.name = name,
		.text = sfs_str_text(&entry->text),
		.len = entry->text.len,
		.row = { .created_at = entry->when },
		.report = on_progress,
		.data = job,
	};

	memcpy(run.row.hash, entry->hash, sizeof run.row.hash);
	job->tag = entry->tag;
	if (job->bar) {
		draw_bar(job, 0, NULL);
	}
	int r = sfs_run_migration(&run, err);
	clear_bar(job);
	if (r == 0) {
		sfs_kept_write(job->side.db, entry->hash, run.text, run.len);
		job->n_applied++;
		if (!job->request.json) {
			printf("%s\n", entry->tag);
			(void)fflush(stdout);
		}
	}
	return r;
}

/* By count and by hash: the ledger has to say what was done. */
static int
verify(const struct job *job, struct sfs_error *err)
{
	struct sfs_set after sfs_auto(set) = { 0 };
	int r = sfs_set_read(job->side.db, job->project.migrations, &after, err);

	if (r == 0 && (after.n_pending || after.rows.len != job->set.rows.len + job->n_applied)) {
		r = sfs_error_set(err, EIO,
			"%zu migrations were applied, and the ledger does not say so: it has %zu "
			"rows, before it had %zu",
			job->n_applied, after.rows.len, job->set.rows.len);
	}
	return r;
}

static int
apply_all(struct job *job, struct sfs_error *err)
{
	int r = check_strict(job, err);

	sfs_vec_foreach (entry, &job->set.entries) {
		if (r == 0 && entry->state == SFS_MIGRATION_PENDING) {
			r = apply_one(job, entry, err);
		}
	}
	return r < 0 ? r : verify(job, err);
}

/* A mount that died while it applied a migration may have left the last steps to us. */
static int
recover(struct job *job, struct sfs_error *err)
{
	struct sfs_db *db = job->side.db;
	struct sfs_journal journal sfs_auto(journal) = { 0 };
	struct sfs_ledger_rows rows = { 0 };
	char *tag sfs_auto(free) = NULL;
	int r = sfs_lock(db, SFS_LOCK_SCRIPTS, LOCK_TIMEOUT_MS, err);

	if (r < 0) {
		return r;
	}
	r = sfs_journal_read(job->project.migrations, db->driver->name, &journal, err);
	if (r == 0) {
		r = db->driver->ledger_read(db, &rows, err);
	}
	if (r == 0) {
		r = sfs_folder_recover(job->project.migrations, &journal, &rows, "", &tag, err);
	}
	sfs_vec_finish(&rows);
	sfs_unlock(db);
	return r;
}

/* What was read without the lock may be another's work by now. */
static int
apply_locked(struct job *job, struct sfs_error *err)
{
	struct sfs_db *db = job->side.db;
	int r = sfs_lock(db, SFS_LOCK_SCRIPTS, LOCK_TIMEOUT_MS, err);

	if (r < 0) {
		return r;
	}
	sfs_set_finish(&job->set);
	r = sfs_set_read(db, job->project.migrations, &job->set, err);
	if (r == 0) {
		r = sfs_set_require_files(&job->set, job->project.migrations, err);
	}
	if (r == 0 && job->set.n_pending) {
		r = apply_all(job, err);
	}
	sfs_unlock(db);
	return r;
}

static void
print_pending(const struct job *job)
{
	sfs_vec_foreach (entry, &job->set.entries) {
		if (entry->state == SFS_MIGRATION_PENDING && !job->request.json) {
			struct sfs_plan plan sfs_auto(plan) = { 0 };

			printf("%s\n", entry->tag);
			sfs_lint(job->side.driver->dialect, sfs_str_text(&entry->text),
				entry->text.len, &plan);
			sfs_output_hazards(&plan);
		}
	}
}

static int
migrate(struct job *job, struct sfs_error *err)
{
	const char *folder = job->project.migrations;
	bool staged = !job->request.dry_run && sfs_folder_has_staged(folder);
	int r = staged ? recover(job, err) : 0;

	if (r == 0) {
		r = sfs_set_read(job->side.db, folder, &job->set, err);
	}
	if (r < 0) {
		return r;
	}
	if (!job->request.json) {
		print_notes(job);
	}
	r = sfs_set_require_files(&job->set, folder, err);
	if (r == 0) {
		r = check_strict(job, err);
	}
	if (r == 0 && job->request.dry_run) {
		print_pending(job);
	} else if (r == 0 && job->set.n_pending) {
		r = apply_locked(job, err);
	}
	if (r == 0) {
		print_outcome(job);
	}
	return r;
}

int
sfs_verb_migrate(int argc, char **argv, struct sfs_error *err)
{
	struct job job sfs_auto(job) = { .bar = isatty(STDERR_FILENO) == 1 };
	int r = read_request(argc, argv, &job, err);

	job.bar &= !job.request.json;
	if (r == 0) {
		r = sfs_workspace_database(
			&job.project, job.request.target, job.request.dry_run, &job.side, err);
	}
	return r < 0 ? r : migrate(&job, err);
}
