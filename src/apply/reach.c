// SPDX-License-Identifier: MIT
/* How far a change of some files reaches: by what, along which edges, and to whom. */
#include <string.h>

#include "apply/reach.h"
#include "base/map.h"
#include "catalog/graph.h"
#include "sql/lexer.h"
#include "sql/quote.h"

/* ---- what can be seen from outside ---- */

#define BIT(attribute) (UINT64_C(1) << (attribute))

/* Attributes of which no text of another object knows. */
static uint64_t
unseen(enum sfs_kind kind)
{
	static const uint64_t common = BIT(SFS_ATTR_OWNER) | BIT(SFS_ATTR_COMMENT) |
				       BIT(SFS_ATTR_ACL) | BIT(SFS_ATTR_SECURITY_LABELS);
	static const uint64_t own[SFS_KIND_COUNT] = {
		[SFS_FUNCTION] = BIT(SFS_FUNCTION_BODY) | BIT(SFS_FUNCTION_LINK) |
				 BIT(SFS_FUNCTION_SECURITY_DEFINER) | BIT(SFS_FUNCTION_LEAKPROOF) |
				 BIT(SFS_FUNCTION_COST) | BIT(SFS_FUNCTION_ROWS) |
				 BIT(SFS_FUNCTION_CONFIGURATION),
		[SFS_PROCEDURE] = BIT(SFS_FUNCTION_BODY) | BIT(SFS_FUNCTION_LINK) |
				  BIT(SFS_FUNCTION_SECURITY_DEFINER) |
				  BIT(SFS_FUNCTION_CONFIGURATION),
		[SFS_TABLE] = BIT(SFS_TABLE_SQL) | BIT(SFS_TABLE_OPTIONS) |
			      BIT(SFS_TABLE_REPLICA_IDENTITY) | BIT(SFS_TABLE_ROW_SECURITY) |
			      BIT(SFS_TABLE_FORCE_ROW_SECURITY) | BIT(SFS_TABLE_CLUSTER_ON) |
			      BIT(SFS_TABLE_TABLESPACE),
		[SFS_COLUMN] = BIT(SFS_COLUMN_DEFAULT) | BIT(SFS_COLUMN_STORAGE) |
			       BIT(SFS_COLUMN_COMPRESSION) | BIT(SFS_COLUMN_STATISTICS) |
			       BIT(SFS_COLUMN_OPTIONS),
		[SFS_DOMAIN] = BIT(SFS_DOMAIN_DEFAULT) | BIT(SFS_DOMAIN_NOT_NULL) |
			       BIT(SFS_DOMAIN_NOT_NULL_NAME),
		[SFS_SEQUENCE] = BIT(SFS_SEQUENCE_START) | BIT(SFS_SEQUENCE_INCREMENT) |
				 BIT(SFS_SEQUENCE_MINIMUM) | BIT(SFS_SEQUENCE_MAXIMUM) |
				 BIT(SFS_SEQUENCE_CACHE) | BIT(SFS_SEQUENCE_CYCLE),
	};

	return common | own[kind];
}

/* The literal of an enum's label as it is called after the renames. */
static void
add_label(const struct sfs_renames *renames, const struct sfs_identity *type, const char *literal,
	size_t len, struct sfs_str *out)
{
	struct sfs_str label sfs_auto(str) = SFS_STR_INIT;

	if (renames && sfs_unquote_literal(&label, SFS_POSTGRES, literal, len) == 0) {
		sfs_vec_foreach (rename, renames) {
			if (rename->to_label && sfs_identity_equal(&rename->to, type) &&
				sfs_streq(rename->from_label, sfs_str_text(&label))) {
				sfs_quote_literal(out, SFS_POSTGRES, rename->to_label);
				return;
			}
		}
	}
	sfs_str_addn(out, literal, len);
}

