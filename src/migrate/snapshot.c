// SPDX-License-Identifier: MIT
/* Snapshots as files. */
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "base/alloc.h"
#include "base/file.h"
#include "migrate/snapshot.h"
#include "migrate/stringify.h"

enum { MAX_SNAPSHOT = 256 << 20 };

json_t *
sfs_snapshot_make(const struct sfs_catalog *catalog)
{
	return catalog->dialect == SFS_SQLITE ? sfs_snapshot_sqlite(catalog)
					      : sfs_snapshot_postgres(catalog);
}

/* ---- files ---- */

char *
sfs_snapshot_name(const char *tag)
{
	return sfs_asprintf("%.*s_snapshot.json", (int)strcspn(tag, "_"), tag);
}

static char *
path_of(const char *directory, const char *tag)
{
	char *name sfs_auto(free) = sfs_snapshot_name(tag);
	char *meta sfs_auto(free) = sfs_file_join(directory, "meta");

	return sfs_file_join(meta, name);
}

int
sfs_snapshot_read(
	const char *directory, const char *tag, json_t **ret_snapshot, struct sfs_error *err)
{
	char *path sfs_auto(free) = path_of(directory, tag);
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;
	json_error_t fault;
	int r = sfs_file_read(path, MAX_SNAPSHOT, &text, err);

	if (r < 0) {
		return r;
	}
	json_t *snapshot = json_loadb(sfs_str_text(&text), text.len, 0, &fault);
	if (json_is_object(snapshot)) {
		*ret_snapshot = snapshot;
		return 0;
	}
	r = sfs_error_set(err, EINVAL, "%s", snapshot ? "a snapshot is an object" : fault.text);
	if (err) {
		err->file = sfs_strdup(path);
		err->line = !snapshot && fault.line > 0 ? (unsigned)fault.line : 1;
		err->column = !snapshot && fault.column > 0 ? (unsigned)fault.column : 1;
	}
	json_decref(snapshot);
	return r;
}

int
sfs_snapshot_write(const char *directory, const char *tag, json_t *snapshot, struct sfs_error *err)
{
	char *path sfs_auto(free) = path_of(directory, tag);
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;

	sfs_json_stringify(snapshot, &text);
	return sfs_file_write(path, sfs_str_text(&text), text.len, 0666, err);
}

void
sfs_snapshot_remove(const char *directory, const char *tag)
{
	char *path sfs_auto(free) = path_of(directory, tag);

	(void)unlink(path);
}

/* A random UUID, version 4. */
void
sfs_snapshot_identify(json_t *snapshot, const char *prev)
{
	unsigned char b[16];
	char id[37];

	while (getrandom(b, sizeof b, 0) != (ssize_t)sizeof b) {
		continue;
	}
	b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
	b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
	(void)snprintf(id, sizeof id,
		"%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
		b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
		b[15]);
	(void)json_object_set_new(snapshot, "id", json_string(id));
	(void)json_object_set_new(snapshot, "prevId", json_string(prev));
}

bool
sfs_snapshot_is_current(const json_t *snapshot)
{
	const char *dialect = json_string_value(json_object_get(snapshot, "dialect"));
	const char *version = json_string_value(json_object_get(snapshot, "version"));

	return (sfs_streq(dialect, "postgresql") && sfs_streq(version, "7")) ||
	       (sfs_streq(dialect, "sqlite") && sfs_streq(version, "6"));
}
