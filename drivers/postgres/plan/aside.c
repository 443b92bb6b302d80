// SPDX-License-Identifier: MIT
/*
 * Objects under other names than the catalogs know them by: renamed ones, and those that stand
 * aside until their successors have taken over, with the moving of their rows.
 */
#include <string.h>

#include "diff/compare.h"
#include "drivers/postgres/plan/family.h"
#include "drivers/postgres/plan/planner.h"
#include "drivers/postgres/plan/rows.h"

struct sfs_object *
pg_copy(struct pg_planner *planner, const struct sfs_object *object)
{
	struct sfs_object *copy = sfs_arena_alloc(planner->arena, sizeof *copy);

	*copy = *object;
	return copy;
}

const struct sfs_object *
pg_with(struct pg_planner *planner, const struct sfs_object *object, int attribute,
	const char *value)
{
	struct sfs_object *copy = pg_copy(planner, object);
	const char **values = sfs_arena_alloc(planner->arena, 64 * sizeof *values);
	size_t n = 0;

	copy->present &= ~PG_BIT(attribute);
	copy->present |= value ? PG_BIT(attribute) : 0;
	for (int i = 0; i < 64; i++) {
		if (copy->present & PG_BIT(i)) {
			values[n++] = i == attribute ? value : sfs_object_get(object, i);
		}
	}
	copy->values = values;
	return copy;
}

const struct sfs_object *
pg_without(struct pg_planner *planner, const struct sfs_object *object, int attribute)
{
	return pg_with(planner, object, attribute, NULL);
}

/* The renames that are carried out: what is made anew leaves its name in another way. */
static void
carried_renames(const struct pg_planner *planner, struct sfs_renames *ret)
{
	memset(ret, 0, sizeof *ret);
	sfs_vec_foreach (rename, planner->diff->renames) {
		const struct sfs_object *old = sfs_catalog_find(planner->diff->from, &rename->from);
		const struct pg_state *state = old ? planner->by_from[old->index] : NULL;

		if (!rename->to_label && !rename->from.relation && state && state->renamed &&
			!state->gone) {
			sfs_vec_push(ret, *rename);
		}
	}
}

const char *
pg_rewritten(const struct pg_planner *planner, const char *names)
{
	struct sfs_str text sfs_auto(str) = SFS_STR_INIT;
	struct sfs_renames carried;

	if (!names || !planner->diff->renames || !planner->diff->renames->len) {
		return names;
	}
	carried_renames(planner, &carried);
	sfs_renames_rewrite(SFS_POSTGRES, names, &carried, false, &text);
	sfs_vec_finish(&carried);
	return sfs_arena_strdup(planner->arena, sfs_str_text(&text));
}

/* A function whose arguments are of a renamed type. */
static const struct sfs_object *
with_new_signature(struct pg_planner *planner, const struct sfs_object *object)
{
	const char *signature = pg_rewritten(planner, object->id.signature);
	struct sfs_object *copy;

	if (sfs_streq(signature, object->id.signature)) {
		return object;
	}
	copy = pg_copy(planner, object);
	copy->id.signature = signature;
	return copy;
}

const struct sfs_object *
pg_with_new_names(struct pg_planner *planner, const struct sfs_object *object,
	const int *attributes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *value = sfs_object_get(object, attributes[i]);
		const char *now = pg_rewritten(planner, value);

		if (!sfs_streq(value, now)) {
			object = pg_with(planner, object, attributes[i], now);
		}
	}
	return object;
}

/* What a namespace of `from` is called by now. */
static const char *
namespace_now(const struct pg_planner *planner, const char *name)
{
	struct sfs_identity id = { SFS_NAMESPACE, name, NULL, name, NULL };
	const struct sfs_object *old = sfs_catalog_find(planner->diff->from, &id);
	const struct pg_state *state = old ? planner->by_from[old->index] : NULL;

	return state && state->renamed ? planner->diff->counterpart[old->index]->id.name : name;
}

const struct sfs_object *
pg_with_members_now(struct pg_planner *planner, const struct sfs_object *publication)
{
	static const int tables[] = { SFS_PUBLICATION_TABLES };
	const char *schemas = sfs_object_get(publication, SFS_PUBLICATION_SCHEMAS);
	struct pg_list list sfs_auto(pg_list) = { 0 };
	struct sfs_str now sfs_auto(str) = SFS_STR_INIT;

	publication = pg_with_new_names(planner, publication, tables, 1);
	if (!schemas || !planner->diff->renames) {
		return publication;
	}
	pg_list_split(schemas, &list);
	sfs_vec_foreach (item, &list) {
		struct sfs_str name sfs_auto(str) = SFS_STR_INIT;

		sfs_unquote_name(&name, SFS_POSTGRES, *item, strlen(*item));
		sfs_str_separate(&now, ", ");
		pg_name(&now, namespace_now(planner, sfs_str_text(&name)));
	}
	return pg_with(planner, publication, SFS_PUBLICATION_SCHEMAS,
		sfs_arena_strdup(planner->arena, sfs_str_text(&now)));
}

