// SPDX-License-Identifier: MIT
/* Foreign keys that come late: those of a table that is attached before those of its parent. */
#include <stdlib.h>

#include "drivers/postgres/scratch/load.h"

enum { DEPTH_MAX = 64 };

static const char *
key_of(struct sfs_arena *arena, const char *namespace, const char *name)
{
	return sfs_arena_printf(arena, "%s\x01%s", namespace ? namespace : "", name);
}

static const char *
target_of(struct sfs_arena *arena, const struct pg_stmt *statement)
{
	const struct pg_ref *target = statement->head.targets.items;

	return key_of(
		arena, target->namespace ? target->namespace : statement->namespace, target->name);
}

/* The table that the statement attaches as a partition: NULL for every other statement. */
static const char *
attached_by(struct sfs_arena *arena, const struct pg_stmt *statement)
{
	struct pg_ref child;

	return pg_statement_attaches(statement, arena, &child)
		       ? key_of(arena, child.namespace, child.name)
		       : NULL;
}

struct late {
	size_t task, place;
	unsigned depth; /* how many tables stand above it */
};

static int
compare(const void *a, const void *b)
{
	const struct late *one = a, *two = b;

	if (one->depth != two->depth) {
		return one->depth > two->depth ? -1 : 1;
	}
	return one->place < two->place ? -1 : one->place > two->place;
}

void
pg_order_attached(const struct pg_tasks *tasks, struct pg_order *keys)
{
	struct sfs_arena *arena sfs_auto(arena) = sfs_arena_create();
	struct sfs_map *parents = sfs_map_create();
	struct late *all sfs_auto(free) = sfs_alloc((keys->len + 1) * sizeof *all);

	sfs_vec_foreach (task, tasks) {
		const char *child = task->key ? NULL : attached_by(arena, task->statement);

		if (child) {
			const char *parent = target_of(arena, task->statement);

			sfs_map_set(parents, child, (void *)(uintptr_t)parent);
		}
	}
	for (size_t i = 0; i < keys->len; i++) {
		const char *table = target_of(arena, tasks->items[keys->items[i]].statement);

		all[i] = (struct late){ .task = keys->items[i], .place = i };
		while ((table = sfs_map_get(parents, table)) && all[i].depth < DEPTH_MAX) {
			all[i].depth++;
		}
	}
	qsort(all, keys->len, sizeof *all, compare);
	for (size_t i = 0; i < keys->len; i++) {
		keys->items[i] = all[i].task;
	}
	sfs_map_destroy(parents);
}
