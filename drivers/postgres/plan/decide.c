// SPDX-License-Identifier: MIT
/* Where a plan starts: what happens to each object that differs, before the others react to it. */
#include <string.h>

#include "drivers/postgres/plan/facts.h"
#include "drivers/postgres/plan/family.h"
#include "drivers/postgres/plan/planner.h"
#include "drivers/postgres/plan/rows.h"

#define COMMON_ATTRIBUTES (PG_BIT(SFS_ATTR_COMMON) - 1)

/* ---- states ---- */

static struct pg_state *
new_state(struct pg_planner *planner, const struct sfs_object *from, const struct sfs_object *to)
{
	struct pg_state *state = sfs_arena_alloc(planner->arena, sizeof *state);

	state->from = from;
	state->to = to;
	if (from) {
		planner->by_from[from->index] = state;
	}
	if (to) {
		planner->by_to[to->index] = state;
	}
	sfs_vec_push(&planner->states, state);
	return state;
}

struct pg_state *
pg_state_of(struct pg_planner *planner, const struct sfs_object *from)
{
	struct pg_state *state = planner->by_from[from->index];

	return state ? state : new_state(planner, from, planner->diff->counterpart[from->index]);
}

struct pg_state *
pg_state_of_new(struct pg_planner *planner, const struct sfs_object *to)
{
	struct pg_state *state = planner->by_to[to->index];

	return state ? state : new_state(planner, planner->diff->origin[to->index], to);
}

bool
pg_uses(const struct sfs_catalog *catalog, const struct sfs_object *user,
	const struct sfs_object *used)
{
	struct sfs_objects uses = sfs_graph_uses(catalog, user);

	for (size_t i = 0; i < uses.len; i++) {
		if (uses.items[i] == used) {
			return true;
		}
	}
	return false;
}

const struct sfs_object *
pg_relation_of(const struct sfs_catalog *catalog, const struct sfs_object *object)
{
	if (object->owner) {
		return object->owner;
	}
	return object->id.relation
		       ? sfs_catalog_relation(catalog, object->id.namespace, object->id.relation)
		       : NULL;
}

/* ---- where it starts ---- */

/* A column that becomes its parent's alone changes the table, which may not differ otherwise. */
static void
start_inherited(struct pg_planner *planner, struct pg_state *column)
{
	struct pg_state *table;

	if (!(column->attributes & PG_BIT(SFS_COLUMN_INHERITED)) ||
		planner->by_from[column->from->owner->index]) {
		return;
	}
	table = pg_state_of(planner, column->from->owner);
	if (table->to && table->to->id.kind == SFS_TABLE && pg_needs_new_table(planner, table)) {
		pg_replace(planner, table);
	}
}

/* Its privileges are given anew, whatever they were. */
static void
renew_grants(struct pg_planner *planner, const struct sfs_object *column)
{
	struct pg_state *state = pg_state_of_new(planner, column);

	state->attributes |= PG_BIT(SFS_ATTR_ACL);
	state->old = pg_without(planner, state->from, SFS_ATTR_ACL);
}

/* Taking a privilege on a table away takes it away on its columns, too. */
static void
renew_column_grants(struct pg_planner *planner, const struct pg_state *table)
{
	const struct sfs_object *part;

	if (!(table->attributes & PG_BIT(SFS_ATTR_ACL)) ||
		!sfs_object_has(table->from, SFS_ATTR_ACL)) {
		return;
	}
	sfs_parts_foreach (part, table->to) {
		if (part->id.kind == SFS_COLUMN && planner->diff->origin[part->index] &&
			sfs_object_has(part, SFS_ATTR_ACL)) {
			renew_grants(planner, part);
		}
	}
}

/* The same of a table that is an extension's or the server's: its columns' are objects beside it. */
static void
renew_grants_beside(struct pg_planner *planner, const struct sfs_object *table)
{
	const struct sfs_diff *diff = planner->diff;

	if (table->id.kind != SFS_GRANTS || sfs_object_has(table, SFS_GRANTS_COLUMN)) {
		return;
	}
	sfs_vec_foreach (item, &diff->to->objects) {
		const struct sfs_object *other = *item;

		if (other->id.kind == SFS_GRANTS && diff->origin[other->index] &&
			sfs_object_has(other, SFS_GRANTS_COLUMN) &&
			sfs_streq(sfs_object_get(other, SFS_GRANTS_TARGET),
				sfs_object_get(table, SFS_GRANTS_TARGET))) {
			renew_grants(planner, other);
		}
	}
}

