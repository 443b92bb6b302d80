// SPDX-License-Identifier: MIT
/* New migrations on their way into drizzle's folder. */
#include <errno.h>
#include <string.h>

#include "base/file.h"
#include "migrate/generate.h"
#include "migrate/snapshot.h"

enum { MAX_FILE = 256 << 20 };

void
sfs_base_finish(struct sfs_base *base)
{
	json_decref(base->snapshot);
	base->snapshot = NULL;
}

const char *
sfs_base_id(const struct sfs_base *base)
{
	const char *id = json_string_value(json_object_get(base->snapshot, "id"));

	return id ? id : SFS_SNAPSHOT_NONE;
}

/* Migrations without a snapshot are normal: hand-written ones, and those of other tools. */
int
sfs_base_find(const struct sfs_history *history, struct sfs_base *ret_base, struct sfs_error *err)
{
	struct sfs_base base = { 0 };
	size_t i = history->journal.entries.len;

	for (; i > 0 && !base.snapshot; i--) {
		struct sfs_error fault sfs_auto(error) = SFS_ERROR_INIT;
		const char *tag = history->journal.entries.items[i - 1].tag;
		int r = sfs_snapshot_read(history->directory, tag, &base.snapshot, &fault);

		if (r < 0 && r != -ENOENT) {
			sfs_error_move(err, &fault);
			return r;
		}
		base.n = r == 0 ? i : 0;
	}
	base.current = base.snapshot && sfs_snapshot_is_current(base.snapshot);
	*ret_base = base;
	return 0;
}

/* Whether the file is there with this text, as a crash leaves it; -EEXIST when it has another one. */
static int
look_for(const char *path, const struct sfs_str *text, bool *ret_there, struct sfs_error *err)
{
	struct sfs_str there sfs_auto(str) = SFS_STR_INIT;
	struct sfs_error fault sfs_auto(error) = SFS_ERROR_INIT;
	int r = sfs_file_read(path, MAX_FILE, &there, &fault);

	if (r < 0 && r != -ENOENT) {
		sfs_error_move(err, &fault);
		return r;
	}
	*ret_there = r == 0;
	if (r == 0 && strcmp(sfs_str_text(&there), sfs_str_text(text)) != 0) {
		r = sfs_error_set(err, EEXIST, "%s is there already and is another text", path);
		sfs_error_hint(
			err, "the journal does not name it: remove it, or choose another name");
		return r;
	}
	return 0;
}

/* The file and the snapshot: nobody looks at them before the journal names them. */
static int
write_files(const struct sfs_history *history, const char *tag, const char *path,
	const struct sfs_str *text, json_t *snapshot, struct sfs_error *err)
{
	bool there;
	int r = look_for(path, text, &there, err);

	if (r == 0 && !there) {
		r = sfs_file_write(path, sfs_str_text(text), text->len, 0666, err);
	}
	if (r == 0) {
		r = sfs_snapshot_write(history->directory, tag, snapshot, err);
	}
	if (r < 0 && r != -EEXIST) {
		(void)unlink(path);
	}
	return r;
}

int
sfs_publish(struct sfs_history *history, const char *tag, const struct sfs_str *text,
	json_t *snapshot, bool breakpoints, int64_t when, struct sfs_error *err)
{
	char *name sfs_auto(free) = sfs_asprintf("%s.sql", tag);
	char *path sfs_auto(free) = sfs_file_join(history->directory, name);
	json_t *former = NULL; /* without a prefix all snapshots are one file */
	int r = sfs_snapshot_read(history->directory, tag, &former, NULL);

	r = write_files(history, tag, path, text, snapshot, err);
	if (r < 0) {
		json_decref(former);
		return r;
	}
	sfs_journal_append(&history->journal, tag, when);
	json_t *entries = json_object_get(history->journal.root, "entries");
	json_t *entry = json_array_get(entries, json_array_size(entries) - 1);

	(void)json_object_set_new(entry, "breakpoints", json_boolean(breakpoints));
	r = sfs_journal_write(&history->journal, history->directory, err);
	if (r < 0) {
		/* drizzle-kit goes by the newest snapshot, whatever the journal says. */
		if (!former || sfs_snapshot_write(history->directory, tag, former, NULL) < 0) {
			sfs_snapshot_remove(history->directory, tag);
		}
		(void)unlink(path);
	}
	json_decref(former);
	return r;
}
