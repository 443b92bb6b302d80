// SPDX-License-Identifier: MIT
/* Whether renames fit the two catalogs; a rename that fits nothing is an error. */
#include <errno.h>
#include <string.h>

#include "diff/compare.h"
#include "diff/renames.h"
#include "sql/quote.h"

int
sfs_rename_unfit(const struct sfs_rename *rename, const char *why, struct sfs_error *err)
{
	struct sfs_str from sfs_auto(str) = SFS_STR_INIT;

	if (rename->from_label) {
		sfs_str_addf(&from, "label '%s' of ", rename->from_label);
	}
	sfs_identity_describe(&rename->from, &from);
	(void)sfs_error_set(err, EINVAL, "renamed from %s: %s", sfs_str_text(&from), why);
	if (err) {
		err->file = sfs_strdup(rename->file);
		err->line = rename->line;
		err->column = rename->line && !rename->column ? 1 : rename->column;
	}
	return -EINVAL;
}

/* ---- functions ---- */

static const struct sfs_object *
find_former(const struct sfs_catalog *from, const struct sfs_rename *rename, const char *signature)
{
	struct sfs_identity id = rename->from;

	id.signature = signature;
	return sfs_catalog_find(from, &id);
}

/* The function meant: of the new name, with the arguments that one of the old name has. */
static void
settle_signature(const struct sfs_catalog *from, const struct sfs_catalog *to,
	const struct sfs_renames *renames, struct sfs_diff *diff, struct sfs_rename *rename)
{
	if (!sfs_kind_info(rename->to.kind)->overloaded || rename->to.signature) {
		return;
	}
	sfs_vec_foreach (at, &to->objects) {
		const struct sfs_identity *id = &(*at)->id;
		bool named = id->kind == rename->to.kind && sfs_streq(id->name, rename->to.name) &&
			     sfs_streq(id->namespace, rename->to.namespace);

		if (!named) {
			continue;
		}
		rename->to.signature = id->signature;
		rename->from.signature =
			sfs_identity_rewrite(SFS_POSTGRES, id, renames, true, sfs_diff_arena(diff))
				.signature;
		if (find_former(from, rename, rename->from.signature)) {
			return;
		}
	}
}

/* ---- objects ---- */

const struct sfs_rename *
sfs_rename_find(const struct sfs_renames *renames, const struct sfs_rename *except,
	const struct sfs_identity *id, bool to)
{
	sfs_vec_foreach (other, renames) {
		if (other != except && !other->to_label &&
			sfs_identity_equal(to ? &other->to : &other->from, id)) {
			return other;
		}
	}
	return NULL;
}

/* Whether names are passed on in a ring, so that none is free to begin with. */
static bool
is_ring(const struct sfs_renames *renames, const struct sfs_rename *first)
{
	const struct sfs_rename *at = first;

	for (size_t i = 0; at && i < renames->len; i++) {
		at = sfs_rename_find(renames, NULL, &at->to, false);
		if (at == first) {
			return true;
		}
	}
	return false;
}

/* ---- names passed on in a ring ---- */

static size_t
count_differences(const struct sfs_object *a, const struct sfs_object *b)
{
	const struct sfs_kind_info *info = sfs_kind_info(b->id.kind);
	size_t n = 0;

	for (size_t i = 0; i < info->n_attributes; i++) {
		n += !(info->attributes[i].flags & (SFS_ATTR_INFORMATIVE | SFS_ATTR_SECRET)) &&
		     sfs_attribute_differs(a, b, (int)i);
	}
	return n;
}

/* What a person knows a thing by; keys and indexes are called after their tables, whatever is in those. */
static bool
is_content(const struct sfs_object *part)
{
	return part->id.kind == SFS_COLUMN || part->id.kind == SFS_TYPE_ATTRIBUTE;
}

/* How far two objects, or the contents of them under the same names, are from being alike. */
static size_t
distance(const struct sfs_catalog *from, const struct sfs_identity *a, const struct sfs_object *b)
{
	const struct sfs_object *old = sfs_catalog_find(from, a), *part, *other;
	size_t n = old ? count_differences(old, b) : 1;

	sfs_parts_foreach (part, b) {
		other = old ? sfs_object_part(old, part->id.kind, part->id.name) : NULL;
		n += !is_content(part) ? 0 : other ? count_differences(other, part) : 1;
	}
	for (part = old ? old->first_part : NULL; part; part = part->next_part) {
		n += is_content(part) && !sfs_object_part(b, part->id.kind, part->id.name);
	}
	return n;
}