static bool
must_replace(const struct pg_planner *planner, const struct pg_state *state)
{
	const struct pg_kind *kind = pg_kind(state->to->id.kind);
	struct sfs_change change = { SFS_ALTER, state->from, state->to, state->attributes };
	uint64_t special = state->attributes & ~COMMON_ATTRIBUTES;

	if (!special) {
		return false;
	}
	if (special & ~kind->in_place) {
		return true;
	}
	if (state->to->id.kind == SFS_COLUMN) {
		return pg_is_generated_anew(planner, state);
	}
	if (state->to->id.kind == SFS_TYPE && pg_uses_new_label(planner, state)) {
		return true;
	}
	return kind->can_alter && !kind->can_alter(planner->diff, &change);
}

static void
loosen_key_users(struct pg_planner *planner, const struct sfs_object *key)
{
	struct sfs_objects users = sfs_graph_used_by(planner->diff->from, key);

	for (size_t i = 0; i < users.len; i++) {
		/* A key of the table's own to another one needs its columns as well. */
		if (key->owner && pg_refers_to(users.items[i], key->owner)) {
			pg_replace(planner, pg_state_of(planner, users.items[i]));
		}
	}
}

void
pg_loosen_references(struct pg_planner *planner, const struct pg_state *table, bool its_own)
{
	struct sfs_objects parents = sfs_graph_uses(planner->diff->from, table->from);
	const struct sfs_object *part;

	for (size_t i = 0; i < parents.len; i++) {
		if (parents.items[i]->id.kind != SFS_TABLE ||
			!sfs_object_has(table->from, SFS_TABLE_PARTITION_OF)) {
			continue;
		}
		sfs_parts_foreach (part, parents.items[i]) {
			loosen_key_users(planner, part);
		}
	}
	if (its_own) {
		sfs_parts_foreach (part, table->from) {
			loosen_key_users(planner, part);
		}
	}
}

bool
pg_is_own_foreign_key(const struct sfs_object *constraint)
{
	return constraint->id.kind == SFS_CONSTRAINT &&
	       !sfs_object_has(constraint, SFS_CONSTRAINT_INHERITED) &&
	       sfs_streq(sfs_object_get(constraint, SFS_CONSTRAINT_TYPE), "FOREIGN KEY");
}

bool
pg_refers_to(const struct sfs_object *constraint, const struct sfs_object *table)
{
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT;

	if (!pg_is_own_foreign_key(constraint)) {
		return false;
	}
	pg_qualified(&name, table->id.namespace, table->id.name);
	return sfs_streq(
		sfs_object_get(constraint, SFS_CONSTRAINT_REFERENCES), sfs_str_text(&name));
}

/* A table that is detached keeps what the parent brought it; what comes with attaching would be there twice. */
static void
attach_anew(struct pg_planner *planner, const struct pg_state *table)
{
	const uint64_t place = PG_BIT(SFS_TABLE_PARTITION_OF) | PG_BIT(SFS_TABLE_PARTITION_BOUND);
	const struct sfs_object *part;

	if (!(table->attributes & place)) {
		return;
	}
	sfs_parts_foreach (part, table->from) {
		const struct sfs_object *to = planner->diff->counterpart[part->index];

		if (to && pg_comes_by_attaching(part) && pg_comes_by_attaching(to)) {
			pg_replace(planner, pg_state_of(planner, part));
		}
	}
}

