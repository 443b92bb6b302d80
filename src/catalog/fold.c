// SPDX-License-Identifier: MIT
/* Parts in the least room: their texts one after the other, in a list at their owner. */
#include "catalog/fold.h"

#include <string.h>

struct sfs_folded {
	struct sfs_folded *next;
	uint32_t position;
	uint8_t kind;
	bool locked;
	char texts[]; /* its name; then of each value 1 + its attribute and the value; then a 0 */
};

enum { MAX_VALUES = 64 };

/* ---- folding ---- */

static char *
put(char *at, const char *text)
{
	size_t size = strlen(text) + 1;

	memcpy(at, text, size);
	return at + size;
}

static size_t
size_of(const struct sfs_identity *id, const char *const *values)
{
	size_t n = sfs_kind_info(id->kind)->n_attributes;
	size_t size = strlen(id->name) + 2;

	for (size_t i = 0; i < n; i++) {
		size += values[i] ? strlen(values[i]) + 2 : 0;
	}
	return size;
}

void
sfs_fold(struct sfs_catalog *catalog, const struct sfs_identity *id, struct sfs_object *owner,
	const char *const *values, uint32_t position, bool locked)
{
	size_t n = sfs_kind_info(id->kind)->n_attributes;
	struct sfs_folded *part = sfs_arena_alloc(
		catalog->arena, offsetof(struct sfs_folded, texts) + size_of(id, values));
	char *at = put(part->texts, id->name);

	for (size_t i = 0; i < n; i++) {
		if (values[i]) {
			*at++ = (char)(i + 1);
			at = put(at, values[i]);
		}
	}
	*at = 0;
	part->kind = (uint8_t)id->kind;
	part->position = position;
	part->locked = locked;
	part->next = owner->folded;
	owner->folded = part;
}

/* ---- unfolding ---- */

/* Its values by attribute, borrowed from it; how many there are. */
static size_t
values_of(const struct sfs_folded *part, const char *ret_values[MAX_VALUES])
{
	size_t n = 0;

	memset(ret_values, 0, MAX_VALUES * sizeof *ret_values);
	for (const char *at = part->texts + strlen(part->texts) + 1; *at; n++) {
		const char *value = at + 1;

		ret_values[*at - 1] = value;
		at = value + strlen(value) + 1;
	}
	return n;
}

static struct sfs_identity
identity_of(const struct sfs_object *owner, const struct sfs_folded *part)
{
	return (struct sfs_identity){
		.kind = (enum sfs_kind)part->kind,
		.namespace = owner->id.namespace,
		.relation = owner->id.name,
		.name = part->texts,
	};
}

static struct sfs_object *
unfold(struct sfs_object *owner, const struct sfs_folded *part, struct sfs_arena *arena)
{
	struct sfs_object *object = sfs_arena_alloc(arena, sizeof *object);
	const char *values[MAX_VALUES];
	size_t n = values_of(part, values), used = 0;

	object->id = identity_of(owner, part);
	object->owner = owner;
	object->position = part->position;
	object->locked = part->locked;
	object->unfolded = true;
	object->values = sfs_arena_alloc(arena, (n + 1) * sizeof *object->values);
	for (size_t i = 0; used < n; i++) {
		if (values[i]) {
			object->present |= UINT64_C(1) << i;
			object->values[used++] = values[i];
		}
	}
	return object;
}

void
sfs_unfold(struct sfs_object *owner, struct sfs_arena *arena)
{
	for (const struct sfs_folded *part = owner->folded; part; part = part->next) {
		sfs_object_append(owner, unfold(owner, part, arena));
	}
	if (owner->folded) {
		sfs_object_sort_parts(owner);
	}
}

void
sfs_refold(struct sfs_object *owner)
{
	struct sfs_object *next = owner->folded ? owner->first_part : NULL;

	if (!next) {
		return;
	}
	owner->first_part = owner->last_part = NULL;
	while (next) {
		struct sfs_object *part = next;

		next = part->next_part;
		if (!part->unfolded) {
			sfs_object_append(owner, part);
		}
	}
}

struct sfs_object *
sfs_fold_part(
	struct sfs_catalog *catalog, struct sfs_object *owner, enum sfs_kind kind, const char *name)
{
	struct sfs_folded **link = &owner->folded;

	while (*link && ((*link)->kind != kind || strcmp((*link)->texts, name) != 0)) {
		link = &(*link)->next;
	}
	if (!*link) {
		return sfs_object_part(owner, kind, name);
	}
	const struct sfs_folded *part = *link;
	const char *values[MAX_VALUES];
	struct sfs_identity id = identity_of(owner, part);

	(void)values_of(part, values);
	struct sfs_object *object = sfs_catalog_add(catalog, &id, owner, values);
	if (object) {
		object->position = part->position;
		object->locked = part->locked;
		*link = part->next;
	}
	return object;
}
