// SPDX-License-Identifier: MIT
/* A folder of migrations looked at: its journal and its files. */
#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <string.h>
#include <time.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/map.h"
#include "migrate/check.h"
#include "migrate/script.h"

enum { MAX_MIGRATION = 256 << 20, DAY_MS = 86400000 };

void
sfs_check_finish(struct sfs_check *check)
{
	sfs_vec_foreach (file, &check->files) {
		sfs_str_finish(&file->text);
	}
	sfs_vec_foreach (snapshot, &check->snapshots) {
		free(snapshot->name);
		free(snapshot->id);
		free(snapshot->prev);
	}
	sfs_vec_finish(&check->files);
	sfs_vec_finish(&check->snapshots);
	sfs_findings_finish(&check->findings);
	sfs_journal_finish(&check->journal);
	memset(check, 0, sizeof *check);
}

static void
read_file(struct sfs_check *check, const char *tag)
{
	struct sfs_check_file file = { .tag = tag };
	char *name sfs_auto(free) = sfs_asprintf("%s.sql", tag);
	char *path sfs_auto(free) = sfs_file_join(check->directory, name);
	struct sfs_error fault sfs_auto(error) = SFS_ERROR_INIT;
	int r = sfs_file_read(path, MAX_MIGRATION, &file.text, &fault);

	if (r == -ENOENT) {
		sfs_findings_problem(&check->findings, "missing-file", tag,
			"is in the journal, and there is no %s", name);
	} else if (r < 0) {
		sfs_findings_error(&check->findings, "unreadable-file", tag, &fault);
	} else {
		file.there = true;
		sfs_sha256(sfs_str_text(&file.text), file.text.len, file.hash);
	}
	sfs_vec_push(&check->files, file);
}

int
sfs_check_init(struct sfs_check *check, const char *directory, const struct sfs_driver *driver,
	struct sfs_error *err)
{
	*check = (struct sfs_check){ .directory = directory, .driver = driver };
	int r = sfs_journal_read(directory, driver->name, &check->journal, err);

	if (r < 0) {
		return r;
	}
	sfs_vec_foreach (entry, &check->journal.entries) {
		read_file(check, entry->tag);
	}
	return 0;
}

/* ---- the journal's order ---- */

static const struct sfs_journal_entry *
find_idx(const struct sfs_journal *journal, size_t n, int64_t idx)
{
	for (size_t i = 0; i < n; i++) {
		if (journal->entries.items[i].idx == idx) {
			return &journal->entries.items[i];
		}
	}
	return NULL;
}

static void
check_idx(struct sfs_check *check)
{
	const struct sfs_journal *journal = &check->journal;
	int64_t last = journal->entries.len ? journal->entries.items[0].idx : 0;

	for (size_t i = 1; i < journal->entries.len; i++) {
		const struct sfs_journal_entry *entry = &journal->entries.items[i];
		const struct sfs_journal_entry *other = find_idx(journal, i, entry->idx);

		if (other) {
			sfs_findings_problem(&check->findings, "duplicate-idx", entry->tag,
				"has the idx %lld of %s", (long long)entry->idx, other->tag);
		} else if (entry->idx < last) {
			sfs_findings_problem(&check->findings, "idx-order", entry->tag,
				"has idx %lld and stands behind %lld", (long long)entry->idx,
				(long long)last);
		} else if (entry->idx > last + 1) {
			sfs_findings_note(&check->findings, "idx-gap", entry->tag,
				"has idx %lld, the one before it %lld", (long long)entry->idx,
				(long long)last);
		}
		last = entry->idx > last ? entry->idx : last;
	}
}

/* drizzle's migrator runs what is newer than the newest row: whatever goes backwards is skipped. */
static void
check_when(struct sfs_check *check)
{
	const struct sfs_journal_entry *newest = NULL;
	int64_t now = (int64_t)time(NULL) * 1000;

	sfs_vec_foreach (entry, &check->journal.entries) {
		if (entry->when > now + DAY_MS) {
			sfs_findings_problem(&check->findings, "when-future", entry->tag,
				"has a `when` that is still to come: drizzle skips what is made "
				"before that");
		}
		if (newest && entry->when == newest->when) {
			sfs_findings_problem(&check->findings, "duplicate-when", entry->tag,
				"has the `when` of %s: drizzle skips it where that is applied",
				newest->tag);
		} else if (newest && entry->when < newest->when) {
			sfs_findings_problem(&check->findings, "when-order", entry->tag,
				"has a `when` before that of %s: drizzle skips it where that is "
				"applied",
				newest->tag);
		}
		newest = newest && newest->when >= entry->when ? newest : entry;
	}
}

