// SPDX-License-Identifier: MIT
/* Two catalogs compared: which object is which, and what has to change. */
#include <errno.h>
#include <string.h>

#include "diff/compare.h"
#include "diff/diff.h"

void
sfs_diff_finish(struct sfs_diff *diff)
{
	sfs_vec_finish(&diff->changes);
	sfs_vec_finish(&diff->questions);
	free(diff->counterpart);
	free(diff->origin);
	memset(diff, 0, sizeof *diff);
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
			if (sfs_identity_equal(&rename->to, id)) {
				return rename;
			}
		}
	}
	return NULL;
}

/* A part moves with its relation, everything with its namespace. */
static struct sfs_identity
former_place(const struct sfs_renames *renames, const struct sfs_identity *id)
{
	struct sfs_identity former = *id;

	if (!renames) {
		return former;
	}
	sfs_vec_foreach (rename, renames) {
		const struct sfs_identity *to = &rename->to;

		if (id->relation && is_relation(to->kind) &&
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
		}
	}
	return former;
}

static struct sfs_identity
former_identity(const struct sfs_renames *renames, const struct sfs_identity *id,
	const struct sfs_rename **ret_rename)
{
	const struct sfs_rename *rename = rename_to(renames, id);
	struct sfs_identity former = former_place(renames, id);

	*ret_rename = rename;
	if (rename) {
		former.name = rename->from.name;
		if (!id->relation) {
			former.namespace = rename->from.namespace;
			former.signature = rename->from.signature;
		}
	}
	return former;
}

/* ---- hints that fit nothing ---- */

static int
bad_hint(const struct sfs_rename *rename, const char *why, struct sfs_error *err)
{
	struct sfs_str from sfs_auto(str) = SFS_STR_INIT;

	sfs_identity_describe(&rename->from, &from);
	(void)sfs_error_set(err, EINVAL, "renamed from %s: %s", sfs_str_text(&from), why);
	if (err) {
		err->file = sfs_strdup(rename->file);
		err->line = rename->line;
		err->column = rename->line ? 1 : 0;
	}
	return -EINVAL;
}

static int
check_renames(const struct sfs_catalog *from, const struct sfs_catalog *to,
	const struct sfs_renames *renames, struct sfs_error *err)
{
	sfs_vec_foreach (rename, renames) {
		struct sfs_identity old = former_place(renames, &rename->from);
		bool was = sfs_catalog_find(from, &old) || sfs_catalog_find(from, &rename->from);

		if (!sfs_catalog_find(to, &rename->to)) {
			return bad_hint(rename, "nothing of the new name is defined", err);
		}
		if (!was && !sfs_catalog_find(from, &rename->to)) {
			return bad_hint(rename, "there is nothing of that name", err);
		}
		if (was && sfs_catalog_find(to, &rename->from)) {
			return bad_hint(rename, "the old name is still defined", err);
		}
		if (was && sfs_catalog_find(from, &rename->to)) {
			return bad_hint(rename, "the new name is there already", err);
		}
	}
	return 0;
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

static void
match_object(struct sfs_diff *diff, const struct sfs_object *to, const struct sfs_renames *renames)
{
	const struct sfs_rename *rename;
	struct sfs_identity former = former_identity(renames, &to->id, &rename);
	const struct sfs_object *from = sfs_catalog_find(diff->from, &former);

	if (!from) {
		/* The rename, or that of what it is a part of, may have been carried out before. */
		rename = NULL;
		from = sfs_catalog_find(diff->from, &to->id);
	}
	if (!from) {
		add_change(diff, SFS_CREATE, NULL, to, 0);
		return;
	}
	diff->counterpart[from->index] = to;
	diff->origin[to->index] = from;
	uint64_t differ = sfs_objects_compare(diff->to->dialect, from, to, renames, false);
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

/* ---- questions ---- */

/* Whether the new thing looks like the old one under another name. */
static bool
looks_like(const struct sfs_object *from, const struct sfs_object *to)
{
	if (from->id.kind != to->id.kind) {
		return false;
	}
	if (from->id.kind == SFS_COLUMN) {
		return sfs_streq(from->id.namespace, to->id.namespace) &&
		       sfs_streq(from->id.relation, to->id.relation) &&
		       !sfs_attribute_differs(from, to, SFS_COLUMN_TYPE);
	}
	if (from->id.kind != SFS_TABLE) {
		return false;
	}
	const struct sfs_object *part;
	size_t columns = 0, found = 0, other = 0;

	sfs_parts_foreach (part, from) {
		if (part->id.kind == SFS_COLUMN) {
			columns++;
			found += sfs_object_part(to, SFS_COLUMN, part->id.name) != NULL;
		}
	}
	sfs_parts_foreach (part, to) {
		other += part->id.kind == SFS_COLUMN;
	}
	return columns && found == columns && other == columns;
}

static void
ask(struct sfs_diff *diff)
{
	sfs_vec_foreach (dropped, &diff->changes) {
		const struct sfs_object *from = dropped->from;

		if (dropped->action != SFS_DROP ||
			(from->owner && !diff->counterpart[from->owner->index])) {
			continue;
		}
		sfs_vec_foreach (added, &diff->changes) {
			const struct sfs_object *to = added->to;

			if (added->action == SFS_CREATE &&
				!(to->owner && !diff->origin[to->owner->index]) &&
				looks_like(from, to)) {
				sfs_vec_push(&diff->questions, (struct sfs_question){ from, to });
			}
		}
	}
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

int
sfs_diff_make(const struct sfs_catalog *from, const struct sfs_catalog *to,
	const struct sfs_renames *renames, struct sfs_diff *ret_diff, struct sfs_error *err)
{
	struct sfs_diff diff sfs_auto(diff) = { .from = from, .to = to };

	if (renames) {
		int r = check_renames(from, to, renames, err);
		if (r < 0) {
			return r;
		}
	}
	diff.counterpart = sfs_alloc((from->objects.len + 1) * sizeof(struct sfs_object *));
	diff.origin = sfs_alloc((to->objects.len + 1) * sizeof(struct sfs_object *));
	sfs_vec_foreach (object, &to->objects) {
		if (!is_only_shown(*object)) {
			match_object(&diff, *object, renames);
		}
	}
	sfs_vec_foreach (object, &from->objects) {
		if (!diff.counterpart[(*object)->index] && !is_only_shown(*object)) {
			add_change(&diff, SFS_DROP, *object, NULL, 0);
		}
	}
	if (diff.changes.len) {
		qsort(diff.changes.items, diff.changes.len, sizeof *diff.changes.items,
			compare_changes);
		ask(&diff);
	}
	*ret_diff = diff;
	memset(&diff, 0, sizeof diff);
	return 0;
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

	if (sfs_diff_make(got, wanted, NULL, &diff, NULL) < 0) {
		return false;
	}
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
