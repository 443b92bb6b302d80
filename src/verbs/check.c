// SPDX-License-Identifier: MIT
/* schemafs check: what is wrong with a folder of migrations. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "migrate/check.h"
#include "verbs/options.h"
#include "verbs/output.h"
#include "verbs/verb.h"
#include "verbs/workspace.h"

enum { EXIT_PROBLEMS = 1 };

struct request {
	const char *target, *directory;
	const char *shadow;
	bool quick, json;
};

struct job {
	struct request request;
	struct sfs_workspace workspace; /* owned; its side is open if there is a ledger to read */
	struct sfs_check check;         /* owned */
};

static void
job_finish(struct job *job)
{
	sfs_check_finish(&job->check);
	sfs_workspace_finish(&job->workspace);
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

	request->target = r < 0 ? NULL : argv[first];
	return r;
}

static int
check_database(struct job *job, struct sfs_error *err)
{
	struct sfs_workspace *workspace = &job->workspace;
	const struct sfs_project *project = &workspace->project;
	struct sfs_set set sfs_auto(set) = { 0 };
	int r = sfs_workspace_database(project, workspace->target, true, &workspace->side, err);

	if (r == 0) {
		r = sfs_set_read(workspace->side.db, project->migrations, &set, err);
	}
	if (r == 0) {
		sfs_check_ledger(&job->check, workspace->side.db, &set);
	}
	return r;
}

/* SQLite's run in memory; PostgreSQL's need a server. */
static int
replay(struct job *job, struct sfs_error *err)
{
	struct request *request = &job->request;
	struct sfs_side side sfs_auto(side) = { 0 };
	struct sfs_db *db = job->workspace.side.db;
	bool server = job->workspace.driver->dialect == SFS_POSTGRES;
	int r = 0;

	if (request->quick || (server && !db && !request->shadow)) {
		return 0;
	}
	if (server && !db) {
		r = sfs_workspace_database(
			&job->workspace.project, request->shadow, false, &side, err);
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
	const struct sfs_side *side = &job->workspace.side;
	json_t *findings = json_array();

	sfs_vec_foreach (finding, &check->findings.list) {
		(void)json_array_append_new(findings, finding_json(finding));
	}
	sfs_output_json(json_pack("{s:o, s:o, s:I, s:I, s:I, s:o}", "migrations",
		sfs_output_string(job->workspace.project.migrations), "database",
		sfs_output_string(side->db ? side->driver->describe(side->db) : NULL), "total",
		(json_int_t)check->journal.entries.len, "snapshots",
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
	fprintf(stderr, "%s: %zu migrations, %zu problems, %zu notes\n",
		job->workspace.project.migrations, job->check.journal.entries.len,
		findings->n_problems, findings->list.len - findings->n_problems);
}

int
sfs_verb_check(int argc, char **argv, struct sfs_error *err)
{
	struct job job sfs_auto(job) = { 0 };
	int r = read_request(argc, argv, &job, err);

	if (r == 0) {
		r = sfs_workspace_init(&job.workspace,
			&(struct sfs_workspace_options){
				.directory = job.request.directory,
				.database = job.request.target,
				.needs_folder = true,
			},
			err);
	}
	if (r == 0) {
		r = sfs_check_init(
			&job.check, job.workspace.project.migrations, job.workspace.driver, err);
	}
	if (r < 0) {
		return r;
	}
	sfs_check_journal(&job.check);
	sfs_check_snapshots(&job.check);
	sfs_check_branches(&job.check);
	r = job.workspace.target ? check_database(&job, err) : 0;
	if (r == 0) {
		r = replay(&job, err);
	}
	if (r < 0) {
		return r;
	}
	(job.request.json ? print_json : print_text)(&job);
	return job.check.findings.n_problems ? EXIT_PROBLEMS : 0;
}
