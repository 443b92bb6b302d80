// SPDX-License-Identifier: MIT
/* The SQL of a node: the kind's own function, after names and parts have been put right. */
#include <string.h>

#include "drivers/postgres/plan/family.h"
#include "drivers/postgres/plan/nodes.h"
#include "drivers/postgres/plan/planner.h"
#include "drivers/postgres/plan/rows.h"
#include "drivers/postgres/print/print.h"

/* ---- what is common to all kinds ---- */

static void
emit_drop(struct pg_planner *planner, struct pg_writer *writer, const struct pg_state *state)
{
	const struct sfs_object *object = state->aside ? pg_aside_object(planner, state->from)
						       : pg_by_new_name(planner, state->from);
	const struct pg_kind *kind = pg_kind(object->id.kind);
	struct sfs_str reference sfs_auto(str) = SFS_STR_INIT;

	pg_emit_moves(planner, writer, state);
	writer->catalog = planner->diff->from;
	writer->only = object->id.kind == SFS_COLUMN && pg_child_keeps(planner, state->from);
	if (kind->drop) {
		kind->drop(writer, object);
		return;
	}
	pg_write_reference(object, &reference);
	(void)sfs_plan_addf(writer->plan, state->from, "DROP %s", sfs_str_text(&reference));
}

/* Statistics stay where they are when their table moves: those in its schema move after it. */
static void
move_statistics(struct pg_writer *writer, const struct sfs_change *change, const char *namespace)
{
	const struct sfs_object *part;

	sfs_parts_foreach (part, change->from) {
		const struct sfs_object *new =
			part->id.kind == SFS_STATISTICS
				? sfs_object_part(change->to, SFS_STATISTICS, part->id.name)
				: NULL;
		struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

		if (!new || sfs_object_has(part, SFS_STATISTICS_SCHEMA) ||
			sfs_object_has(new, SFS_STATISTICS_SCHEMA)) {
			continue;
		}
		sfs_str_add(&sql, "ALTER STATISTICS ");
		pg_qualified(&sql, namespace, part->id.name);
		sfs_str_add(&sql, " SET SCHEMA ");
		pg_name(&sql, change->to->id.namespace);
		(void)sfs_plan_add(writer->plan, new, sfs_str_text(&sql));
	}
}

/* `now` is what the object of `from` is called by the renames of what it stands in, or is made of. */
static void
rename_plainly(
	struct pg_writer *writer, const struct sfs_change *change, const struct sfs_object *now)
{
	struct sfs_object old = *now;
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	if (change->to->id.kind == SFS_NAMESPACE) {
		old.id.namespace = change->to->id.namespace;
	}
	if (!sfs_streq(old.id.namespace, change->to->id.namespace)) {
		sfs_str_add(&sql, "ALTER ");
		pg_write_reference(&old, &sql);
		sfs_str_add(&sql, " SET SCHEMA ");
		pg_name(&sql, change->to->id.namespace);
		(void)sfs_plan_add(writer->plan, change->to, sfs_str_text(&sql));
		move_statistics(writer, change, old.id.namespace);
		old.id.namespace = change->to->id.namespace;
		sfs_str_truncate(&sql, 0);
	}
	if (strcmp(old.id.name, change->to->id.name) != 0) {
		sfs_str_add(&sql, "ALTER ");
		pg_write_reference(&old, &sql);
		sfs_str_add(&sql, " RENAME TO ");
		pg_name(&sql, change->to->id.name);
		(void)sfs_plan_add(writer->plan, change->to, sfs_str_text(&sql));
	}
}

/* Before PostgreSQL 15 a trigger that partitions have from their parent keeps its name there. */
static void
rename_in_partitions(struct pg_planner *planner, struct pg_writer *writer,
	const struct sfs_change *change, const struct sfs_object *table)
{
	struct sfs_objects users = { 0 };

	if (table) {
		users = sfs_graph_used_by(planner->diff->to, table);
	}
	for (size_t i = 0; i < users.len; i++) {
		const struct sfs_object *partition = users.items[i];
		struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

		if ((partition->id.kind != SFS_TABLE && partition->id.kind != SFS_FOREIGN_TABLE) ||
			!sfs_object_has(partition, SFS_TABLE_PARTITION_OF) ||
			!planner->diff->origin[partition->index]) {
			continue;
		}
		sfs_str_add(&sql, "ALTER TRIGGER ");
		pg_name(&sql, change->from->id.name);
		sfs_str_add(&sql, " ON ");
		pg_qualified(&sql, partition->id.namespace, partition->id.name);
		sfs_str_add(&sql, " RENAME TO ");
		pg_name(&sql, change->to->id.name);
		(void)sfs_plan_add(writer->plan, change->to, sfs_str_text(&sql));
		rename_in_partitions(planner, writer, change, partition);
	}
}

void
pg_emit_rename(
	struct pg_planner *planner, struct pg_writer *writer, const struct sfs_change *change)
{
	const struct pg_kind *kind = pg_kind(change->to->id.kind);

