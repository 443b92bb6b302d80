// SPDX-License-Identifier: MIT
/* Two catalogs compared: which object is which, and what has to change. */
#include <errno.h>
#include <string.h>

#include "diff/compare.h"
#include "diff/diff.h"
#include "diff/renames.h"

void
sfs_diff_finish(struct sfs_diff *diff)
{
	sfs_vec_finish(&diff->changes);
	sfs_vec_finish(&diff->questions);
	free(diff->counterpart);
	free(diff->origin);
	sfs_vec_finish(&diff->labels);
	sfs_arena_destroy(diff->arena);
	memset(diff, 0, sizeof *diff);
}

struct sfs_arena *
sfs_diff_arena(struct sfs_diff *diff)
{
	if (!diff->arena) {
		diff->arena = sfs_arena_create();
	}
	return diff->arena;
}

static bool
is_relation(enum sfs_kind kind)
{
	return kind == SFS_TABLE || kind == SFS_FOREIGN_TABLE || kind == SFS_VIEW ||
	       kind == SFS_MATERIALIZED_VIEW || kind == SFS_DOMAIN || kind == SFS_TYPE;
}

/* ---- what an object of `to` was called in `from` ---- */

static const struct sfs_rename *
rename_to(const struct sfs_renames *renames, const struct sfs_identity *id)
{
	if (renames) {
		sfs_vec_foreach (rename, renames) {
			if (!rename->done && !rename->to_label &&
				sfs_identity_equal(&rename->to, id)) {
				return rename;
			}
		}
	}
	return NULL;
}

struct sfs_identity
sfs_former_place(const struct sfs_renames *renames, const struct sfs_identity *id)
{
	struct sfs_identity former = *id;

	if (!renames) {
		return former;
	}
	sfs_vec_foreach (rename, renames) {
		const struct sfs_identity *to = &rename->to;

		if (rename->done) {
			continue;
		}
		if (id->relation && is_relation(to->kind) && !rename->to_label &&
			sfs_streq(to->namespace, id->namespace) &&
			sfs_streq(to->name, id->relation)) {
			former.namespace = rename->from.namespace;
			former.relation = rename->from.name;
			return former;
		}
	}
	sfs_vec_foreach (rename, renames) {
		if (rename->to.kind == SFS_NAMESPACE && id->kind != SFS_NAMESPACE &&
			sfs_streq(rename->to.name, id->namespace)) {
			former.namespace = rename->from.name;
			/* Default privileges are a part of their schema. */
			former.relation = id->kind == SFS_DEFAULT_PRIVILEGES ? rename->from.name
									     : former.relation;
		}
	}
	return former;
}

static struct sfs_identity
former_identity(struct sfs_diff *diff, const struct sfs_renames *renames,
	const struct sfs_identity *id, const struct sfs_rename **ret_rename)
{
	const struct sfs_rename *rename = rename_to(renames, id);
	struct sfs_identity former = sfs_former_place(renames, id);

	*ret_rename = rename;
	former = sfs_identity_rewrite(
		diff->to->dialect, &former, renames, true, sfs_diff_arena(diff));
	if (rename) {
		former.name = rename->from.name;
		if (!id->relation) {
			former.namespace = rename->from.namespace;
			former.signature = rename->from.signature;
		}
	}
	return former;
}

/* ---- the changes ---- */

static void
add_change(struct sfs_diff *diff, enum sfs_action action, const struct sfs_object *from,
	const struct sfs_object *to, uint64_t attributes)
{
	struct sfs_change change = {
		.action = action,
		.from = from,
		.to = to,
		.attributes = attributes,
	};

	sfs_vec_push(&diff->changes, change);
}

static bool
is_called(const struct sfs_identity *id, const char *namespace, const char *name)
{
	return sfs_streq(id->namespace, namespace) && sfs_streq(id->name, name);
}

/* Whether what the object is a part of, or stands on, gets another name, or goes for what gets its own. */
static bool
moves_away(const struct sfs_renames *renames, const struct sfs_object *object)
{
	const char *relation = object->owner ? object->owner->id.name : object->id.relation;

	for (size_t i = 0; renames && relation && i < renames->len; i++) {
		const struct sfs_rename *rename = &renames->items[i];
		const struct sfs_identity *from = &rename->from;

		if (!rename->done && !rename->to_label && is_relation(from->kind) &&
			(is_called(from, object->id.namespace, relation) ||
				(rename->over &&
					is_called(&rename->to, object->id.namespace, relation)))) {
			return true;
		}
	}
	return false;
}

static bool
is_renamed_away(const struct sfs_renames *renames, const struct sfs_identity *id)
{
	for (size_t i = 0; renames && i < renames->len; i++) {
		const struct sfs_rename *rename = &renames->items[i];

		if (!rename->done && !rename->to_label && sfs_identity_equal(&rename->from, id)) {
			return true;
		}
	}
	return false;
}

