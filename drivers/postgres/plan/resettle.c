// SPDX-License-Identifier: MIT
/*
 * Rows that change their partition. When bounds are drawn anew the server refuses a partition as long as
 * another one has rows of it. So whoever has such rows leaves the parent, gives them away one statement
 * for each partition that takes some, and comes back; or goes for good.
 */
#include <string.h>

#include "drivers/postgres/plan/facts.h"
#include "drivers/postgres/plan/hazards.h"
#include "drivers/postgres/plan/nodes.h"
#include "drivers/postgres/plan/rows.h"
#include "drivers/postgres/print/print.h"

/* ---- who moves ---- */

/* A partition of a table that stays; NULL: it is none, now. */
static const struct sfs_object *
present_parent(const struct pg_planner *planner, const struct sfs_object *partition)
{
	const char *name = partition->id.kind == SFS_TABLE
				   ? sfs_object_get(partition, SFS_TABLE_PARTITION_OF)
				   : NULL;
	struct sfs_objects uses = sfs_graph_uses(planner->diff->from, partition);

	for (size_t i = 0; name && i < uses.len; i++) {
		struct sfs_str other sfs_auto(str) = SFS_STR_INIT;

		pg_qualified(&other, uses.items[i]->id.namespace, uses.items[i]->id.name);
		if (uses.items[i]->id.kind == SFS_TABLE &&
			strcmp(sfs_str_text(&other), name) == 0) {
			return uses.items[i];
		}
	}
	return NULL;
}

/* Whether it comes to have other rows than it had: a new partition, or one with another bound. */
static bool
has_new_bound(const struct pg_planner *planner, const struct sfs_object *partition)
{
	const struct pg_state *state = planner->by_to[partition->index];

	return state && partition->id.kind == SFS_TABLE &&
	       (state->made || state->attributes & (PG_BIT(SFS_TABLE_PARTITION_OF) |
							   PG_BIT(SFS_TABLE_PARTITION_BOUND)));
}

static void
add_move(struct pg_planner *planner, struct pg_state *source, const struct sfs_object *parent,
	const struct sfs_object *target)
{
	struct sfs_str condition sfs_auto(str) = SFS_STR_INIT;
	struct pg_move move = { .source = source, .target = target };

	if (!pg_partition_accepts(planner, parent, target, &condition)) {
		return;
	}
	move.n = pg_count_where(planner, source->from, sfs_str_text(&condition));
	if (move.n) {
		move.condition = sfs_arena_strdup(planner->arena, sfs_str_text(&condition));
		sfs_vec_push(&planner->moves, move);
	}
}

/* Finds the partitions that take rows which are in `source`; false when there are none. */
static bool
find_moves(struct pg_planner *planner, struct pg_state *source, const struct sfs_object *parent)
{
	struct sfs_objects users = sfs_graph_used_by(planner->diff->to, parent);
	bool stays_default = source->to && pg_is_default_partition(source->to) &&
			     !(source->attributes & (PG_BIT(SFS_TABLE_PARTITION_OF) |
							    PG_BIT(SFS_TABLE_PARTITION_BOUND)));
	const struct sfs_object *old_parent = present_parent(planner, source->from);
	bool joins = source->to &&
		     !(old_parent && planner->diff->counterpart[old_parent->index] == parent);
	size_t before = planner->moves.len;

	if (!pg_has_rows(planner, source->from)) {
		return false;
	}
	for (size_t i = 0; i < users.len; i++) {
		const struct sfs_object *target = users.items[i];

		/* Only what the person drew anew takes the rows of a partition that goes. */
		bool takes = has_new_bound(planner, target) || joins ||
			     (source->to && !stays_default && pg_is_default_partition(target));

		if (target != source->to && takes &&
			pg_partition_parent(planner, target) == parent) {
			add_move(planner, source, parent, target);
		}
	}
	return planner->moves.len > before;
}

/* A partition that goes, or the default one, leaves its parent before others come. */
static void
leave_first(struct pg_planner *planner, struct pg_state *source)
{
	source->attributes |= PG_BIT(SFS_TABLE_PARTITION_OF);
	if (source->gone) {
		planner->loosened[source->from->index] = 1;
	} else {
		source->untied = source->tied = true;
	}
}

static void
resettle(struct pg_planner *planner, const struct sfs_object *table)
{
	const struct sfs_object *old_parent = present_parent(planner, table), *parent;
	struct pg_state *source = planner->by_from[table->index];
	const struct sfs_object *to = planner->diff->counterpart[table->index];

	if (table->id.kind != SFS_TABLE || (source && source->made) ||
		(to && to->id.kind != SFS_TABLE)) {
		return;
	}
	parent = to           ? pg_partition_parent(planner, to)
		 : old_parent ? planner->diff->counterpart[old_parent->index]
			      : NULL;
	if (!parent || !sfs_object_has(parent, SFS_TABLE_PARTITION_KEY)) {
		return;
	}
	bool moves = to && has_new_bound(planner, to);

	if (!moves && !(to ? pg_is_default_partition(to) : source && source->gone)) {
		return;
	}
	source = pg_state_of(planner, table);
	if (!find_moves(planner, source, parent)) {
		return;
	}
	if (!moves) {
		leave_first(planner, source);
	}
	pg_loosen_references(planner, source, true);
}

