// SPDX-License-Identifier: MIT
/* schemafs generate NAME: the next migration of a project. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "diff/hints.h"
#include "diff/renames.h"
#include "migrate/generate.h"
#include "migrate/name.h"
#include "verbs/compare.h"
#include "verbs/options.h"
#include "verbs/output.h"
#include "verbs/rebase.h"
#include "verbs/verb.h"
#include "verbs/workspace.h"

struct request {
	const char *name, *from, *directory, *database, *shadow, *prefix, *renames, *revert;
	char *const *operands;
	size_t n_operands;
	bool custom, idempotent, dry_run, json, rebase;
};

static int
read_request(int argc, char **argv, struct request *request, struct sfs_error *err)
{
	int first;
	const struct sfs_option options[] = {
		{ .name = "custom", .flag = &request->custom },
		{ .name = "db", .value = &request->database },
		{ .name = "dir", .value = &request->directory },
		{ .name = "dry-run", .letter = 'n', .flag = &request->dry_run },
		{ .name = "from", .value = &request->from },
		{ .name = "idempotent", .flag = &request->idempotent },
		{ .name = "json", .flag = &request->json },
		{ .name = "name", .value = &request->name },
		{ .name = "prefix", .value = &request->prefix },
		{ .name = "rebase", .flag = &request->rebase },
		{ .name = "renames", .value = &request->renames },
		{ .name = "revert", .value = &request->revert },
		{ .name = "shadow", .value = &request->shadow },
		{ 0 },
	};
	int r = sfs_options_parse(argc, argv, options, 0, argc, &first, err);

	if (r < 0) {
		return r;
	}
	request->operands = argv + first;
	request->n_operands = (size_t)(argc - first);
	if (request->rebase) {
		return request->custom || request->from || request->revert || request->name
			       ? sfs_error_set(err, EINVAL,
					 "--rebase takes tags, and none of --custom, --from, "
					 "--name and --revert")
			       : 0;
	}
	if (request->n_operands > 1) {
		return sfs_error_set(err, EINVAL, "a migration has one name");
	}
	request->name = argv[first] ? argv[first] : request->name;
	if (request->revert && (request->custom || request->from)) {
		return sfs_error_set(err, EINVAL, "--revert goes with neither --custom nor --from");
	}
	return request->name ? sfs_migration_name_check(request->name, err) : 0;
}

static int
read_prefix(const struct request *request, const struct sfs_workspace *workspace,
	enum sfs_prefix *ret_prefix, struct sfs_error *err)
{
	const struct sfs_project *project = &workspace->project;

	*ret_prefix = project->prefix_given ? project->prefix
					    : sfs_migration_prefix(&workspace->history.journal);
	if (request->prefix && !sfs_prefix_parse(request->prefix, ret_prefix)) {
		return sfs_error_set(err, EINVAL,
			"--prefix is index, timestamp, supabase, unix or none, not %s",
			request->prefix);
	}
	return 0;
}

/* What came of it. */
struct outcome {
	const struct request *request;
	struct sfs_generated generated;
	struct sfs_undo undo; /* with --revert */
};

static void
outcome_finish(struct outcome *outcome)
{
	sfs_generated_finish(&outcome->generated);
	sfs_undo_finish(&outcome->undo);
}
SFS_DEFINE_AUTO_VALUE(outcome, struct outcome, outcome_finish)

/* The schema that the migrations shall make, and the rows. */
struct wanted {
	struct sfs_side side;
	struct sfs_data data;
	struct sfs_arena *arena;
	struct sfs_renames renames;
};

static void
wanted_finish(struct wanted *wanted)
{
	sfs_data_finish(&wanted->data);
	sfs_vec_finish(&wanted->renames);
	sfs_arena_destroy(wanted->arena);
	sfs_side_finish(&wanted->side);
}
SFS_DEFINE_AUTO_VALUE(wanted, struct wanted, wanted_finish)

static int
find_hints(struct wanted *wanted, const struct sfs_driver *driver, const char *renames,
	struct sfs_error *err)
{
	const struct sfs_side *side = &wanted->side;
	const char *usual = driver->dialect == SFS_SQLITE ? "main" : "public";
	int r = 0;

	sfs_vec_foreach (file, &side->tree.files) {
		r = r < 0 ? r
			  : sfs_hints_find(driver->dialect, file->path, file->text, file->len,
				    file->id.namespace, wanted->arena, &wanted->renames, err);
	}
	if (r == 0 && side->type == SFS_SIDE_SCRIPT) {
		r = sfs_hints_find(driver->dialect, side->name, sfs_str_text(&side->script),
			side->script.len, usual, wanted->arena, &wanted->renames, err);
	}
	if (r == 0 && renames) {
		r = sfs_renames_read(
			driver->dialect, renames, usual, wanted->arena, &wanted->renames, err);
	}
	return r;
}

