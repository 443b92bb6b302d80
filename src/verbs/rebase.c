// SPDX-License-Identifier: MIT
/* schemafs generate --rebase: a branch's migrations behind those that were merged meanwhile. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "migrate/rebase.h"
#include "migrate/set.h"
#include "verbs/output.h"
#include "verbs/rebase.h"

struct tags SFS_VEC_OF(const char *);

/* The ledger of the database that was named; without one nothing is known to be applied. */
static int
read_ledger(struct sfs_workspace *workspace, struct sfs_set *set, struct sfs_error *err)
{
	struct sfs_db *db = workspace->side.db;

	return sfs_set_read(db, workspace->project.migrations, set, err);
}

static int
refuse_applied(const struct sfs_set *set, const char *tag, struct sfs_error *err)
{
	sfs_vec_foreach (entry, &set->entries) {
		if (strcmp(entry->tag, tag) == 0 && entry->state != SFS_MIGRATION_PENDING) {
			int r = sfs_error_set(
				err, EPERM, "%s is applied, so it can not be numbered anew", tag);

			sfs_error_hint(err, "`schemafs migrate` applies one that was merged late; "
					    "what it did can be undone with --revert");
			return r;
		}
	}
	return 0;
}

static void
add_once(struct tags *tags, const char *tag)
{
	sfs_vec_foreach (other, tags) {
		if (strcmp(*other, tag) == 0) {
			return;
		}
	}
	sfs_vec_push(tags, tag);
}

static int
choose(struct sfs_workspace *workspace, const struct sfs_rebase_request *request,
	struct sfs_set *set, struct tags *tags, struct sfs_error *err)
{
	int r = workspace->target ? read_ledger(workspace, set, err) : 0;

	if (r == 0 && !request->n_tags && !workspace->target) {
		r = sfs_error_set(err, EINVAL, "which migrations are to be numbered anew?");
		sfs_error_hint(err, "name them, or the database in which they are not applied");
	}
	for (size_t i = 0; r == 0 && i < request->n_tags; i++) {
		add_once(tags, request->tags[i]);
		r = refuse_applied(set, request->tags[i], err);
	}
	for (size_t i = 0; r == 0 && !request->n_tags && i < set->entries.len; i++) {
		const struct sfs_migration *entry = &set->entries.items[i];

		if (entry->state == SFS_MIGRATION_PENDING) {
			sfs_vec_push(tags, entry->tag);
		}
	}
	return r;
}

static void
print(const struct sfs_workspace *workspace, const struct sfs_rebase *rebase, bool json)
{
	json_t *moves = json_array();

	sfs_vec_foreach (move, &rebase->moves) {
		(void)json_array_append_new(
			moves, json_pack("{s:o, s:o}", "from", sfs_output_string(move->from), "to",
				       sfs_output_string(move->to)));
		if (!json) {
			printf("%s -> %s\n", move->from, move->to);
		}
	}
	if (json) {
		sfs_output_json(json_pack("{s:o, s:o, s:b}", "directory",
			sfs_output_string(workspace->project.migrations), "moved", moves, "written",
			rebase->moves.len && !rebase->how->dry_run));
		return;
	}
	json_decref(moves);
	if (!rebase->moves.len) {
		fprintf(stderr, "nothing to do: they stand at the end, in their order\n");
	} else if (!workspace->target) {
		fprintf(stderr,
			"no database was named, so nothing tells whether they are applied\n");
	}
}

int
sfs_rebase_verb(struct sfs_workspace *workspace, const struct sfs_generation *how,
	const struct sfs_rebase_request *request, struct sfs_error *err)
{
	struct sfs_set set sfs_auto(set) = { 0 };
	struct sfs_rebase rebase sfs_auto(rebase) = { 0 };
	struct tags tags = { 0 };
	int r = choose(workspace, request, &set, &tags, err);

	if (r == 0) {
		r = sfs_rebase_run(&workspace->history, how, tags.items, tags.len, &rebase, err);
	}
	if (r == 0) {
		print(workspace, &rebase, request->json);
	}
	sfs_vec_finish(&tags);
	return r;
}
