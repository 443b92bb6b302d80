// SPDX-License-Identifier: MIT
/* Catalogs: objects in an arena, found by identity and by tag through indexes without keys. */
#include <string.h>

#include "base/alloc.h"
#include "catalog/catalog.h"
#include "catalog/graph.h"

/* Values up to this length are kept once: type names, "true", short defaults repeat endlessly. */
#define INTERN_MAX 32

struct slot {
	uint32_t hash;     /* the upper half: the lower one chose the slot */
	uint32_t position; /* 1 + index in the catalog's list, 0 when free */
};

/* Open addressing with linear probing; at most half full. The keys are in the objects. */
struct table {
	struct slot *slots; /* owned */
	size_t size;        /* a power of two, 0 before the first insert */
	size_t len;
};

struct sfs_catalog_index {
	struct table identities, tags;
};

struct sfs_catalog *
sfs_catalog_create(void)
{
	struct sfs_catalog *catalog = sfs_alloc(sizeof *catalog);

	catalog->arena = sfs_arena_create();
	catalog->index = sfs_alloc(sizeof *catalog->index);
	return catalog;
}

void
sfs_catalog_destroy(struct sfs_catalog *catalog)
{
	if (!catalog) {
		return;
	}
	sfs_graph_destroy(catalog->graph);
	free(catalog->index->identities.slots);
	free(catalog->index->tags.slots);
	free(catalog->index);
	sfs_vec_finish(&catalog->objects);
	sfs_vec_finish(&catalog->invisible);
	sfs_arena_destroy(catalog->arena);
	free(catalog);
}

static void
place(struct table *table, uint64_t hash, uint32_t position)
{
	size_t at = hash & (table->size - 1);

	while (table->slots[at].position) {
		at = (at + 1) & (table->size - 1);
	}
	table->slots[at] = (struct slot){ (uint32_t)(hash >> 32), position };
	table->len++;
}

static uint64_t
hash_tag(uint64_t tag)
{
	/* Tags count up in their low bits: multiply and fold, so that both halves depend on all. */
	tag *= UINT64_C(0x9e3779b97f4a7c15);
	return tag ^ tag >> 29;
}

static uint64_t
hash_of(const struct sfs_object *object, bool by_tag)
{
	return by_tag ? hash_tag(object->tag) : sfs_identity_hash(&object->id);
}

/* Makes a table anew with room for `len` entries. */
static void
rebuild(const struct sfs_catalog *catalog, struct table *table, bool by_tag, size_t len)
{
	size_t size = 64;

	while (size < len * 2) {
		size *= 2;
	}
	free(table->slots);
	*table = (struct table){ .slots = sfs_alloc(size * sizeof *table->slots), .size = size };
	for (size_t i = 0; i < catalog->objects.len; i++) {
		const struct sfs_object *object = catalog->objects.items[i];

		if (!by_tag || object->tag) {
			place(table, hash_of(object, by_tag), (uint32_t)i + 1);
		}
	}
}

static struct sfs_object *
find(const struct sfs_catalog *catalog, const struct sfs_identity *id, uint64_t hash)
{
	const struct table *table = &catalog->index->identities;

	if (!table->size) {
		return NULL;
	}
	for (size_t at = hash & (table->size - 1); table->slots[at].position;
		at = (at + 1) & (table->size - 1)) {
		if (table->slots[at].hash != (uint32_t)(hash >> 32)) {
			continue;
		}
		struct sfs_object *object = catalog->objects.items[table->slots[at].position - 1];
		if (sfs_identity_equal(&object->id, id)) {
			return object;
		}
	}
	return NULL;
}

struct sfs_object *
sfs_catalog_find(const struct sfs_catalog *catalog, const struct sfs_identity *id)
{
	return find(catalog, id, sfs_identity_hash(id));
}

struct sfs_object *
sfs_catalog_relation(const struct sfs_catalog *catalog, const char *namespace, const char *name)
{
	static const enum sfs_kind relations[] = { SFS_TABLE, SFS_VIEW, SFS_MATERIALIZED_VIEW,
		SFS_FOREIGN_TABLE };

	for (size_t i = 0; i < sizeof relations / sizeof *relations; i++) {
		struct sfs_object *object = sfs_catalog_find(catalog,
			&(struct sfs_identity){
				.kind = relations[i], .namespace = namespace, .name = name });

		if (object) {
			return object;
		}
	}
	return NULL;
}

