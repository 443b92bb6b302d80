// SPDX-License-Identifier: MIT
/* The SQL of a node: the kind's own function, after names and parts have been put right. */
#include <string.h>

#include "drivers/postgres/planner.h"

/* ---- objects that differ a little from those of the catalogs ---- */

static struct sfs_object *
copy_object(struct pg_planner *planner, const struct sfs_object *object)
{
	struct sfs_object *copy = sfs_arena_alloc(planner->arena, sizeof *copy);

	*copy = *object;
	return copy;
}

const struct sfs_object *
pg_without(struct pg_planner *planner, const struct sfs_object *object, int attribute)
{
	struct sfs_object *copy = copy_object(planner, object);
	const char **values = sfs_arena_alloc(planner->arena, 64 * sizeof *values);
	size_t n = 0;

	copy->present &= ~PG_BIT(attribute);
	for (int i = 0; i < 64; i++) {
		if (copy->present & PG_BIT(i)) {
			values[n++] = sfs_object_get(object, i);
		}
	}
	copy->values = values;
	return copy;
}

/* What an object of `from` is called by now, when it or what it stands in was renamed. */
static const struct sfs_object *
by_new_name(struct pg_planner *planner, const struct sfs_object *object)
{
	const struct sfs_diff *diff = planner->diff;
	const struct sfs_object *relation = pg_relation_of(diff->from, object);
	struct sfs_identity namespace_id = { SFS_NAMESPACE, object->id.namespace, NULL,
		object->id.namespace, NULL };
	const struct sfs_object *namespace =
		object->id.namespace ? sfs_catalog_find(diff->from, &namespace_id) : NULL;
	const struct sfs_object *new = relation ? diff->counterpart[relation->index] : NULL;
	const struct pg_state *state = relation ? planner->by_from[relation->index] : NULL;
	struct sfs_object *copy;

	if (!(state && state->renamed)) {
		new = NULL;
	}
	if (namespace && object != namespace) {
		state = planner->by_from[namespace->index];
		namespace = state && state->renamed ? diff->counterpart[namespace->index] : NULL;
	} else {
		namespace = NULL;
	}
	if (!new && !namespace) {
		return object;
	}
	copy = copy_object(planner, object);
	if (namespace) {
		copy->id.namespace = namespace->id.name;
	}
	if (new) {
		copy->id.namespace = new->id.namespace;
		copy->id.relation = copy->id.relation ? new->id.name : NULL;
	}
	if (copy->owner) {
		copy->owner = copy_object(planner, copy->owner);
		copy->owner->id.namespace = copy->id.namespace;
		if (new) {
			copy->owner->id.name = new->id.name;
		}
	}
	return copy;
}

/* A name that nobody has, for the time until the successor has taken over. */
static const char *
aside_name(struct pg_planner *planner, const struct sfs_object *object)
{
	size_t len = strlen(object->id.name);

	/* 63 bytes is what a name may have; a character is not cut in two. */
	while (len > 55 || (len && ((unsigned char)object->id.name[len] & 0xc0) == 0x80)) {
		len--;
	}
	return sfs_arena_printf(planner->arena, "%.*s__old", (int)len, object->id.name);
}

static const struct sfs_object *
aside_object(struct pg_planner *planner, const struct sfs_object *object)
{
	struct sfs_object *copy = copy_object(planner, by_new_name(planner, object));

	copy->id.name = aside_name(planner, object);
	return copy;
}

/* ---- what is common to all kinds ---- */

static void
emit_drop(struct pg_planner *planner, struct pg_writer *writer, const struct pg_state *state)
{
	const struct sfs_object *object = state->aside ? aside_object(planner, state->from)
						       : by_new_name(planner, state->from);
	const struct pg_kind *kind = pg_kind(object->id.kind);
	struct sfs_str reference sfs_auto(str) = SFS_STR_INIT;

	writer->catalog = planner->diff->from;
	writer->only = object->id.kind == SFS_COLUMN && pg_child_keeps(planner, state->from);
	if (kind->drop) {
		kind->drop(writer, object);
		return;
	}
	pg_write_reference(object, &reference);
	(void)sfs_plan_addf(writer->plan, state->from, "DROP %s", sfs_str_text(&reference));
}

