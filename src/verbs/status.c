// SPDX-License-Identifier: MIT
/* schemafs status: what is in a database, or how a mount is. */
#include <stdio.h>
#include <sys/stat.h>

#include "base/file.h"
#include "drivers/driver.h"
#include "verbs/options.h"
#include "verbs/output.h"
#include "verbs/side.h"
#include "verbs/status_migrations.h"
#include "verbs/status_project.h"
#include "verbs/verb.h"
#include "verbs/workspace.h"

enum { MAX_STATUS = 16 << 20, EXIT_DIFFERENT = 1 };

struct request {
	const char *target, *directory;
	bool verbose, json;
};

/* What is counted of a database. */
struct survey {
	struct sfs_side side;
	struct sfs_catalog *catalog; /* owned */
	struct sfs_standing standing;
	struct sfs_status_project project;
	size_t counts[SFS_KIND_COUNT];
	size_t columns, indexes, row_security; /* of tables */
};

static void
survey_finish(struct survey *survey)
{
	sfs_catalog_destroy(survey->catalog);
	sfs_status_project_finish(&survey->project);
	sfs_standing_finish(&survey->standing);
	sfs_side_finish(&survey->side);
}
SFS_DEFINE_AUTO_VALUE(survey, struct survey, survey_finish)

static size_t
parts_of(const struct sfs_object *object, enum sfs_kind kind)
{
	struct sfs_object *part;
	size_t n = 0;

	sfs_parts_foreach (part, object) {
		n += part->id.kind == kind;
	}
	return n;
}

static void
count(struct survey *survey, const struct sfs_object *object)
{
	survey->counts[object->id.kind]++;
	if (object->id.kind == SFS_TABLE) {
		survey->columns += parts_of(object, SFS_COLUMN);
		survey->indexes += parts_of(object, SFS_INDEX);
		survey->row_security += sfs_object_has(object, SFS_TABLE_ROW_SECURITY);
	}
}

static int
survey_init(struct survey *survey, const struct request *request, struct sfs_error *err)
{
	const char *target = request->target;
	int r = sfs_workspace_project(request->directory, &survey->standing.project, err);

	if (r == 0) {
		r = sfs_options_target(
			target ? target : survey->standing.project.database, &target, err);
	}
	if (r == 0) {
		r = sfs_workspace_database(
			&survey->standing.project, target, true, &survey->side, err);
	}
	if (r < 0) {
		return r;
	}
	const struct sfs_driver *driver = survey->side.driver;
	r = sfs_standing_read(&survey->standing, survey->side.db, err);
	if (r == 0) {
		r = driver->read(survey->side.db, &(struct sfs_scope){ 0 }, &survey->catalog, err);
	}
	if (r == 0) {
		r = sfs_status_project_read(&survey->project, &survey->standing.project,
			survey->side.db, survey->catalog, err);
	}
	if (r < 0) {
		return r;
	}
	sfs_vec_foreach (object, &survey->catalog->objects) {
		count(survey, *object);
	}
	return 0;
}

/* Kinds with files of their own: tables and what else is there. */
static bool
is_counted(const struct survey *survey, enum sfs_kind kind)
{
	return sfs_kind_info(kind)->directory && (survey->counts[kind] || kind == SFS_TABLE);
}

static bool
has_columns(const struct sfs_object *object)
{
	return object->id.kind == SFS_TABLE || object->id.kind == SFS_FOREIGN_TABLE;
}

/* -v: an object that has a file of its own, on a line. */
static void
print_object(const struct sfs_object *object)
{
	struct sfs_str line sfs_auto(str) = SFS_STR_INIT;

	sfs_identity_describe(&object->id, &line);
	if (has_columns(object)) {
		sfs_str_addf(&line, ": %zu columns, %zu indexes", parts_of(object, SFS_COLUMN),
			parts_of(object, SFS_INDEX));
	}
	if (object->id.kind == SFS_TABLE && sfs_object_has(object, SFS_TABLE_ROW_SECURITY)) {
		sfs_str_addf(&line, ", row security%s",
			sfs_object_has(object, SFS_TABLE_FORCE_ROW_SECURITY) ? " forced" : "");
	}
	if (object->id.kind == SFS_UNMODELED) {
		sfs_str_addf(&line, ": %s", sfs_object_get(object, SFS_UNMODELED_WHAT));
	}
	printf("  %s\n", sfs_str_text(&line));
}

static void
print_count(const char *label, size_t n, const char *rest)
{
	printf("%-22s %zu%s\n", label, n, rest);
}

/* "materialized views" for "materialized_views". */
static void
add_label(struct sfs_str *out, enum sfs_kind kind)
{
	for (const char *at = sfs_kind_info(kind)->directory; *at; at++) {
		sfs_str_addc(out, *at == '_' ? ' ' : *at);
	}
}