/*
 * Statistics with a schema of their own, which may have another name by now; and those that had their
 * table's and were left there: only ones that stay move after it.
 */
static const struct sfs_object *
with_schema_now(struct pg_planner *planner, const struct sfs_object *object)
{
	const char *own = sfs_object_get(object, SFS_STATISTICS_SCHEMA);
	const struct sfs_object *new = planner->diff->counterpart[object->index];
	const struct sfs_object *table = pg_relation_of(planner->diff->from, object);
	const struct sfs_object *there = table ? planner->diff->counterpart[table->index] : NULL;
	struct sfs_str name sfs_auto(str) = SFS_STR_INIT, now sfs_auto(str) = SFS_STR_INIT;

	if (own) {
		sfs_unquote_name(&name, SFS_POSTGRES, own, strlen(own));
	} else {
		sfs_str_add(&name, object->id.namespace);
	}
	pg_name(&now, namespace_now(planner, sfs_str_text(&name)));
	if (!own && (!there || (new && !sfs_object_has(new, SFS_STATISTICS_SCHEMA)))) {
		return object;
	}
	return pg_with(planner, object, SFS_STATISTICS_SCHEMA,
		sfs_arena_strdup(planner->arena, sfs_str_text(&now)));
}

/* What an object of `from` is called by now, when it or what it stands in was renamed. */
const struct sfs_object *
pg_by_new_name(struct pg_planner *planner, const struct sfs_object *object)
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

	if (!(state && state->renamed && !state->gone)) {
		new = NULL;
	}
	if (namespace && object != namespace) {
		state = planner->by_from[namespace->index];
		namespace = state && state->renamed ? diff->counterpart[namespace->index] : NULL;
	} else {
		namespace = NULL;
	}
	object = with_new_signature(planner, object);
	if (object->id.kind == SFS_STATISTICS) {
		object = with_schema_now(planner, object);
	}
	if (!new && !namespace) {
		return object;
	}
	copy = pg_copy(planner, object);
	if (namespace) {
		copy->id.namespace = namespace->id.name;
	}
	if (new) {
		copy->id.namespace = new->id.namespace;
		copy->id.relation = copy->id.relation ? new->id.name : NULL;
	}
	if (copy->owner) {
		copy->owner = pg_copy(planner, copy->owner);
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

const struct sfs_object *
pg_aside_object(struct pg_planner *planner, const struct sfs_object *object)
{
	struct sfs_object *copy = pg_copy(planner, pg_by_new_name(planner, object));

	copy->id.name = aside_name(planner, object);
	return copy;
}

/* The sequences behind identity columns keep their names when the table goes aside. */
static void
release_names(struct pg_planner *planner, struct pg_writer *writer, const struct pg_state *state)
{
	const struct sfs_object *part;

	sfs_parts_foreach (part, state->from) {
		struct sfs_str name sfs_auto(str) = SFS_STR_INIT, old sfs_auto(str) = SFS_STR_INIT;
		struct sfs_str quoted sfs_auto(str) = SFS_STR_INIT;

		if (part->id.kind != SFS_COLUMN || !sfs_object_has(part, SFS_COLUMN_IDENTITY)) {
			continue;
		}
		pg_identity_sequence(&name, part);
		sfs_str_addf(&old, "%s_%s", aside_name(planner, state->from), part->id.name);
		sfs_str_truncate(&old, 63);
		pg_name(&quoted, sfs_str_text(&old));
		(void)sfs_plan_addf(writer->plan, state->from, "ALTER SEQUENCE %s RENAME TO %s",
			sfs_str_text(&name), sfs_str_text(&quoted));
	}
}

void
pg_emit_aside(struct pg_planner *planner, struct pg_writer *writer, const struct pg_state *state)
{
	const struct sfs_object *object = pg_by_new_name(planner, state->from);
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

	sfs_str_add(&sql, "ALTER ");
	pg_write_reference(object, &sql);
	sfs_str_add(&sql, " RENAME TO ");
	pg_name(&sql, aside_name(planner, state->from));
	(void)sfs_plan_add(writer->plan, state->from, sfs_str_text(&sql));
	release_names(planner, writer, state);
	pg_range_release(planner, writer, object, aside_name(planner, state->from));
}

const struct sfs_object *
pg_former_part(struct pg_planner *planner, const struct sfs_object *old_owner,
	const struct sfs_object *to, const char **ret_name)
{
	const struct sfs_object *old = planner->diff->origin[to->index];
	const struct pg_state *state = old ? planner->by_from[old->index] : NULL;
	bool renamed = state && state->renamed && state->to &&
		       (!state->gone || pg_is_renamed_by_parent(planner, state));

	if (!old || !old->owner || old->owner->index != old_owner->index) {
		return NULL;
	}
	*ret_name = renamed ? to->id.name : old->id.name;
	return old;
}

/* Lets the sequences behind identity columns go on where the old ones stand. */
static void
move_positions(struct pg_planner *planner, struct pg_writer *writer, const struct pg_state *state)
{
	struct sfs_str old sfs_auto(str) = SFS_STR_INIT, new sfs_auto(str) = SFS_STR_INIT;
	const struct sfs_object *part;

	pg_qualified(&old, pg_by_new_name(planner, state->from)->id.namespace,
		aside_name(planner, state->from));
	pg_qualified(&new, state->to->id.namespace, state->to->id.name);
	sfs_parts_foreach (part, state->to) {
		const char *name = NULL;
		const struct sfs_object *former = pg_former_part(planner, state->from, part, &name);
		struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;

		if (part->id.kind != SFS_COLUMN || !former ||
			!sfs_object_has(part, SFS_COLUMN_IDENTITY) ||
			!sfs_object_has(former, SFS_COLUMN_IDENTITY)) {
			continue;
		}
		sfs_str_add(&sql, "SELECT setval(pg_get_serial_sequence(");
		pg_literal(&sql, sfs_str_text(&new));
		sfs_str_add(&sql, ", ");
		pg_literal(&sql, part->id.name);
		sfs_str_add(&sql, "), nextval(pg_get_serial_sequence(");
		pg_literal(&sql, sfs_str_text(&old));
		sfs_str_add(&sql, ", ");
		pg_literal(&sql, name);
		sfs_str_add(&sql, ")), false)");
		(void)sfs_plan_add(writer->plan, state->to, sfs_str_text(&sql));
	}
}

/* Whether the column's type is one that was made anew. */
static bool
has_new_type(const struct pg_planner *planner, const struct sfs_object *column)
{
	struct sfs_objects uses = sfs_graph_uses(planner->diff->from, column);

	for (size_t i = 0; i < uses.len; i++) {
		const struct pg_state *state = planner->by_from[uses.items[i]->index];
		enum sfs_kind kind = uses.items[i]->id.kind;

		/* The key of a partitioned table needs the table: that is no type of its own. */
		if (state && state->aside && kind != SFS_COLLATION &&
			uses.items[i] != column->owner) {
			return true;
		}
	}
	return false;
}

/* The value of an old column, `name` by now, as the new one takes it. */
static void
write_value(struct pg_planner *planner, const struct sfs_object *from, const char *name,
	const struct sfs_object *new, struct sfs_str *out)
{
	struct sfs_object *to = pg_copy(planner, new);
	struct sfs_change change = { SFS_ALTER, from, to, PG_BIT(SFS_COLUMN_TYPE) };

	to->id.name = name;
	const char *type = sfs_object_get(to, SFS_COLUMN_TYPE);
	const char *converted = pg_conversion(planner, &change);
	enum pg_cast cast = has_new_type(planner, from)
				    ? PG_CAST_TEXT
				    : pg_cast_between(sfs_object_get(from, SFS_COLUMN_TYPE), type);

	if (converted) {
		sfs_str_add(out, converted);
	} else if (cast >= PG_CAST_DIRECT) {
		pg_cast_write(out, to->id.name, cast, type);
	} else {
		pg_name(out, to->id.name);
	}
}

/* Brings the rows of a table that could not be altered into its successor. */
void
pg_emit_rows(struct pg_planner *planner, struct pg_writer *writer, const struct pg_state *state)
{
	struct sfs_str columns sfs_auto(str) = SFS_STR_INIT, values sfs_auto(str) = SFS_STR_INIT;
	struct sfs_str sql sfs_auto(str) = SFS_STR_INIT;
	const struct sfs_object *part;
	bool always = false;

	sfs_parts_foreach (part, state->to) {
		const char *name = NULL;
		const struct sfs_object *old = pg_former_part(planner, state->from, part, &name);

		if (part->id.kind != SFS_COLUMN || !old ||
			sfs_object_has(part, SFS_COLUMN_GENERATED)) {
			continue;
		}
		always |= sfs_object_has(part, SFS_COLUMN_IDENTITY);
		sfs_str_separate(&columns, ", ");
		pg_name(&columns, part->id.name);
		sfs_str_separate(&values, ", ");
		write_value(planner, old, name, part, &values);
	}
	if (!columns.len) {
		return;
	}
	sfs_str_add(&sql, "INSERT INTO ");
	pg_qualified(&sql, state->to->id.namespace, state->to->id.name);
	/* The rows of partitions come with them, unless there are to be none. */
	bool whole = sfs_object_has(state->from, SFS_TABLE_PARTITION_KEY) &&
		     !sfs_object_has(state->to, SFS_TABLE_PARTITION_KEY);

	sfs_str_addf(&sql, " (%s)%s SELECT %s FROM %s", sfs_str_text(&columns),
		always ? " OVERRIDING SYSTEM VALUE" : "", sfs_str_text(&values),
		whole ? "" : "ONLY ");
	pg_qualified(&sql, pg_by_new_name(planner, state->from)->id.namespace,
		aside_name(planner, state->from));
	(void)sfs_plan_add(writer->plan, state->to, sfs_str_text(&sql));
	move_positions(planner, writer, state);
}
