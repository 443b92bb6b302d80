// SPDX-License-Identifier: MIT
/* A schema without what one migration of its history did. */
#include <string.h>

#include "migrate/undo.h"
#include "migrate/words.h"

/* ---- renames ---- */

static void
add_rename(struct sfs_undo *undo, const struct sfs_object *new, const struct sfs_object *old)
{
	sfs_vec_push(&undo->renames, (struct sfs_rename){ .from = new->id, .to = old->id });
}

/* PostgreSQL's objects keep their oid, a column its number, whatever they are called. */
static void
renames_by_tag(struct sfs_undo *undo)
{
	sfs_vec_foreach (item, &undo->after->objects) {
		const struct sfs_object *new = *item, *old;

		old = new->tag ? sfs_catalog_by_tag(undo->before, new->tag) : NULL;
		if (!old || old->id.kind != new->id.kind) {
			continue;
		}
		bool moved = !new->owner && !sfs_streq(old->id.namespace, new->id.namespace);
		if (moved || strcmp(old->id.name, new->id.name) != 0) {
			add_rename(undo, new, old);
		}
	}
}

static const struct sfs_object *
find_table(const struct sfs_catalog *catalog, const char *name)
{
	return sfs_catalog_relation(catalog, "main", name);
}

/* SQLite: ALTER TABLE a RENAME TO b, and ALTER TABLE t RENAME COLUMN a TO b. */
static void
rename_by_words(struct sfs_undo *undo, const struct sfs_words *words)
{
	struct sfs_str table sfs_auto(str) = SFS_STR_INIT, old sfs_auto(str) = SFS_STR_INIT,
			     new sfs_auto(str) = SFS_STR_INIT;
	size_t at = sfs_words_are(words, 3, ".") ? 4 : 2;

	if (!sfs_words_are(words, 0, "ALTER") || !sfs_words_are(words, 1, "TABLE") ||
		!sfs_words_name(words, at) || !sfs_words_are(words, at + 1, "RENAME")) {
		return;
	}
	sfs_words_add_name(words, at, &table);
	at += 2;
	bool whole = sfs_words_are(words, at, "TO") && at + 2 == words->tokens.len;
	at += !whole && sfs_words_are(words, at, "COLUMN") ? 1 : 0;
	if (!whole && sfs_words_name(words, at)) {
		sfs_words_add_name(words, at++, &old);
	}
	if (!sfs_words_name(words, at + 1)) {
		return;
	}
	sfs_words_add_name(words, at + 1, &new);
	if (whole) {
		const struct sfs_object *a = find_table(undo->before, sfs_str_text(&table));
		const struct sfs_object *b = find_table(undo->after, sfs_str_text(&new));

		if (a && b && !find_table(undo->after, a->id.name)) {
			add_rename(undo, b, a);
		}
		return;
	}
	const struct sfs_object *b = find_table(undo->after, sfs_str_text(&table));
	const struct sfs_object *a = find_table(undo->before, sfs_str_text(&table));
	const struct sfs_object *from =
		b ? sfs_object_part(b, SFS_COLUMN, sfs_str_text(&new)) : NULL;
	const struct sfs_object *to = a ? sfs_object_part(a, SFS_COLUMN, sfs_str_text(&old)) : NULL;
	if (from && to) {
		add_rename(undo, from, to);
	}
}

void
sfs_undo_renames(const struct sfs_history *history, size_t at, struct sfs_undo *undo)
{
	renames_by_tag(undo);
	if (history->driver->dialect != SFS_SQLITE) {
		return;
	}
	for (size_t i = history->ends.items[at]; i < history->ends.items[at + 1]; i++) {
		const struct sfs_replay_step *step = &history->steps.items[i];
		struct sfs_words words sfs_auto(words) = { 0 };
		char *sql sfs_auto(free) =
			sfs_strndup(step->source->text + step->offset, step->len);

		sfs_words_cut(&words, SFS_SQLITE, sql);
		rename_by_words(undo, &words);
	}
}

/* ---- merging ---- */

struct merge {
	struct sfs_undo *undo;
	const struct sfs_diff *diff; /* from `after` to `before` */
	struct sfs_catalog *out;
	bool whole;
};

static void
tell(struct merge *merge, const struct sfs_object *object, const char *why)
{
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;

	sfs_identity_describe(&object->id, &text);
	sfs_vec_push(&merge->undo->impossible,
		sfs_arena_printf(merge->undo->arena, "%s: %s", sfs_str_text(&text), why));
}

