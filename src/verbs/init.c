// SPDX-License-Identifier: MIT
/* schemafs init: begins a project, or takes over one of drizzle-kit's. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "migrate/journal.h"
#include "migrate/stringify.h"
#include "tree/drizzle_config.h"
#include "tree/project.h"
#include "verbs/options.h"
#include "verbs/output.h"
#include "verbs/side.h"
#include "verbs/verb.h"

/* How far below the root a folder of migrations is looked for. */
enum { DEEPEST = 4 };

static const char journal_name[] = "meta/_journal.json";

struct request {
	const char *directory, *migrations, *dialect, *target;
	bool json;
};

struct job {
	struct request request;
	struct sfs_arena *arena;
	char *root; /* owned */
	struct sfs_drizzle_config config;
	const char *migrations; /* relative to the root */
	const char *dialect;
	size_t n_entries; /* of the folder that is taken over */
	bool adopted;
	SFS_VEC(const char *) found;   /* folders with a journal, relative to the root */
	SFS_VEC(const char *) created; /* files, relative to the root */
};

static void
job_finish(struct job *job)
{
	sfs_vec_finish(&job->found);
	sfs_vec_finish(&job->created);
	sfs_arena_destroy(job->arena);
	free(job->root);
}
SFS_DEFINE_AUTO_VALUE(job, struct job, job_finish)

static int
read_request(int argc, char **argv, struct request *request, struct sfs_error *err)
{
	int first;
	const struct sfs_option options[] = {
		{ .name = "json", .flag = &request->json },
		{ .name = "dialect", .value = &request->dialect },
		{ .name = "migrations", .value = &request->migrations },
		{ .name = "db", .value = &request->target },
		{ 0 },
	};
	int r = sfs_options_parse(argc, argv, options, 0, 1, &first, err);

	if (r < 0) {
		return r;
	}
	request->directory = argv[first] ? argv[first] : ".";
	if (request->dialect && strcmp(request->dialect, "postgresql") != 0 &&
		strcmp(request->dialect, "sqlite") != 0) {
		return sfs_error_set(err, EINVAL, "--dialect is postgresql or sqlite");
	}
	return 0;
}

/* ---- a folder that is there ---- */

static bool
is_passed_over(const char *name)
{
	return name[0] == '.' || strcmp(name, "node_modules") == 0 || strcmp(name, "dist") == 0 ||
	       strcmp(name, "build") == 0 || strcmp(name, "vendor") == 0;
}

static void look_below(struct job *job, const char *relative, unsigned depth);

