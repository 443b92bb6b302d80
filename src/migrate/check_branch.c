// SPDX-License-Identifier: MIT
/* Migrations that were written side by side, on two branches, and touch the same object. */
#include <string.h>

#include "base/map.h"
#include "migrate/check.h"
#include "migrate/touched.h"

struct branches {
	struct sfs_check *check;
	struct sfs_arena *arena;     /* owned */
	struct sfs_touches *touches; /* owned; of each entry */
	size_t *parents; /* owned; of each entry: the one its snapshot follows; n: none known */
	const char *
		*roots; /* owned array; what the first snapshot of its chain follows; NULL: none */
	size_t n;
};

static void
branches_finish(struct branches *b)
{
	for (size_t i = 0; b->touches && i < b->n; i++) {
		sfs_vec_finish(&b->touches[i]);
	}
	free(b->touches);
	free(b->parents);
	free(b->roots);
	sfs_arena_destroy(b->arena);
}
SFS_DEFINE_AUTO_VALUE(branches, struct branches, branches_finish)

static void
find_parents(struct branches *b)
{
	struct sfs_map *ids sfs_auto(map) = sfs_map_create();

	for (size_t i = 0; i < b->n; i++) {
		b->parents[i] = b->n;
	}
	sfs_vec_foreach (snapshot, &b->check->snapshots) {
		if (snapshot->id && snapshot->entry < b->n) {
			sfs_map_set(ids, snapshot->id, snapshot);
		}
	}
	sfs_vec_foreach (snapshot, &b->check->snapshots) {
		const struct sfs_check_snapshot *parent =
			snapshot->prev ? sfs_map_get(ids, snapshot->prev) : NULL;

		if (parent && snapshot->entry < b->n && parent->entry < snapshot->entry) {
			b->parents[snapshot->entry] = parent->entry;
		}
	}
}

/* Parents come before their children, so one walk is enough. */
static void
find_roots(struct branches *b)
{
	sfs_vec_foreach (snapshot, &b->check->snapshots) {
		if (snapshot->entry < b->n) {
			b->roots[snapshot->entry] = snapshot->prev;
		}
	}
	for (size_t i = 0; i < b->n; i++) {
		if (b->parents[i] < b->n) {
			b->roots[i] = b->roots[b->parents[i]];
		}
	}
}

/* Whether the snapshot of `later` was made on top of that of `earlier`. */
static bool
follows(const struct branches *b, size_t earlier, size_t later)
{
	size_t at = later;

	while (at < b->n && at > earlier) {
		at = b->parents[at];
	}
	return at == earlier;
}

/*
 * Whether neither was written with the other in sight: their snapshots are on two branches, or,
 * where snapshots do not tell, one stands behind the other and is older, or has its number.
 */
static bool
are_siblings(const struct branches *b, size_t earlier, size_t later)
{
	const struct sfs_journal_entry *a = &b->check->journal.entries.items[earlier];
	const struct sfs_journal_entry *c = &b->check->journal.entries.items[later];

	if (follows(b, earlier, later)) {
		return false;
	}
	/* Two chains from one beginning, neither of which is part of the other, have parted. */
	if (b->roots[earlier] && sfs_streq(b->roots[earlier], b->roots[later])) {
		return true;
	}
	return c->when <= a->when || c->idx == a->idx;
}

static bool
is_common(const struct sfs_touches *touches, const struct sfs_touch *touch)
{
	sfs_vec_foreach (other, touches) {
		/* Rows that both add are no conflict. */
		if (strcmp(other->name, touch->name) == 0 &&
			strcmp(other->what, touch->what) == 0 && !(other->rows && touch->rows)) {
			return true;
		}
	}
	return false;
}

static void
compare(struct branches *b, size_t earlier, size_t later)
{
	const struct sfs_check_file *files = b->check->files.items;
	struct sfs_str names sfs_auto(str) = SFS_STR_INIT;

	sfs_vec_foreach (touch, &b->touches[later]) {
		if (is_common(&b->touches[earlier], touch)) {
			sfs_str_separate(&names, ", ");
			sfs_str_add(&names, touch->name);
		}
	}
	if (names.len) {
		sfs_findings_problem(&b->check->findings, "branches-touch", files[later].tag,
			"was written on another branch than %s, and both touch %s",
			files[earlier].tag, sfs_str_text(&names));
	}
}

void
sfs_check_branches(struct sfs_check *check)
{
	struct branches b sfs_auto(branches) = {
		.check = check,
		.arena = sfs_arena_create(),
		.n = check->files.len,
	};

	b.touches = sfs_alloc((b.n + 1) * sizeof *b.touches);
	b.parents = sfs_alloc((b.n + 1) * sizeof *b.parents);
	b.roots = sfs_alloc((b.n + 1) * sizeof *b.roots);
	find_parents(&b);
	find_roots(&b);
	for (size_t i = 0; i < b.n; i++) {
		const struct sfs_check_file *file = &check->files.items[i];

		sfs_touches_find(check->driver->dialect, sfs_str_text(&file->text), file->text.len,
			b.arena, &b.touches[i]);
	}
	for (size_t later = 1; later < b.n; later++) {
		for (size_t earlier = 0; earlier < later; earlier++) {
			if (are_siblings(&b, earlier, later)) {
				compare(&b, earlier, later);
			}
		}
	}
}
