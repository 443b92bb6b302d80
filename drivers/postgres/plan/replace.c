// SPDX-License-Identifier: MIT
/*
 * What happens to each object: altered in place, or dropped and made again, and which others have
 * to be loosened, retyped or made again because of that. Nothing is ever dropped by CASCADE.
 */
#include <string.h>

#include "drivers/postgres/plan/family.h"
#include "drivers/postgres/plan/planner.h"
#include "drivers/postgres/print/print.h"

#define COMMON_ATTRIBUTES (PG_BIT(SFS_ATTR_COMMON) - 1)

static void
enqueue(struct pg_planner *planner, struct pg_state *state)
{
	if (!state->queued) {
		state->queued = true;
		sfs_vec_push(&planner->queue, state);
	}
}

/* ---- replacing ---- */

/* Whether the name of a type goes to one of another kind. */
static bool
loses_name(const struct pg_planner *planner, const struct sfs_object *type)
{
	static const enum sfs_kind kinds[] = { SFS_TYPE, SFS_DOMAIN, SFS_TABLE, SFS_VIEW };

	if (type->id.kind != SFS_TYPE && type->id.kind != SFS_DOMAIN) {
		return false;
	}
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		struct sfs_identity id = type->id;

		id.kind = kinds[i];
		if (sfs_catalog_find(planner->diff->to, &id)) {
			return true;
		}
	}
	return false;
}

/* Whether the old one can stay beside the new one until that has taken over its rows or users. */
static bool
can_stand_aside(const struct pg_planner *planner, const struct pg_state *state)
{
	static const bool kinds[SFS_KIND_COUNT] = {
		[SFS_COLLATION] = true,
		[SFS_DOMAIN] = true,
		[SFS_TABLE] = true,
		[SFS_TYPE] = true,
	};

	if (state->from && state->from->id.kind == SFS_VIEW) {
		return state->to && pg_is_stored(planner->diff, state->from);
	}
	return state->from && kinds[state->from->id.kind] &&
	       (state->to || loses_name(planner, state->from));
}

/* The server can not rewrite rows of which others hold copies: the table is made anew, and those. */
static void
keep_rows(struct pg_planner *planner, const struct sfs_object *table)
{
	if (table->id.kind == SFS_TABLE && pg_is_stored(planner->diff, table)) {
		pg_replace(planner, pg_state_of(planner, table));
	}
}

void
pg_replace(struct pg_planner *planner, struct pg_state *state)
{
	if (state->gone) {
		return;
	}
	state->gone = true;
	state->made = state->to != NULL;
	state->aside = can_stand_aside(planner, state);
	if (state->aside && state->from->id.kind == SFS_VIEW) {
		planner->loosened[state->from->index] = 1; /* of its query, which others wait for */
	}
	state->untied = state->tied = false;
	enqueue(planner, state);
	if (state->made && state->from->id.kind == SFS_COLUMN) {
		keep_rows(planner, state->from->owner);
	}
}

void
pg_retype(struct pg_planner *planner, struct pg_state *state, int attribute)
{
	state->attributes |= PG_BIT(attribute);
	if (!state->retyped) {
		state->retyped = true;
		enqueue(planner, state);
	}
	keep_rows(planner, state->from->owner);
	if (pg_is_partitioned_by(state->from->owner, state->from)) {
		pg_replace(planner, pg_state_of(planner, state->from->owner));
	}
}

/* ---- what the end, or the new type, of one object means for another that needs it ---- */

enum reaction {
	REPLACED,  /* the default */
	REBUILT,   /* the server does what is needed */
	REWRITTEN, /* replaced, unless it is altered so that it needs the other no more */
	COLUMN_REACTS,
	SEQUENCE_REACTS,
	ATTRIBUTE_REACTS,
	TABLE_REACTS,
};

static const enum reaction when_gone[SFS_KIND_COUNT] = {
	[SFS_COLUMN] = COLUMN_REACTS,
	[SFS_SEQUENCE] = SEQUENCE_REACTS,
	[SFS_TYPE_ATTRIBUTE] = ATTRIBUTE_REACTS,
	[SFS_TABLE] = TABLE_REACTS,
	[SFS_FOREIGN_TABLE] = TABLE_REACTS,
	[SFS_VIEW] = REWRITTEN,
	[SFS_POLICY] = REWRITTEN,
	[SFS_FUNCTION] = REWRITTEN,
	[SFS_PROCEDURE] = REWRITTEN,
	[SFS_PUBLICATION] = REWRITTEN,
	[SFS_EXTENSION] = REWRITTEN,
	[SFS_DEFAULT_PRIVILEGES] = REBUILT,
	[SFS_GRANTS] = REBUILT,
};

static bool
is_kind_of_type(enum sfs_kind kind)
{
	return kind == SFS_TYPE || kind == SFS_DOMAIN || kind == SFS_TABLE || kind == SFS_VIEW ||
	       kind == SFS_MATERIALIZED_VIEW || kind == SFS_FOREIGN_TABLE;
}

static bool
uses_any_of(const struct sfs_catalog *catalog, const struct sfs_object *user,
	const struct sfs_object *used)
{
	struct sfs_objects uses = sfs_graph_uses(catalog, user);

	for (size_t i = 0; i < uses.len; i++) {
		if (uses.items[i] == used || uses.items[i]->owner == used) {
			return true;
		}
	}
	return false;
}

/*
 * Whether `user` changes in place, and its new form needs the successor of `used` no more: nor, when
 * that goes with its owner, the owner's.
 */
