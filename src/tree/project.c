// SPDX-License-Identifier: MIT
/* Finds and reads a project's configuration: schemafs.json. */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/file.h"
#include "tree/project_settings.h"

enum { MAX_CONFIGURATION = 1 << 20 };

void
sfs_project_finish(struct sfs_project *project)
{
	sfs_vec_finish(&project->include);
	sfs_vec_finish(&project->exclude);
	sfs_vec_finish(&project->external);
	sfs_vec_finish(&project->optional_extensions);
	sfs_vec_finish(&project->reference);
	sfs_arena_destroy(project->arena);
	memset(project, 0, sizeof *project);
}

/* Behind the string that begins here; the text is JSON, so it has an end. */
static const char *
skip_string(const char *at)
{
	for (at++; *at && *at != '"'; at++) {
		at += *at == '\\' && at[1];
	}
	return *at ? at + 1 : at;
}

/* Where a key of the outermost object stands. */
static size_t
place_of(const char *text, const char *key)
{
	char *quoted sfs_auto(free) = sfs_asprintf("\"%s\"", key);
	unsigned depth = 0;

	for (const char *at = text; *at;) {
		if (*at == '"') {
			const char *end = skip_string(at);

			if (depth == 1 && end[strspn(end, " \t\r\n")] == ':' &&
				strlen(quoted) == (size_t)(end - at) &&
				strncmp(at, quoted, (size_t)(end - at)) == 0) {
				return (size_t)(at - text);
			}
			at = end;
			continue;
		}
		depth += *at == '{' || *at == '[';
		depth -= *at == '}' || *at == ']';
		at++;
	}
	return 0;
}

static int
parse(struct sfs_project *project, const struct sfs_str *text, struct sfs_error *err)
{
	json_error_t fault;
	const char *faulty = NULL;
	json_t *root = json_loadb(
		sfs_str_text(text), text->len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &fault);
	int r = root ? sfs_project_settings(project, root, &faulty, err)
		     : sfs_error_set(err, EINVAL, "%s", fault.text);

	if (r < 0 && faulty) {
		sfs_error_position(err, project->file, sfs_str_text(text),
			place_of(sfs_str_text(text), faulty));
	} else if (r < 0 && err) {
		free(err->file);
		err->file = sfs_strdup(project->file);
		err->line = !root && fault.line > 0 ? (unsigned)fault.line : 0;
		err->column = !root && fault.column > 0 ? (unsigned)fault.column : 0;
	}
	json_decref(root);
	return r;
}

static bool
has_journal(const char *directory)
{
	char *path sfs_auto(free) = sfs_file_join(directory, "meta/_journal.json");

	return access(path, F_OK) == 0;
}

static const char *
usual_migrations(struct sfs_project *project)
{
	static const char *const names[] = { "migrations", "drizzle" };

	if (has_journal(project->root)) {
		return project->root;
	}
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *path =
			sfs_arena_printf(project->arena, "%s/%s", project->root, names[i]);

		if (has_journal(path)) {
			return path;
		}
	}
	return sfs_arena_printf(project->arena, "%s/migrations", project->root);
}

static void
set_defaults(struct sfs_project *project, const char *directory)
{
	project->arena = sfs_arena_create();
	project->root = sfs_arena_strdup(project->arena, directory);
	project->tree = project->root;
	project->ledger_schema = "drizzle";
	project->ledger_table = "__drizzle_migrations";
	project->breakpoints = true;
	project->online_above = -1;
}

int
sfs_project_read(const char *directory, struct sfs_project *ret_project, struct sfs_error *err)
{
	struct sfs_project project sfs_auto(project) = { 0 };
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;
	struct sfs_error fault sfs_auto(error) = SFS_ERROR_INIT;
	char *path sfs_auto(free) = sfs_file_join(directory, SFS_PROJECT_FILE);
	int r = sfs_file_read(path, MAX_CONFIGURATION, &text, &fault);

	if (r < 0 && r != -ENOENT) {
		sfs_error_move(err, &fault);
		return r;
	}
	set_defaults(&project, directory);
	if (r == 0) {
		project.file = sfs_arena_strdup(project.arena, path);
		r = parse(&project, &text, err);
		if (r < 0) {
			return r;
		}
	}
	if (!project.migrations) {
		project.migrations = usual_migrations(&project);
	}
	*ret_project = project;
	memset(&project, 0, sizeof project);
	return 0;
}

/* The directory, or the nearest one above it that there is: a tree may be about to be written. */
static void
find_existing(const char *start, char place[PATH_MAX])
{
	char *path sfs_auto(free) = sfs_strdup(start);

	while (!realpath(path, place)) {
		char *slash = strrchr(path, '/');

		if (errno != ENOENT && errno != ENOTDIR) {
			place[0] = '\0';
			return;
		}
		if (!slash) {
			free(path);
			path = sfs_strdup(".");
		} else {
			slash[slash == path] = '\0';
		}
	}
}

/* The directory itself or the nearest above it that has the file; "" when none has. */
static void
look_upwards(const char *start, char place[PATH_MAX])
{
	find_existing(start, place);
	while (place[0]) {
		char *path sfs_auto(free) = sfs_file_join(place, SFS_PROJECT_FILE);

		if (access(path, F_OK) == 0) {
			return;
		}
		*strrchr(place, '/') = '\0';
	}
}

int
sfs_project_find(const char *start, struct sfs_project *ret_project, struct sfs_error *err)
{
	char place[PATH_MAX];

	look_upwards(start, place);
	return sfs_project_read(place[0] ? place : start, ret_project, err);
}
