// SPDX-License-Identifier: MIT
/* What is shown already, so that only what changed is read again. */
#include "fs/known.h"

#include <string.h>

#include "base/alloc.h"
#include "base/map.h"
#include "catalog/path.h"

enum {
	/* Past these a reading of everything is the cheaper one. */
	MANY = 500,
	MANY_SHARE = 4,
};

void
mnt_known_finish(struct mnt_known *known)
{
	sfs_vec_foreach (object, &known->objects) {
		free(object->path);
	}
	sfs_vec_finish(&known->objects);
}

/* ---- by tag ---- */

static int
by_tag(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Both lists hold structures that begin with their tag, in its order. */
static void *
find(const void *items, size_t len, size_t size, uint64_t tag)
{
	return len ? bsearch(&tag, items, len, size, by_tag) : NULL;
}

static const struct mnt_known_object *
find_known(const struct mnt_known *known, uint64_t tag)
{
	return find(known->objects.items, known->objects.len, sizeof *known->objects.items, tag);
}

static const struct sfs_census_entry *
find_counted(const struct sfs_census *census, uint64_t tag)
{
	return find(census->items, census->len, sizeof *census->items, tag);
}

static bool
has_tag(const struct mnt_tags *tags, uint64_t tag)
{
	return find(tags->items, tags->len, sizeof *tags->items, tag) != NULL;
}

/* In order and each once. */
static void
tidy(struct mnt_tags *tags)
{
	size_t kept = 0;

	if (!tags->len) {
		return;
	}
	qsort(tags->items, tags->len, sizeof *tags->items, by_tag);
	for (size_t i = 0; i < tags->len; i++) {
		if (!kept || tags->items[kept - 1] != tags->items[i]) {
			tags->items[kept++] = tags->items[i];
		}
	}
	tags->len = kept;
}

/* ---- building ---- */

/* The objects with files, by tag. */
struct filed {
	uint64_t tag;
	const struct sfs_object *object;
};
struct filed_list SFS_VEC_OF(struct filed);

static void
list_filed(const struct sfs_catalog *catalog, struct filed_list *list)
{
	sfs_vec_foreach (object, &catalog->objects) {
		if (!(*object)->owner && (*object)->tag) {
			sfs_vec_push(list, (struct filed){ (*object)->tag, *object });
		}
	}
	if (list->len) {
		qsort(list->items, list->len, sizeof *list->items, by_tag);
	}
}

static char *
path_of(const struct filed_list *list, uint64_t tag)
{
	struct sfs_str path = SFS_STR_INIT;
	const struct filed *filed = find(list->items, list->len, sizeof *list->items, tag);

	if (!filed) {
		return NULL;
	}
	sfs_path_of(&filed->object->id, &path);
	return sfs_str_steal(&path);
}

void
mnt_known_build(
	struct mnt_known *known, const struct sfs_census *census, const struct sfs_catalog *catalog)
{
	struct filed_list list = { 0 };

	mnt_known_finish(known);
	list_filed(catalog, &list);
	sfs_vec_foreach (entry, census) {
		sfs_vec_push(&known->objects, (struct mnt_known_object){ entry->tag, entry->sign,
						      path_of(&list, entry->tag) });
	}
	sfs_vec_finish(&list);
}

void
mnt_known_suppose(const struct mnt_known *known, const struct sfs_census *recent,
	struct sfs_census *ret_census)
{
	size_t i = 0, j = 0;

	while (i < known->objects.len || j < recent->len) {
		const struct mnt_known_object *old =
			i < known->objects.len ? &known->objects.items[i] : NULL;
		const struct sfs_census_entry *now = j < recent->len ? &recent->items[j] : NULL;
		bool is_recent = now && (!old || now->tag <= old->tag);

		i += !is_recent || (old && old->tag == now->tag);
		j += is_recent;
		sfs_vec_push(ret_census,
			is_recent ? *now : (struct sfs_census_entry){ old->tag, old->sign });
	}
}

void
mnt_known_doubt(struct mnt_known *known, const struct sfs_map *paths)
{
	sfs_vec_foreach (object, &known->objects) {
		if (object->path && sfs_map_has(paths, object->path)) {
			object->sign = 0;
		}
	}
}

/* ---- comparing ---- */

/* What differs, walking both in the order of tags; false: too much, or what is not told apart. */
static bool
list_differences(
	const struct mnt_known *known, const struct sfs_census *census, struct mnt_tags *tags)
{
	size_t i = 0, j = 0;

	while (i < known->objects.len || j < census->len) {
		const struct mnt_known_object *old =
			i < known->objects.len ? &known->objects.items[i] : NULL;
		const struct sfs_census_entry *now = j < census->len ? &census->items[j] : NULL;
		bool gone = old && (!now || old->tag < now->tag);
		bool fresh = now && (!old || now->tag < old->tag);

		if (gone || fresh || old->sign != now->sign) {
			sfs_vec_push(tags, gone ? old->tag : now->tag);
		}
		i += !fresh;
		j += !gone;
	}
	return !tags->len || tags->items[0] != 0;
}

/* Adds all that stand in a file of `paths` and are there still; whether that was news. */
static bool
add_neighbours(const struct mnt_known *known, const struct sfs_census *census,
	const struct sfs_map *paths, struct mnt_tags *tags)
{
	struct mnt_tags more = { 0 };

	sfs_vec_foreach (object, &known->objects) {
		if (object->path && sfs_map_has(paths, object->path) &&
			!has_tag(tags, object->tag) && find_counted(census, object->tag)) {
			sfs_vec_push(&more, object->tag);
		}
	}
	bool found = more.len > 0;
	sfs_vec_foreach (tag, &more) {
		sfs_vec_push(tags, *tag);
	}
	sfs_vec_finish(&more);
	tidy(tags);
	return found;
}

bool
mnt_known_compare(
	const struct mnt_known *known, const struct sfs_census *census, struct mnt_tags *ret_tags)
{
	struct sfs_map *paths sfs_auto(map) = sfs_map_create();

	if (!known->objects.len || !list_differences(known, census, ret_tags) ||
		(ret_tags->len > MANY && ret_tags->len > census->len / MANY_SHARE)) {
		return false;
	}
	sfs_vec_foreach (tag, ret_tags) {
		const struct mnt_known_object *object = find_known(known, *tag);

		if (object && object->path) {
			sfs_map_set(paths, object->path, NULL);
		}
	}
	(void)add_neighbours(known, census, paths, ret_tags);
	return true;
}

bool
mnt_known_complete(const struct mnt_known *known, const struct sfs_census *census,
	const struct sfs_catalog *catalog, struct mnt_tags *tags)
{
	struct sfs_map *paths sfs_auto(map) = sfs_map_create();
	struct sfs_arena *arena sfs_auto(arena) = sfs_arena_create();
	struct filed_list list = { 0 };

	list_filed(catalog, &list);
	sfs_vec_foreach (filed, &list) {
		char *path sfs_auto(free) = path_of(&list, filed->tag);

		sfs_map_set(paths, sfs_arena_strdup(arena, path), NULL);
		sfs_vec_push(tags, filed->tag);
	}
	/* What came as a dependant counts as asked for: it need not be read anew. */
	tidy(tags);
	bool more = add_neighbours(known, census, paths, tags);
	sfs_vec_finish(&list);
	return more;
}

bool
mnt_known_misses(const struct mnt_known *known, const struct sfs_census *census,
	const struct sfs_catalog *catalog, const struct mnt_tags *tags)
{
	struct filed_list list = { 0 };
	bool misses = false;

	list_filed(catalog, &list);
	sfs_vec_foreach (tag, tags) {
		const struct mnt_known_object *object = find_known(known, *tag);

		misses |= object && object->path && find_counted(census, *tag) &&
			  !find(list.items, list.len, sizeof *list.items, *tag);
	}
	sfs_vec_finish(&list);
	return misses;
}

void
mnt_known_update(struct mnt_known *known, const struct sfs_census *census,
	const struct mnt_tags *tags, const struct sfs_catalog *catalog, struct mnt_known *former,
	struct mnt_paths *old_paths)
{
	struct filed_list list = { 0 };
	struct mnt_known now = { 0 };

	list_filed(catalog, &list);
	sfs_vec_foreach (object, &known->objects) {
		bool read = has_tag(tags, object->tag) ||
			    find(list.items, list.len, sizeof *list.items, object->tag);

		if (read && object->path) {
			sfs_vec_push(old_paths, object->path);
		}
	}
	sfs_vec_foreach (entry, census) {
		const struct mnt_known_object *old = find_known(known, entry->tag);
		char *path = path_of(&list, entry->tag);

		if (!path && old && !has_tag(tags, entry->tag)) {
			path = sfs_strdup(old->path);
		}
		sfs_vec_push(
			&now.objects, (struct mnt_known_object){ entry->tag, entry->sign, path });
	}
	sfs_vec_finish(&list);
	*former = *known;
	*known = now;
}
