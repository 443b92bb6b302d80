// SPDX-License-Identifier: MIT
/* The catalog that edits ask for: what they leave alone, what they rename, what the server read. */
#include "apply/compose.h"
#include "apply/parents.h"
#include "catalog/graph.h"
#include "diff/compare.h"

struct composer {
	const struct sfs_composition *in;
	struct sfs_catalog *to;
	struct sfs_arena *arena;    /* owned: of names */
	struct sfs_renames renames; /* owned: all that is known of, by hints and by paths */
};

static bool
is_in_file(const struct sfs_object *object, const struct sfs_identity *file)
{
	struct sfs_identity id = sfs_object_filed(object)->id;

	id.signature = file->signature;
	return sfs_identity_equal(&id, file);
}

bool
sfs_file_defined(const struct sfs_catalog *catalog, const struct sfs_identity *file)
{
	sfs_vec_foreach (object, &catalog->objects) {
		if (is_in_file(*object, file)) {
			return true;
		}
	}
	return false;
}

static const struct sfs_target *
target_of(const struct composer *c, const struct sfs_object *object)
{
	sfs_vec_foreach (target, c->in->targets) {
		if (is_in_file(object, &target->from)) {
			return target;
		}
	}
	return NULL;
}

static void copy_renamed(struct composer *c, const struct sfs_object *object,
	const struct sfs_target *target, struct sfs_object *owner);

static void
copy_parts(struct composer *c, const struct sfs_object *object, const struct sfs_target *target,
	struct sfs_object *copy)
{
	const struct sfs_object *part;

	sfs_parts_foreach (part, object) {
		copy_renamed(c, part, target, copy);
	}
}

/* A copy of an object without its parts; `name` is the one that it is restated by. */
static struct sfs_object *
copy_as(struct composer *c, const struct sfs_object *object, const struct sfs_identity *id,
	struct sfs_object *owner, const char *name)
{
	const struct sfs_kind_info *info = sfs_kind_info(object->id.kind);
	const char **values sfs_auto(free) = sfs_alloc((info->n_attributes + 1) * sizeof *values);

	sfs_catalog_restate(c->in->from, object, name, values);
	struct sfs_object *copy = sfs_catalog_add(c->to, id, owner, values);
	if (copy) {
		copy->position = object->position;
		copy->follows = true;
	}
	return copy;
}

/* A copy of an object, or of a part of it, under the name that an edit gives it. */
static void
copy_renamed(struct composer *c, const struct sfs_object *object, const struct sfs_target *target,
	struct sfs_object *owner)
{
	struct sfs_identity id = object->id;

	id.namespace = target->to.namespace;
	if (owner) {
		id.relation = target->to.name;
	} else {
		id.relation = target->to.relation;
		id.name = target->to.name;
	}
	struct sfs_object *copy =
		copy_as(c, object, &id, owner, owner ? object->id.name : target->to.name);
	if (copy) {
		copy_parts(c, object, target, copy);
	}
}

/* The edit of the relation that an object with a file of its own stands on, NULL: it has none. */
static const struct sfs_target *
target_below(const struct composer *c, const struct sfs_object *object)
{
	if (!object->id.relation) {
		return NULL;
	}
	sfs_vec_foreach (target, c->in->targets) {
		if (!target->from.relation && sfs_streq(object->id.relation, target->from.name) &&
			sfs_streq(object->id.namespace, target->from.namespace)) {
			return target;
		}
	}
	return NULL;
}

/* What is identified by the names of others, a function by the types that it takes, follows these. */
static struct sfs_identity
unedited_identity(const struct composer *c, const struct sfs_object *object)
{
	return sfs_identity_rewrite(c->to->dialect, &object->id, &c->renames, false, c->arena);
}

static void
copy_followed(struct composer *c, const struct sfs_object *object)
{
	struct sfs_object *copy = sfs_catalog_copy(c->to, object);

	if (copy) {
		copy->follows = true;
	}
}

static void
copy_rewritten(struct composer *c, const struct sfs_object *object)
{
	struct sfs_identity id = unedited_identity(c, object);

	if (sfs_identity_equal(&id, &object->id)) {
		copy_followed(c, object);
	} else {
		(void)copy_as(c, object, &id, NULL, id.name);
	}
}

/* What stands on a relation, a trigger or a policy, moves with it and falls with it. */
static void
copy_unedited(struct composer *c, const struct sfs_object *object)
{
	const struct sfs_target *below = target_below(c, object);

	if (below && below->edit->renamed) {
		struct sfs_target moved = *below;

		moved.to.relation = moved.to.name;
		moved.to.name = object->id.name;
		copy_renamed(c, object, &moved, NULL);
	} else if (!below || below->edit->text) {
		copy_rewritten(c, object);
	}
}

static void
add_rename(struct composer *c, const struct sfs_target *target, const struct sfs_object *object)
{
	struct sfs_rename rename = { .from = object->id,
		.to = object->id,
		.sure = true,
		.over = sfs_targets_removes(c->in->targets, &target->to) };

	rename.to.namespace = target->to.namespace;
	rename.to.relation = target->to.relation;
	rename.to.name = target->to.name;
	sfs_vec_push(c->in->renames, rename);
}

/* Needs between things that the edits leave alone hold on; what the server evaluated has its own. */
static struct sfs_object *
find_copy(const struct composer *c, const struct sfs_object *object)
{
	struct sfs_identity id = unedited_identity(c, object);

	return sfs_catalog_find(c->to, &id);
}

static void
copy_dependencies(struct composer *c, const struct sfs_catalog *source)
{
	sfs_vec_foreach (object, &source->objects) {
		struct sfs_object *user = find_copy(c, *object);
		struct sfs_objects uses = sfs_graph_uses(source, *object);

		for (size_t i = 0; user && i < uses.len; i++) {
			struct sfs_object *used = find_copy(c, uses.items[i]);

			if (used) {
				sfs_graph_add(c->to, user, used);
			}
		}
	}
}

static void
compose_object(struct composer *c, const struct sfs_object *object)
{
	const struct sfs_target *target = target_of(c, object);

	if (!target) {
		copy_unedited(c, object);
		return;
	}
	if (target->edit->renamed) {
		add_rename(c, target, object);
	}
	if (!target->evaluated && target->edit->renamed) {
		copy_renamed(c, object, target, NULL);
	} else if (!target->evaluated && target->edit->text) {
		(void)sfs_catalog_copy(c->to, object);
	}
}

struct sfs_catalog *
sfs_compose(const struct sfs_composition *composition)
{
	struct composer c = {
		.in = composition, .to = sfs_catalog_create(), .arena = sfs_arena_create()
	};

	c.to->dialect = composition->from->dialect;
	sfs_targets_renames(composition->targets, composition->renames, &c.renames);
	sfs_vec_foreach (object, &composition->from->objects) {
		if (!(*object)->owner) {
			compose_object(&c, *object);
		}
	}
	if (composition->evaluated) {
		sfs_vec_foreach (object, &composition->evaluated->objects) {
			if (!(*object)->owner) {
				(void)sfs_catalog_copy(c.to, *object);
			}
		}
	}
	sfs_catalog_seal(c.to);
	copy_dependencies(&c, composition->from);
	if (composition->evaluated) {
		copy_dependencies(&c, composition->evaluated);
		sfs_parents_link(c.to, composition->evaluated);
	}
	sfs_vec_finish(&c.renames);
	sfs_arena_destroy(c.arena);
	return c.to;
}