static bool
same_file(const struct sfs_object *a, const struct sfs_object *b)
{
	const struct sfs_object *x = a->first_part, *y = b->first_part;
	const struct sfs_kind_info *kind = sfs_kind_info(a->id.kind);

	for (size_t i = 0; i < kind->n_attributes; i++) {
		if (sfs_attribute_differs(a, b, (int)i)) {
			return false;
		}
	}
	while (x && y && sfs_identity_equal(&x->id, &y->id) && same_file(x, y)) {
		x = x->next_part;
		y = y->next_part;
	}
	return !x && !y;
}

/* The object as it was after the migration, NULL when it came later. */
static const struct sfs_object *
then(const struct merge *merge, const struct sfs_object *now, const struct sfs_object **ret_before)
{
	const struct sfs_object *before = sfs_catalog_find(merge->undo->before, &now->id);
	const struct sfs_object *after = before ? merge->diff->origin[before->index] : NULL;

	*ret_before = before;
	return after ? after : sfs_catalog_find(merge->undo->after, &now->id);
}

/* Copies `now` alone with each attribute that the migration changed as it was before. */
static struct sfs_object *
merge_attributes(struct merge *merge, const struct sfs_object *now, const struct sfs_object *after,
	const struct sfs_object *before)
{
	const struct sfs_kind_info *kind = sfs_kind_info(now->id.kind);
	struct sfs_object *owner =
		now->owner ? sfs_catalog_find(merge->out, &now->owner->id) : NULL;
	struct sfs_object *copy = sfs_catalog_add(merge->out, &now->id, owner, NULL);
	bool again = false;

	if (!copy) {
		return NULL;
	}
	copy->position = now->position;
	for (int i = 0; i < (int)kind->n_attributes; i++) {
		const char *value = sfs_object_get(now, i);

		if (after && before && sfs_attribute_differs(after, before, i)) {
			bool kept = !sfs_attribute_differs(now, after, i);

			again = again || (!kept && sfs_attribute_differs(now, before, i));
			value = kept ? sfs_object_get(before, i) : value;
		}
		sfs_catalog_set(merge->out, copy, i, value);
	}
	if (again) {
		tell(merge, now, "a later migration changed it again");
	}
	return copy;
}

static void
merge_object(struct merge *merge, const struct sfs_object *now)
{
	const struct sfs_object *before, *after = then(merge, now, &before);
	struct sfs_object *part;

	if (after && !merge->diff->counterpart[after->index]) {
		return; /* the migration made it */
	}
	if (merge->whole && after && before && !now->owner) {
		bool undone = same_file(now, after);

		if (!undone && !same_file(after, before)) {
			tell(merge, now, "a later migration changed it, too");
		}
		(void)sfs_catalog_copy(merge->out, undone ? before : now);
		return;
	}
	(void)merge_attributes(merge, now, after, before);
	sfs_parts_foreach (part, now) {
		merge_object(merge, part);
	}
}

/* What the migration dropped comes back. */
static void
restore(struct merge *merge, const struct sfs_object *before)
{
	if (merge->diff->origin[before->index] ||
		(before->owner && !merge->diff->origin[before->owner->index])) {
		return; /* it is there, or comes with its owner */
	}
	if (merge->whole && before->owner) {
		return; /* it came with its table, if that could be undone */
	}
	if (sfs_catalog_find(merge->out, &before->id)) {
		tell(merge, before, "there is one of that name again");
	} else if (before->owner && !sfs_catalog_find(merge->out, &before->owner->id)) {
		tell(merge, before, "what it belonged to is gone");
	} else {
		(void)sfs_catalog_copy(merge->out, before);
	}
}

struct sfs_catalog *
sfs_undo_merge(struct sfs_undo *undo, const struct sfs_diff *diff, bool whole)
{
	struct merge merge = { undo, diff, sfs_catalog_create(), whole };

	merge.out->dialect = undo->now->dialect;
	sfs_vec_foreach (object, &undo->now->objects) {
		if (!(*object)->owner) {
			merge_object(&merge, *object);
		}
	}
	sfs_vec_foreach (object, &undo->before->objects) {
		restore(&merge, *object);
	}
	sfs_catalog_seal(merge.out);
	return merge.out;
}
