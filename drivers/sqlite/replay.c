// SPDX-License-Identifier: MIT
/* A history of statements run again in a database in memory, and what that then has. */
#include <errno.h>

#include "drivers/sqlite/connection.h"
#include "drivers/sqlite/evaluate.h"
#include "drivers/sqlite/read.h"
#include "drivers/sqlite/sandbox.h"

static int
run_step(sqlite3 *conn, const struct sfs_replay_step *step, struct sfs_error *err)
{
	const char *sql = step->source->text + step->offset;
	size_t offset;
	int r = lite_sandbox_run(conn, sql, step->len, &offset, err);

	if (r < 0) {
		sfs_error_position(
			err, step->source->path, step->source->text, step->offset + offset);
	}
	return r;
}

static int
read_stop(sqlite3 *conn, const struct sfs_replay *what, size_t stop,
	struct sfs_catalog **ret_catalog, struct sfs_error *err)
{
	struct sfs_catalog *catalog sfs_auto(catalog) = NULL;
	int r = lite_read_from(conn, &(struct sfs_scope){ .dependencies = true }, &catalog, err);

	if (r == 0 && what->visit) {
		struct lite_db scratch = { .base.driver = &sfs_sqlite_driver, .conn = conn };

		r = what->visit(what->visit_data, stop, &scratch.base, catalog, err);
	}
	if (r == 0) {
		*ret_catalog = sfs_steal(catalog);
	}
	return r;
}

int
lite_replay(struct sfs_db *db, const struct sfs_replay *what, struct sfs_catalog **ret_catalogs,
	struct sfs_error *err)
{
	sqlite3 *conn sfs_auto(sqlite3) = NULL;
	size_t n_read = 0;
	int r = lite_sandbox_open(&conn, err);

	(void)db;
	for (size_t i = 0; r == 0 && n_read < what->n_stops; i++) {
		while (r == 0 && n_read < what->n_stops && what->stops[n_read] <= i) {
			r = read_stop(conn, what, n_read, &ret_catalogs[n_read], err);
			n_read += r == 0;
		}
		if (r < 0 || i >= what->n_steps) {
			break;
		}
		r = run_step(conn, &what->steps[i], err);
	}
	for (size_t i = 0; r < 0 && i < n_read; i++) {
		sfs_catalog_destroy(ret_catalogs[i]);
		ret_catalogs[i] = NULL;
	}
	return r;
}