/* Whether all labels of an enum are still there, in their order: then others have only come in. */
static bool
keeps_labels(
	const struct sfs_renames *renames, const struct sfs_object *a, const struct sfs_object *b)
{
	const char *before = sfs_object_get(a, SFS_TYPE_LABELS);
	const char *after = sfs_object_get(b, SFS_TYPE_LABELS);
	struct sfs_lexer old, new;
	struct sfs_token label, other;

	sfs_lexer_init(&old, SFS_POSTGRES, before ? before : "", before ? strlen(before) : 0);
	sfs_lexer_init(&new, SFS_POSTGRES, after ? after : "", after ? strlen(after) : 0);
	while (sfs_lexer_word(&old, &label)) {
		struct sfs_str wanted sfs_auto(str) = SFS_STR_INIT;
		bool found = false;

		add_label(renames, &b->id, before + label.offset, label.len, &wanted);
		while (!found && sfs_lexer_word(&new, &other)) {
			found = wanted.len == other.len &&
				memcmp(wanted.text, after + other.offset, other.len) == 0;
		}
		if (!found) {
			return false;
		}
	}
	return true;
}

/* Whether an attribute that says something of its own has another value. */
static bool
attribute_differs(const struct sfs_object *a, const struct sfs_object *b, size_t attribute)
{
	unsigned flags = sfs_kind_info(a->id.kind)->attributes[attribute].flags;

	return !(flags & (SFS_ATTR_INFORMATIVE | SFS_ATTR_SECRET)) &&
	       sfs_attribute_differs(a, b, (int)attribute);
}

static bool
looks_different(
	const struct sfs_renames *renames, const struct sfs_object *a, const struct sfs_object *b)
{
	size_t n = sfs_kind_info(a->id.kind)->n_attributes;
	uint64_t hidden = unseen(a->id.kind);

	for (size_t i = 0; i < n; i++) {
		if (hidden & BIT(i) || !attribute_differs(a, b, i)) {
			continue;
		}
		if (a->id.kind != SFS_TYPE || i != SFS_TYPE_LABELS ||
			!keeps_labels(renames, a, b)) {
			return true;
		}
	}
	return false;
}

static bool
differs(const struct sfs_object *a, const struct sfs_object *b)
{
	size_t n = sfs_kind_info(a->id.kind)->n_attributes;

	for (size_t i = 0; i < n; i++) {
		if (attribute_differs(a, b, i)) {
			return true;
		}
	}
	return false;
}

/* Whether an object has other parts than before, or the same in another order. */
static bool
form_differs(const struct sfs_object *before, const struct sfs_object *after)
{
	const struct sfs_object *a = before->first_part, *b = after->first_part;

	for (; a && b; a = a->next_part, b = b->next_part) {
		if (!sfs_identity_equal(&a->id, &b->id) || differs(a, b)) {
			return true;
		}
	}
	return a || b;
}

/* ---- who looks ---- */

/*
 * Some kinds only want what they are about to be there, whatever it looks like. SQLite does not tell which
 * columns a trigger names: it may be any.
 */
static bool
looks_into(enum sfs_dialect dialect, enum sfs_kind kind)
{
	static const bool never[SFS_KIND_COUNT] = {
		[SFS_CONSTRAINT] = true,
		[SFS_INDEX] = true,
		[SFS_STATISTICS] = true,
		[SFS_SEQUENCE] = true,
		[SFS_TRIGGER] = true,
		[SFS_POLICY] = true,
		[SFS_PUBLICATION] = true,
	};

	return !never[kind] || (kind == SFS_TRIGGER && dialect == SFS_SQLITE);
}

static bool
is_routine(enum sfs_kind kind)
{
	return kind == SFS_FUNCTION || kind == SFS_PROCEDURE || kind == SFS_AGGREGATE;
}

struct finder {
	const struct sfs_reach *in;
	struct sfs_map *overloads; /* owned; "namespace\1name" of routines that have new ones */
	struct sfs_reached_list *list;
};