/* Whether a partition comes or changes at all: nearly always none does. */
static bool
draws_bounds(const struct pg_planner *planner)
{
	sfs_vec_foreach (state, &planner->states) {
		if ((*state)->to && (*state)->to->id.kind == SFS_TABLE &&
			sfs_object_has((*state)->to, SFS_TABLE_PARTITION_OF) &&
			has_new_bound(planner, (*state)->to)) {
			return true;
		}
	}
	return false;
}

void
pg_resettle(struct pg_planner *planner)
{
	if (!draws_bounds(planner)) {
		return;
	}
	sfs_vec_foreach (object, &planner->diff->from->objects) {
		resettle(planner, *object);
	}
}

/* ---- when ---- */

/* Whether the move is still one: what it is about may have come to be made anew since. */
static bool
takes_place(const struct pg_planner *planner, const struct pg_move *move)
{
	const struct pg_state *target = planner->by_to[move->target->index];

	return !move->source->aside && !move->source->made && !(target && target->aside);
}

/* Whether the trigger stands on the table, or comes to it from a table that it is made a partition of. */
static bool
fires_on(const struct pg_planner *planner, const struct sfs_object *trigger,
	const struct sfs_object *table, bool inherited)
{
	for (; table; table = inherited ? pg_partition_parent(planner, table) : NULL) {
		if (trigger->id.kind == SFS_TRIGGER &&
			strcmp(trigger->id.namespace, table->id.namespace) == 0 &&
			strcmp(trigger->id.relation, table->id.name) == 0) {
			return true;
		}
	}
	return false;
}

/* Whether a foreign key refers to a table that rows move in. */
static bool
refers_to_moving(
	const struct pg_planner *planner, const struct sfs_object *key, const struct pg_move *move)
{
	return pg_refers_to(key, pg_partition_parent(planner, move->target)) ||
	       pg_refers_to(key, move->target) ||
	       (move->source->to && pg_refers_to(key, move->source->to));
}

/* New triggers and foreign keys come when the rows have moved. */
static void
observer_edges(const struct pg_planner *planner, struct pg_nodes *nodes, const struct pg_move *move,
	int moving)
{
	sfs_vec_foreach (state, &planner->states) {
		const struct sfs_object *to = (*state)->to;

		if (to && (*state)->made && refers_to_moving(planner, to, move)) {
			pg_nodes_edge(nodes, moving, (*state)->node[PG_CREATE], false);
		}
		if (to && (*state)->made && to->id.kind == SFS_TRIGGER &&
			(fires_on(planner, to, move->target, true) ||
				(move->source->to &&
					fires_on(planner, to, move->source->to, false)))) {
			pg_nodes_edge(nodes, moving, (*state)->node[PG_CREATE], true);
		}
	}
}

void
pg_resettle_edges(struct pg_planner *planner, struct pg_nodes *nodes)
{
	sfs_vec_foreach (move, &planner->moves) {
		const struct pg_state *target = planner->by_to[move->target->index];
		const int *s = move->source->node;
		int moving = move->source->gone ? s[PG_DROP] : s[PG_TIE];
		const struct sfs_object *part;

		if (!target || !takes_place(planner, move)) {
			continue;
		}
		pg_nodes_edge(nodes, s[PG_UNTIE], target->node[PG_CREATE], false);
		pg_nodes_edge(nodes, s[PG_UNTIE], target->node[PG_TIE], false);
		pg_nodes_edge(nodes, target->node[PG_UNTIE], moving, false);
		pg_nodes_edge(nodes, target->node[PG_CREATE], moving, false);
		/* It gets the triggers of its parent when it is attached: they have seen the rows. */
		pg_nodes_edge(nodes, moving, target->node[PG_TIE], true);
		observer_edges(planner, nodes, move, moving);
		sfs_parts_foreach (part, move->target) {
			const struct pg_state *column = planner->by_to[part->index];

			if (column && part->id.kind == SFS_COLUMN) {
				pg_nodes_edge(nodes, column->node[PG_CREATE], moving, true);
				pg_nodes_edge(nodes, column->node[PG_ALTER], moving, true);
			}
		}
	}
}

/* ---- how ---- */

static bool
has_triggers(const struct pg_planner *planner, const struct sfs_catalog *catalog,
	const struct sfs_object *table, bool inherited)
{
	sfs_vec_foreach (object, &catalog->objects) {
		if (table && fires_on(planner, *object, table, inherited)) {
			return true;
		}
	}
	return false;
}

static void
switch_trigger(struct pg_writer *writer, const struct sfs_object *table, const char *how,
	const char *trigger)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	pg_alter_relation(&sql, table);
	(void)sfs_plan_addf(
		writer->plan, table, "%s %s TRIGGER %s", sfs_str_text(&sql), how, trigger);
}

