// SPDX-License-Identifier: MIT
/* Migrations dropped into pending/. */
#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "fs/control.h"
#include "fs/migrations.h"
#include "fs/owed.h"
#include "fs/pending.h"
#include "fs/refusal.h"
#include "fs/view.h"
#include "fs/watch.h"
#include "migrate/lint.h"
#include "migrate/pending.h"
#include "migrate/record.h"

int
mnt_pending_keep(
	struct mnt *mnt, const char *path, const struct mnt_text *text, struct sfs_error *err)
{
	char *file sfs_auto(free) = sfs_file_join(mnt->state, path);

	int r = sfs_file_write(file, text->bytes, text->len, 0600, err);

	if (r < 0) {
		mnt_owed_add(mnt, path);
	}
	return r;
}

void
mnt_pending_forget(struct mnt *mnt, const char *path)
{
	char *file sfs_auto(free) = sfs_file_join(mnt->state, path);

	(void)!sfs_file_remove(file, NULL);
}

/* Of a project drizzle-kit may want to go on from what was done here; else nobody looks. */
static struct sfs_catalog *
read_schema(const struct mnt *mnt, struct sfs_db *db)
{
	struct sfs_catalog *catalog = NULL;

	if (mnt->options->project &&
		db->driver->read(db, &(struct sfs_scope){ 0 }, &catalog, NULL) < 0) {
		return NULL;
	}
	return catalog;
}

static void
write_snapshot(
	struct mnt *mnt, struct sfs_db *db, const char *tag, const struct sfs_catalog *before)
{
	struct sfs_catalog *after sfs_auto(catalog) = before ? read_schema(mnt, db) : NULL;
	struct sfs_journal journal sfs_auto(journal) = { 0 };
	struct sfs_error fault sfs_auto(error) = SFS_ERROR_INIT;

	if (!after) {
		return;
	}
	int r = sfs_journal_read(mnt->migrations, db->driver->name, &journal, &fault);
	if (r == 0) {
		r = sfs_record_snapshot(mnt->migrations, &journal, tag, before, after, &fault);
	}
	if (r < 0) {
		mnt_control_warn(mnt, "%s has no snapshot: %s", tag, fault.message);
	}
}

int
mnt_pending_apply(struct mnt *mnt, struct mnt_job *job, const char *path, struct sfs_error *err)
{
	const char *name = strrchr(path, '/') + 1;
	char *tag sfs_auto(free) = NULL;
	int r = mnt_pending_keep(mnt, path, job->text, err);

	if (r < 0) {
		return r;
	}
	if (job->interrupted) {
		return sfs_error_set(err, EINTR, "interrupted before it began");
	}
	struct sfs_db *db = mnt_jobs_db(mnt, err);
	if (!db) {
		return err->errnum ? -err->errnum : -EIO;
	}
	struct sfs_catalog *before sfs_auto(catalog) = read_schema(mnt, db);
	/* Whoever writes a migration says how long it takes. */
	db->patience_ms = 0;
	r = sfs_pending_apply(
		db, mnt->migrations, name, job->text->bytes, job->text->len, &tag, err);
	mnt_jobs_note(mnt, r);
	if (r < 0) {
		return r;
	}
	mnt_pending_forget(mnt, path);
	write_snapshot(mnt, db, tag, before);
	char *what sfs_auto(free) = sfs_asprintf("%s as migrations/%s.sql", path, tag);
	struct sfs_plan plan sfs_auto(plan) = { 0 };
	sfs_lint(mnt->driver->dialect, job->text->bytes, job->text->len, &plan);
	mnt_control_log(mnt, &job->who, what, NULL, &plan);
	{
		MNT_LOCK(mnt);
		mnt->changes++;
	}
	/* What it did is seen at once: the one who dropped it looks next. */
	mnt_migrations_refresh(mnt, db, true);
	mnt_watch_show(mnt, db);
	return 0;
}

/*
 * A crash may have come between the commit and the end of it. What was refused has its verdict beside
 * it, and waits: a file that says what was applied before is one of those.
 */
static bool
was_applied(struct mnt *mnt, struct sfs_db *db, const char *path, const struct sfs_str *bytes,
	const struct timespec *time)
{
	if (mnt->read_only || mnt_refused_since(mnt, path, time)) {
		return false;
	}
	struct sfs_error fault sfs_auto(error) = SFS_ERROR_INIT;
	int r = sfs_pending_recover(db, mnt->migrations, sfs_str_text(bytes), bytes->len, &fault);

	if (r < 0) {
		mnt_control_warn(mnt, "%s: %s", path, fault.message);
	}
	return r > 0;
}

static void
load(struct mnt *mnt, struct sfs_db *db, const char *name)
{
	char *path sfs_auto(free) = sfs_asprintf("pending/%s", name);
	char *file sfs_auto(free) = sfs_file_join(mnt->state, path);
	struct sfs_str bytes sfs_auto(str) = SFS_STR_INIT;
	struct stat found;

	if (stat(file, &found) < 0 || sfs_file_read(file, MNT_FILE_LIMIT, &bytes, NULL) < 0) {
		return;
	}
	if (was_applied(mnt, db, path, &bytes, &found.st_mtim)) {
		mnt_pending_forget(mnt, path);
		return;
	}
	struct mnt_text *text sfs_auto(mnt_text) = mnt_text_create(sfs_str_text(&bytes), bytes.len);
	MNT_LOCK(mnt);
	struct mnt_node *parent = mnt_view_directory(mnt, "pending");
	if (!mnt_node_child(parent, name)) {
		struct mnt_node *node = mnt_node_add(&mnt->nodes, parent, name, MNT_PENDING);

		node->exists = true;
		(void)mnt_node_set_text(node, text);
		node->mtime = found.st_mtim;
	}
}

void
mnt_pending_load(struct mnt *mnt, struct sfs_db *db)
{
	char *folder sfs_auto(free) = sfs_file_join(mnt->state, "pending");
	DIR *dir = opendir(folder);

	if (!dir) {
		return;
	}
	for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
		if (sfs_ends_with(entry->d_name, ".sql") && entry->d_name[0] != '.') {
			load(mnt, db, entry->d_name);
		}
	}
	(void)closedir(dir);
}