/* Whether those of a ring stand in the order that they shall have, under their new names or their old. */
static bool
is_in_order(const struct sfs_catalog *from, const struct sfs_catalog *to,
	const struct sfs_renames *renames, const struct sfs_rename *first, bool after)
{
	const struct sfs_rename *a = first;

	do {
		const struct sfs_rename *b = sfs_rename_find(renames, NULL, &a->to, false);

		for (; b != first; b = sfs_rename_find(renames, NULL, &b->to, false)) {
			const struct sfs_object *old_a = sfs_catalog_find(from, &a->from);
			const struct sfs_object *old_b = sfs_catalog_find(from, &b->from);
			const struct sfs_object *new_a =
				sfs_catalog_find(to, after ? &a->to : &a->from);
			const struct sfs_object *new_b =
				sfs_catalog_find(to, after ? &b->to : &b->from);

			if (!old_a || !old_b || !new_a || !new_b ||
				(old_a->position < old_b->position) !=
					(new_a->position < new_b->position)) {
				return false;
			}
		}
		a = sfs_rename_find(renames, NULL, &a->to, false);
	} while (a != first);
	return true;
}

/*
 * Once names have been exchanged both are there on both sides, as they were before: only by what they
 * stand for can it be seen whether the hints have been followed already.
 */
static int
settle_ring(const struct sfs_catalog *from, const struct sfs_catalog *to,
	const struct sfs_renames *renames, struct sfs_rename *rename, struct sfs_error *err)
{
	const struct sfs_rename *at = rename;
	size_t pending = 0, carried_out = 0;

	do {
		const struct sfs_object *new = sfs_catalog_find(to, &at->to);

		if (!new) {
			return sfs_rename_unfit(at, "nothing of the new name is defined", err);
		}
		pending += distance(from, &at->from, new);
		carried_out += distance(from, &at->to, new);
		at = sfs_rename_find(renames, NULL, &at->to, false);
	} while (at != rename);
	/* Attributes can not change places, so theirs tell; a column may stand anywhere. */
	if (pending == carried_out && rename->to.kind == SFS_TYPE_ATTRIBUTE) {
		pending += is_in_order(from, to, renames, rename, false);
		carried_out += is_in_order(from, to, renames, rename, true);
	}
	if (pending == carried_out) {
		int r = sfs_rename_unfit(rename,
			"names are exchanged, and what they stand for is so alike that nobody "
			"could tell whether that has been done",
			err);

		sfs_error_hint(err, "exchange them in a migration, by a third name");
		return r;
	}
	rename->done = carried_out < pending;
	return 0;
}

/* What its former name brought by itself is said from now on, or not any more. */
static void
restate(struct sfs_catalog *from, const struct sfs_rename *rename)
{
	struct sfs_object *object = sfs_catalog_find(from, &rename->from);
	size_t n = sfs_kind_info(rename->from.kind)->n_attributes;
	const char **values sfs_auto(free) = sfs_alloc((n + 1) * sizeof *values);

	if (!object || rename->done || rename->from.kind != SFS_NAMESPACE) {
		return;
	}
	sfs_catalog_restate(from, object, rename->to.name, values);
	for (size_t i = 0; i < n; i++) {
		sfs_catalog_set(from, object, (int)i, values[i]);
	}
}