static void
rename_plainly(struct pg_writer *writer, const struct sfs_change *change, bool namespace_renamed)
{
	struct sfs_object old = *change->from;
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	if (namespace_renamed) {
		old.id.namespace = change->to->id.namespace;
	}
	if (!sfs_streq(old.id.namespace, change->to->id.namespace)) {
		sfs_str_add(&sql, "ALTER ");
		pg_write_reference(&old, &sql);
		sfs_str_add(&sql, " SET SCHEMA ");
		pg_name(&sql, change->to->id.namespace);
		(void)sfs_plan_add(writer->plan, change->to, sfs_str_text(&sql));
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

static void
emit_rename(struct pg_planner *planner, struct pg_writer *writer, const struct sfs_change *change)
{
	const struct pg_kind *kind = pg_kind(change->to->id.kind);

	if (kind->rename) {
		kind->rename(writer, change);
		return;
	}
	bool moved = change->to->id.kind == SFS_NAMESPACE ||
		     by_new_name(planner, change->from) != change->from;

	rename_plainly(writer, change, moved);
}

static void
emit_aside(struct pg_planner *planner, struct pg_writer *writer, const struct pg_state *state)
{
	const struct sfs_object *object = by_new_name(planner, state->from);
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	sfs_str_add(&sql, "ALTER ");
	pg_write_reference(object, &sql);
	sfs_str_add(&sql, " RENAME TO ");
	pg_name(&sql, aside_name(planner, state->from));
	(void)sfs_plan_add(writer->plan, state->from, sfs_str_text(&sql));
}

static void
emit_create(struct pg_planner *planner, struct pg_writer *writer, const struct pg_state *state)
{
	const struct sfs_object *object = state->new ? state->new : state->to;

	if (object->id.kind == SFS_SEQUENCE && state->tied) {
		object = pg_without(planner, object, SFS_SEQUENCE_OWNED_BY);
	}
	if (object->id.kind == SFS_INDEX && sfs_object_has(object, SFS_INDEX_INHERITED)) {
		object = pg_without(planner, object, SFS_INDEX_INHERITED);
	}
	if (object->id.kind == SFS_CONSTRAINT && sfs_object_has(object, SFS_CONSTRAINT_INHERITED)) {
		object = pg_without(planner, object, SFS_CONSTRAINT_INHERITED);
	}
	pg_kind(object->id.kind)->create(writer, object);
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

/* Brings the rows of a table that could not be altered into its successor. */
static void
move_rows(struct pg_planner *planner, struct pg_writer *writer, const struct pg_state *state)
{
	struct sfs_str columns sfs_auto(str) = SFS_STR_INIT, values sfs_auto(str) = SFS_STR_INIT;
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;
	const struct sfs_object *part;
	bool always = false;

	sfs_parts_foreach (part, state->to) {
		const struct sfs_object *old =
			sfs_object_part(state->from, SFS_COLUMN, part->id.name);
		if (part->id.kind != SFS_COLUMN || !old ||
			sfs_object_has(part, SFS_COLUMN_GENERATED)) {
			continue;
		}
		const char *type = sfs_object_get(part, SFS_COLUMN_TYPE);
		enum pg_cast cast = pg_cast_between(sfs_object_get(old, SFS_COLUMN_TYPE), type);

		always |= sfs_object_has(part, SFS_COLUMN_IDENTITY);
		sfs_str_separate(&columns, ", ");
		pg_name(&columns, part->id.name);
		sfs_str_separate(&values, ", ");
		if (cast >= PG_CAST_DIRECT) {
			pg_cast_write(&values, part->id.name, cast, type);
		} else {
			pg_name(&values, part->id.name);
		}
	}
	if (!columns.len) {
		return;
	}
	sfs_str_add(&sql, "INSERT INTO ");
	pg_qualified(&sql, state->to->id.namespace, state->to->id.name);
	sfs_str_addf(&sql, " (%s)%s SELECT %s FROM ONLY ", sfs_str_text(&columns),
		always ? " OVERRIDING SYSTEM VALUE" : "", sfs_str_text(&values));
	pg_qualified(&sql, by_new_name(planner, state->from)->id.namespace,
		aside_name(planner, state->from));
	(void)sfs_plan_add(writer->plan, state->to, sfs_str_text(&sql));
}

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
			move_rows(planner, writer, state);
		} else {
			pg_table_tie(writer, change);
		}
	}
}

static void
emit_untie(struct pg_writer *writer, const struct sfs_change *change)
{
	switch ((int)change->to->id.kind) {
	case SFS_COLUMN:
		pg_column_untie(writer, change);
		break;
	case SFS_SEQUENCE:
		pg_sequence_untie(writer, change);
		break;
	case SFS_TABLE:
	case SFS_FOREIGN_TABLE:
		pg_table_untie(writer, change);
		break;
	default:
		break;
	}
}

void
pg_emit(struct pg_planner *planner, const struct pg_node *node)
{
	const struct pg_state *state = node->state;
	struct pg_writer writer = { .catalog = planner->diff->to, .plan = planner->plan };
	struct sfs_change change = {
		.action = state->renamed ? SFS_RENAME : SFS_ALTER,
		.from = state->old ? state->old : state->from,
		.to = state->new ? state->new : state->to,
		.attributes = state->attributes,
	};

	switch (node->op) {
	case PG_RENAME:
		emit_rename(planner, &writer, &change);
		break;
	case PG_UNTIE:
		emit_untie(&writer, &change);
		break;
	case PG_ASIDE:
		emit_aside(planner, &writer, state);
		break;
	case PG_DROP:
		emit_drop(planner, &writer, state);
		break;
	case PG_CREATE:
		emit_create(planner, &writer, state);
		break;
	case PG_ALTER:
		change.attributes &= ~pg_tied_attributes(state);
		emit_alter(planner, &writer, &change);
		break;
	case PG_TIE:
		emit_tie(planner, &writer, state, &change);
		break;
	case PG_OP_COUNT:
		break;
	}
}
