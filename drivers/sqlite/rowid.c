// SPDX-License-Identifier: MIT
/*
 * Views and triggers that name the rowid. ALTER TABLE RENAME COLUMN takes it for the INTEGER PRIMARY KEY, of
 * which it is another name, and puts the new name of that in its place: a view's column would be renamed.
 */
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

/*
 * The wanted text with the names that the renames have put into the one that is there now, but for the
 * rowid's. NULL when they were not put there for a rowid, or the two are not one text.
 */
static char *
merge(const char *wanted, const char *now)
{
	struct sfs_str out sfs_auto(str) = SFS_STR_INIT, a sfs_auto(str) = SFS_STR_INIT,
			   b sfs_auto(str) = SFS_STR_INIT;
	struct sfs_lexer left, right;
	struct sfs_token x, y;
	size_t copied = 0;
	bool lost = false;

	sfs_lexer_init(&left, SFS_SQLITE, wanted, strlen(wanted));
	sfs_lexer_init(&right, SFS_SQLITE, now, strlen(now));
	while (next_word(&left, &x, &a)) {
		if (!next_word(&right, &y, &b)) {
			return NULL;
		}
		if (sfs_same_name(SFS_SQLITE, sfs_str_text(&a), sfs_str_text(&b))) {
			continue;
		}
		if (is_rowid(sfs_str_text(&a))) {
			lost = true;
			continue;
		}
		sfs_str_addn(&out, wanted + copied, x.offset - copied);
		sfs_str_addn(&out, now + y.offset, y.len);
		copied = x.offset + x.len;
	}
	if (!lost || next_word(&right, &y, &b)) {
		return NULL;
	}
	sfs_str_add(&out, wanted + copied);
	return sfs_strdup(sfs_str_text(&out));
}

static int
keep(struct lite_planner *planner, const struct sfs_object *object, struct sfs_error *err)
{
	const struct sfs_object *now = sfs_catalog_find(planner->now, &object->id);
	char *sql = NULL;

	if (now && lite_stored(now) && !planner->change_to[object->index]) {
		struct sfs_str wanted sfs_auto(str) = SFS_STR_INIT;

		lite_text(object, &wanted);
		sql = merge(sfs_str_text(&wanted), lite_stored(now));
	}
	return sql ? lite_put_aside(planner,
			     &(struct lite_aside){
				     .name = sfs_strdup(object->id.name),
				     .sql = sql,
				     .view = object->id.kind == SFS_VIEW,
				     .settled = true,
			     },
			     err)
		   : 0;
}

int
lite_keep_rowids(struct lite_planner *planner, struct sfs_error *err)
{
	/* Triggers first: a view takes those that stand on it along, as they are by then. */
	static const enum sfs_kind kinds[] = { SFS_TRIGGER, SFS_VIEW };
	int r = 0;

	for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
		for (size_t i = 0; r == 0 && i < planner->diff->to->objects.len; i++) {
			const struct sfs_object *object = planner->diff->to->objects.items[i];

			if (object->id.kind == kinds[k]) {
				r = keep(planner, object, err);
			}
		}
	}
	return r;
}
