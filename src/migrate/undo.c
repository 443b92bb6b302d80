// SPDX-License-Identifier: MIT
/* generate --revert: what the schema would be without one of its migrations, and what stays lost. */
#include <errno.h>
#include <string.h>

#include "migrate/generate.h"
#include "migrate/undo.h"
#include "migrate/words.h"

void
sfs_undo_finish(struct sfs_undo *undo)
{
	if (undo->want != undo->before) {
		sfs_catalog_destroy(undo->want);
	}
	sfs_catalog_destroy(undo->before);
	sfs_catalog_destroy(undo->after);
	sfs_catalog_destroy(undo->now);
	sfs_vec_finish(&undo->renames);
	sfs_vec_finish(&undo->losses);
	sfs_vec_finish(&undo->impossible);
	sfs_arena_destroy(undo->arena);
	memset(undo, 0, sizeof *undo);
}

/* ---- which one ---- */

/* "8", "0008" and "0008_add_email" all call the migration of that tag. */
static bool
is_called(const struct sfs_journal_entry *entry, const char *which)
{
	size_t digits = strspn(which, "0123456789"), prefix = strcspn(entry->tag, "_");
	bool number = digits && !which[digits] && digits < 10;

	return strcmp(entry->tag, which) == 0 ||
	       (strlen(which) == prefix && prefix && strncmp(entry->tag, which, prefix) == 0) ||
	       (number && entry->idx == strtoll(which, NULL, 10));
}

static int
find_entry(
	const struct sfs_journal *journal, const char *which, size_t *ret_at, struct sfs_error *err)
{
	size_t found = 0;

	for (size_t i = 0; i < journal->entries.len; i++) {
		const struct sfs_journal_entry *entry = &journal->entries.items[i];

		if (strcmp(entry->tag, which) == 0) {
			*ret_at = i;
			return 0;
		}
		if (is_called(entry, which)) {
			*ret_at = i;
			found++;
		}
	}
	return found == 1 ? 0
			  : sfs_error_set(err, EINVAL, "%s migration is called %s",
				    found ? "more than one" : "no", which);
}

/* ---- what stays lost ---- */

static const char *
described(struct sfs_undo *undo, const struct sfs_object *object)
{
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;

	sfs_identity_describe(&object->id, &text);
	return sfs_arena_strdup(undo->arena, sfs_str_text(&text));
}

/* Whether the migration, as a plan, loses something of the object by that rule of docs/hazards.md. */
static bool
has_hazard(const struct sfs_plan *forward, const char *object, unsigned rule)
{
	sfs_vec_foreach (hazard, &forward->hazards) {
		if (hazard->rule == rule && hazard->severity == SFS_LOSS &&
			sfs_streq(hazard->object, object)) {
			return true;
		}
	}
	return false;
}

enum { RULE_COLUMN = 2, RULE_TYPE = 5 };

static bool
loses(struct sfs_undo *undo, const struct sfs_plan *forward, const struct sfs_change *change,
	const struct sfs_diff *diff)
{
	const struct sfs_object *to = change->to;

	switch ((int)(to ? to->id.kind : SFS_KIND_COUNT)) {
	case SFS_TABLE:
	case SFS_SEQUENCE:
		return change->action == SFS_CREATE;
	case SFS_COLUMN:
		if (change->action == SFS_CREATE) {
			return to->owner->id.kind == SFS_TABLE && diff->origin[to->owner->index] &&
			       !sfs_object_has(to, SFS_COLUMN_GENERATED);
		}
		return has_hazard(forward, described(undo, to), RULE_TYPE) ||
		       (change->from &&
			       has_hazard(forward, described(undo, change->from), RULE_TYPE));
	case SFS_TYPE:
		return has_hazard(forward, described(undo, to), RULE_COLUMN);
	default:
		return false;
	}
}

static void
add_losses(struct sfs_undo *undo, const struct sfs_plan *forward, const struct sfs_diff *diff)
{
	sfs_vec_foreach (change, &diff->changes) {
		const struct sfs_object *to = change->to;

		if (to && loses(undo, forward, change, diff)) {
			bool column = to->id.kind == SFS_COLUMN;

			sfs_vec_push(&undo->losses,
				(struct sfs_undo_loss){
					.object = described(undo, to),
					.table = column ? described(undo, to->owner) : NULL,
					.column =
						column ? sfs_arena_strdup(undo->arena, to->id.name)
						       : NULL,
				});
		}
	}
}

/* The migration itself as a plan, for its hazards. */
static int
find_losses(const struct sfs_driver *driver, struct sfs_undo *undo, const struct sfs_diff *diff,
	struct sfs_error *err)
{
	struct sfs_renames forth = { 0 };
	struct sfs_diff there sfs_auto(diff) = { 0 };
	struct sfs_plan forward sfs_auto(plan) = { 0 };