static void
start_kept(struct pg_planner *planner, struct pg_state *state)
{
	enum sfs_kind kind = state->to->id.kind;

	if (must_replace(planner, state) ||
		(kind == SFS_TABLE && pg_needs_new_table(planner, state)) ||
		(kind == SFS_EXTENSION && state->attributes & PG_BIT(SFS_EXTENSION_VERSION) &&
			!pg_can_update(planner, state))) {
		pg_replace(planner, state);
		return;
	}
	if (kind == SFS_TABLE) {
		attach_anew(planner, state);
	}
	renew_column_grants(planner, state);
	if (kind == SFS_COLUMN) {
		start_inherited(planner, state);
	}
	if (kind == SFS_COLUMN && pg_sets_expression(planner, state)) {
		pg_keep_index_names(planner, state->from);
	}
	if (kind == SFS_COLUMN && state->attributes & PG_BIT(SFS_COLUMN_TYPE)) {
		pg_retype(planner, state, SFS_COLUMN_TYPE);
	}
	if (kind == SFS_COLUMN && state->attributes & PG_BIT(SFS_COLUMN_COLLATION)) {
		pg_retype(planner, state, SFS_COLUMN_COLLATION);
	}
	if ((kind == SFS_TABLE || kind == SFS_FOREIGN_TABLE) && state->attributes & PG_TABLE_TIED) {
		/* What it says of its indexes holds nobody: only parents and types do. */
		state->tied = true;
		state->untied = state->attributes & PG_TABLE_HELD;
		if (state->untied) {
			pg_loosen_references(planner, state, false);
		}
	}
	if (kind == SFS_MATERIALIZED_VIEW && state->attributes & PG_BIT(SFS_VIEW_CLUSTER_ON)) {
		state->tied = true;
	}
	if (kind == SFS_SEQUENCE && state->attributes & PG_BIT(SFS_SEQUENCE_OWNED_BY)) {
		pg_own_anew(state);
	}
}

/* A stored composite value can not get another type for one of its fields. */
static void
start_attribute(struct pg_planner *planner, struct pg_state *state)
{
	if (pg_is_stored(planner->diff, state->from->owner)) {
		pg_replace(planner, pg_state_of(planner, state->from->owner));
	}
}

/* A domain gets stricter, or an attribute of a type comes, goes or changes: who holds on to them? */
static void
start_held(struct pg_planner *planner, const struct sfs_change *change)
{
	const struct sfs_object *any = change->to ? change->to : change->from;
	const struct sfs_object *owner = change->from ? change->from->owner : NULL;
	bool stricter;

	if (!owner && any->owner) {
		owner = planner->diff->origin[any->owner->index];
	}
	if (any->id.kind == SFS_TYPE_ATTRIBUTE && owner) {
		pg_loosen_typed_tables(planner, owner);
	}
	stricter = any->id.kind == SFS_DOMAIN_CONSTRAINT && owner && change->to;
	if (any->id.kind == SFS_DOMAIN && change->action != SFS_CREATE && change->to) {
		stricter = change->attributes & PG_BIT(SFS_DOMAIN_NOT_NULL) &&
			   sfs_object_has(change->to, SFS_DOMAIN_NOT_NULL);
		owner = change->from;
	}
	if (stricter && (change->action == SFS_CREATE || change->attributes) &&
		planner->diff->counterpart[owner->index] &&
		pg_is_stored_inside(planner->diff->from, owner)) {
		pg_replace(planner, pg_state_of(planner, owner));
	}
}

/* A new column that has a value in each row can not be added to rows of which others hold copies. */
static void
start_new_column(struct pg_planner *planner, const struct sfs_object *column)
{
	static const int values[] = { SFS_COLUMN_DEFAULT, SFS_COLUMN_IDENTITY, SFS_COLUMN_SERIAL,
		SFS_COLUMN_GENERATED };
	const struct sfs_object *table =
		column->id.kind == SFS_COLUMN ? planner->diff->origin[column->owner->index] : NULL;

	for (size_t i = 0; table && i < sizeof values / sizeof *values; i++) {
		if (table->id.kind == SFS_TABLE && sfs_object_has(column, values[i]) &&
			pg_is_stored(planner->diff, table)) {
			pg_replace(planner, pg_state_of(planner, table));
			return;
		}
	}
}

