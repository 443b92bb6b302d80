// SPDX-License-Identifier: MIT
/* schemafs push FROM DB: brings DB to FROM. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "apply/apply.h"
#include "apply/edit.h"
#include "apply/partial.h"
#include "verbs/compare.h"
#include "verbs/options.h"
#include "verbs/output.h"
#include "verbs/push_plan.h"
#include "verbs/verb.h"

struct request {
	const char *from, *target, *plan, *shadow, *renames;
	bool dry_run, all, json;
	int64_t online_above;
	unsigned lock_timeout_ms;
};

/* A path that is not there may be a slip of the pen: a new file has to be asked for. */
static int
no_database(const char *target, struct sfs_error *err)
{
	(void)sfs_error_set(
		err, EINVAL, "only a database can be pushed to, and %s is none", target);
	if (access(target, F_OK) != 0) {
		sfs_error_hint(err, "sqlite:%s makes a new database of SQLite there", target);
	}
	return -EINVAL;
}

static int
read_request(int argc, char **argv, struct request *request, struct sfs_error *err)
{
	const char *apply = "safe", *online_above = NULL, *lock_timeout = NULL;
	int first;
	const struct sfs_option options[] = {
		{ .name = "dry-run", .letter = 'n', .flag = &request->dry_run },
		{ .name = "json", .flag = &request->json },
		{ .name = "apply", .value = &apply },
		{ .name = "plan", .value = &request->plan },
		{ .name = "renames", .value = &request->renames },
		{ .name = "shadow", .value = &request->shadow },
		{ .name = "online-above", .value = &online_above },
		{ .name = "lock-timeout", .value = &lock_timeout },
		{ 0 },
	};
	int r = sfs_options_parse(argc, argv, options, 0, 2, &first, err);

	if (r < 0) {
		return r;
	}
	request->all = strcmp(apply, "all") == 0;
	if (!request->all && strcmp(apply, "safe") != 0) {
		return sfs_error_set(err, EINVAL, "--apply is safe or all, not %s", apply);
	}
	/* A saved plan stands for what is pushed. */
	if (request->plan ? argc - first > 1 : argc - first < 1) {
		return sfs_error_set(err, EINVAL, "push takes FROM and DB, or --plan FILE and DB");
	}
	request->from = request->plan ? NULL : argv[first++];
	r = sfs_options_online_above(online_above, &request->online_above, err);
	if (r == 0) {
		r = sfs_options_lock_timeout(lock_timeout, &request->lock_timeout_ms, err);
	}
	if (r < 0) {
		return r;
	}
	r = sfs_options_target(argv[first], &request->target, err);
	if (r == 0 && !sfs_driver_for(request->target)) {
		return no_database(request->target, err);
	}
	return r;
}

static int
gate(const struct request *request, const struct sfs_comparison *comparison, struct sfs_error *err)
{
	int r = sfs_edit_gate(
		&comparison->plan, request->all ? SFS_APPLY_ALL : SFS_APPLY_SAFE, err);

	if (r < 0) {
		sfs_error_hint(err, "nothing was changed; --apply=all carries it out all the same");
	}
	return r;
}

static int
apply(struct sfs_comparison *comparison, struct sfs_error *err)
{
	struct sfs_db *db = comparison->have.db;
	struct sfs_expectation expect = {
		.wanted = comparison->want.catalog,
		.renames = &comparison->renames,
		.check = sfs_comparison_check_rows,
		.check_data = comparison,
	};
	struct sfs_identity *ids sfs_auto(free) = NULL;

	if (!expect.wanted) {
		/* Rows alone differ: nothing of the schema has to be read again. */
		ids = sfs_data_identities(
			&comparison->project, db->driver, &expect.scope.n_objects);
		expect.scope.objects = ids;
		expect.scope.alone = true;
	} else if (comparison->partly) {
		ids = sfs_partial_scope(
			comparison->have.catalog, expect.wanted, &expect.scope.n_objects);
		expect.scope.objects = ids;
		expect.scope.alone = true;
	}
	/* SQLite: foreign keys are looked at when all rows are there. */
	comparison->plan.rebuilds |=
		db->driver->dialect == SFS_SQLITE && comparison->data.tables.len;
	return sfs_apply_plan(db, &comparison->plan, &expect, NULL, err);
}

static void
print_plan(const struct request *request, const struct sfs_comparison *comparison)
{
	if (!request->json) {
		sfs_output_hazards(&comparison->plan);
		sfs_output_header(comparison->fingerprint);
		sfs_output_sql(&comparison->plan);
		(void)fflush(stdout);
	}
}

static void
print_outcome(const struct request *request, const struct sfs_comparison *comparison, bool changed)
{
	struct sfs_db *db = comparison->have.db;
	const char *database = db->driver->describe(db);

	if (request->json) {
		json_t *value = sfs_output_plan(&comparison->plan);

		(void)json_object_set_new(value, "database", sfs_output_string(database));
		(void)json_object_set_new(value, "same", json_boolean(comparison->same));
		sfs_output_fingerprint(value, comparison->fingerprint);
		(void)json_object_set_new(value, "changed", json_boolean(changed));
		sfs_output_json(value);
	} else if (comparison->same) {
		fprintf(stderr, "%s: nothing to do\n", database);
	} else {
		fprintf(stderr, "%s: %zu statements %s\n", database,
			sfs_plan_size(&comparison->plan),
			changed ? "carried out" : "planned, nothing was changed");
	}
}

static int
push(const struct request *request, struct sfs_comparison *comparison, struct sfs_error *err)
{
	bool changes = !comparison->same && !request->dry_run;
	int r = changes ? gate(request, comparison, err) : 0;

	if (r < 0) {
		return r;
	}
	/* Before it is carried out, so that a failure stands below its plan. */
	print_plan(request, comparison);
	r = changes ? apply(comparison, err) : 0;
	if (r == 0) {
		print_outcome(request, comparison, changes);
	}
	return r;
}

int
sfs_verb_push(int argc, char **argv, struct sfs_error *err)
{
	struct sfs_comparison comparison sfs_auto(comparison) = { 0 };
	struct request request = { 0 };
	int r = read_request(argc, argv, &request, err);

	if (r == 0 && request.plan) {
		return sfs_push_saved_plan(
			&(struct sfs_saved_plan){
				.file = request.plan,
				.target = request.target,
				.lock_timeout_ms = request.lock_timeout_ms,
				.dry_run = request.dry_run,
				.json = request.json,
			},
			err);
	}
	if (r == 0) {
		r = sfs_comparison_init(&comparison, request.target, request.from,
			&(struct sfs_comparison_options){
				.lock = !request.dry_run,
				.read_only = request.dry_run,
				.shadow = request.shadow,
				.renames = request.renames,
				.online_above = request.online_above,
				.lock_timeout_ms = request.lock_timeout_ms,
			},
			err);
	}
	return r < 0 ? r : push(&request, &comparison, err);
}
