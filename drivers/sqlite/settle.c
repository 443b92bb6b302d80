// SPDX-License-Identifier: MIT
/*
 * Texts that do not change themselves, after SQLite has rewritten them for a rename. It takes the rowid for
 * the INTEGER PRIMARY KEY, of which it is another name, and puts the new name of that in its place: such
 * views and triggers are made anew. And a text that was given with an old name in it is refused.
 */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "drivers/sqlite/normal.h"
#include "drivers/sqlite/planner.h"
#include "drivers/sqlite/print.h"
#include "sql/quote.h"

static bool
is_rowid(const char *name)
{
	return strcasecmp(name, "rowid") == 0 || strcasecmp(name, "oid") == 0 ||
	       strcasecmp(name, "_rowid_") == 0;
}

static bool
next_word(struct sfs_lexer *lexer, struct sfs_token *token, struct sfs_str *name)
{
	bool found = sfs_lexer_word(lexer, token);

	sfs_str_truncate(name, 0);
	if (found && lite_token_is_name(token)) {
		lite_token_name(lexer->text, token, name);
	}
	return found;
}

/* What the renames have made of a text, and what should have come of it. */
struct outcome {
	struct sfs_str text; /* owned; as wanted, with the new names that are there now */
	bool rowid;          /* a rowid was taken for a column */
	const char *stale;   /* a new name, where the wanted text has the old one; NULL: nowhere */
};

static const char *
find_new_name(const struct sfs_renames *renames, const char *from, const char *to)
{
	for (size_t i = 0; renames && i < renames->len; i++) {
		const struct sfs_rename *rename = &renames->items[i];

		if (!rename->done && sfs_same_name(SFS_SQLITE, rename->from.name, from) &&
			sfs_same_name(SFS_SQLITE, rename->to.name, to)) {
			return rename->to.name;
		}
	}
	return NULL;
}

/* Token by token; false when the two are not one text. */
static bool
compare(const struct sfs_renames *renames, const char *wanted, const char *now, struct outcome *ret)
{
	struct sfs_str a sfs_auto(str) = SFS_STR_INIT, b sfs_auto(str) = SFS_STR_INIT;
	struct sfs_lexer left, right;
	struct sfs_token x, y;
	size_t copied = 0;

	sfs_lexer_init(&left, SFS_SQLITE, wanted, strlen(wanted));
	sfs_lexer_init(&right, SFS_SQLITE, now, strlen(now));
	while (next_word(&left, &x, &a)) {
		if (!next_word(&right, &y, &b)) {
			return false;
		}
		const char *old = sfs_str_text(&a), *new = sfs_str_text(&b);

		if (sfs_same_name(SFS_SQLITE, old, new)) {
			continue;
		}
		if (is_rowid(old)) {
			ret->rowid = true;
			continue;
		}
		ret->stale = ret->stale ? ret->stale : find_new_name(renames, old, new);
		sfs_str_addn(&ret->text, wanted + copied, x.offset - copied);
		sfs_str_addn(&ret->text, now + y.offset, y.len);
		copied = x.offset + x.len;
	}
	sfs_str_add(&ret->text, wanted + copied);
	return !next_word(&right, &y, &b);
}

/* Who writes a new name into one text and leaves the old one in another does not mean that. */
static int
refuse_stale(const struct sfs_object *object, const char *name, struct sfs_error *err)
{
	struct sfs_str what sfs_auto(str) = SFS_STR_INIT;

	sfs_identity_describe(&object->id, &what);
	(void)sfs_error_set(err, EINVAL, "%s still has the old name of what is renamed to %s",
		sfs_str_text(&what), name);
	sfs_error_object(err, "%s", sfs_str_text(&what));
	sfs_error_hint(err, "change it together with what it names");
	return -EINVAL;
}

static int
settle_program(struct lite_planner *planner, const struct sfs_object *object,
	const struct sfs_object *now, struct sfs_error *err)
{
	struct sfs_str wanted sfs_auto(str) = SFS_STR_INIT;
	struct outcome outcome = { 0 };
	int r = 0;

	lite_text(object, &wanted);
	if (!compare(planner->diff->renames, sfs_str_text(&wanted), lite_stored(now), &outcome)) {
		/* It was made anew by somebody, and the comparison of the models tells. */
	} else if (outcome.stale && !object->follows) {
		r = refuse_stale(object, outcome.stale, err);
	} else if (outcome.rowid) {
		r = lite_put_aside(planner,
			&(struct lite_aside){
				.name = sfs_strdup(object->id.name),
				.sql = sfs_strdup(sfs_str_text(&outcome.text)),
				.view = object->id.kind == SFS_VIEW,
				.settled = true,
			},
			err);
	}
	sfs_str_finish(&outcome.text);
	return r;
}

/* References to what is renamed, of tables that do not change. */
static int
check_references(const struct lite_planner *planner, const struct sfs_object *table,
	const struct sfs_object *now, struct sfs_error *err)
{
	const struct sfs_object *part;
	int r = 0;

	sfs_parts_foreach (part, table) {
		const struct sfs_object *made =
			r == 0 && part->id.kind == SFS_CONSTRAINT
				? sfs_object_part(now, SFS_CONSTRAINT, part->id.name)
				: NULL;
		const char *wanted = sfs_object_get(part, SFS_CONSTRAINT_DEFINITION);
		const char *is = made ? sfs_object_get(made, SFS_CONSTRAINT_DEFINITION) : NULL;
		struct outcome outcome = { 0 };

		if (is && wanted && compare(planner->diff->renames, wanted, is, &outcome) &&
			outcome.stale) {
			r = refuse_stale(part, outcome.stale, err);
		}
		sfs_str_finish(&outcome.text);
	}
	return r;
}

static int
settle(struct lite_planner *planner, const struct sfs_object *object, struct sfs_error *err)
{
	const struct sfs_object *now = sfs_catalog_find(planner->now, &object->id);

	if (!now || !lite_stored(now) || planner->change_to[object->index]) {
		return 0;
	}
	if (object->id.kind != SFS_TABLE) {
		return settle_program(planner, object, now, err);
	}
	return object->follows || lite_pair_of_to(planner, object)
		       ? 0
		       : check_references(planner, object, now, err);
}

int
lite_settle_texts(struct lite_planner *planner, struct sfs_error *err)
{
	/* Triggers before views: a view takes those that stand on it along, as they are by then. */
	static const enum sfs_kind kinds[] = { SFS_TABLE, SFS_TRIGGER, SFS_VIEW };
	int r = 0;

	for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
		for (size_t i = 0; r == 0 && i < planner->diff->to->objects.len; i++) {
			const struct sfs_object *object = planner->diff->to->objects.items[i];

			if (object->id.kind == kinds[k]) {
				r = settle(planner, object, err);
			}
		}
	}
	return r;
}