/* Has the triggers of the table, as it is now called, not see rows that only move. */
static bool
silence(struct pg_planner *planner, struct pg_writer *writer, const struct sfs_object *from,
	const struct sfs_object *to, bool inherited)
{
	const struct sfs_object *table = to ? to : pg_by_new_name(planner, from);

	if (!has_triggers(planner, planner->diff->from, from, false) &&
		!(inherited && has_triggers(planner, planner->diff->to, to, true))) {
		return false;
	}
	switch_trigger(writer, table, "DISABLE", "USER");
	return true;
}

/* Puts them back into the state that they shall be in. */
static void
restore(struct pg_planner *planner, struct pg_writer *writer, const struct sfs_object *to,
	bool inherited)
{
	switch_trigger(writer, to, "ENABLE", "USER");
	sfs_vec_foreach (object, &planner->diff->to->objects) {
		const struct sfs_object *trigger = *object;
		const struct pg_state *state = planner->by_to[trigger->index];
		const char *enabled = trigger->id.kind == SFS_TRIGGER
					      ? sfs_object_get(trigger, SFS_TRIGGER_ENABLED)
					      : NULL;

		if (enabled && !(state && state->made) &&
			fires_on(planner, trigger, to, inherited)) {
			struct sfs_str name sfs_auto(str) = SFS_STR_INIT;

			pg_name(&name, trigger->id.name);
			switch_trigger(writer, to, enabled, sfs_str_text(&name));
		}
	}
}

/* The columns that rows are moved with: of those that both tables have at the end, if they last. */
static void
write_columns(const struct pg_move *move, struct sfs_str *out, bool *ret_identity)
{
	const struct sfs_object *columns = move->source->to ? move->source->to : move->source->from;
	const struct sfs_object *part;

	sfs_parts_foreach (part, move->target) {
		const struct sfs_object *mine =
			part->id.kind == SFS_COLUMN
				? sfs_object_part(columns, SFS_COLUMN, part->id.name)
				: NULL;

		if (mine && !sfs_object_has(part, SFS_COLUMN_GENERATED)) {
			*ret_identity |= sfs_object_has(part, SFS_COLUMN_IDENTITY);
			sfs_str_separate(out, ", ");
			pg_name(out, part->id.name);
		}
	}
}

static void
move_rows(struct pg_planner *planner, struct pg_writer *writer, const struct pg_move *move)
{
	struct sfs_str columns sfs_auto(str) = SFS_STR_INIT, sql sfs_auto(str) = SFS_STR_INIT;
	const struct pg_state *source = move->source;
	const struct sfs_object *from =
		source->to ? source->to : pg_by_new_name(planner, source->from);
	bool identity = false;

	write_columns(move, &columns, &identity);
	sfs_str_add(&sql, "WITH moved AS (DELETE FROM ");
	pg_qualified(&sql, from->id.namespace, from->id.name);
	sfs_str_addf(&sql, " WHERE %s RETURNING %s) INSERT INTO ", move->condition,
		sfs_str_text(&columns));
	pg_qualified(&sql, move->target->id.namespace, move->target->id.name);
	sfs_str_addf(&sql, " (%s)%s SELECT %s FROM moved", sfs_str_text(&columns),
		identity ? " OVERRIDING SYSTEM VALUE" : "", sfs_str_text(&columns));
	(void)sfs_plan_add(writer->plan, move->target, sfs_str_text(&sql));
}

void
pg_emit_moves(struct pg_planner *planner, struct pg_writer *writer, const struct pg_state *source)
{
	bool silent = false, any = false;

	sfs_vec_foreach (move, &planner->moves) {
		const struct pg_state *target = planner->by_to[move->target->index];
		bool inherited = target && target->made && !pg_is_attached(move->target);

		if (move->source != source || !takes_place(planner, move)) {
			continue;
		}
		if (!any) {
			silent = silence(planner, writer, source->from, source->to, false);
		}
		any = true;
		bool quiet = silence(
			planner, writer, target ? target->from : NULL, move->target, inherited);

		move_rows(planner, writer, move);
		if (quiet) {
			restore(planner, writer, move->target, inherited);
		}
	}
	if (silent && source->to) {
		restore(planner, writer, source->to, false);
	}
}

/* ---- what is told of it ---- */

bool
pg_gives_rows_away(const struct pg_planner *planner, const struct pg_state *source, int64_t *ret_n)
{
	bool gives = false;

	*ret_n = 0;
	sfs_vec_foreach (move, &planner->moves) {
		if (move->source == source && takes_place(planner, move)) {
			*ret_n = move->n < 0 || *ret_n < 0 ? -1 : *ret_n + move->n;
			gives = true;
		}
	}
	return gives;
}

int64_t
pg_count_homeless(
	struct pg_planner *planner, const struct sfs_object *from, const struct sfs_object *parent)
{
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	return pg_partition_refuses(planner, parent, NULL, &sql)
		       ? pg_count_where(planner, from, sfs_str_text(&sql))
		       : -1;
}
