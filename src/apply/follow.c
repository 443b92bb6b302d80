// SPDX-License-Identifier: MIT
/* Which files follow a change that was made in others. */
#include "apply/follow.h"

struct follower {
	const struct sfs_catalog *catalog;
	bool *seen; /* owned; by index: a file that is in the diff, or found already */
	struct sfs_order *found;
};

static void follow_file(struct follower *f, const struct sfs_object *file, bool heir);

static bool
is_relation_with_rows(const struct sfs_object *object)
{
	return object->id.kind == SFS_TABLE || object->id.kind == SFS_FOREIGN_TABLE;
}

/* Partitions and those that inherit: what their parent gets they get. */
static bool
is_heir(const struct sfs_object *object)
{
	return is_relation_with_rows(object) && (sfs_object_has(object, SFS_TABLE_PARTITION_OF) ||
							sfs_object_has(object, SFS_TABLE_INHERITS));
}

/* Whether the server states anew what it keeps of such an object when what that uses changes. */
static bool
is_restated(const struct sfs_object *object)
{
	static const bool restated[SFS_KIND_COUNT] = {
		[SFS_DOMAIN] = true,
		[SFS_TABLE] = true,
		[SFS_FOREIGN_TABLE] = true,
		[SFS_VIEW] = true,
		[SFS_MATERIALIZED_VIEW] = true,
		[SFS_RULE] = true,
		[SFS_TRIGGER] = true,
		[SFS_POLICY] = true,
	};

	if (object->id.kind == SFS_FUNCTION || object->id.kind == SFS_PROCEDURE) {
		return sfs_object_has(object, SFS_FUNCTION_SQL_BODY);
	}
	return restated[object->id.kind];
}

static void
follow_users(struct follower *f, const struct sfs_object *used)
{
	struct sfs_objects users = sfs_graph_used_by(f->catalog, used);

	for (size_t i = 0; i < users.len; i++) {
		follow_file(f, sfs_object_filed(users.items[i]), false);
	}
}

static void
follow_heirs(struct follower *f, const struct sfs_object *parent)
{
	struct sfs_objects users = sfs_graph_used_by(f->catalog, parent);

	for (size_t i = 0; i < users.len; i++) {
		if (!users.items[i]->owner && is_heir(users.items[i])) {
			follow_file(f, users.items[i], true);
		}
	}
}

/* The columns of views and of heirs follow those of what they are made from, and so on. */
static void
follow_file(struct follower *f, const struct sfs_object *file, bool heir)
{
	bool view = file->id.kind == SFS_VIEW || file->id.kind == SFS_MATERIALIZED_VIEW;
	const struct sfs_object *part;

	if (f->seen[file->index] || !is_restated(file)) {
		return;
	}
	f->seen[file->index] = true;
	sfs_vec_push(f->found, file);
	if (!view && !heir) {
		return;
	}
	sfs_parts_foreach (part, file) {
		follow_users(f, part);
	}
	if (heir) {
		follow_heirs(f, file);
	} else {
		follow_users(f, file);
	}
}

/* Whether the change is in what others are made from, and not in what is said about the object. */
static bool
reaches_users(const struct sfs_change *change)
{
	const struct sfs_kind_info *info = sfs_kind_info(change->from->id.kind);

	for (size_t i = 0; i < info->n_attributes; i++) {
		if ((change->attributes >> i & 1) &&
			(info->attributes[i].flags & SFS_ATTR_REACHES)) {
			return true;
		}
	}
	return false;
}

static bool
reaches_heirs(const struct sfs_change *change)
{
	return change->action != SFS_ALTER || change->attributes >> SFS_ATTR_COMMON;
}

/* The table as it is, of which the change concerns a part; NULL: it is a new one, or no part. */
static const struct sfs_object *
table_of(const struct sfs_diff *diff, const struct sfs_change *change)
{
	const struct sfs_object *owner = NULL;

	if (change->from) {
		owner = change->from->owner;
	} else if (change->to->owner) {
		owner = diff->origin[change->to->owner->index];
	}
	return owner && is_relation_with_rows(owner) ? owner : NULL;
}

static void
skip_changed(struct follower *f, const struct sfs_diff *diff)
{
	sfs_vec_foreach (change, &diff->changes) {
		const struct sfs_object *table = table_of(diff, change);

		if (change->from) {
			f->seen[sfs_object_filed(change->from)->index] = true;
		} else if (table) {
			f->seen[table->index] = true;
		}
	}
}

void
sfs_follow_find(const struct sfs_diff *diff, struct sfs_order *ret_followers)
{
	bool *seen sfs_auto(free) = sfs_alloc((diff->from->objects.len + 1) * sizeof *seen);
	struct follower f = { .catalog = diff->from, .seen = seen, .found = ret_followers };

	skip_changed(&f, diff);
	sfs_vec_foreach (change, &diff->changes) {
		const struct sfs_object *table = table_of(diff, change);

		if (table && reaches_heirs(change)) {
			follow_heirs(&f, table);
		}
		if (change->from && change->to && reaches_users(change)) {
			follow_users(&f, change->from);
		}
	}
}