static void
add_key(const struct sfs_identity *id, struct sfs_str *key)
{
	sfs_str_add(key, id->namespace ? id->namespace : "");
	/* No name holds it in practice; where one does, too much is read, never too little. */
	sfs_str_addc(key, '\x01');
	sfs_str_add(key, id->name);
}

static void
reach_users(struct finder *f, const struct sfs_object *object, bool all, bool form)
{
	struct sfs_objects users = sfs_graph_used_by(f->in->from, object);

	for (size_t i = 0; i < users.len; i++) {
		const struct sfs_object *user = users.items[i];
		bool shaken = form && looks_into(f->in->from->dialect, user->id.kind);
		bool known = f->in->is_read(f->in->data, user) &&
			     (!shaken || f->in->is_shaken(f->in->data, user));

		if ((all || shaken) && !known &&
			sfs_object_filed(user) != sfs_object_filed(object)) {
			sfs_vec_push(
				f->list, (struct sfs_reached){ sfs_object_filed(user), shaken });
		}
	}
}

static const struct sfs_rename *
rename_of(const struct finder *f, const struct sfs_identity *id)
{
	if (!f->in->renames) {
		return NULL;
	}
	sfs_vec_foreach (rename, f->in->renames) {
		if (!rename->to_label && sfs_identity_equal(&rename->from, id)) {
			return rename;
		}
	}
	return NULL;
}

/* What has become of it, under the name that it has now; NULL: it is gone. */
static const struct sfs_object *
successor(const struct finder *f, const struct sfs_object *object)
{
	struct sfs_identity id = object->id;
	const struct sfs_rename *rename = object->owner ? rename_of(f, &object->owner->id) : NULL;

	if (rename) {
		id.namespace = rename->to.namespace;
		id.relation = rename->to.name;
	}
	rename = rename_of(f, &id);
	return sfs_catalog_find(f->in->evaluated, rename ? &rename->to : &id);
}

static bool
has_new_overload(const struct finder *f, const struct sfs_object *object)
{
	struct sfs_str key sfs_auto(str) = SFS_STR_INIT;

	if (!is_routine(object->id.kind) || !sfs_map_len(f->overloads)) {
		return false;
	}
	add_key(&object->id, &key);
	return sfs_map_has(f->overloads, sfs_str_text(&key));
}

static void
reach_from(struct finder *f, const struct sfs_object *object)
{
	const struct sfs_object *now = successor(f, object), *part;
	bool shaken = f->in->is_shaken(f->in->data, object);
	bool own = !now || shaken || looks_different(f->in->renames, object, now) ||
		   has_new_overload(f, object);
	bool form = shaken || !now || form_differs(object, now);

	reach_users(f, object, own, form);
	sfs_parts_foreach (part, object) {
		const struct sfs_object *then = successor(f, part);

		reach_users(f, part, own || !then || looks_different(f->in->renames, part, then),
			shaken);
	}
}

static void
find_overloads(struct finder *f, struct sfs_arena *arena)
{
	sfs_vec_foreach (object, &f->in->evaluated->objects) {
		if (is_routine((*object)->id.kind) &&
			!sfs_catalog_find(f->in->from, &(*object)->id)) {
			struct sfs_str key sfs_auto(str) = SFS_STR_INIT;

			add_key(&(*object)->id, &key);
			sfs_map_set(f->overloads, sfs_arena_strdup(arena, sfs_str_text(&key)), f);
		}
	}
}

void
sfs_reach_find(const struct sfs_reach *reach, struct sfs_reached_list *ret_list)
{
	struct sfs_arena *arena sfs_auto(arena) = sfs_arena_create();
	struct sfs_map *overloads sfs_auto(map) = sfs_map_create();
	struct finder f = { .in = reach, .overloads = overloads, .list = ret_list };

	find_overloads(&f, arena);
	sfs_vec_foreach (object, &reach->from->objects) {
		if (!(*object)->owner && reach->is_read(reach->data, *object)) {
			reach_from(&f, *object);
		}
	}
}

