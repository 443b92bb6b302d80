// SPDX-License-Identifier: MIT
/* What generate, check and their like work on: a project, its migrations, a database to try them in. */
#include <errno.h>
#include <string.h>

#include "base/file.h"
#include "drivers/migrator.h"
#include "verbs/workspace.h"

static const char memory[] = "sqlite::memory:";

void
sfs_workspace_finish(struct sfs_workspace *workspace)
{
	sfs_history_finish(&workspace->history);
	sfs_side_finish(&workspace->side);
	sfs_project_finish(&workspace->project);
}

static const struct sfs_driver *
driver_named(const char *dialect)
{
	if (!dialect) {
		return NULL;
	}
	return strcmp(dialect, sfs_sqlite_driver.name) == 0 ? &sfs_sqlite_driver
							    : &sfs_postgres_driver;
}

/* SQLite's trees have one namespace, `main`, and nothing above it; NULL when there is no tree. */
static const struct sfs_driver *
driver_of_tree(const char *directory)
{
	static const struct {
		const char *path;
		const struct sfs_driver *driver;
	} signs[] = {
		{ "database", &sfs_postgres_driver },
		{ "schema/public", &sfs_postgres_driver },
		{ "schema/main", &sfs_sqlite_driver },
		{ "schema", &sfs_postgres_driver },
	};

	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
		char *path sfs_auto(free) = sfs_file_join(directory, signs[i].path);

		if (access(path, F_OK) == 0) {
			return signs[i].driver;
		}
	}
	return NULL;
}

static bool
is_directory_or_script(const char *name)
{
	return access(name, F_OK) == 0 && !sfs_sqlite_driver.accepts(name);
}

/* A database that is compared with will do to evaluate in, too. */
static const char *
find_target(const struct sfs_workspace *workspace, const struct sfs_workspace_options *options)
{
	const char *candidates[] = { options->database, workspace->project.database,
		getenv("DATABASE_URL"), options->from, options->shadow };

	for (size_t i = 0; i < sizeof candidates / sizeof *candidates; i++) {
		const char *target = candidates[i];
		const struct sfs_driver *driver;

		if (!target || !*target ||
			(target == options->from && is_directory_or_script(target))) {
			continue;
		}
		driver = sfs_driver_for(target);
		/* What the environment says may be of another project. */
		if (driver && (i == 0 || !workspace->driver || driver == workspace->driver)) {
			return target;
		}
	}
	return NULL;
}

/* What is wrong with a journal that no driver can read. */
static int
refuse_journal(const char *directory, const struct sfs_driver *driver, struct sfs_error *err)
{
	struct sfs_journal journal sfs_auto(journal) = { 0 };

	return sfs_journal_read(
		directory, (driver ? driver : &sfs_postgres_driver)->name, &journal, err);
}

static int
find_driver(struct sfs_workspace *workspace, const struct sfs_workspace_options *options,
	struct sfs_error *err)
{
	const struct sfs_project *project = &workspace->project;

	workspace->driver = sfs_history_driver(project->migrations);
	if (!workspace->driver && sfs_history_exists(project->migrations)) {
		return refuse_journal(project->migrations, driver_named(project->dialect), err);
	}
	if (!workspace->driver) {
		workspace->driver = driver_named(project->dialect);
	}
	workspace->target = find_target(workspace, options);
	const struct sfs_driver *said =
		workspace->target ? sfs_driver_for(workspace->target) : NULL;
	if (said && workspace->driver && said != workspace->driver) {
		return sfs_error_set(err, EINVAL, "%s is for %s, the database is %s",
			project->migrations, workspace->driver->name, said->name);
	}
	if (!workspace->driver) {
		workspace->driver = said;
	}
	if (!workspace->driver) {
		bool tree = options->from && is_directory_or_script(options->from);

		workspace->driver = driver_of_tree(tree ? options->from : project->tree);
	}
	if (!workspace->driver) {
		sfs_error_set(err, EINVAL, "nothing tells which database the project is for");
		sfs_error_hint(err,
			"say \"dialect\": \"postgresql\" or \"sqlite\" in " SFS_PROJECT_FILE
			", or name a database");
		return -EINVAL;
	}
	return 0;
}

int
sfs_workspace_project(const char *directory, struct sfs_project *ret_project, struct sfs_error *err)
{
	return directory ? sfs_project_read(directory, ret_project, err)
			 : sfs_project_find(".", ret_project, err);
}

int
sfs_workspace_database(const struct sfs_project *project, const char *target, bool read_only,
	struct sfs_side *side, struct sfs_error *err)
{
	int r = sfs_side_init_database(side, target, err);

	if (r == 0) {
		r = sfs_side_open(side, read_only, err);
	}
	if (r == 0 && !read_only && side->driver->is_read_only(side->db)) {
		r = sfs_error_set(err, EROFS, "the database is read-only");
	}
	if (r == 0) {
		side->driver->migrator->place(
			side->db, project->ledger_schema, project->ledger_table);
	}
	return r;
}

int
sfs_workspace_init(struct sfs_workspace *workspace, const struct sfs_workspace_options *options,
	struct sfs_error *err)
{
	memset(workspace, 0, sizeof *workspace);
	workspace->shadow = options->shadow;
	int r = sfs_workspace_project(options->directory, &workspace->project, err);

	if (r == 0 && options->needs_folder && !sfs_history_exists(workspace->project.migrations)) {
		r = sfs_error_set(err, ENOENT, "there is no %s/meta/_journal.json",
			workspace->project.migrations);
		sfs_error_hint(err, "`schemafs init` begins a folder, --dir names one");
	}
	return r < 0 ? r : find_driver(workspace, options, err);
}

int
sfs_workspace_read(struct sfs_workspace *workspace, struct sfs_error *err)
{
	return sfs_history_read(
		workspace->project.migrations, workspace->driver, &workspace->history, err);
}

int
sfs_workspace_open(struct sfs_workspace *workspace, struct sfs_error *err)
{
	const char *target = workspace->target;

	if (!target && workspace->driver == &sfs_sqlite_driver) {
		target = memory;
	}
	if (!target) {
		sfs_error_set(err, EINVAL,
			"migrations of PostgreSQL are tried out on a server, and "
			"none is named");
		sfs_error_hint(err,
			"name a database with --db or DATABASE_URL, or an empty one with "
			"--shadow");
		return -EINVAL;
	}
	return sfs_workspace_database(&workspace->project, target, true, &workspace->side, err);
}
