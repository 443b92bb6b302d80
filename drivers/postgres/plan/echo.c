// SPDX-License-Identifier: MIT
/* What follows by itself from what happens to another: parts of children, columns of views. */
#include <string.h>

#include "drivers/postgres/plan/family.h"
#include "drivers/postgres/plan/planner.h"
#include "drivers/postgres/print/print.h"

/* What is said of a view's column besides its query; the latter four of a materialized one's. */
#define SAID_OF_VIEW_COLUMNS                                                                       \
	((PG_BIT(SFS_ATTR_COMMON) - 1) | PG_BIT(SFS_COLUMN_DEFAULT) | PG_BIT(SFS_COLUMN_STORAGE) | \
		PG_BIT(SFS_COLUMN_COMPRESSION) | PG_BIT(SFS_COLUMN_STATISTICS) |                   \
		PG_BIT(SFS_COLUMN_OPTIONS))

static struct pg_state *
state_or_null(struct pg_state *const *states, const struct sfs_object *object)
{
	return object ? states[object->index] : NULL;
}

static const struct {
	int attribute;
	bool has;
} inherited_attribute[SFS_KIND_COUNT] = {
	[SFS_COLUMN] = { SFS_COLUMN_INHERITED, true },
	[SFS_CONSTRAINT] = { SFS_CONSTRAINT_INHERITED, true },
	[SFS_INDEX] = { SFS_INDEX_INHERITED, true },
	[SFS_TRIGGER] = { SFS_TRIGGER_INHERITED, true },
};

bool
pg_is_inherited(const struct sfs_object *object)
{
	if (!object || !inherited_attribute[object->id.kind].has) {
		return false;
	}
	/* A partition has its parent's columns, also when they are written as its own. */
	return sfs_object_has(object, inherited_attribute[object->id.kind].attribute) ||
	       (object->id.kind == SFS_COLUMN && object->owner->id.kind != SFS_VIEW &&
		       object->owner->id.kind != SFS_MATERIALIZED_VIEW &&
		       sfs_object_has(object->owner, SFS_TABLE_PARTITION_OF));
}

/* ---- what a parent table's change does to its children ---- */

/* Leaves out what ALTER TABLE of the parent does on the way. */
static void
leave_to_parent(struct pg_planner *planner, struct pg_state *state)
{
	const struct sfs_object *column = pg_parent_column(planner->diff->to, state->to);
	const struct pg_state *parent = column ? planner->by_to[column->index] : NULL;

	state->attributes &= ~PG_BIT(SFS_COLUMN_INHERITED);
	state->spread |= state->attributes;
	/* Absent means "as the parent's": a statement has to say what that is. */
	state->new = pg_flatten(planner, planner->diff->to, state->to);
	if (!parent || !parent->from || parent->made) {
		return;
	}
	for (int i = SFS_ATTR_COMMON; i < 64 && state->attributes >> i; i++) {
		bool same = sfs_streq(sfs_object_get(state->to, i), sfs_object_get(parent->to, i));

		if (i != SFS_COLUMN_STATISTICS && i != SFS_COLUMN_OPTIONS && same) {
			state->attributes &= ~((parent->attributes | parent->spread) & PG_BIT(i));
		}
	}
}

/* What a partition's own part has beyond its parent's: something is left to be said. */
static bool
is_more_than_echo(const struct pg_state *state, const struct pg_state *owner)
{
	uint64_t own = PG_BIT(SFS_ATTR_COMMENT) | PG_BIT(SFS_TRIGGER_ENABLED);

	if (state->to->id.kind == SFS_COLUMN) {
		return owner && owner->made;
	}
	return state->to->id.kind == SFS_TRIGGER &&
	       (state->to->present & own ||
		       !sfs_streq(sfs_object_get(state->to, SFS_TRIGGER_INHERITED), "true"));
}

