// SPDX-License-Identifier: MIT
/* The snapshots of a folder: what drizzle-kit says of them, and whether they are a chain. */
#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/map.h"
#include "migrate/check.h"

enum { MAX_SNAPSHOT = 256 << 20, PG_VERSION = 7, LITE_VERSION = 6, OLDEST_VERSION = 5 };

/* The id of what stands before the first snapshot. */
static const char none[] = "00000000-0000-0000-0000-000000000000";

static int
newest_version(const struct sfs_check *check)
{
	return check->driver->dialect == SFS_SQLITE ? LITE_VERSION : PG_VERSION;
}

/* ---- each by itself ---- */

static void
check_one(struct sfs_check *check, struct sfs_check_snapshot *snapshot, const json_t *root)
{
	const char *said = json_string_value(json_object_get(root, "version"));
	char *end = NULL, *fault sfs_auto(free) = NULL;
	long version = said ? strtol(said, &end, 10) : 0;

	if (end && !*end && version > newest_version(check)) {
		sfs_findings_problem(&check->findings, "unsupported-snapshot", snapshot->name,
			"is of version %s, which is newer than what drizzle-kit 0.31 writes", said);
	} else if (end && !*end && version >= OLDEST_VERSION && version < newest_version(check)) {
		sfs_findings_problem(&check->findings, "old-snapshot", snapshot->name,
			"is of version %s: `drizzle-kit up` brings it to %d", said,
			newest_version(check));
	} else if (!sfs_check_shape(check->driver->dialect, root, &fault)) {
		sfs_findings_problem(&check->findings, "malformed-snapshot", snapshot->name,
			"drizzle-kit does not take it: %s", fault);
	} else {
		snapshot->current = true;
	}
}

/* ---- reading ---- */

static size_t
find_entry(const struct sfs_check *check, const char *name)
{
	size_t n = check->journal.entries.len, i;

	for (i = 0; i < n; i++) {
		const char *tag = check->journal.entries.items[i].tag;
		size_t len = (size_t)(strchrnul(tag, '_') - tag);

		if (strncmp(name, tag, len) == 0 && strcmp(name + len, "_snapshot.json") == 0) {
			break;
		}
	}
	return i;
}

static char *
text_of(const json_t *root, const char *key)
{
	const char *text = json_string_value(json_object_get(root, key));

	return text ? sfs_strdup(text) : NULL;
}

/* Only what the chain needs is kept: together they can be very large. */
static void
read_snapshot(struct sfs_check *check, const char *folder, const char *file)
{
	struct sfs_check_snapshot snapshot = {
		.name = sfs_asprintf("meta/%s", file),
		.entry = find_entry(check, file),
	};
	char *path sfs_auto(free) = sfs_file_join(folder, file);
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;
	struct sfs_error fault sfs_auto(error) = SFS_ERROR_INIT;
	json_error_t where;

	if (sfs_file_read(path, MAX_SNAPSHOT, &text, &fault) < 0) {
		sfs_findings_error(&check->findings, "unreadable-snapshot", snapshot.name, &fault);
	} else {
		json_t *root = json_loadb(sfs_str_text(&text), text.len, 0, &where);

		if (!root) {
			struct sfs_finding *finding = sfs_findings_problem(&check->findings,
				"malformed-snapshot", snapshot.name, "%s", where.text);

			finding->line = where.line > 0 ? (unsigned)where.line : 1;
			finding->column = where.column > 0 ? (unsigned)where.column : 1;
		} else {
			check_one(check, &snapshot, root);
		}
		snapshot.id = text_of(root, "id");
		snapshot.prev = text_of(root, "prevId");
		json_decref(root);
	}
	sfs_vec_push(&check->snapshots, snapshot);
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* All files but those that begin with `_`, as drizzle-kit does; hidden ones are of other programs. */
static void
read_snapshots(struct sfs_check *check)
{
	char *folder sfs_auto(free) = sfs_file_join(check->directory, "meta");
	struct dirent **names = NULL;
	int n = scandir(folder, &names, NULL, by_name);

	for (int i = 0; i < n; i++) {
		if (names[i]->d_name[0] != '_' && names[i]->d_name[0] != '.') {
			read_snapshot(check, folder, names[i]->d_name);
		}
		free(names[i]);
	}
	free(names);
}

/* ---- together ---- */

static void
check_chain(struct sfs_check *check)
{
	struct sfs_map *ids sfs_auto(map) = sfs_map_create();
	struct sfs_map *parents sfs_auto(map) = sfs_map_create();

	sfs_vec_foreach (snapshot, &check->snapshots) {
		const struct sfs_check_snapshot *other =
			snapshot->id ? sfs_map_get(ids, snapshot->id) : NULL;

		if (other) {
			sfs_findings_problem(&check->findings, "duplicate-id", snapshot->name,
				"has the id of %s", other->name);
		} else if (snapshot->id) {
			sfs_map_set(ids, snapshot->id, snapshot);
		}
		other = snapshot->prev ? sfs_map_get(parents, snapshot->prev) : NULL;
		if (other) {
			sfs_findings_problem(&check->findings, "duplicate-prev-id", snapshot->name,
				"has the prevId of %s: they were made on two branches, and "
				"drizzle-kit refuses to go on",
				other->name);
		} else if (snapshot->prev) {
			sfs_map_set(parents, snapshot->prev, snapshot);
		}
	}
	sfs_vec_foreach (snapshot, &check->snapshots) {
		const struct sfs_check_snapshot *parent =
			snapshot->prev ? sfs_map_get(ids, snapshot->prev) : NULL;
		bool first =
			snapshot->prev && (strcmp(snapshot->prev, none) == 0 || !*snapshot->prev);

		if (snapshot->prev && !parent && !first) {
			sfs_findings_note(&check->findings, "unknown-prev-id", snapshot->name,
				"has the prevId %s, and no snapshot has that id", snapshot->prev);
		} else if (parent && parent->entry < check->journal.entries.len &&
			   parent->entry >= snapshot->entry) {
			sfs_findings_problem(&check->findings, "chain-order", snapshot->name,
				"follows %s, which comes later in the journal", parent->name);
		}
	}
}

static void
check_counterparts(struct sfs_check *check)
{
	size_t n = check->journal.entries.len;
	bool *has sfs_auto(free) = sfs_alloc((n + 1) * sizeof *has);

	sfs_vec_foreach (snapshot, &check->snapshots) {
		has[snapshot->entry] = true;
		if (snapshot->entry == n) {
			sfs_findings_problem(&check->findings, "unlisted-snapshot", snapshot->name,
				"is of no entry of the journal, and drizzle-kit reads it all the "
				"same");
		}
	}
	for (size_t i = 0; i < n; i++) {
		if (!has[i]) {
			/* The last one is what drizzle-kit's next generate starts from. */
			sfs_findings_note(&check->findings, "missing-snapshot",
				check->journal.entries.items[i].tag, "has no snapshot%s",
				i + 1 == n ? ": drizzle-kit would generate it again" : "");
		}
	}
}

void
sfs_check_snapshots(struct sfs_check *check)
{
	read_snapshots(check);
	check_chain(check);
	check_counterparts(check);
}