	if (kind->rename) {
		kind->rename(writer, change);
		if (change->to->id.kind == SFS_TRIGGER && planner->db &&
			planner->db->version < 150000 &&
			strcmp(change->from->id.name, change->to->id.name) != 0) {
			rename_in_partitions(planner, writer, change,
				sfs_catalog_relation(planner->diff->to, change->to->id.namespace,
					change->to->id.relation));
		}
		return;
	}
	const struct sfs_object *now = pg_by_new_name(planner, change->from);

	rename_plainly(writer, change, now);
	pg_range_follow(planner, writer, change, now);
	if (change->to->id.kind == SFS_NAMESPACE) {
		pg_settle_owner(writer, change);
	}
}

/* Whether a column that could be written as serial has to name its sequence, which is there. */
static bool
names_sequence(const struct pg_planner *planner, const struct sfs_object *column)
{
	const char *name =
		column->id.kind == SFS_COLUMN ? sfs_object_get(column, SFS_COLUMN_SERIAL) : NULL;
	const struct sfs_object *sequence =
		name ? sfs_object_part(column->owner, SFS_SEQUENCE, name) : NULL;

	return sequence && planner->diff->origin[sequence->index];
}

/* The table with its parts, as far as they are made with it. */
static const struct sfs_object *
with_parts(struct pg_planner *planner, const struct sfs_object *table)
{
	struct sfs_object *copy = pg_copy(planner, table), **end = &copy->first_part;
	const struct sfs_object *part;
	bool differs = false;

	sfs_parts_foreach (part, table) {
		const struct sfs_object *made = pg_with_not_null_name(planner, part);
		struct sfs_object *other;

		if (names_sequence(planner, part)) {
			made = pg_without(planner, made, SFS_COLUMN_SERIAL);
		}
		differs |= made != part;
		other = pg_copy(planner, made);
		other->owner = copy;
		*end = other;
		end = &other->next_part;
		copy->last_part = other;
	}
	*end = NULL;
	return differs ? copy : table;
}

/* A column written as serial brings its sequence, and that what sequences are granted. */
static void
grant_on_sequences(struct pg_writer *writer, const struct sfs_object *object)
{
	const struct sfs_object *table = object->owner ? object->owner : object, *part;

	sfs_parts_foreach (part, table) {
		const char *name = part->id.kind == SFS_COLUMN
					   ? sfs_object_get(part, SFS_COLUMN_SERIAL)
					   : NULL;
		const struct sfs_object *sequence =
			name ? sfs_object_part(table, SFS_SEQUENCE, name) : NULL;

		if (sequence && (object == table || object == part)) {
			pg_write_new_grants(writer, sequence);
		}
	}
}

static void
emit_create(struct pg_planner *planner, struct pg_writer *writer, const struct pg_state *state)
{
	const struct sfs_object *object = state->new ? state->new : state->to;

	if (object->id.kind == SFS_SEQUENCE && state->tied) {
		object = pg_without(planner, object, SFS_SEQUENCE_OWNED_BY);
	}
	if (object->id.kind == SFS_COLUMN) {
		object = pg_with_not_null_name(planner, object);
	}
	if (object->id.kind == SFS_TABLE) {
		object = with_parts(planner, object);
	} else if (names_sequence(planner, object)) {
		object = pg_without(planner, object, SFS_COLUMN_SERIAL);
	}
	if (object->id.kind == SFS_INDEX && sfs_object_has(object, SFS_INDEX_INHERITED)) {
		object = pg_without(planner, object, SFS_INDEX_INHERITED);
	}
	if (object->id.kind == SFS_CONSTRAINT && sfs_object_has(object, SFS_CONSTRAINT_INHERITED)) {
		object = pg_without(planner, object, SFS_CONSTRAINT_INHERITED);
	}
	writer->omitted = planner->omitted;
	writer->defaults = &planner->defaults;
	if (state->split) {
		pg_print_view_columns(writer, object);
	} else {
		pg_kind(object->id.kind)->create(writer, object);
		grant_on_sequences(writer, object);
	}
}

/* CREATE becomes CREATE OR REPLACE. */
static void
replace_in_step(struct sfs_plan *plan, size_t index)
{
	struct sfs_step *step = &plan->steps.items[index];

	step->sql =
		sfs_arena_printf(plan->arena, "CREATE OR REPLACE%s", step->sql + strlen("CREATE"));
}

/* Gives a view that was made with its columns alone the rest. */
static void
emit_query(struct pg_writer *writer, const struct sfs_object *view)
{
	size_t first = writer->plan->steps.len;

	pg_kind(view->id.kind)->create(writer, view);
	replace_in_step(writer->plan, first);
}

static void
emit_alter(struct pg_planner *planner, struct pg_writer *writer, const struct sfs_change *change)
{
	const struct pg_kind *kind = pg_kind(change->to->id.kind);

	if ((change->attributes >> SFS_ATTR_COMMON) && kind->alter) {
		writer->using = pg_conversion(planner, change);
		writer->restart = pg_must_restart(planner, change);
		kind->alter(writer, planner->diff, change);
	}
	pg_alter_common(writer, change);
}