/* A copy of what repeats in one table or over all of them, shared where that costs nothing. */
static const char *
shared(struct sfs_catalog *catalog, const char *text, const char *candidate)
{
	if (candidate && sfs_streq(text, candidate)) {
		return candidate;
	}
	return sfs_arena_intern(catalog->arena, text);
}

static struct sfs_identity
keep_identity(
	struct sfs_catalog *catalog, const struct sfs_identity *id, const struct sfs_object *owner)
{
	bool repeats = id->kind == SFS_COLUMN || id->kind == SFS_TYPE_ATTRIBUTE;

	return (struct sfs_identity){
		.kind = id->kind,
		.namespace = shared(catalog, id->namespace, owner ? owner->id.namespace : NULL),
		.relation = shared(catalog, id->relation, owner ? owner->id.name : NULL),
		.name = repeats ? sfs_arena_intern(catalog->arena, id->name)
				: sfs_arena_strdup(catalog->arena, id->name),
		.signature = sfs_arena_intern(catalog->arena, id->signature),
	};
}

static const char *
keep_value(struct sfs_catalog *catalog, const char *value)
{
	return strnlen(value, INTERN_MAX + 1) > INTERN_MAX
		       ? sfs_arena_strdup(catalog->arena, value)
		       : sfs_arena_intern(catalog->arena, value);
}

static void
keep_values(struct sfs_catalog *catalog, struct sfs_object *object, const char *const *values)
{
	size_t n = sfs_kind_info(object->id.kind)->n_attributes, used = 0;

	for (size_t i = 0; i < n; i++) {
		if (values[i]) {
			object->present |= UINT64_C(1) << i;
			used++;
		}
	}
	if (used) {
		object->values = sfs_arena_alloc(catalog->arena, used * sizeof *object->values);
	}
	for (size_t i = 0, at = 0; i < n; i++) {
		if (values[i]) {
			object->values[at++] = keep_value(catalog, values[i]);
		}
	}
}

struct sfs_object *
sfs_catalog_add(struct sfs_catalog *catalog, const struct sfs_identity *id,
	struct sfs_object *owner, const char *const *values)
{
	struct table *table = &catalog->index->identities;
	uint64_t hash = sfs_identity_hash(id);

	if (find(catalog, id, hash)) {
		return NULL;
	}
	if ((table->len + 1) * 2 > table->size) {
		rebuild(catalog, table, false, (table->len + 1) * 2);
	}
	struct sfs_object *object = sfs_arena_alloc(catalog->arena, sizeof *object);
	object->id = keep_identity(catalog, id, owner);
	object->owner = owner;
	object->index = (uint32_t)catalog->objects.len;
	if (values) {
		keep_values(catalog, object, values);
	}
	if (owner) {
		sfs_object_append(owner, object);
	}
	sfs_vec_push(&catalog->objects, object);
	place(table, hash, object->index + 1);
	return object;
}

void
sfs_catalog_set(
	struct sfs_catalog *catalog, struct sfs_object *object, int attribute, const char *value)
{
	uint64_t bit = UINT64_C(1) << attribute;
	int slot = __builtin_popcountll(object->present & (bit - 1));
	int n = __builtin_popcountll(object->present);
	bool known = object->present & bit;

	if (value && known) {
		object->values[slot] = keep_value(catalog, value);
	} else if (value) {
		const char **values =
			sfs_arena_alloc(catalog->arena, (size_t)(n + 1) * sizeof *values);

		for (int i = 0; i < n; i++) {
			values[i + (i >= slot)] = object->values[i];
		}
		values[slot] = keep_value(catalog, value);
		object->values = values;
		object->present |= bit;
	} else if (known) {
		for (int i = slot; i + 1 < n; i++) {
			object->values[i] = object->values[i + 1];
		}
		object->present &= ~bit;
	}
}

