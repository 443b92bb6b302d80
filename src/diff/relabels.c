// SPDX-License-Identifier: MIT
/* Labels of enums under new texts: one by one, passed on from one to the next, or in a ring. */
#include <errno.h>
#include <string.h>

#include "diff/labels.h"
#include "diff/renames.h"

/* What is said of one type. */
struct relabeling {
	SFS_VEC(struct sfs_rename *) items;
	struct sfs_labels old, new; /* as the catalogs have them */
	struct sfs_arena *arena;    /* the diff's */
};

static void
relabeling_finish(struct relabeling *r)
{
	sfs_vec_finish(&r->items);
	sfs_vec_finish(&r->old);
	sfs_vec_finish(&r->new);
}
SFS_DEFINE_AUTO_VALUE(relabeling, struct relabeling, relabeling_finish)

static bool
have(const struct sfs_labels *labels, const char *label)
{
	sfs_vec_foreach (other, labels) {
		if (strcmp(*other, label) == 0) {
			return true;
		}
	}
	return false;
}

/* The rename that takes the label away, or (`to`) brings it; NULL: none. */
static struct sfs_rename *
find(const struct relabeling *r, const char *label, bool to)
{
	sfs_vec_foreach (item, &r->items) {
		if (strcmp(to ? (*item)->to_label : (*item)->from_label, label) == 0) {
			return *item;
		}
	}
	return NULL;
}

/* Where the labels are passed on from; the rename itself where that is a ring. */
static struct sfs_rename *
head_of(const struct relabeling *r, struct sfs_rename *rename)
{
	struct sfs_rename *at = rename, *former;

	for (size_t i = 0; i < r->items.len; i++) {
		former = find(r, at->from_label, true);
		if (!former || former == rename) {
			return former ? rename : at;
		}
		at = former;
	}
	return at;
}

/* ---- whether it has been done ---- */

static const char *
renamed(const struct relabeling *r, const char *label)
{
	const struct sfs_rename *rename = find(r, label, false);

	return rename && !rename->done ? rename->to_label : label;
}

static bool
is_in_ring(const struct relabeling *r, const char *label)
{
	struct sfs_rename *rename = find(r, label, false);

	return rename && head_of(r, rename) == rename && find(r, label, true);
}

/* Whether the labels of rings stand in the order in which the type shall have them. */
static bool
is_in_order(const struct relabeling *r, bool after)
{
	size_t at = 0;

	sfs_vec_foreach (label, &r->old) {
		const struct sfs_rename *rename = find(r, *label, false);

		if (!is_in_ring(r, *label)) {
			continue;
		}
		while (at < r->new.len && !is_in_ring(r, r->new.items[at])) {
			at++;
		}
		if (at == r->new.len ||
			strcmp(r->new.items[at++], after ? rename->to_label : *label) != 0) {
			return false;
		}
	}
	return true;
}

/* The order of labels is part of the type: by it the exchange of two can be seen. */
static int
settle_ring(const struct relabeling *r, struct sfs_rename *rename, struct sfs_error *err)
{
	bool after = is_in_order(r, true);

	if (!after && !is_in_order(r, false)) {
		return sfs_rename_unfit(rename,
			"labels are exchanged, and their order is neither that of before nor that of "
			"afterwards",
			err);
	}
	rename->done = !after;
	return 0;
}

static int
settle(const struct relabeling *r, struct sfs_rename *rename, struct sfs_error *err)
{
	const struct sfs_rename *head = head_of(r, rename);

	if (!have(&r->new, rename->to_label)) {
		return sfs_rename_unfit(rename, "nothing of the new name is defined", err);
	}
	if (head == rename && find(r, rename->from_label, true)) {
		return settle_ring(r, rename, err);
	}
	if (!have(&r->old, head->from_label)) {
		rename->done = have(&r->old, rename->to_label);
		return rename->done
			       ? 0
			       : sfs_rename_unfit(rename, "there is nothing of that name", err);
	}
	if (!have(&r->old, rename->from_label)) {
		return sfs_rename_unfit(rename, "there is nothing of that name", err);
	}
	if (have(&r->new, rename->from_label) && !find(r, rename->from_label, true)) {
		return sfs_rename_unfit(rename, "the old name is still defined", err);
	}
	if (have(&r->old, rename->to_label) && !find(r, rename->to_label, false)) {
		return sfs_rename_unfit(rename, "the new name is there already", err);
	}
	return 0;
}

/* ---- in which order ---- */

/* A label that nothing has, for as long as another one takes its place. */
static const char *
spare_label(const struct relabeling *r)
{
	const char *label = "schemafs_swap";

	for (unsigned i = 2; have(&r->old, label) || have(&r->new, label); i++) {
		label = sfs_arena_printf(r->arena, "schemafs_swap_%u", i);
	}
	return label;
}

