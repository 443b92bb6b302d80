// SPDX-License-Identifier: MIT
/* A drop beside an add of a like thing may be a rename. It is asked, never guessed. */
#include <string.h>

#include "diff/compare.h"
#include "diff/labels.h"
#include "diff/renames.h"

/* How many columns two relations have in common: by name and type. */
static size_t
common_columns(const struct sfs_object *from, const struct sfs_object *to)
{
	const struct sfs_object *part;
	size_t found = 0;

	sfs_parts_foreach (part, from) {
		const struct sfs_object *other =
			part->id.kind == SFS_COLUMN ? sfs_object_part(to, SFS_COLUMN, part->id.name)
						    : NULL;

		found += other && !sfs_attribute_differs(part, other, SFS_COLUMN_TYPE);
	}
	return found;
}

static size_t
count_columns(const struct sfs_object *relation)
{
	const struct sfs_object *part;
	size_t n = 0;

	sfs_parts_foreach (part, relation) {
		n += part->id.kind == SFS_COLUMN;
	}
	return n;
}

/* Two thirds of the columns of either are the other's, too. */
static bool
tables_look_alike(const struct sfs_object *from, const struct sfs_object *to)
{
	size_t a = count_columns(from), b = count_columns(to);
	size_t more = a > b ? a : b;

	return more && common_columns(from, to) * 3 >= more * 2;
}

static bool
parts_look_alike(const struct sfs_object *from, const struct sfs_object *to)
{
	const struct sfs_object *part;
	size_t n = 0, m = 0;

	sfs_parts_foreach (part, from) {
		const struct sfs_object *other = sfs_object_part(to, part->id.kind, part->id.name);

		if (!other || sfs_objects_compare(SFS_POSTGRES, part, other, NULL, false)) {
			return false;
		}
		n++;
	}
	sfs_parts_foreach (part, to) {
		m++;
	}
	return n == m;
}

/* Whether the new thing looks like the old one under another name. */
static bool
looks_like(const struct sfs_diff *diff, const struct sfs_object *from, const struct sfs_object *to)
{
	if (from->id.kind != to->id.kind) {
		return false;
	}
	switch ((int)from->id.kind) {
	case SFS_COLUMN:
		return (from->owner->id.kind == SFS_TABLE ||
			       from->owner->id.kind == SFS_FOREIGN_TABLE) &&
		       !sfs_object_has(to, SFS_COLUMN_INHERITED) &&
		       sfs_streq(from->id.namespace, to->id.namespace) &&
		       sfs_streq(from->id.relation, to->id.relation) &&
		       !sfs_attribute_differs(from, to, SFS_COLUMN_TYPE);
	case SFS_TABLE:
	case SFS_FOREIGN_TABLE:
		return tables_look_alike(from, to);
	case SFS_TYPE_ATTRIBUTE:
	case SFS_TRIGGER:
	case SFS_POLICY:
	case SFS_RULE:
		if (!sfs_streq(from->id.namespace, to->id.namespace) ||
			!sfs_streq(from->id.relation, to->id.relation)) {
			return false;
		}
		break;
	case SFS_NAMESPACE: /* empty ones all look alike */
	case SFS_EXTENSION:
	case SFS_DEFAULT_PRIVILEGES:
	case SFS_CONSTRAINT: /* the driver finds out by itself, and has nothing to lose */
	case SFS_INDEX:
	case SFS_STATISTICS:
	case SFS_DOMAIN_CONSTRAINT:
		return false;
	default:
		break;
	}
	return sfs_streq(from->id.signature, to->id.signature) &&
	       !sfs_objects_compare(diff->to->dialect, from, to, NULL, false) &&
	       parts_look_alike(from, to);
}

static void
ask_about_drop(struct sfs_diff *diff, const struct sfs_object *from)
{
	sfs_vec_foreach (added, &diff->changes) {
		const struct sfs_object *to = added->to;

		if (added->action == SFS_CREATE &&
			!(to->owner && !diff->origin[to->owner->index]) &&
			looks_like(diff, from, to)) {
			sfs_vec_push(
				&diff->questions, (struct sfs_question){ .from = from, .to = to });
		}
	}
}

static bool
has(const struct sfs_labels *labels, const char *label)
{
	sfs_vec_foreach (other, labels) {
		if (strcmp(*other, label) == 0) {
			return true;
		}
	}
	return false;
}

/* The one label that takes the place of another, with the same neighbours. */
static void
ask_about_labels(struct sfs_diff *diff, const struct sfs_change *change)
{
	struct sfs_labels old = { 0 }, new = { 0 };

	sfs_labels_read(change->from, sfs_diff_arena(diff), &old);
	sfs_labels_read(change->to, sfs_diff_arena(diff), &new);
	for (size_t i = 0; old.len == new.len &&i < old.len; i++) {
		if (!has(&new, old.items[i]) && !has(&old, new.items[i])) {
			sfs_vec_push(
				&diff->questions, (struct sfs_question){ change->from, change->to,
							  old.items[i], new.items[i] });
		}
	}
	sfs_vec_finish(&old);
	sfs_vec_finish(&new);
}

/* More pairs than this nobody could answer for, and looking at them all takes its time. */
enum { MAX_PAIRS = 1000000 };

static bool
is_too_much(const struct sfs_diff *diff)
{
	size_t dropped = 0, created = 0;

	sfs_vec_foreach (change, &diff->changes) {
		dropped += change->action == SFS_DROP;
		created += change->action == SFS_CREATE;
	}
	return created && dropped > MAX_PAIRS / created;
}

void
sfs_diff_ask(struct sfs_diff *diff)
{
	bool drops_too = !is_too_much(diff);

	sfs_vec_foreach (change, &diff->changes) {
		const struct sfs_object *from = change->from;

		if (drops_too && change->action == SFS_DROP &&
			!(from->owner && !diff->counterpart[from->owner->index])) {
			ask_about_drop(diff, from);
		} else if (change->from && change->to && change->to->id.kind == SFS_TYPE &&
			   change->attributes & UINT64_C(1) << SFS_TYPE_LABELS) {
			ask_about_labels(diff, change);
		}
	}
}