/* A column that comes from the parent's new one, as far as it is not the same. */
static void
follow_new_column(struct pg_planner *planner, struct pg_state *state)
{
	static const int own[] = { SFS_ATTR_COMMENT, SFS_ATTR_ACL, SFS_ATTR_SECURITY_LABELS,
		SFS_COLUMN_DEFAULT, SFS_COLUMN_NOT_NULL, SFS_COLUMN_STORAGE, SFS_COLUMN_STATISTICS,
		SFS_COLUMN_OPTIONS };
	const struct sfs_object *parent = pg_parent_column(planner->diff->to, state->to);
	struct sfs_object *bare;

	if (!parent) {
		return;
	}
	bare = pg_copy(planner, pg_flatten(planner, planner->diff->to, parent));
	bare->present &= ~(PG_BIT(SFS_ATTR_COMMENT) | PG_BIT(SFS_ATTR_ACL) |
			   PG_BIT(SFS_ATTR_SECURITY_LABELS) | PG_BIT(SFS_COLUMN_STATISTICS) |
			   PG_BIT(SFS_COLUMN_OPTIONS));
	state->old = bare;
	state->new = pg_flatten(planner, planner->diff->to, state->to);
	state->attributes = 0;
	for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
		if (sfs_attribute_differs(state->old, state->new, own[i])) {
			state->attributes |= PG_BIT(own[i]);
		}
	}
	if (planner->db && planner->db->version >= 180000 &&
		pg_not_null_is_renamed(state->old, state->new)) {
		state->attributes |= PG_BIT(SFS_COLUMN_NULLABLE_NAME);
	}
}

static bool
is_check(const struct sfs_object *object)
{
	return object->id.kind == SFS_CONSTRAINT &&
	       sfs_streq(sfs_object_get(object, SFS_CONSTRAINT_TYPE), "CHECK");
}

/* RENAME of a table's column or check reaches all tables that have it from there. */
bool
pg_is_renamed_by_parent(const struct pg_planner *planner, const struct pg_state *state)
{
	const struct sfs_object *table = state->to->owner;
	struct sfs_objects parents = { 0 };

	if (table && (state->to->id.kind == SFS_COLUMN || is_check(state->to))) {
		parents = sfs_graph_uses(planner->diff->from, state->from->owner);
	}
	for (size_t i = 0; i < parents.len; i++) {
		const struct sfs_object *theirs =
			parents.items[i]->owner
				? NULL
				: sfs_object_part(parents.items[i], state->from->id.kind,
					  state->from->id.name);
		const struct pg_state *other = theirs ? planner->by_from[theirs->index] : NULL;

		if (other && other->renamed && !other->gone && other->to &&
			strcmp(other->to->id.name, state->to->id.name) == 0) {
			return true;
		}
	}
	return false;
}

/*
 * A new index of a partitioned table takes those over that its partitions have already: so they come to
 * have the names that they shall have.
 */
bool
pg_index_comes_first(const struct pg_planner *planner, const struct pg_state *index)
{
	const struct sfs_object *to = index->to;
	const struct pg_state *table;
	struct sfs_objects uses;

	if (!index->made || (to->id.kind != SFS_INDEX && to->id.kind != SFS_CONSTRAINT) ||
		!to->owner || to->owner->id.kind != SFS_TABLE || !pg_is_attached(to->owner)) {
		return false;
	}
	/* What is attached by its name comes after the whole. */
	if (to->id.kind == SFS_INDEX ? sfs_object_has(to, SFS_INDEX_ATTACHED)
				     : sfs_object_has(to, SFS_CONSTRAINT_ATTACHED)) {
		return false;
	}
	table = planner->by_to[to->owner->index];
	uses = sfs_graph_uses(planner->diff->to, to);
	for (size_t i = 0; i < uses.len && !(table && (table->made || pg_joins(table))); i++) {
		const struct pg_state *parent = planner->by_to[uses.items[i]->index];

		/* A key of the partition's own can be what the parent's index finds. */
		if (pg_is_inherited(to) ? uses.items[i]->id.kind != to->id.kind
					: uses.items[i]->id.kind != SFS_INDEX) {
			continue;
		}
		/* One of a partition that is made by its own parent's alone is an echo by now. */
		if (parent && (parent->made || parent->echo) && uses.items[i]->owner != to->owner &&
			!pg_is_own_foreign_key(uses.items[i])) {
			return true;
		}
	}
	return false;
}