static struct sfs_object *
copy_under(struct sfs_catalog *catalog, const struct sfs_object *object, struct sfs_object *owner)
{
	const char *values[64] = { NULL };
	size_t n = sfs_kind_info(object->id.kind)->n_attributes;

	for (size_t i = 0; i < n; i++) {
		values[i] = sfs_object_get(object, (int)i);
	}
	struct sfs_object *copy = sfs_catalog_add(catalog, &object->id, owner, values);
	if (!copy) {
		return NULL;
	}
	copy->position = object->position;
	copy->locked = object->locked;
	copy->unasked = object->unasked;
	copy->follows = object->follows;
	if (object->written) {
		copy->written = sfs_arena_strdup(catalog->arena, object->written);
	}
	if (object->tag) {
		sfs_catalog_tag(catalog, copy, object->tag);
	}
	struct sfs_object *part;
	sfs_parts_foreach (part, object) {
		(void)copy_under(catalog, part, copy);
	}
	return copy;
}

struct sfs_object *
sfs_catalog_copy(struct sfs_catalog *catalog, const struct sfs_object *object)
{
	return copy_under(catalog, object,
		object->owner ? sfs_catalog_find(catalog, &object->owner->id) : NULL);
}

void
sfs_catalog_tag(struct sfs_catalog *catalog, struct sfs_object *object, uint64_t tag)
{
	struct table *table = &catalog->index->tags;
	bool again = object->tag && object->tag != tag;

	if (tag == object->tag && sfs_catalog_by_tag(catalog, tag) == object) {
		return;
	}
	object->tag = tag;
	if (again || (table->len + 1) * 2 > table->size) {
		/* The rebuild finds this object's tag by itself. */
		rebuild(catalog, table, true, (table->len + 1) * 2);
	} else if (tag) {
		place(table, hash_tag(tag), object->index + 1);
	}
}

struct sfs_object *
sfs_catalog_by_tag(const struct sfs_catalog *catalog, uint64_t tag)
{
	const struct table *table = &catalog->index->tags;

	if (!table->size || !tag) {
		return NULL;
	}
	for (size_t at = hash_tag(tag) & (table->size - 1); table->slots[at].position;
		at = (at + 1) & (table->size - 1)) {
		struct sfs_object *object = catalog->objects.items[table->slots[at].position - 1];

		if (object->tag == tag) {
			return object;
		}
	}
	return NULL;
}

void
sfs_catalog_restate(const struct sfs_catalog *catalog, const struct sfs_object *object,
	const char *name, const char **ret_values)
{
	size_t n = sfs_kind_info(object->id.kind)->n_attributes;
	bool was = object->id.kind == SFS_NAMESPACE &&
		   sfs_streq(object->id.name, catalog->usual_namespace);
	bool is = object->id.kind == SFS_NAMESPACE && sfs_streq(name, catalog->usual_namespace);

	for (size_t i = 0; i < n; i++) {
		const char *value = sfs_object_get(object, (int)i);

		if (was != is && i < SFS_ATTR_COMMON && catalog->usual[i]) {
			/* There always is an owner: none is said where it is who owns all. */
			const char *nothing = i == SFS_ATTR_OWNER ? catalog->usual[i] : "";
			const char *absent = was ? catalog->usual[i] : nothing;
			const char *usual = was ? "" : catalog->usual[i];

			value = value ? value : absent;
			value = strcmp(value, usual) == 0 ? NULL : value;
		}
		ret_values[i] = value;
	}
}

static int
by_identity(const void *a, const void *b)
{
	return sfs_identity_compare(
		&(*(struct sfs_object *const *)a)->id, &(*(struct sfs_object *const *)b)->id);
}

void
sfs_catalog_seal(struct sfs_catalog *catalog)
{
	if (catalog->objects.len) {
		qsort(catalog->objects.items, catalog->objects.len, sizeof *catalog->objects.items,
			by_identity);
	}
	for (size_t i = 0; i < catalog->objects.len; i++) {
		struct sfs_object *object = catalog->objects.items[i];

		object->index = (uint32_t)i;
		sfs_object_sort_parts(object);
	}
	rebuild(catalog, &catalog->index->identities, false, catalog->objects.len + 1);
	if (catalog->index->tags.len) {
		rebuild(catalog, &catalog->index->tags, true, catalog->index->tags.len + 1);
	}
	sfs_graph_reindex(catalog);
}