static void
match_object(struct sfs_diff *diff, const struct sfs_object *to, const struct sfs_renames *renames)
{
	const struct sfs_rename *rename;
	struct sfs_identity former = former_identity(diff, renames, &to->id, &rename);
	const struct sfs_object *from = sfs_catalog_find(diff->from, &former);

	if (from && !rename && sfs_identity_equal(&former, &to->id) &&
		(is_renamed_away(renames, &former) || moves_away(renames, from))) {
		/* It is a new one, in the place that the former leaves. */
		from = NULL;
	} else if (!from) {
		/* The rename, or that of what it is a part of, may have been carried out before. */
		rename = NULL;
		from = sfs_catalog_find(diff->from, &to->id);
		from = from && moves_away(renames, from) ? NULL : from;
	}
	if (to->unasked && (!from || is_renamed_away(renames, &to->id))) {
		return;
	}
	if (!from) {
		add_change(diff, SFS_CREATE, NULL, to, 0);
		return;
	}
	diff->counterpart[from->index] = to;
	diff->origin[to->index] = from;
	uint64_t differ = sfs_objects_compare_renamed(diff->from, from, to, renames);
	if (rename) {
		add_change(diff, SFS_RENAME, from, to, differ);
	} else if (differ) {
		add_change(diff, SFS_ALTER, from, to, differ);
	}
}

static const struct sfs_identity *
change_identity(const struct sfs_change *change)
{
	return change->to ? &change->to->id : &change->from->id;
}

static int
compare_changes(const void *a, const void *b)
{
	const struct sfs_change *x = a, *y = b;
	int order = sfs_identity_compare(change_identity(x), change_identity(y));

	return order ? order : (int)x->action - (int)y->action;
}

/*
 * Whether text can not make such an object: what no kind models, and a subscription, whose
 * connection is a secret. Its absence from a text then means nothing, and drops nothing.
 */
static bool
is_only_shown(const struct sfs_object *object)
{
	return object->id.kind == SFS_UNMODELED || object->id.kind == SFS_SUBSCRIPTION;
}

static void
compare(const struct sfs_catalog *from, const struct sfs_catalog *to,
	const struct sfs_renames *renames, struct sfs_diff *ret_diff)
{
	struct sfs_diff diff = *ret_diff;

	diff.from = from;
	diff.to = to;
	diff.renames = renames;
	diff.counterpart = sfs_alloc((from->objects.len + 1) * sizeof(struct sfs_object *));
	diff.origin = sfs_alloc((to->objects.len + 1) * sizeof(struct sfs_object *));
	sfs_vec_foreach (object, &to->objects) {
		if (!is_only_shown(*object)) {
			match_object(&diff, *object, renames);
		}
	}
	sfs_vec_foreach (object, &from->objects) {
		if (!diff.counterpart[(*object)->index] && !is_only_shown(*object) &&
			!(*object)->unasked) {
			add_change(&diff, SFS_DROP, *object, NULL, 0);
		}
	}
	if (diff.changes.len) {
		qsort(diff.changes.items, diff.changes.len, sizeof *diff.changes.items,
			compare_changes);
	}
	*ret_diff = diff;
}

int
sfs_diff_make(struct sfs_catalog *from, const struct sfs_catalog *to, struct sfs_renames *renames,
	struct sfs_diff *ret_diff, struct sfs_error *err)
{
	struct sfs_diff diff sfs_auto(diff) = { 0 };

	if (renames) {
		int r = sfs_renames_settle(from, to, renames, &diff, err);
		if (r < 0) {
			return r;
		}
	}
	compare(from, to, renames, &diff);
	sfs_diff_ask(&diff);
	*ret_diff = diff;
	memset(&diff, 0, sizeof diff);
	return 0;
}

bool
sfs_diff_is_empty(const struct sfs_diff *diff)
{
	return !diff->changes.len && !diff->labels.len;
}

void
sfs_change_describe(const struct sfs_change *change, struct sfs_str *out)
{
	static const char *const verbs[] = {
		[SFS_CREATE] = "missing ",
		[SFS_DROP] = "unexpected ",
		[SFS_ALTER] = "differs: ",
		[SFS_RENAME] = "not renamed: ",
	};
	const struct sfs_identity *id = change_identity(change);
	const struct sfs_kind_info *info = sfs_kind_info(id->kind);
	const char *separator = " in ";

	sfs_str_add(out, verbs[change->action]);
	sfs_identity_describe(id, out);
	for (size_t i = 0; i < info->n_attributes; i++) {
		if (change->attributes & UINT64_C(1) << i) {
			const char *is = sfs_object_get(change->from, (int)i);
			const char *shall = sfs_object_get(change->to, (int)i);

			sfs_str_addf(out, "%s%s (is %s, shall be %s)", separator,
				info->attributes[i].name, is ? is : "absent",
				shall ? shall : "absent");
			separator = ", ";
		}
	}
}

bool
sfs_diff_equal(const struct sfs_catalog *got, const struct sfs_catalog *wanted,
	const struct sfs_renames *renames, struct sfs_str *residue)
{
	struct sfs_diff diff sfs_auto(diff) = { 0 };
	bool equal = true;

	compare(got, wanted, NULL, &diff);
	sfs_vec_foreach (change, &diff.changes) {
		if (change->action == SFS_ALTER && renames &&
			!sfs_objects_compare(
				got->dialect, change->from, change->to, renames, true)) {
			continue;
		}
		sfs_change_describe(change, residue);
		sfs_str_addc(residue, '\n');
		equal = false;
	}
	return equal;
}