static int
load_rows(struct wanted *wanted, const struct sfs_workspace *workspace, struct sfs_error *err)
{
	struct sfs_side *side = &wanted->side;

	switch (side->type) {
	case SFS_SIDE_TREE:
		return sfs_data_load(
			&workspace->project, side->name, workspace->driver, &wanted->data, err);
	case SFS_SIDE_DATABASE:
		return sfs_data_load_rows(
			&workspace->project, side->db, side->catalog, &wanted->data, err);
	case SFS_SIDE_SCRIPT:
		break;
	}
	return 0;
}

static int
load_wanted(struct wanted *wanted, const struct request *request, struct sfs_workspace *workspace,
	struct sfs_plan *plan, struct sfs_error *err)
{
	const char *from = request->from ? request->from : workspace->project.tree;
	int r = sfs_side_init(&wanted->side, from, err);

	wanted->arena = sfs_arena_create();
	if (r == -ENOENT && !request->from) {
		sfs_error_hint(err,
			"write the tree with `schemafs pull DB %s`, or name a tree, a "
			".sql file or a database with --from",
			from);
	}
	if (r == 0 && wanted->side.type == SFS_SIDE_DATABASE) {
		r = sfs_side_open(&wanted->side, true, err);
	}
	if (r == 0) {
		r = sfs_skip_optional(&workspace->project, workspace->side.db, NULL,
			&wanted->side.tree, plan, err);
	}
	if (r == 0) {
		r = sfs_side_load(&wanted->side, workspace->side.db, workspace->shadow, err);
	}
	return r < 0 ? r : find_hints(wanted, workspace->driver, request->renames, err);
}

/* ---- undoing ---- */

static json_t *
undo_json(const struct sfs_undo *undo, enum sfs_dialect dialect, const struct sfs_plan *plan)
{
	json_t *impossible = json_array(), *statements = json_array();

	sfs_vec_foreach (line, &undo->impossible) {
		(void)json_array_append_new(impossible, sfs_output_string(*line));
	}
	sfs_vec_foreach (step, &plan->steps) {
		const struct sfs_undo_loss *loss = sfs_undo_loss_of(undo, dialect, step);

		(void)json_array_append_new(statements,
			json_pack("{s:o, s:s, s:o}", "sql", sfs_output_string(step->sql), "grade",
				loss ? "structure only" : "exact", "object",
				sfs_output_string(loss ? loss->object : step->object)));
	}
	return json_pack("{s:o, s:o, s:o}", "tag", sfs_output_string(undo->tag), "impossible",
		impossible, "statements", statements);
}

static void
print_undo(const struct sfs_undo *undo)
{
	sfs_vec_foreach (line, &undo->impossible) {
		fprintf(stderr, "impossible: %s\n", *line);
	}
	sfs_vec_foreach (loss, &undo->losses) {
		fprintf(stderr, "structure only, what was in it is gone: %s\n", loss->object);
	}
}

/* Nothing of the schema is to be undone, and what was done to rows can not be. */
static int
nothing_to_undo(const struct sfs_undo *undo, struct sfs_error *err)
{
	struct sfs_str lines sfs_auto(str) = SFS_STR_INIT;

	sfs_vec_foreach (line, &undo->impossible) {
		sfs_str_separate(&lines, "\n");
		sfs_str_add(&lines, *line);
	}
	int r = sfs_error_set(err, EOPNOTSUPP, "nothing of %s can be undone", undo->tag);
	sfs_error_detail(err, "%s", sfs_str_text(&lines));
	sfs_error_hint(
		err, "write by hand what brings the rows back: --custom makes a file for it");
	return r;
}

static int
revert(struct sfs_workspace *workspace, struct sfs_generation *how, struct outcome *outcome,
	struct sfs_error *err)
{
	struct sfs_undo *undo = &outcome->undo;
	int r = sfs_undo_init(
		&workspace->history, how->db, how->shadow, outcome->request->revert, undo, err);

	if (r < 0) {
		return r;
	}
	char *name sfs_auto(free) = sfs_asprintf("revert_%s", sfs_migration_suffix(undo->tag));
	how->name = how->name ? how->name : name;
	how->undo = undo;
	r = sfs_generate(
		&workspace->history, how, undo->want, &undo->renames, &outcome->generated, err);
	return r == 0 && !outcome->generated.tag && undo->impossible.len
		       ? nothing_to_undo(undo, err)
		       : r;
}