/* ---- untie and tie ---- */

static void
emit_tie(struct pg_planner *planner, struct pg_writer *writer, const struct pg_state *state,
	const struct sfs_change *change)
{
	switch ((int)state->to->id.kind) {
	case SFS_COLUMN:
		pg_column_tie(writer, change);
		break;
	case SFS_SEQUENCE:
		pg_sequence_tie(writer, change);
		break;
	case SFS_MATERIALIZED_VIEW:
		pg_materialized_view_tie(writer, change);
		break;
	default:
		if (state->aside) {
			pg_emit_rows(planner, writer, state);
		}
		pg_emit_moves(planner, writer, state);
		if (!state->aside || state->tied) {
			pg_table_tie(writer, change);
		}
	}
}

/* Takes the query off a view that goes, and is in the way of others until then. */
static void
empty_view(struct pg_writer *writer, const struct sfs_object *view)
{
	size_t first = writer->plan->steps.len;

	pg_print_view_columns(writer, view);
	replace_in_step(writer->plan, first);
}

static void
emit_untie(struct pg_planner *planner, struct pg_writer *writer, const struct pg_state *state,
	const struct sfs_change *change)
{
	struct sfs_change leaving = *change;

	if (!leaving.to || state->aside || !planner->diff->counterpart[change->from->index] ||
		planner->loosened[change->from->index]) {
		leaving.to = pg_by_new_name(planner, change->from);
	}
	if (state->aside && leaving.to->id.kind != SFS_VIEW) {
		leaving.to = pg_without(planner, leaving.to, SFS_TABLE_INHERITS);
		leaving.attributes |= PG_BIT(SFS_TABLE_INHERITS) | PG_BIT(SFS_TABLE_PARTITION_OF);
	}
	switch ((int)leaving.to->id.kind) {
	case SFS_VIEW:
		empty_view(writer, leaving.to);
		break;
	case SFS_COLUMN:
		pg_column_untie(writer, &leaving);
		break;
	case SFS_SEQUENCE:
		pg_sequence_untie(writer, &leaving);
		break;
	case SFS_TABLE:
	case SFS_FOREIGN_TABLE:
		pg_table_untie(writer, &leaving);
		break;
	default:
		break;
	}
}

/* A table of `from` with the names that its parents and type have by now, a publication with its tables'. */
static const struct sfs_object *
with_relatives_now(struct pg_planner *planner, const struct sfs_object *object)
{
	static const int names[] = { SFS_TABLE_INHERITS, SFS_TABLE_PARTITION_OF,
		SFS_TABLE_OF_TYPE };
	bool table = object->id.kind == SFS_TABLE || object->id.kind == SFS_FOREIGN_TABLE;

	if (object->id.kind == SFS_PUBLICATION) {
		return pg_with_members_now(planner, object);
	}
	return table ? pg_with_new_names(planner, object, names, sizeof names / sizeof *names)
		     : object;
}

void
pg_emit(struct pg_planner *planner, const struct pg_node *node)
{
	const struct pg_state *state = node->state;
	bool has_role = planner->db && planner->db->version >= 150000;
	struct pg_list renewed sfs_auto(pg_list) = { 0 };
	struct pg_writer writer = {
		.catalog = planner->diff->to,
		.plan = planner->plan,
		.public_owner = has_role ? "pg_database_owner" : NULL,
		.public_acl = planner->db && !has_role ? "=ALL" : NULL,
	};
	struct sfs_change change = {
		.action = state->renamed ? SFS_RENAME : SFS_ALTER,
		.from = state->old ? state->old : state->from,
		.to = state->new ? state->new : state->to,
		.attributes = state->attributes,
	};

	if (state->from && (node->op == PG_UNTIE || node->op == PG_TIE)) {
		pg_renewed_parents(planner, state, &renewed);
		writer.renewed = &renewed;
	}
	if (change.from && node->op != PG_RENAME) {
		change.from = with_relatives_now(planner, change.from);
	}
	if (node->op == PG_CREATE || node->op == PG_TIE) {
		pg_refresh_index_columns(planner, state->to);
	}
	switch (node->op) {
	case PG_RENAME:
		if (state->stepped) {
			change.from = state->stepped;
		}
		pg_emit_rename(planner, &writer, &change);
		break;
	case PG_UNTIE:
		emit_untie(planner, &writer, state, &change);
		break;
	case PG_ASIDE:
		pg_emit_aside(planner, &writer, state);
		break;
	case PG_DROP:
		emit_drop(planner, &writer, state);
		break;
	case PG_CREATE:
		emit_create(planner, &writer, state);
		break;
	case PG_ALTER:
		change.attributes &= ~pg_tied_attributes(state);
		if (change.to->id.kind == SFS_COLUMN) {
			change.to = pg_with_not_null_name(planner, change.to);
		}
		if (state->split) {
			emit_query(&writer, state->to);
		} else {
			emit_alter(planner, &writer, &change);
		}
		break;
	case PG_TIE:
		emit_tie(planner, &writer, state, &change);
		break;
	case PG_OP_COUNT:
		break;
	}
}
