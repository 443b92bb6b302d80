// SPDX-License-Identifier: MIT
/*
 * What happens to each object: altered in place, or dropped and made again, and which others have
 * to be loosened, retyped or made again because of that. Nothing is ever dropped by CASCADE.
 */
#include <string.h>

#include "drivers/postgres/planner.h"

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

static void
enqueue(struct pg_planner *planner, struct pg_state *state)
{
	if (!state->queued) {
		state->queued = true;
		sfs_vec_push(&planner->queue, state);
	}
}

/* ---- replacing ---- */

/* Whether the old one can stay beside the new one until that has taken over its rows or users. */
static bool
can_stand_aside(const struct pg_state *state)
{
	return state->from && state->to &&
	       (state->from->id.kind == SFS_TABLE || state->from->id.kind == SFS_TYPE ||
		       state->from->id.kind == SFS_DOMAIN);
}

static void
replace(struct pg_planner *planner, struct pg_state *state)
{
	if (state->gone) {
		return;
	}
	state->gone = true;
	state->made = state->to != NULL;
	state->aside = can_stand_aside(state);
	state->untied = state->tied = false;
	enqueue(planner, state);
}

static void
retype(struct pg_planner *planner, struct pg_state *state, int attribute)
{
	state->attributes |= PG_BIT(attribute);
	if (!state->retyped) {
		state->retyped = true;
		enqueue(planner, state);
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
	if (state->to->id.kind == SFS_TYPE && pg_uses_new_label(planner, state)) {
		return true;
	}
	return kind->can_alter && !kind->can_alter(planner->diff, &change);
}

/* ---- what the end, or the new type, of one object means for another that needs it ---- */

enum reaction {
	REPLACED,  /* the default */
	REBUILT,   /* the server does what is needed */
	REWRITTEN, /* replaced, unless it is altered so that it needs the other no more */
	COLUMN_REACTS,
	SEQUENCE_REACTS,
	TABLE_REACTS,
};

static const enum reaction when_gone[SFS_KIND_COUNT] = {
	[SFS_COLUMN] = COLUMN_REACTS,
	[SFS_SEQUENCE] = SEQUENCE_REACTS,
	[SFS_TABLE] = TABLE_REACTS,
	[SFS_FOREIGN_TABLE] = TABLE_REACTS,
	[SFS_VIEW] = REWRITTEN,
	[SFS_POLICY] = REWRITTEN,
	[SFS_FUNCTION] = REWRITTEN,
	[SFS_PROCEDURE] = REWRITTEN,
	[SFS_PUBLICATION] = REWRITTEN,
	[SFS_EXTENSION] = REWRITTEN,
	[SFS_DEFAULT_PRIVILEGES] = REBUILT,
};

static bool
is_kind_of_type(enum sfs_kind kind)
{
	return kind == SFS_TYPE || kind == SFS_DOMAIN || kind == SFS_TABLE || kind == SFS_VIEW ||
	       kind == SFS_MATERIALIZED_VIEW || kind == SFS_FOREIGN_TABLE;
}

static void
column_reacts(struct pg_planner *planner, struct pg_state *user, const struct pg_state *used)
{
	enum sfs_kind kind = used->from->id.kind;

	if (sfs_object_has(user->from, SFS_COLUMN_GENERATED) && !is_kind_of_type(kind)) {
		replace(planner, user);
		return;
	}
	if (kind == SFS_COLLATION) {
		retype(planner, user, SFS_COLUMN_COLLATION);
	} else if (is_kind_of_type(kind) && used->made && user->to) {
		retype(planner, user, SFS_COLUMN_TYPE);
	}
	/* Of a partition or child it may be the parent's, which does what is needed. */
	user->untied = sfs_object_has(user->from, SFS_COLUMN_DEFAULT);
	user->tied = user->to && sfs_object_has(user->to, SFS_COLUMN_DEFAULT);
}

static void
sequence_reacts(struct pg_state *user)
{
	user->untied = sfs_object_has(user->from, SFS_SEQUENCE_OWNED_BY);
	user->tied = user->to && sfs_object_has(user->to, SFS_SEQUENCE_OWNED_BY);
}

static void
table_reacts(struct pg_planner *planner, struct pg_state *user, const struct pg_state *used)
{
	static const int holds[] = { SFS_TABLE_INHERITS, SFS_TABLE_PARTITION_OF,
		SFS_TABLE_OF_TYPE };
	bool loosened = false;

	if (used->from->id.kind == SFS_TABLE || used->from->id.kind == SFS_TYPE ||
		used->from->id.kind == SFS_FOREIGN_TABLE) {
		for (size_t i = 0; i < sizeof holds / sizeof *holds; i++) {
			if (sfs_object_has(user->from, holds[i])) {
				user->attributes |= PG_BIT(holds[i]);
				loosened = true;
			}
		}
	}
	if (loosened) {
		user->untied = user->tied = true;
	} else {
		replace(planner, user);
	}
}

/* Whether `user` changes in place, and its new form needs the successor of `used` no more. */
static bool
is_rewritten(
	const struct pg_planner *planner, const struct pg_state *user, const struct pg_state *used)
{
	return (user->attributes & ~COMMON_ATTRIBUTES) && user->to &&
	       !(used->to && pg_uses(planner->diff->to, user->to, used->to));
}

static void
react_to_end(struct pg_planner *planner, struct pg_state *user, const struct pg_state *used)
{
	enum reaction reaction = when_gone[user->from->id.kind];

	switch (reaction) {
	case REBUILT:
		break;
	case REWRITTEN:
		if (!is_rewritten(planner, user, used)) {
			replace(planner, user);
		}
		break;
	case COLUMN_REACTS:
		column_reacts(planner, user, used);
		break;
	case SEQUENCE_REACTS:
		sequence_reacts(user);
		break;
	case TABLE_REACTS:
		table_reacts(planner, user, used);
		break;
	case REPLACED:
		replace(planner, user);
		break;
	}
}

/* The server follows a column's new type by itself into indexes, statistics and checks. */
static const enum reaction when_retyped[SFS_KIND_COUNT] = {
	[SFS_INDEX] = REBUILT,
	[SFS_STATISTICS] = REBUILT,
	[SFS_SEQUENCE] = REBUILT,
	[SFS_TABLE] = REBUILT,
	[SFS_FOREIGN_TABLE] = REBUILT,
	[SFS_CONSTRAINT] = REBUILT, /* but see below */
	[SFS_PUBLICATION] = REBUILT,
	[SFS_VIEW] = REWRITTEN,
	[SFS_POLICY] = REWRITTEN,
	[SFS_FUNCTION] = REWRITTEN,
	[SFS_PROCEDURE] = REWRITTEN,
};

static void
react_to_type(struct pg_planner *planner, struct pg_state *user, const struct pg_state *used)
{
	enum reaction reaction = when_retyped[user->from->id.kind];

	if (user->from->id.kind == SFS_CONSTRAINT &&
		sfs_streq(sfs_object_get(user->from, SFS_CONSTRAINT_TYPE), "FOREIGN KEY")) {
		/* Between the two columns' changes there may be no operator to compare them. */
		reaction = REPLACED;
	}
	if (reaction == REBUILT || (reaction == REWRITTEN && is_rewritten(planner, user, used))) {
		return;
	}
	replace(planner, user);
}

/* ---- what a table keeps about its indexes goes with them ---- */

static void
renew_index_choice(struct pg_planner *planner, const struct pg_state *index)
{
	static const struct {
		enum sfs_kind kind;
		int attribute;
	} choices[] = {
		{ SFS_TABLE, SFS_TABLE_REPLICA_IDENTITY },
		{ SFS_TABLE, SFS_TABLE_CLUSTER_ON },
		{ SFS_MATERIALIZED_VIEW, SFS_VIEW_CLUSTER_ON },
	};
	const struct sfs_object *table = index->from->owner;
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT;

	if (!index->to || !index->to->owner) {
		return;
	}
	pg_name(&name, index->to->id.name);
	for (size_t i = 0; i < sizeof choices / sizeof *choices; i++) {
		const char *value = sfs_object_get(index->to->owner, choices[i].attribute);

		if (table->id.kind == choices[i].kind && value &&
			sfs_ends_with(value, sfs_str_text(&name))) {
			struct pg_state *state = pg_state_of(planner, table);

			state->attributes |= PG_BIT(choices[i].attribute);
			state->tied = true;
		}
	}
}

/* ---- the closure ---- */

static void
end_parts(struct pg_planner *planner, struct pg_state *state)
{
	struct sfs_object *part;

	sfs_parts_foreach (part, state->from) {
		struct pg_state *other = pg_state_of(planner, part);

		if (part->id.kind == SFS_SEQUENCE && other->to) {
			/* It keeps its position, whoever owns it. */
			sequence_reacts(other);
		} else {
			replace(planner, other);
		}
	}
}

static void
close_over(struct pg_planner *planner, struct pg_state *state)
{
	struct sfs_objects users = sfs_graph_used_by(planner->diff->from, state->from);

	if (state->gone) {
		end_parts(planner, state);
		if (state->from->id.kind == SFS_INDEX || state->from->id.kind == SFS_CONSTRAINT) {
			renew_index_choice(planner, state);
		}
	}
	for (size_t i = 0; i < users.len; i++) {
		struct pg_state *user = pg_state_of(planner, users.items[i]);

		if (user->gone || users.items[i] == state->from->owner) {
			continue;
		}
		if (state->gone) {
			react_to_end(planner, user, state);
		} else {
			react_to_type(planner, user, state);
		}
	}
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
		replace(planner, table);
	}
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
		struct pg_state *column;

		if (part->id.kind != SFS_COLUMN || !planner->diff->origin[part->index] ||
			!sfs_object_has(part, SFS_ATTR_ACL)) {
			continue;
		}
		column = pg_state_of_new(planner, part);
		column->attributes |= PG_BIT(SFS_ATTR_ACL);
		column->old = pg_without(planner, column->from, SFS_ATTR_ACL);
	}
}