	sfs_vec_foreach (rename, &undo->renames) {
		sfs_vec_push(&forth, (struct sfs_rename){ .from = rename->to, .to = rename->from });
	}
	sfs_plan_init(&forward);
	int r = sfs_diff_make(undo->before, undo->after, &forth, &there, err);
	if (r == 0 && !sfs_diff_is_empty(&there)) {
		r = driver->plan(NULL, &there, &forward, err);
	}
	if (r == 0) {
		add_losses(undo, &forward, diff);
	}
	sfs_vec_finish(&forth);
	return r;
}

const struct sfs_undo_loss *
sfs_undo_loss_of(const struct sfs_undo *undo, enum sfs_dialect dialect, const struct sfs_step *step)
{
	struct sfs_words words sfs_auto(words) = { 0 };

	if (!step->object) {
		return NULL;
	}
	sfs_words_cut(&words, dialect, step->sql);
	sfs_vec_foreach (loss, &undo->losses) {
		bool names = false;

		if (strcmp(loss->object, step->object) == 0) {
			return loss;
		}
		for (size_t i = 0; loss->column && i < words.tokens.len; i++) {
			struct sfs_str name sfs_auto(str) = SFS_STR_INIT;

			if (sfs_words_name(&words, i)) {
				sfs_words_add_name(&words, i, &name);
				names = names || strcmp(sfs_str_text(&name), loss->column) == 0;
			}
		}
		if (names && strcmp(loss->table, step->object) == 0) {
			return loss;
		}
	}
	return NULL;
}

/* ---- what is wanted ---- */

/* What the history makes with the steps of a plan behind it; those are taken out of it again. */
static int
run_plan(struct sfs_history *history, struct sfs_db *db, const char *shadow,
	const struct sfs_plan *plan, struct sfs_catalog **ret_catalog, struct sfs_error *err)
{
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;
	size_t n = history->files.len + 1;

	sfs_generate_text(plan, history->driver->dialect, false, NULL, &text);
	int r = sfs_history_add(history, "undo", sfs_str_text(&text), text.len, err);
	if (r == 0) {
		r = sfs_history_replay(history, db, shadow, &n, 1, ret_catalog, err);
		sfs_history_remove(history);
	}
	return r;
}

/* Things that are called otherwise since go on being called so. */
static void
leave_renames(struct sfs_undo *undo)
{
	sfs_vec_foreach (rename, &undo->renames) {
		struct sfs_str text sfs_auto(str) = SFS_STR_INIT;

		sfs_identity_describe(&rename->from, &text);
		sfs_vec_push(&undo->impossible,
			sfs_arena_printf(undo->arena,
				"%s: keeps its name, which later migrations build on",
				sfs_str_text(&text)));
	}
	undo->renames.len = 0;
}

/* Gives things that the migration renamed their names back, with all that says them. */
static void
rename_back(
	struct sfs_history *history, struct sfs_db *db, const char *shadow, struct sfs_undo *undo)
{
	struct sfs_diff diff sfs_auto(diff) = { 0 };
	struct sfs_plan plan sfs_auto(plan) = { 0 };
	struct sfs_catalog *now = NULL;
	size_t kept = 0;

	if (!undo->renames.len) {
		return;
	}
	sfs_plan_init(&plan);
	int r = sfs_diff_make(undo->after, undo->before, &undo->renames, &diff, NULL);
	for (size_t i = 0; r == 0 && i < diff.changes.len; i++) {
		if (diff.changes.items[i].action == SFS_RENAME) {
			diff.changes.items[kept] = diff.changes.items[i];
			diff.changes.items[kept++].attributes = 0;
		}
	}
	diff.changes.len = kept;
	if (r == 0) {
		r = history->driver->plan(NULL, &diff, &plan, NULL);
	}
	if (r == 0) {
		r = run_plan(history, db, shadow, &plan, &now, NULL);
	}
	if (r < 0) {
		leave_renames(undo);
		return;
	}
	sfs_catalog_destroy(undo->now);
	undo->now = now;
}

/* A catalog that was put together, as the database understands it. */
static int
understand(const struct sfs_history *history, struct sfs_db *db, const char *shadow,
	const struct sfs_catalog *merged, struct sfs_catalog **ret_catalog, struct sfs_error *err)
{
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;
	int r = history->driver->print_all(merged, &text, err);

	if (r == 0) {
		struct sfs_source source = { "undo.sql", sfs_str_text(&text), text.len };

		r = history->driver->evaluate(db,
			&(struct sfs_evaluation){ .sources = &source,
				.n_sources = 1,
				.whole = true,
				.shadow = shadow },
			ret_catalog, err);
	}
	return r;
}