/* Whether the index is attached to one of the parent's that goes, and so on: then it goes with that. */
static bool
goes_with_parent(const struct pg_planner *planner, const struct sfs_object *index, unsigned depth)
{
	enum { MAX_DEPTH = 32 };
	struct sfs_objects uses = { 0 };
	const struct pg_state *table = state_or_null(planner->by_from, index->owner);

	/* What a partition has when it is detached is its own. */
	if (index->id.kind == SFS_INDEX && sfs_object_has(index, SFS_INDEX_PARENT) &&
		!(table && table->untied)) {
		uses = sfs_graph_uses(planner->diff->from, index);
	}
	for (size_t i = 0; i < uses.len; i++) {
		const struct pg_state *parent = planner->by_from[uses.items[i]->index];

		if (uses.items[i]->id.kind == SFS_INDEX && parent && depth < MAX_DEPTH &&
			(parent->gone || (!parent->to && goes_with_parent(planner, parent->from,
								 depth + 1)))) {
			return true;
		}
	}
	return false;
}

/* A check that comes from the parent's new one, which need not hold for old rows: here it shall. */
static void
follow_new_check(struct pg_planner *planner, struct pg_state *state)
{
	struct sfs_objects parents = sfs_graph_uses(planner->diff->to, state->to->owner);

	for (size_t i = 0; i < parents.len; i++) {
		const struct sfs_object *theirs =
			sfs_object_part(parents.items[i], SFS_CONSTRAINT, state->to->id.name);

		if (theirs && sfs_object_has(theirs, SFS_CONSTRAINT_NOT_VALID) &&
			!sfs_object_has(state->to, SFS_CONSTRAINT_NOT_VALID) &&
			!sfs_object_has(state->to, SFS_CONSTRAINT_UNCHECKED)) {
			state->old = theirs;
			state->attributes = PG_BIT(SFS_CONSTRAINT_NOT_VALID);
		}
	}
}

/* The foreign key of a partition that refers to its own parent: it is that of the parent. */
static bool
refers_to_parent(const struct sfs_object *key)
{
	return key->id.kind == SFS_CONSTRAINT && key->owner->id.kind == SFS_TABLE &&
	       sfs_object_has(key, SFS_CONSTRAINT_REFERENCES) &&
	       sfs_streq(sfs_object_get(key, SFS_CONSTRAINT_REFERENCES),
		       sfs_object_get(key->owner, SFS_TABLE_PARTITION_OF));
}

/*
 * A foreign key of a partition follows the parent's: whether it holds, and for old rows, and when it is
 * looked at, is told of that one. What is made anew there is made anew here.
 */
static void
follow_parent_key(struct pg_planner *planner, struct pg_state *key)
{
	struct sfs_objects uses = sfs_graph_uses(planner->diff->to, key->to);

	for (size_t i = 0; i < uses.len; i++) {
		const struct pg_state *parent = planner->by_to[uses.items[i]->index];

		if (!parent || uses.items[i]->id.kind != SFS_CONSTRAINT ||
			uses.items[i]->owner == key->to->owner || !parent->from) {
			continue;
		}
		uint64_t follows = parent->made || parent->echo
					   ? ~UINT64_C(0)
					   : parent->attributes | parent->spread;

		follows &= ~(PG_BIT(SFS_ATTR_COMMON) - 1);
		key->spread |= key->attributes & follows;
		key->attributes &= ~follows;
	}
}