/* The first whose new text nothing has; NULL where that is only so when one steps aside. */
static struct sfs_rename *
next(const struct relabeling *r, const struct sfs_labels *now, const bool *written, size_t *ret)
{
	for (size_t i = 0; i < r->items.len; i++) {
		if (!written[i] && !r->items.items[i]->done &&
			!have(now, r->items.items[i]->to_label)) {
			*ret = i;
			return r->items.items[i];
		}
	}
	return NULL;
}

static void
replace(struct sfs_labels *labels, const char *old, const char *new)
{
	sfs_vec_foreach (label, labels) {
		if (strcmp(*label, old) == 0) {
			*label = new;
			return;
		}
	}
}

static void
write_renames(const struct relabeling *r, const struct sfs_object *type, struct sfs_diff *diff)
{
	bool *written sfs_auto(free) = sfs_alloc(r->items.len + 1);
	struct sfs_labels now = { 0 };
	const char *aside = NULL, *spare = spare_label(r);
	size_t left = 0, at;

	sfs_vec_foreach (label, &r->old) {
		sfs_vec_push(&now, *label);
	}
	sfs_vec_foreach (item, &r->items) {
		left += !(*item)->done;
	}
	while (left) {
		const struct sfs_rename *rename = next(r, &now, written, &at);

		if (rename) {
			bool was = aside && strcmp(rename->from_label, aside) == 0;
			const char *from = was ? spare : rename->from_label;

			sfs_vec_push(&diff->labels, (struct sfs_relabel){ type, from,
							    rename->to_label, rename->from_label });
			replace(&now, from, rename->to_label);
			aside = was ? NULL : aside;
			written[at] = true;
			left--;
			continue;
		}
		for (at = 0; written[at] || r->items.items[at]->done; at++) {
		}
		aside = r->items.items[at]->from_label;
		sfs_vec_push(&diff->labels, (struct sfs_relabel){ type, aside, spare, NULL });
		replace(&now, aside, spare);
	}
	sfs_vec_finish(&now);
}

/* ---- the whole ---- */

/* The type as it is: under the name that it had, or has by now. */
static struct sfs_object *
find_type(const struct sfs_catalog *from, const struct sfs_renames *renames,
	const struct sfs_identity *to)
{
	struct sfs_identity former = sfs_former_place(renames, to);
	struct sfs_object *old;

	sfs_vec_foreach (other, renames) {
		if (!other->to_label && sfs_identity_equal(&other->to, to)) {
			former = other->from;
		}
	}
	old = sfs_catalog_find(from, &former);
	return old ? old : sfs_catalog_find(from, to);
}

static bool
is_first(const struct sfs_renames *renames, size_t index)
{
	for (size_t i = 0; i < index; i++) {
		if (renames->items[i].to_label &&
			sfs_identity_equal(&renames->items[i].to, &renames->items[index].to)) {
			return false;
		}
	}
	return renames->items[index].to_label != NULL;
}

int
sfs_labels_settle(struct sfs_catalog *from, const struct sfs_catalog *to,
	struct sfs_renames *renames, size_t first, struct sfs_diff *diff, struct sfs_error *err)
{
	struct relabeling all sfs_auto(relabeling) = { 0 };
	struct sfs_labels labels = { 0 };
	const struct sfs_object *new;
	struct sfs_object *old;
	int r = 0;

	if (!is_first(renames, first)) {
		return 0;
	}
	new = sfs_catalog_find(to, &renames->items[first].to);
	old = find_type(from, renames, &renames->items[first].to);
	if (!new) {
		return sfs_rename_unfit(
			&renames->items[first], "nothing of the new name is defined", err);
	}
	if (!old) {
		return sfs_rename_unfit(&renames->items[first], "there is no such type", err);
	}
	all.arena = sfs_diff_arena(diff);
	sfs_labels_read(old, all.arena, &all.old);
	sfs_labels_read(new, all.arena, &all.new);
	for (size_t i = first; i < renames->len; i++) {
		if (renames->items[i].to_label &&
			sfs_identity_equal(&renames->items[i].to, &renames->items[first].to)) {
			sfs_vec_push(&all.items, &renames->items[i]);
		}
	}
	for (size_t i = 0; r == 0 && i < all.items.len; i++) {
		r = settle(&all, all.items.items[i], err);
	}
	if (r < 0) {
		return r;
	}
	write_renames(&all, old, diff);
	sfs_vec_foreach (label, &all.old) {
		sfs_vec_push(&labels, renamed(&all, *label));
	}
	sfs_labels_write(from, old, &labels);
	sfs_vec_finish(&labels);
	return 0;
}
