// SPDX-License-Identifier: MIT
/* Compares a tree with the other side by their files: what costs nothing to compare comes first. */
#include <pthread.h>
#include <string.h>

#include "apply/partial.h"
#include "verbs/compare.h"

static bool
trees_equal(const struct sfs_tree *a, const struct sfs_tree *b)
{
	if (a->files.len != b->files.len) {
		return false;
	}
	for (size_t i = 0; i < a->files.len; i++) {
		const struct sfs_file *x = &a->files.items[i], *y = &b->files.items[i];

		if (x->len != y->len || strcmp(x->path, y->path) != 0 ||
			memcmp(x->text, y->text, x->len) != 0) {
			return false;
		}
	}
	return true;
}

/* ---- the fingerprint, while the server works ---- */

struct printing {
	const struct sfs_tree *tree;
	char *fingerprint;
	pthread_t thread;
	bool running;
};

static void *
take_fingerprint(void *data)
{
	struct printing *printing = data;

	sfs_fingerprint_tree(printing->tree, printing->fingerprint);
	return NULL;
}

static void
printing_start(struct printing *printing, const struct sfs_tree *tree, char *fingerprint)
{
	printing->tree = tree;
	printing->fingerprint = fingerprint;
	printing->running =
		pthread_create(&printing->thread, NULL, take_fingerprint, printing) == 0;
	if (!printing->running) {
		(void)take_fingerprint(printing);
	}
}

static void
printing_finish(struct printing *printing)
{
	if (printing->running) {
		(void)pthread_join(printing->thread, NULL);
	}
}
SFS_DEFINE_AUTO_VALUE(printing, struct printing, printing_finish)

/* ---- a tree and a database ---- */

struct meeting {
	struct sfs_comparison *comparison;
	struct sfs_side *tree, *database;
	struct sfs_catalog *catalog; /* owned; of the database, as far as its text goes */
	struct sfs_tree live;        /* it as files */
};

static void
meeting_finish(struct meeting *meeting)
{
	sfs_catalog_destroy(meeting->catalog);
	sfs_tree_finish(&meeting->live);
}
SFS_DEFINE_AUTO_VALUE(meeting, struct meeting, meeting_finish)

static void
evaluate_partly(struct meeting *meeting)
{
	struct sfs_comparison *comparison = meeting->comparison;
	struct sfs_partial partial sfs_auto(partial) = { 0 };

	if (!sfs_partial_evaluate(meeting->database->db, meeting->catalog, &meeting->live,
		    &meeting->tree->tree, &partial)) {
		return;
	}
	meeting->database->catalog = sfs_steal(partial.from);
	meeting->tree->catalog = sfs_steal(partial.to);
	comparison->changed = partial.changed;
	memset(&partial.changed, 0, sizeof partial.changed);
	comparison->partly = true;
}

/* The rows of tables are compared with all that there is. */
static bool
has_rows(const struct sfs_project *project)
{
	return project->reference.len > 0;
}

static int
meet(struct meeting *meeting, bool partly, struct sfs_error *err)
{
	struct sfs_comparison *comparison = meeting->comparison;
	const struct sfs_project *project = &comparison->project;
	const struct sfs_driver *driver = meeting->database->driver;
	bool filters = project->include.len || project->exclude.len;
	bool prints = meeting->database == &comparison->have;
	struct printing printing sfs_auto(printing) = { 0 };
	int r = driver->read(meeting->database->db, &(struct sfs_scope){ .texts = true },
		&meeting->catalog, err);

	if (r == 0) {
		r = sfs_tree_render(driver, meeting->catalog, &meeting->live, err);
	}
	if (r < 0) {
		return r;
	}
	/* It is of the whole schema; costly, so left out where it can be seen first that nothing differs. */
	if (filters && prints) {
		sfs_fingerprint_tree(&meeting->live, comparison->fingerprint);
	}
	sfs_comparison_filter(project, &meeting->live);
	comparison->same = trees_equal(&meeting->live, &meeting->tree->tree);
	if (!comparison->same && prints && !filters) {
		printing_start(&printing, &meeting->live, comparison->fingerprint);
	}
	/* What has to be the case in a copy of the schema, a part of it does not tell. */
	bool enough = prints || !driver->rehearses;

	if (!comparison->same && partly && enough && !has_rows(project)) {
		evaluate_partly(meeting);
	}
	return 0;
}

int
sfs_comparison_by_files(struct sfs_comparison *comparison, bool partly, struct sfs_error *err)
{
	struct sfs_side *have = &comparison->have, *want = &comparison->want;
	struct meeting meeting sfs_auto(meeting) = { .comparison = comparison };

	if (have->type == SFS_SIDE_TREE && want->type == SFS_SIDE_TREE) {
		comparison->same = trees_equal(&have->tree, &want->tree);
		return 0;
	}
	if (have->type == SFS_SIDE_TREE && want->type == SFS_SIDE_DATABASE) {
		meeting.tree = have;
		meeting.database = want;
		return meet(&meeting, partly, err);
	}
	if (have->type == SFS_SIDE_DATABASE && want->type == SFS_SIDE_TREE) {
		meeting.tree = want;
		meeting.database = have;
		return meet(&meeting, partly, err);
	}
	return 0;
}