bool
pg_comes_by_attaching(const struct sfs_object *constraint)
{
	const char *definition = constraint->id.kind == SFS_CONSTRAINT
					 ? sfs_object_get(constraint, SFS_CONSTRAINT_DEFINITION)
					 : NULL;
	struct sfs_lexer lexer;
	struct sfs_token token;

	if (!definition || !pg_is_inherited(constraint) ||
		!sfs_object_has(constraint->owner, SFS_TABLE_PARTITION_OF)) {
		return false;
	}
	if (sfs_streq(sfs_object_get(constraint, SFS_CONSTRAINT_TYPE), "EXCLUDE")) {
		return true;
	}
	sfs_lexer_init(&lexer, SFS_POSTGRES, definition, strlen(definition));
	while (sfs_lexer_word(&lexer, &token)) {
		if (sfs_token_is(definition, &token, "OVERLAPS")) {
			return true;
		}
	}
	return false;
}

void
pg_find_echo(struct pg_planner *planner, struct pg_state *state)
{
	const struct sfs_diff *diff = planner->diff;
	const struct sfs_object *old = state->from ? pg_relation_of(diff->from, state->from) : NULL;
	const struct sfs_object *new = state->to ? pg_relation_of(diff->to, state->to) : NULL;
	const struct pg_state *before = state_or_null(planner->by_from, old);
	const struct pg_state *after = state_or_null(planner->by_to, new);

	if (state->gone && pg_is_inherited(state->from) &&
		!(before && (before->gone ||
				    (before->untied && !refers_to_parent(state->from) &&
					    !pg_keeps_inherited(planner, before, state->from))))) {
		state->gone = false;
		state->echo = !state->made;
	}
	if (state->gone && goes_with_parent(planner, state->from, 0)) {
		state->gone = false;
		state->echo = !state->made;
	}
	if (state->made && pg_is_inherited(state->to) && !pg_index_comes_first(planner, state) &&
		!(after && pg_joins(after) && !refers_to_parent(state->to) &&
			!pg_comes_by_attaching(state->to) &&
			!pg_keeps_inherited(planner, after, state->to) &&
			!pg_comes_after_joining(planner, after, state->to))) {
		state->made = is_more_than_echo(state, after);
		if (!state->made && !state->gone && state->to->id.kind == SFS_COLUMN) {
			follow_new_column(planner, state);
		}
		if (!state->made && !state->gone && is_check(state->to)) {
			state->attributes = 0;
			follow_new_check(planner, state);
		}
		state->echo = !state->made && !state->gone && !state->attributes;
	}
	if (!state->gone && !state->made && pg_is_inherited(state->to) &&
		pg_is_inherited(state->from) && state->to->id.kind == SFS_COLUMN && !state->new) {
		leave_to_parent(planner, state);
	}
	if (!state->gone && !state->made && !state->echo && pg_is_inherited(state->to) &&
		pg_is_inherited(state->from) && pg_is_foreign_key(state->to)) {
		follow_parent_key(planner, state);
	}
}

/*
 * A view's columns come and go with its query. What is said of them besides, a comment or a grant,
 * is said of a column that the new query brings as of any other.
 */
void
pg_follow_query(struct pg_planner *planner, struct pg_state *column)
{
	const struct sfs_object *any = column->to ? column->to : column->from;
	const struct pg_state *view;
	struct sfs_object *bare;

	if (any->id.kind != SFS_COLUMN ||
		(any->owner->id.kind != SFS_VIEW && any->owner->id.kind != SFS_MATERIALIZED_VIEW)) {
		return;
	}
	view = column->to ? state_or_null(planner->by_to, column->to->owner)
			  : state_or_null(planner->by_from, column->from->owner);
	if (view && (column->to ? view->made : view->gone)) {
		return;
	}
	if (!column->to) {
		column->gone = false;
		column->echo = true;
		return;
	}
	if (column->made) {
		column->made = column->gone = false;
		bare = pg_copy(planner, column->to);
		bare->present = 0;
		column->old = bare;
		column->attributes = column->to->present;
	}
	column->attributes &= SAID_OF_VIEW_COLUMNS;
}