static void
start(struct pg_planner *planner, const struct sfs_change *change)
{
	struct pg_state *state = change->from ? pg_state_of(planner, change->from)
					      : pg_state_of_new(planner, change->to);

	switch (change->action) {
	case SFS_CREATE:
		state->made = true;
		break;
	case SFS_DROP:
		pg_replace(planner, state);
		break;
	case SFS_RENAME:
		state->renamed = true;
		state->attributes |= change->attributes;
		break;
	case SFS_ALTER:
		state->attributes |= change->attributes;
		break;
	}
}

/* A default is taken off before its column gets a type into which the server may not convert it. */
static void
settle_default(struct pg_state *state)
{
	const struct sfs_object *from = state->from, *to = state->to;
	enum pg_cast cast;

	if (!state->gone && pg_loses_identity(state) && sfs_object_has(to, SFS_COLUMN_DEFAULT)) {
		/* The sequence of the new default may have the name of the identity's. */
		state->untied = state->tied = true;
		return;
	}

	if (!state->retyped || state->gone || !sfs_object_has(from, SFS_COLUMN_DEFAULT)) {
		return;
	}
	cast = pg_cast_between(
		sfs_object_get(from, SFS_COLUMN_TYPE), sfs_object_get(to, SFS_COLUMN_TYPE));
	if (cast >= PG_CAST_DIRECT) {
		state->untied = true;
		state->tied = sfs_object_has(to, SFS_COLUMN_DEFAULT);
	}
}

/* The sequence behind an identity column, and NOT NULL, are called after their table and column. */
static void
rename_what_is_called_so(struct pg_planner *planner, const struct sfs_change *change)
{
	const struct sfs_object *owner = change->from->owner, *part;

	if (change->from->id.kind != SFS_TABLE && change->from->id.kind != SFS_COLUMN) {
		return;
	}
	sfs_parts_foreach (part, owner ? owner : change->from) {
		const struct sfs_object *to = planner->diff->counterpart[part->index];

		if (part->id.kind == SFS_COLUMN && to && pg_identity_is_renamed(part, to)) {
			pg_state_of(planner, part)->attributes |=
				PG_BIT(SFS_COLUMN_IDENTITY_OPTIONS);
		}
		if (part->id.kind == SFS_COLUMN && to && planner->db &&
			planner->db->version >= 180000 && pg_not_null_is_renamed(part, to)) {
			pg_state_of(planner, part)->attributes |= PG_BIT(SFS_COLUMN_NULLABLE_NAME);
		}
	}
}

void
pg_decide(struct pg_planner *planner)
{
	const struct sfs_diff *diff = planner->diff;

	/* All differences are known before one is judged: a reaction looks at the others. */
	sfs_vec_foreach (change, &diff->changes) {
		start(planner, change);
	}
	sfs_vec_foreach (change, &diff->changes) {
		if (change->from) {
			renew_grants_beside(planner, change->from);
		}
		if (change->action == SFS_CREATE || change->action == SFS_DROP) {
			continue;
		}
		struct pg_state *state = pg_state_of(planner, change->from);

		if (change->action == SFS_RENAME) {
			rename_what_is_called_so(planner, change);
		}
		if (!state->gone) {
			start_kept(planner, state);
		}
		if (change->from->id.kind == SFS_TYPE_ATTRIBUTE &&
			pg_differs(change, SFS_TYPE_ATTRIBUTE_TYPE)) {
			start_attribute(planner, state);
		}
	}
	sfs_vec_foreach (change, &diff->changes) {
		start_held(planner, change);
		if (change->action == SFS_CREATE) {
			start_new_column(planner, change->to);
			pg_keep_new_not_null(planner, change->to);
		}
	}
	pg_resettle(planner);
	pg_flatten_columns(planner);
	do {
		pg_close_over(planner);
	} while (pg_settle_heirs(planner) || pg_release_keys(planner));
	pg_flatten_columns(planner); /* of tables that were loosened since */
	pg_spread_columns(planner);
	for (size_t i = 0; i < planner->states.len; i++) {
		if (planner->states.items[i]->from && planner->states.items[i]->to &&
			planner->states.items[i]->from->id.kind == SFS_COLUMN) {
			settle_default(planner->states.items[i]);
		}
	}
}
