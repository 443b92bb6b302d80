// SPDX-License-Identifier: MIT
/*
 * A part that goes and one that comes, equal but for the name: it is renamed. Whoever renames a
 * table does not think of the names that the server gave to its keys and sequences.
 */
#include <string.h>

#include "diff/compare.h"
#include "drivers/postgres/plan/planner.h"

static bool
can_pair(const struct sfs_object *object)
{
	return object->owner &&
	       (object->id.kind == SFS_CONSTRAINT || object->id.kind == SFS_INDEX ||
		       object->id.kind == SFS_STATISTICS || object->id.kind == SFS_SEQUENCE);
}

/* What the table had that nothing in `to` stands for, and that is this but for its name. */
static const struct sfs_object *
find_twin(
	const struct sfs_diff *diff, const struct sfs_object *to, const struct sfs_renames *renames)
{
	const struct sfs_object *table = diff->origin[to->owner->index], *part;

	if (!table || !can_pair(to)) {
		return NULL;
	}
	sfs_parts_foreach (part, table) {
		if (part->id.kind == to->id.kind && !diff->counterpart[part->index] &&
			!(sfs_objects_compare_renamed(diff->from, part, to, renames) >>
				SFS_ATTR_COMMON)) {
			return part;
		}
	}
	return NULL;
}

/* A sequence that another column owns, or none, is still that sequence. */
static const struct sfs_object *
find_sequence(const struct sfs_diff *diff, const struct sfs_object *to)
{
	if (to->id.kind != SFS_SEQUENCE) {
		return NULL;
	}
	sfs_vec_foreach (change, &diff->changes) {
		const struct sfs_object *from = change->from;

		if (change->action == SFS_DROP && from->id.kind == SFS_SEQUENCE &&
			!diff->counterpart[from->index] &&
			sfs_streq(from->id.namespace, to->id.namespace) &&
			strcmp(from->id.name, to->id.name) == 0) {
			return from;
		}
	}
	return NULL;
}

static void
collect_renames(const struct sfs_diff *diff, struct sfs_renames *ret)
{
	sfs_vec_foreach (change, &diff->changes) {
		if (change->action == SFS_RENAME) {
			struct sfs_rename rename = { .from = change->from->id,
				.to = change->to->id };

			sfs_vec_push(ret, rename);
		}
	}
	if (!diff->renames) {
		return;
	}
	sfs_vec_foreach (rename, diff->renames) {
		if (rename->to_label) {
			sfs_vec_push(ret, *rename);
		}
	}
}

/* Turns each CREATE with a twin into a RENAME; what the twin's DROP was for is gone. */
static bool
pair(struct sfs_diff *diff, struct sfs_renames *renames)
{
	bool found = false;

	sfs_vec_foreach (change, &diff->changes) {
		const struct sfs_object *twin = NULL;

		if (change->action == SFS_CREATE) {
			twin = find_sequence(diff, change->to);
		}
		if (twin) {
			diff->counterpart[twin->index] = change->to;
			diff->origin[change->to->index] = twin;
			change->action = SFS_ALTER;
			change->from = twin;
			found = true;
			continue;
		}
		if (change->action == SFS_CREATE && change->to->owner) {
			twin = find_twin(diff, change->to, renames);
		}
		if (twin) {
			struct sfs_rename rename = { .from = twin->id, .to = change->to->id };

			sfs_vec_push(renames, rename);
			diff->counterpart[twin->index] = change->to;
			diff->origin[change->to->index] = twin;
			change->action = SFS_RENAME;
			change->from = twin;
			found = true;
		}
	}
	return found;
}

/* With the new names known less may differ than it seemed: a default that names a sequence. */
static void
compare_again(struct sfs_diff *diff, const struct sfs_renames *renames)
{
	size_t kept = 0;

	sfs_vec_foreach (change, &diff->changes) {
		bool paired = change->action == SFS_DROP && diff->counterpart[change->from->index];

		if (change->action == SFS_ALTER || change->action == SFS_RENAME) {
			change->attributes = sfs_objects_compare_renamed(
				diff->from, change->from, change->to, renames);
		}
		if (!paired && (change->action != SFS_ALTER || change->attributes)) {
			diff->changes.items[kept++] = *change;
		}
	}
	diff->changes.len = kept;
}

static void *
copy(const void *items, size_t n, size_t size)
{
	void *copied = sfs_alloc((n + 1) * size);

	if (n) {
		memcpy(copied, items, n * size);
	}
	return copied;
}

void
pg_pair(const struct sfs_diff *diff, struct sfs_diff *ret_diff)
{
	struct sfs_renames renames = { 0 };

	*ret_diff = *diff;
	ret_diff->arena = NULL;
	memset(&ret_diff->labels, 0, sizeof ret_diff->labels);
	ret_diff->questions.items =
		copy(diff->questions.items, diff->questions.len, sizeof *diff->questions.items);
	ret_diff->changes.items =
		copy(diff->changes.items, diff->changes.len, sizeof *diff->changes.items);
	ret_diff->counterpart =
		copy(diff->counterpart, diff->from->objects.len, sizeof *diff->counterpart);
	ret_diff->origin = copy(diff->origin, diff->to->objects.len, sizeof *diff->origin);
	collect_renames(diff, &renames);
	if (pair(ret_diff, &renames)) {
		compare_again(ret_diff, &renames);
	}
	sfs_vec_finish(&renames);
}
