// SPDX-License-Identifier: MIT
/* What `status` tells of a project's migrations. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "migrate/folder.h"
#include "migrate/history.h"
#include "verbs/output.h"
#include "verbs/status_migrations.h"

void
sfs_standing_finish(struct sfs_standing *standing)
{
	free(standing->staged);
	sfs_progress_list_finish(&standing->half_done);
	sfs_set_finish(&standing->set);
	sfs_project_finish(&standing->project);
}

int
sfs_standing_read(struct sfs_standing *standing, struct sfs_db *db, struct sfs_error *err)
{
	const struct sfs_project *project = &standing->project;
	struct sfs_ledger_rows rows = { 0 };

	int r = db->driver->ledger_read(db, &rows, err);
	standing->n_applied = rows.len;
	sfs_vec_finish(&rows);
	if (r == 0) {
		r = sfs_progress_read(db, &standing->half_done, err);
	}
	if (r < 0 || !sfs_history_exists(project->migrations)) {
		return r;
	}
	struct sfs_journal journal sfs_auto(journal) = { 0 };
	struct sfs_error fault sfs_auto(error) = SFS_ERROR_INIT;
	if (sfs_journal_read(project->migrations, db->driver->name, &journal, &fault) < 0) {
		/* Another database was named than the one that the folder is for, or it is broken. */
		fprintf(stderr, "%s\n", fault.message);
		return 0;
	}
	standing->has_folder = true;
	standing->staged = sfs_folder_staged(project->migrations);
	return sfs_set_read(db, project->migrations, &standing->set, err);
}

bool
sfs_standing_differs(const struct sfs_standing *standing)
{
	const struct sfs_set *set = &standing->set;
	bool edited = false;

	sfs_vec_foreach (entry, &set->entries) {
		edited |= entry->state == SFS_MIGRATION_GONE ||
			  (entry->state == SFS_MIGRATION_EDITED && !entry->line_endings);
	}
	return set->n_pending || set->n_unknown || edited || standing->half_done.len ||
	       standing->staged;
}

static void
print_line(const char *label, size_t n)
{
	printf("%-22s %zu\n", label, n);
}

static void
print_entries(const struct sfs_set *set, enum sfs_migration_state state)
{
	sfs_vec_foreach (entry, &set->entries) {
		if (entry->state == state) {
			printf("  %s%s%s\n", entry->tag,
				entry->late ? ", late: later ones are applied already" : "",
				entry->line_endings ? ", in its line endings alone" : "");
		}
	}
}

static size_t
count_of(const struct sfs_set *set, enum sfs_migration_state state)
{
	size_t n = 0;

	sfs_vec_foreach (entry, &set->entries) {
		n += entry->state == state;
	}
	return n;
}

void
sfs_standing_print(const struct sfs_standing *standing)
{
	static const struct {
		enum sfs_migration_state state;
		const char *label;
	} states[] = {
		{ SFS_MIGRATION_PENDING, "migrations pending" },
		{ SFS_MIGRATION_EDITED, "edited since applied" },
		{ SFS_MIGRATION_GONE, "files missing" },
	};
	const struct sfs_set *set = &standing->set;

	print_line("migrations applied", standing->n_applied);
	for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
		size_t n = count_of(set, states[i].state);

		if (n || (standing->has_folder && states[i].state == SFS_MIGRATION_PENDING)) {
			print_line(states[i].label, n);
			print_entries(set, states[i].state);
		}
	}
	if (set->n_unknown) {
		print_line("not in the journal", set->n_unknown);
	}
	if (standing->staged) {
		printf("%-22s %s: the next `schemafs migrate` or save ends or undoes it\n",
			"interrupted", standing->staged);
	}
	if (standing->half_done.len) {
		print_line("half done", standing->half_done.len);
	}
	sfs_vec_foreach (progress, &standing->half_done) {
		printf("  %s, %zu statements done", progress->tag, progress->done);
		if (progress->place) {
			printf(", then %" PRId64 " of %" PRId64 " rows", progress->rows,
				progress->total);
		}
		printf("\n");
	}
}

json_t *
sfs_standing_json(const struct sfs_standing *standing)
{
	json_t *entries = json_array(), *half_done = json_array();

	sfs_vec_foreach (entry, &standing->set.entries) {
		if (entry->state != SFS_MIGRATION_APPLIED) {
			(void)json_array_append_new(
				entries, json_pack("{s:o, s:s, s:b, s:b}", "tag",
						 sfs_output_string(entry->tag), "state",
						 sfs_migration_state_name(entry->state), "late",
						 entry->late, "lineEndings", entry->line_endings));
		}
	}
	sfs_vec_foreach (progress, &standing->half_done) {
		(void)json_array_append_new(half_done,
			json_pack("{s:o, s:I, s:I, s:I}", "tag", sfs_output_string(progress->tag),
				"statements", (json_int_t)progress->done, "rows",
				(json_int_t)progress->rows, "totalRows",
				(json_int_t)progress->total));
	}
	return json_pack("{s:o, s:o, s:o, s:I, s:I}", "migrations", entries, "half_done", half_done,
		"interrupted", sfs_output_string(standing->staged), "migrations_pending",
		(json_int_t)standing->set.n_pending, "migrations_unknown",
		(json_int_t)standing->set.n_unknown);
}
