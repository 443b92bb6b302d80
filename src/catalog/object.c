// SPDX-License-Identifier: MIT
/* Objects of a catalog and what they are called. */
#include <string.h>

#include "base/map.h"
#include "base/vec.h"
#include "catalog/object.h"

/* Where attribute `attribute` stands among the values that are present. */
static int
slot_of(const struct sfs_object *object, int attribute)
{
	return __builtin_popcountll(object->present & ((UINT64_C(1) << attribute) - 1));
}

bool
sfs_object_has(const struct sfs_object *object, int attribute)
{
	return attribute >= 0 && attribute < 64 && object->present >> attribute & 1;
}

const char *
sfs_object_get(const struct sfs_object *object, int attribute)
{
	return sfs_object_has(object, attribute) ? object->values[slot_of(object, attribute)]
						 : NULL;
}

struct sfs_object *
sfs_object_part(const struct sfs_object *object, enum sfs_kind kind, const char *name)
{
	struct sfs_object *part;

	sfs_parts_foreach (part, object) {
		if (part->id.kind == kind && strcmp(part->id.name, name) == 0) {
			return part;
		}
	}
	return NULL;
}

void
sfs_object_append(struct sfs_object *owner, struct sfs_object *part)
{
	if (owner->last_part) {
		owner->last_part->next_part = part;
	} else {
		owner->first_part = part;
	}
	owner->last_part = part;
	part->next_part = NULL;
}

static int
by_position(const void *a, const void *b)
{
	const struct sfs_object *x = *(struct sfs_object *const *)a;
	const struct sfs_object *y = *(struct sfs_object *const *)b;

	if (x->id.kind != y->id.kind) {
		return x->id.kind < y->id.kind ? -1 : 1;
	}
	if (x->position != y->position) {
		return x->position < y->position ? -1 : 1;
	}
	return sfs_identity_compare(&x->id, &y->id);
}

void
sfs_object_sort_parts(struct sfs_object *owner)
{
	SFS_VEC(struct sfs_object *) parts = { 0 };
	struct sfs_object *part;

	if (owner->first_part == owner->last_part) {
		return;
	}
	sfs_parts_foreach (part, owner) {
		sfs_vec_push(&parts, part);
	}
	qsort(parts.items, parts.len, sizeof *parts.items, by_position);
	owner->first_part = owner->last_part = NULL;
	sfs_vec_foreach (sorted, &parts) {
		sfs_object_append(owner, *sorted);
	}
	sfs_vec_finish(&parts);
}

const struct sfs_object *
sfs_object_filed(const struct sfs_object *object)
{
	while (object->owner) {
		object = object->owner;
	}
	return object;
}

bool
sfs_identity_equal(const struct sfs_identity *a, const struct sfs_identity *b)
{
	return sfs_identity_compare(a, b) == 0;
}

uint64_t
sfs_identity_hash(const struct sfs_identity *id)
{
	unsigned char kind = (unsigned char)id->kind;
	uint64_t hash = sfs_hash(SFS_HASH_INIT, &kind, 1);

	hash = sfs_hash_string(hash, id->namespace);
	hash = sfs_hash_string(hash, id->relation);
	hash = sfs_hash_string(hash, id->name);
	return sfs_hash_string(hash, id->signature);
}

/* NULL first. Equal pointers are common: a catalog keeps one copy of what repeats. */
static int
compare(const char *a, const char *b)
{
	if (a == b) {
		return 0;
	}
	if (!a || !b) {
		return a ? 1 : -1;
	}
	return strcmp(a, b);
}

int
sfs_identity_compare(const struct sfs_identity *a, const struct sfs_identity *b)
{
	if (a->kind != b->kind) {
		return a->kind < b->kind ? -1 : 1;
	}
	int order = compare(a->namespace, b->namespace);
	order = order ? order : compare(a->relation, b->relation);
	order = order ? order : compare(a->name, b->name);
	return order ? order : compare(a->signature, b->signature);
}

/* Whether its name is no identifier, but composed or made of operator characters. */
static bool
is_composed(enum sfs_kind kind)
{
	return !sfs_kind_is_named(kind) && kind != SFS_EXTENSION && kind != SFS_ACCESS_METHOD;
}

static bool
is_plain(const char *name)
{
	for (const char *at = name; *at; at++) {
		unsigned char c = (unsigned char)*at;

		if (c < 0x80 && !(c >= '0' && c <= '9') && !((c | 32) >= 'a' && (c | 32) <= 'z') &&
			c != '_' && c != '$') {
			return false;
		}
	}
	return *name != '\0';
}

/* A message is one line and goes to terminals and comments: a name must not break out of it. */
static void
add_printable(struct sfs_str *out, const char *name)
{
	for (const char *at = name; *at; at++) {
		unsigned char c = (unsigned char)*at;

		if (c < 0x20 || c == 0x7f) {
			sfs_str_addf(out, "%%%02X", c);
		} else {
			sfs_str_addc(out, *at);
		}
	}
}

static void
add_name(struct sfs_str *out, const char *name, bool composed)
{
	bool quoted = !composed && !is_plain(name);

	sfs_str_add(out, quoted ? "\"" : "");
	add_printable(out, name);
	sfs_str_add(out, quoted ? "\"" : "");
}

void
sfs_identity_describe(const struct sfs_identity *id, struct sfs_str *out)
{
	sfs_str_add(out, sfs_kind_info(id->kind)->name);
	sfs_str_addc(out, ' ');
	if (id->kind == SFS_GRANTS && id->signature) {
		sfs_str_add(out, "on ");
		add_printable(out, id->signature);
		return;
	}
	if (id->namespace && id->kind != SFS_NAMESPACE) {
		add_name(out, id->namespace, false);
		sfs_str_addc(out, '.');
	}
	if (id->relation) {
		add_name(out, id->relation, false);
		sfs_str_addc(out, '.');
	}
	add_name(out, id->name, is_composed(id->kind));
	if (id->signature) {
		sfs_str_addc(out, '(');
		add_printable(out, id->signature);
		sfs_str_addc(out, ')');
	}
}
