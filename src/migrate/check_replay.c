// SPDX-License-Identifier: MIT
/* The migrations run again from the beginning, and what they make against the newest snapshot. */
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "migrate/check.h"
#include "migrate/check_compare.h"
#include "migrate/generate.h"
#include "migrate/snapshot.h"

struct catalogs {
	struct sfs_catalog *items[2]; /* owned */
};

static void
catalogs_finish(struct catalogs *catalogs)
{
	sfs_catalog_destroy(catalogs->items[0]);
	sfs_catalog_destroy(catalogs->items[1]);
}
SFS_DEFINE_AUTO_VALUE(catalogs, struct catalogs, catalogs_finish)

/* The newest snapshot, compared while the scratch place still has what it is about. */
struct comparison {
	struct sfs_check *check;
	struct sfs_base base; /* owned */
	struct sfs_str differences;
};

static void
comparison_finish(struct comparison *comparison)
{
	sfs_base_finish(&comparison->base);
	sfs_str_finish(&comparison->differences);
}
SFS_DEFINE_AUTO_VALUE(comparison, struct comparison, comparison_finish)

static int
visit(void *data, size_t stop, struct sfs_db *scratch, const struct sfs_catalog *catalog,
	struct sfs_error *err)
{
	struct comparison *comparison = data;
	struct sfs_probes probes sfs_auto(
		probes) = { .arena = sfs_arena_create(), .dialect = catalog->dialect };

	if (stop || !comparison->base.n || !comparison->base.current) {
		return 0;
	}
	json_t *made = sfs_snapshot_make(catalog);
	sfs_check_compare(comparison->base.snapshot, made, &probes, &comparison->differences);
	int r = sfs_probes_run(&probes, scratch, catalog, &comparison->differences, err);
	json_decref(made);
	return r;
}

static void
tell(struct comparison *comparison)
{
	struct sfs_check *check = comparison->check;

	if (!comparison->differences.len) {
		return;
	}
	const char *tag = check->journal.entries.items[comparison->base.n - 1].tag;
	char *name sfs_auto(free) = sfs_snapshot_name(tag);
	char *path sfs_auto(free) = sfs_asprintf("meta/%s", name);
	struct sfs_finding *finding = sfs_findings_problem(&check->findings, "snapshot-differs",
		path, "does not say what the migrations up to %s make", tag);

	finding->detail = sfs_str_steal(&comparison->differences);
}

int
sfs_check_replay(
	struct sfs_check *check, struct sfs_db *db, const char *shadow, struct sfs_error *err)
{
	struct sfs_history history sfs_auto(history) = { 0 };
	struct comparison comparison sfs_auto(comparison) = { .check = check };
	struct catalogs catalogs sfs_auto(catalogs) = { { NULL } };
	struct sfs_error fault sfs_auto(error) = SFS_ERROR_INIT;

	/* What can not be read has been told already. */
	if (sfs_history_read(check->directory, check->driver, &history, NULL) < 0 ||
		sfs_base_find(&history, &comparison.base, NULL) < 0 ||
		!history.journal.entries.len) {
		return 0;
	}
	history.visit = visit;
	history.visit_data = &comparison;
	size_t stops[] = { comparison.base.n, history.files.len };
	int r = sfs_history_replay(&history, db, shadow, stops, 2, catalogs.items, &fault);
	/* Without a line in a file it is the place that does not work, and not the migration. */
	if (r < 0 && !fault.line) {
		sfs_error_move(err, &fault);
		return r;
	}
	if (r < 0) {
		char *file sfs_auto(free) = sfs_steal(fault.file);

		sfs_findings_error(&check->findings, "replay-fails", file, &fault);
	} else {
		tell(&comparison);
	}
	return 0;
}
