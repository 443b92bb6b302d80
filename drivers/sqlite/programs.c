// SPDX-License-Identifier: MIT
/* Views and triggers of a plan: out of the way first, and back at the end. */
#include <string.h>

#include "catalog/graph.h"
#include "drivers/sqlite/planner.h"
#include "drivers/sqlite/print.h"
#include "drivers/sqlite/read.h"

static bool
is_shadow(const struct sfs_object *table, const char *name)
{
	if (table->id.kind != SFS_TABLE || !sfs_object_has(table, SFS_TABLE_VIRTUAL)) {
		return false;
	}
	char *module sfs_auto(free) = lite_module_name(lite_stored(table));

	return lite_is_shadow_of(&(struct lite_virtual){ (char *)table->id.name, module }, name);
}

/* What a trigger stands on; for a table of a virtual table's module that is the virtual table. */
static const struct sfs_object *
relation_of(const struct sfs_catalog *catalog, const struct sfs_object *trigger)
{
	const struct sfs_object *relation =
		sfs_catalog_relation(catalog, trigger->id.namespace, trigger->id.relation);

	for (size_t i = 0; !relation && i < catalog->objects.len; i++) {
		if (is_shadow(catalog->objects.items[i], trigger->id.relation)) {
			relation = catalog->objects.items[i];
		}
	}
	return relation;
}

/* ---- what goes ---- */

/* A trigger goes with its table or view, when that goes. */
static bool
goes_along(const struct lite_planner *planner, const struct sfs_object *trigger)
{
	const struct sfs_object *relation = relation_of(planner->diff->from, trigger);

	if (!relation) {
		return false;
	}
	if (relation->id.kind == SFS_VIEW) {
		return lite_is_gone(planner->change_from[relation->index]);
	}
	const struct lite_pair *pair = lite_pair_of_from(planner, relation);
	return pair && (!pair->to || pair->replaced);
}

int
lite_drop_triggers(struct lite_planner *planner, struct sfs_error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < planner->diff->changes.len; i++) {
		const struct sfs_change *change = &planner->diff->changes.items[i];

		if (!lite_is_gone(change) || change->from->id.kind != SFS_TRIGGER) {
			continue;
		}
		if (change->action == SFS_DROP) {
			sfs_plan_hazard(planner->plan, 10, SFS_WARN, change->from,
				"the trigger is dropped");
		}
		if (!goes_along(planner, change->from)) {
			r = lite_emit_drop(planner, change->from, "TRIGGER", err);
		}
	}
	return r;
}

int
lite_drop_views(struct lite_planner *planner, struct sfs_error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < planner->diff->changes.len; i++) {
		const struct sfs_change *change = &planner->diff->changes.items[i];

		if (lite_is_gone(change) && change->from->id.kind == SFS_VIEW) {
			r = lite_emit_drop(planner, change->from, "VIEW", err);
		}
	}
	return r;
}

/* ---- what comes ---- */

static const struct lite_aside *
aside_of(const struct lite_planner *planner, const struct sfs_object *object)
{
	sfs_vec_foreach (aside, &planner->asides) {
		if (aside->view == (object->id.kind == SFS_VIEW) &&
			strcmp(aside->name, object->id.name) == 0) {
			return aside;
		}
	}
	return NULL;
}

/* A trigger that is as it was, but whose relation had to be made anew. */
static bool
was_taken_along(const struct lite_planner *planner, const struct sfs_object *trigger)
{
	const struct sfs_object *relation = relation_of(planner->diff->to, trigger);

	if (!relation) {
		return false;
	}
	if (relation->id.kind == SFS_VIEW) {
		return planner->change_to[relation->index] != NULL;
	}
	const struct lite_pair *pair = lite_pair_of_to(planner, relation);
	return pair && (pair->rebuilt || pair->replaced);
}

/* The object as the renames left it, whose text names the new names. */
static const struct sfs_object *
renamed(const struct lite_planner *planner, const struct sfs_object *object)
{
	const struct sfs_object *now =
		planner->now ? sfs_catalog_find(planner->now, &object->id) : NULL;

	return now ? now : object;
}

static int
create_program(struct lite_planner *planner, const struct sfs_object *object, struct sfs_error *err)
{
	bool changed = planner->change_to[object->index] != NULL;

	if (changed) {
		return lite_emit_create(planner, object, err);
	}
	const struct lite_aside *aside = aside_of(planner, object);
	if (aside) {
		return aside->settled ? lite_emit(planner, object, aside->sql, err)
				      : lite_emit_create(planner, object, err);
	}
	if (object->id.kind == SFS_TRIGGER && was_taken_along(planner, object)) {
		return lite_emit_create(planner, renamed(planner, object), err);
	}
	return 0;
}

/* Of a broken view that is on neither side of the comparison. */
static int
restore_asides(struct lite_planner *planner, bool views, struct sfs_error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < planner->asides.len; i++) {
		const struct lite_aside *aside = &planner->asides.items[i];
		bool known = false;

		sfs_vec_foreach (object, &planner->diff->to->objects) {
			known = known || (((*object)->id.kind == SFS_VIEW ||
						  (*object)->id.kind == SFS_TRIGGER) &&
						 aside_of(planner, *object) == aside);
		}
		if (!known && aside->view == views && planner->partial) {
			r = lite_emit(planner, NULL, aside->sql, err);
		}
	}
	return r;
}

int
lite_create_programs(struct lite_planner *planner, enum sfs_kind kind, struct sfs_error *err)
{
	struct sfs_order order = { 0 };
	int r = 0;

	sfs_graph_order(planner->diff->to, &order);
	for (size_t i = 0; r == 0 && i < order.len; i++) {
		if (order.items[i]->id.kind == kind) {
			r = create_program(planner, order.items[i], err);
		}
	}
	sfs_vec_finish(&order);
	return r == 0 ? restore_asides(planner, kind == SFS_VIEW, err) : r;
}