static void
start_kept(struct pg_planner *planner, struct pg_state *state)
{
	enum sfs_kind kind = state->to->id.kind;

	if (must_replace(planner, state) ||
		(kind == SFS_TABLE && pg_needs_new_table(planner, state))) {
		replace(planner, state);
		return;
	}
	renew_column_grants(planner, state);
	if (kind == SFS_COLUMN) {
		start_inherited(planner, state);
	}
	if (kind == SFS_COLUMN && state->attributes & PG_BIT(SFS_COLUMN_TYPE)) {
		retype(planner, state, SFS_COLUMN_TYPE);
	}
	if (kind == SFS_COLUMN && state->attributes & PG_BIT(SFS_COLUMN_COLLATION)) {
		retype(planner, state, SFS_COLUMN_COLLATION);
	}
	if ((kind == SFS_TABLE || kind == SFS_FOREIGN_TABLE) && state->attributes & PG_TABLE_TIED) {
		state->untied = state->tied = true;
	}
	if (kind == SFS_MATERIALIZED_VIEW && state->attributes & PG_BIT(SFS_VIEW_CLUSTER_ON)) {
		state->tied = true;
	}
	if (kind == SFS_SEQUENCE && state->attributes & PG_BIT(SFS_SEQUENCE_OWNED_BY)) {
		sequence_reacts(state);
	}
}