static void
look_at(struct job *job, const char *relative, unsigned depth)
{
	const char *path =
		*relative ? sfs_arena_printf(job->arena, "%s/%s", job->root, relative) : job->root;
	char *journal sfs_auto(free) = sfs_file_join(path, journal_name);

	if (access(journal, F_OK) == 0) {
		sfs_vec_push(&job->found, *relative ? relative : ".");
	} else if (depth) {
		look_below(job, relative, depth - 1);
	}
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void
look_below(struct job *job, const char *relative, unsigned depth)
{
	const char *path =
		*relative ? sfs_arena_printf(job->arena, "%s/%s", job->root, relative) : job->root;
	struct dirent **names = NULL;
	int n = scandir(path, &names, NULL, by_name);

	for (int i = 0; i < n; i++) {
		const char *name = names[i]->d_name;
		char *full sfs_auto(free) = sfs_file_join(path, name);
		struct stat found;

		if (!is_passed_over(name) && lstat(full, &found) == 0 && S_ISDIR(found.st_mode)) {
			look_at(job,
				*relative ? sfs_arena_printf(job->arena, "%s/%s", relative, name)
					  : sfs_arena_strdup(job->arena, name),
				depth);
		}
		free(names[i]);
	}
	free(names);
}

static int
refuse_many(const struct job *job, struct sfs_error *err)
{
	struct sfs_str list sfs_auto(str) = SFS_STR_INIT;

	sfs_vec_foreach (folder, &job->found) {
		sfs_str_separate(&list, ", ");
		sfs_str_add(&list, *folder);
	}
	int r = sfs_error_set(err, EINVAL, "there is more than one folder of migrations: %s",
		sfs_str_text(&list));
	sfs_error_hint(err, "say which with --migrations");
	return r;
}

static const char *
without_dot(const char *path)
{
	while (sfs_starts_with(path, "./")) {
		path += 2 + strspn(path + 2, "/");
	}
	return *path ? path : ".";
}

/* What is asked for, what drizzle-kit was told, what is there, what is usual. */
static int
find_migrations(struct job *job, struct sfs_error *err)
{
	const char *said = job->request.migrations ? job->request.migrations : job->config.out;

	if (!said && job->config.file) {
		said = "drizzle";
	}
	if (!said) {
		look_at(job, "", DEEPEST);
	}
	if (job->found.len > 1) {
		return refuse_many(job, err);
	}
	job->migrations = said             ? without_dot(sfs_arena_strdup(job->arena, said))
			  : job->found.len ? job->found.items[0]
					   : "migrations";
	return 0;
}

static char *
migrations_path(const struct job *job)
{
	return job->migrations[0] == '/' ? sfs_strdup(job->migrations)
					 : sfs_file_join(job->root, job->migrations);
}

/* ---- for which database ---- */

static const char *
dialect_of_folder(struct job *job)
{
	static const struct sfs_driver *const drivers[] = { &sfs_postgres_driver,
		&sfs_sqlite_driver };
	char *folder sfs_auto(free) = migrations_path(job);
	char *path sfs_auto(free) = sfs_file_join(folder, journal_name);

	if (access(path, F_OK) != 0) {
		return NULL;
	}
	job->adopted = true;
	for (size_t i = 0; i < sizeof drivers / sizeof *drivers; i++) {
		struct sfs_journal journal sfs_auto(journal) = { 0 };

		if (sfs_journal_read(folder, drivers[i]->name, &journal, NULL) == 0) {
			job->n_entries = journal.entries.len;
			return drivers[i]->name;
		}
	}
	return NULL;
}

/* Turso's is SQLite's, to us. */
static const char *
dialect_of_config(const struct job *job)
{
	const char *said = job->config.dialect;

	if (!said) {
		return NULL;
	}
	return strcmp(said, "turso") == 0 ? sfs_sqlite_driver.name : said;
}

static int
find_dialect(struct job *job, struct sfs_error *err)
{
	const char *folder = dialect_of_folder(job), *environment = getenv("DATABASE_URL");
	const char *target = job->request.target ? job->request.target : environment;
	const struct sfs_driver *driver = target && *target ? sfs_driver_for(target) : NULL;
	const char *candidates[] = { job->request.dialect, folder, dialect_of_config(job),
		driver ? driver->name : NULL };

	for (size_t i = 0; i < sizeof candidates / sizeof *candidates && !job->dialect; i++) {
		job->dialect = candidates[i];
	}
	if (job->adopted && (!folder || strcmp(folder, job->dialect) != 0)) {
		struct sfs_journal journal sfs_auto(journal) = { 0 };
		char *path sfs_auto(free) = migrations_path(job);

		/* For what it says is wrong. */
		return sfs_journal_read(
			path, job->dialect ? job->dialect : "postgresql", &journal, err);
	}
	if (!job->dialect) {
		int r = sfs_error_set(
			err, EINVAL, "nothing tells which database the project is for");

		sfs_error_hint(err, "say --dialect=postgresql or --dialect=sqlite");
		return r;
	}
	if (strcmp(job->dialect, "postgresql") != 0 && strcmp(job->dialect, "sqlite") != 0) {
		return sfs_error_set(err, ENOTSUP, "%s: the dialect %s is none of ours",
			job->config.file, job->dialect);
	}
	return 0;
}

/* ---- writing ---- */

static json_t *
make_ledger(const struct sfs_drizzle_config *config)
{
	json_t *ledger = json_object();

	if (config->schema) {
		(void)json_object_set_new(ledger, "schema", sfs_output_string(config->schema));
	}
	if (config->table) {
		(void)json_object_set_new(ledger, "table", sfs_output_string(config->table));
	}
	return ledger;
}

static int
write_configuration(struct job *job, struct sfs_error *err)
{
	char *path sfs_auto(free) = sfs_file_join(job->root, SFS_PROJECT_FILE);
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;
	const struct sfs_drizzle_config *config = &job->config;

	if (access(path, F_OK) == 0) {
		return 0;
	}
	json_t *root = json_pack("{s:s, s:o, s:s, s:s}", "tree", ".", "migrations",
		sfs_output_string(job->migrations), "dialect", job->dialect, "database",
		"$DATABASE_URL");
	if (config->table || config->schema) {
		(void)json_object_set_new(root, "ledger", make_ledger(config));
	}
	enum sfs_prefix prefix;
	if (config->prefix && sfs_prefix_parse(config->prefix, &prefix)) {
		(void)json_object_set_new(root, "prefix", sfs_output_string(config->prefix));
	}
	if (config->no_breakpoints) {
		(void)json_object_set_new(root, "breakpoints", json_false());
	}
	sfs_json_stringify(root, &text);
	json_decref(root);
	sfs_str_addc(&text, '\n');
	int r = sfs_file_write(path, sfs_str_text(&text), text.len, 0666, err);
	if (r == 0) {
		sfs_vec_push(&job->created, SFS_PROJECT_FILE);
	}
	return r;
}

/* As drizzle-kit begins a folder. */
static int
write_journal(struct job *job, struct sfs_error *err)
{
	char *folder sfs_auto(free) = migrations_path(job);
	char *path sfs_auto(free) = sfs_file_join(folder, journal_name);
	char *text sfs_auto(free) =
		sfs_asprintf("{\"version\":\"7\",\"dialect\":\"%s\",\"entries\":[]}", job->dialect);

	if (job->adopted) {
		return 0;
	}
	int r = sfs_file_write(path, text, strlen(text), 0666, err);
	if (r == 0) {
		sfs_vec_push(&job->created,
			sfs_arena_printf(job->arena, "%s/%s", job->migrations, journal_name));
	}
	return r;
}

/* One that has a configuration already is begun as that says. */
static int
follow_configuration(struct job *job, struct sfs_error *err)
{
	char *path sfs_auto(free) = sfs_file_join(job->root, SFS_PROJECT_FILE);
	struct sfs_project project sfs_auto(project) = { 0 };

	if (access(path, F_OK) != 0) {
		return 0;
	}
	int r = sfs_project_read(job->root, &project, err);
	if (r < 0) {
		return r;
	}
	size_t len = strlen(job->root);
	const char *folder = project.migrations;
	if (strncmp(folder, job->root, len) == 0 && folder[len] == '/') {
		folder += len + 1;
	}
	if (!job->request.migrations) {
		job->request.migrations = sfs_arena_strdup(job->arena, folder);
	}
	if (!job->request.dialect) {
		job->request.dialect = sfs_arena_strdup(job->arena, project.dialect);
	}
	return 0;
}

/* ---- what there is to say ---- */

static void
print_json(const struct job *job)
{
	json_t *created = json_array();

	sfs_vec_foreach (file, &job->created) {
		(void)json_array_append_new(created, sfs_output_string(*file));
	}
	sfs_output_json(json_pack("{s:o, s:o, s:s, s:b, s:I, s:o}", "project",
		sfs_output_string(job->root), "migrations", sfs_output_string(job->migrations),
		"dialect", job->dialect, "adopted", job->adopted, "total",
		(json_int_t)job->n_entries, "created", created));
}

static void
print_text(const struct job *job)
{
	sfs_vec_foreach (file, &job->created) {
		printf("%s\n", *file);
	}
	if (job->adopted) {
		fprintf(stderr, "%s: %s with %zu migrations\n", job->root, job->migrations,
			job->n_entries);
	} else {
		fprintf(stderr, "%s: a project for %s, migrations in %s\n", job->root, job->dialect,
			job->migrations);
	}
}

static int
run(struct job *job, struct sfs_error *err)
{
	int r = sfs_file_mkdirs(job->request.directory, 0777, err);

	if (r < 0) {
		return r;
	}
	job->root = realpath(job->request.directory, NULL);
	if (!job->root) {
		return sfs_error_set(err, errno, "%s: %s", job->request.directory, strerror(errno));
	}
	r = sfs_drizzle_config_read(job->root, job->arena, &job->config, err);
	if (r == 0) {
		r = follow_configuration(job, err);
	}
	if (r == 0) {
		r = find_migrations(job, err);
	}
	if (r == 0) {
		r = find_dialect(job, err);
	}
	if (r == 0) {
		r = write_configuration(job, err);
	}
	return r < 0 ? r : write_journal(job, err);
}

int
sfs_verb_init(int argc, char **argv, struct sfs_error *err)
{
	struct job job sfs_auto(job) = { .arena = sfs_arena_create() };
	int r = read_request(argc, argv, &job.request, err);

	if (r == 0) {
		r = run(&job, err);
	}
	if (r == 0) {
		(job.request.json ? print_json : print_text)(&job);
	}
	return r;
}
