// SPDX-License-Identifier: MIT
/* Live changes as migrations. */
#include <errno.h>
#include <string.h>

#include "base/digest.h"
#include "migrate/folder.h"
#include "migrate/generate.h"
#include "migrate/kept.h"
#include "migrate/name.h"
#include "migrate/record.h"
#include "migrate/snapshot.h"

void
sfs_record_finish(struct sfs_record *record)
{
	sfs_set_finish(&record->set);
	sfs_catalog_destroy(record->before);
	sfs_str_finish(&record->text);
	free(record->tag);
	record->before = NULL;
	record->tag = NULL;
}

static int
read_all(struct sfs_record *record, struct sfs_catalog **ret_catalog, struct sfs_error *err)
{
	return record->db->driver->read(record->db, &(struct sfs_scope){ 0 }, ret_catalog, err);
}

/* ---- before ---- */

static int
recover(struct sfs_record *record, struct sfs_error *err)
{
	struct sfs_db *db = record->db;
	struct sfs_journal journal sfs_auto(journal) = { 0 };
	struct sfs_ledger_rows rows = { 0 };
	char *tag sfs_auto(free) = NULL;
	int r = sfs_journal_read(record->directory, db->driver->name, &journal, err);

	if (r == 0) {
		r = db->driver->ledger_read(db, &rows, err);
	}
	if (r == 0) {
		r = sfs_folder_recover(record->directory, &journal, &rows, "", &tag, err);
	}
	sfs_vec_finish(&rows);
	return r;
}

int
sfs_record_begin(struct sfs_record *record, struct sfs_error *err)
{
	int r = sfs_folder_has_staged(record->directory) ? recover(record, err) : 0;

	if (r == 0) {
		r = sfs_set_read(record->db, record->directory, &record->set, err);
	}
	if (r < 0) {
		return r;
	}
	if (record->set.n_pending) {
		r = sfs_error_set(err, EPERM, "%zu of the project's migrations are not applied",
			record->set.n_pending);
		sfs_error_hint(err, "apply them first, by saving them in pending/ or with "
				    "`schemafs migrate`: this change would come before them");
		return r;
	}
	return read_all(record, &record->before, err);
}

/* ---- in the transaction ---- */

static void
stamp(struct sfs_record *record)
{
	record->row.created_at = sfs_migration_when(&record->set.journal);
	sfs_vec_foreach (row, &record->set.rows) {
		if (row->created_at >= record->row.created_at) {
			record->row.created_at = row->created_at + 1;
		}
	}
}

int
sfs_record_plan(void *data, const struct sfs_plan *plan, struct sfs_error *err)
{
	struct sfs_record *record = data;
	const struct sfs_driver *driver = record->db->driver;
	const struct sfs_journal *journal = &record->set.journal;
	const struct sfs_project *project = record->project;
	enum sfs_prefix prefix =
		project && project->prefix_given ? project->prefix : sfs_migration_prefix(journal);

	/* A transaction that did not get a lock is tried again. */
	free(sfs_steal(record->tag));
	sfs_str_truncate(&record->text, 0);
	sfs_generate_text(
		plan, driver->dialect, !project || project->breakpoints, NULL, &record->text);
	sfs_sha256(sfs_str_text(&record->text), record->text.len, record->row.hash);
	stamp(record);
	record->tag = sfs_migration_tag(journal, prefix, record->name);
	int r = sfs_folder_stage(record->directory, journal, record->tag,
		&(struct sfs_text){ sfs_str_text(&record->text), record->text.len }, err);
	return r < 0 ? r : driver->ledger_append(record->db, &record->row, err);
}

/* ---- after ---- */

int
sfs_record_snapshot(const char *directory, const struct sfs_journal *journal, const char *tag,
	const struct sfs_catalog *before, const struct sfs_catalog *after, struct sfs_error *err)
{
	struct sfs_base base sfs_auto(base) = { 0 };
	struct sfs_history history = { .directory = directory, .journal = *journal };
	json_t *there = NULL, *snapshot;

	if (sfs_snapshot_read(directory, tag, &there, NULL) == 0) {
		json_decref(there);
		return 0;
	}
	int r = sfs_base_find(&history, &base, err);
	if (r < 0) {
		return r;
	}
	json_t *want = sfs_snapshot_make(after);
	const struct sfs_journal_entry *own = sfs_journal_find(journal, tag);
	size_t n = own ? (size_t)(own - journal->entries.items) : journal->entries.len;
	/* What migrations without a snapshot have made since, the newest one does not know. */
	if (base.current && base.n == n) {
		json_t *have = sfs_snapshot_make(before);
		struct sfs_renames none = { 0 };

		snapshot = sfs_snapshot_merge(base.snapshot, have, want, &none);
		json_decref(have);
		json_decref(want);
	} else {
		snapshot = want;
	}
	sfs_snapshot_identify(snapshot, sfs_base_id(&base));
	r = sfs_snapshot_write(directory, tag, snapshot, err);
	json_decref(snapshot);
	return r;
}

/* A commit whose answer did not arrive may have happened. */
static void
give_up(struct sfs_record *record)
{
	struct sfs_ledger_rows rows = { 0 };
	bool recorded = false;

	if (record->db->driver->ledger_read(record->db, &rows, NULL) < 0) {
		return;
	}
	sfs_vec_foreach (row, &rows) {
		recorded |= strcmp(row->hash, record->row.hash) == 0 &&
			    row->created_at == record->row.created_at;
	}
	sfs_vec_finish(&rows);
	if (!recorded) {
		sfs_folder_unstage(record->directory, record->tag);
	}
}

int
sfs_record_end(struct sfs_record *record, int result, struct sfs_error *err)
{
	struct sfs_catalog *after sfs_auto(catalog) = NULL;
	struct sfs_journal *journal = &record->set.journal;

	if (!record->tag) {
		return 0;
	}
	if (result < 0) {
		give_up(record);
		return 0;
	}
	sfs_kept_write(record->db, record->row.hash, sfs_str_text(&record->text), record->text.len);
	/* First: once the journal names a migration, drizzle-kit looks for its snapshot. */
	int r = read_all(record, &after, err);
	if (r == 0) {
		r = sfs_record_snapshot(
			record->directory, journal, record->tag, record->before, after, err);
	}
	return r < 0 ? r
		     : sfs_folder_publish(record->directory, journal, record->tag,
			       &(struct sfs_text){ sfs_str_text(&record->text), record->text.len },
			       record->row.created_at, err);
}