/* Whether all that would be replaced or dropped is as the migration left it. */
static bool
is_as_then(const struct sfs_undo *undo, const struct sfs_diff *diff)
{
	sfs_vec_foreach (change, &diff->changes) {
		const struct sfs_object *then = change->from, *now;

		if (!then || (then->id.kind == SFS_TABLE && change->action == SFS_DROP)) {
			continue;
		}
		now = sfs_catalog_find(undo->now, &then->id);
		for (size_t i = 0; now && i < sfs_kind_info(then->id.kind)->n_attributes; i++) {
			if (sfs_attribute_differs(now, then, (int)i)) {
				return false;
			}
		}
		if (!now) {
			return false;
		}
	}
	return true;
}

/* Whether a table is made anew: its text would be that of then. */
static bool
copies(const struct sfs_plan *plan)
{
	sfs_vec_foreach (step, &plan->steps) {
		struct sfs_words words sfs_auto(words) = { 0 };

		sfs_words_cut(&words, SFS_SQLITE, step->sql);
		if (sfs_words_are(&words, 0, "INSERT")) {
			return true;
		}
	}
	return false;
}

/* SQLite: statements that alter in place do so now as they did then. */
static bool
alter_in_place(struct sfs_history *history, struct sfs_undo *undo, const struct sfs_diff *diff)
{
	struct sfs_plan plan sfs_auto(plan) = { 0 };

	sfs_plan_init(&plan);
	return history->driver->dialect == SFS_SQLITE && is_as_then(undo, diff) &&
	       history->driver->plan(NULL, diff, &plan, NULL) == 0 && !copies(&plan) &&
	       run_plan(history, NULL, NULL, &plan, &undo->want, NULL) == 0;
}

static int
undo_in_the_middle(struct sfs_history *history, struct sfs_db *db, const char *shadow,
	struct sfs_undo *undo, const struct sfs_diff *diff, struct sfs_error *err)
{
	bool sqlite = history->driver->dialect == SFS_SQLITE;
	struct sfs_catalog *merged sfs_auto(catalog) = NULL;

	if (alter_in_place(history, undo, diff)) {
		return 0;
	}
	if (sqlite) {
		leave_renames(undo);
	} else {
		rename_back(history, db, shadow, undo);
	}
	merged = sfs_undo_merge(undo, diff, sqlite);
	return understand(history, db, shadow, merged, &undo->want, err);
}

/* Later migrations may have renamed or dropped what this one renamed. */
static void
keep_renames_that_fit(struct sfs_undo *undo)
{
	size_t kept = 0;

	for (size_t i = 0; i < undo->renames.len; i++) {
		const struct sfs_rename *rename = &undo->renames.items[i];

		if (sfs_catalog_find(undo->now, &rename->from) &&
			sfs_catalog_find(undo->want, &rename->to)) {
			undo->renames.items[kept++] = *rename;
		}
	}
	undo->renames.len = kept;
}

int
sfs_undo_init(struct sfs_history *history, struct sfs_db *db, const char *shadow, const char *which,
	struct sfs_undo *ret_undo, struct sfs_error *err)
{
	struct sfs_undo *undo = ret_undo;
	struct sfs_diff diff sfs_auto(diff) = { 0 };
	struct sfs_catalog *catalogs[3] = { NULL, NULL, NULL }, *now;
	size_t at = 0, n = history->files.len;

	memset(undo, 0, sizeof *undo);
	undo->arena = sfs_arena_create();
	int r = find_entry(&history->journal, which, &at, err);
	if (r < 0) {
		return r;
	}
	size_t stops[] = { at, at + 1, n };
	undo->tag = sfs_arena_strdup(undo->arena, history->journal.entries.items[at].tag);
	r = sfs_history_replay(history, db, shadow, stops, 3, catalogs, err);
	undo->before = catalogs[0];
	undo->after = catalogs[1];
	undo->now = now = catalogs[2];
	if (r < 0) {
		return r;
	}
	sfs_undo_renames(history, at, undo);
	r = sfs_diff_make(undo->after, undo->before, &undo->renames, &diff, err);
	if (r == 0) {
		r = find_losses(history->driver, undo, &diff, err);
	}
	if (r < 0) {
		return r;
	}
	sfs_undo_rows(history, at, undo);
	if (at + 1 == n) {
		undo->want = undo->before;
	} else {
		r = undo_in_the_middle(history, db, shadow, undo, &diff, err);
	}
	if (r == 0) {
		keep_renames_that_fit(undo);
	}
	return r;
}