static bool
is_rewritten(
	const struct pg_planner *planner, const struct pg_state *user, const struct pg_state *used)
{
	const struct sfs_object *owner = used->from->owner;
	const struct pg_state *whole = owner ? planner->by_from[owner->index] : NULL;

	if (!user->to || !(user->attributes & ~COMMON_ATTRIBUTES) ||
		(used->to && pg_uses(planner->diff->to, user->to, used->to))) {
		return false;
	}
	return !(whole && whole->gone && whole->to &&
		 uses_any_of(planner->diff->to, user->to, whole->to));
}

static void
column_reacts(struct pg_planner *planner, struct pg_state *user, const struct pg_state *used)
{
	enum sfs_kind kind = used->from->id.kind;

	if (sfs_object_has(user->from, SFS_COLUMN_GENERATED) &&
		(!is_kind_of_type(kind) ||
			(user->to && sfs_object_has(user->to, SFS_COLUMN_GENERATED)))) {
		if (!(pg_sets_expression(planner, user) && is_rewritten(planner, user, used))) {
			pg_replace(planner, user);
		}
		return;
	}
	if (kind == SFS_COLLATION) {
		pg_retype(planner, user, SFS_COLUMN_COLLATION);
	} else if (is_kind_of_type(kind) && user->to && (used->made || used->aside)) {
		pg_retype(planner, user, SFS_COLUMN_TYPE);
	}
	/* Of a partition or child it may be the parent's, which does what is needed. */
	user->untied = sfs_object_has(user->from, SFS_COLUMN_DEFAULT);
	user->tied = user->to && sfs_object_has(user->to, SFS_COLUMN_DEFAULT);
}

void
pg_own_anew(struct pg_state *user)
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

	if (used->from->id.kind == SFS_TABLE &&
		(!pg_keeps_order(planner, user) ||
			(used->made && user->to && user->to->id.kind == SFS_TABLE &&
				pg_needs_new_table(planner, user)))) {
		pg_replace(planner, user);
		return;
	}
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
		pg_replace(planner, user);
	}
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
			pg_replace(planner, user);
		}
		break;
	case COLUMN_REACTS:
		column_reacts(planner, user, used);
		break;
	case SEQUENCE_REACTS:
		pg_own_anew(user);
		break;
	case ATTRIBUTE_REACTS:
		/* Dropped and added it would stand behind the others, and lose its values. */
		pg_replace(planner, user->to ? pg_state_of(planner, user->from->owner) : user);
		break;
	case TABLE_REACTS:
		table_reacts(planner, user, used);
		break;
	case REPLACED:
		pg_replace(planner, user);
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
	[SFS_VIEW] = REWRITTEN,
	[SFS_POLICY] = REWRITTEN,
	[SFS_FUNCTION] = REWRITTEN,
	[SFS_PROCEDURE] = REWRITTEN,
};

/*
 * Whether partitions have indexes of their own below it: the server, when it makes it again for a
 * column that changes, gives the partitions new ones by names of its choice.
 */
static bool
loses_names(const struct sfs_catalog *catalog, const struct sfs_object *index, unsigned depth)
{
	enum { MAX_DEPTH = 32 };
	struct sfs_objects users = { 0 };

	if (index->id.kind == SFS_INDEX || index->id.kind == SFS_CONSTRAINT) {
		users = sfs_graph_used_by(catalog, index);
	}
	for (size_t i = 0; i < users.len && depth < MAX_DEPTH; i++) {
		const struct sfs_object *user = users.items[i];

		if (user->id.kind == index->id.kind && user->owner != index->owner &&
			!pg_is_own_foreign_key(user) &&
			((user->owner->id.kind == SFS_TABLE && pg_is_attached(user->owner)) ||
				loses_names(catalog, user, depth + 1))) {
			return true;
		}
	}
	return false;
}

void
pg_keep_index_names(struct pg_planner *planner, const struct sfs_object *column)
{
	struct sfs_objects users = sfs_graph_used_by(planner->diff->from, column);

	for (size_t i = 0; i < users.len; i++) {
		if (loses_names(planner->diff->from, users.items[i], 0)) {
			pg_replace(planner, pg_state_of(planner, users.items[i]));
		}
	}
}

static void
react_to_type(struct pg_planner *planner, struct pg_state *user, const struct pg_state *used)
{
	enum reaction reaction = when_retyped[user->from->id.kind];

	if (user->from->id.kind == SFS_CONSTRAINT &&
		sfs_streq(sfs_object_get(user->from, SFS_CONSTRAINT_TYPE), "FOREIGN KEY")) {
		/* Between the two columns' changes there may be no operator to compare them. */
		reaction = REPLACED;
	}
	if (loses_names(planner->diff->from, user->from, 0)) {
		reaction = REPLACED;
	}
	if (user->from->id.kind == SFS_COLUMN && pg_sets_expression(planner, user)) {
		reaction = REWRITTEN;
	}
	if (reaction == REBUILT || (reaction == REWRITTEN && is_rewritten(planner, user, used))) {
		return;
	}
	pg_replace(planner, user);
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
			pg_own_anew(other);
		} else {
			pg_replace(planner, other);
		}
	}
}

static void
close_over(struct pg_planner *planner, struct pg_state *state)
{
	struct sfs_objects users = sfs_graph_used_by(planner->diff->from, state->from);

	if (state->gone) {
		end_parts(planner, state);
		pg_replace_heirs(planner, state);
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

void
pg_close_over(struct pg_planner *planner)
{
	while (planner->queue.len) {
		struct pg_state *state = planner->queue.items[--planner->queue.len];

		state->queued = false;
		close_over(planner, state);
	}
}
