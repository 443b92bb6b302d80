// SPDX-License-Identifier: MIT
/* What the database has of a project's folder of migrations, and what waits there. */
#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "fs/database.h"
#include "fs/folder.h"
#include "fs/notify.h"
#include "fs/view.h"
#include "migrate/progress.h"
#include "migrate/set.h"

/*
 * Others may have migrated a project without changing the schema. Without one there is only a backfill
 * to see: it begins with a change, and is followed closely.
 */
enum { LOOK_MS = 5000, LOOK_PROGRESS_MS = 1000 };

static void
forget(struct mnt_folder *folder)
{
	sfs_vec_foreach (tag, &folder->applied) {
		free(*tag);
	}
	sfs_vec_foreach (waiting, &folder->waiting) {
		free(waiting->tag);
		mnt_text_unref(waiting->text);
	}
	folder->applied.len = folder->waiting.len = 0;
}

void
mnt_folder_finish(struct mnt_folder *folder)
{
	forget(folder);
	sfs_vec_finish(&folder->applied);
	sfs_vec_finish(&folder->waiting);
	free(folder->notes);
	free(folder->progress);
	pthread_mutex_destroy(&folder->lock);
}

/* ---- looking ---- */

static void
add_note(const struct sfs_migration *entry, struct sfs_str *out)
{
	if (entry->state == SFS_MIGRATION_EDITED) {
		sfs_str_addf(out, "  %s  edited since it was applied%s\n", entry->tag,
			entry->line_endings ? ", in its line endings alone" : "");
	} else if (entry->state == SFS_MIGRATION_GONE) {
		sfs_str_addf(out, "  %s  %s\n", entry->tag,
			entry->applied[0] ? "applied, and its file is missing"
					  : "in the journal, and its file is missing");
	} else if (entry->late) {
		sfs_str_addf(out, "  %s  late: later ones are applied already\n", entry->tag);
	}
}

static void
keep(struct mnt_folder *folder, const struct sfs_set *set, struct sfs_str *notes)
{
	forget(folder);
	folder->known = true;
	sfs_vec_foreach (entry, &set->entries) {
		if (entry->state == SFS_MIGRATION_PENDING) {
			sfs_vec_push(&folder->waiting,
				(struct mnt_waiting){ sfs_strdup(entry->tag),
					mnt_text_create(
						sfs_str_text(&entry->text), entry->text.len) });
		} else {
			sfs_vec_push(&folder->applied, sfs_strdup(entry->tag));
		}
		add_note(entry, notes);
	}
	if (set->n_unknown) {
		sfs_str_addf(
			notes, "  %zu applied migrations are not in the journal\n", set->n_unknown);
	}
}

static void
add_progress(const struct sfs_progress_list *list, struct sfs_str *out)
{
	sfs_vec_foreach (progress, list) {
		sfs_str_addf(out, "  %s  %zu statements done", progress->tag, progress->done);
		if (progress->place) {
			sfs_str_addf(out, ", then %" PRId64 " of %" PRId64 " rows", progress->rows,
				progress->total);
		}
		sfs_str_addc(out, '\n');
	}
}

static void
replace(struct mnt *mnt, char **place, struct sfs_str *text)
{
	if (strcmp(*place ? *place : "", sfs_str_text(text)) != 0) {
		free(*place);
		*place = text->len ? sfs_str_steal(text) : NULL;
		/* `status` is written anew. */
		mnt->nodes.changes++;
	}
}

static bool
ask(struct mnt *mnt, struct sfs_db *db)
{
	struct sfs_set set sfs_auto(set) = { 0 };
	struct sfs_progress_list list sfs_auto(progress_list) = { 0 };
	struct sfs_str notes sfs_auto(str) = SFS_STR_INIT, half sfs_auto(str) = SFS_STR_INIT;
	struct sfs_error fault sfs_auto(error) = SFS_ERROR_INIT;
	bool project = mnt->options->project;
	int r = sfs_progress_read(db, &list, NULL);

	if (r == 0 && project && sfs_set_read(db, mnt->migrations, &set, &fault) == 0) {
		keep(&mnt->folder, &set, &notes);
	} else if (r == 0 && project) {
		char *text sfs_auto(free) = sfs_error_format(&fault);

		sfs_str_addf(&notes, "  %.*s\n", (int)strcspn(text, "\n"), text);
	}
	if (r < 0) {
		return false;
	}
	add_progress(&list, &half);
	MNT_LOCK(mnt);
	replace(mnt, &mnt->folder.notes, &notes);
	replace(mnt, &mnt->folder.progress, &half);
	return list.len > 0;
}

void
mnt_folder_look(struct mnt *mnt, struct sfs_db *db, uint64_t listing, bool now)
{
	struct mnt_folder *folder = &mnt->folder;
	struct sfs_open_options options = { .read_only = true,
		.patience_ms = MNT_LOOK_PATIENCE_MS };
	struct sfs_db *own = NULL;

	if (!now && listing == folder->listing && mnt_now() < folder->due) {
		return;
	}
	folder->listing = listing;
	if (!db && mnt_database_open(mnt, &options, &own, NULL) < 0) {
		folder->due = mnt_now() + LOOK_MS;
		return;
	}
	bool half = ask(mnt, db ? db : own);
	int64_t rest = half ? LOOK_PROGRESS_MS : LOOK_MS;
	folder->due = half || mnt->options->project ? mnt_now() + rest : INT64_MAX;
	if (own) {
		own->driver->close(own);
	}
}

/* ---- showing ---- */

bool
mnt_folder_shows(const struct mnt *mnt, const char *path)
{
	size_t len = strlen(path);

	if (!mnt->folder.known || strchr(path, '/') || !sfs_ends_with(path, ".sql")) {
		return true;
	}
	len -= strlen(".sql");
	sfs_vec_foreach (tag, &mnt->folder.applied) {
		if (strlen(*tag) == len && strncmp(*tag, path, len) == 0) {
			return true;
		}
	}
	return false;
}

static void
show(struct mnt *mnt, struct mnt_node *parent, const struct mnt_waiting *waiting)
{
	char *name sfs_auto(free) = sfs_asprintf("%s.sql", waiting->tag);
	struct mnt_node *node = mnt_node_child(parent, name);

	if (!node) {
		node = mnt_node_add(&mnt->nodes, parent, name, MNT_PENDING);
		node->exists = true;
		node->in_folder = true;
		mnt_notify_name(mnt, parent, name);
	}
	/* What a person has written over it and could not be applied stays what it is. */
	if (node->in_folder && !node->buffer) {
		node->seen = mnt->refresh;
		mnt_view_set_text(mnt, node, waiting->text);
	}
}

void
mnt_folder_show(struct mnt *mnt)
{
	struct mnt_node *parent = mnt_node_find(&mnt->nodes, "pending");
	SFS_VEC(struct mnt_node *) gone = { 0 };
	void *value;

	if (!parent || !mnt->options->project) {
		return;
	}
	sfs_vec_foreach (waiting, &mnt->folder.waiting) {
		show(mnt, parent, waiting);
	}
	for (size_t i = 0; sfs_map_next(parent->children, &i, NULL, &value);) {
		struct mnt_node *node = value;

		if (node->in_folder && !node->buffer && node->seen != mnt->refresh) {
			sfs_vec_push(&gone, node);
		}
	}
	sfs_vec_foreach (node, &gone) {
		mnt_view_remove(mnt, *node);
	}
	sfs_vec_finish(&gone);
}