/* ---- what the entries share ---- */

static const char *
entry_key(const struct sfs_check *check, size_t i, bool prefix, struct sfs_str *out)
{
	const char *tag = check->journal.entries.items[i].tag;
	const char *end = prefix ? strchrnul(tag, '_') : tag + strlen(tag);

	sfs_str_truncate(out, 0);
	sfs_str_addn(out, tag, (size_t)(end - tag));
	return sfs_str_text(out);
}

/* Two with one number share the snapshot that is called by it. */
static void
check_tags(struct sfs_check *check)
{
	struct sfs_arena *arena sfs_auto(arena) = sfs_arena_create();
	struct sfs_map *tags sfs_auto(map) = sfs_map_create();
	struct sfs_map *prefixes sfs_auto(map) = sfs_map_create();
	struct sfs_str key sfs_auto(str) = SFS_STR_INIT;

	for (size_t i = 0; i < check->journal.entries.len; i++) {
		const char *tag = check->journal.entries.items[i].tag;
		const char *prefix = sfs_arena_strdup(arena, entry_key(check, i, true, &key));
		const char *other = *prefix ? sfs_map_get(prefixes, prefix) : NULL;

		if (sfs_map_has(tags, tag)) {
			sfs_findings_problem(
				&check->findings, "duplicate-tag", tag, "is twice in the journal");
		} else if (other) {
			sfs_findings_problem(&check->findings, "duplicate-prefix", tag,
				"begins with the number of %s: both would have the snapshot "
				"meta/%s_snapshot.json",
				other, prefix);
		}
		sfs_map_set(tags, tag, (void *)(uintptr_t)tag);
		if (*prefix) {
			sfs_map_set(prefixes, prefix, (void *)(uintptr_t)tag);
		}
	}
}

/* ---- files ---- */

static void
check_text(struct sfs_check *check, const struct sfs_check_file *file)
{
	struct sfs_script script sfs_auto(script) = { 0 };
	struct sfs_error fault sfs_auto(error) = SFS_ERROR_INIT;
	char *name sfs_auto(free) = sfs_asprintf("%s.sql", file->tag);
	const char *text = sfs_str_text(&file->text);
	json_t *value = json_stringn(text, file->text.len);

	if (!value) {
		sfs_findings_problem(&check->findings, "not-utf8", name,
			"is not UTF-8: drizzle reads it as another text, with another hash");
	}
	json_decref(value);
	int r = sfs_script_parse(
		check->driver->dialect, name, text, file->text.len, &script, &fault);
	if (r < 0) {
		sfs_findings_error(&check->findings, "unusable-file", name, &fault);
	} else if (!script.statements.len) {
		sfs_findings_note(&check->findings, "empty-file", name, "holds no statement");
	}
}

static void
check_contents(struct sfs_check *check)
{
	struct sfs_map *hashes sfs_auto(map) = sfs_map_create();

	sfs_vec_foreach (file, &check->files) {
		const char *other = file->there ? sfs_map_get(hashes, file->hash) : NULL;

		if (!file->there) {
			continue;
		}
		check_text(check, file);
		if (other) {
			sfs_findings_note(&check->findings, "duplicate-text", file->tag,
				"is the same text as %s", other);
		}
		sfs_map_set(hashes, file->hash, (void *)(uintptr_t)file->tag);
	}
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void
check_file_name(struct sfs_check *check, const char *name)
{
	static const char applying[] = ".sql.applying";

	if (name[0] == '.' && sfs_ends_with(name, applying)) {
		sfs_findings_problem(&check->findings, "interrupted", name,
			"was left by a run that was interrupted: the next `schemafs migrate` deals "
			"with it");
	}
	if (name[0] == '.' || !sfs_ends_with(name, ".sql")) {
		return;
	}
	char *tag sfs_auto(free) = sfs_strndup(name, strlen(name) - strlen(".sql"));
	if (!sfs_journal_find(&check->journal, tag)) {
		sfs_findings_problem(&check->findings, "unlisted-file", name,
			"is not in the journal, so nothing runs it");
	}
}

static void
check_names(struct sfs_check *check)
{
	struct dirent **names = NULL;
	int n = scandir(check->directory, &names, NULL, by_name);

	for (int i = 0; i < n; i++) {
		check_file_name(check, names[i]->d_name);
		free(names[i]);
	}
	free(names);
}

void
sfs_check_journal(struct sfs_check *check)
{
	check_idx(check);
	check_tags(check);
	check_when(check);
	check_contents(check);
	check_names(check);
}