static int
settle_object(const struct sfs_catalog *from, const struct sfs_catalog *to,
	const struct sfs_renames *renames, struct sfs_rename *rename, struct sfs_error *err)
{
	bool was = sfs_catalog_find(from, &rename->from) != NULL;

	if (!sfs_kind_is_named(rename->to.kind) &&
		strcmp(rename->from.name, rename->to.name) != 0) {
		return sfs_rename_unfit(
			rename, "what this is named after can not be changed by a rename", err);
	}
	if (!sfs_catalog_find(to, &rename->to)) {
		return sfs_rename_unfit(rename, "nothing of the new name is defined", err);
	}
	if (!was && !sfs_catalog_find(from, &rename->to)) {
		return sfs_rename_unfit(rename, "there is nothing of that name", err);
	}
	rename->done = !was;
	if (was && sfs_identity_equal(&rename->from, &rename->to)) {
		return sfs_rename_unfit(rename, "the old name is still defined", err);
	}
	if (was && rename->follows && is_ring(renames, rename)) {
		rename->done = renames->items[rename->follows - 1].done;
		return 0;
	}
	if (was && !rename->sure && is_ring(renames, rename)) {
		return settle_ring(from, to, renames, rename, err);
	}
	const struct sfs_object *still = sfs_catalog_find(to, &rename->from);
	if (was && !rename->sure && still && !still->unasked &&
		!sfs_rename_find(renames, rename, &rename->from, true)) {
		return sfs_rename_unfit(rename, "the old name is still defined", err);
	}
	if (was && !rename->over && sfs_catalog_find(from, &rename->to) &&
		!sfs_rename_find(renames, rename, &rename->to, false)) {
		return sfs_rename_unfit(rename, "the new name is there already", err);
	}
	return 0;
}

/* What the old name stands for; SQLite takes it in any case of its letters. */
static const struct sfs_object *
find_old(const struct sfs_catalog *from, const struct sfs_identity *old,
	const struct sfs_identity *new)
{
	const struct sfs_object *object = sfs_catalog_find(from, old);

	if (object || from->dialect != SFS_SQLITE) {
		return object;
	}
	sfs_vec_foreach (at, &from->objects) {
		const struct sfs_identity *id = &(*at)->id;

		if (id->kind == old->kind && !sfs_identity_equal(id, new) &&
			sfs_same_name(SFS_SQLITE, id->name, old->name) &&
			sfs_same_name(SFS_SQLITE, id->relation, old->relation) &&
			sfs_same_name(SFS_SQLITE, id->namespace, old->namespace)) {
			return *at;
		}
	}
	return NULL;
}

/* A part is told of under the new name of what it is a part of; it was in that of the old name. */
static void
settle_place(const struct sfs_catalog *from, const struct sfs_renames *renames,
	struct sfs_rename *rename)
{
	struct sfs_identity old = sfs_former_place(renames, &rename->from);
	const struct sfs_object *object =
		rename->to_label ? NULL : find_old(from, &old, &rename->to);

	if (object) {
		rename->from = object->id;
	}
}

/* Whether a rename before this one has the same end, or the same beginning. */
static bool
is_said_twice(const struct sfs_renames *renames, const struct sfs_rename *rename)
{
	sfs_vec_foreach (other, renames) {
		if (other == rename) {
			return false;
		}
		if (sfs_identity_equal(&other->to, &rename->to) &&
			sfs_streq(other->to_label, rename->to_label)) {
			return true;
		}
		if (sfs_identity_equal(&other->from, &rename->from) &&
			sfs_streq(other->from_label, rename->from_label)) {
			return true;
		}
	}
	return false;
}

int
sfs_renames_settle(struct sfs_catalog *from, const struct sfs_catalog *to,
	struct sfs_renames *renames, struct sfs_diff *diff, struct sfs_error *err)
{
	int r = 0;

	sfs_vec_foreach (rename, renames) {
		settle_signature(from, to, renames, diff, rename);
		settle_place(from, renames, rename);
	}
	/* Of a part whose owner's own place was not known yet: */
	sfs_vec_foreach (rename, renames) {
		settle_place(from, renames, rename);
	}
	for (size_t i = 0; i < renames->len; i++) {
		sfs_renames_add_children(
			from, to, renames, i); /* and their children, which come behind */
	}
	sfs_vec_foreach (rename, renames) {
		if (r == 0 && is_said_twice(renames, rename)) {
			r = sfs_rename_unfit(rename, "another is said to be renamed so, too", err);
		}
		if (r == 0 && !rename->to_label) {
			r = settle_object(from, to, renames, rename, err);
		}
	}
	for (size_t i = 0; r == 0 && i < renames->len; i++) {
		r = sfs_labels_settle(from, to, renames, i, diff, err);
	}
	for (size_t i = 0; r == 0 && i < renames->len; i++) {
		restate(from, &renames->items[i]);
	}
	return r;
}