/* A stored composite value can not get another type for one of its fields. */
static void
start_attribute(struct pg_planner *planner, struct pg_state *state)
{
	struct sfs_objects users = sfs_graph_used_by(planner->diff->from, state->from->owner);

	for (size_t i = 0; i < users.len; i++) {
		if (users.items[i]->id.kind == SFS_COLUMN) {
			replace(planner, pg_state_of(planner, state->from->owner));
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
		replace(planner, state);
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

void
pg_decide(struct pg_planner *planner)
{
	const struct sfs_diff *diff = planner->diff;

	/* All differences are known before one is judged: a reaction looks at the others. */
	sfs_vec_foreach (change, &diff->changes) {
		start(planner, change);
	}
	sfs_vec_foreach (change, &diff->changes) {
		if (change->action == SFS_CREATE || change->action == SFS_DROP) {
			continue;
		}
		struct pg_state *state = pg_state_of(planner, change->from);

		if (!state->gone) {
			start_kept(planner, state);
		}
		if (change->from->id.kind == SFS_TYPE_ATTRIBUTE &&
			pg_differs(change, SFS_TYPE_ATTRIBUTE_TYPE)) {
			start_attribute(planner, state);
		}
	}
	pg_flatten_columns(planner);
	while (planner->queue.len) {
		struct pg_state *state = planner->queue.items[--planner->queue.len];

		state->queued = false;
		close_over(planner, state);
	}
	pg_flatten_columns(planner); /* of tables that were loosened since */
	for (size_t i = 0; i < planner->states.len; i++) {
		if (planner->states.items[i]->from && planner->states.items[i]->to &&
			planner->states.items[i]->from->id.kind == SFS_COLUMN) {
			settle_default(planner->states.items[i]);
		}
	}
}
