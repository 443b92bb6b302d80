// SPDX-License-Identifier: MIT
/* schemafs check: what is wrong with a folder of migrations. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "drivers/migrator.h"
#include "migrate/check.h"
#include "tree/project.h"
#include "verbs/options.h"
#include "verbs/output.h"
#include "verbs/side.h"
#include "verbs/verb.h"

enum { EXIT_PROBLEMS = 1 };

struct request {
	const char *target, *directory;
	const char *shadow;
	bool quick, json;
};

struct job {
	struct request request;
	struct sfs_project project; /* owned */
	struct sfs_side side;       /* owned */
	struct sfs_check check;     /* owned */
	const struct sfs_driver *driver;
};

static void
job_finish(struct job *job)
{
	sfs_check_finish(&job->check);
	sfs_side_finish(&job->side);
	sfs_project_finish(&job->project);
}
SFS_DEFINE_AUTO_VALUE(job, struct job, job_finish)

static int
read_request(int argc, char **argv, struct job *job, struct sfs_error *err)
{
	struct request *request = &job->request;
	int first;
	const struct sfs_option options[] = {
		{ .name = "json", .flag = &request->json },
		{ .name = "dir", .value = &request->directory },
		{ .name = "quick", .flag = &request->quick },
		{ .name = "shadow", .value = &request->shadow },
		{ 0 },
	};
	int r = sfs_options_parse(argc, argv, options, 0, 1, &first, err);

	if (r == 0) {
		r = request->directory ? sfs_project_read(request->directory, &job->project, err)
				       : sfs_project_find(".", &job->project, err);
	}
	request->target = r < 0 ? NULL : argv[first];
	return r;
}

/* ---- which database ---- */

static bool
is_journal_of(const char *directory, const struct sfs_driver *driver)
{
	struct sfs_journal journal sfs_auto(journal) = { 0 };

	return sfs_journal_read(directory, driver->name, &journal, NULL) == 0;
}

/*
 * The journal says what the migrations are for. A database that only the environment names is left
 * alone when it is of the other kind: it is another project's.
 */
static int
find_driver(struct job *job, struct sfs_error *err)
{
	const char *directory = job->project.migrations;
	const char *named = job->request.target;
	char *path sfs_auto(free) = sfs_file_join(directory, "meta/_journal.json");

	if (!named) {
		named = job->project.database ? job->project.database : getenv("DATABASE_URL");
	}
	if (access(path, F_OK) != 0) {
		int r = sfs_error_set(err, ENOENT, "there is no %s", path);

		sfs_error_hint(err, "`schemafs init` begins a folder, --dir names one");
		return r;
	}
	const struct sfs_driver *said = named && *named ? sfs_driver_for(named) : NULL;
	const struct sfs_driver *order[] = { said, &sfs_postgres_driver, &sfs_sqlite_driver };
	for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
		if (order[i] && is_journal_of(directory, order[i])) {
			job->driver = order[i];
			break;
		}
	}
	if (!job->driver || (job->request.target && job->driver != said)) {
		/* For the error. */
		job->driver = said ? said : &sfs_postgres_driver;
	} else if (job->driver == said) {
		job->request.target = named;
	}
	return 0;
}

static int
check_database(struct job *job, struct sfs_error *err)
{
	struct sfs_set set sfs_auto(set) = { 0 };
	int r = sfs_side_init_database(&job->side, job->request.target, err);

	if (r == 0) {
		r = sfs_side_open(&job->side, true, err);
	}
	if (r < 0) {
		return r;
	}
	job->driver->migrator->place(
		job->side.db, job->project.ledger_schema, job->project.ledger_table);
	r = sfs_set_read(job->side.db, job->project.migrations, &set, err);
	if (r == 0) {
		sfs_check_ledger(&job->check, job->side.db, &set);
	}
	return r;
}

/* SQLite's run in memory; PostgreSQL's need a server. */
static int
replay(struct job *job, struct sfs_error *err)
{
	struct request *request = &job->request;
	struct sfs_side side sfs_auto(side) = { 0 };
	struct sfs_db *db = job->side.db;
	bool server = job->driver->dialect == SFS_POSTGRES;
	int r = 0;

	if (request->quick || (server && !db && !request->shadow)) {
		return 0;
	}
	if (server && !db) {
		r = sfs_side_init_database(&side, request->shadow, err);
		if (r == 0) {
			r = sfs_side_open(&side, false, err);
		}
		db = side.db;
	}
	if (r == 0) {
		r = sfs_check_replay(&job->check, db, request->shadow, err);
	}
	return r;
}

/* ---- what there is to say ---- */

static json_t *
finding_json(const struct sfs_finding *finding)
{
	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:i, s:i}", "code", finding->code, "level",
		finding->problem ? "problem" : "note", "subject",
		sfs_output_string(finding->subject), "message", sfs_output_string(finding->message),
		"detail", sfs_output_string(finding->detail), "line", (int)finding->line, "column",
		(int)finding->column);
}

static void
print_json(const struct job *job)
{
	const struct sfs_check *check = &job->check;
	json_t *findings = json_array();

	sfs_vec_foreach (finding, &check->findings.list) {
		(void)json_array_append_new(findings, finding_json(finding));
	}
	sfs_output_json(json_pack("{s:o, s:o, s:I, s:I, s:I, s:o}", "migrations",
		sfs_output_string(job->project.migrations), "database",
		sfs_output_string(job->side.db ? job->side.driver->describe(job->side.db) : NULL),
		"total", (json_int_t)check->journal.entries.len, "snapshots",
		(json_int_t)check->snapshots.len, "problems",
		(json_int_t)check->findings.n_problems, "findings", findings));
}

static void
print_text(const struct job *job)
{
	const struct sfs_findings *findings = &job->check.findings;

	/* What is wrong first. */
	for (int problem = 1; problem >= 0; problem--) {
		sfs_vec_foreach (finding, &findings->list) {
			struct sfs_str line sfs_auto(str) = SFS_STR_INIT;

			if (finding->problem == problem) {
				sfs_finding_format(finding, &line);
				printf("%s%s", problem ? "" : "note: ", sfs_str_text(&line));
			}
		}
	}
	fprintf(stderr, "%s: %zu migrations, %zu problems, %zu notes\n", job->project.migrations,
		job->check.journal.entries.len, findings->n_problems,
		findings->list.len - findings->n_problems);
}

int
sfs_verb_check(int argc, char **argv, struct sfs_error *err)
{
	struct job job sfs_auto(job) = { 0 };
	int r = read_request(argc, argv, &job, err);

	if (r == 0) {
		r = find_driver(&job, err);
	}
	if (r == 0) {
		r = sfs_check_init(&job.check, job.project.migrations, job.driver, err);
	}
	if (r < 0) {
		return r;
	}
	sfs_check_journal(&job.check);
	sfs_check_snapshots(&job.check);
	sfs_check_branches(&job.check);
	r = job.request.target ? check_database(&job, err) : 0;
	if (r == 0) {
		r = replay(&job, err);
	}
	if (r < 0) {
		return r;
	}
	(job.request.json ? print_json : print_text)(&job);
	return job.check.findings.n_problems ? EXIT_PROBLEMS : 0;
}