/* ---- the verb ---- */

static void
print_misplaced(const struct sfs_journal *journal, const char *tag)
{
	const char *other = sfs_migration_misplaced(journal, tag);

	if (other == tag) {
		fprintf(stderr, "drizzle-kit does not look at the snapshot of a migration without "
				"a prefix\n");
	} else if (other) {
		fprintf(stderr,
			"drizzle-kit will go on from the snapshot of %s, whose name is the last\n",
			other);
	}
}

static int
print(const struct sfs_workspace *workspace, const struct outcome *outcome)
{
	const struct request *request = outcome->request;
	const struct sfs_generated *generated = &outcome->generated;
	const char *directory = workspace->project.migrations;

	if (request->json) {
		json_t *value = sfs_output_plan(&generated->plan);

		(void)json_object_set_new(value, "same", json_boolean(!generated->tag));
		(void)json_object_set_new(value, "tag", sfs_output_string(generated->tag));
		(void)json_object_set_new(value, "directory", sfs_output_string(directory));
		(void)json_object_set_new(
			value, "sql", sfs_output_string(sfs_str_text(&generated->text)));
		(void)json_object_set_new(
			value, "written", json_boolean(generated->tag && !request->dry_run));
		if (request->revert) {
			(void)json_object_set_new(value, "revert",
				undo_json(&outcome->undo, workspace->driver->dialect,
					&generated->plan));
		}
		sfs_output_json(value);
		return 0;
	}
	print_undo(&outcome->undo);
	sfs_output_hazards(&generated->plan);
	if (!generated->tag) {
		fprintf(stderr, "nothing to do: %s\n",
			request->revert ? "it has left nothing in the schema"
					: "the migrations make this schema already");
	} else if (request->dry_run) {
		(void)fputs(sfs_str_text(&generated->text), stdout);
	} else {
		printf("%s/%s.sql\n", directory, generated->tag);
		print_misplaced(&workspace->history.journal, generated->tag);
	}
	return 0;
}

static int
generate(struct sfs_workspace *workspace, struct outcome *outcome, struct sfs_error *err)
{
	const struct request *request = outcome->request;
	struct sfs_generated *generated = &outcome->generated;
	struct wanted wanted sfs_auto(wanted) = { 0 };
	struct sfs_generation how = { .project = &workspace->project,
		.shadow = request->shadow,
		.name = request->name,
		.idempotent = request->idempotent,
		.dry_run = request->dry_run };
	int r = read_prefix(request, workspace, &how.prefix, err);

	bool sqlite = workspace->driver->dialect == SFS_SQLITE;
	how.evaluates = !request->custom || workspace->target || sqlite;
	if (r == 0 && how.evaluates) {
		r = sfs_workspace_open(workspace, err);
		how.db = workspace->side.db;
	}
	if (r == 0 && request->custom) {
		return sfs_generate_custom(&workspace->history, &how, generated, err);
	}
	if (r == 0 && request->rebase) {
		return sfs_rebase_verb(workspace, &how,
			&(struct sfs_rebase_request){
				request->operands, request->n_operands, request->json },
			err);
	}
	if (r == 0 && request->revert) {
		return revert(workspace, &how, outcome, err);
	}
	if (r == 0) {
		r = load_wanted(&wanted, request, workspace, &generated->plan, err);
	}
	if (r == 0 && workspace->project.file) {
		r = load_rows(&wanted, workspace, err);
		how.data = wanted.data.driver ? &wanted.data : NULL;
	}
	return r < 0 ? r
		     : sfs_generate(&workspace->history, &how, wanted.side.catalog, &wanted.renames,
			       generated, err);
}

int
sfs_verb_generate(int argc, char **argv, struct sfs_error *err)
{
	struct request request = { 0 };
	struct sfs_workspace workspace sfs_auto(workspace) = { 0 };
	struct outcome outcome sfs_auto(outcome) = { .request = &request };
	int r = read_request(argc, argv, &request, err);

	sfs_generated_init(&outcome.generated);
	if (r == 0) {
		r = sfs_workspace_init(&workspace,
			&(struct sfs_workspace_options){
				.directory = request.directory,
				.database = request.database,
				.shadow = request.shadow,
				.from = request.from,
			},
			err);
	}
	if (r == 0) {
		r = sfs_workspace_read(&workspace, err);
	}
	if (r == 0) {
		r = generate(&workspace, &outcome, err);
	}
	return r < 0 || request.rebase ? r : print(&workspace, &outcome);
}