static void
print_kind(const struct survey *survey, enum sfs_kind kind, bool verbose)
{
	struct sfs_str label sfs_auto(str) = SFS_STR_INIT, rest sfs_auto(str) = SFS_STR_INIT;

	if (kind == SFS_TABLE) {
		sfs_str_addf(&rest, ", with %zu columns, %zu indexes; row security on %zu",
			survey->columns, survey->indexes, survey->row_security);
	}
	add_label(&label, kind);
	print_count(sfs_str_text(&label), survey->counts[kind], sfs_str_text(&rest));
	sfs_vec_foreach (object, &survey->catalog->objects) {
		if (verbose && (*object)->id.kind == kind) {
			print_object(*object);
		}
	}
}

static void
print_text(const struct survey *survey, bool verbose)
{
	struct sfs_db *db = survey->side.db;

	printf("%-22s %s\n", "connected to", db->driver->describe(db));
	print_kind(survey, SFS_TABLE, verbose);
	for (int kind = 0; kind < SFS_KIND_COUNT; kind++) {
		if (kind != SFS_TABLE && is_counted(survey, kind)) {
			print_kind(survey, kind, verbose);
		}
	}
	print_count("invisible to this role", survey->catalog->invisible.len, "");
	sfs_vec_foreach (line, &survey->catalog->invisible) {
		if (verbose) {
			printf("  %s\n", *line);
		}
	}
	sfs_standing_print(&survey->standing);
	sfs_status_project_print(&survey->project);
}

static json_t *
counts_json(const struct survey *survey)
{
	json_t *counts = json_object();

	for (int kind = 0; kind < SFS_KIND_COUNT; kind++) {
		const struct sfs_kind_info *info = sfs_kind_info(kind);

		if (is_counted(survey, kind)) {
			(void)json_object_set_new(counts, info->directory,
				json_integer((json_int_t)survey->counts[kind]));
		}
	}
	return counts;
}

static void
print_json(const struct survey *survey)
{
	json_t *invisible = json_array();
	struct sfs_db *db = survey->side.db;

	sfs_vec_foreach (line, &survey->catalog->invisible) {
		(void)json_array_append_new(invisible, sfs_output_string(*line));
	}
	json_t *told = json_pack("{s:o, s:s, s:o, s:I, s:I, s:I, s:o, s:I}", "database",
		sfs_output_string(db->driver->describe(db)), "engine", db->driver->name, "objects",
		counts_json(survey), "columns", (json_int_t)survey->columns, "indexes",
		(json_int_t)survey->indexes, "row_security", (json_int_t)survey->row_security,
		"invisible", invisible, "migrations_applied",
		(json_int_t)survey->standing.n_applied);
	json_t *standing = sfs_standing_json(&survey->standing);
	(void)json_object_update(told, standing);
	json_decref(standing);
	json_t *project = sfs_status_project_json(&survey->project);
	(void)json_object_update(told, project);
	json_decref(project);
	sfs_output_json(told);
}

static int
print_database(const struct request *request, struct sfs_error *err)
{
	struct survey survey sfs_auto(survey) = { 0 };
	int r = survey_init(&survey, request, err);

	if (r < 0) {
		return r;
	}
	if (request->json) {
		print_json(&survey);
	} else {
		print_text(&survey, request->verbose);
	}
	bool differs = sfs_standing_differs(&survey.standing) ||
		       sfs_status_project_differs(&survey.project);

	return differs ? EXIT_DIFFERENT : 0;
}

/* A mount tells its own status: what it is connected to, what waits, what failed. */
static int
print_mount(const struct request *request, struct sfs_error *err)
{
	char *path sfs_auto(free) =
		sfs_file_join(request->target, request->json ? "status.json" : "status");
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;
	int r = sfs_file_read(path, MAX_STATUS, &text, err);

	if (r == 0) {
		(void)fwrite(sfs_str_text(&text), 1, text.len, stdout);
	}
	return r;
}

int
sfs_verb_status(int argc, char **argv, struct sfs_error *err)
{
	struct request request = { 0 };
	struct stat st;
	int first;
	const struct sfs_option options[] = {
		{ .name = "verbose", .letter = 'v', .flag = &request.verbose },
		{ .name = "json", .flag = &request.json },
		{ .name = "dir", .value = &request.directory },
		{ 0 },
	};
	int r = sfs_options_parse(argc, argv, options, 0, 1, &first, err);

	if (r < 0) {
		return r;
	}
	request.target = argv[first];
	bool mount = request.target && stat(request.target, &st) == 0 && S_ISDIR(st.st_mode);
	return mount ? print_mount(&request, err) : print_database(&request, err);
}