/* ---- names ---- */

/* In which space of names the object has its own; 0: in that of what it belongs to. */
static char
space_of(enum sfs_dialect dialect, const struct sfs_object *object)
{
	static const char spaces[SFS_KIND_COUNT] = {
		[SFS_COLLATION] = 'c',
		[SFS_TYPE] = 'r', /* a composite type is a relation, and a relation is a type */
		[SFS_DOMAIN] = 'r',
		[SFS_SEQUENCE] = 'r',
		[SFS_FUNCTION] = 'f',
		[SFS_PROCEDURE] = 'f',
		[SFS_AGGREGATE] = 'f',
		[SFS_TEXT_SEARCH_DICTIONARY] = 'd',
		[SFS_TEXT_SEARCH_CONFIGURATION] = 't',
		[SFS_TABLE] = 'r',
		[SFS_FOREIGN_TABLE] = 'r',
		[SFS_INDEX] = 'r',
		[SFS_STATISTICS] = 's',
		[SFS_VIEW] = 'r',
		[SFS_MATERIALIZED_VIEW] = 'r',
	};

	if (object->id.kind == SFS_TRIGGER && dialect == SFS_SQLITE) {
		return 'g';
	}
	/* A key has an index of its name. */
	return object->id.kind == SFS_CONSTRAINT ? 'r' : spaces[object->id.kind];
}

struct names {
	const struct sfs_catalog *all;
	struct sfs_arena *arena;
	struct sfs_map *bare; /* names alone: few objects have one of them */
	struct sfs_map *keys; /* names in their spaces */
	struct sfs_str key;
};

static void
names_finish(struct names *names)
{
	sfs_map_destroy(names->bare);
	sfs_map_destroy(names->keys);
	sfs_arena_destroy(names->arena);
	sfs_str_finish(&names->key);
}
SFS_DEFINE_AUTO_VALUE(names, struct names, names_finish)

/* SQLite's names are the same in capitals. */
static const char *
settle_case(struct names *names)
{
	if (names->all->dialect == SFS_SQLITE) {
		sfs_str_lower(&names->key, 0);
	}
	return sfs_str_text(&names->key);
}

static const char *
bare_name(struct names *names, const struct sfs_object *object)
{
	sfs_str_truncate(&names->key, 0);
	sfs_str_add(&names->key, object->id.name);
	return settle_case(names);
}

static const char *
name_in_space(struct names *names, const struct sfs_object *object)
{
	sfs_str_truncate(&names->key, 0);
	add_key(&object->id, &names->key);
	(void)settle_case(names);
	sfs_str_addc(&names->key, space_of(names->all->dialect, object));
	return names->key.text;
}

static bool
has_name(struct names *names, const struct sfs_object *object)
{
	return sfs_map_has(names->bare, bare_name(names, object)) &&
	       sfs_map_has(names->keys, name_in_space(names, object));
}

bool
sfs_reach_collides(const struct sfs_reach *reach, const struct sfs_catalog *all)
{
	struct names names sfs_auto(names) = { .all = all,
		.arena = sfs_arena_create(),
		.bare = sfs_map_create(),
		.keys = sfs_map_create() };
	bool collides = false;

	sfs_vec_foreach (object, &reach->evaluated->objects) {
		if (space_of(all->dialect, *object) &&
			!sfs_catalog_find(reach->from, &(*object)->id)) {
			sfs_map_set(names.bare,
				sfs_arena_strdup(names.arena, bare_name(&names, *object)), &names);
			sfs_map_set(names.keys,
				sfs_arena_strdup(names.arena, name_in_space(&names, *object)),
				&names);
		}
	}
	for (size_t i = 0; sfs_map_len(names.bare) && !collides && i < all->objects.len; i++) {
		const struct sfs_object *object = all->objects.items[i];

		collides = space_of(all->dialect, object) && has_name(&names, object) &&
			   !reach->is_read(reach->data, object);
	}
	return collides;
}
