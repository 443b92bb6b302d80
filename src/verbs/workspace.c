// SPDX-License-Identifier: MIT
/* What generate, check and their like work on: a project, its migrations, a database to try them in. */
#include <errno.h>
#include <string.h>

#include "base/file.h"
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

static int
find_driver(struct sfs_workspace *workspace, const struct sfs_workspace_options *options,
	struct sfs_error *err)
{
	const struct sfs_project *project = &workspace->project;

	workspace->driver = sfs_history_driver(project->migrations);
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
sfs_workspace_init(struct sfs_workspace *workspace, const struct sfs_workspace_options *options,
	struct sfs_error *err)
{
	memset(workspace, 0, sizeof *workspace);
	workspace->shadow = options->shadow;
	int r = options->directory ? sfs_project_read(options->directory, &workspace->project, err)
				   : sfs_project_find(".", &workspace->project, err);
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
	int r = sfs_side_init_database(&workspace->side, target, err);
	return r < 0 ? r : sfs_side_open(&workspace->side, true, err);
}
